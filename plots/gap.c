/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gap between two lines: how wide it is where the view ends. */
#include "chart-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The line's y at x between its plottable neighbours. */
static bool
value_at (const ThawSeries *series, double x, double *y)
{
  size_t after = thaw_series_find (series, x), n = thaw_series_length (series);
  ThawPoint a, b;

  if (after == n)
    return false;
  b = *thaw_series_at (series, after);
  if (b.x == x) {
    *y = b.y;
    return thaw_plottable (b.y);
  }
  if (after == 0)
    return false;
  a = *thaw_series_at (series, after - 1);
  *y = a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x));
  return thaw_plottable (a.y) && thaw_plottable (b.y);
}

/* Of the points of one line in view, the last where the other line is as well. */
static bool
last_common (const ThawSeries *one,
             const ThawSeries *other,
             const ThawAxis *x,
             ThawPoint *found,
             double *there)
{
  size_t first, end;

  thaw_series_within (one, x->lo, x->hi, &first, &end);
  for (size_t steps = 0; end > first && steps < 100000; end--, steps++) {
    *found = *thaw_series_at (one, end - 1);
    if (thaw_plottable (found->y) && value_at (other, found->x, there))
      return true;
  }
  return false;
}

bool
thaw_chart_gap_end (const ThawChart *chart, ThawGapEnd *end)
{
  ThawAxis x = thaw_chart_x_axis (chart);
  const ThawSeries *first, *second;
  ThawPoint a, b;
  double at_a, at_b;
  bool has_a, has_b;

  if (chart->gap[0] < 0)
    return false;
  first = thaw_line_shown (thaw_chart_line (chart, (guint) chart->gap[0]));
  second = thaw_line_shown (thaw_chart_line (chart, (guint) chart->gap[1]));
  has_a = last_common (first, second, &x, &a, &at_a);
  has_b = last_common (second, first, &x, &b, &at_b);
  if (has_a && (!has_b || a.x >= b.x))
    *end = (ThawGapEnd){a.x, a.y, at_a};
  else if (has_b)
    *end = (ThawGapEnd){b.x, at_b, b.y};
  return has_a || has_b;
}

char *
thaw_gap_text (const ThawChart *chart, const ThawGapEnd *end)
{
  double size = end->first - end->second;
  g_autofree char *number = chart->y_unit == THAW_UNIT_PERCENT
                                ? thaw_number_minus (g_strdup_printf ("%.1f", size * 100))
                                : thaw_unit_text (chart->y_unit, size);

  if (chart->y_unit == THAW_UNIT_PERCENT)
    /* Translators: how far two curves of percentages are apart, in percentage points. Short. */
    return g_strdup_printf (_ ("gap %s points"), number);
  /* Translators: how far two curves are apart. Short. */
  return g_strdup_printf (_ ("gap %s"), number);
}
