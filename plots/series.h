/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series: points in the order given, what is worth knowing about them, a smoothed copy, and its
 * thinning to pixel columns. No drawing in here. */
#pragma once

#include "thaw-plots.h"

G_BEGIN_DECLS

/* Greater magnitudes count as infinite, so that differences stay finite. */
#define THAW_PLOTTABLE_MAX 1e300

typedef struct {
  size_t n_finite, n_nan, n_infinite;
  double x_lo, x_hi;                      /* of all points; x_lo > x_hi when there are none */
  ThawPoint first, last, lowest, highest; /* of the finite ones; undefined without any      */
  double least_positive;                  /* for log axes; infinity without any             */
  bool whole_x;                           /* all x are whole numbers                        */
} ThawSeriesFacts;

typedef struct {
  char *label;
  ThawPoint *points;   /* n, x finite */
  ThawPoint *smoothed; /* (nullable) n */
  size_t n;
  int hue, dash, smooth;
  bool marker;
  ThawSeriesFacts facts;
} ThawLine;

/* Copies; points whose x is not finite have no place and are left out. (transfer full) */
ThawLine *thaw_line_new (const char *label,
                         const ThawPoint *points,
                         size_t n,
                         int hue,
                         int dash,
                         bool marker,
                         int smooth) G_GNUC_WARN_UNUSED_RESULT;
void thaw_line_free (ThawLine *series);

bool thaw_plottable (double v); /* finite and of a usable magnitude */

/* Centred moving average of `window` points (the extra one of an even window on the right), shrunk
 * at the ends, over the plottable values only; a point that is not plottable stays as it is.
 * Compensated sums: one huge value leaves no trace once it is out of the window. (transfer full) */
ThawPoint *thaw_series_smooth (const ThawPoint *points, size_t n, int window);

/* Thins to pixel columns: columns of equal width over [x_lo, x_hi], one more at either side for
 * what lies beyond. Of each stretch of points in one column the first, lowest, highest and last
 * stay, in their order; a point that is not plottable stays as one NaN for its stretch, so that
 * lines break. out: room for n points, overwritten. Returns how many. */
size_t thaw_series_thin (
    const ThawPoint *points, size_t n, double x_lo, double x_hi, int columns, ThawPoint *out);

G_END_DECLS
