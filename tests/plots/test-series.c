/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series: no spike is thinned away, smoothing is the plain mean, facts are facts. */
#include "series.h"

#include <math.h>

#define N 100000

static ThawPoint *
noise (guint32 seed, size_t n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  ThawPoint *points = g_new (ThawPoint, n);

  for (size_t i = 0; i < n; i++)
    points[i] = (ThawPoint){(double) i, g_rand_double (rand)};
  return points;
}

/* 100,000 points to 800 columns: every spike is there, order is kept, each column keeps its least
 * and greatest. */
static void
keeps_spikes (void)
{
  g_autofree ThawPoint *points = noise (1, N), *out = g_new (ThawPoint, N);
  double least[800], greatest[800], out_least[800], out_greatest[800];
  size_t count, spikes = 0;

  for (int i = 7; i < N; i += 9973)
    points[i].y = i % 2 ? 50 : -50;
  for (int c = 0; c < 800; c++) {
    least[c] = out_least[c] = INFINITY;
    greatest[c] = out_greatest[c] = -INFINITY;
  }
  count = thaw_series_thin (points, N, 0, N, 800, out);
  g_assert_cmpuint (count, <=, 4 * 800);
  g_assert_cmpuint (count, >=, 2 * 800);
  for (size_t i = 0; i < N; i++) {
    int c = (int) (points[i].x / N * 800);
    least[c] = MIN (least[c], points[i].y);
    greatest[c] = MAX (greatest[c], points[i].y);
  }
  for (size_t i = 0; i < count; i++) {
    int c = (int) (out[i].x / N * 800);
    g_assert_true (i == 0 || out[i].x > out[i - 1].x);
    out_least[c] = MIN (out_least[c], out[i].y);
    out_greatest[c] = MAX (out_greatest[c], out[i].y);
    spikes += fabs (out[i].y) == 50;
  }
  g_assert_cmpmem (out_least, sizeof least, least, sizeof least);
  g_assert_cmpmem (out_greatest, sizeof greatest, greatest, sizeof greatest);
  g_assert_cmpuint (spikes, ==, 11);
}

/* Few points stay as they are. */
static void
keeps_few (void)
{
  g_autofree ThawPoint *points = noise (2, 300), *out = g_new (ThawPoint, 300);

  g_assert_cmpuint (thaw_series_thin (points, 300, 0, 299, 2000, out), ==, 300);
  g_assert_cmpmem (out, 300 * sizeof *out, points, 300 * sizeof *points);
  g_assert_cmpuint (thaw_series_thin (points, 1, 0, 1, 2000, out), ==, 1);
  g_assert_cmpuint (thaw_series_thin (points, 0, 0, 1, 2000, out), ==, 0);
}

/* A value without a place breaks the line, one NaN for a stretch of them. */
static void
breaks_lines (void)
{
  const ThawPoint points[] = {{0, 1},     {1, 2}, {2, NAN}, {3, INFINITY}, {4, NAN},
                              {5, 1e301}, {6, 3}, {7, NAN}, {8, 4}};
  ThawPoint out[9];

  g_assert_cmpuint (thaw_series_thin (points, 9, 0, 8, 100, out), ==, 6);
  g_assert_true (isnan (out[2].y) && out[2].x == 2);
  g_assert_true (out[3].y == 3 && isnan (out[4].y) && out[5].y == 4);
  g_assert_cmpuint (thaw_series_thin (points, 9, 0, 8, 1, out), ==, 6);
}

/* Zoomed in: what lies beyond is kept only as far as lines into view need it. */
static void
zoomed (void)
{
  g_autofree ThawPoint *points = noise (3, N), *out = g_new (ThawPoint, N);
  size_t count = thaw_series_thin (points, N, 5000, 5100, 1000, out), inside = 0;

  g_assert_cmpuint (count, <=, 101 + 8);
  for (size_t i = 0; i < count; i++)
    inside += out[i].x >= 5000 && out[i].x <= 5100;
  g_assert_cmpuint (inside, ==, 101);
  g_assert_cmpfloat (out[3].x, ==, 4999);
}

/* Against the plain mean of each window. */
static void
smooth (void)
{
  const int windows[] = {1, 2, 3, 8, 101, 5000};
  size_t n = 1000;
  g_autofree ThawPoint *points = noise (4, n);

  points[10].y = NAN;
  points[500].y = INFINITY;
  for (gsize k = 0; k < G_N_ELEMENTS (windows); k++) {
    int window = windows[k];
    g_autofree ThawPoint *out = thaw_series_smooth (points, n, window);
    for (int i = 0; i < (int) n; i++) {
      double sum = 0;
      int count = 0;
      for (int j = i - (window - 1) / 2; j <= i + window / 2; j++)
        if (j >= 0 && j < (int) n && isfinite (points[j].y)) {
          sum += points[j].y;
          count++;
        }
      g_assert_cmpfloat (out[i].x, ==, points[i].x);
      if (isfinite (points[i].y))
        g_assert_cmpfloat_with_epsilon (out[i].y, sum / count, 1e-12);
      else
        g_assert_false (isfinite (out[i].y));
    }
  }
}

/* One huge value is gone from the mean once it is out of the window. */
static void
smooth_forgets (void)
{
  g_autofree ThawPoint *points = g_new (ThawPoint, 200), *out = NULL;

  for (int i = 0; i < 200; i++)
    points[i] = (ThawPoint){i, 0.1};
  points[50].y = 1e30;
  out = thaw_series_smooth (points, 200, 9);
  for (int i = 0; i < 200; i++)
    if (abs (i - 50) > 4)
      g_assert_cmpfloat_with_epsilon (out[i].y, 0.1, 1e-12);
    else
      g_assert_cmpfloat (out[i].y, >, 1e29);
}

static void
facts (void)
{
  const ThawPoint points[] = {{1, NAN}, {2, 5},         {3, -2}, {NAN, 9},
                              {4.5, 7}, {6, -INFINITY}, {7, 0.5}};
  ThawLine *series = thaw_line_new ("a", points, G_N_ELEMENTS (points), 0, 0, false, 0);
  const ThawSeriesFacts *f = &series->facts;

  g_assert_cmpuint (series->n, ==, 6);
  g_assert_cmpuint (f->n_finite, ==, 4);
  g_assert_cmpuint (f->n_nan, ==, 1);
  g_assert_cmpuint (f->n_infinite, ==, 1);
  g_assert_true (f->x_lo == 1 && f->x_hi == 7 && !f->whole_x);
  g_assert_true (f->first.x == 2 && f->last.x == 7);
  g_assert_true (f->lowest.x == 3 && f->highest.x == 4.5 && f->least_positive == 0.5);
  g_assert_null (series->smoothed);
  thaw_line_free (series);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plots/series/keeps-spikes", keeps_spikes);
  g_test_add_func ("/plots/series/keeps-few", keeps_few);
  g_test_add_func ("/plots/series/breaks-lines", breaks_lines);
  g_test_add_func ("/plots/series/zoomed", zoomed);
  g_test_add_func ("/plots/series/smooth", smooth);
  g_test_add_func ("/plots/series/smooth-forgets", smooth_forgets);
  g_test_add_func ("/plots/series/facts", facts);
  return g_test_run ();
}
