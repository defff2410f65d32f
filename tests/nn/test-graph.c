/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shape inference, its sentences, and the listing of layers. */
#include "thaw-nn.h"

#include <string.h>

static void
assert_mistake (ThawGraph *graph, ThawNode output, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (thaw_graph_finish (graph, output, &error));
  g_assert_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static ThawNode
conv (ThawGraph *graph, ThawNode x, const char *name, int out, int kernel, int stride, int groups)
{
  ThawConv2d spec = {out, kernel, stride, 0, groups, false};

  return thaw_graph_conv2d (graph, x, name, &spec);
}

static void
test_too_small (void)
{
  g_autoptr (ThawGraph) graph = thaw_graph_new (3, 6, 6);
  ThawNode x = conv (graph, 0, "first", 8, 3, 2, 1);

  x = conv (graph, x, "second.conv", 8, 3, 1, 1);
  x = conv (graph, x, "third", 8, 3, 1, 1); /* a consequence is not reported */
  assert_mistake (graph, x, "second.conv: a map of 2 x 2 is too small");
}

static void
test_groups (void)
{
  g_autoptr (ThawGraph) graph = thaw_graph_new (3, 6, 6);

  assert_mistake (graph, conv (graph, 0, "g", 8, 3, 1, 2), "g: 3 input and 8 output channels");
}

static void
test_same_name (void)
{
  g_autoptr (ThawGraph) graph = thaw_graph_new (4, 6, 6);
  ThawNode x = conv (graph, 0, "c", 4, 1, 1, 1);

  assert_mistake (graph, conv (graph, x, "c", 4, 1, 1, 1), "'c'");
}

static void
test_misfits (void)
{
  g_autoptr (ThawGraph) add = thaw_graph_new (4, 6, 6), scale = thaw_graph_new (4, 6, 6);
  g_autoptr (ThawGraph) linear = thaw_graph_new (4, 6, 6), pool = thaw_graph_new (4, 6, 6);
  g_autoptr (ThawGraph) empty = thaw_graph_new (4, 6, 6), input = thaw_graph_new (0, 6, 6);
  g_autoptr (ThawGraph) dropout = thaw_graph_new (4, 6, 6), kernel = thaw_graph_new (4, 6, 6);
  g_autoptr (ThawGraph) norm = thaw_graph_new (4, 6, 6), outputs = thaw_graph_new (4, 1, 1);

  assert_mistake (add, thaw_graph_add (add, 0, conv (add, 0, "c", 4, 3, 1, 1)),
                  "4 x 6 x 6 and 4 x 4 x 4");
  assert_mistake (scale, thaw_graph_scale (scale, 0, 0), "gate of 4 x 6 x 6");
  assert_mistake (linear, thaw_graph_linear (linear, 0, "fc", 10, true), "fc: a linear layer");
  assert_mistake (pool, thaw_graph_max_pool (pool, 0, 3, 2, 2, false), "padding 2");
  assert_mistake (empty, 0, "no layer");
  assert_mistake (input, 0, "6 x 6 pixels with 0 channels");
  assert_mistake (dropout, thaw_graph_dropout (dropout, 0, 1.5), "p = 1.5");
  assert_mistake (kernel, conv (kernel, 0, "k", 4, 0, 1, 1), "k: kernel 0");
  assert_mistake (norm, thaw_graph_batch_norm (norm, 0, "bn", 0, 0.1), "bn: eps 0");
  assert_mistake (outputs, thaw_graph_linear (outputs, 0, "fc", 0, true), "fc: 0 outputs");
}

static const ThawLayerInfo *
layer (GArray *layers, guint i)
{
  g_assert_cmpuint (i, <, layers->len);
  return &g_array_index (layers, ThawLayerInfo, i);
}

static void
test_layers (void)
{
  ThawConv2d spec = {8, 3, 2, 1, 1, true};
  g_autoptr (ThawGraph) graph = thaw_graph_new (3, 5, 4);
  g_autoptr (GArray) layers = NULL;
  g_autoptr (GError) error = NULL;
  ThawNode x = thaw_graph_conv2d (graph, 0, "conv", &spec); /* 5 x 4 -> 3 x 2 */

  x = thaw_graph_activation (graph, thaw_graph_batch_norm (graph, x, "bn", 1e-5, 0.1),
                             THAW_ACT_RELU);
  x = thaw_graph_global_avg_pool (graph, x);
  x = thaw_graph_linear (graph, x, "fc", 10, true);
  g_assert_true (thaw_graph_finish (graph, x, &error));
  layers = thaw_graph_layers (graph);
  g_assert_cmpuint (layers->len, ==, 4);
  g_assert_cmpstr (layer (layers, 0)->name, ==, "conv");
  g_assert_cmpstr (layer (layers, 0)->kind, ==, "Conv2d");
  g_assert_cmpint (layer (layers, 0)->height, ==, 3);
  g_assert_cmpint (layer (layers, 0)->width, ==, 2);
  g_assert_cmpuint (layer (layers, 0)->parameters, ==, 3 * 8 * 9 + 8);
  g_assert_cmpuint (layer (layers, 0)->macs, ==, 3 * 8 * 9 * 6);
  /* Rows read -1..1, 1..3, 3..5 of 0..4: 2 + 3 + 2; columns -1..1, 1..3 of 0..3: 2 + 3. */
  g_assert_cmpuint (layer (layers, 0)->live_macs, ==, 3 * 8 * 7 * 5);
  g_assert_cmpuint (layer (layers, 0)->live_parameters, ==, 3 * 8 * 9 + 8);
  g_assert_cmpuint (layer (layers, 1)->parameters, ==, 16);
  g_assert_cmpstr (layer (layers, 2)->name, ==, layer (layers, 2)->kind);
  g_assert_cmpuint (layer (layers, 3)->macs, ==, 80);
}

/* On a 1x1 map a 3x3 window has one live tap of nine. */
static void
test_dead_taps (void)
{
  ThawConv2d spec = {4, 3, 1, 1, 1, false};
  g_autoptr (ThawGraph) graph = thaw_graph_new (4, 1, 1);
  g_autoptr (GArray) layers = NULL;
  ThawNode x = thaw_graph_conv2d (graph, 0, "conv", &spec);

  g_assert_true (thaw_graph_finish (graph, x, NULL));
  layers = thaw_graph_layers (graph);
  g_assert_cmpuint (layer (layers, 0)->macs, ==, 144);
  g_assert_cmpuint (layer (layers, 0)->live_macs, ==, 16);
  g_assert_cmpuint (layer (layers, 0)->parameters, ==, 144);
  g_assert_cmpuint (layer (layers, 0)->live_parameters, ==, 16);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/graph/too-small", test_too_small);
  g_test_add_func ("/nn/graph/groups", test_groups);
  g_test_add_func ("/nn/graph/same-name", test_same_name);
  g_test_add_func ("/nn/graph/misfits", test_misfits);
  g_test_add_func ("/nn/graph/layers", test_layers);
  g_test_add_func ("/nn/graph/dead-taps", test_dead_taps);
  return g_test_run ();
}
