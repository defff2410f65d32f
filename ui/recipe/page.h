/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawRecipePage: the parts that its files share. The window knows pages.h alone. */
#pragma once

#include "cost.h"
#include "data-source.h"
#include "pages.h"

G_BEGIN_DECLS

#define THAW_TYPE_RECIPE_PAGE (thaw_recipe_page_get_type ())
G_DECLARE_FINAL_TYPE (ThawRecipePage, thaw_recipe_page, THAW, RECIPE_PAGE, GtkWidget)

struct _ThawRecipePage {
  GtkWidget parent_instance;

  ThawWatch *watch;
  ThawDraft *draft;
  ThawDataSource *source;
  ThawCost *cost;
  GtkAdjustment *n_seeds;
  ThawRunItem *item; /* (nullable) the run whose recipe is shown, locked */

  GtkWidget *root, *lock_bar, *lock_text, *about_bar, *about_text, *error_bar, *error_text;
  GtkWidget *left, *left_scroller, *side,
      *side_scroller; /* left: all groups; side: answers, when wide */
  GtkWidget *bar, *cost_text, *check_button, *start_button, *start_spinner;
  GtkWidget *answers[4], *slots[4]; /* a slot is an answer's place when narrow */
  bool wide, slim, starting;
  int n_groups;   /* made so far */
  guint building; /* the others come one at a time */
  guint placing;  /* the answers go elsewhere as soon as sizes are given */
  guint settling; /* the field that is shown gets its place: */
  float settled_y;
  int settles;
  GtkFileChooserNative *dialog;
  char *kept_json, *kept_name, *kept_title, *kept_path; /* a draft left for a run's recipe */
  ThawOrigin kept_origin;
};

/* page-actions.c: what keys, buttons and tests do */
void thaw_recipe_page_install_actions (GtkWidgetClass *klass);
void thaw_recipe_page_update_actions (ThawRecipePage *page);
/* page-layout.c */
void thaw_recipe_page_build (ThawRecipePage *page);
void thaw_recipe_page_go_on (ThawRecipePage *self);    /* adds the other groups, one at a time */
void thaw_recipe_page_complete (ThawRecipePage *page); /* makes all groups now */
void thaw_recipe_page_place (ThawRecipePage *page, bool wide);
void thaw_recipe_page_refresh_bar (ThawRecipePage *page);
/* A sentence above the bar, NULL: none; the field at fault (nullable) is scrolled to and marked. */
void thaw_recipe_page_show_error (ThawRecipePage *page, const char *message, const char *field);
/* What a draft begins with, above its groups; NULL: nothing. */
void thaw_recipe_page_show_about (ThawRecipePage *page, const char *text);
void thaw_recipe_page_show_field (ThawRecipePage *page, const char *field, const char *message);
/* page.c */
void thaw_recipe_page_open_recipe (ThawRecipePage *page, const char *path);
/* Arguments of the command that does the same as *Start*; queue: as the window asks for it. */
char **thaw_recipe_page_arguments (ThawRecipePage *page, bool queue) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
