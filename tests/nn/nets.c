/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets.h"

static ThawNode
conv (ThawGraph *graph, ThawNode x, const char *name, int out, int kernel, int stride, int groups)
{
  ThawConv2d spec = {out, kernel, stride, kernel / 2, groups, groups == 2};

  return thaw_graph_conv2d (graph, x, name, &spec);
}

static ThawNode
conv_norm (
    ThawGraph *graph, ThawNode x, const char *name, int out, int kernel, int stride, int groups)
{
  g_autofree char *bn = g_strconcat (name, "_bn", NULL);

  return thaw_graph_batch_norm (graph, conv (graph, x, name, out, kernel, stride, groups), bn, 1e-5,
                                0.1);
}

static ThawNode
squeeze_excite (ThawGraph *graph, ThawNode x, int channels)
{
  ThawConv2d squeeze = {8, 1, 1, 0, 1, true}, excite = {channels, 1, 1, 0, 1, true};
  ThawNode gate = thaw_graph_conv2d (graph, thaw_graph_global_avg_pool (graph, x), "fc1", &squeeze);

  gate = thaw_graph_activation (graph, gate, THAW_ACT_RELU);
  gate = thaw_graph_conv2d (graph, gate, "fc2", &excite);
  return thaw_graph_scale (graph, x, thaw_graph_activation (graph, gate, THAW_ACT_HARDSIGMOID));
}

/* Half of the channels pass by, woven into the others; then joined with what passed by, once more
 * shuffled. */
static ThawNode
split_and_join (ThawGraph *graph, ThawNode x, int channels)
{
  int half = channels / 2;
  ThawNode left = thaw_graph_slice (graph, x, 0, half);
  ThawNode right = thaw_graph_slice (graph, x, half, half);

  right =
      thaw_graph_activation (graph, conv_norm (graph, right, "d", half, 1, 1, 1), THAW_ACT_SILU);
  right = thaw_graph_stochastic_depth (graph, right, 0.4);
  x = thaw_graph_shuffle (graph, thaw_graph_concat (graph, left, right), 2);
  x = thaw_graph_shuffle (graph, thaw_graph_concat (graph, x, left), 3);
  return thaw_graph_slice (graph, x, half / 2, channels);
}

ThawNode
nets_build (ThawGraph *graph)
{
  ThawNode y,
      x = thaw_graph_activation (graph, conv_norm (graph, 0, "stem", 20, 3, 1, 1), THAW_ACT_RELU);

  x = thaw_graph_max_pool (graph, x, 3, 2, 1, false);
  thaw_graph_tap (graph, x, "stem_out");
  y = thaw_graph_activation (graph, conv_norm (graph, x, "a1", 24, 3, 2, 1), THAW_ACT_RELU);
  y = conv_norm (graph, y, "a2", 24, 3, 1, 1);
  thaw_graph_tap (graph, y, "a2_bn"); /* within what runs as one step */
  x = thaw_graph_add (graph, y, conv_norm (graph, x, "down", 24, 1, 2, 1));
  x = thaw_graph_activation (graph, x, THAW_ACT_RELU);
  thaw_graph_tap (graph, x, "a");
  y = thaw_graph_activation (graph, conv_norm (graph, x, "b1", 40, 1, 1, 1), THAW_ACT_HARDSWISH);
  y = thaw_graph_activation (graph, conv_norm (graph, y, "b2", 40, 5, 1, 40), THAW_ACT_HARDSWISH);
  y = conv_norm (graph, squeeze_excite (graph, y, 40), "b3", 24, 1, 1, 1);
  x = thaw_graph_add (graph, x, y);
  thaw_graph_tap (graph, x, "b");
  x = thaw_graph_activation (graph, conv (graph, x, "c", 16, 3, 1, 2), THAW_ACT_SILU);
  x = split_and_join (graph, x, 16);
  x = thaw_graph_dropout (graph, thaw_graph_global_avg_pool (graph, x), 0.25);
  return thaw_graph_linear (graph, x, "fc", NETS_CLASSES, true);
}
