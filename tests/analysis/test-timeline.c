/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

static void
places (void)
{
  Made made;

  made_init (&made, 10, 3, 20);
  g_autoptr (ThawTimeline) timeline = thaw_timeline_new (&made.rows);
  g_assert_cmpfloat (thaw_timeline_steps_per_epoch (timeline), ==, 20);
  g_assert_cmpfloat (thaw_timeline_x (timeline, THAW_X_STEP, 70), ==, 70);
  g_assert_cmpfloat (thaw_timeline_x (timeline, THAW_X_EPOCH, 70), ==, 3.5);
  g_assert_cmpfloat_with_epsilon (thaw_timeline_x (timeline, THAW_X_PERCENT, 70), 0.35, 1e-12);
  /* three frozen epochs of 10 s, then half of one of 30 s */
  g_assert_cmpfloat_with_epsilon (thaw_timeline_x (timeline, THAW_X_TIME, 70), 45, 1e-9);
  g_assert_cmpfloat_with_epsilon (thaw_timeline_x (timeline, THAW_X_IMAGES, 70), 700, 1e-9);
  g_assert_cmpfloat (thaw_timeline_x (timeline, THAW_X_TIME, 0), ==, 0);
  made_clear (&made);
}

static void
and_back (void)
{
  Made made;

  made_init (&made, 10, 3, 20);
  g_autoptr (ThawTimeline) timeline = thaw_timeline_new (&made.rows);
  for (int kind = 0; kind < THAW_N_X; kind++)
    for (double steps = 0; steps <= 260; steps += 6.5) { /* beyond the end, too */
      double x = thaw_timeline_x (timeline, (ThawXKind) kind, steps);
      g_assert_cmpfloat_with_epsilon (thaw_timeline_steps (timeline, (ThawXKind) kind, x), steps,
                                      1e-9);
    }
  made_clear (&made);
}

static void
before_the_first_epoch (void)
{
  Made made;

  made_init (&made, 0, 0, 20);
  made.run.epochs = 4;
  g_autoptr (ThawTimeline) unknown = thaw_timeline_new (&made.rows);
  g_assert_true (thaw_timeline_knows (unknown, THAW_X_STEP));
  g_assert_true (thaw_timeline_knows (unknown, THAW_X_IMAGES));
  g_assert_false (thaw_timeline_knows (unknown, THAW_X_EPOCH));
  g_assert_false (thaw_timeline_knows (unknown, THAW_X_TIME));
  g_assert_true (isnan (thaw_timeline_x (unknown, THAW_X_EPOCH, 3)));
  g_assert_true (isnan (thaw_timeline_x (unknown, THAW_X_TIME, 3)));
  g_assert_cmpfloat (thaw_timeline_x (unknown, THAW_X_IMAGES, 3), ==, 30);
  made.run.steps_planned = 80; /* the run says how long it will be */
  g_autoptr (ThawTimeline) planned = thaw_timeline_new (&made.rows);
  g_assert_true (thaw_timeline_knows (planned, THAW_X_EPOCH));
  g_assert_false (thaw_timeline_knows (planned, THAW_X_TIME));
  g_assert_cmpfloat (thaw_timeline_x (planned, THAW_X_PERCENT, 20), ==, 0.25);
  made_clear (&made);
}

/* Epochs without a usable time (a clock that was set back) stand still instead of going back. */
static void
odd_times (void)
{
  Made made;
  double last = -1;

  made_init (&made, 3, 0, 10);
  g_array_index (made.epochs, ThawEpochRow, 1).seconds = -5;
  g_array_index (made.epochs, ThawEpochRow, 2).seconds = NAN;
  g_autoptr (ThawTimeline) timeline = thaw_timeline_new (&made.rows);
  for (double steps = 0; steps <= 30; steps++) {
    double x = thaw_timeline_x (timeline, THAW_X_TIME, steps);
    g_assert_true (isfinite (x) && x >= last);
    last = x;
  }
  g_assert_cmpfloat (last, ==, 30);
  made_clear (&made);
}

static void
names (void)
{
  for (int kind = 0; kind < THAW_N_X; kind++) {
    g_assert_cmpuint (strlen (thaw_x_name ((ThawXKind) kind)), >, 3);
    g_assert_cmpuint (strlen (thaw_x_label ((ThawXKind) kind)), >, 3);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/timeline/places", places);
  g_test_add_func ("/analysis/timeline/and-back", and_back);
  g_test_add_func ("/analysis/timeline/before-the-first-epoch", before_the_first_epoch);
  g_test_add_func ("/analysis/timeline/odd-times", odd_times);
  g_test_add_func ("/analysis/timeline/names", names);
  return g_test_run ();
}
