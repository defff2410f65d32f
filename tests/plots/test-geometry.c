/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things are: px and values, zoom, the point that is meant, arrow keys, edges of a strip. */
#include "thaw-plots.h"

#include <math.h>
#include <string.h>

#define W 640
#define H 320

static GRand *
seeded (void)
{
  guint32 seed = g_test_rand_int ();

  g_test_message ("seed %u", seed);
  return g_rand_new_with_seed (seed);
}

static const ThawPlotStyle *
style (void)
{
  return thaw_plot_style_light ();
}

static ThawPlotArea
measure (ThawChart *chart)
{
  ThawPlotArea area;

  thaw_chart_measure (chart, W, H, style (), &area);
  g_assert_true (area.left >= 0 && area.left + area.width <= W);
  g_assert_true (area.top >= 0 && area.top + area.height <= H);
  return area;
}

static ThawChart *
two_lines (void)
{
  ThawChart *chart = thaw_chart_new ("Accuracy", "epoch", "accuracy");
  const ThawPoint low[] = {{1, 0.1}, {2, 0.2}, {3, 0.3}, {4, 0.4}};
  const ThawPoint high[] = {{1, 0.5}, {2, NAN}, {3, 0.7}, {4, 0.8}};

  thaw_chart_add_series (chart, "low", low, 4, 0, 0, true, 0);
  thaw_chart_add_series (chart, "high", high, 4, 1, 0, true, 0);
  thaw_chart_set_percent (chart, true);
  return chart;
}

/* There and back, on linear and on logarithmic axes; the corners of the plot are the ranges' ends.
 */
static void
round_trip (void)
{
  for (int log = 0; log < 4; log++) {
    g_autoptr (ThawChart) chart = thaw_chart_new ("", "x", "y");
    ThawPlotArea area;
    thaw_chart_set_x_range (chart, 1, 1000);
    thaw_chart_set_y_range (chart, 0.5, 20);
    thaw_chart_set_x_log (chart, log & 1);
    thaw_chart_set_y_log (chart, log & 2);
    area = measure (chart);
    g_assert_cmpfloat_with_epsilon (thaw_plot_area_x_px (&area, 1), area.left, 1e-9);
    g_assert_cmpfloat_with_epsilon (thaw_plot_area_x_px (&area, 1000), area.left + area.width,
                                    1e-9);
    g_assert_cmpfloat_with_epsilon (thaw_plot_area_y_px (&area, 20), area.top, 1e-9);
    g_assert_cmpfloat_with_epsilon (thaw_plot_area_y_px (&area, 0.5), area.top + area.height, 1e-9);
    for (double x = 1; x < 1000; x *= 1.7)
      g_assert_cmpfloat_with_epsilon (thaw_plot_area_x (&area, thaw_plot_area_x_px (&area, x)), x,
                                      1e-9 * x);
    for (double y = 0.5; y < 20; y += 0.7)
      g_assert_cmpfloat_with_epsilon (thaw_plot_area_y (&area, thaw_plot_area_y_px (&area, y)), y,
                                      1e-9 * y);
  }
}

/* Charts below one another have one left and one right edge, and measuring says what drawing does.
 */
static void
check_aligned (bool compact)
{
  const char *rows[] = {"a block with a long name", "b"};
  g_autoptr (ThawSeries) rate = NULL;
  ThawChart *charts[] = {two_lines (), two_lines (), thaw_strip_new ("Thaw map", "epoch", rows, 2)};
  const double heights[] = {300, 200, 150};
  const ThawPoint rates[] = {{0, 1e-5}, {4, 1e-3}};
  ThawPlotArea area[3];

  rate = thaw_series_new_from (rates, 2);
  thaw_strip_set_rate (charts[2], rate, false);
  thaw_chart_set_gap (charts[1], 1, 0);
  thaw_chart_set_labels (charts[0], NULL, NULL, "");
  for (int i = 0; i < 3; i++)
    thaw_chart_set_compact (charts[i], compact);
  thaw_charts_align (charts, 3, heights, style ());
  for (int i = 0; i < 3; i++) {
    thaw_chart_measure (charts[i], W, heights[i], style (), &area[i]);
    g_assert_cmpfloat (area[i].left, ==, area[0].left);
    g_assert_cmpfloat (area[i].width, ==, area[0].width);
    g_assert_cmpfloat (area[i].height, >, 30);
  }
  if (compact) /* names take little more than numbers */
    g_assert_cmpfloat (area[0].left, <, 6 * style ()->font_px);
  for (int i = 0; i < 3; i++)
    thaw_chart_free (charts[i]);
}

static void
aligned (void)
{
  check_aligned (false);
  check_aligned (true);
}

/* In any size there is an area, however small. */
static void
any_size (void)
{
  g_autoptr (GRand) rand = seeded ();

  for (int k = 0; k < 300; k++) {
    g_autoptr (ThawChart) chart = two_lines ();
    double width = g_rand_double_range (rand, 1, 900), height = g_rand_double_range (rand, 1, 500);
    ThawPlotArea area;
    thaw_chart_mark (chart, 2, "mark");
    thaw_chart_set_x_texts (chart, k % 2);
    thaw_chart_set_legend (chart, k % 3);
    thaw_chart_set_compact (chart, k % 5 == 0);
    thaw_chart_set_gap (chart, 1, 0);
    thaw_chart_measure (chart, width, height, style (), &area);
    g_assert_true (area.width >= 1 && area.height >= 1);
    g_assert_true (isfinite (thaw_plot_area_x (&area, 10)));
  }
}

/* --- zoom --- */

static void
zoom (void)
{
  const ThawRange full = {0, 40};
  ThawRange view = thaw_range_zoom (full, full, 10, 0.5);

  g_assert_true (view.lo == 5 && view.hi == 25);
  view = thaw_range_pan (view, full, -100);
  g_assert_true (view.lo == 0 && view.hi == 20);
  view = thaw_range_pan (view, full, 1000);
  g_assert_true (view.lo == 20 && view.hi == 40);
  view = thaw_range_zoom (view, full, 30, 100);
  g_assert_true (view.lo == 0 && view.hi == 40);
  for (int i = 0; i < 200; i++)
    view = thaw_range_zoom (view, full, 7, 0.7);
  g_assert_true (view.lo < view.hi && view.hi - view.lo >= 40e-6 * 0.999);
  g_assert_true (view.lo <= 7 && view.hi >= 7);
}

/* Whatever is done, the view stays within the full range and has a size. */
static void
zoom_anything (void)
{
  g_autoptr (GRand) rand = seeded ();
  const ThawRange full = {-3, 17};
  ThawRange view = full;

  for (int i = 0; i < 20000; i++) {
    if (i % 2)
      view = thaw_range_zoom (view, full, g_rand_double_range (rand, -10, 30),
                              exp (g_rand_double_range (rand, -2, 2)));
    else
      view = thaw_range_pan (view, full, g_rand_double_range (rand, -5, 5));
    g_assert_true (view.lo >= full.lo && view.hi <= full.hi && view.lo < view.hi);
  }
}

/* --- hits --- */

/* The nearest of all points, by a plain loop. */
static void
hits (void)
{
  g_autoptr (GRand) rand = seeded ();

  for (int round = 0; round < 40; round++) {
    g_autoptr (ThawChart) chart = thaw_chart_new ("", "x", "y");
    ThawPlotArea area;
    for (int line = 0; line < 3; line++) {
      ThawPoint points[300];
      for (int i = 0; i < 300; i++)
        points[i] = (ThawPoint){i + g_rand_double (rand), i % 37 ? g_rand_double (rand) : NAN};
      thaw_chart_add_series (chart, "", points, 300, line, 0, false, line == 2 ? 9 : 0);
    }
    thaw_chart_set_x_range (chart, 50, 50 + g_rand_double_range (rand, 1, 240));
    area = measure (chart);
    for (int k = 0; k < 50; k++) {
      double x = g_rand_double_range (rand, 0, W), y = g_rand_double_range (rand, 0, H);
      double best = 15;
      bool any = false;
      ThawHit hit;
      for (int line = 0; line < 3; line++) {
        ThawSeries *own = thaw_chart_line_series (chart, line);
        const ThawSeries *series = thaw_series_smoothed (own, line == 2 ? 9 : 0);
        for (size_t i = 0; i < 300; i++) {
          ThawPoint p = thaw_series_points (series)[i];
          double distance =
              hypot (thaw_plot_area_x_px (&area, p.x) - x, thaw_plot_area_y_px (&area, p.y) - y);
          if (p.x < area.x_lo || p.x > area.x_hi || !(distance <= best))
            continue;
          best = distance;
          any = true;
        }
      }
      g_assert_true (thaw_chart_hit (chart, &area, x, y, 15, &hit) == any);
      g_assert_true (any == (hit.line >= 0));
      if (any)
        g_assert_cmpfloat_with_epsilon (hypot (thaw_plot_area_x_px (&area, hit.point.x) - x,
                                               thaw_plot_area_y_px (&area, hit.point.y) - y),
                                        best, 1e-9);
    }
  }
}

static void
check_walk (const ThawChart *chart,
            const ThawPlotArea *area,
            ThawWalk walk,
            ThawHit *hit,
            int line,
            double x)
{
  g_assert_true (thaw_chart_walk (chart, area, walk, hit));
  g_assert_cmpint (hit->line, ==, line);
  g_assert_cmpfloat (hit->point.x, ==, x);
}

/* Keys walk over all points, a NaN too, stop at the ends, and change lines. */
static void
walk (void)
{
  g_autoptr (ThawChart) chart = two_lines (), empty = thaw_chart_new ("", "", "");
  ThawPlotArea area = measure (chart), none = measure (empty);
  ThawHit hit = {.line = -1};

  g_assert_false (thaw_chart_walk (empty, &none, THAW_WALK_NEXT, &hit));
  check_walk (chart, &area, THAW_WALK_NEXT, &hit, 0, 4);
  check_walk (chart, &area, THAW_WALK_NEXT, &hit, 0, 4);
  check_walk (chart, &area, THAW_WALK_PREVIOUS, &hit, 0, 3);
  check_walk (chart, &area, THAW_WALK_FIRST, &hit, 0, 1);
  check_walk (chart, &area, THAW_WALK_PREVIOUS, &hit, 0, 1);
  check_walk (chart, &area, THAW_WALK_UP, &hit, 1, 1);
  check_walk (chart, &area, THAW_WALK_UP, &hit, 0, 1);
  check_walk (chart, &area, THAW_WALK_DOWN, &hit, 1, 1);
  check_walk (chart, &area, THAW_WALK_NEXT, &hit, 1, 2);
  g_assert_true (isnan (hit.point.y));
  check_walk (chart, &area, THAW_WALK_NEXT, &hit, 1, 3);
  check_walk (chart, &area, THAW_WALK_LAST, &hit, 1, 4);
}

/* Among 100,000 points a key goes on by a px, so that the end is reached in a thousand of them. */
static void
walk_crowd (void)
{
  g_autoptr (ThawSeries) series = thaw_series_new ();
  g_autoptr (ThawChart) chart = thaw_chart_new ("", "", "");
  ThawPlotArea area;
  ThawHit hit = {.line = -1};
  int keys = 0;

  for (int i = 0; i < 100000; i++) {
    ThawPoint p = {i, sin (i)};
    g_assert_true (thaw_series_append (series, &p, 1));
  }
  thaw_chart_add_line (chart, series, &(ThawLook){.label = "s"});
  area = measure (chart);
  g_assert_true (thaw_chart_walk (chart, &area, THAW_WALK_FIRST, &hit));
  g_assert_true (thaw_chart_walk (chart, &area, THAW_WALK_FIRST, &hit));
  for (; hit.point.x < 99999; keys++)
    g_assert_true (thaw_chart_walk (chart, &area, THAW_WALK_NEXT, &hit));
  g_assert_cmpint (keys, >, area.width / 2);
  g_assert_cmpint (keys, <=, area.width + 1);
}

static void
texts (void)
{
  g_autoptr (ThawChart) chart = two_lines ();
  ThawHit hit = {1, 2, {3, 0.7}}, lost = {1, 1, {2, NAN}};
  g_autofree char *point = thaw_chart_point_text (chart, &hit);
  g_autofree char *nothing = thaw_chart_point_text (chart, &lost);
  g_autofree char *values = thaw_chart_values_text (chart, 3);
  g_autofree char *beyond = thaw_chart_values_text (chart, 9);

  g_assert_cmpstr (point, ==, "high: 70.0% at epoch 3");
  g_assert_cmpstr (nothing, ==, "high: not a number at epoch 2");
  g_assert_cmpstr (values, ==, "epoch 3: low 30.0%, high 70.0%");
  g_assert_cmpstr (beyond, ==, "epoch 9: no values");
}

/* --- edges of a strip --- */

static void
strip_edges (void)
{
  const char *rows[] = {"head", "block 2", "block 1", "stem"};
  g_autoptr (ThawChart) strip = thaw_strip_new ("", "epoch", rows, 4);
  ThawPlotArea area;
  double x;

  thaw_strip_add_cell (strip, 0, 0, 20, THAW_CELL_TRAINING, 1e-3);
  thaw_strip_add_cell (strip, 1, 0, 5, THAW_CELL_FROZEN, 0);
  thaw_strip_add_cell (strip, 1, 5, 20, THAW_CELL_TRAINING, 1e-3);
  g_assert_cmpint (thaw_strip_add_edge (strip, 5, 1, 2, 0, 18, 1), ==, 0);
  g_assert_cmpint (thaw_strip_add_edge (strip, 12, 3, 3, 0, 20, 0), ==, 1);
  area = measure (strip);
  g_assert_cmpfloat_with_epsilon (thaw_plot_area_y_px (&area, 0), area.top, 1e-9);
  g_assert_cmpfloat_with_epsilon (thaw_plot_area_y_px (&area, 4), area.top + area.height, 1e-9);
  x = thaw_plot_area_x_px (&area, 5);
  g_assert_cmpint (thaw_strip_hit_edge (strip, &area, x + 4, area.top + area.height * 0.5), ==, 0);
  g_assert_cmpint (thaw_strip_hit_edge (strip, &area, x + 40, area.top + area.height * 0.5), ==,
                   -1);
  g_assert_cmpint (thaw_strip_hit_edge (strip, &area, x, area.top + area.height * 0.1), ==, -1);
  x = thaw_plot_area_x_px (&area, 12);
  g_assert_cmpint (thaw_strip_hit_edge (strip, &area, x, area.top + area.height * 0.9), ==, 1);
  g_assert_cmpfloat (thaw_strip_edge_at (strip, &area, 0, thaw_plot_area_x_px (&area, 7.4)), ==, 7);
  g_assert_cmpfloat (thaw_strip_edge_at (strip, &area, 0, 1e6), ==, 18);
  g_assert_cmpfloat (thaw_strip_edge_at (strip, &area, 0, -1e6), ==, 0);
  g_assert_cmpfloat (thaw_strip_edge_by (strip, 0, -3), ==, 2);
  g_assert_cmpfloat (thaw_strip_edge_by (strip, 0, -30), ==, 0);
  g_assert_cmpfloat_with_epsilon (thaw_strip_edge_by (strip, 1, 1), 12.4, 1e-9);
}

/* In a narrow window the plot itself keeps most of the width, a thaw map's too. */
static void
compact (void)
{
  const char *rows[] = {"features.0", "features.11", "classifier"};
  g_autoptr (ThawChart) strip = thaw_strip_new ("Thaw map", "epoch", rows, 3);
  ThawPlotArea wide, narrow;

  for (size_t i = 0; i < 3; i++) {
    thaw_strip_add_cell (strip, i, 0, 4, THAW_CELL_TRAINING, 1e-3);
    thaw_strip_set_moved (strip, i, 0.5);
  }
  thaw_chart_measure (strip, 300, 200, style (), &wide);
  thaw_chart_set_compact (strip, true);
  thaw_chart_measure (strip, 300, 200, style (), &narrow);
  g_assert_cmpfloat (narrow.width, >, wide.width + 30);
  g_assert_cmpfloat (narrow.width, >, 0.6 * 300);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plots/geometry/round-trip", round_trip);
  g_test_add_func ("/plots/geometry/aligned", aligned);
  g_test_add_func ("/plots/geometry/any-size", any_size);
  g_test_add_func ("/plots/geometry/zoom", zoom);
  g_test_add_func ("/plots/geometry/zoom-anything", zoom_anything);
  g_test_add_func ("/plots/geometry/hits", hits);
  g_test_add_func ("/plots/geometry/walk", walk);
  g_test_add_func ("/plots/geometry/walk-crowd", walk_crowd);
  g_test_add_func ("/plots/geometry/texts", texts);
  g_test_add_func ("/plots/geometry/strip-edges", strip_edges);
  g_test_add_func ("/plots/geometry/compact", compact);
  return g_test_run ();
}
