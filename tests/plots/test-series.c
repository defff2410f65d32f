/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series: no spike is thinned away, smoothing is the plain mean, facts are facts, and growing bit
 * by bit gives the same as being made at once. */
#include "series.h"

#include <math.h>

#define N 100000

static GRand *
seeded (void)
{
  guint32 seed = g_test_rand_int ();

  g_test_message ("seed %u", seed);
  return g_rand_new_with_seed (seed);
}

static ThawPoint *
noise (guint32 seed, size_t n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  ThawPoint *points = g_new (ThawPoint, n);

  for (size_t i = 0; i < n; i++)
    points[i] = (ThawPoint){(double) i, g_rand_double (rand)};
  return points;
}

/* Uneven steps, equal x, NaN, infinities, huge values. */
static ThawPoint *
wild (GRand *rand, size_t n)
{
  const double odd[] = {NAN, INFINITY, -INFINITY, 1e301, 0, -7, 1e-310, 1e299};
  ThawPoint *points = g_new (ThawPoint, MAX (n, 1));
  double x = g_rand_double_range (rand, -10, 10);
  int oddness = g_rand_int_range (rand, 0, 4);

  for (size_t i = 0; i < n; i++) {
    double step = g_rand_int_range (rand, 0, 4) == 0 ? 0 : g_rand_double (rand);
    points[i] = (ThawPoint){x += step, g_rand_double_range (rand, -1, 3)};
    if (oddness > 0 && g_rand_int_range (rand, 0, oddness == 1 ? 100 : oddness == 2 ? 5 : 2) == 0)
      points[i].y = odd[g_rand_int_range (rand, 0, G_N_ELEMENTS (odd))];
  }
  return points;
}

static GArray *
thin (const ThawSeries *series, double lo, double hi, int columns)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (ThawPoint));

  thaw_series_thin (series, lo, hi, columns, out);
  return out;
}

#define AT(array, i) g_array_index (array, ThawPoint, i)

/* 100,000 points to 800 columns: every spike is there, order is kept, each column keeps its least
 * and greatest (a column's border may lie a few points further on, beside the next column's). */
static void
keeps_spikes (void)
{
  g_autofree ThawPoint *points = noise (1, N);
  g_autoptr (ThawSeries) series = NULL;
  g_autoptr (GArray) out = NULL;
  double least[800], greatest[800], out_least[800], out_greatest[800];
  size_t spikes = 0;

  for (int i = 7; i < N; i += 9973)
    points[i].y = i % 2 ? 50 : -50;
  for (int c = 0; c < 800; c++) {
    least[c] = out_least[c] = INFINITY;
    greatest[c] = out_greatest[c] = -INFINITY;
  }
  series = thaw_series_new_from (points, N);
  out = thin (series, 0, N, 800);
  g_assert_cmpuint (out->len, <=, 4 * 810); /* rounding may cut a column in two */
  g_assert_cmpuint (out->len, >=, 2 * 760);
  for (size_t i = 0; i < N; i++) {
    int c = (int) (points[i].x / N * 800);
    least[c] = MIN (least[c], points[i].y);
    greatest[c] = MAX (greatest[c], points[i].y);
  }
  for (guint i = 0; i < out->len; i++) {
    int c = (int) (AT (out, i).x / N * 800);
    g_assert_true (i == 0 || AT (out, i).x > AT (out, i - 1).x);
    g_assert_cmpfloat (points[(int) AT (out, i).x].y, ==, AT (out, i).y);
    for (int near = MAX (c - 1, 0); near <= MIN (c + 1, 799); near++) {
      out_least[near] = MIN (out_least[near], AT (out, i).y);
      out_greatest[near] = MAX (out_greatest[near], AT (out, i).y);
    }
    spikes += fabs (AT (out, i).y) == 50;
  }
  for (int c = 0; c < 800; c++) {
    g_assert_cmpfloat (out_least[c], <=, least[c]);
    g_assert_cmpfloat (out_greatest[c], >=, greatest[c]);
  }
  g_assert_cmpuint (spikes, ==, 11);
}

/* Few points stay as they are. */
static void
keeps_few (void)
{
  g_autofree ThawPoint *points = noise (2, 300);
  g_autoptr (ThawSeries) series = thaw_series_new_from (points, 300);
  g_autoptr (ThawSeries) empty = thaw_series_new ();
  g_autoptr (GArray) all = thin (series, 0, 299, 2000), none = thin (empty, 0, 1, 100);

  g_assert_cmpmem (all->data, all->len * sizeof *points, points, 300 * sizeof *points);
  g_assert_cmpuint (none->len, ==, 0);
}

/* A value without a place breaks the line, one NaN for a stretch of them. */
static void
breaks_lines (void)
{
  const ThawPoint points[] = {{0, 1},     {1, 2}, {2, NAN}, {3, INFINITY}, {4, NAN},
                              {5, 1e301}, {6, 3}, {7, NAN}, {8, 4}};
  g_autoptr (ThawSeries) series = thaw_series_new_from (points, G_N_ELEMENTS (points));
  g_autoptr (GArray) wide = thin (series, 0, 8, 100), narrow = thin (series, 0, 8, 1);

  g_assert_cmpuint (wide->len, ==, 6);
  g_assert_true (isnan (AT (wide, 2).y) && AT (wide, 2).x == 2);
  g_assert_true (AT (wide, 3).y == 3 && isnan (AT (wide, 4).y) && AT (wide, 5).y == 4);
  g_assert_cmpuint (narrow->len, ==, 6);
}

/* Zoomed in: of what lies beyond, one point at either side is kept, for the lines into view. */
static void
zoomed (void)
{
  g_autofree ThawPoint *points = noise (3, N);
  g_autoptr (ThawSeries) series = thaw_series_new_from (points, N);
  g_autoptr (GArray) out = thin (series, 5000, 5100, 1000);

  g_assert_cmpuint (out->len, ==, 103);
  g_assert_cmpfloat (AT (out, 0).x, ==, 4999);
  g_assert_cmpfloat (AT (out, 102).x, ==, 5101);
}

/* Thinning in any view loses no extreme of any column, and says where the line breaks. */
static void
thin_anything (void)
{
  g_autoptr (GRand) rand = seeded ();

  for (int round = 0; round < 200; round++) {
    size_t n = (size_t) g_rand_int_range (rand, 1, 3000);
    g_autofree ThawPoint *points = round % 2 ? wild (rand, n) : noise ((guint32) round, n);
    g_autoptr (ThawSeries) series = thaw_series_new_from (points, n);
    double lo = g_rand_double_range (rand, -12, points[n - 1].x + 1e-3);
    double hi = lo + g_rand_double_range (rand, 1e-3, points[n - 1].x - lo + 5);
    int columns = g_rand_int_range (rand, 1, 300);
    g_autoptr (GArray) out = thin (series, lo, hi, columns);
    g_autofree double *extremes = g_new (double, 2 * columns);
    for (int c = 0; c < columns; c++) {
      extremes[2 * c] = INFINITY;
      extremes[2 * c + 1] = -INFINITY;
    }
    for (guint i = 0; i < out->len; i++) {
      int c = (int) floor ((AT (out, i).x - lo) / (hi - lo) * columns);
      g_assert_true (i == 0 || AT (out, i).x >= AT (out, i - 1).x);
      g_assert_false (i > 0 && isnan (AT (out, i).y) && isnan (AT (out, i - 1).y));
      for (int near = c - 1; near <= c + 1; near++) /* rounding may put it beside */
        if (near >= 0 && near < columns && !isnan (AT (out, i).y)) {
          extremes[2 * near] = MIN (extremes[2 * near], AT (out, i).y);
          extremes[2 * near + 1] = MAX (extremes[2 * near + 1], AT (out, i).y);
        }
    }
    for (size_t i = 0; i < n; i++) {
      int c = (int) floor ((points[i].x - lo) / (hi - lo) * columns);
      c = points[i].x == hi ? columns - 1 : c;
      if (points[i].x < lo || points[i].x > hi || !thaw_plottable (points[i].y))
        continue;
      g_assert_cmpfloat (extremes[2 * c], <=, points[i].y);
      g_assert_cmpfloat (extremes[2 * c + 1], >=, points[i].y);
    }
  }
}

/* --- levels --- */

static ThawSpan
plain_span (const ThawPoint *points, size_t first, size_t end)
{
  ThawSpan s = thaw_span_empty ();

  for (size_t i = first; i < end; i++) {
    double y = points[i].y;
    s.n++;
    s.n_part += points[i].x != floor (points[i].x);
    s.n_nan += isnan (y) ? 1 : 0;
    s.n_up += !thaw_plottable (y) && y > 0;
    s.n_down += !thaw_plottable (y) && y < 0;
    if (!thaw_plottable (y))
      continue;
    if (y < s.lo) {
      s.lo = y;
      s.lo_at = (guint32) i;
    }
    if (y > s.hi) {
      s.hi = y;
      s.hi_at = (guint32) i;
    }
    if (y > 0)
      s.least_positive = MIN (s.least_positive, y);
  }
  return s;
}

static void
check_span (const ThawSeries *series, const ThawPoint *points, size_t first, size_t end)
{
  ThawSpan got = thaw_series_span (series, first, end), wanted = plain_span (points, first, end);

  g_assert_true (got.lo == wanted.lo && got.hi == wanted.hi);
  g_assert_true (got.least_positive == wanted.least_positive);
  g_assert_true (got.lo > got.hi || (got.lo_at == wanted.lo_at && got.hi_at == wanted.hi_at));
  g_assert_cmpuint (got.n, ==, wanted.n);
  g_assert_cmpuint (got.n_nan, ==, wanted.n_nan);
  g_assert_cmpuint (got.n_up, ==, wanted.n_up);
  g_assert_cmpuint (got.n_down, ==, wanted.n_down);
  g_assert_cmpuint (got.n_part, ==, wanted.n_part);
}

/* Appended in pieces, cut back, appended again: any stretch is what a plain loop finds. */
static void
levels (void)
{
  g_autoptr (GRand) rand = seeded ();

  for (int round = 0; round < 60; round++) {
    size_t n = (size_t) g_rand_int_range (rand, 1, 10000), have = 0;
    g_autofree ThawPoint *points = wild (rand, n);
    g_autoptr (ThawSeries) series = thaw_series_new ();
    while (have < n) {
      size_t piece = (size_t) g_rand_int_range (rand, 1, 700), more = MIN (piece, n - have);
      g_assert_true (thaw_series_append (series, points + have, more));
      have += more;
      if (g_rand_int_range (rand, 0, 5) == 0) {
        have = (size_t) g_rand_int_range (rand, 0, (int) have + 1);
        thaw_series_truncate (series, have);
        check_span (series, points, 0, have);
      }
    }
    check_span (series, points, 0, n);
    for (int k = 0; k < 50; k++) {
      size_t first = (size_t) g_rand_int_range (rand, 0, (int) n + 1);
      check_span (series, points, first,
                  (size_t) g_rand_int_range (rand, (int) first, (int) n + 1));
    }
  }
}

/* What is not in order, or has no place on x, is refused and leaves no trace. */
static void
refused (void)
{
  const ThawPoint start[] = {{1, 1}, {2, 2}}, back[] = {{3, 0}, {2.5, 0}}, before = {1.5, 0};
  const ThawPoint nowhere[] = {{NAN, 0}, {INFINITY, 0}, {1e301, 0}}, same = {2, 5};
  g_autoptr (ThawSeries) series = thaw_series_new_from (start, 2), fixed = NULL;

  g_assert_false (thaw_series_append (series, back, 2));
  g_assert_false (thaw_series_append (series, &before, 1));
  for (int i = 0; i < 3; i++)
    g_assert_false (thaw_series_append (series, &nowhere[i], 1));
  g_assert_cmpuint (thaw_series_length (series), ==, 2);
  g_assert_true (thaw_series_append (series, &same, 1));
  g_assert_true (thaw_series_append (series, NULL, 0));
  g_assert_cmpuint (thaw_series_length (series), ==, 3);
  fixed = thaw_series_new_from (back, 2);
  g_assert_cmpuint (thaw_series_length (fixed), ==, 1);
}

/* --- means --- */

static double
plain_mean (const ThawPoint *points, int n, int window, int i)
{
  double sum = 0;
  int count = 0;

  for (int j = i - (window - 1) / 2; j <= i + window / 2; j++)
    if (j >= 0 && j < n && thaw_plottable (points[j].y)) {
      sum += points[j].y;
      count++;
    }
  return sum / count;
}

static void
check_means (const ThawSeries *mean, const ThawPoint *points, size_t n, int window)
{
  g_assert_cmpuint (thaw_series_length (mean), ==, n);
  for (int i = 0; i < (int) n; i++) {
    ThawPoint p = *thaw_series_at (mean, (size_t) i);
    g_assert_cmpfloat (p.x, ==, points[i].x);
    if (thaw_plottable (points[i].y))
      g_assert_cmpfloat_with_epsilon (p.y, plain_mean (points, (int) n, window, i), 1e-12);
    else
      g_assert_false (thaw_plottable (p.y));
  }
}

/* Against the plain mean of each window, for a series that grows in steps. */
static void
smooth (void)
{
  const int windows[] = {2, 3, 8, 101, 5000};
  const size_t ends[] = {1, 2, 3, 10, 11, 500, 501, 1000};
  g_autofree ThawPoint *points = noise (4, 1000);

  points[10].y = NAN;
  points[500].y = INFINITY;
  for (gsize k = 0; k < G_N_ELEMENTS (windows); k++) {
    g_autoptr (ThawSeries) series = thaw_series_new ();
    for (gsize e = 0; e < G_N_ELEMENTS (ends); e++) {
      size_t have = thaw_series_length (series);
      g_assert_true (thaw_series_append (series, points + have, ends[e] - have));
      check_means (thaw_series_smoothed (series, windows[k]), points, ends[e], windows[k]);
    }
    thaw_series_truncate (series, 505);
    check_means (thaw_series_smoothed (series, windows[k]), points, 505, windows[k]);
    g_assert_true (thaw_series_append (series, points + 505, 495));
    check_means (thaw_series_smoothed (series, windows[k]), points, 1000, windows[k]);
    g_assert_true (thaw_series_smoothed (series, 1) == series);
  }
}

/* More strengths than are remembered: each is right whenever it is asked for. */
static void
many_strengths (void)
{
  g_autofree ThawPoint *points = noise (5, 400);
  g_autoptr (ThawSeries) series = thaw_series_new_from (points, 400);

  for (int round = 0; round < 3; round++)
    for (int window = 2; window < 12; window++)
      check_means (thaw_series_smoothed (series, window), points, 400, window);
}

/* One huge value is gone from the mean once it is out of the window. */
static void
smooth_forgets (void)
{
  ThawPoint points[200];
  g_autoptr (ThawSeries) series = NULL;

  for (int i = 0; i < 200; i++)
    points[i] = (ThawPoint){i, 0.1};
  points[50].y = 1e30;
  series = thaw_series_new_from (points, 200);
  for (int i = 0; i < 200; i++) {
    double y = thaw_series_at (thaw_series_smoothed (series, 9), (size_t) i)->y;
    if (abs (i - 50) > 4)
      g_assert_cmpfloat_with_epsilon (y, 0.1, 1e-12);
    else
      g_assert_cmpfloat (y, >, 1e29);
  }
}

/* --- finding --- */

static void
facts (void)
{
  const ThawPoint points[] = {{1, NAN}, {2, 5},         {3, -2}, {NAN, 9},
                              {4.5, 7}, {6, -INFINITY}, {7, 0.5}};
  g_autoptr (ThawSeries) series = thaw_series_new_from (points, G_N_ELEMENTS (points));
  ThawSeriesFacts f = thaw_series_facts (series);

  g_assert_cmpuint (f.n, ==, 6);
  g_assert_cmpuint (f.n_finite, ==, 4);
  g_assert_cmpuint (f.n_nan, ==, 1);
  g_assert_cmpuint (f.n_infinite, ==, 1);
  g_assert_true (f.x_lo == 1 && f.x_hi == 7 && !f.whole_x);
  g_assert_true (f.first.x == 2 && f.last.x == 7);
  g_assert_true (f.lowest.x == 3 && f.highest.x == 4.5 && f.least_positive == 0.5);
}

static void
nearest (void)
{
  g_autoptr (GRand) rand = seeded ();
  g_autoptr (ThawSeries) empty = thaw_series_new ();
  size_t index;

  g_assert_false (thaw_series_nearest (empty, 0, &index));
  for (int round = 0; round < 300; round++) {
    size_t n = (size_t) g_rand_int_range (rand, 1, 200), best = 0;
    g_autofree ThawPoint *points = wild (rand, n);
    g_autoptr (ThawSeries) series = thaw_series_new_from (points, n);
    double x = g_rand_double_range (rand, -15, 120);
    for (size_t i = 1; i < n; i++)
      best = fabs (points[i].x - x) <= fabs (points[best].x - x) ? i : best;
    g_assert_true (thaw_series_nearest (series, x, &index));
    g_assert_cmpfloat (points[index].x, ==, points[best].x);
  }
}

/* A million points, half of them with no place. */
static void
million (void)
{
  size_t n = 1000000;
  g_autofree ThawPoint *points = noise (6, n);
  g_autoptr (ThawSeries) series = NULL, nothing = NULL;
  g_autoptr (GArray) out = NULL, none = NULL;

  for (size_t i = 0; i < n; i += 2)
    points[i].y = NAN;
  series = thaw_series_new_from (points, n);
  out = thin (series, 0, (double) n, 1000);
  g_assert_cmpuint (out->len, >, 1000);
  for (size_t i = 0; i < n; i++)
    points[i].y = i % 3 ? NAN : INFINITY;
  nothing = thaw_series_new_from (points, n);
  none = thin (nothing, 0, (double) n, 1000);
  g_assert_cmpuint (none->len, ==, 1);
  g_assert_cmpuint (thaw_series_facts (nothing).n_finite, ==, 0);
  g_assert_cmpuint (thaw_series_length (thaw_series_smoothed (nothing, 50)), ==, n);
}

/* Where columns are not of equal width, every point stays, and the one next to either side. */
static void
all_of_them (void)
{
  ThawPoint points[50];
  g_autoptr (ThawSeries) series = NULL;
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (ThawPoint));

  for (int i = 0; i < 50; i++)
    points[i] = (ThawPoint){pow (10, -7 + 0.15 * i), i == 30 ? NAN : i};
  series = thaw_series_new_from (points, 50);
  thaw_series_all (series, 1e-8, 10, out);
  g_assert_cmpuint (out->len, ==, 50);
  g_assert_true (isnan (AT (out, 30).y));
  thaw_series_all (series, points[10].x, points[20].x, out);
  g_assert_cmpuint (out->len, ==, 13);
  g_assert_cmpfloat (AT (out, 0).y, ==, 9);
  g_assert_cmpfloat (AT (out, 12).y, ==, 21);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plots/series/keeps-spikes", keeps_spikes);
  g_test_add_func ("/plots/series/keeps-few", keeps_few);
  g_test_add_func ("/plots/series/all-of-them", all_of_them);
  g_test_add_func ("/plots/series/breaks-lines", breaks_lines);
  g_test_add_func ("/plots/series/zoomed", zoomed);
  g_test_add_func ("/plots/series/thin-anything", thin_anything);
  g_test_add_func ("/plots/series/levels", levels);
  g_test_add_func ("/plots/series/refused", refused);
  g_test_add_func ("/plots/series/smooth", smooth);
  g_test_add_func ("/plots/series/many-strengths", many_strengths);
  g_test_add_func ("/plots/series/smooth-forgets", smooth_forgets);
  g_test_add_func ("/plots/series/facts", facts);
  g_test_add_func ("/plots/series/nearest", nearest);
  g_test_add_func ("/plots/series/million", million);
  return g_test_run ();
}
