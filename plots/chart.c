/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart as data: what was added to it and the axes that follow. */
#include "chart-private.h"

#include <math.h>

static void
clear_shade (gpointer shade)
{
  g_free (((ThawShade *) shade)->label);
}

static void
clear_mark (gpointer mark)
{
  g_free (((ThawMark *) mark)->label);
}

ThawChart *
thaw_chart_new (const char *title, const char *x_label, const char *y_label)
{
  ThawChart *chart = g_new0 (ThawChart, 1);

  chart->title = g_strdup (title ? title : "");
  chart->x_label = g_strdup (x_label ? x_label : "");
  chart->y_label = g_strdup (y_label ? y_label : "");
  chart->series = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_line_free);
  chart->shades = g_array_new (FALSE, FALSE, sizeof (ThawShade));
  chart->marks = g_array_new (FALSE, FALSE, sizeof (ThawMark));
  g_array_set_clear_func (chart->shades, clear_shade);
  g_array_set_clear_func (chart->marks, clear_mark);
  return chart;
}

void
thaw_chart_free (ThawChart *chart)
{
  if (!chart)
    return;
  g_free (chart->title);
  g_free (chart->x_label);
  g_free (chart->y_label);
  g_ptr_array_unref (chart->series);
  g_array_unref (chart->shades);
  g_array_unref (chart->marks);
  g_free (chart);
}

void
thaw_chart_add_series (ThawChart *chart,
                       const char *label,
                       const ThawPoint *points,
                       size_t n,
                       int hue,
                       int dash,
                       bool marker,
                       int smooth)
{
  g_return_if_fail (chart && (points || n == 0) && hue >= 0 && dash >= 0);
  g_ptr_array_add (chart->series, thaw_line_new (label, points, n, hue, dash, marker, smooth));
}

void
thaw_chart_shade (ThawChart *chart, double x0, double x1, const char *label)
{
  ThawShade shade = {MIN (x0, x1), MAX (x0, x1), g_strdup (label)};

  g_return_if_fail (chart && thaw_plottable (x0) && thaw_plottable (x1));
  g_array_append_val (chart->shades, shade);
}

void
thaw_chart_mark (ThawChart *chart, double x, const char *label)
{
  ThawMark mark = {x, g_strdup (label)};

  g_return_if_fail (chart && thaw_plottable (x));
  g_array_append_val (chart->marks, mark);
}

void
thaw_chart_set_x_range (ThawChart *chart, double lo, double hi)
{
  g_return_if_fail (chart && thaw_plottable (lo) && thaw_plottable (hi) && lo < hi);
  chart->has_x_range = true;
  chart->x_lo = lo;
  chart->x_hi = hi;
}

void
thaw_chart_set_y_range (ThawChart *chart, double lo, double hi)
{
  g_return_if_fail (chart && thaw_plottable (lo) && thaw_plottable (hi) && lo < hi);
  chart->has_y_range = true;
  chart->y_lo = lo;
  chart->y_hi = hi;
}

void
thaw_chart_set_y_log (ThawChart *chart, bool log)
{
  chart->y_log = log;
}

void
thaw_chart_set_percent (ThawChart *chart, bool percent)
{
  chart->percent = percent;
}

bool
thaw_chart_is_empty (const ThawChart *chart)
{
  for (guint i = 0; i < chart->series->len; i++)
    if (((ThawLine *) chart->series->pdata[i])->n > 0)
      return false;
  return true;
}

/* All points, shades and marks have a place. */
ThawAxis
thaw_chart_x_axis (const ThawChart *chart)
{
  ThawAxis axis = {.lo = INFINITY, .hi = -INFINITY, .whole = true};

  for (guint i = 0; i < chart->series->len; i++) {
    const ThawSeriesFacts *facts = &((ThawLine *) chart->series->pdata[i])->facts;
    axis.lo = MIN (axis.lo, facts->x_lo);
    axis.hi = MAX (axis.hi, facts->x_hi);
    axis.whole = axis.whole && facts->whole_x;
  }
  for (guint i = 0; i < chart->shades->len; i++) {
    axis.lo = MIN (axis.lo, g_array_index (chart->shades, ThawShade, i).x0);
    axis.hi = MAX (axis.hi, g_array_index (chart->shades, ThawShade, i).x1);
  }
  for (guint i = 0; i < chart->marks->len; i++) {
    axis.lo = MIN (axis.lo, g_array_index (chart->marks, ThawMark, i).x);
    axis.hi = MAX (axis.hi, g_array_index (chart->marks, ThawMark, i).x);
  }
  if (chart->has_x_range || axis.lo > axis.hi) {
    axis.lo = chart->has_x_range ? chart->x_lo : 0;
    axis.hi = chart->has_x_range ? chart->x_hi : 1;
  }
  if (axis.whole && axis.lo == axis.hi) {
    axis.lo -= 1;
    axis.hi += 1;
  }
  thaw_axis_fix (&axis);
  return axis;
}

static void
pad_log (ThawAxis *axis)
{
  double pad = pow (axis->hi / axis->lo, 0.05);

  axis->lo /= pad;
  axis->hi *= pad;
}

/* Some air; zero joins in when it is near, and what cannot be negative or above 100 % keeps to
 * that. */
static void
pad_linear (ThawAxis *axis)
{
  double span = axis->hi - axis->lo, lo = axis->lo - span * 0.05, hi = axis->hi + span * 0.05;

  if (axis->lo >= 0 && (lo < 0 || axis->lo < span * 0.35))
    lo = 0;
  if (axis->percent && axis->hi <= 1 && hi > 1)
    hi = 1;
  axis->lo = lo;
  axis->hi = hi;
}

ThawAxis
thaw_chart_y_axis (const ThawChart *chart)
{
  ThawAxis axis = {.lo = INFINITY, .hi = -INFINITY, .log = chart->y_log, .percent = chart->percent};

  for (guint i = 0; i < chart->series->len; i++) {
    const ThawSeriesFacts *facts = &((ThawLine *) chart->series->pdata[i])->facts;
    if (facts->n_finite == 0)
      continue;
    axis.lo = MIN (axis.lo, chart->y_log ? facts->least_positive : facts->lowest.y);
    axis.hi = MAX (axis.hi, facts->highest.y);
  }
  if (chart->has_y_range && !(chart->y_log && chart->y_lo <= 0)) {
    axis.lo = chart->y_lo;
    axis.hi = chart->y_hi;
    return axis;
  }
  if (axis.lo > axis.hi || (axis.log && !(axis.hi > 0 && isfinite (axis.lo)))) {
    axis.lo = chart->y_log ? 0.1 : 0;
    axis.hi = 1;
  }
  thaw_axis_fix (&axis);
  if (axis.log)
    pad_log (&axis);
  else
    pad_linear (&axis);
  return axis;
}
