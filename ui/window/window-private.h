/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of ThawWindow, shared by the files that make it up. */
#pragma once

#include "run-bar.h"
#include "run-list.h"
#include "window.h"

G_BEGIN_DECLS

struct _ThawWindow {
  AdwApplicationWindow parent_instance;
  /* template */
  AdwToastOverlay *toasts;
  AdwHeaderBar *header;
  GtkToggleButton *list_button, *search_button, *search_narrow, *select_button;
  AdwSplitButton *new_button;
  GtkMenuButton *menu_button, *group_button;
  AdwViewSwitcherTitle *title;
  AdwViewSwitcherBar *switcher_bar;
  GtkRevealer *banner;
  GtkLabel *banner_text;
  GtkButton *banner_folder, *banner_begin;
  AdwFlap *flap;
  GtkStack *main, *lists;
  AdwViewStack *views;
  GtkBox *run_box, *draft_box, *comparison_box;
  GtkLabel *list_title;
  GtkBox *draft_row;
  GtkButton *new_narrow, *trash_row, *lists_back, *empty_button;
  AdwStatusPage *failed_page;
  GMenu *preset_menu;
  GtkWidget *welcome;
  ThawRunBar *bar;

  ThawWatch *watch;
  GtkWidget *runs, *trash;        /* ThawRunList */
  GtkWidget *curves, *comparison; /* pages */
  GtkWidget *recipe, *draft;      /* pages, NULL until they are needed */
  GtkWidget *spare;               /* (nullable) the page of the next draft */
  GPtrArray *unmeasured;          /* (nullable) of its widgets, innermost last */
  AdwBin *recipe_bin;
  GPtrArray *selected; /* of ThawRunItem */
  bool in_draft, in_trash, begun, leaving, trying;
  char *said;         /* (nullable) the sentence of the latest toast */
  char *wanted;       /* (nullable) run to show when the store has been read */
  GFile *wanted_file; /* (nullable) to open then */
  GQueue undo;        /* of Undo, latest first */
  guint last_undo;
  guint leave_source, fold_source, spare_source;
};

/* window-views.c: what is shown */
void thaw_window_update (ThawWindow *self);
void thaw_window_begin_draft (ThawWindow *self); /* makes its page, and shows it */
void thaw_window_leave_draft (ThawWindow *self);
void thaw_window_discard_draft (ThawWindow *self); /* can be taken back */
void thaw_window_set_trash (ThawWindow *self, bool trash);
void thaw_window_reveal_list (ThawWindow *self, bool reveal); /* beside the page, or over it */
GtkWidget *thaw_window_need_recipe (ThawWindow *self);        /* of the run that is shown */
GtkWidget *thaw_window_page (ThawWindow *self); /* the page that is shown, of ui/base/pages.h */
void thaw_window_fill_presets (ThawWindow *self);

/* window-spare.c: the page of the next draft, made in idle moments */
void thaw_window_make_spare_soon (ThawWindow *self);  /* unless there is one, or a draft */
GtkWidget *thaw_window_take_spare (ThawWindow *self); /* made now, if need be; in its box */
void thaw_window_drop_spare (ThawWindow *self);

/* window-actions.c and window-runs.c: "win.*" */
void thaw_window_install_actions (GtkWidgetClass *class);
void thaw_window_install_run_actions (GtkWidgetClass *class);
void thaw_window_install_onward_actions (GtkWidgetClass *class); /* window-onward.c */
void thaw_window_add_state_actions (ThawWindow *self);
void thaw_window_update_actions (ThawWindow *self);
void thaw_window_edit_run (ThawWindow *self, ThawRunItem *item, ThawRunEdit what, const char *text);
/* The engine trains what is queued, unless somebody does. */
void thaw_window_work_queue (ThawWindow *self);

/* window-open.c */
void thaw_window_install_open_actions (GtkWidgetClass *class);
void thaw_window_accept_drops (ThawWindow *self);
/* A native dialog is kept by nobody but us until it has been answered. (transfer full) */
GtkFileChooserNative *thaw_window_new_chooser (ThawWindow *self,
                                               const char *title,
                                               GtkFileChooserAction action,
                                               const char *accept);

/* window-store.c: a store that is not as it should be */
void thaw_window_install_store_actions (GtkWidgetClass *class);
bool thaw_window_can_begin_store (ThawWindow *self); /* it is newer, damaged, not a store */

/* window-locate.c */
void thaw_window_install_locate_actions (GtkWidgetClass *class);
/* Goes on with a run whose data is at `path` now, if it is that data. */
void thaw_window_locate (ThawWindow *self, ThawRunItem *item, const char *path);

/* undo.c */
/* func takes `user` over when it is called; else it is destroyed. Returns its number. */
guint
thaw_window_push_undo (ThawWindow *self, GCallback func, gpointer user, GDestroyNotify destroy);
void thaw_window_toast_undo (
    ThawWindow *self, const char *text, GCallback func, gpointer user, GDestroyNotify destroy);
void thaw_window_undo (ThawWindow *self);
void thaw_window_clear_undo (ThawWindow *self);

G_END_DECLS
