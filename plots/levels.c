/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least and greatest of stretches of points, in levels, so that any stretch is known without
 * looking at all its points. Only the last span of a level changes when points are added. */
#include "series.h"

#include <math.h>

#define F THAW_LEVEL_FACTOR
#define LEVELS ((int) G_N_ELEMENTS (((ThawLevels *) 0)->of))

ThawSpan
thaw_span_empty (void)
{
  return (ThawSpan){.lo = INFINITY, .hi = -INFINITY, .least_positive = INFINITY};
}

void
thaw_span_join (ThawSpan *span, const ThawSpan *later)
{
  if (later->lo < span->lo) {
    span->lo = later->lo;
    span->lo_at = later->lo_at;
  }
  if (later->hi > span->hi) {
    span->hi = later->hi;
    span->hi_at = later->hi_at;
  }
  span->least_positive = MIN (span->least_positive, later->least_positive);
  span->n += later->n;
  span->n_nan += later->n_nan;
  span->n_up += later->n_up;
  span->n_down += later->n_down;
  span->n_part += later->n_part;
}

static inline void
join_point (ThawSpan *span, ThawPoint p, size_t index)
{
  span->n++;
  span->n_part += p.x != floor (p.x);
  if (!thaw_plottable (p.y)) {
    span->n_nan += isnan (p.y) ? 1 : 0;
    span->n_up += p.y > 0;
    span->n_down += p.y < 0;
    return;
  }
  if (p.y < span->lo) {
    span->lo = p.y;
    span->lo_at = (guint32) index;
  }
  if (p.y > span->hi) {
    span->hi = p.y;
    span->hi_at = (guint32) index;
  }
  if (p.y > 0 && p.y < span->least_positive)
    span->least_positive = p.y;
}

void
thaw_levels_init (ThawLevels *levels)
{
  for (gsize k = 0; k < G_N_ELEMENTS (levels->of); k++) {
    levels->of[k] = g_array_new (FALSE, FALSE, sizeof (ThawSpan));
    levels->quick[k] = g_array_new (FALSE, FALSE, sizeof (ThawExtremes));
  }
}

void
thaw_levels_clear (ThawLevels *levels)
{
  for (gsize k = 0; k < G_N_ELEMENTS (levels->of); k++) {
    g_array_unref (levels->of[k]);
    g_array_unref (levels->quick[k]);
  }
}

static const ThawSpan *
span_at (const ThawLevels *levels, int level, size_t i)
{
  return (const ThawSpan *) (const void *) levels->of[level]->data + i;
}

/* A span of the level, from what is below it; n: how many are there. */
static ThawSpan
make_span (const ThawLevels *levels, const ThawPoint *points, size_t n, int level, size_t index)
{
  ThawSpan span = thaw_span_empty ();

  for (size_t i = index * F; i < MIN (n, (index + 1) * F); i++)
    if (level == 0)
      join_point (&span, points[i], i);
    else
      thaw_span_join (&span, span_at (levels, level - 1, i));
  return span;
}

void
thaw_levels_update (ThawLevels *levels, const ThawPoint *points, size_t n, size_t from)
{
  for (int level = 0; level < LEVELS; level++) {
    size_t spans = (n + F - 1) / F;
    from /= F;
    g_array_set_size (levels->of[level], (guint) spans);
    g_array_set_size (levels->quick[level], (guint) spans);
    for (size_t i = from; i < spans; i++) {
      ThawSpan span = make_span (levels, points, n, level, i);
      g_array_index (levels->of[level], ThawSpan, i) = span;
      g_array_index (levels->quick[level], ThawExtremes, i) =
          (ThawExtremes){span.n_nan + span.n_up + span.n_down > 0 ? NAN : span.lo, span.hi,
                         span.lo_at, span.hi_at};
    }
    n = spans;
  }
}

/* The greatest piece that begins at first, is whole and ends no later than end: its level (-1: a
 * point) and its size. */
static inline int
greatest_piece (size_t first, size_t end, size_t *size)
{
  int level = -1;

  for (*size = 1; level + 1 < LEVELS && first % (*size * F) == 0 && first + *size * F <= end;
       level++)
    *size *= F;
  return level;
}

ThawSpan
thaw_levels_span (const ThawLevels *levels, const ThawPoint *points, size_t first, size_t end)
{
  ThawSpan span = thaw_span_empty ();

  for (size_t size; first < end; first += size) {
    int level = greatest_piece (first, end, &size);
    if (level < 0)
      join_point (&span, points[first], first);
    else
      thaw_span_join (&span, span_at (levels, level, first / size));
  }
  return span;
}

/* Values come in any order: branches would be guessed wrong every other time. */
static inline void
join_extremes (ThawExtremes *e, double lo, double hi, guint32 lo_at, guint32 hi_at)
{
  bool lower = lo<e->lo, higher = hi> e->hi;

  e->lo = lower ? lo : e->lo;
  e->lo_at = lower ? lo_at : e->lo_at;
  e->hi = higher ? hi : e->hi;
  e->hi_at = higher ? hi_at : e->hi_at;
}

static inline bool
join_points (ThawExtremes *e, const ThawPoint *points, size_t first, size_t end)
{
  bool good = true;

  for (size_t i = first; i < end; i++) {
    double y = points[i].y;
    good = good && thaw_plottable (y);
    join_extremes (e, y, y, (guint32) i, (guint32) i);
  }
  return good;
}

static inline bool
join_quick (ThawExtremes *e, const ThawLevels *levels, int level, size_t first, size_t end)
{
  const ThawExtremes *spans = (const ThawExtremes *) (const void *) levels->quick[level]->data;
  bool good = true;

  for (size_t i = first; i < end; i++) {
    good = good && !isnan (spans[i].lo);
    join_extremes (e, spans[i].lo, spans[i].hi, spans[i].lo_at, spans[i].hi_at);
  }
  return good;
}

/* Beyond few spans of a level, those of the next do for the middle. */
static bool
join_level (ThawExtremes *e, const ThawLevels *levels, int level, size_t first, size_t end)
{
  size_t from = (first + F - 1) / F, to = end / F;

  if (end < first + 3 * F || level + 1 >= LEVELS)
    return join_quick (e, levels, level, first, end);
  return join_quick (e, levels, level, first, from * F) &&
         join_level (e, levels, level + 1, from, to) && join_quick (e, levels, level, to * F, end);
}

ThawExtremes
thaw_levels_extremes (const ThawLevels *levels, const ThawPoint *points, size_t first, size_t end)
{
  ThawExtremes e = {.lo = INFINITY, .hi = -INFINITY};
  size_t from = (first + F - 1) / F, to = end / F;
  bool good = from < to ? join_points (&e, points, first, from * F) &&
                              join_level (&e, levels, 0, from, to) &&
                              join_points (&e, points, to * F, end)
                        : join_points (&e, points, first, end);

  if (!good)
    e.lo = NAN;
  return e;
}
