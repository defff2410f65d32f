/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SqueezeNet 1.1: fire modules (squeeze 1x1, then 1x1 and 3x3 side by side, joined), poolings that
 * keep a partly filled last window, a convolution for a head, no batch norm. The logits are
 * averages of ReLU's outputs, never negative.
 * Source: Iandola et al., "SqueezeNet" (2016); names, order and numbers of
 * torchvision.models.squeezenet1_1. */
#include "models-private.h"

#define POOL 0 /* in the list of layers: a pooling; else the stage of a fire module */

static const int layers[] = {POOL, 1, 1, POOL, 2, 2, POOL, 3, 3, 4, 4};

static ThawNode
conv_relu (ThawGraph *graph, ThawNode x, const char *module, const char *name, ThawConv2d spec)
{
  g_autofree char *whole = g_strconcat (module, name, NULL);

  spec.bias = true;
  return thaw_graph_activation (graph, thaw_graph_conv2d (graph, x, whole, &spec), THAW_ACT_RELU);
}

static ThawNode
fire (ThawGraph *graph, ThawNode x, const char *module, int out)
{
  ThawNode y = conv_relu (graph, x, module, ".squeeze", thaw_conv (out / 8, 1, 1, 1)), left;

  left = conv_relu (graph, y, module, ".expand1x1", thaw_conv (out / 2, 1, 1, 1));
  y = conv_relu (graph, y, module, ".expand3x3", thaw_conv (out / 2, 3, 1, 1));
  return thaw_graph_concat (graph, left, y);
}

static ThawNode
build (ThawGraph *graph, const ThawModelShape *shape)
{
  int gentle = shape->gentle;
  const ThawConv2d first = {shape->widths[0], 3, thaw_gentle_stride (&gentle, 2), 0, 1, true};
  const ThawConv2d last = {shape->classes, 1, 1, 0, 1, true};
  ThawNode x = thaw_graph_conv2d (graph, 0, "features.0", &first);

  thaw_graph_tap (graph, x, "features.0");
  x = thaw_graph_activation (graph, x, THAW_ACT_RELU);
  thaw_graph_tap (graph, x, "features.1");
  for (int i = 0; i < (int) G_N_ELEMENTS (layers); i++) {
    g_autofree char *module = g_strdup_printf ("features.%d", i + 2);
    if (layers[i] != POOL)
      x = fire (graph, x, module, shape->widths[layers[i]]);
    else if (thaw_gentle_stride (&gentle, 2) > 1)
      x = thaw_graph_max_pool (graph, x, 3, 2, 0, true);
    thaw_graph_tap (graph, x, module);
  }
  if (shape->dropout > 0)
    x = thaw_graph_dropout (graph, x, shape->dropout);
  x = thaw_graph_conv2d (graph, x, "classifier.1", &last);
  x = thaw_graph_activation (graph, x, THAW_ACT_RELU);
  return thaw_graph_global_avg_pool (graph, x);
}

static const ThawWeightsFile weights = {
    .name = "squeezenet1_1-b8a52dc0.pth",
    .url = "https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth",
    .bytes = 4958839,
    .sha256 = "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
    .help = N_ ("SqueezeNet 1.1 trained on ImageNet, 1000 classes (torchvision, IMAGENET1K_V1)"),
};

static const char *const head_modules[] = {"classifier.1", NULL};
static const ThawParamSpec params[] = {THAW_WIDTHS_PARAM (5, 64, 128, 256, 384, 512),
                                       THAW_STEM_PARAM};

const ThawModel thaw_model_squeezenet1_1 = {
    .entry = {"squeezenet1_1", "SqueezeNet 1.1",
              N_ ("Few channels between 1x1 and 3x3, no batch norm; 0.7 million parameters"),
              params, G_N_ELEMENTS (params)},
    .head_modules = head_modules,
    .final_linear = "classifier.1",
    .dropout = 0.5,
    .min_size = 32,
    .most_lr = 0.0003,
    .weights = &weights,
    .init_conv = THAW_INIT_UNIFORM_FAN_IN,
    .init_linear = THAW_INIT_NORMAL_001,
    .width_unit = 8,
    .build = build,
};
