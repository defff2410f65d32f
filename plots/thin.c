/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From points to what a row of pixel columns can show. Crowded columns of even series are known
 * from the levels alone: with ten runs of 100,000 points, looking at points costs more than all the
 * rest. */
#include "series.h"

#include <math.h>

#define FEW 6      /* points of a column that need no levels                           */
#define CROWDED 24 /* where its first and last point make no difference to be seen      */
#define SNAP 16    /* where a column may end at the next whole span instead of its border */

static ThawExtremes
extremes (const ThawSeries *series, size_t first, size_t end)
{
  return thaw_levels_extremes (&series->levels, thaw_series_at (series, 0), first, end);
}

static double
x_of (const ThawSeries *series, size_t i)
{
  return thaw_series_is_even (series) ? thaw_series_at (series, 0)->x + series->step * (double) i
                                      : thaw_series_at (series, i)->x;
}

static void
keep (const ThawSeries *series, size_t i, double y, GArray *out)
{
  ThawPoint p = {x_of (series, i), y};

  g_array_append_val (out, p);
}

static void
keep_crowd (const ThawSeries *series, const ThawExtremes *e, GArray *out)
{
  bool low_first = e->lo_at < e->hi_at;

  keep (series, low_first ? e->lo_at : e->hi_at, low_first ? e->lo : e->hi, out);
  if (e->lo_at != e->hi_at)
    keep (series, low_first ? e->hi_at : e->lo_at, low_first ? e->hi : e->lo, out);
}

/* A stretch of plottable points: indices of those that stay. */
static void
keep_stretch (
    const ThawSeries *series, size_t first, size_t end, const ThawExtremes *e, GArray *out)
{
  size_t order[4] = {first, MIN (e->lo_at, e->hi_at), MAX (e->lo_at, e->hi_at), end - 1};

  for (int k = 0; k < 4; k++)
    if (k == 0 || order[k] != order[k - 1])
      g_array_append_vals (out, thaw_series_at (series, order[k]), 1);
}

static void
keep_break (double x, GArray *out)
{
  ThawPoint nothing = {x, NAN};

  if (out->len == 0 || !isnan (g_array_index (out, ThawPoint, out->len - 1).y))
    g_array_append_val (out, nothing);
}

/* Points that break the line among the others. */
static void
keep_broken (const ThawSeries *series, size_t first, size_t end, GArray *out)
{
  while (first < end) {
    ThawExtremes e;
    size_t i = first;
    while (i < end && thaw_plottable (thaw_series_at (series, i)->y))
      i++;
    if (i > first) {
      e = extremes (series, first, i);
      keep_stretch (series, first, i, &e, out);
    }
    if (i < end)
      keep_break (thaw_series_at (series, i)->x, out);
    while (i < end && !thaw_plottable (thaw_series_at (series, i)->y))
      i++;
    first = i;
  }
}

static void
keep_column (const ThawSeries *series, size_t first, size_t end, GArray *out)
{
  if (end - first > FEW) {
    ThawExtremes e = extremes (series, first, end);
    if (isnan (e.lo))
      keep_broken (series, first, end, out);
    else if (end - first > CROWDED)
      keep_crowd (series, &e, out);
    else
      keep_stretch (series, first, end, &e, out);
    return;
  }
  for (size_t i = first; i < end; i++)
    if (thaw_plottable (thaw_series_at (series, i)->y))
      g_array_append_vals (out, thaw_series_at (series, i), 1);
    else
      keep_break (thaw_series_at (series, i)->x, out);
}

/* --- columns --- */

/* The first point from i on that lies at x or later; near i + guess when steps are alike. */
static size_t
seek (const ThawSeries *series, size_t i, size_t end, double x, size_t guess)
{
  size_t lo = i, hi = MIN (i + guess + 1, end), step = guess + 1;

  while (hi < end && thaw_series_at (series, hi - 1)->x < x) {
    lo = hi;
    step *= 2;
    hi = MIN (hi + step, end);
  }
  while (lo < hi) {
    size_t middle = lo + (hi - lo) / 2;
    if (thaw_series_at (series, middle)->x < x)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

/* Where the column that ends at x ends, from its first point i. */
static size_t
column_end (const ThawSeries *series, size_t i, size_t end, double x, size_t guess)
{
  double next;

  if (!thaw_series_is_even (series))
    return seek (series, i, end, x, guess);
  next = (x - thaw_series_at (series, 0)->x) * (1 / series->step);
  if (!(next < (double) end))
    return end;
  if (next > (double) (i + SNAP))
    return MIN (((size_t) next / THAW_LEVEL_FACTOR + 1) * THAW_LEVEL_FACTOR, end);
  return MAX ((size_t) MAX (ceil (next), 0), i);
}

void
thaw_series_all (const ThawSeries *series, double x_lo, double x_hi, GArray *out)
{
  size_t first, end;

  g_array_set_size (out, 0);
  thaw_series_within (series, x_lo, x_hi, &first, &end);
  first -= first > 0;
  end += end < series->points->len;
  for (size_t i = first; i < end; i++)
    keep_column (series, i, i + 1, out);
}

void
thaw_series_thin (const ThawSeries *series, double x_lo, double x_hi, int columns, GArray *out)
{
  size_t first, end, i, guess = 1;
  double per_x = columns / (x_hi - x_lo), per_column = (x_hi - x_lo) / columns;

  g_array_set_size (out, 0);
  thaw_series_within (series, x_lo, x_hi, &first, &end);
  if (first > 0)
    keep_column (series, first - 1, first, out);
  for (i = first; i < end; i += guess) {
    int column = (int) CLAMP ((x_of (series, i) - x_lo) * per_x, 0, columns - 1);
    size_t next = column == columns - 1
                      ? end
                      : column_end (series, i, end, x_lo + (column + 1) * per_column, guess);
    next = MAX (next, i + 1);
    keep_column (series, i, next, out);
    guess = next - i;
  }
  if (end < series->points->len)
    keep_column (series, end, end + 1, out);
}
