/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch norm's statistics, dropout's masks. */
#include "runner.h"

#include <math.h>
#include <string.h>

#define C 21

static Runner *
norm_runner (int h, int w, int threads)
{
  ThawGraph *graph = thaw_graph_new (C, h, w);

  return runner_new (graph, thaw_graph_batch_norm (graph, 0, "bn", 1e-5, 0.1), C, h, w, threads);
}

typedef struct {
  const char *name;
  int n, h, w;
  double offset; /* of all values: what a naive variance loses its digits to */
} StatCase;

static const StatCase stat_cases[] = {
    {"one-chunk", 5, 1, 1, 0},
    {"odd", 7, 5, 3, 0},
    {"large", 64, 16, 16, 0},
    {"far-from-zero", 64, 8, 8, 1000},
};

static void
test_statistics (const void *data)
{
  const StatCase *c = data;
  int pixels = c->h * c->w;
  double count = (double) c->n * pixels;
  g_autoptr (Runner) runner = norm_runner (c->h, c->w, 2);
  ThawRng rng = thaw_rng (3, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, (size_t) (c->n * C * pixels), 1);

  for (int i = 0; i < c->n * C * pixels; i++)
    x[i] += (float) c->offset;
  for (int j = 0; j < C; j++)
    runner_param (runner, "bn.weight")->value[j] = 1;
  runner_plan (runner, THAW_MODE_TRAIN, c->n);
  runner_forward (runner, THAW_MODE_TRAIN, c->n, x);
  for (int j = 0; j < C; j++) {
    double mean = 0, squares = 0;
    for (int i = 0; i < c->n; i++)
      for (int p = 0; p < pixels; p++)
        mean += x[(i * C + j) * pixels + p] / count;
    for (int i = 0; i < c->n; i++)
      for (int p = 0; p < pixels; p++)
        squares += pow (x[(i * C + j) * pixels + p] - mean, 2);
    g_assert_cmpfloat_with_epsilon (runner_param (runner, "bn.running_mean")->value[j], 0.1 * mean,
                                    1e-6 * (1 + 0.1 * c->offset));
    g_assert_cmpfloat_with_epsilon (runner_param (runner, "bn.running_var")->value[j],
                                    0.9 + 0.1 * squares / (count - 1), 1e-6);
    for (int i = 0; i < c->n; i++) {
      int at = (i * C + j) * pixels;
      g_assert_cmpfloat_with_epsilon (g_array_index (runner->y, float, at),
                                      (x[at] - mean) / sqrt (squares / count + 1e-5),
                                      1e-5 * (1 + 0.02 * c->offset));
    }
  }
  g_assert_cmpfloat (*runner_param (runner, "bn.num_batches_tracked")->value, ==, 1);
}

/* A channel without spread gives the bias exactly, and finite gradients. */
static void
test_constant (void)
{
  g_autoptr (Runner) runner = norm_runner (3, 3, 1);
  g_autofree float *x = g_new (float, 5 * C * 9), *dx = NULL;

  for (int i = 0; i < 5 * C * 9; i++)
    x[i] = 0.1f;
  runner_fill (runner, 6);
  runner_plan (runner, THAW_MODE_TRAIN, 5);
  runner_forward (runner, THAW_MODE_TRAIN, 5, x);
  for (int j = 0; j < C; j++)
    g_assert_cmpfloat (g_array_index (runner->y, float, j * 9), ==,
                       runner_param (runner, "bn.bias")->value[j]);
  runner_backward (runner, x);
  dx = runner_input_grad (runner);
  for (int i = 0; i < 5 * C * 9; i++)
    g_assert_true (isfinite (dx[i]));
}

/* One value a channel: variance 0, y = bias. */
static void
test_single_value (void)
{
  g_autoptr (Runner) runner = norm_runner (1, 1, 1);
  ThawRng rng = thaw_rng (3, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, C, 1);

  runner_fill (runner, 6);
  runner_plan (runner, THAW_MODE_TRAIN, 1);
  runner_forward (runner, THAW_MODE_TRAIN, 1, x);
  for (int j = 0; j < C; j++) {
    g_assert_cmpfloat (g_array_index (runner->y, float, j), ==,
                       runner_param (runner, "bn.bias")->value[j]);
    g_assert_true (isfinite (runner_param (runner, "bn.running_var")->value[j]));
  }
}

static void
test_hold (void)
{
  g_autoptr (Runner) runner = norm_runner (2, 2, 1);
  ThawRng rng = thaw_rng (3, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, 3 * C * 4, 1);
  g_autofree float *mean = NULL, *held = NULL;

  runner_fill (runner, 6);
  mean = runner_value (runner, "bn.running_mean");
  runner_param (runner, "bn.weight")->trainable = false;
  runner_param (runner, "bn.bias")->trainable = false;
  thaw_net_hold_batch_norm (runner->net, true);
  runner_plan (runner, THAW_MODE_TRAIN, 3);
  runner_forward (runner, THAW_MODE_TRAIN, 3, x);
  held = g_memdup2 (runner->y->data, runner->y->len * sizeof (float));
  g_assert_cmpmem (mean, C * 4, runner_param (runner, "bn.running_mean")->value, C * 4);
  g_assert_cmpfloat (*runner_param (runner, "bn.num_batches_tracked")->value, ==, 0);
  runner_forward (runner, THAW_MODE_EVAL, 3, x);
  g_assert_cmpmem (held, 3 * C * 16, runner->y->data, runner->y->len * 4);
  thaw_net_hold_batch_norm (runner->net, false);
  runner_plan (runner, THAW_MODE_TRAIN, 3);
  runner_forward (runner, THAW_MODE_TRAIN, 3, x);
  g_assert_cmpint (memcmp (held, runner->y->data, 3 * C * 16), !=, 0);
  g_assert_cmpfloat (*runner_param (runner, "bn.num_batches_tracked")->value, ==, 1);
}

/* --- Dropout
 * --------------------------------------------------------------------------------------
 */
enum { DROP_N = 9, DROP_C = 500 };

static Runner *
dropout_runner (double p)
{
  ThawGraph *graph = thaw_graph_new (DROP_C, 1, 2);
  Runner *runner = runner_new (graph, thaw_graph_dropout (graph, 0, p), DROP_C, 1, 2, 2);

  runner_plan (runner, THAW_MODE_TRAIN, DROP_N);
  return runner;
}

static void
test_dropout (void)
{
  enum { COUNT = DROP_N * DROP_C * 2 };
  g_autoptr (Runner) runner = dropout_runner (0.2);
  g_autofree float *x = g_new (float, COUNT), *first = NULL, *dx = NULL;
  int kept = 0;

  for (int i = 0; i < COUNT; i++)
    x[i] = 4;
  thaw_net_set_noise (runner->net, 1, 10);
  runner_forward (runner, THAW_MODE_TRAIN, DROP_N, x);
  first = g_memdup2 (runner->y->data, COUNT * sizeof (float));
  runner_backward (runner, x);
  dx = runner_input_grad (runner);
  for (int i = 0; i < COUNT; i++) {
    g_assert_true (first[i] == 0 || first[i] == 5);
    g_assert_cmpfloat (dx[i], ==, first[i]);
    kept += first[i] != 0;
  }
  g_assert_cmpint (kept, >, 7000); /* 7200 +- 38 */
  g_assert_cmpint (kept, <, 7400);
  runner_forward (runner, THAW_MODE_TRAIN, DROP_N, x);
  g_assert_cmpmem (first, sizeof (float) * COUNT, runner->y->data, runner->y->len * 4);
  thaw_net_set_noise (runner->net, 1, 11);
  runner_forward (runner, THAW_MODE_TRAIN, DROP_N, x);
  g_assert_cmpint (memcmp (first, runner->y->data, sizeof (float) * COUNT), !=, 0);
  runner_forward (runner, THAW_MODE_EVAL, DROP_N, x);
  g_assert_cmpmem (x, sizeof (float) * COUNT, runner->y->data, runner->y->len * 4);
}

/* A sample's mask does not depend on how many others there are. */
static void
test_dropout_samples (void)
{
  g_autoptr (Runner) runner = dropout_runner (0.5);
  g_autofree float *x = g_new (float, DROP_N *DROP_C * 2), *all = NULL;

  for (int i = 0; i < DROP_N * DROP_C * 2; i++)
    x[i] = 1;
  thaw_net_set_noise (runner->net, 2, 3);
  runner_forward (runner, THAW_MODE_TRAIN, DROP_N, x);
  all = g_memdup2 (runner->y->data, 4 * DROP_C * 2 * sizeof (float));
  runner_forward (runner, THAW_MODE_TRAIN, 4, x);
  g_assert_cmpmem (all, 4 * DROP_C * 2 * 4, runner->y->data, runner->y->len * 4);
}

static void
test_dropout_ends (void)
{
  g_autoptr (Runner) none = dropout_runner (0), all = dropout_runner (1);
  float x[DROP_C * 2];

  for (int i = 0; i < DROP_C * 2; i++)
    x[i] = 3;
  runner_forward (none, THAW_MODE_TRAIN, 1, x);
  runner_forward (all, THAW_MODE_TRAIN, 1, x);
  for (int i = 0; i < DROP_C * 2; i++) {
    g_assert_cmpfloat (g_array_index (none->y, float, i), ==, 3);
    g_assert_cmpfloat (g_array_index (all->y, float, i), ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (stat_cases); i++) {
    g_autofree char *path = g_strconcat ("/nn/batch-norm/", stat_cases[i].name, NULL);
    g_test_add_data_func (path, &stat_cases[i], test_statistics);
  }
  g_test_add_func ("/nn/batch-norm/constant", test_constant);
  g_test_add_func ("/nn/batch-norm/single-value", test_single_value);
  g_test_add_func ("/nn/batch-norm/hold", test_hold);
  g_test_add_func ("/nn/dropout/mask", test_dropout);
  g_test_add_func ("/nn/dropout/samples", test_dropout_samples);
  g_test_add_func ("/nn/dropout/ends", test_dropout_ends);
  return g_test_run ();
}
