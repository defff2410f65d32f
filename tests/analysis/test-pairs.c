/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

/* The table that every textbook has. */
static void
students_t (void)
{
  static const struct {
    int freedom;
    double confidence, t;
  } known[] = {{1, 0.95, 12.7062}, {2, 0.95, 4.3027}, {3, 0.95, 3.1824},  {4, 0.95, 2.7764},
               {5, 0.95, 2.5706},  {9, 0.95, 2.2622}, {10, 0.95, 2.2281}, {30, 0.95, 2.0423},
               {1, 0.5, 1.0},      {2, 0.99, 9.9248}, {7, 0.99, 3.4995},  {100, 0.95, 1.9840},
               {60, 0.99, 2.6603}, {3, 0.9, 2.3534},  {1, 0.99, 63.6567}};

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    g_assert_cmpfloat_with_epsilon (thaw_student (known[i].confidence, known[i].freedom),
                                    known[i].t, 1e-4);
}

static void
interval (void)
{
  const double rising[] = {0.01, 0.02, NAN, 0.03}, mixed[] = {0.02, -0.01, 0.01}, one[] = {0.5},
               equal[] = {0, 0, 0};
  ThawPaired found = thaw_paired (rising, 4);

  g_assert_cmpint (found.n, ==, 3);
  g_assert_cmpfloat_with_epsilon (found.mean, 0.02, 1e-12);
  g_assert_cmpfloat_with_epsilon (found.deviation, 0.01, 1e-12);
  g_assert_cmpfloat_with_epsilon (found.low, 0.02 - 4.302653 * 0.01 / sqrt (3), 1e-8);
  g_assert_cmpfloat_with_epsilon (found.high, 0.02 + 4.302653 * 0.01 / sqrt (3), 1e-8);
  g_assert_false (found.told); /* 0.02 is less than 0.0248 away from 0 */
  const double steady[] = {0.02, 0.021, 0.019};
  g_assert_true (thaw_paired (steady, 3).told);
  g_assert_false (thaw_paired (mixed, 3).told);
  g_assert_false (thaw_paired (equal, 3).told);
  found = thaw_paired (one, 1);
  g_assert_true (found.n == 1 && isnan (found.low) && !found.told);
  g_assert_cmpint (thaw_paired (NULL, 0).n, ==, 0);
}

static void
check_text (const double *differences, size_t n, const char *expected)
{
  ThawPaired paired = thaw_paired (differences, n);
  g_autofree char *text = thaw_paired_text (&paired);

  g_assert_cmpstr (text, ==, expected);
}

static void
in_words (void)
{
  const double better[] = {0.02, 0.021, 0.019}, worse[] = {-0.02, -0.021, -0.019},
               unclear[] = {0.02, -0.01, 0.01}, same[] = {0, 0};

  check_text (better, 3, "+2.00 points (+1.75 to +2.25, 3 seeds): better");
  check_text (worse, 3, "-2.00 points (-2.25 to -1.75, 3 seeds): worse");
  check_text (unclear, 3,
              "+0.67 points (-3.13 to +4.46, 3 seeds): not enough evidence of a difference");
  check_text (same, 2, "+0.00 points (+0.00 to +0.00, 2 seeds): the same for each seed");
  check_text (better, 1, "+2.00 points with one seed in common: not enough evidence");
  check_text (NULL, 0, "no seed in common");
}

static ThawRun
with_seed (const char *recipe)
{
  return (ThawRun){.id = (char *) "a", .recipe = (char *) recipe};
}

/* Pairs are found by seed, whatever the order; a seed counts once, and only where both measured the
 * same set. */
static void
by_seed (void)
{
  ThawRun zero = with_seed ("{\"seed\": 0}"), one = with_seed ("{\"seed\": 1}"),
          two = with_seed ("{\"seed\": 2}"), none = with_seed ("{}");
  const ThawRun *from_runs[] = {&zero, &one, &two, &none}, *to_runs[] = {&two, &one, &two, &none};
  ThawFigures from_figures[] = {{.best = 0.1, .final = 0.1, .test = 0.2},
                                {.best = 0.2, .final = 0.2, .test = 0.2},
                                {.best = 0.3, .final = 0.3, .test = 0.2},
                                {.best = 0.9}},
              to_figures[] = {{.best = 0.35, .final = 0.3, .test = NAN},
                              {.best = 0.22, .final = 0.2, .test = NAN},
                              {.best = 0.9, .final = 0.9, .test = NAN},
                              {.best = 0.1}};
  ThawSide sides[] = {{.name = "A", .runs = from_runs, .figures = from_figures, .n = 4},
                      {.name = "B", .runs = to_runs, .figures = to_figures, .n = 4}};
  ThawPaired paired = thaw_pair_best (&sides[0], &sides[1]);

  g_assert_cmpint (paired.n, ==, 2);
  g_assert_cmpfloat_with_epsilon (paired.mean, (0.05 + 0.02) / 2, 1e-12);
  g_assert_cmpint (thaw_pair_test (&sides[0], &sides[1]).n, ==, 0);
  g_autoptr (ThawSheet) sheet = thaw_paired_sheet (sides, 2);
  g_assert_cmpint (sheet->n_columns, ==, 1);
  g_assert_cmpstr (sheet->columns[0], ==, "B less A");
  g_assert_cmpint (sheet->rows->len, ==, 3);
  g_assert_cmpstr (((ThawSheetRow *) sheet->rows->pdata[2])->cells[0].text, ==,
                   "no seed in common");
  to_figures[0].on_test = true;
  g_assert_cmpint (thaw_pair_best (&sides[0], &sides[1]).n, ==, 1);
}

/* Groups of runs as sides, each with its own figures and a name for all. */
static void
sides (void)
{
  ThawRun a1 = with_seed ("{\"seed\": 1}"), a2 = with_seed ("{\"seed\": 2}"),
          b = with_seed ("{\"seed\": 1}");
  const ThawRun *runs[] = {&a1, &b, &a2};
  const ThawFigures figures[] = {{.best = 0.1}, {.best = 0.5}, {.best = 0.2}};
  const int group[] = {0, 1, 0};
  a1.name = (char *) "ResNet18, seed 1";
  a2.name = (char *) "ResNet18, seed 2";
  b.name = (char *) "Other";
  b.id = (char *) "0123456789abcdef";
  g_autoptr (ThawSides) grouped = thaw_sides_new (runs, figures, 3, group, true);
  g_autoptr (ThawSides) each = thaw_sides_new (runs, figures, 3, NULL, false);

  g_assert_cmpint (grouped->n, ==, 2);
  g_assert_cmpint (grouped->sides[0].n, ==, 2);
  g_assert_cmpstr (grouped->sides[0].name, ==, "ResNet18");
  g_assert_true (grouped->sides[0].runs[1] == &a2);
  g_assert_cmpfloat (grouped->sides[0].figures[1].best, ==, 0.2);
  g_assert_cmpstr (grouped->sides[1].name, ==, "01234567 Other");
  g_assert_cmpfloat (grouped->sides[1].figures[0].best, ==, 0.5);
  g_assert_cmpint (each->n, ==, 3);
  g_assert_cmpstr (each->sides[1].name, ==, "Other");
  g_assert_cmpstr (each->sides[2].name, ==, "ResNet18, seed 2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/pairs/students-t", students_t);
  g_test_add_func ("/analysis/pairs/interval", interval);
  g_test_add_func ("/analysis/pairs/in-words", in_words);
  g_test_add_func ("/analysis/pairs/by-seed", by_seed);
  g_test_add_func ("/analysis/pairs/sides", sides);
  return g_test_run ();
}
