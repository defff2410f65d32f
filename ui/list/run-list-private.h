/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of ThawRunList, shared by the files that make it up. */
#pragma once

#include "run-list.h"

G_BEGIN_DECLS

struct _ThawRunList {
  GtkWidget parent_instance;
  GtkWidget *box;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search;
  GtkStack *pages;
  GtkListView *view;
  GMenuModel *run_menu, *trash_menu;
  GtkPopoverMenu *menu;

  ThawWatch *watch;
  ThawListRows *rows;
  GtkMultiSelection *selection;
  GHashTable *shown; /* ThawRunRow that are on screen, with their GtkListItem */
  char *awaited;     /* (nullable) id of a run to select when it appears */
  bool trash, selecting, searching;
  guint chosen_source, search_source;
  GPtrArray *chosen;     /* told last */
  guint chosen_position; /* of the first of them */
};

void thaw_run_list_scroll_to (ThawRunList *self, guint position);

/* run-list-tick.c: while several are being chosen */
void thaw_run_list_row_clicked_cb (
    GtkGestureClick *gesture, int n, double x, double y, GtkListItem *cell);
gboolean thaw_run_list_key_pressed_cb (GtkEventControllerKey *keys,
                                       guint key,
                                       guint code,
                                       GdkModifierType modifiers,
                                       ThawRunList *self);

G_END_DECLS
