/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which point is meant: by a pointer, by arrow keys. */
#include "chart-private.h"

#include <math.h>

static bool
has_place (const ThawPlotArea *area, ThawPoint p)
{
  return thaw_plottable (p.y) && !(area->y_log && p.y <= 0);
}

static double
distance_to (const ThawPlotArea *area, ThawPoint p, double x_px, double y_px)
{
  return hypot (thaw_plot_area_x_px (area, p.x) - x_px, thaw_plot_area_y_px (area, p.y) - y_px);
}

static void
hit_dots (const ThawChart *chart,
          const ThawPlotArea *area,
          double x_px,
          double y_px,
          double nearest,
          ThawHit *hit)
{
  for (guint i = 0; i < chart->scatter->dots->len; i++) {
    const ThawDot *dot = thaw_scatter_dot (chart, i);
    ThawPoint p = {dot->x, dot->y};
    double distance;
    if (!thaw_dot_has_place (chart, dot))
      continue;
    distance = distance_to (area, p, x_px, y_px);
    if (distance > nearest)
      continue;
    nearest = distance;
    *hit = (ThawHit){(int) i, 0, p};
  }
}

bool
thaw_chart_hit (const ThawChart *chart,
                const ThawPlotArea *area,
                double x_px,
                double y_px,
                double radius_px,
                ThawHit *hit)
{
  double nearest = radius_px, lo, hi;

  g_return_val_if_fail (chart && area && hit, false);
  *hit = (ThawHit){.line = -1};
  if (chart->scatter)
    hit_dots (chart, area, x_px, y_px, radius_px, hit);
  lo = MAX (thaw_plot_area_x (area, x_px - radius_px), area->x_lo);
  hi = MIN (thaw_plot_area_x (area, x_px + radius_px), area->x_hi);
  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawSeries *series = thaw_line_shown (thaw_chart_line (chart, i));
    size_t first, end;
    thaw_series_within (series, lo, hi, &first, &end);
    for (size_t k = first; k < end; k++) {
      ThawPoint p = *thaw_series_at (series, k);
      double distance = has_place (area, p) ? distance_to (area, p, x_px, y_px) : INFINITY;
      if (distance > nearest)
        continue;
      nearest = distance;
      *hit = (ThawHit){(int) i, k, p};
    }
  }
  return hit->line >= 0;
}

/* --- along a line --- */

static ThawHit
at (const ThawSeries *series, int line, size_t index)
{
  return (ThawHit){line, index, *thaw_series_at (series, index)};
}

/* Points in view, at least one: first .. end-1. */
static void
in_view (const ThawSeries *series, const ThawPlotArea *area, size_t *first, size_t *end)
{
  size_t n = thaw_series_length (series);

  thaw_series_within (series, area->x_lo, area->x_hi, first, end);
  if (*end > *first)
    return;
  *first = MIN (*first, n - 1);
  *end = *first + 1;
}

static void
along (const ThawChart *chart, const ThawPlotArea *area, ThawWalk walk, ThawHit *hit)
{
  const ThawSeries *series = thaw_line_shown (thaw_chart_line (chart, (guint) hit->line));
  double step = (area->x_hi - area->x_lo) / area->width; /* a px */
  size_t first, end, index = hit->index;

  in_view (series, area, &first, &end);
  index = CLAMP (index, first, end - 1);
  if (walk == THAW_WALK_FIRST)
    index = first;
  else if (walk == THAW_WALK_LAST)
    index = end - 1;
  else if (walk == THAW_WALK_NEXT)
    index = MAX (index + 1, thaw_series_find (series, hit->point.x + step));
  else if (index > first)
    index = MIN (index - 1, thaw_series_after (series, hit->point.x - step));
  *hit = at (series, hit->line, CLAMP (index, first, end - 1));
}

/* --- from line to line, from dot to dot --- */

typedef struct {
  ThawHit hit;
  double key;
} Choice;

static int
by_key (gconstpointer a, gconstpointer b)
{
  const Choice *p = a, *q = b;

  if (isnan (p->key) || isnan (q->key))
    return isnan (p->key) - isnan (q->key);
  return p->key != q->key ? (p->key > q->key) - (p->key < q->key) : p->hit.line - q->hit.line;
}

/* The choice beside the present one, round again at the ends. */
static bool
choose (GArray *choices, int step, ThawHit *hit)
{
  guint n = choices->len, now = n;

  g_array_sort (choices, by_key);
  for (guint i = 0; i < n; i++)
    if (g_array_index (choices, Choice, i).hit.line == hit->line)
      now = i;
  if (n == 0)
    return false;
  now = now == n ? n - 1 : (now + n + (guint) (step + (int) n)) % n;
  *hit = g_array_index (choices, Choice, now).hit;
  return true;
}

static bool
across (const ThawChart *chart, int step, ThawHit *hit)
{
  g_autoptr (GArray) choices = g_array_new (FALSE, FALSE, sizeof (Choice));

  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawSeries *series = thaw_line_shown (thaw_chart_line (chart, i));
    size_t index;
    Choice choice;
    if (!thaw_series_nearest (series, hit->point.x, &index))
      continue;
    choice.hit = (int) i == hit->line ? *hit : at (series, (int) i, index);
    choice.key = choice.hit.point.y;
    g_array_append_val (choices, choice);
  }
  return choose (choices, step, hit);
}

static bool
walk_dots (const ThawChart *chart, ThawWalk walk, ThawHit *hit)
{
  g_autoptr (GArray) choices = g_array_new (FALSE, FALSE, sizeof (Choice));
  bool forward = walk == THAW_WALK_NEXT || walk == THAW_WALK_UP;

  for (guint i = 0; i < chart->scatter->dots->len; i++) {
    const ThawDot *dot = thaw_scatter_dot (chart, i);
    Choice choice = {{(int) i, 0, {dot->x, dot->y}},
                     walk == THAW_WALK_UP || walk == THAW_WALK_DOWN ? dot->y : dot->x};
    if (thaw_dot_has_place (chart, dot))
      g_array_append_val (choices, choice);
  }
  if (choices->len > 0 && (walk == THAW_WALK_FIRST || walk == THAW_WALK_LAST)) {
    g_array_sort (choices, by_key);
    *hit = g_array_index (choices, Choice, walk == THAW_WALK_FIRST ? 0 : choices->len - 1).hit;
    return true;
  }
  return choose (choices, forward ? 1 : -1, hit);
}

/* The focus comes in at the last point in view of the first line that has any. */
static bool
enter (const ThawChart *chart, const ThawPlotArea *area, ThawHit *hit)
{
  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawSeries *series = thaw_line_shown (thaw_chart_line (chart, i));
    size_t first, end;
    if (thaw_series_length (series) == 0)
      continue;
    in_view (series, area, &first, &end);
    *hit = at (series, (int) i, end - 1);
    return true;
  }
  return false;
}

bool
thaw_chart_walk (const ThawChart *chart, const ThawPlotArea *area, ThawWalk walk, ThawHit *hit)
{
  g_return_val_if_fail (chart && area && hit, false);
  if (chart->scatter)
    return walk_dots (chart, walk, hit);
  if (hit->line < 0 || hit->line >= (int) chart->lines->len ||
      thaw_series_length (thaw_chart_line (chart, (guint) hit->line)->series) == 0)
    return enter (chart, area, hit);
  if (walk == THAW_WALK_UP || walk == THAW_WALK_DOWN)
    return across (chart, walk == THAW_WALK_UP ? 1 : -1, hit);
  along (chart, area, walk, hit);
  return true;
}
