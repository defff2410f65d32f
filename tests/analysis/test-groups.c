/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

static ThawRun
run_with (const char *recipe, const char *data)
{
  return (ThawRun){.id = (char *) "a",
                   .recipe = (char *) recipe,
                   .data_fingerprint = (char *) data,
                   .weights = (char *) "random"};
}

static void
same_but_for_the_seed (void)
{
  ThawRun runs[] = {
      run_with ("{\"name\": \"one\", \"epochs\": 4, \"seed\": 0}", "d"),
      run_with ("{\"name\": \"two\", \"epochs\": 4, \"seed\": 1}", "d"),
      run_with ("{\"name\": \"one\", \"epochs\": 5, \"seed\": 0}", "d"),
      run_with ("{\"name\": \"one\", \"epochs\": 4, \"seed\": 2}", "other data"),
      run_with ("{\"name\": \"six\", \"epochs\": 5, \"seed\": 7}", "d"),
      run_with ("no recipe", "d"),
  };
  const ThawRun *all[G_N_ELEMENTS (runs)];
  int group[G_N_ELEMENTS (runs)];
  const int expected[] = {0, 0, 1, 2, 1, 3};

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    all[i] = &runs[i];
  g_assert_cmpint (thaw_groups (all, G_N_ELEMENTS (runs), group), ==, 4);
  g_assert_cmpmem (group, sizeof group, expected, sizeof expected);
}

/* A split's own seed makes other data of it: not the same experiment. */
static void
split_seed_counts (void)
{
  ThawRun one = run_with ("{\"data\": {\"split\": {\"seed\": 0}}, \"seed\": 0}", "d");
  ThawRun two = run_with ("{\"data\": {\"split\": {\"seed\": 1}}, \"seed\": 0}", "d");
  g_autofree char *first = thaw_group_key (&one), *second = thaw_group_key (&two);

  g_assert_cmpstr (first, !=, second);
}

static void
spread (void)
{
  const double values[] = {1, NAN, 2, 3, INFINITY};
  ThawSpread found = thaw_spread (values, 5), one = thaw_spread (values, 1),
             none = thaw_spread (values, 0);

  g_assert_cmpint (found.n, ==, 3);
  g_assert_cmpfloat (found.mean, ==, 2);
  g_assert_cmpfloat (found.deviation, ==, 1);
  g_assert_cmpfloat (one.mean, ==, 1);
  g_assert_true (isnan (one.deviation) && isnan (none.mean));
}

static GArray *
line (double from, double to, double step, double slope)
{
  GArray *curve = g_array_new (FALSE, FALSE, sizeof (ThawXY));

  for (double x = from; x <= to; x += step) {
    ThawXY at = {x, slope * x};
    g_array_append_val (curve, at);
  }
  return curve;
}

/* Curves on other places, of other lengths: each counts where it is, and only there. */
static void
mean_of_curves (void)
{
  g_autoptr (GArray) one = line (1, 10, 1, 1), two = line (0.5, 6, 0.5, 3),
                     none = line (1, 0, 1, 0);
  const GArray *curves[] = {one, two, none};
  g_autoptr (GArray) mean = thaw_mean_curve (curves, 3, 100);

  g_assert_cmpuint (mean->len, ==, 12 + 4);
  for (guint i = 0; i < mean->len; i++) {
    ThawMeanPoint at = g_array_index (mean, ThawMeanPoint, i);
    bool both = at.x >= 1 && at.x <= 6;
    g_assert_cmpint (at.n, ==, both ? 2 : 1);
    g_assert_cmpfloat_with_epsilon (at.mean, both ? 2 * at.x : at.x < 1 ? 3 * at.x : at.x, 1e-9);
  }
  g_autoptr (GArray) few = thaw_mean_curve (curves, 3, 5);
  g_assert_cmpuint (few->len, ==, 5);
  g_assert_cmpfloat (g_array_index (few, ThawMeanPoint, 4).x, ==, 10);
}

static void
best_for_its_cost (void)
{
  const double cost[] = {1, 2, 3, 2, NAN, 1}, accuracy[] = {0.5, 0.7, 0.6, 0.65, 0.9, 0.5};
  bool best[6];

  thaw_frontier (cost, accuracy, 6, best);
  g_assert_true (best[0] && best[1] && best[5]); /* equals are both best */
  g_assert_false (best[2] || best[3] || best[4]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/groups/same-but-for-the-seed", same_but_for_the_seed);
  g_test_add_func ("/analysis/groups/split-seed-counts", split_seed_counts);
  g_test_add_func ("/analysis/groups/spread", spread);
  g_test_add_func ("/analysis/groups/mean-of-curves", mean_of_curves);
  g_test_add_func ("/analysis/groups/best-for-its-cost", best_for_its_cost);
  return g_test_run ();
}
