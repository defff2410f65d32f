/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cross-entropy and softmax at their edges; ordinary values are in the suite golden. */
#include "thaw-nn.h"

#include <math.h>

static void
test_even (void)
{
  const float logits[8] = {0.5f, 0.5f, 0.5f, 0.5f, -7, -7, -7, -7};
  const int labels[2] = {2, 0};
  float grad[8];
  int correct;

  g_assert_cmpfloat_with_epsilon (thaw_cross_entropy (logits, labels, 2, 4, grad, &correct),
                                  log (4), 1e-12);
  g_assert_cmpint (correct, ==, 1); /* the first of equals is at 0 */
  g_assert_cmpfloat_with_epsilon (grad[0], 0.125, 1e-7);
  g_assert_cmpfloat_with_epsilon (grad[2], -0.375, 1e-7);
}

static void
test_extreme (void)
{
  const float logits[6] = {3e38f, -3e38f, 0, 1000, 999, -1000};
  const int good[2] = {0, 0}, bad[2] = {0, 2};
  float grad[6];

  g_assert_cmpfloat_with_epsilon (thaw_cross_entropy (logits, good, 2, 3, grad, NULL),
                                  log1p (exp (-1)) / 2, 1e-12);
  for (int j = 0; j < 6; j++)
    g_assert_true (isfinite (grad[j]));
  g_assert_cmpfloat_with_epsilon (thaw_cross_entropy (logits, bad, 2, 3, NULL, NULL),
                                  (2000 + log1p (exp (-1))) / 2, 1e-9);
}

static void
test_not_finite (void)
{
  const float with_nan[3] = {0, NAN, 1}, with_inf[3] = {INFINITY, 0, 0};
  const int label = 0;
  float grad[3];

  g_assert_true (isnan (thaw_cross_entropy (with_nan, &label, 1, 3, grad, NULL)));
  g_assert_false (isfinite (thaw_cross_entropy (with_inf, &label, 1, 3, grad, NULL)));
}

static void
test_softmax (void)
{
  const float logits[4] = {100, 101, -1000, 101};
  float p[4];

  thaw_softmax (logits, 4, p);
  g_assert_cmpfloat_with_epsilon (p[0] + p[1] + p[2] + p[3], 1, 1e-6);
  g_assert_cmpfloat (p[1], ==, p[3]);
  g_assert_cmpfloat_with_epsilon (p[0], 1 / (1 + 2 * exp (1)), 1e-7);
  g_assert_cmpfloat (p[2], ==, 0);
}

static void
test_catalogue (void)
{
  g_assert_nonnull (thaw_catalogue_find (thaw_losses (), "CrossEntropyLoss"));
  g_assert_nonnull (thaw_catalogue_find (thaw_losses (), "FocalLoss"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/loss/even", test_even);
  g_test_add_func ("/nn/loss/extreme", test_extreme);
  g_test_add_func ("/nn/loss/not-finite", test_not_finite);
  g_test_add_func ("/nn/loss/softmax", test_softmax);
  g_test_add_func ("/nn/loss/catalogue", test_catalogue);
  return g_test_run ();
}
