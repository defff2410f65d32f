/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

static const ThawMoment *
find (const GPtrArray *moments, ThawMomentKind kind)
{
  for (guint i = 0; i < moments->len; i++)
    if (((const ThawMoment *) moments->pdata[i])->kind == kind)
      return moments->pdata[i];
  return NULL;
}

static guint
count (const GPtrArray *moments, ThawMomentKind kind)
{
  guint n = 0;

  for (guint i = 0; i < moments->len; i++)
    n += ((const ThawMoment *) moments->pdata[i])->kind == kind;
  return n;
}

static void
told_in_order (void)
{
  Made made;

  made_init (&made, 6, 2, 10);
  made_event (&made, "frozen", 0, 0, "head");
  made_event (&made, "thawed", 2, 20, "all");
  made_event (&made, "paused", 3, 33, NULL);
  made_event (&made, "continued", 3, 33, NULL);
  made_event (&made, "rate-dropped", 4, 50, "from 1 to 2");
  made_event (&made, "never-heard-of", 5, 52, "who knows");
  made_event (&made, "finished", 5, 60, NULL);
  g_autoptr (GPtrArray) moments = thaw_moments (&made.rows);
  for (guint i = 1; i < moments->len; i++)
    g_assert_cmpfloat (((ThawMoment *) moments->pdata[i - 1])->steps, <=,
                       ((ThawMoment *) moments->pdata[i])->steps);
  g_assert_cmpuint (count (moments, THAW_MOMENT_PAUSED), ==, 1); /* a pause has one mark */
  g_assert_true (find (moments, THAW_MOMENT_THAWED)->marked);
  g_assert_cmpstr (find (moments, THAW_MOMENT_THAWED)->detail, ==, "all");
  g_assert_false (find (moments, THAW_MOMENT_FROZEN)->marked);
  g_assert_cmpstr (find (moments, THAW_MOMENT_OTHER)->label, ==, "never-heard-of");
  g_assert_cmpfloat (find (moments, THAW_MOMENT_BEST)->steps, ==, 60);
  g_assert_nonnull (strstr (find (moments, THAW_MOMENT_BEST)->detail, "55.00 %"));
  made_clear (&made);
}

/* A worker that was killed said nothing; its next attempt shows where. */
static void
silent_seam (void)
{
  Made made;
  ThawAttemptRow attempts[] = {{1, 0, 0, 5}, {2, 3, 30, 6}, {3, 4, 40, 7}};

  made_init (&made, 6, 0, 10);
  g_array_append_vals (made.attempts, attempts, 3);
  made_event (&made, "resumed", 3, 30, NULL);
  g_autoptr (GPtrArray) moments = thaw_moments (&made.rows);
  g_assert_cmpuint (count (moments, THAW_MOMENT_RESUMED), ==, 2);
  made_clear (&made);
}

static void
around_the_thaw (void)
{
  Made made;

  made_init (&made, 4, 2, 10);
  made_event (&made, "thawed", 2, 20, NULL);
  made_event (&made, "rate-dropped", 3, 30, NULL);
  for (guint i = 0; i < made.iterations->len; i++)
    g_array_index (made.iterations, ThawIterationRow, i).loss = i < 20 ? 3 : 1;
  g_array_index (made.iterations, ThawIterationRow, 18).loss = NAN; /* counts for nothing */
  g_autoptr (ThawAround) around = thaw_around (&made.rows, 20, 5);
  g_assert_cmpfloat (around->loss_before, ==, 3);
  g_assert_cmpfloat (around->loss_after, ==, 1);
  g_assert_cmpfloat (around->lr_before, ==, 1e-3);
  g_assert_cmpfloat (around->lr_after, ==, 1e-4);
  g_assert_cmpfloat_with_epsilon (around->accuracy_before, 0.51, 1e-12);
  g_assert_cmpfloat_with_epsilon (around->accuracy_after, 0.52, 1e-12);
  g_assert_cmpuint (around->moments->len, ==, 1);
  g_autoptr (ThawAround) end = thaw_around (&made.rows, 40, 5);
  g_assert_true (isnan (end->loss_after) && isnan (end->lr_after) && isnan (end->accuracy_after));
  g_autoptr (ThawAround) start = thaw_around (&made.rows, -3, 2);
  g_assert_true (isnan (start->loss_before) && isnan (start->lr_before));
  made_clear (&made);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/moments/told-in-order", told_in_order);
  g_test_add_func ("/analysis/moments/silent-seam", silent_seam);
  g_test_add_func ("/analysis/moments/around-the-thaw", around_the_thaw);
  return g_test_run ();
}
