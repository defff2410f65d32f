/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From points to what a row of pixel columns can show. */
#include "series.h"

#include <math.h>

#define FEW 6 /* points of a column that need no levels */

/* A stretch of plottable points: indices of those that stay. */
static void
keep_stretch (const ThawSeries *series, size_t first, size_t end, const ThawSpan *span, GArray *out)
{
  size_t order[4] = {first, MIN (span->lo_at, span->hi_at), MAX (span->lo_at, span->hi_at),
                     end - 1};

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
    ThawSpan span;
    size_t i = first;
    while (i < end && thaw_plottable (thaw_series_at (series, i)->y))
      i++;
    if (i > first) {
      span = thaw_series_span (series, first, i);
      keep_stretch (series, first, i, &span, out);
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
  ThawSpan span;

  if (end - first > FEW) {
    span = thaw_series_span (series, first, end);
    if (span.n_nan + span.n_up + span.n_down == 0)
      keep_stretch (series, first, end, &span, out);
    else
      keep_broken (series, first, end, out);
    return;
  }
  for (size_t i = first; i < end; i++)
    if (thaw_plottable (thaw_series_at (series, i)->y))
      g_array_append_vals (out, thaw_series_at (series, i), 1);
    else
      keep_break (thaw_series_at (series, i)->x, out);
}

/* The first point from i on that lies at x or later; near i + guess when points are even. */
static size_t
seek (const ThawSeries *series, size_t i, size_t end, double x, size_t guess)
{
  size_t lo = i, hi = MIN (i + guess + 1, end), step = guess + 1;

  while (hi < end && thaw_series_at (series, hi - 1)->x < x) {
    lo = hi;
    step *= 2;
    hi = MIN (hi + step, end);
  }
  if (hi - lo > 4 && thaw_series_at (series, hi - 3)->x < x)
    lo = hi - 3;
  while (lo < hi) {
    size_t middle = lo + (hi - lo) / 2;
    if (thaw_series_at (series, middle)->x < x)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

void
thaw_series_thin (const ThawSeries *series, double x_lo, double x_hi, int columns, GArray *out)
{
  size_t first, end, i, guess = 1;

  g_array_set_size (out, 0);
  thaw_series_within (series, x_lo, x_hi, &first, &end);
  if (first > 0)
    keep_column (series, first - 1, first, out);
  i = first;
  while (i < end) {
    double column = floor ((thaw_series_at (series, i)->x - x_lo) / (x_hi - x_lo) * columns);
    double border = x_lo + (x_hi - x_lo) * (column + 1) / columns;
    size_t next = column >= columns - 1 ? end : seek (series, i, end, border, guess);
    next = MAX (next, i + 1);
    keep_column (series, i, next, out);
    guess = next - i;
    i = next;
  }
  if (end < series->points->len)
    keep_column (series, end, end + 1, out);
}
