/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory plan: freezing leaves out what nobody needs, planning again keeps parameters, modes
 * and batch sizes share a plan, and what does not fit is refused. */
#include "nets.h"
#include "runner.h"

#include <math.h>
#include <string.h>

#define PIXELS (NETS_CHANNELS * NETS_HEIGHT * NETS_WIDTH)

static Runner *
nets_runner (void)
{
  ThawGraph *graph = thaw_graph_new (NETS_CHANNELS, NETS_HEIGHT, NETS_WIDTH);
  Runner *runner =
      runner_new (graph, nets_build (graph), NETS_CHANNELS, NETS_HEIGHT, NETS_WIDTH, 2);

  runner_fill (runner, 4);
  thaw_net_keep_taps (runner->net, false);
  thaw_net_want_input_grad (runner->net, false);
  return runner;
}

static const float *
forward (Runner *runner, ThawMode mode, int n, uint64_t seed)
{
  ThawRng rng = thaw_rng (seed, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, (size_t) (n * PIXELS), 1);

  memcpy (thaw_net_input (runner->net), x, (size_t) (n * PIXELS) * sizeof *x);
  return thaw_net_forward (runner->net, mode, n);
}

static void
backward (Runner *runner, int n)
{
  ThawRng rng = thaw_rng (99, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *dy = runner_noise (&rng, (size_t) (n * NETS_CLASSES), 1);

  thaw_net_backward (runner->net, dy, n);
}

/* Trainable: names that begin with `prefix`. */
static void
freeze_but (Runner *runner, const char *prefix)
{
  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    ThawParam *param = thaw_net_param (runner->net, i);
    param->trainable = !param->buffer && g_str_has_prefix (param->name, prefix);
  }
}

static double
size_of (const float *values, uint64_t count)
{
  double sum = 0;

  for (uint64_t j = 0; j < count; j++)
    sum += fabs ((double) values[j]);
  return sum;
}

static void
test_frozen (void)
{
  g_autoptr (Runner) runner = nets_runner ();
  uint64_t whole, head;

  runner_plan (runner, THAW_MODE_TRAIN, 8);
  whole = thaw_net_activation_bytes (runner->net);
  freeze_but (runner, "fc.");
  runner_plan (runner, THAW_MODE_TRAIN, 8);
  head = thaw_net_activation_bytes (runner->net);
  g_assert_cmpuint (head, <, whole / 2);
  forward (runner, THAW_MODE_TRAIN, 8, 1);
  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    ThawParam *param = thaw_net_param (runner->net, i);
    for (uint64_t j = 0; param->grad != NULL && j < param->count; j++)
      param->grad[j] = 12345; /* whatever backward does not write stays */
  }
  backward (runner, 8);
  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    ThawParam *param = thaw_net_param (runner->net, i);
    bool written = param->grad != NULL && param->grad[0] != 12345;
    g_assert_cmpint (written, ==, param->trainable);
  }
}

/* The gradients of what is trainable do not depend on what else is. */
static void
test_partly_frozen (void)
{
  g_autoptr (Runner) all = nets_runner (), some = nets_runner ();

  runner_plan (all, THAW_MODE_TRAIN, 4);
  freeze_but (some, "b");
  runner_plan (some, THAW_MODE_TRAIN, 4);
  forward (all, THAW_MODE_TRAIN, 4, 2);
  forward (some, THAW_MODE_TRAIN, 4, 2);
  backward (all, 4);
  backward (some, 4);
  for (int i = 0; i < thaw_net_n_params (some->net); i++) {
    ThawParam *a = thaw_net_param (all->net, i), *b = thaw_net_param (some->net, i);
    if (!b->trainable)
      continue;
    g_assert_cmpfloat (size_of (b->grad, b->count), >, 0);
    g_assert_cmpmem (a->grad, a->count * 4, b->grad, b->count * 4);
  }
}

static void
test_replanning (void)
{
  g_autoptr (Runner) runner = nets_runner (), fresh = nets_runner ();
  float first[4 * NETS_CLASSES];

  runner_plan (runner, THAW_MODE_EVAL, 4);
  memcpy (first, forward (runner, THAW_MODE_EVAL, 4, 3), sizeof first);
  runner_plan (runner, THAW_MODE_TRAIN, 9);
  g_assert_cmpmem (first, sizeof first, forward (runner, THAW_MODE_EVAL, 4, 3), sizeof first);
  freeze_but (runner, "fc.");
  runner_plan (runner, THAW_MODE_TRAIN, 4);
  g_assert_cmpmem (first, sizeof first, forward (runner, THAW_MODE_EVAL, 4, 3), sizeof first);
  freeze_but (runner, "");
  runner_plan (runner, THAW_MODE_TRAIN, 4);
  forward (runner, THAW_MODE_TRAIN, 4, 3);
  backward (runner, 4);
  runner_plan (fresh, THAW_MODE_TRAIN, 4);
  forward (fresh, THAW_MODE_TRAIN, 4, 3);
  backward (fresh, 4);
  for (int i = 0; i < thaw_net_n_params (fresh->net); i++) {
    ThawParam *a = thaw_net_param (runner->net, i), *b = thaw_net_param (fresh->net, i);
    g_assert_cmpmem (a->value, a->count * 4, b->value, b->count * 4);
    if (a->grad != NULL)
      g_assert_cmpmem (a->grad, a->count * 4, b->grad, b->count * 4);
  }
}

/* An image's result in eval mode does not depend on its company. */
static void
test_batches (void)
{
  g_autoptr (Runner) runner = nets_runner ();
  float whole[7 * NETS_CLASSES];
  ThawRng rng = thaw_rng (5, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, 7 * PIXELS, 1);

  runner_plan (runner, THAW_MODE_EVAL, 7);
  runner->in[0] = 7;
  memcpy (thaw_net_input (runner->net), x, 7 * PIXELS * sizeof *x);
  memcpy (whole, thaw_net_forward (runner->net, THAW_MODE_EVAL, 7), sizeof whole);
  for (int i = 0; i < 7; i++) {
    const float *one;
    for (int pixel = 0; pixel < NETS_HEIGHT * NETS_WIDTH; pixel++)
      memcpy (thaw_net_input (runner->net) + pixel * NETS_CHANNELS,
              x + (pixel * 7 + i) * NETS_CHANNELS, NETS_CHANNELS * sizeof *x);
    one = thaw_net_forward (runner->net, THAW_MODE_EVAL, 1);
    for (int j = 0; j < NETS_CLASSES; j++)
      g_assert_cmpfloat_with_epsilon (one[j], whole[i * NETS_CLASSES + j], 1e-4);
  }
}

/* Values that a tap keeps are those that the next layers saw, not what reused their memory. */
static void
test_taps (void)
{
  g_autoptr (Runner) runner = nets_runner ();
  g_autoptr (GArray) before = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GArray) after = g_array_new (FALSE, FALSE, sizeof (float));
  static const char *const modules[] = {"stem_out", "a2_bn", "a", "b"};
  static const int channels[] = {20, 24, 24, 24};
  int shape[4];

  runner_plan (runner, THAW_MODE_TRAIN, 3);
  forward (runner, THAW_MODE_TRAIN, 3, 6);
  g_assert_false (thaw_net_tap (runner->net, "a", 3, before, shape));
  thaw_net_keep_taps (runner->net, true);
  runner_plan (runner, THAW_MODE_TRAIN, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (modules); i++) {
    forward (runner, THAW_MODE_TRAIN, 3, 6);
    g_assert_true (thaw_net_tap (runner->net, modules[i], 3, before, shape));
    g_assert_cmpint (shape[1], ==, channels[i]);
    g_assert_cmpfloat (size_of ((const float *) (void *) before->data, before->len), >, 0);
    backward (runner, 3);
    g_assert_true (thaw_net_tap (runner->net, modules[i], 3, after, shape));
    g_assert_cmpmem (before->data, before->len * 4, after->data, after->len * 4);
  }
  g_assert_false (thaw_net_tap (runner->net, "no such module", 3, before, shape));
}

static ThawNode
convolve (ThawGraph *graph, ThawNode x, const char *name)
{
  g_autofree char *norm = g_strconcat (name, "_bn", NULL);
  ThawConv2d conv = {.out_channels = 16, .kernel = 3, .stride = 1, .padding = 1, .groups = 1};

  x = thaw_graph_conv2d (graph, x, name, &conv);
  return thaw_graph_batch_norm (graph, x, norm, 1e-5, 0.1);
}

#define BLOCKS 6
#define SIDE 32

/* A stem and blocks of two convolutions each: maps of SIDE x SIDE x 16. */
static Runner *
blocks_runner (void)
{
  ThawGraph *graph = thaw_graph_new (3, SIDE, SIDE);
  ThawNode x = thaw_graph_activation (graph, convolve (graph, 0, "stem"), THAW_ACT_RELU);

  for (int i = 0; i < BLOCKS; i++) {
    g_autofree char *first = g_strdup_printf ("a%d", i), *second = g_strdup_printf ("b%d", i);
    ThawNode y = thaw_graph_activation (graph, convolve (graph, x, first), THAW_ACT_RELU);
    y = thaw_graph_add (graph, convolve (graph, y, second), x);
    x = thaw_graph_activation (graph, y, THAW_ACT_RELU);
  }
  x = thaw_graph_linear (graph, thaw_graph_global_avg_pool (graph, x), "fc", 5, true);
  return runner_new (graph, x, 3, SIDE, SIDE, 2);
}

/* Planned for so many images: the bytes of activations, and gradients after a step of four. */
static GByteArray *
blocks_step (int max_batch, uint64_t *bytes)
{
  g_autoptr (Runner) runner = blocks_runner ();
  ThawRng rng = thaw_rng (31, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, (size_t) 4 * 3 * SIDE * SIDE, 1);
  g_autofree float *dy = runner_noise (&rng, 4 * 5, 1);
  GByteArray *grads = g_byte_array_new ();

  runner_fill (runner, 9);
  thaw_net_want_input_grad (runner->net, false);
  thaw_net_keep_taps (runner->net, false);
  g_assert_true (thaw_net_plan (runner->net, THAW_MODE_TRAIN, max_batch, NULL));
  *bytes = thaw_net_activation_bytes (runner->net);
  memcpy (thaw_net_input (runner->net), x, (size_t) 4 * 3 * SIDE * SIDE * sizeof *x);
  thaw_net_forward (runner->net, THAW_MODE_TRAIN, 4);
  thaw_net_backward (runner->net, dy, 4);
  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    ThawParam *param = thaw_net_param (runner->net, i);
    if (!param->buffer)
      g_byte_array_append (grads, (const guint8 *) param->grad, (guint) param->count * 4);
  }
  return grads;
}

/* Of large maps a block keeps what its batch norms read, and every second block what it gives: five
 * maps of eight. */
static void
test_made_anew (void)
{
  uint64_t map = (uint64_t) SIDE * SIDE * 16 * 4, small, large;
  int many = (int) ((8 << 20) / map); /* images of 8 MiB */
  g_autoptr (GByteArray) kept = blocks_step (4, &small), anew = blocks_step (many, &large);

  g_assert_cmpmem (kept->data, kept->len, anew->data, anew->len);
  g_assert_cmpuint (small / 4, >, map * 4 * BLOCKS);
  g_assert_cmpuint (large / (uint64_t) many, <, map * (5 * BLOCKS / 2 + 5));
}

/* A stem of `channels`, its max pooling, and whether what lies between is to be seen; SIGMOID
 * stands for no activation. */
static GByteArray *
pooled_step (int channels, ThawActivation act, bool tap, int n)
{
  ThawGraph *graph = thaw_graph_new (3, 11, 9);
  ThawConv2d conv = {.out_channels = channels, .kernel = 3, .stride = 1, .padding = 1, .groups = 1};
  ThawNode x = thaw_graph_conv2d (graph, 0, "stem", &conv);
  g_autoptr (Runner) runner = NULL;
  ThawRng rng = thaw_rng (32, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *noise = runner_noise (&rng, (size_t) (n * 3 * 11 * 9), 1);
  g_autofree float *dy = runner_noise (&rng, (size_t) (n * 5), 1);
  GByteArray *all = g_byte_array_new ();
  const float *logits;

  x = thaw_graph_batch_norm (graph, x, "bn", 1e-5, 0.1);
  if (act == THAW_ACT_RELU || act == THAW_ACT_HARDSWISH)
    x = thaw_graph_activation (graph, x, act);
  thaw_graph_tap (graph, x, "before");
  x = thaw_graph_max_pool (graph, x, 3, 2, 1, false);
  x = thaw_graph_linear (graph, thaw_graph_global_avg_pool (graph, x), "fc", 5, true);
  runner = runner_new (graph, x, 3, 11, 9, 3);
  runner_fill (runner, 10);
  thaw_net_keep_taps (runner->net, tap);
  g_assert_true (thaw_net_plan (runner->net, THAW_MODE_TRAIN, n, NULL));
  memcpy (thaw_net_input (runner->net), noise, (size_t) (n * 3 * 11 * 9) * sizeof *noise);
  logits = thaw_net_forward (runner->net, THAW_MODE_TRAIN, n);
  g_byte_array_append (all, (const guint8 *) logits, (guint) n * 5 * 4);
  thaw_net_backward (runner->net, dy, n);
  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    ThawParam *param = thaw_net_param (runner->net, i);
    g_byte_array_append (all, (const guint8 *) param->value, (guint) param->count * 4);
    if (!param->buffer)
      g_byte_array_append (all, (const guint8 *) param->grad, (guint) param->count * 4);
  }
  return all;
}

/* Max pooling within a batch norm's step gives the bits of two steps; where it is left out, because
 * of channels or of the activation, as well. */
static void
test_pooled (void)
{
  static const struct {
    int channels;
    ThawActivation act;
    int n;
  } cases[] = {{20, THAW_ACT_RELU, 5},
               {64, THAW_ACT_RELU, 7},
               {33, THAW_ACT_SIGMOID, 64} /* none */,
               {24, THAW_ACT_HARDSWISH, 3},
               {96, THAW_ACT_RELU, 2}};

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) one = pooled_step (cases[i].channels, cases[i].act, false, cases[i].n);
    g_autoptr (GByteArray) two = pooled_step (cases[i].channels, cases[i].act, true, cases[i].n);
    g_assert_cmpmem (one->data, one->len, two->data, two->len);
  }
}

static void
copy_values (Runner *from, Runner *to)
{
  for (int i = 0; i < thaw_net_n_params (from->net); i++) {
    ThawParam *param = thaw_net_param (from->net, i);
    memcpy (thaw_net_param (to->net, i)->value, param->value, param->count * sizeof (float));
  }
}

/* Nothing is read before it was written in the same pass: after a batch of NaN, which leaves NaN
 * all over the arena, and with a frozen part and without, results are those of a fresh net. */
static void
test_stale (const void *data)
{
  const char *trainable = data;
  g_autoptr (Runner) used = nets_runner (), fresh = nets_runner ();

  for (int i = 0; i < 2; i++) {
    Runner *runner = i == 0 ? used : fresh;
    freeze_but (runner, trainable);
    runner_plan (runner, THAW_MODE_TRAIN, 6);
  }
  for (int i = 0; i < 6 * PIXELS; i++)
    thaw_net_input (used->net)[i] = NAN;
  g_assert_true (isnan (thaw_net_forward (used->net, THAW_MODE_TRAIN, 6)[0]));
  backward (used, 6);
  copy_values (fresh, used);
  for (int step = 0; step < 2; step++) {
    int n = step == 0 ? 6 : 2;
    const float *a = forward (used, THAW_MODE_TRAIN, n, 8);
    const float *b = forward (fresh, THAW_MODE_TRAIN, n, 8);
    g_assert_cmpmem (a, (size_t) (n * NETS_CLASSES) * 4, b, (size_t) (n * NETS_CLASSES) * 4);
    backward (used, n);
    backward (fresh, n);
    for (int i = 0; i < thaw_net_n_params (used->net); i++) {
      ThawParam *left = thaw_net_param (used->net, i), *right = thaw_net_param (fresh->net, i);
      g_assert_cmpmem (left->value, left->count * 4, right->value, right->count * 4);
      if (left->trainable)
        g_assert_cmpmem (left->grad, left->count * 4, right->grad, right->count * 4);
    }
  }
}

static void
test_profile (void)
{
  g_autoptr (Runner) runner = nets_runner ();
  const ThawStepTime *times;
  int n_steps;

  runner_plan (runner, THAW_MODE_TRAIN, 2);
  g_assert_null (thaw_net_profile_times (runner->net, &n_steps));
  g_assert_cmpint (n_steps, ==, 0);
  thaw_net_profile (runner->net, true);
  forward (runner, THAW_MODE_TRAIN, 2, 1);
  times = thaw_net_profile_times (runner->net, &n_steps);
  g_assert_cmpstr (times[0].name, ==, "stem");
  g_assert_cmpstr (times[0].kind, ==, "Conv2d");
  g_assert_cmpstr (times[n_steps - 1].name, ==, "fc");
  for (int i = 0; i < n_steps; i++) {
    g_assert_cmpint (times[i].forward_ns, >, 0);
    g_assert_cmpint (times[i].backward_ns, ==, 0);
  }
  backward (runner, 2);
  for (int i = 0; i < n_steps; i++)
    g_assert_cmpint (times[i].backward_ns, >, 0);
  thaw_net_profile (runner->net, false);
  g_assert_null (thaw_net_profile_times (runner->net, &n_steps));
}

static void
test_too_small (void)
{
  ThawGraph *graph = thaw_graph_new (2, 1, 1);
  g_autoptr (Runner) runner =
      runner_new (graph, thaw_graph_batch_norm (graph, 0, "bn", 1e-5, 0.1), 2, 1, 1, 1);

  g_assert_true (thaw_net_batch_too_small (runner->net, 1));
  g_assert_false (thaw_net_batch_too_small (runner->net, 2));
  thaw_net_hold_batch_norm (runner->net, true);
  g_assert_true (thaw_net_batch_too_small (runner->net, 1));
  runner_param (runner, "bn.weight")->trainable = false;
  g_assert_false (thaw_net_batch_too_small (runner->net, 1));
}

static void
test_too_large (void)
{
  g_autoptr (Runner) runner = nets_runner ();
  g_autoptr (GError) error = NULL;

  runner_plan (runner, THAW_MODE_EVAL, 2);
  g_assert_false (thaw_net_plan (runner->net, THAW_MODE_TRAIN, G_MAXINT, &error));
  g_assert_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "10 x 9"));
  g_assert_nonnull (forward (runner, THAW_MODE_EVAL, 2, 1)); /* the old plan is still there */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/plan/frozen", test_frozen);
  g_test_add_func ("/nn/plan/partly-frozen", test_partly_frozen);
  g_test_add_func ("/nn/plan/replanning", test_replanning);
  g_test_add_func ("/nn/plan/batches", test_batches);
  g_test_add_func ("/nn/plan/taps", test_taps);
  g_test_add_func ("/nn/plan/made-anew", test_made_anew);
  g_test_add_func ("/nn/plan/pooled", test_pooled);
  g_test_add_data_func ("/nn/plan/stale/all", "", test_stale);
  g_test_add_data_func ("/nn/plan/stale/upper-half", "b", test_stale);
  g_test_add_data_func ("/nn/plan/stale/head", "fc", test_stale);
  g_test_add_func ("/nn/plan/profile", test_profile);
  g_test_add_func ("/nn/plan/too-small", test_too_small);
  g_test_add_func ("/nn/plan/too-large", test_too_large);
  return g_test_run ();
}
