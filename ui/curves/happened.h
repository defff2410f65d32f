/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "What happened here": a popover on a place of a curve: moments near it, values before and after.
 */
#pragma once

#include "thaw-analysis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For thaw_chart_view_show_popover (). (transfer floating) */
GtkWidget *thaw_happened_new (const ThawRunRows *rows,
                              const ThawTimeline *timeline,
                              double steps,
                              double reach) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
