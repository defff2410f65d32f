/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradient clipping: torch's numbers, the same bits on any number of threads. */
#include "thaw-optim.h"

#include <math.h>
#include <string.h>

/* clip_grad_norm_ of [3, 4] and [12]: the norm is 13. */
static void
by_norm (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  float a[] = {3, 4}, b[] = {12};
  const ThawOptimizerTask tasks[] = {{0, NULL, a}, {1, NULL, b}};
  const uint64_t counts[] = {2, 1};
  const float scale = (float) (1 / (13 + 1e-6));

  g_assert_cmpfloat (thaw_clip_gradients (&(ThawClip){.norm = 20}, pool, tasks, counts, 2), ==, 13);
  g_assert_cmpfloat (a[0], ==, 3);
  g_assert_cmpfloat (thaw_clip_gradients (&(ThawClip){.norm = 1}, pool, tasks, counts, 2), ==, 13);
  g_assert_cmpfloat (a[0], ==, 3 * scale);
  g_assert_cmpfloat (a[1], ==, 4 * scale);
  g_assert_cmpfloat (b[0], ==, 12 * scale);
}

static void
by_value (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  float a[] = {-3, 0.25f, 4, -0.5f, NAN};
  const ThawOptimizerTask task = {0, NULL, a};
  const uint64_t count = 5;

  thaw_clip_gradients (&(ThawClip){.value = 0.5}, pool, &task, &count, 1);
  g_assert_cmpfloat (a[0], ==, -0.5);
  g_assert_cmpfloat (a[1], ==, 0.25);
  g_assert_cmpfloat (a[2], ==, 0.5);
  g_assert_cmpfloat (a[3], ==, -0.5);
  g_assert_true (isnan (a[4])); /* is not hidden */
}

static void
threads (void)
{
  enum { COUNT = 70001 };
  const int numbers[] = {1, 2, 3, 7};
  const uint64_t counts[] = {COUNT, 17};
  g_autofree float *first = g_new (float, COUNT + 17);
  double norm = 0;

  for (size_t t = 0; t < G_N_ELEMENTS (numbers); t++) {
    g_autoptr (ThawPool) pool = thaw_pool_new (numbers[t]);
    g_autofree float *g = g_new (float, COUNT + 17);
    const ThawOptimizerTask tasks[] = {{0, NULL, g}, {1, NULL, g + COUNT}};
    ThawRng rng = thaw_rng (11, THAW_RNG_TEST, 0, 0, 0);
    double sum = 0, found;
    for (int i = 0; i < COUNT + 17; i++) {
      g[i] = (float) thaw_rng_normal (&rng);
      sum += (double) g[i] * g[i];
    }
    found = thaw_clip_gradients (&(ThawClip){.norm = 2.5}, pool, tasks, counts, 2);
    g_assert_cmpfloat_with_epsilon (found, sqrt (sum), 1e-9 * found);
    if (t == 0) {
      memcpy (first, g, (COUNT + 17) * sizeof *g);
      norm = found;
    }
    g_assert_cmpfloat (found, ==, norm);
    g_assert_cmpint (memcmp (first, g, (COUNT + 17) * sizeof *g), ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optim/clip/by-norm", by_norm);
  g_test_add_func ("/optim/clip/by-value", by_value);
  g_test_add_func ("/optim/clip/threads", threads);
  return g_test_run ();
}
