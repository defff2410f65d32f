/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single layers: outputs and gradients of ops.json, each run as a net of its own. */
#include "golden.h"
#include "runner.h"

#include <math.h>
#include <string.h>

static GoldenTally tally = {.what = "ops"};

#define RELATIVE 5e-6  /* of the largest value of the array: sums of up to 150 products in float */
#define POINTWISE 1e-6 /* of the value itself: a handful of float operations */

static JsonObject *
find_input (JsonObject *op_case, const char *name)
{
  JsonArray *inputs = golden_array (op_case, "inputs");

  for (guint i = 0; i < json_array_get_length (inputs); i++) {
    JsonObject *input = json_array_get_object_element (inputs, i);
    if (strcmp (golden_text (input, "name"), name) == 0)
      return input;
  }
  return NULL;
}

/* (transfer full) */
static float *
floats_of (JsonObject *object, const char *member, size_t *count)
{
  g_autoptr (GArray) reals = golden_reals (golden_array (object, member));
  float *values = g_new (float, reals->len);

  for (guint i = 0; i < reals->len; i++)
    values[i] = (float) g_array_index (reals, double, i);
  if (count != NULL)
    *count = reals->len;
  return values;
}

/* Shape of an input as NCHW: [n][c] is a 1x1 map, [m] is one image of m channels. */
static void
shape_of (JsonObject *input, int nchw[4])
{
  g_autoptr (GArray) shape = golden_reals (golden_array (input, "shape"));

  for (int d = 0; d < 4; d++)
    nchw[d] = d < (int) shape->len ? (int) g_array_index (shape, double, d) : 1;
  if (shape->len == 1) {
    nchw[1] = nchw[0];
    nchw[0] = 1;
  }
}

static void
check (const char *name, const char *what, const float *found, JsonArray *array, double relative)
{
  g_autoptr (GArray) expected = golden_reals (array);
  g_autofree char *where = g_strdup_printf ("%s/%s", name, what);
  double amax = 0;

  for (guint i = 0; i < expected->len; i++)
    amax = MAX (amax, fabs (g_array_index (expected, double, i)));
  for (guint i = 0; i < expected->len; i++) {
    double value = g_array_index (expected, double, i);
    double scale = relative == POINTWISE ? fabs (value) : amax;
    golden_check (&tally, where, found[i], value, relative * scale + 1e-37);
  }
}

/* --- Building ------------------------------------------------------------------------------------
 */
static ThawNode
build_conv (ThawGraph *graph, JsonObject *op_case, JsonObject *attrs)
{
  int shape[4];
  ThawConv2d spec = {.stride = golden_int (attrs, "stride"),
                     .padding = golden_int (attrs, "padding"),
                     .groups = golden_int (attrs, "groups"),
                     .bias = find_input (op_case, "bias") != NULL};

  shape_of (find_input (op_case, "weight"), shape);
  spec.out_channels = shape[0];
  spec.kernel = shape[2];
  return thaw_graph_conv2d (graph, 0, "op", &spec);
}

static ThawNode
build_linear (ThawGraph *graph, JsonObject *op_case)
{
  int shape[4];

  shape_of (find_input (op_case, "weight"), shape);
  return thaw_graph_linear (graph, 0, "op", shape[0], find_input (op_case, "bias") != NULL);
}

static ThawNode
build_se (ThawGraph *graph, JsonObject *op_case, ThawActivation inner, ThawActivation gate)
{
  int shape[4];
  ThawConv2d spec = {.kernel = 1, .stride = 1, .groups = 1, .bias = true};
  ThawNode x = thaw_graph_global_avg_pool (graph, 0);

  shape_of (find_input (op_case, "fc1.weight"), shape);
  spec.out_channels = shape[0];
  x = thaw_graph_conv2d (graph, x, "op.fc1", &spec);
  x = thaw_graph_activation (graph, x, inner);
  spec.out_channels = shape[1];
  x = thaw_graph_conv2d (graph, x, "op.fc2", &spec);
  return thaw_graph_scale (graph, 0, thaw_graph_activation (graph, x, gate));
}

static const struct {
  const char *op;
  ThawActivation activation;
} activations[] = {{"relu", THAW_ACT_RELU},
                   {"relu6", THAW_ACT_RELU6},
                   {"hardsigmoid", THAW_ACT_HARDSIGMOID},
                   {"hardswish", THAW_ACT_HARDSWISH},
                   {"sigmoid", THAW_ACT_SIGMOID},
                   {"silu", THAW_ACT_SILU}};

/* -1: no such layer here. */
static ThawNode
build (ThawGraph *graph, JsonObject *op_case)
{
  JsonObject *attrs = golden_object (op_case, "attrs");
  const char *op = golden_text (attrs, "op");

  for (gsize i = 0; i < G_N_ELEMENTS (activations); i++)
    if (strcmp (op, activations[i].op) == 0)
      return thaw_graph_activation (graph, 0, activations[i].activation);
  if (strcmp (op, "conv2d") == 0)
    return build_conv (graph, op_case, attrs);
  if (strcmp (op, "linear") == 0)
    return build_linear (graph, op_case);
  if (strcmp (op, "max_pool2d") == 0)
    return thaw_graph_max_pool (graph, 0, golden_int (attrs, "kernel"),
                                golden_int (attrs, "stride"), golden_int (attrs, "padding"),
                                json_object_get_boolean_member (attrs, "ceil_mode"));
  if (strcmp (op, "global_avg_pool") == 0)
    return thaw_graph_global_avg_pool (graph, 0);
  if (strcmp (op, "se_relu_hardsigmoid") == 0)
    return build_se (graph, op_case, THAW_ACT_RELU, THAW_ACT_HARDSIGMOID);
  if (strcmp (op, "se_silu_sigmoid") == 0)
    return build_se (graph, op_case, THAW_ACT_SILU, THAW_ACT_SIGMOID);
  if (strcmp (op, "batch_norm") == 0)
    return thaw_graph_batch_norm (graph, 0, "op", golden_real (attrs, "eps"),
                                  golden_real (attrs, "momentum"));
  if (strcmp (op, "channel_shuffle") == 0)
    return thaw_graph_shuffle (graph, 0, golden_int (attrs, "groups"));
  return -1;
}

/* --- Running -------------------------------------------------------------------------------------
 */
static void
set_parameters (Runner *runner, JsonObject *op_case)
{
  JsonArray *inputs = golden_array (op_case, "inputs");

  for (guint i = 0; i < json_array_get_length (inputs); i++) {
    JsonObject *input = json_array_get_object_element (inputs, i);
    g_autofree char *name = g_strconcat ("op.", golden_text (input, "name"), NULL);
    g_autofree float *values = floats_of (input, "values", NULL);
    if (strcmp (name, "op.x") != 0)
      runner_set (runner, name, values);
  }
}

static double
limit_of (const char *op)
{
  if (g_str_has_prefix (op, "max_pool") || strcmp (op, "channel_shuffle") == 0)
    return 1e-11; /* copies: only the digits of the file */
  for (gsize i = 0; i < G_N_ELEMENTS (activations); i++)
    if (strcmp (op, activations[i].op) == 0)
      return POINTWISE;
  return RELATIVE;
}

static void
check_gradients (Runner *runner, JsonObject *op_case, const char *name, double limit)
{
  JsonArray *grads = golden_array (op_case, "grads");

  for (guint i = 0; i < json_array_get_length (grads); i++) {
    JsonObject *grad = json_array_get_object_element (grads, i);
    const char *of = golden_text (grad, "name");
    g_autofree char *param = g_strconcat ("op.", of, NULL);
    g_autofree char *what = g_strconcat ("d", of, NULL);
    g_autofree float *found = NULL;

    if (strcmp (of, "x") == 0) {
      found = runner_input_grad (runner);
    } else if (!runner_param (runner, param)->trainable) {
      tally.skipped++; /* a held batch norm's weight is frozen by definition */
      continue;
    } else {
      found = runner_grad (runner, param);
    }
    check (name, what, found, golden_array (grad, "values"), limit);
  }
}

static void
check_after (Runner *runner, JsonObject *op_case, const char *name)
{
  static const char *const buffers[] = {"running_mean", "running_var"};
  JsonObject *after;

  if (!json_object_has_member (op_case, "after"))
    return;
  after = golden_object (op_case, "after");
  for (gsize i = 0; i < G_N_ELEMENTS (buffers); i++) {
    g_autofree char *param = g_strconcat ("op.", buffers[i], NULL);
    g_autofree float *found = runner_value (runner, param);
    check (name, buffers[i], found, golden_array (after, buffers[i]), 1e-6);
  }
  golden_check (&tally, name, *runner_param (runner, "op.num_batches_tracked")->value,
                golden_real (after, "num_batches_tracked"), 0);
}

static void
run_case (JsonObject *op_case, ThawGraph *graph, ThawNode output, const int nchw[4])
{
  const char *name = golden_text (op_case, "name");
  JsonObject *attrs = golden_object (op_case, "attrs");
  double limit = limit_of (golden_text (attrs, "op"));
  g_autoptr (Runner) runner = runner_new (graph, output, nchw[1], nchw[2], nchw[3], 2);
  g_autofree float *x = floats_of (find_input (op_case, "x"), "values", NULL);
  g_autofree float *dy = floats_of (op_case, "grad_output", NULL);

  set_parameters (runner, op_case);
  if (json_object_has_member (attrs, "train") && !json_object_get_boolean_member (attrs, "train")) {
    runner_param (runner, "op.weight")->trainable = false;
    thaw_net_hold_batch_norm (runner->net, true);
  }
  runner_plan (runner, THAW_MODE_TRAIN, nchw[0]);
  runner_forward (runner, THAW_MODE_TRAIN, nchw[0], x);
  check (name, "output", (const float *) (void *) runner->y->data,
         golden_array (golden_object (op_case, "output"), "values"), limit);
  runner_backward (runner, dy);
  check_gradients (runner, op_case, name, limit);
  check_after (runner, op_case, name);
}

static void
run_log_softmax (JsonObject *op_case)
{
  int shape[4];
  g_autofree float *x = floats_of (find_input (op_case, "x"), "values", NULL);
  g_autofree float *found = NULL;

  shape_of (find_input (op_case, "x"), shape);
  found = g_new (float, shape[0] * shape[1]);
  for (int i = 0; i < shape[0]; i++)
    for (int label = 0; label < shape[1]; label++)
      found[i * shape[1] + label] =
          (float) -thaw_cross_entropy (x + i * shape[1], &label, 1, shape[1], NULL, NULL);
  check (golden_text (op_case, "name"), "output", found,
         golden_array (golden_object (op_case, "output"), "values"), POINTWISE);
}

static void
test_ops (void)
{
  g_autoptr (JsonParser) parser = golden_load ("ops.json");
  JsonArray *cases = golden_array (golden_root (parser), "cases");

  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *op_case = json_array_get_object_element (cases, i);
    int nchw[4];
    ThawGraph *graph;
    ThawNode output;

    if (strcmp (golden_text (golden_object (op_case, "attrs"), "op"), "log_softmax") == 0) {
      run_log_softmax (op_case);
      continue;
    }
    shape_of (find_input (op_case, "x"), nchw);
    graph = thaw_graph_new (nchw[1], nchw[2], nchw[3]);
    output = build (graph, op_case);
    if (output < 0) {
      g_test_message ("%s: skipped, no such layer yet", golden_text (op_case, "name"));
      tally.skipped++;
      thaw_graph_free (graph);
      continue;
    }
    run_case (op_case, graph, output, nchw);
  }
  golden_report (&tally);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/ops", test_ops);
  return g_test_run ();
}
