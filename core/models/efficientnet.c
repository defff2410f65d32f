/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EfficientNet-B0 and -Lite0: inverted residuals from one table of stages, a 1x1 convolution and a
 * linear layer at the end. Lite has no squeeze-and-excitation, ReLU6 for SiLU, and names of its
 * own. Sources: Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
 * (2019), names, order and numbers of torchvision.models.efficientnet_b0; Liu,
 * "EfficientNet-Lite" (2020), those of timm's efficientnet_lite0. */
#include "models-private.h"

#define LAST_CHANNELS 1280
#define N_STAGES 7

static const ThawNormKind norm = {1e-5, 0.1};

static const struct {
  int ratio, kernel, stride, repeats;
} stages[N_STAGES] = {{1, 3, 1, 1}, {6, 3, 2, 2}, {6, 5, 2, 2}, {6, 3, 2, 3},
                      {6, 5, 1, 3}, {6, 5, 2, 4}, {6, 3, 1, 1}};

typedef struct {
  int in, out, ratio, kernel, stride;
  double drop; /* of its residual branch */
  bool timm;
} Block;

typedef ThawNode (*BlockFunc) (
    ThawGraph *graph, ThawNode x, int stage, int number, const Block *block);

static int
count_blocks (void)
{
  int n = 0;

  for (int s = 0; s < N_STAGES; s++)
    n += stages[s].repeats;
  return n;
}

static ThawNode
build_stages (ThawGraph *graph, ThawNode x, const ThawModelShape *shape, int gentle, BlockFunc make)
{
  int channels = shape->widths[0], place = 0;

  for (int s = 0; s < N_STAGES; s++) {
    int stride = thaw_gentle_stride (&gentle, stages[s].stride);
    for (int b = 0; b < stages[s].repeats; b++, place++) {
      Block block = {
          channels,         shape->widths[s + 1], stages[s].ratio,
          stages[s].kernel, b == 0 ? stride : 1,  shape->stochastic_depth * place / count_blocks (),
          shape->timm};
      x = make (graph, x, s, b, &block);
      channels = block.out;
    }
  }
  return x;
}

static ThawNode
add_residual (ThawGraph *graph, ThawNode x, ThawNode y, const Block *block)
{
  if (block->stride != 1 || block->in != block->out)
    return y;
  if (block->drop > 0)
    y = thaw_graph_stochastic_depth (graph, y, block->drop);
  return thaw_graph_add (graph, y, x);
}

/* --- B0 --------------------------------------------------------------------------------------- */

static ThawNode
b0_part (ThawGraph *graph,
         ThawNode x,
         int stage,
         int number,
         const Block *block,
         ThawPart which,
         ThawConv2d spec)
{
  bool expands = block->ratio > 1;
  int act = which == THAW_PART_PROJECT ? THAW_NO_ACTIVATION : (int) THAW_ACT_SILU;
  /* The gates come before the projection. */
  int place = (int) which - (expands ? 0 : 1) + (which == THAW_PART_PROJECT ? 1 : 0);
  ThawPartNames names = thaw_timm_names (which, expands);
  g_autofree char *module =
      block->timm ? g_strdup_printf ("blocks.%d.%d.", stage, number)
                  : g_strdup_printf ("features.%d.%d.block.%d", stage + 1, number, place);

  return thaw_conv_bn (graph, x, module, block->timm ? names.conv : ".0",
                       block->timm ? names.bn : ".1", spec, norm, act);
}

static ThawNode
b0_block (ThawGraph *graph, ThawNode x, int stage, int number, const Block *block)
{
  int width = block->in * block->ratio;
  g_autofree char *squeeze = block->timm ? g_strdup_printf ("blocks.%d.%d.se", stage, number)
                                         : g_strdup_printf ("features.%d.%d.block.%d", stage + 1,
                                                            number, block->ratio > 1 ? 2 : 1);
  ThawNode y = x;

  if (block->ratio > 1)
    y = b0_part (graph, y, stage, number, block, THAW_PART_EXPAND, thaw_conv (width, 1, 1, 1));
  y = b0_part (graph, y, stage, number, block, THAW_PART_DEPTHWISE,
               thaw_conv (width, block->kernel, block->stride, width));
  y = thaw_squeeze_excite (graph, y, squeeze, block->timm, width, MAX (1, block->in / 4),
                           THAW_ACT_SILU, THAW_ACT_SIGMOID);
  y = b0_part (graph, y, stage, number, block, THAW_PART_PROJECT, thaw_conv (block->out, 1, 1, 1));
  y = add_residual (graph, x, y, block);
  if (number == stages[stage].repeats - 1) {
    g_autofree char *tap = g_strdup_printf ("features.%d", stage + 1);
    thaw_graph_tap (graph, y, tap);
  }
  return y;
}

static ThawNode
build_b0 (ThawGraph *graph, const ThawModelShape *shape)
{
  int gentle = shape->gentle, stride = thaw_gentle_stride (&gentle, 2);
  ThawNode x = thaw_conv_bn (graph, 0, "", shape->timm ? "conv_stem" : "features.0.0",
                             shape->timm ? "bn1" : "features.0.1",
                             thaw_conv (shape->widths[0], 3, stride, 1), norm, THAW_ACT_SILU);

  thaw_graph_tap (graph, x, "features.0");
  x = build_stages (graph, x, shape, gentle, b0_block);
  x = thaw_conv_bn (graph, x, "", shape->timm ? "conv_head" : "features.8.0",
                    shape->timm ? "bn2" : "features.8.1", thaw_conv (LAST_CHANNELS, 1, 1, 1), norm,
                    THAW_ACT_SILU);
  thaw_graph_tap (graph, x, "features.8");
  return thaw_head (graph, x, shape->timm ? "classifier" : "classifier.1", shape);
}

static const ThawWeightsFile b0_weights = {
    .name = "efficientnet_b0_rwightman-7f5810bc.pth",
    .url = "https://download.pytorch.org/models/efficientnet_b0_rwightman-7f5810bc.pth",
    .bytes = 21444401,
    .sha256 = "7f5810bc96def8f7552d5b7e68d53c4786f81167d28291b21c0d90e1fca14934",
    .help = N_ ("EfficientNet-B0 trained on ImageNet, 1000 classes (torchvision, IMAGENET1K_V1)"),
};

static const char *const b0_head[] = {"classifier.1", NULL};
static const ThawParamSpec b0_params[] = {
    THAW_WIDTHS_PARAM (8, 32, 16, 24, 40, 80, 112, 192, 320),
    THAW_STEM_PARAM,
    {.name = "stochastic_depth",
     .help = N_ ("How often the last block is left out in training; earlier ones less"),
     .kind = THAW_PARAM_REAL,
     .max = 0.99,
     .def = {0.2}},
};

const ThawModel thaw_model_efficientnet_b0 = {
    .entry = {"efficientnet_b0", "EfficientNet-B0",
              N_ ("Depthwise convolutions with channel gates, SiLU; 4.0 million parameters"),
              b0_params, G_N_ELEMENTS (b0_params)},
    .head_modules = b0_head,
    .final_linear = "classifier.1",
    .dropout = 0.2,
    .min_size = 32,
    .weights = &b0_weights,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_UNIFORM_OUT,
    .timm = true,
    .build = build_b0,
};

/* --- Lite0 ------------------------------------------------------------------------------------ */

static ThawNode
lite_block (ThawGraph *graph, ThawNode x, int stage, int number, const Block *block)
{
  g_autofree char *module = g_strdup_printf ("blocks.%d.%d", stage, number);
  g_autofree char *prefix = g_strconcat (module, ".", NULL);
  int width = block->in * block->ratio;
  bool expands = block->ratio > 1;
  ThawPartNames expand = thaw_timm_names (THAW_PART_EXPAND, expands);
  ThawPartNames depthwise = thaw_timm_names (THAW_PART_DEPTHWISE, expands);
  ThawPartNames project = thaw_timm_names (THAW_PART_PROJECT, expands);
  ThawNode y = x;

  if (expands)
    y = thaw_conv_bn (graph, y, prefix, expand.conv, expand.bn, thaw_conv (width, 1, 1, 1), norm,
                      THAW_ACT_RELU6);
  y = thaw_conv_bn (graph, y, prefix, depthwise.conv, depthwise.bn,
                    thaw_conv (width, block->kernel, block->stride, width), norm, THAW_ACT_RELU6);
  y = thaw_conv_bn (graph, y, prefix, project.conv, project.bn, thaw_conv (block->out, 1, 1, 1),
                    norm, THAW_NO_ACTIVATION);
  y = add_residual (graph, x, y, block);
  thaw_graph_tap (graph, y, module);
  return y;
}

/* A convolution and a batch norm at the top, tapped both. */
static ThawNode
lite_conv (ThawGraph *graph, ThawNode x, const char *conv, const char *bn, ThawConv2d spec)
{
  x = thaw_graph_conv2d (graph, x, conv, &spec);
  thaw_graph_tap (graph, x, conv);
  x = thaw_graph_batch_norm (graph, x, bn, norm.eps, norm.momentum);
  thaw_graph_tap (graph, x, bn);
  return thaw_graph_activation (graph, x, THAW_ACT_RELU6);
}

static ThawNode
build_lite (ThawGraph *graph, const ThawModelShape *shape)
{
  int gentle = shape->gentle, stride = thaw_gentle_stride (&gentle, 2);
  ThawNode x = lite_conv (graph, 0, "conv_stem", "bn1", thaw_conv (shape->widths[0], 3, stride, 1));

  x = build_stages (graph, x, shape, gentle, lite_block);
  x = lite_conv (graph, x, "conv_head", "bn2", thaw_conv (LAST_CHANNELS, 1, 1, 1));
  return thaw_head (graph, x, "classifier", shape);
}

static const char *const lite_head[] = {"classifier", NULL};
static const ThawParamSpec lite_params[] = {
    THAW_WIDTHS_PARAM (8, 32, 16, 24, 40, 80, 112, 192, 320), THAW_STEM_PARAM};

const ThawModel thaw_model_efficientnet_lite0 = {
    .entry = {"efficientnet_lite0", "EfficientNet-Lite0",
              N_ ("EfficientNet without channel gates, ReLU6; 3.4 million parameters"), lite_params,
              G_N_ELEMENTS (lite_params)},
    .head_modules = lite_head,
    .final_linear = "classifier",
    .dropout = 0.2,
    .min_size = 32,
    .init_conv = THAW_INIT_NORMAL_GROUPS,
    .init_linear = THAW_INIT_UNIFORM_OUT,
    .build = build_lite,
};
