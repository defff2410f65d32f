/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ShuffleNetV2: units whose first half of channels passes by while the second goes through 1x1,
 * depthwise 3x3, 1x1; then both are joined and shuffled. The first unit of a stage halves the map
 * and has two branches.
 * Source: Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design"
 * (2018); names, order and numbers of torchvision.models.shufflenet_v2_x0_5 and _x1_0. */
#include "models-private.h"

#define LAST_CHANNELS 1024

static const ThawNormKind norm = {1e-5, 0.1};
static const int repeats[] = {4, 8, 4};

/* 1x1, depthwise, 1x1. */
static ThawNode
branch2 (ThawGraph *graph, ThawNode x, const char *module, int half, int stride)
{
  g_autofree char *prefix = g_strconcat (module, ".branch2.", NULL);

  x = thaw_conv_bn (graph, x, prefix, "0", "1", thaw_conv (half, 1, 1, 1), norm, THAW_ACT_RELU);
  x = thaw_conv_bn (graph, x, prefix, "3", "4", thaw_conv (half, 3, stride, half), norm,
                    THAW_NO_ACTIVATION);
  return thaw_conv_bn (graph, x, prefix, "5", "6", thaw_conv (half, 1, 1, 1), norm, THAW_ACT_RELU);
}

/* Depthwise, 1x1. */
static ThawNode
branch1 (ThawGraph *graph, ThawNode x, const char *module, int in, int half, int stride)
{
  g_autofree char *prefix = g_strconcat (module, ".branch1.", NULL);

  x = thaw_conv_bn (graph, x, prefix, "0", "1", thaw_conv (in, 3, stride, in), norm,
                    THAW_NO_ACTIVATION);
  return thaw_conv_bn (graph, x, prefix, "2", "3", thaw_conv (half, 1, 1, 1), norm, THAW_ACT_RELU);
}

static ThawNode
unit (ThawGraph *graph, ThawNode x, const char *module, int in, int out, bool first, int stride)
{
  int half = out / 2;
  ThawNode left, right;

  if (first) {
    left = branch1 (graph, x, module, in, half, stride);
    right = branch2 (graph, x, module, half, stride);
  } else {
    left = thaw_graph_slice (graph, x, 0, half);
    right = branch2 (graph, thaw_graph_slice (graph, x, half, half), module, half, 1);
  }
  x = thaw_graph_shuffle (graph, thaw_graph_concat (graph, left, right), 2);
  thaw_graph_tap (graph, x, module);
  return x;
}

static ThawNode
build (ThawGraph *graph, const ThawModelShape *shape)
{
  int gentle = shape->gentle, channels = shape->widths[0];
  ThawNode x = thaw_conv_bn (graph, 0, "conv1.", "0", "1",
                             thaw_conv (channels, 3, thaw_gentle_stride (&gentle, 2), 1), norm,
                             THAW_ACT_RELU);

  thaw_graph_tap (graph, x, "conv1");
  if (thaw_gentle_stride (&gentle, 2) > 1)
    x = thaw_graph_max_pool (graph, x, 3, 2, 1, false);
  thaw_graph_tap (graph, x, "maxpool");
  for (int s = 0; s < (int) G_N_ELEMENTS (repeats); s++) {
    int stride = thaw_gentle_stride (&gentle, 2), out = shape->widths[s + 1];
    for (int u = 0; u < repeats[s]; u++, channels = out) {
      g_autofree char *module = g_strdup_printf ("stage%d.%d", s + 2, u);
      x = unit (graph, x, module, channels, out, u == 0, stride);
    }
  }
  x = thaw_conv_bn (graph, x, "conv5.", "0", "1", thaw_conv (LAST_CHANNELS, 1, 1, 1), norm,
                    THAW_ACT_RELU);
  thaw_graph_tap (graph, x, "conv5");
  return thaw_head (graph, x, "fc", shape);
}

static const char *const head_modules[] = {"fc", NULL};

static const ThawParamSpec params05[] = {THAW_WIDTHS_PARAM (4, 24, 48, 96, 192), THAW_STEM_PARAM};
static const ThawParamSpec params10[] = {THAW_WIDTHS_PARAM (4, 24, 116, 232, 464), THAW_STEM_PARAM};

const ThawModel thaw_model_shufflenet_v2_x0_5 = {
    .entry = {"shufflenet_v2_x0_5", "ShuffleNetV2 ×0.5",
              N_ ("Half of the channels pass by, then all are shuffled; 0.35 million parameters"),
              params05, G_N_ELEMENTS (params05)},
    .head_modules = head_modules,
    .final_linear = "fc",
    .min_size = 32,
    .init_conv = THAW_INIT_TORCH_DEFAULT,
    .init_linear = THAW_INIT_TORCH_DEFAULT,
    .width_unit = 2,
    .build = build,
};

const ThawModel thaw_model_shufflenet_v2_x1_0 = {
    .entry = {"shufflenet_v2_x1_0", "ShuffleNetV2 ×1.0",
              N_ ("Half of the channels pass by, then all are shuffled; 1.3 million parameters"),
              params10, G_N_ELEMENTS (params10)},
    .head_modules = head_modules,
    .final_linear = "fc",
    .min_size = 32,
    .init_conv = THAW_INIT_TORCH_DEFAULT,
    .init_linear = THAW_INIT_TORCH_DEFAULT,
    .width_unit = 2,
    .build = build,
};
