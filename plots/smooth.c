/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving averages: made once for a strength, continued as points come. */
#include "series.h"

#include <math.h>

#define KEPT 5 /* strengths of one series that are remembered */

/* A sum that remembers what rounding dropped (Neumaier). */
typedef struct {
  double sum, lost;
  size_t n;
} Window;

static void
window_move (Window *w, double v, int sign)
{
  double sum;

  if (!thaw_plottable (v))
    return;
  v *= sign;
  sum = w->sum + v;
  w->lost += fabs (w->sum) >= fabs (v) ? (w->sum - sum) + v : (v - sum) + w->sum;
  w->sum = sum;
  w->n = sign > 0 ? w->n + 1 : w->n - 1;
}

/* The extra point of an even window is on the right. */
void
thaw_series_smooth (const ThawPoint *points, size_t n, int window, size_t first, GArray *out)
{
  size_t before = (size_t) (window - 1) / 2, after = (size_t) window / 2;
  Window w = {0};

  for (size_t i = first > before ? first - before : 0; i < MIN (first + after, n); i++)
    window_move (&w, points[i].y, 1);
  for (size_t i = first; i < n; i++) {
    ThawPoint mean = points[i];
    if (i + after < n)
      window_move (&w, points[i + after].y, 1);
    if (i > before && i > first)
      window_move (&w, points[i - before - 1].y, -1);
    if (thaw_plottable (mean.y))
      mean.y = (w.sum + w.lost) / (double) w.n;
    g_array_append_val (out, mean);
  }
}

/* Values next to the end change when their window gets more points. */
static void
bring_up_to_date (const ThawSeries *series, ThawSmoothed *smoothed)
{
  size_t n = series->points->len, after = (size_t) smoothed->window / 2;
  size_t keep = smoothed->n > after ? smoothed->n - after : 0;
  g_autoptr (GArray) fresh = NULL;

  if (smoothed->n == n && !smoothed->stale)
    return;
  fresh = g_array_new (FALSE, FALSE, sizeof (ThawPoint));
  thaw_series_truncate (smoothed->series, keep);
  thaw_series_smooth (thaw_series_at (series, 0), n, smoothed->window, keep, fresh);
  if (fresh->len > 0 &&
      !thaw_series_append (smoothed->series, (const ThawPoint *) (const void *) fresh->data,
                           fresh->len))
    g_assert_not_reached ();
  smoothed->n = n;
  smoothed->stale = false;
}

const ThawSeries *
thaw_series_smoothed (ThawSeries *series, int window)
{
  ThawSmoothed *found = NULL;

  if (window <= 1)
    return series;
  for (guint k = 0; k < series->smoothed->len && !found; k++)
    if (((ThawSmoothed *) series->smoothed->pdata[k])->window == window)
      found = g_ptr_array_steal_index (series->smoothed, k);
  if (!found) {
    found = g_new0 (ThawSmoothed, 1);
    found->window = window;
    found->series = thaw_series_new ();
  }
  g_ptr_array_insert (series->smoothed, 0, found);
  if (series->smoothed->len > KEPT)
    g_ptr_array_set_size (series->smoothed, KEPT);
  bring_up_to_date (series, found);
  return found->series;
}
