/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawRunBar: above a run's views: its name, how it stands, progress, and buttons for what can be
 * done now. The buttons are actions of the window ("win.*"). */
#pragma once

#include "run-status.h"
#include "watch.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define THAW_TYPE_RUN_BAR (thaw_run_bar_get_type ())
G_DECLARE_FINAL_TYPE (ThawRunBar, thaw_run_bar, THAW, RUN_BAR, GtkWidget)

/* Signal "updated" (): what can be done may be another thing now. */
void thaw_run_bar_set_watch (ThawRunBar *bar, ThawWatch *watch);
void thaw_run_bar_set_item (ThawRunBar *bar, ThawRunItem *item); /* (nullable) */
/* Text above buttons instead of beside them. */
void thaw_run_bar_set_narrow (ThawRunBar *bar, bool narrow);
/* Its worker was asked; said until it has answered by another state. NULL: nothing is asked. */
void thaw_run_bar_set_asked (ThawRunBar *bar, const char *verb);
guint thaw_run_bar_can (ThawRunBar *bar); /* of ThawRunCan; 0 without a run */

/* What stands below the state's sentence; NULL: nothing. (transfer none) */
const char *thaw_run_bar_more (ThawRunBar *bar);

G_END_DECLS
