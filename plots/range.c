/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the axes of a chart span. */
#include "chart-private.h"

#include <math.h>

bool
thaw_chart_is_empty (const ThawChart *chart)
{
  if (chart->kind == THAW_CHART_STRIP)
    return chart->strip->cells->len == 0 &&
           (!chart->strip->rate || thaw_series_length (chart->strip->rate) == 0);
  if (chart->kind == THAW_CHART_SCATTER) {
    for (guint i = 0; i < chart->scatter->dots->len; i++)
      if (thaw_dot_has_place (chart, thaw_scatter_dot (chart, i)))
        return false;
    return true;
  }
  for (guint i = 0; i < chart->lines->len; i++)
    if (thaw_series_length (thaw_chart_line (chart, i)->series) > 0)
      return false;
  return true;
}

/* --- x --- */

static void
widen (ThawAxis *axis, double lo, double hi)
{
  axis->lo = MIN (axis->lo, lo);
  axis->hi = MAX (axis->hi, hi);
}

/* Also finds whether all x are whole. */
static void
widen_by_series (ThawAxis *axis, const ThawSeries *series, bool *whole)
{
  size_t n = thaw_series_length (series);

  if (n == 0)
    return;
  widen (axis, thaw_series_at (series, 0)->x, thaw_series_at (series, n - 1)->x);
  *whole = *whole && thaw_series_span (series, 0, n).n_part == 0;
}

static void
widen_by_dots (ThawAxis *axis, const ThawChart *chart)
{
  for (guint i = 0; i < chart->scatter->dots->len; i++) {
    const ThawDot *dot = thaw_scatter_dot (chart, i);
    double low = dot->x - dot->x_deviation;
    if (!thaw_dot_has_place (chart, dot))
      continue;
    widen (axis, chart->x_log && low <= 0 ? dot->x : low, dot->x + dot->x_deviation);
  }
}

/* All that the chart holds; lo > hi when it holds nothing. */
static ThawAxis
x_extent (const ThawChart *chart)
{
  ThawAxis axis = {.lo = INFINITY, .hi = -INFINITY, .log = chart->x_log};
  bool whole = chart->kind == THAW_CHART_LINES;

  for (guint i = 0; i < chart->lines->len; i++)
    widen_by_series (&axis, thaw_chart_line (chart, i)->series, &whole);
  for (guint i = 0; i < chart->bands->len; i++) {
    widen_by_series (&axis, g_array_index (chart->bands, ThawBand, i).lower, &whole);
    widen_by_series (&axis, g_array_index (chart->bands, ThawBand, i).upper, &whole);
  }
  for (guint i = 0; i < chart->shades->len; i++)
    widen (&axis, g_array_index (chart->shades, ThawShade, i).x0,
           g_array_index (chart->shades, ThawShade, i).x1);
  for (guint i = 0; i < chart->marks->len; i++)
    widen (&axis, g_array_index (chart->marks, ThawMark, i).x,
           g_array_index (chart->marks, ThawMark, i).x);
  if (chart->strip) {
    for (guint i = 0; i < chart->strip->cells->len; i++)
      widen (&axis, g_array_index (chart->strip->cells, ThawCell, i).x0,
             g_array_index (chart->strip->cells, ThawCell, i).x1);
    if (chart->strip->rate)
      widen_by_series (&axis, chart->strip->rate, &whole);
  }
  if (chart->scatter)
    widen_by_dots (&axis, chart);
  axis.unit = chart->has_x_unit ? chart->x_unit : whole ? THAW_UNIT_WHOLE : THAW_UNIT_NUMBER;
  return axis;
}

static void
pad_log (ThawAxis *axis, double share)
{
  double pad = exp (share * (log (axis->hi) - log (axis->lo)));

  axis->lo /= pad;
  axis->hi *= pad;
  thaw_axis_fix (axis);
}

/* Dots need air around them. */
static void
pad_dots (ThawAxis *axis)
{
  double span = axis->hi - axis->lo;

  if (axis->log) {
    pad_log (axis, 0.1);
    return;
  }
  axis->hi += span * 0.12;
  axis->lo = axis->lo >= 0 && axis->lo < span ? 0 : axis->lo - span * 0.12;
}

/* All points, shades and marks have a place. */
ThawAxis
thaw_chart_x_axis (const ThawChart *chart)
{
  ThawAxis axis = x_extent (chart);
  bool empty = axis.lo > axis.hi;

  if (axis.log && ((!empty && axis.lo <= 0) || (chart->has_x_range && chart->x_lo <= 0)))
    axis.log = false;
  if (chart->has_x_range || empty) {
    axis.lo = chart->has_x_range ? chart->x_lo : axis.log ? 0.1 : 0;
    axis.hi = chart->has_x_range ? chart->x_hi : 1;
  }
  if (axis.unit == THAW_UNIT_WHOLE && axis.lo == axis.hi) {
    axis.lo -= 1;
    axis.hi += 1;
  }
  thaw_axis_fix (&axis);
  if (chart->scatter && !chart->has_x_range && !empty)
    pad_dots (&axis);
  return axis;
}

bool
thaw_charts_x_extent (ThawChart *const *charts, size_t n, double *lo, double *hi)
{
  ThawAxis all = {.lo = INFINITY, .hi = -INFINITY};

  for (size_t i = 0; i < n; i++) {
    ThawAxis axis = x_extent (charts[i]);
    widen (&all, axis.lo, axis.hi);
  }
  *lo = all.lo <= all.hi ? all.lo : 0;
  *hi = all.lo <= all.hi ? all.hi : 1;
  if (all.lo <= all.hi && *lo == *hi) {
    thaw_axis_fix (&all);
    *lo = all.lo;
    *hi = all.hi;
  }
  return all.lo <= all.hi;
}

/* --- y --- */

/* Some air; zero joins in when it is near, and what cannot be negative or above 100 % keeps to
 * that. */
static void
pad_linear (ThawAxis *axis)
{
  double span = axis->hi - axis->lo, lo = axis->lo - span * 0.05, hi = axis->hi + span * 0.05;

  if (axis->lo >= 0 && (lo < 0 || axis->lo < span * 0.35))
    lo = 0;
  if (axis->unit == THAW_UNIT_PERCENT && axis->hi <= 1 && hi > 1)
    hi = 1;
  axis->lo = lo;
  axis->hi = hi;
}

static void
widen_y (ThawAxis *axis, const ThawSeries *series, const ThawAxis *view)
{
  size_t first = 0, end = thaw_series_length (series);
  ThawSpan span;

  if (view) {
    thaw_series_within (series, view->lo, view->hi, &first, &end);
    first = first > 0 ? first - 1 : 0; /* lines into view */
    end = MIN (end + 1, thaw_series_length (series));
  }
  span = thaw_series_span (series, first, end);
  widen (axis, axis->log ? span.least_positive : span.lo, span.hi);
}

static void
widen_y_by_all (ThawAxis *axis, const ThawChart *chart, const ThawAxis *view)
{
  for (guint i = 0; i < chart->lines->len; i++)
    widen_y (axis, thaw_chart_line (chart, i)->series, view);
  for (guint i = 0; i < chart->bands->len; i++) {
    widen_y (axis, g_array_index (chart->bands, ThawBand, i).lower, view);
    widen_y (axis, g_array_index (chart->bands, ThawBand, i).upper, view);
  }
  for (guint i = 0; chart->scatter && i < chart->scatter->dots->len; i++) {
    const ThawDot *dot = thaw_scatter_dot (chart, i);
    double low = dot->y - dot->y_deviation;
    if (thaw_dot_has_place (chart, dot))
      widen (axis, axis->log && low <= 0 ? dot->y : low, dot->y + dot->y_deviation);
  }
}

ThawAxis
thaw_chart_y_axis (const ThawChart *chart)
{
  ThawAxis axis = {.lo = INFINITY, .hi = -INFINITY, .log = chart->y_log, .unit = chart->y_unit};
  ThawAxis view = thaw_chart_x_axis (chart);

  if (chart->strip)
    return (ThawAxis){.lo = 0, .hi = MAX (chart->strip->rows->len, 1), .unit = THAW_UNIT_WHOLE};
  if (chart->has_y_range && !(chart->y_log && chart->y_lo <= 0)) {
    axis.lo = chart->y_lo;
    axis.hi = chart->y_hi;
    if (axis.log)
      thaw_axis_fix (&axis);
    return axis;
  }
  if (chart->y_follow)
    widen_y_by_all (&axis, chart, &view);
  if (axis.lo > axis.hi) /* nothing in view either */
    widen_y_by_all (&axis, chart, NULL);
  if (axis.lo > axis.hi || (axis.log && !(axis.hi > 0 && isfinite (axis.lo)))) {
    axis.lo = chart->y_log ? 0.1 : 0;
    axis.hi = 1;
  }
  thaw_axis_fix (&axis);
  if (axis.log)
    pad_log (&axis, 0.05);
  else if (chart->scatter) {
    double span = axis.hi - axis.lo;
    axis.lo = axis.lo >= 0 ? MAX (0, axis.lo - span * 0.15) : axis.lo - span * 0.15;
    axis.hi += span * 0.15;
    if (axis.unit == THAW_UNIT_PERCENT && axis.hi > 1)
      axis.hi = 1 + span * 0.02;
  } else
    pad_linear (&axis);
  return axis;
}

ThawAxis
thaw_strip_rate_axis (const ThawChart *strip)
{
  const ThawStrip *data = strip->strip;
  ThawAxis axis = {.lo = 0, .hi = 1, .log = data->rate_log};
  ThawSpan span = thaw_span_empty ();

  if (data->rate)
    span = thaw_series_span (data->rate, 0, thaw_series_length (data->rate));
  if (span.hi > 0 && isfinite (span.least_positive)) {
    axis.hi = span.hi;
    axis.lo = axis.log ? span.least_positive : 0;
    thaw_axis_fix (&axis);
    if (axis.log)
      pad_log (&axis, 0.08);
    else
      axis.hi *= 1.12;
  } else if (axis.log)
    axis.lo = 0.1;
  return axis;
}
