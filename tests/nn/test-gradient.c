/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole small nets: gradients of a weighted sum of the outputs against central differences. The
 * step is large for float, so nets are kept smooth: elements where a wider difference, or the
 * slopes to both sides disagree sit at a kink and are left out, but most must remain. */
#include "runner.h"

#include <math.h>
#include <string.h>

#define N 6
#define SIDE 6

typedef struct {
  const char *name;
  ThawNode (*build) (ThawGraph *graph);
  bool leave_kinks;
  const char *frozen; /* this batch norm's weight is frozen and held */
} NetCase;

static ThawNode
conv (ThawGraph *graph, ThawNode x, const char *name, int out, int kernel, int stride, int groups)
{
  ThawConv2d spec = {out, kernel, stride, kernel / 2, groups, false};

  return thaw_graph_conv2d (graph, x, name, &spec);
}

static ThawNode
norm (ThawGraph *graph, ThawNode x, const char *name)
{
  return thaw_graph_batch_norm (graph, x, name, 1e-3, 0.1);
}

/* Conv, norm and ReLU; a residual block with a projected shortcut, and one without; the head. */
static ThawNode
build_residual (ThawGraph *graph)
{
  ThawNode x = thaw_graph_activation (
      graph, norm (graph, conv (graph, 0, "stem", 8, 3, 1, 1), "stem_bn"), THAW_ACT_RELU);
  ThawNode y, shortcut;

  x = thaw_graph_max_pool (graph, x, 3, 2, 1, false);
  y = thaw_graph_activation (graph, norm (graph, conv (graph, x, "a1", 18, 3, 2, 1), "a1_bn"),
                             THAW_ACT_RELU);
  y = norm (graph, conv (graph, y, "a2", 18, 3, 1, 1), "a2_bn");
  shortcut = norm (graph, conv (graph, x, "down", 18, 1, 2, 1), "down_bn");
  x = thaw_graph_activation (graph, thaw_graph_add (graph, y, shortcut), THAW_ACT_RELU);
  y = norm (graph, conv (graph, x, "b", 18, 3, 1, 1), "b_bn");
  x = thaw_graph_activation (graph, thaw_graph_add (graph, x, y), THAW_ACT_RELU);
  return thaw_graph_linear (graph, thaw_graph_global_avg_pool (graph, x), "fc", 4, true);
}

/* Expand, depthwise, squeeze-and-excitation, project, add: without an activation at the end. */
static ThawNode
build_inverted (ThawGraph *graph)
{
  ThawConv2d squeeze = {4, 1, 1, 0, 1, true}, excite = {12, 1, 1, 0, 1, true};
  ThawNode x = thaw_graph_activation (
      graph, norm (graph, conv (graph, 0, "stem", 6, 3, 2, 1), "stem_bn"), THAW_ACT_HARDSWISH);
  ThawNode y = thaw_graph_activation (
      graph, norm (graph, conv (graph, x, "expand", 12, 1, 1, 1), "expand_bn"), THAW_ACT_HARDSWISH);
  ThawNode gate;

  y = thaw_graph_activation (graph, norm (graph, conv (graph, y, "dw", 12, 5, 1, 12), "dw_bn"),
                             THAW_ACT_SILU);
  gate = thaw_graph_conv2d (graph, thaw_graph_global_avg_pool (graph, y), "fc1", &squeeze);
  gate =
      thaw_graph_conv2d (graph, thaw_graph_activation (graph, gate, THAW_ACT_RELU), "fc2", &excite);
  y = thaw_graph_scale (graph, y, thaw_graph_activation (graph, gate, THAW_ACT_HARDSIGMOID));
  y = norm (graph, conv (graph, y, "project", 6, 1, 1, 1), "project_bn");
  x = thaw_graph_add (graph, x, y);
  x = thaw_graph_linear (graph, thaw_graph_global_avg_pool (graph, x), "classifier.0", 9, true);
  x = thaw_graph_activation (graph, x, THAW_ACT_HARDSWISH);
  x = thaw_graph_dropout (graph, x, 0.3);
  return thaw_graph_linear (graph, x, "classifier.3", 4, true);
}

/* Odd graphs: a value read three times, x + x, a norm read twice, a norm of the input, grouped
 * convolution, a scale of a map by itself, an output that is a map. */
static ThawNode
build_odd (ThawGraph *graph)
{
  ThawNode x = norm (graph, 0, "input_bn");
  ThawNode a = thaw_graph_activation (graph, x, THAW_ACT_SIGMOID);
  ThawNode b = conv (graph, x, "groups", 6, 3, 1, 3);
  ThawNode c = thaw_graph_add (graph, conv (graph, a, "mix", 6, 1, 1, 1), b);
  ThawNode d = thaw_graph_add (graph, c, c);
  ThawNode pooled = thaw_graph_global_avg_pool (graph, d);
  ThawNode e = thaw_graph_scale (graph, c, thaw_graph_scale (graph, pooled, pooled));

  e = thaw_graph_add (graph, norm (graph, e, "e_bn"), c);
  return thaw_graph_activation (graph, thaw_graph_add (graph, e, d), THAW_ACT_RELU6);
}

/* Channels split, woven, joined with themselves, shuffled in three groups; a slice from the middle;
 * a branch that is left out for some images. */
static ThawNode
build_split (ThawGraph *graph)
{
  ThawNode x = thaw_graph_activation (
      graph, norm (graph, conv (graph, 0, "stem", 8, 3, 1, 1), "stem_bn"), THAW_ACT_SILU);
  ThawNode left = thaw_graph_slice (graph, x, 0, 4), right = thaw_graph_slice (graph, x, 4, 4), y;

  right = thaw_graph_activation (graph, norm (graph, conv (graph, right, "a", 4, 3, 1, 1), "a_bn"),
                                 THAW_ACT_SIGMOID);
  x = thaw_graph_shuffle (graph, thaw_graph_concat (graph, left, right), 2);
  y = thaw_graph_slice (graph, x, 3, 2);
  y = thaw_graph_concat (graph, thaw_graph_concat (graph, y, y), x); /* 12 */
  y = thaw_graph_shuffle (graph, y, 3);
  x = thaw_graph_concat (graph, x, left);
  x = thaw_graph_add (graph, x, thaw_graph_stochastic_depth (graph, norm (graph, y, "y_bn"), 0.5));
  return thaw_graph_linear (graph, thaw_graph_global_avg_pool (graph, x), "fc", 4, true);
}

/* Three branches, one of them the input itself, summed before one ReLU. */
static ThawNode
build_branches (ThawGraph *graph)
{
  ThawNode x = norm (graph, conv (graph, 0, "stem", 6, 3, 1, 1), "stem_bn");
  ThawNode identity, y;

  x = thaw_graph_activation (graph, x, THAW_ACT_RELU);
  identity = norm (graph, x, "identity_bn");
  y = norm (graph, conv (graph, x, "dense", 6, 3, 1, 1), "dense_bn");
  y = thaw_graph_add (graph, y, norm (graph, conv (graph, x, "point", 6, 1, 1, 1), "point_bn"));
  y = thaw_graph_activation (graph, thaw_graph_add (graph, y, identity), THAW_ACT_RELU);
  return thaw_graph_linear (graph, thaw_graph_global_avg_pool (graph, y), "fc", 4, true);
}

typedef struct {
  Runner *runner;
  const float *x, *weights; /* of the outputs */
} Loss;

static double
loss_of (const Loss *loss)
{
  double sum = 0;
  Runner *runner = loss->runner;

  runner_forward (runner, THAW_MODE_TRAIN, N, loss->x);
  for (guint i = 0; i < runner->y->len; i++)
    sum += (double) g_array_index (runner->y, float, i) * loss->weights[i];
  return sum;
}

typedef struct {
  double both, left, right; /* slopes */
} Slopes;

static Slopes
difference (const Loss *loss, float *value, double h)
{
  float old = *value;
  double up, here, down;
  volatile float high = (float) (old + h), low = (float) (old - h);

  here = loss_of (loss);
  *value = high;
  up = loss_of (loss);
  *value = low;
  down = loss_of (loss);
  *value = old;
  return (Slopes){(up - down) / ((double) high - low), (here - down) / ((double) old - low),
                  (up - here) / ((double) high - old)};
}

typedef struct {
  int checked, kinks;
  double size; /* largest gradient of the tensor */
} Tally;

/* value: an element of a parameter or of the input. */
static void
check_element (const Loss *loss, const char *what, float *value, double gradient, Tally *tally)
{
  Slopes wide = difference (loss, value, 4e-3), narrow = difference (loss, value, 2e-3);
  double limit = 0.02 * fabs (gradient) + 0.004 * tally->size + 2e-3;

  if (fabs (wide.both - narrow.both) > limit || fabs (narrow.left - narrow.right) > 2 * limit) {
    tally->kinks++;
    return;
  }
  tally->checked++;
  if (!(fabs (narrow.both - gradient) <= limit))
    g_error ("%s: gradient %.6g, differences give %.6g and %.6g", what, gradient, narrow.both,
             wide.both);
}

static double
largest (const float *values, uint64_t count)
{
  double most = 0;

  for (uint64_t j = 0; j < count; j++)
    most = MAX (most, fabs ((double) values[j]));
  return most;
}

static void
check_param (const Loss *loss, int i, Tally *total)
{
  ThawParam *param = thaw_net_param (loss->runner->net, i);
  g_autofree float *grad = NULL;
  Tally tally = {0};

  if (!param->trainable)
    return;
  grad = g_memdup2 (param->grad, param->count * sizeof (float));
  tally.size = largest (grad, param->count);
  for (uint64_t j = 0; j < param->count; j += 1 + param->count / 12)
    check_element (loss, param->name, &param->value[j], grad[j], &tally);
  total->checked += tally.checked;
  total->kinks += tally.kinks;
}

/* Moves batch norms' biases away from 0: ReLU is then plainly on or off nearly everywhere. */
static void
leave_kinks (Runner *runner)
{
  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    ThawParam *param = thaw_net_param (runner->net, i);
    if (!g_str_has_suffix (param->name, "_bn.bias"))
      continue;
    for (uint64_t j = 0; j < param->count; j++)
      param->value[j] += j % 3 == 0 ? -3.5f : 3.5f;
  }
}

static void
test_gradient (const void *data)
{
  const NetCase *c = data;
  ThawGraph *graph = thaw_graph_new (3, SIDE, SIDE);
  g_autoptr (Runner) runner = runner_new (graph, c->build (graph), 3, SIDE, SIDE, 2);
  ThawRng rng = thaw_rng (11, THAW_RNG_TEST, 0, 0, 0);
  g_autofree float *x = runner_noise (&rng, N * 3 * SIDE * SIDE, 1), *weights = NULL, *dx = NULL;
  Loss loss = {runner, x, NULL};
  Tally total = {0}, input = {0};

  runner_fill (runner, 3);
  if (c->leave_kinks)
    leave_kinks (runner);
  thaw_net_set_noise (runner->net, 5, 6);
  if (c->frozen != NULL) {
    runner_param (runner, c->frozen)->trainable = false;
    thaw_net_hold_batch_norm (runner->net, true);
  }
  runner_plan (runner, THAW_MODE_TRAIN, N);
  runner_forward (runner, THAW_MODE_TRAIN, N, x);
  loss.weights = weights = runner_noise (&rng, runner->y->len, 1);
  runner_backward (runner, weights);
  dx = runner_input_grad (runner);
  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    runner_forward (runner, THAW_MODE_TRAIN, N, x);
    runner_backward (runner, weights);
    check_param (&loss, i, &total);
  }
  input.size = largest (dx, N * 3 * SIDE * SIDE);
  for (int j = 0; j < N * 3 * SIDE * SIDE; j += 23)
    check_element (&loss, "input", &x[j], dx[j], &input);
  g_test_message ("%d gradients agree, %d at a kink; input: %d and %d", total.checked, total.kinks,
                  input.checked, input.kinks);
  g_assert_cmpint (total.checked, >, 4 * total.kinks);
  g_assert_cmpint (input.checked, >, 2 * input.kinks);
}

static const NetCase cases[] = {
    {"residual", build_residual, true, NULL},
    {"residual-held", build_residual, true, "a2_bn.weight"},
    {"inverted-residual", build_inverted, false, NULL},
    {"inverted-held", build_inverted, false, "dw_bn.weight"},
    {"odd-graph", build_odd, false, NULL},
    {"split", build_split, false, NULL},
    {"split-held", build_split, false, "a_bn.weight"},
    {"branches", build_branches, true, NULL},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/nn/gradient/", cases[i].name, NULL);
    g_test_add_data_func (path, &cases[i], test_gradient);
  }
  return g_test_run ();
}
