/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

static void
of_a_run (void)
{
  Made made;
  ThawFigures figures;
  ThawArtifact *best = g_new0 (ThawArtifact, 1);
  bool still = true;

  made_init (&made, 10, 3, 20);
  best->kind = g_strdup ("best");
  best->bytes = 4711;
  g_ptr_array_add (made.artifacts, best);
  thaw_figures_compute (&made.rows, &figures);
  g_assert_cmpint (figures.frozen_epochs, ==, 3);
  g_assert_cmpfloat_with_epsilon (figures.best, 0.59, 1e-12);
  g_assert_cmpfloat_with_epsilon (figures.final, 0.59, 1e-12);
  g_assert_true (isnan (figures.test));
  g_assert_false (figures.on_test);
  g_assert_true (figures.gap_clean);
  g_assert_cmpfloat_with_epsilon (figures.gap, 0.05, 1e-12);
  g_assert_cmpfloat_with_epsilon (figures.images_per_second, 200 / 30.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.images_per_second_frozen, 20, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.seconds, 3 * 10 + 7 * 30, 1e-9);
  g_assert_cmpint (figures.bytes, ==, 4711);
  g_assert_cmpint (figures.trainable, ==, 1000);
  /* a straight line has no spread around its trend */
  g_assert_cmpfloat (figures.volatility, <, 1e-9);
  g_assert_cmpfloat (figures.volatility_frozen, <, 1e-9);
  g_assert_cmpint (thaw_frozen_steps (&made.rows, &still), ==, 60);
  g_assert_false (still);
  made_clear (&made);
}

/* The spread is of each phase alone: a jump at the thaw belongs to neither. */
static void
phases_apart (void)
{
  Made made;
  ThawFigures figures;

  made_init (&made, 10, 5, 40);
  for (guint i = 0; i < made.iterations->len; i++)
    g_array_index (made.iterations, ThawIterationRow, i).loss = i < 200 ? 5 : 1 + 0.5 * (i % 2);
  thaw_figures_compute (&made.rows, &figures);
  g_assert_cmpfloat (figures.volatility_frozen, ==, 0);
  g_assert_cmpfloat_with_epsilon (figures.volatility, 0.25, 0.03);
  made_clear (&made);
}

static void
without_clean_pass (void)
{
  Made made;
  ThawFigures figures;

  made_init (&made, 2, 0, 5);
  for (guint i = 0; i < 2; i++)
    g_array_index (made.epochs, ThawEpochRow, i).clean_accuracy = NAN;
  thaw_figures_compute (&made.rows, &figures);
  g_assert_false (figures.gap_clean);
  g_assert_cmpfloat_with_epsilon (figures.gap, 0.02, 1e-12);
  g_assert_true (isnan (figures.volatility_frozen));
  made_clear (&made);
}

static void
of_nothing (void)
{
  Made made;
  ThawFigures figures;

  made_init (&made, 0, 0, 1);
  thaw_figures_compute (&(ThawRunRows){.run = &made.run}, &figures);
  g_assert_true (isnan (figures.best) && isnan (figures.volatility) && isnan (figures.gap));
  g_assert_cmpint (thaw_frozen_steps (&(ThawRunRows){.run = &made.run}, NULL), ==, 0);
  g_assert_true (isnan (thaw_seconds_left (&(ThawRunRows){.run = &made.run})));
  made_clear (&made);
}

/* While the first epochs train, only events say that the run is frozen. */
static void
frozen_by_events (void)
{
  Made made;
  bool still = false;

  made_init (&made, 0, 2, 10);
  made.run.steps_done = 7;
  made_event (&made, "frozen", 0, 0, NULL);
  g_assert_cmpint (thaw_frozen_steps (&made.rows, &still), ==, 7);
  g_assert_true (still);
  made_event (&made, "thawed", 1, 5, NULL);
  g_assert_cmpint (thaw_frozen_steps (&made.rows, &still), ==, 5);
  g_assert_false (still);
  made_clear (&made);
}

/* Ten epochs are planned, three of them frozen; four and a half are done. */
static void
time_left (void)
{
  Made made;

  made_init (&made, 4, 3, 20);
  made.run.epochs = 10;
  made.run.steps_done = 90;
  g_assert_cmpfloat_with_epsilon (thaw_seconds_left (&made.rows), 5.5 * 30, 1e-9);
  made.run.epochs = 4;
  g_assert_cmpfloat (thaw_seconds_left (&made.rows), ==, 0);
  made_clear (&made);
}

static void
numbers (void)
{
  static const struct {
    double value;
    const char *text;
  } rates[] = {{1e-3, "0.001"}, {5e-5, "5e-05"}, {0.1, "0.1"}};

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_autofree char *text = thaw_text_rate (rates[i].value);
    g_assert_cmpstr (text, ==, rates[i].text);
  }
  g_autofree char *count = thaw_text_count (-11181642), *percent = thaw_text_percent (NAN),
                  *long_time = thaw_text_duration (1e300), *points = thaw_text_points (0.032);
  g_assert_cmpstr (count, ==, "-11,181,642");
  g_assert_cmpstr (percent, ==, "–");
  g_assert_cmpstr (points, ==, "+3.20 points");
  g_assert_nonnull (strstr (long_time, "h"));
  for (int state = THAW_RUN_STARTING; state <= (int) THAW_RUN_DIVERGED; state++)
    g_assert_cmpuint (strlen (thaw_text_state ((ThawRunState) state)), >, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/figures/of-a-run", of_a_run);
  g_test_add_func ("/analysis/figures/phases-apart", phases_apart);
  g_test_add_func ("/analysis/figures/without-clean-pass", without_clean_pass);
  g_test_add_func ("/analysis/figures/of-nothing", of_nothing);
  g_test_add_func ("/analysis/figures/frozen-by-events", frozen_by_events);
  g_test_add_func ("/analysis/figures/time-left", time_left);
  g_test_add_func ("/analysis/figures/numbers", numbers);
  return g_test_run ();
}
