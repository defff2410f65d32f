/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses of recipes: gradients against central differences, mixed batches, known values. */
#include "thaw-nn.h"

#include <math.h>

#define N 5
#define C 4

static ThawLoss *
make (const char *name, double param, const double *weights)
{
  double values[1][THAW_PARAM_MAX_COUNT] = {{param}};
  ThawChoice choice = {thaw_catalogue_find (thaw_losses (), name), values};

  g_assert_nonnull (choice.entry);
  return thaw_loss_new (&choice, weights, C);
}

static void
check_gradient (const ThawLoss *loss, const int *others, double share)
{
  static const int labels[N] = {0, 3, 1, 1, 2};
  const double step = 1.0 / 1024;
  float logits[N * C], grad[N * C];
  ThawRng rng = thaw_rng (5, THAW_RNG_TEST, 0, 0, 0);

  for (int i = 0; i < N * C; i++) /* multiples of the step are exact in float */
    logits[i] = (float) (round (thaw_rng_uniform (&rng, -3, 3) / step) * step);
  thaw_loss_mixed (loss, logits, labels, others, share, N, grad, NULL);
  for (int i = 0; i < N * C; i++) {
    float at = logits[i];
    double up, down;
    logits[i] = (float) (at + step);
    up = thaw_loss_mixed (loss, logits, labels, others, share, N, NULL, NULL);
    logits[i] = (float) (at - step);
    down = thaw_loss_mixed (loss, logits, labels, others, share, N, NULL, NULL);
    logits[i] = at;
    g_assert_cmpfloat_with_epsilon (grad[i], (up - down) / (2 * step), 2e-6);
  }
}

static void
test_gradients (void)
{
  static const double weights[C] = {0.5, 2, 1.25, 3};
  static const int others[N] = {2, 0, 3, 1, 1};
  static const struct {
    const char *name;
    double param;
    bool weighted;
  } cases[] = {{"CrossEntropyLoss", 0, false}, {"CrossEntropyLoss", 0.1, true},
               {"CrossEntropyLoss", 0, true},  {"FocalLoss", 2, false},
               {"FocalLoss", 0.5, true},       {"FocalLoss", 0, false}};

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (ThawLoss) loss =
        make (cases[i].name, cases[i].param, cases[i].weighted ? weights : NULL);
    check_gradient (loss, NULL, 1);
    check_gradient (loss, others, 0.7);
  }
}

/* share L (a) + (1 - share) L (b), and right by a alone. */
static void
test_mixed (void)
{
  static const float logits[2 * C] = {1, 2, 0, -1, 0.5, 0, 3, 1};
  static const int a[2] = {1, 0}, b[2] = {0, 2};
  g_autoptr (ThawLoss) loss = make ("CrossEntropyLoss", 0.1, NULL);
  double first = thaw_loss_batch (loss, logits, a, 2, NULL, NULL),
         second = thaw_loss_batch (loss, logits, b, 2, NULL, NULL);
  int correct;

  g_assert_cmpfloat_with_epsilon (thaw_loss_mixed (loss, logits, a, b, 0.3, 2, NULL, &correct),
                                  0.3 * first + 0.7 * second, 1e-14);
  g_assert_cmpint (correct, ==, 1);
}

/* Certain and right, certain and wrong: finite values and gradients, not numbers that vanish. */
static void
test_extreme (void)
{
  static const float sure[C] = {200, 0, 0, 0};
  static const int right = 0, wrong = 1;
  const double gammas[] = {0, 0.5, 1, 2};

  for (size_t i = 0; i < G_N_ELEMENTS (gammas); i++) {
    g_autoptr (ThawLoss) loss = make ("FocalLoss", gammas[i], NULL);
    float grad[C];
    g_assert_cmpfloat (fabs (thaw_loss_batch (loss, sure, &right, 1, grad, NULL)), <, 1e-80);
    for (int c = 0; c < C; c++)
      g_assert_cmpfloat (fabsf (grad[c]), <, 1e-30f);
    g_assert_cmpfloat_with_epsilon (thaw_loss_batch (loss, sure, &wrong, 1, grad, NULL), 200, 1e-9);
    g_assert_cmpfloat_with_epsilon (grad[0], 1, 1e-6);
    g_assert_cmpfloat_with_epsilon (grad[1], -1, 1e-6);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/criterion/gradients", test_gradients);
  g_test_add_func ("/nn/criterion/mixed", test_mixed);
  g_test_add_func ("/nn/criterion/extreme", test_extreme);
  return g_test_run ();
}
