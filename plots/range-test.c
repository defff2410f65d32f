/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thaw-plots.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static void
add (ThawChart *chart, const double *rates, const double *values, size_t n, const ThawLook *look)
{
  g_autoptr (ThawSeries) series = thaw_series_new ();

  for (size_t i = 0; i < n; i++) {
    ThawPoint point = {rates[i], values[i]};
    thaw_series_append (series, &point, 1);
  }
  thaw_chart_add_line (chart, series, look);
}

/* What runs away at the end would leave no room for the rest. */
static void
limit_y (ThawChart *chart, const double *losses, const double *means, size_t n)
{
  double least = INFINITY, first = n > 0 ? means[0] : NAN;

  for (size_t i = 0; i < n; i++)
    if (isfinite (losses[i]))
      least = fmin (least, losses[i]);
  if (isfinite (least) && isfinite (first) && first > least)
    thaw_chart_set_y_range (chart, least - 0.05 * (first - least), first + (first - least));
}

ThawChart *
thaw_range_test_chart (const double *rates, const double *losses, const double *means, size_t n)
{
  ThawChart *chart = thaw_chart_new (_ ("Range test"), _ ("learning rate"), _ ("loss"));
  const ThawLook step = {.label = _ ("each step"), .hue = 1, .dash = 2},
                 mean = {.label = _ ("mean, later steps weighing more")};

  thaw_chart_set_x_log (chart, true);
  thaw_chart_set_x_unit (chart, THAW_UNIT_NUMBER);
  add (chart, rates, losses, n, &step);
  add (chart, rates, means, n, &mean);
  limit_y (chart, losses, means, n);
  return chart;
}
