/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a chart holds, for the files that draw, describe and save it. */
#pragma once

#include "axis.h"
#include "series.h"
#include "thaw-plots.h"

G_BEGIN_DECLS

typedef struct {
  double x0, x1;
  char *label; /* (nullable) */
} ThawShade;

typedef struct {
  double x;
  char *label; /* (nullable) */
} ThawMark;

struct _ThawChart {
  char *title, *x_label, *y_label; /* never NULL, may be empty */
  GPtrArray *series;               /* of ThawLine            */
  GArray *shades;                  /* of ThawShade             */
  GArray *marks;                   /* of ThawMark              */
  bool has_x_range, has_y_range, y_log, percent;
  double x_lo, x_hi, y_lo, y_hi;
};

/* The axes for what the chart holds now; always usable ranges, also without data. */
ThawAxis thaw_chart_x_axis (const ThawChart *chart);
ThawAxis thaw_chart_y_axis (const ThawChart *chart);
bool thaw_chart_is_empty (const ThawChart *chart); /* no points at all */

/* The margin that y labels and ticks need, so that charts below one another can share the widest.
 */
double thaw_chart_left_margin (const ThawChart *chart,
                               cairo_t *cr,
                               double height,
                               const ThawPlotStyle *style);
/* thaw_chart_draw with at least so much margin on the left. */
void thaw_chart_draw_aligned (const ThawChart *chart,
                              cairo_t *cr,
                              const double box[4],
                              double left,
                              const ThawPlotStyle *style);

G_END_DECLS
