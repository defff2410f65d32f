/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawChartGroup: charts that share one x axis: what of it is seen, where the crosshair stands, and
 * the margins. Holds its views weakly; main thread only. */
#pragma once

#include "thaw-plots.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _ThawChartView ThawChartView;

#define THAW_TYPE_CHART_GROUP (thaw_chart_group_get_type ())
G_DECLARE_FINAL_TYPE (ThawChartGroup, thaw_chart_group, THAW, CHART_GROUP, GObject)

/* Signal "zoomed" (): what is seen of the x axis is another part now. */
ThawChartGroup *thaw_chart_group_new (void) G_GNUC_WARN_UNUSED_RESULT;
void thaw_chart_group_add (ThawChartGroup *group, ThawChartView *view);
void thaw_chart_group_remove (ThawChartGroup *group, ThawChartView *view);
const GPtrArray *thaw_chart_group_views (ThawChartGroup *group); /* of ThawChartView */

/* The whole axis. A view that reaches its end stays there when the end moves on. */
void thaw_chart_group_set_full (ThawChartGroup *group, ThawRange full);
ThawRange thaw_chart_group_full (ThawChartGroup *group);
ThawRange thaw_chart_group_range (ThawChartGroup *group);
bool thaw_chart_group_zoomed (ThawChartGroup *group);
void thaw_chart_group_zoom (ThawChartGroup *group, double at, double factor);
void thaw_chart_group_pan (ThawChartGroup *group, double by);
void thaw_chart_group_show (ThawChartGroup *group, ThawRange range);
void thaw_chart_group_reset (ThawChartGroup *group);

/* NaN: nowhere. */
void thaw_chart_group_set_cursor (ThawChartGroup *group, double x);
double thaw_chart_group_cursor (ThawChartGroup *group);

/* The charts hold something else now: all of them are drawn anew with the next frame, each at most
 * once and only as far as it can be seen. */
void thaw_chart_group_changed (ThawChartGroup *group);
/* For views, before they draw: margins that all share. */
void thaw_chart_group_align (ThawChartGroup *group, const ThawPlotStyle *style);

G_END_DECLS
