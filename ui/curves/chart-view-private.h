/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "chart-view.h"

G_BEGIN_DECLS

struct _ThawChartView {
  GtkWidget parent_instance;
  ThawChart *chart;
  ThawChartGroup *group;
  char *name;
  int height;
  bool zoomable;

  /* The picture. */
  GskRenderNode *picture; /* (nullable) nothing drawn yet                            */
  bool stale, skipped;    /* to be drawn anew; was out of sight when it should be     */
  guint drawn;
  ThawPlotArea area;     /* of the picture */
  GtkAdjustment *scroll; /* of the scrolled window around, watched while mapped */

  /* What moves over it. */
  ThawHit hit; /* the focused point; line -1: none */
  double pointer_x, pointer_y;
  double drag_x; /* last offset of the drag */
  bool dragged;
  double pinch;    /* last scale of the pinch */
  double scrolled; /* of a wheel, not yet used */

  guint describe_id;         /* source that says the chart anew */
  GtkWidget *menu, *popover; /* (nullable) */
  bool by_key;               /* the place was chosen by a key */
};

/* chart-input.c */
void thaw_chart_view_add_input (ThawChartView *view);
/* chart-words.c: says the chart to screen readers, soon; the focused point at once. */
void thaw_chart_view_describe_soon (ThawChartView *view);
void thaw_chart_view_describe (ThawChartView *view);
/* chart-copy.c */
void thaw_chart_view_copy (ThawChartView *view);
void thaw_chart_view_choose (ThawChartView *view, double x, double x_px, double y_px);
void thaw_chart_view_point (ThawChartView *view, GtkWidget *popover, double x_px, double y_px);

G_END_DECLS
