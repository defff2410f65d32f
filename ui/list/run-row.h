/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawRunRow: a row of the run list: a run, or the heading of a group. Recycled: it is given
 * another item as the list scrolls. Name and tags are edited in place. */
#pragma once

#include "group-item.h"
#include "run-item.h"
#include <gtk/gtk.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define THAW_TYPE_RUN_ROW (thaw_run_row_get_type ())
G_DECLARE_FINAL_TYPE (ThawRunRow, thaw_run_row, THAW, RUN_ROW, GtkWidget)

typedef enum { THAW_EDIT_NAME, THAW_EDIT_TAGS } ThawRunEdit;

/* Signal "edited" (ThawRunEdit as int, const char *text): Enter was pressed in place. */
GtkWidget *thaw_run_row_new (void);
void thaw_run_row_set_item (ThawRunRow *row, gpointer item); /* run, heading or NULL */
ThawRunItem *thaw_run_row_run (ThawRunRow *row);             /* (transfer none) (nullable) */
void thaw_run_row_edit (ThawRunRow *row, ThawRunEdit what);
/* A box that tells whether it is among those chosen; the list ticks it. */
void thaw_run_row_set_selecting (ThawRunRow *row, bool selecting);
void thaw_run_row_set_selected (ThawRunRow *row, bool selected);
/* Icon and colour class of a state. */
const char *thaw_run_state_icon (ThawRunState state);
const char *thaw_run_state_class (ThawRunState state); /* (nullable) */

G_END_DECLS
