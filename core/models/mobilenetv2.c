/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MobileNetV2: inverted residuals (expand 1x1, depthwise 3x3, project 1x1 without activation), a
 * 1x1 convolution and a linear layer at the end.
 * Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018); names,
 * order and numbers of torchvision.models.mobilenet_v2. */
#include "models-private.h"

#define LAST_CHANNELS 1280

static const ThawNormKind norm = {1e-5, 0.1};

static const struct {
  int expansion, repeats, stride;
} stages[] = {{1, 1, 1}, {6, 2, 2}, {6, 3, 2}, {6, 4, 2}, {6, 3, 1}, {6, 3, 2}, {6, 1, 1}};

typedef struct {
  int feature, stage, number; /* features.N, or timm's blocks.STAGE.NUMBER */
  int in, out, expansion, stride;
  bool timm;
} Block;

static ThawNode
part (ThawGraph *graph, ThawNode x, const Block *block, ThawPart which, ThawConv2d spec, int act)
{
  bool expands = block->expansion > 1;
  int place = expands ? (int) which : (int) which - 1;
  ThawPartNames names = thaw_timm_names (which, expands);
  g_autofree char *prefix = block->timm
                                ? g_strdup_printf ("blocks.%d.%d.", block->stage, block->number)
                                : g_strdup_printf ("features.%d.conv.", block->feature);
  /* A projection's batch norm is beside it, the others' are within. */
  g_autofree char *conv =
      which == THAW_PART_PROJECT ? g_strdup_printf ("%d", place) : g_strdup_printf ("%d.0", place);
  g_autofree char *bn = which == THAW_PART_PROJECT ? g_strdup_printf ("%d", place + 1)
                                                   : g_strdup_printf ("%d.1", place);

  return thaw_conv_bn (graph, x, prefix, block->timm ? names.conv : conv,
                       block->timm ? names.bn : bn, spec, norm, act);
}

static ThawNode
inverted_residual (ThawGraph *graph, ThawNode x, const Block *block)
{
  g_autofree char *module = g_strdup_printf ("features.%d", block->feature);
  int width = block->in * block->expansion;
  ThawNode y = x;

  if (block->expansion > 1)
    y = part (graph, y, block, THAW_PART_EXPAND, thaw_conv (width, 1, 1, 1), THAW_ACT_RELU6);
  y = part (graph, y, block, THAW_PART_DEPTHWISE, thaw_conv (width, 3, block->stride, width),
            THAW_ACT_RELU6);
  y = part (graph, y, block, THAW_PART_PROJECT, thaw_conv (block->out, 1, 1, 1),
            THAW_NO_ACTIVATION);
  if (block->stride == 1 && block->in == block->out)
    y = thaw_graph_add (graph, y, x);
  thaw_graph_tap (graph, y, module);
  return y;
}

static ThawNode
build (ThawGraph *graph, const ThawModelShape *shape)
{
  int gentle = shape->gentle;
  Block block = {.out = shape->widths[0], .timm = shape->timm};
  ThawNode x = thaw_conv_bn (graph, 0, "", shape->timm ? "conv_stem" : "features.0.0",
                             shape->timm ? "bn1" : "features.0.1",
                             thaw_conv (block.out, 3, thaw_gentle_stride (&gentle, 2), 1), norm,
                             THAW_ACT_RELU6);

  thaw_graph_tap (graph, x, "features.0");
  for (int s = 0; s < (int) G_N_ELEMENTS (stages); s++) {
    int stride = thaw_gentle_stride (&gentle, stages[s].stride);
    for (int b = 0; b < stages[s].repeats; b++) {
      block.feature++;
      block.stage = s;
      block.number = b;
      block.in = block.out;
      block.out = shape->widths[s + 1];
      block.expansion = stages[s].expansion;
      block.stride = b == 0 ? stride : 1;
      x = inverted_residual (graph, x, &block);
    }
  }
  x = thaw_conv_bn (graph, x, "", shape->timm ? "conv_head" : "features.18.0",
                    shape->timm ? "bn2" : "features.18.1", thaw_conv (LAST_CHANNELS, 1, 1, 1), norm,
                    THAW_ACT_RELU6);
  thaw_graph_tap (graph, x, "features.18");
  return thaw_head (graph, x, shape->timm ? "classifier" : "classifier.1", shape);
}

static const ThawWeightsFile weights = {
    .name = "mobilenet_v2-7ebf99e0.pth",
    .url = "https://download.pytorch.org/models/mobilenet_v2-7ebf99e0.pth",
    .bytes = 14258573,
    .sha256 = "7ebf99e03e254b273379b23edca7ec0da9f48273b23a332b93c1c99d49e86e8f",
    .help = N_ ("MobileNetV2 trained on ImageNet, 1000 classes (torchvision, IMAGENET1K_V2)"),
};

static const ThawParamSpec params[] = {THAW_WIDTHS_PARAM (8, 32, 16, 24, 32, 64, 96, 160, 320),
                                       THAW_STEM_PARAM};
static const char *const head_modules[] = {"classifier.1", NULL};

const ThawModel thaw_model_mobilenet_v2 = {
    .entry = {"mobilenet_v2", "MobileNetV2",
              N_ ("Inverted residuals of depthwise convolutions; 2.2 million parameters"), params,
              G_N_ELEMENTS (params)},
    .head_modules = head_modules,
    .final_linear = "classifier.1",
    .dropout = 0.2,
    .min_size = 32,
    .weights = &weights,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_NORMAL_001,
    .timm = true,
    .build = build,
};
