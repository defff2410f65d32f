/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inference with batch norms folded into convolutions: what it computes, and that it is never of
 * other weights than those of the moment. */
#include "nets.h"
#include "runner.h"

#include <math.h>
#include <string.h>

#define N 6
#define ROUNDING 2e-5 /* of the largest logit */

static ThawNode
conv (ThawGraph *graph, ThawNode x, const char *name, ThawConv2d spec)
{
  return thaw_graph_conv2d (graph, x, name, &spec);
}

static ThawNode
norm (ThawGraph *graph, ThawNode x, const char *name)
{
  return thaw_graph_batch_norm (graph, x, name, 1e-3, 0.1);
}

/* What nets_build () has not: a pooled norm without activation, more taps than a tile takes at
 * once, of which some are dead, additions behind them and behind few channels, biases before norms,
 * clipped activations, a norm whose input others read, one behind an addition, one behind what is
 * folded already, and one behind a grouped convolution. */
static ThawNode
build_rest (ThawGraph *graph)
{
  ThawNode y, z, x = norm (graph, conv (graph, 0, "s", (ThawConv2d){37, 3, 1, 1, 1, true}), "sn");

  x = thaw_graph_max_pool (graph, x, 2, 2, 0, false);
  y = norm (graph, conv (graph, x, "a", (ThawConv2d){37, 9, 1, 4, 1, true}), "an");
  x = thaw_graph_activation (graph, thaw_graph_add (graph, y, x), THAW_ACT_RELU);
  y = norm (graph, conv (graph, x, "b", (ThawConv2d){37, 5, 1, 2, 37, true}), "bn");
  y = thaw_graph_activation (graph, y, THAW_ACT_RELU6);
  y = conv (graph, y, "c", (ThawConv2d){37, 1, 1, 0, 1, true});
  x = thaw_graph_add (graph, norm (graph, y, "cn"), thaw_graph_add (graph, x, y));
  x = norm (graph, x, "dn");
  y = norm (graph, conv (graph, x, "e", (ThawConv2d){37, 3, 1, 1, 37, false}), "en");
  x = thaw_graph_activation (graph, thaw_graph_add (graph, x, y), THAW_ACT_RELU);
  x = thaw_graph_activation (
      graph, norm (graph, conv (graph, x, "f", (ThawConv2d){12, 1, 2, 0, 1, false}), "fn"),
      THAW_ACT_RELU6);
  z = norm (graph, conv (graph, x, "g", (ThawConv2d){12, 3, 1, 1, 2, false}), "gn");
  y = norm (graph, conv (graph, z, "h", (ThawConv2d){12, 3, 1, 1, 1, false}), "hn");
  x = thaw_graph_activation (graph, thaw_graph_add (graph, z, y), THAW_ACT_RELU);
  x = norm (graph, x, "jn");
  x = thaw_graph_activation (
      graph, norm (graph, conv (graph, x, "i", (ThawConv2d){9, 3, 1, 1, 1, false}), "in"),
      THAW_ACT_SILU);
  return thaw_graph_linear (graph, thaw_graph_global_avg_pool (graph, x), "fc", NETS_CLASSES, true);
}

typedef ThawNode (*Build) (ThawGraph *graph);

static const Build builds[] = {nets_build, build_rest};

typedef struct {
  ThawPool *pool;
  ThawNet *net;
} Net;

static void
net_clear (Net *net)
{
  thaw_net_free (net->net);
  thaw_pool_free (net->pool);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Net, net_clear)

static void
fill (ThawNet *net)
{
  Runner runner = {.net = net};

  runner_fill (&runner, 61);
}

static Net
net_new (Build build, int threads)
{
  ThawGraph *graph = thaw_graph_new (NETS_CHANNELS, NETS_HEIGHT, NETS_WIDTH);
  g_autoptr (GError) error = NULL;
  Net net = {.pool = thaw_pool_new (threads)};

  thaw_graph_finish (graph, build (graph), &error);
  g_assert_no_error (error);
  net.net = thaw_net_new (graph, net.pool, &error);
  g_assert_no_error (error);
  fill (net.net);
  return net;
}

static void
plan (Net *net, ThawMode mode, int n)
{
  g_autoptr (GError) error = NULL;

  thaw_net_plan (net->net, mode, n, &error);
  g_assert_no_error (error);
}

/* (transfer full) */
static float *
forward (Net *net, ThawMode mode, int n)
{
  size_t count = (size_t) n * NETS_CHANNELS * NETS_HEIGHT * NETS_WIDTH;
  ThawRng rng = thaw_rng (62, THAW_RNG_TEST, (uint64_t) n, 0, 0);
  g_autofree float *x = runner_noise (&rng, count, 2);
  const float *logits;

  memcpy (thaw_net_input (net->net), x, count * sizeof *x);
  logits = thaw_net_forward (net->net, mode, n);
  g_assert_nonnull (logits);
  return g_memdup2 (logits, (size_t) (n * NETS_CLASSES) * sizeof *logits);
}

static float *
folded (Net *net, int n)
{
  float *logits;

  thaw_net_fold (net->net);
  logits = forward (net, THAW_MODE_EVAL, n);
  thaw_net_unfold (net->net);
  return logits;
}

static void
assert_close (const float *found, const float *expected, int n)
{
  float most = 0;

  for (int j = 0; j < n * NETS_CLASSES; j++)
    most = MAX (most, fabsf (expected[j]));
  for (int j = 0; j < n * NETS_CLASSES; j++)
    g_assert_cmpfloat_with_epsilon (found[j], expected[j], ROUNDING * most);
}

static void
assert_same (const float *found, const float *expected, int n)
{
  g_assert_cmpmem (found, (size_t) (n * NETS_CLASSES) * sizeof *found, expected,
                   (size_t) (n * NETS_CLASSES) * sizeof *expected);
}

/* Norms that are a step of their own in the schedule in force. */
static int
count_norms (const Net *net)
{
  int n_steps, norms = 0;
  const ThawStepTime *times;

  thaw_net_profile (net->net, true);
  times = thaw_net_profile_times (net->net, &n_steps);
  for (int i = 0; i < n_steps; i++)
    norms += g_str_equal (times[i].kind, "BatchNorm2d");
  thaw_net_profile (net->net, false);
  return norms;
}

static void
test_close (void)
{
  static const int sizes[] = {1, 2, 7, 33};
  static const int norms[][2] = {{8, 1},
                                 {11, 6}}; /* with SiLU: one; and what build_rest () names */

  for (gsize b = 0; b < G_N_ELEMENTS (builds); b++) {
    g_auto (Net) net = net_new (builds[b], 2);
    for (int mode = 0; mode < 2; mode++) {
      plan (&net, mode ? THAW_MODE_TRAIN : THAW_MODE_EVAL, 33);
      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
        g_autofree float *plain = forward (&net, THAW_MODE_EVAL, sizes[i]);
        g_autofree float *found = folded (&net, sizes[i]);
        g_autofree float *again = forward (&net, THAW_MODE_EVAL, sizes[i]);
        assert_close (found, plain, sizes[i]);
        assert_same (again, plain, sizes[i]);
      }
      g_assert_cmpint (count_norms (&net), ==, norms[b][0]);
      thaw_net_fold (net.net);
      g_assert_cmpint (count_norms (&net), ==, norms[b][1]);
    }
  }
}

static void
test_threads (void)
{
  static const int threads[] = {1, 2, 3, 7}, sizes[] = {1, 5, 64};

  for (gsize b = 0; b < G_N_ELEMENTS (builds); b++) {
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
      g_autofree float *first = NULL;
      for (gsize t = 0; t < G_N_ELEMENTS (threads); t++) {
        g_auto (Net) net = net_new (builds[b], threads[t]);
        g_autofree float *logits = NULL;
        plan (&net, THAW_MODE_EVAL, sizes[i]);
        logits = folded (&net, sizes[i]);
        if (first == NULL)
          first = g_steal_pointer (&logits);
        else
          assert_same (logits, first, sizes[i]);
      }
    }
  }
}

/* A step of gradient descent, by pointers that somebody kept. */
static void
train_step (Net *net, ThawParam *const *params)
{
  static const int labels[N] = {0, 1, 2, 3, 4, 0};
  g_autofree float *logits = forward (net, THAW_MODE_TRAIN, N);
  float dlogits[N * NETS_CLASSES];

  thaw_cross_entropy (logits, labels, N, NETS_CLASSES, dlogits, NULL);
  thaw_net_backward (net->net, dlogits, N);
  for (int i = 0; params[i] != NULL; i++)
    for (uint64_t j = 0; params[i]->trainable && j < params[i]->count; j++)
      params[i]->value[j] -= 0.1f * params[i]->grad[j];
}

static ThawParam **
params_of (Net *net)
{
  int n = thaw_net_n_params (net->net);
  ThawParam **params = g_new0 (ThawParam *, n + 1);

  for (int i = 0; i < n; i++)
    params[i] = thaw_net_param (net->net, i);
  return params;
}

/* As a new net has it that never had other weights. */
static void
assert_of_the_moment (Net *net, Build build, const float *found)
{
  g_auto (Net) fresh = net_new (build, 1);
  g_autoptr (ThawStateDict) weights = thaw_net_save (net->net);
  g_autoptr (GError) error = NULL;
  g_autofree float *expected = NULL, *plain = NULL;

  thaw_net_load (fresh.net, weights, "trained", &error);
  g_assert_no_error (error);
  plan (&fresh, THAW_MODE_EVAL, N);
  expected = folded (&fresh, N);
  assert_same (found, expected, N);
  plain = forward (&fresh, THAW_MODE_EVAL, N);
  assert_close (found, plain, N);
}

static void
test_of_the_moment (void)
{
  for (gsize b = 0; b < G_N_ELEMENTS (builds); b++) {
    g_auto (Net) net = net_new (builds[b], 2);
    g_autofree ThawParam **params = params_of (&net);
    g_autofree float *first = NULL, *second = NULL, *third = NULL;

    plan (&net, THAW_MODE_TRAIN, N);
    train_step (&net, params);
    first = folded (&net, N);
    assert_of_the_moment (&net, builds[b], first);
    train_step (&net, params);
    train_step (&net, params);
    second = folded (&net, N);
    assert_of_the_moment (&net, builds[b], second);
    g_assert_cmpfloat (first[0], !=, second[0]);
    fill (net.net); /* as averages change places with weights */
    third = folded (&net, N);
    assert_of_the_moment (&net, builds[b], third);
    g_assert_cmpfloat (third[0], !=, second[0]);
  }
}

/* Evaluations between the steps change nothing. */
static void
test_training_goes_on (void)
{
  for (gsize b = 0; b < G_N_ELEMENTS (builds); b++) {
    g_auto (Net) plain = net_new (builds[b], 2);
    g_auto (Net) net = net_new (builds[b], 2);
    g_autofree ThawParam **plain_params = params_of (&plain), **params = params_of (&net);

    plan (&plain, THAW_MODE_TRAIN, N);
    plan (&net, THAW_MODE_TRAIN, N);
    for (int step = 0; step < 3; step++) {
      g_autofree float *logits = folded (&net, N);
      thaw_net_set_noise (plain.net, 63, (uint64_t) step);
      thaw_net_set_noise (net.net, 63, (uint64_t) step);
      train_step (&plain, plain_params);
      train_step (&net, params);
    }
    for (int i = 0; params[i] != NULL; i++)
      g_assert_cmpmem (params[i]->value, params[i]->count * sizeof (float), plain_params[i]->value,
                       plain_params[i]->count * sizeof (float));
  }
}

/* A TRAIN forward between fold and unfold would take its input from the wrong place, a backward
 * what is not there any more. */
static void
test_refused (void)
{
  g_auto (Net) net = net_new (nets_build, 1);
  g_autofree float *logits = NULL;

  plan (&net, THAW_MODE_TRAIN, N);
  logits = forward (&net, THAW_MODE_TRAIN, N);
  thaw_net_fold (net.net);
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*thaw_net_forward*");
  g_assert_null (thaw_net_forward (net.net, THAW_MODE_TRAIN, N));
  g_test_assert_expected_messages ();
  thaw_net_unfold (net.net);
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*thaw_net_backward*");
  thaw_net_backward (net.net, logits, N);
  g_test_assert_expected_messages ();
}

/* Loaded weights, or a new plan, end it: what comes is unfolded, of the new values. */
static void
test_ends (void)
{
  g_auto (Net) net = net_new (nets_build, 1);
  g_autoptr (ThawStateDict) weights = thaw_net_save (net.net);
  g_autoptr (GError) error = NULL;
  g_autofree float *plain = NULL, *loaded = NULL, *planned = NULL;

  plan (&net, THAW_MODE_EVAL, N);
  plain = forward (&net, THAW_MODE_EVAL, N);
  *thaw_net_param (net.net, thaw_net_find_param (net.net, "stem.weight"))->value += 1;
  thaw_net_fold (net.net);
  thaw_net_load (net.net, weights, "weights", &error);
  g_assert_no_error (error);
  loaded = forward (&net, THAW_MODE_EVAL, N);
  assert_same (loaded, plain, N);
  thaw_net_fold (net.net);
  plan (&net, THAW_MODE_EVAL, N);
  planned = forward (&net, THAW_MODE_EVAL, N);
  assert_same (planned, plain, N);
}

static void
test_taps (void)
{
  g_auto (Net) net = net_new (nets_build, 1);
  g_autofree float *plain = NULL, *tapped = NULL;
  g_autoptr (GArray) value = g_array_new (FALSE, FALSE, sizeof (float));
  int shape[4];

  plan (&net, THAW_MODE_EVAL, N);
  plain = forward (&net, THAW_MODE_EVAL, N);
  thaw_net_keep_taps (net.net, true);
  plan (&net, THAW_MODE_EVAL, N);
  thaw_net_fold (net.net);
  tapped = forward (&net, THAW_MODE_EVAL, N);
  assert_same (tapped, plain, N);
  g_assert_true (thaw_net_tap (net.net, "a2_bn", N, value, shape));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/folded/close", test_close);
  g_test_add_func ("/nn/folded/threads", test_threads);
  g_test_add_func ("/nn/folded/of-the-moment", test_of_the_moment);
  g_test_add_func ("/nn/folded/training-goes-on", test_training_goes_on);
  g_test_add_func ("/nn/folded/refused", test_refused);
  g_test_add_func ("/nn/folded/ends", test_ends);
  g_test_add_func ("/nn/folded/taps", test_taps);
  return g_test_run ();
}
