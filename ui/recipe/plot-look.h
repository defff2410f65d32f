/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How plots look inside a widget: light, dark or high contrast, the widget's font, no background.
 */
#pragma once

#include "thaw-plots.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The font's name is valid as long as the widget keeps its font. */
ThawPlotStyle thaw_plot_look (GtkWidget *widget);
/* Draws the widget anew when the look changes. */
void thaw_plot_look_follow (GtkWidget *widget);

G_END_DECLS
