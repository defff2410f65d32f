/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points, facts about them, smoothing and thinning. */
#include "series.h"

#include <math.h>

bool
thaw_plottable (double v)
{
  return fabs (v) <= THAW_PLOTTABLE_MAX; /* false for NaN */
}

static void
gather_facts (ThawSeriesFacts *facts, const ThawPoint *points, size_t n)
{
  *facts = (ThawSeriesFacts){
      .x_lo = INFINITY, .x_hi = -INFINITY, .least_positive = INFINITY, .whole_x = true};
  for (size_t i = 0; i < n; i++) {
    ThawPoint p = points[i];
    facts->x_lo = MIN (facts->x_lo, p.x);
    facts->x_hi = MAX (facts->x_hi, p.x);
    facts->whole_x = facts->whole_x && p.x == floor (p.x);
    if (!thaw_plottable (p.y)) {
      facts->n_nan += isnan (p.y) ? 1 : 0;
      facts->n_infinite += isnan (p.y) ? 0 : 1;
      continue;
    }
    if (facts->n_finite++ == 0)
      facts->first = facts->lowest = facts->highest = p;
    facts->last = p;
    facts->lowest = p.y < facts->lowest.y ? p : facts->lowest;
    facts->highest = p.y > facts->highest.y ? p : facts->highest;
    if (p.y > 0)
      facts->least_positive = MIN (facts->least_positive, p.y);
  }
}

ThawLine *
thaw_line_new (const char *label,
               const ThawPoint *points,
               size_t n,
               int hue,
               int dash,
               bool marker,
               int smooth)
{
  ThawLine *series = g_new0 (ThawLine, 1);

  series->label = g_strdup (label ? label : "");
  series->points = g_new (ThawPoint, n);
  for (size_t i = 0; i < n; i++)
    if (thaw_plottable (points[i].x))
      series->points[series->n++] = points[i];
  series->hue = hue;
  series->dash = dash;
  series->marker = marker;
  series->smooth = smooth;
  gather_facts (&series->facts, series->points, series->n);
  if (smooth > 1)
    series->smoothed = thaw_series_smooth (series->points, series->n, smooth);
  return series;
}

void
thaw_line_free (ThawLine *series)
{
  if (!series)
    return;
  g_free (series->label);
  g_free (series->points);
  g_free (series->smoothed);
  g_free (series);
}

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

ThawPoint *
thaw_series_smooth (const ThawPoint *points, size_t n, int window)
{
  ThawPoint *out = g_new (ThawPoint, n);
  size_t before = (size_t) (MAX (window, 1) - 1) / 2, after = (size_t) MAX (window, 1) / 2;
  Window w = {0};

  for (size_t i = 0; i < MIN (after, n); i++)
    window_move (&w, points[i].y, 1);
  for (size_t i = 0; i < n; i++) {
    if (i + after < n)
      window_move (&w, points[i + after].y, 1);
    if (i > before)
      window_move (&w, points[i - before - 1].y, -1);
    out[i] = points[i];
    if (thaw_plottable (points[i].y))
      out[i].y = (w.sum + w.lost) / (double) w.n;
  }
  return out;
}

/* A stretch of points in one column: indices of those that stay. */
typedef struct {
  int column;
  size_t first, lowest, highest, last;
} Stretch;

static size_t
stretch_flush (const Stretch *s, const ThawPoint *points, ThawPoint *out)
{
  size_t order[4] = {s->first, MIN (s->lowest, s->highest), MAX (s->lowest, s->highest), s->last};
  size_t n = 0;

  for (int k = 0; k < 4; k++)
    if (k == 0 || order[k] != order[k - 1])
      out[n++] = points[order[k]];
  return n;
}

static int
column_of (double x, double x_lo, double x_hi, int columns)
{
  double c = (x - x_lo) / (x_hi - x_lo) * columns;

  return c < 0 ? -1 : c > columns ? columns : MIN ((int) c, columns - 1);
}

size_t
thaw_series_thin (
    const ThawPoint *points, size_t n, double x_lo, double x_hi, int columns, ThawPoint *out)
{
  Stretch s = {0};
  bool open = false, broken = false;
  size_t count = 0;

  for (size_t i = 0; i < n; i++) {
    int column = column_of (points[i].x, x_lo, x_hi, columns);
    if (open && (column != s.column || !thaw_plottable (points[i].y))) {
      count += stretch_flush (&s, points, out + count);
      open = false;
    }
    if (!thaw_plottable (points[i].y)) {
      if (!broken)
        out[count++] = (ThawPoint){points[i].x, NAN};
      broken = true;
      continue;
    }
    broken = false;
    if (!open)
      s = (Stretch){column, i, i, i, i};
    open = true;
    s.lowest = points[i].y < points[s.lowest].y ? i : s.lowest;
    s.highest = points[i].y > points[s.highest].y ? i : s.highest;
    s.last = i;
  }
  return open ? count + stretch_flush (&s, points, out + count) : count;
}
