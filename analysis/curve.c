/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves of several runs as one, and what is best for its cost. */
#include "thaw-analysis.h"

#include <math.h>

static const ThawXY *
points_of (const GArray *curve)
{
  return (const ThawXY *) curve->data;
}

static double
value_at (const GArray *curve, double x)
{
  const ThawXY *points = points_of (curve);
  guint low = 0, high = curve->len;

  if (curve->len == 0 || x < points[0].x || x > points[curve->len - 1].x)
    return NAN;
  while (low < high) { /* the first point not before x */
    guint middle = low + (high - low) / 2;
    if (points[middle].x < x)
      low = middle + 1;
    else
      high = middle;
  }
  if (points[low].x <= x)
    return points[low].y;
  return points[low - 1].y + (points[low].y - points[low - 1].y) *
                                 ((x - points[low - 1].x) / (points[low].x - points[low - 1].x));
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

/* The places of all points, or evenly spread ones when that would be too many. */
static GArray *
places (const GArray *const *curves, size_t n, size_t most)
{
  GArray *xs = g_array_new (FALSE, FALSE, sizeof (double));
  size_t total = 0;
  double lo = INFINITY, hi = -INFINITY;

  for (size_t i = 0; i < n; i++) {
    total = MAX (total, curves[i]->len);
    if (curves[i]->len > 0) {
      lo = MIN (lo, points_of (curves[i])[0].x);
      hi = MAX (hi, points_of (curves[i])[curves[i]->len - 1].x);
    }
  }
  if (total > most) {
    for (size_t k = 0; k < most; k++) {
      double x = lo + (hi - lo) * ((double) k / (double) (most - 1));
      g_array_append_val (xs, x);
    }
    return xs;
  }
  for (size_t i = 0; i < n; i++)
    for (guint k = 0; k < curves[i]->len; k++)
      g_array_append_val (xs, points_of (curves[i])[k].x);
  g_array_sort (xs, by_value);
  return xs;
}

GArray *
thaw_mean_curve (const GArray *const *curves, size_t n, size_t most)
{
  g_autoptr (GArray) xs = places (curves, n, MAX (most, 2));
  g_autofree double *values = g_new (double, MAX (n, 1));
  GArray *mean = g_array_new (FALSE, FALSE, sizeof (ThawMeanPoint));

  for (guint k = 0; k < xs->len; k++) {
    double x = g_array_index (xs, double, k);
    if (k > 0 && x == g_array_index (xs, double, k - 1))
      continue;
    for (size_t i = 0; i < n; i++)
      values[i] = value_at (curves[i], x);
    ThawSpread spread = thaw_spread (values, n);
    ThawMeanPoint point = {x, spread.mean, spread.deviation, spread.n};
    if (spread.n > 0)
      g_array_append_val (mean, point);
  }
  return mean;
}

void
thaw_frontier (const double *cost, const double *accuracy, size_t n, bool *best)
{
  for (size_t i = 0; i < n; i++) {
    best[i] = isfinite (cost[i]) && isfinite (accuracy[i]);
    for (size_t j = 0; best[i] && j < n; j++) {
      if (j == i || !isfinite (cost[j]) || !isfinite (accuracy[j]))
        continue;
      bool no_worse = cost[j] <= cost[i] && accuracy[j] >= accuracy[i];
      bool same = cost[j] == cost[i] && accuracy[j] == accuracy[i];
      if (no_worse && !same)
        best[i] = false;
    }
  }
}
