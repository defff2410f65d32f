/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series inside: points, levels of stretches above them, means made from them. No drawing here.
 */
#pragma once

#include "thaw-plots.h"

G_BEGIN_DECLS

/* Greater magnitudes count as infinite, so that differences stay finite. */
#define THAW_PLOTTABLE_MAX 1e300
/* Finite and of a usable magnitude. */
static inline bool
thaw_plottable (double v)
{
  return v >= -THAW_PLOTTABLE_MAX && v <= THAW_PLOTTABLE_MAX;
}

/* What is worth knowing of a stretch of points. lo, hi, lo_at, hi_at: of the plottable y, the first
 * of equals; lo > hi when there are none. */
typedef struct {
  double lo, hi;
  double least_positive;          /* for log axes; infinity without any */
  guint32 lo_at, hi_at;           /* indices of points                  */
  guint32 n, n_nan, n_up, n_down; /* points; NaN; infinite          */
  guint32 n_part;                 /* x that are not whole numbers       */
} ThawSpan;
ThawSpan thaw_span_empty (void);
void thaw_span_join (ThawSpan *span, const ThawSpan *later);

/* What thinning needs of a stretch; lo is NaN, and nothing else is said, when some of its points
 * are not plottable. */
typedef struct {
  double lo, hi;
  guint32 lo_at, hi_at;
} ThawExtremes;

/* levels.c: level 0 has a span for THAW_LEVEL_FACTOR points, each further one for as many spans of
 * the one below; the last span of each may be of fewer. */
#define THAW_LEVEL_FACTOR 8
typedef struct {
  GArray *of[8];    /* of ThawSpan                                             */
  GArray *quick[8]; /* of ThawExtremes: the same, for thinning, in less memory */
} ThawLevels;
void thaw_levels_init (ThawLevels *levels);
void thaw_levels_clear (ThawLevels *levels);
/* Points from index `from` on are new or went away; n: how many there are now. */
void thaw_levels_update (ThawLevels *levels, const ThawPoint *points, size_t n, size_t from);
/* Of the points first .. end-1, in time that grows with the logarithm of their number. */
ThawSpan
thaw_levels_span (const ThawLevels *levels, const ThawPoint *points, size_t first, size_t end);

ThawExtremes
thaw_levels_extremes (const ThawLevels *levels, const ThawPoint *points, size_t first, size_t end);

typedef struct {
  int window;
  ThawSeries *series;
  size_t n;   /* points of the source it was made of */
  bool stale; /* the source lost some of them since  */
} ThawSmoothed;

struct _ThawSeries {
  int refs;
  GArray *points; /* of ThawPoint, x finite, in order */
  ThawLevels levels;
  GPtrArray *smoothed; /* of ThawSmoothed, the latest used first */
  double step;         /* between the first two points           */
  size_t n_even;       /* points at even steps from the first    */
};

/* All points lie at even steps: where they are is known without looking at them. */
static inline bool
thaw_series_is_even (const ThawSeries *series)
{
  return series->points->len > 2 && series->n_even == series->points->len;
}

static inline const ThawPoint *
thaw_series_at (const ThawSeries *series, size_t i)
{
  return (const ThawPoint *) (const void *) series->points->data + i;
}
ThawSpan thaw_series_span (const ThawSeries *series, size_t first, size_t end);
ThawSeries *thaw_series_copy (const ThawSeries *series) G_GNUC_WARN_UNUSED_RESULT;
size_t thaw_series_find (const ThawSeries *series, double x);  /* first point at x or later     */
size_t thaw_series_after (const ThawSeries *series, double x); /* first point later than x      */
/* Those whose x lies in lo..hi: first .. end-1. */
void
thaw_series_within (const ThawSeries *series, double lo, double hi, size_t *first, size_t *end);

typedef struct {
  size_t n, n_finite, n_nan, n_infinite;
  double x_lo, x_hi;                      /* of all points; x_lo > x_hi when there are none */
  ThawPoint first, last, lowest, highest; /* of the finite ones; undefined without any      */
  double least_positive;                  /* for log axes; infinity without any             */
  bool whole_x;                           /* all x are whole numbers                        */
} ThawSeriesFacts;
ThawSeriesFacts thaw_series_facts (const ThawSeries *series);

/* smooth.c: the mean around points first .. n-1, appended to out. Compensated sums: one huge value
 * leaves no trace once it is out of the window. */
void thaw_series_smooth (const ThawPoint *points, size_t n, int window, size_t first, GArray *out);

/* thin.c: thins to pixel columns: columns of equal width over [x_lo, x_hi] and at either side the
 * one point next to it. Of each stretch of points in one column the first, lowest, highest and last
 * stay (of a crowded column the lowest and highest), in their order; a stretch that is not
 * plottable stays as one NaN, so that lines break. out: of ThawPoint, emptied first. */
void
thaw_series_thin (const ThawSeries *series, double x_lo, double x_hi, int columns, GArray *out);
/* All of them, for axes whose columns are not of equal width. */
void thaw_series_all (const ThawSeries *series, double x_lo, double x_hi, GArray *out);

G_END_DECLS
