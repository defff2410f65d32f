/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tiny curve for a row of a list. */
#include "text.h"

#include <math.h>

typedef struct {
  double x, y, width, height, lo, hi;
  size_t n;
} Spark;

static double
spark_x (const Spark *spark, size_t i)
{
  return spark->x +
         (spark->n > 1 ? spark->width * (double) i / (double) (spark->n - 1) : spark->width / 2);
}

static double
spark_y (const Spark *spark, double v)
{
  return spark->y + spark->height * (1 - CLAMP ((v - spark->lo) / (spark->hi - spark->lo), 0, 1));
}

static void
find_range (Spark *spark, const float *values)
{
  double lo = INFINITY, hi = -INFINITY;

  for (size_t i = 0; i < spark->n; i++)
    if (isfinite (values[i])) {
      lo = MIN (lo, (double) values[i]);
      hi = MAX (hi, (double) values[i]);
    }
  spark->lo = lo < hi ? lo : lo - 0.5;
  spark->hi = lo < hi ? hi : hi + 0.5;
}

/* Least and greatest of every group of `each` values, in their order. */
static void
add_group (cairo_t *cr, const Spark *spark, const float *values, size_t from, size_t end)
{
  size_t lo = from, hi = from;

  for (size_t i = from; i < end; i++) {
    if (!isfinite (values[i])) {
      cairo_new_sub_path (cr);
      lo = hi = i + 1;
      continue;
    }
    lo = values[i] < values[lo] ? i : lo;
    hi = values[i] > values[hi] ? i : hi;
  }
  if (lo >= end || hi >= end)
    return;
  cairo_line_to (cr, spark_x (spark, MIN (lo, hi)), spark_y (spark, values[MIN (lo, hi)]));
  if (lo != hi)
    cairo_line_to (cr, spark_x (spark, MAX (lo, hi)), spark_y (spark, values[MAX (lo, hi)]));
}

void
thaw_sparkline_draw (cairo_t *cr,
                     double x,
                     double y,
                     double width,
                     double height,
                     const float *values,
                     size_t n,
                     double lo,
                     double hi,
                     ThawColor color,
                     double line_width_px)
{
  double air = line_width_px * 1.6;
  Spark spark = {x + air, y + air, width - 2 * air, height - 2 * air, lo, hi, n};
  size_t each, last = n;

  g_return_if_fail (cr && (values || n == 0));
  if (n == 0 || spark.width <= 0 || spark.height <= 0)
    return;
  if (!(lo < hi))
    find_range (&spark, values);
  each = 1 + n / (size_t) MAX (2 * width, 1);
  cairo_save (cr);
  cairo_new_path (cr);
  for (size_t i = 0; i < n; i += each)
    add_group (cr, &spark, values, i, MIN (i + each, n));
  thaw_set_color (cr, color, 1);
  cairo_set_line_width (cr, line_width_px);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_stroke (cr);
  while (last > 0 && !isfinite (values[last - 1]))
    last--;
  if (last > 0) {
    cairo_arc (cr, spark_x (&spark, last - 1), spark_y (&spark, values[last - 1]), air, 0,
               2 * G_PI);
    cairo_fill (cr);
  }
  cairo_restore (cr);
}
