/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points that grow, shared by counting references. */
#include "series.h"

#include <math.h>

static void
smoothed_free (gpointer p)
{
  ThawSmoothed *smoothed = p;

  thaw_series_unref (smoothed->series);
  g_free (smoothed);
}

ThawSeries *
thaw_series_new (void)
{
  ThawSeries *series = g_new0 (ThawSeries, 1);

  series->refs = 1;
  series->points = g_array_new (FALSE, FALSE, sizeof (ThawPoint));
  thaw_levels_init (&series->levels);
  series->smoothed = g_ptr_array_new_with_free_func (smoothed_free);
  return series;
}

ThawSeries *
thaw_series_ref (ThawSeries *series)
{
  series->refs++;
  return series;
}

void
thaw_series_unref (ThawSeries *series)
{
  if (!series || --series->refs > 0)
    return;
  g_ptr_array_unref (series->smoothed);
  thaw_levels_clear (&series->levels);
  g_array_unref (series->points);
  g_free (series);
}

static double
last_x (const ThawSeries *series)
{
  size_t n = series->points->len;

  return n > 0 ? thaw_series_at (series, n - 1)->x : -INFINITY;
}

#define UNEVEN 1e-3 /* of a step */

static void
count_even (ThawSeries *series)
{
  size_t n = series->points->len;
  double from;

  series->n_even = MIN (series->n_even, n);
  if (n < 2)
    return;
  from = thaw_series_at (series, 0)->x;
  if (series->n_even < 2) {
    series->step = thaw_series_at (series, 1)->x - from;
    series->n_even = series->step > 0 ? 2 : 0;
  }
  for (size_t i = series->n_even; i > 0 && i < n; i++) {
    if (fabs (thaw_series_at (series, i)->x - (from + series->step * (double) i)) >
        UNEVEN * series->step)
      return;
    series->n_even = i + 1;
  }
}

static void
take (ThawSeries *series, const ThawPoint *points, size_t n)
{
  size_t from = series->points->len;

  g_array_append_vals (series->points, points, (guint) n);
  thaw_levels_update (&series->levels, thaw_series_at (series, 0), from + n, from);
  count_even (series);
}

bool
thaw_series_append (ThawSeries *series, const ThawPoint *points, size_t n)
{
  double before = last_x (series);

  if (n > G_MAXUINT32 / 32 - series->points->len)
    return false;
  for (size_t i = 0; i < n; before = points[i++].x)
    if (!thaw_plottable (points[i].x) || points[i].x < before)
      return false;
  if (n > 0)
    take (series, points, n);
  return true;
}

ThawSeries *
thaw_series_new_from (const ThawPoint *points, size_t n)
{
  ThawSeries *series = thaw_series_new ();
  g_autoptr (GArray) good = g_array_new (FALSE, FALSE, sizeof (ThawPoint));
  double before = -INFINITY;

  for (size_t i = 0; i < n; i++)
    if (thaw_plottable (points[i].x) && points[i].x >= before) {
      g_array_append_val (good, points[i]);
      before = points[i].x;
    }
  if (good->len > 0)
    take (series, (const ThawPoint *) (const void *) good->data, good->len);
  return series;
}

ThawSeries *
thaw_series_copy (const ThawSeries *series)
{
  return thaw_series_new_from (thaw_series_at (series, 0), series->points->len);
}

void
thaw_series_truncate (ThawSeries *series, size_t n)
{
  if (n >= series->points->len)
    return;
  g_array_set_size (series->points, (guint) n);
  count_even (series);
  thaw_levels_update (&series->levels, thaw_series_at (series, 0), n, n);
  for (guint k = 0; k < series->smoothed->len; k++) {
    ThawSmoothed *smoothed = series->smoothed->pdata[k];
    smoothed->stale = smoothed->stale || smoothed->n > n;
    smoothed->n = MIN (smoothed->n, n);
  }
}

size_t
thaw_series_length (const ThawSeries *series)
{
  return series->points->len;
}

const ThawPoint *
thaw_series_points (const ThawSeries *series)
{
  return thaw_series_at (series, 0);
}

/* --- where a value of x is --- */

size_t
thaw_series_find (const ThawSeries *series, double x)
{
  size_t lo = 0, hi = series->points->len;

  while (lo < hi) {
    size_t middle = lo + (hi - lo) / 2;
    if (thaw_series_at (series, middle)->x < x)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

size_t
thaw_series_after (const ThawSeries *series, double x)
{
  size_t lo = 0, hi = series->points->len;

  while (lo < hi) {
    size_t middle = lo + (hi - lo) / 2;
    if (thaw_series_at (series, middle)->x <= x)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

void
thaw_series_within (const ThawSeries *series, double lo, double hi, size_t *first, size_t *end)
{
  *first = thaw_series_find (series, lo);
  *end = MAX (*first, thaw_series_after (series, hi));
}

bool
thaw_series_nearest (const ThawSeries *series, double x, size_t *index)
{
  size_t after = thaw_series_after (series, x), n = series->points->len;

  if (n == 0 || isnan (x))
    return false;
  if (after == n || (after > 0 && x - thaw_series_at (series, after - 1)->x <
                                      thaw_series_at (series, after)->x - x))
    after--;
  *index = after;
  return true;
}

/* --- what is known of all --- */

ThawSpan
thaw_series_span (const ThawSeries *series, size_t first, size_t end)
{
  return thaw_levels_span (&series->levels, thaw_series_at (series, 0), first, end);
}

ThawSeriesFacts
thaw_series_facts (const ThawSeries *series)
{
  size_t n = series->points->len, i = 0, k = n;
  ThawSpan all = thaw_series_span (series, 0, n);
  ThawSeriesFacts facts = {.n = n,
                           .n_nan = all.n_nan,
                           .n_infinite = all.n_up + all.n_down,
                           .n_finite = n - all.n_nan - all.n_up - all.n_down,
                           .x_lo = n ? thaw_series_at (series, 0)->x : INFINITY,
                           .x_hi = last_x (series),
                           .least_positive = all.least_positive,
                           .whole_x = all.n_part == 0};

  if (facts.n_finite == 0)
    return facts;
  while (!thaw_plottable (thaw_series_at (series, i)->y))
    i++;
  while (!thaw_plottable (thaw_series_at (series, k - 1)->y))
    k--;
  facts.first = *thaw_series_at (series, i);
  facts.last = *thaw_series_at (series, k - 1);
  facts.lowest = *thaw_series_at (series, all.lo_at);
  facts.highest = *thaw_series_at (series, all.hi_at);
  return facts;
}
