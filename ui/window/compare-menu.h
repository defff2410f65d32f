/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A button whose menu offers the runs that a run can be compared with. */
#pragma once

#include "watch.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Activates "win.compare-with" (s: the other's id) or "win.choose-others". */
GtkWidget *thaw_compare_button_new (ThawWatch *watch, ThawRunItem *item);
/* Whether there is any other run with curves. */
bool thaw_compare_has_others (ThawWatch *watch, ThawRunItem *item);
/* Those that the menu offers: starred ones first, then the latest. Of ThawRunItem (transfer full)
 */
GPtrArray *thaw_compare_offers (ThawWatch *watch, ThawRunItem *item) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
