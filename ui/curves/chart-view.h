/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawChartView: a chart of plots as a widget. Draws it once into a picture and moves the crosshair
 * over that; zooms, pans and walks the points together with the charts of its group; says itself to
 * screen readers. */
#pragma once

#include "chart-group.h"

G_BEGIN_DECLS

#define THAW_TYPE_CHART_VIEW (thaw_chart_view_get_type ())
G_DECLARE_FINAL_TYPE (ThawChartView, thaw_chart_view, THAW, CHART_VIEW, GtkWidget)

/* name: for screen readers and files, e.g. the chart's title (copied). Takes the chart.
 * Signals: "chosen" (double x, double x_px, double y_px): a place was clicked, or Enter pressed on
 * it. Actions: chart.copy, chart.table, chart.export, chart.reset. */
GtkWidget *
thaw_chart_view_new (ThawChart *chart, const char *name, ThawChartGroup *group, int height);
ThawChart *thaw_chart_view_chart (ThawChartView *view); /* (transfer none) */
const char *thaw_chart_view_name (ThawChartView *view);
ThawChartGroup *thaw_chart_view_group (ThawChartView *view);
/* The chart holds something else: drawn anew with the next frame in which it can be seen. */
void thaw_chart_view_changed (ThawChartView *view);
/* Whether x can be zoomed; scatters are not. True at first. */
void thaw_chart_view_set_zoomable (ThawChartView *view, bool zoomable);
/* Puts a popover at a place of the chart, in the stead of the one before. One opened by a key takes
 * the focus; one opened by a click stays beside, so that a double click still means what it does,
 * and goes with the next click, zoom, or Escape. (transfer floating) */
void
thaw_chart_view_show_popover (ThawChartView *view, GtkWidget *popover, double x_px, double y_px);
bool thaw_chart_view_close_popover (ThawChartView *view); /* whether there was one */
/* The look that the chart is drawn with now. */
ThawPlotStyle thaw_chart_view_style (ThawChartView *view);
/* Times the picture was drawn, for tests. */
guint thaw_chart_view_drawn (ThawChartView *view);

G_END_DECLS
