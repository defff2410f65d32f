/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MobileNetV3: inverted residuals (expand 1x1, depthwise, squeeze-and-excitation, project 1x1), two
 * linear layers at the end. A variant is a table of its blocks.
 * Source: Howard et al., "Searching for MobileNetV3" (2019); names, order and numbers of
 * torchvision.models.mobilenet_v3_small and mobilenet_v3_large. */
#include "models-private.h"

#define RE THAW_ACT_RELU
#define HS THAW_ACT_HARDSWISH

static const ThawNormKind norm = {1e-3, 0.01};

/* `expanded` is for the published widths; where the input has others, it follows them. */
typedef struct {
  int kernel, expanded, stage;
  bool squeeze;
  int activation; /* ThawActivation */
  int stride;
  bool expands; /* there is a convolution before the depthwise one */
} Block;

typedef struct {
  const Block *blocks;
  int n_blocks;
  int hidden; /* width of classifier.0 */
  const ThawParamSpec *widths;
} Variant;

typedef struct {
  ThawGraph *graph;
  const Variant *variant;
  const ThawModelShape *shape;
  int gentle, number; /* number: of a block in its stage */
} Builder;

/* Sub-modules are numbered without gaps. */
static ThawNode
part (Builder *b, ThawNode x, int feature, int number, ThawPart which, ThawConv2d spec, int act)
{
  const Block *block = &b->variant->blocks[feature - 1];
  ThawPartNames names = thaw_timm_names (which, block->expands);
  g_autofree char *prefix = NULL;

  if (!b->shape->timm) {
    prefix = g_strdup_printf ("features.%d.block.%d", feature, number);
    return thaw_conv_bn (b->graph, x, prefix, ".0", ".1", spec, norm, act);
  }
  prefix = g_strdup_printf ("blocks.%d.%d.", block->stage - 1, b->number);
  return thaw_conv_bn (b->graph, x, prefix, names.conv, names.bn, spec, norm, act);
}

static ThawNode
gates (Builder *b, ThawNode x, int feature, int number, int width)
{
  const Block *block = &b->variant->blocks[feature - 1];
  g_autofree char *module = b->shape->timm
                                ? g_strdup_printf ("blocks.%d.%d.se", block->stage - 1, b->number)
                                : g_strdup_printf ("features.%d.block.%d", feature, number);

  return thaw_squeeze_excite (b->graph, x, module, b->shape->timm, width,
                              thaw_round_to_8 (width / 4), THAW_ACT_RELU, THAW_ACT_HARDSIGMOID);
}

/* Channels between the first and the last convolution of a block. */
static int
expanded_width (const Builder *b, const Block *block, int from)
{
  int in = b->shape->widths[from], published = (int) b->variant->widths->def[from];

  return in == published ? block->expanded : thaw_round_to_8 (block->expanded * in / published);
}

static ThawNode
inverted_residual (Builder *b, ThawNode x, int feature, int from)
{
  const Block *block = &b->variant->blocks[feature - 1];
  g_autofree char *module = g_strdup_printf ("features.%d", feature);
  int in = b->shape->widths[from], out = b->shape->widths[block->stage], place = 0;
  int stride = thaw_gentle_stride (&b->gentle, block->stride);
  int width = block->expands ? expanded_width (b, block, from) : in;
  ThawNode y = x;

  if (block->expands)
    y = part (b, y, feature, place++, THAW_PART_EXPAND, thaw_conv (width, 1, 1, 1),
              block->activation);
  y = part (b, y, feature, place++, THAW_PART_DEPTHWISE,
            thaw_conv (width, block->kernel, stride, width), block->activation);
  if (block->squeeze)
    y = gates (b, y, feature, place++, width);
  y = part (b, y, feature, place, THAW_PART_PROJECT, thaw_conv (out, 1, 1, 1), THAW_NO_ACTIVATION);
  if (block->stride == 1 && in == out) /* gentler strides change nothing else */
    y = thaw_graph_add (b->graph, y, x);
  thaw_graph_tap (b->graph, y, module);
  return y;
}

static ThawNode
features (Builder *b)
{
  bool timm = b->shape->timm;
  int n = b->variant->n_blocks, stage = 0;
  g_autofree char *last = g_strdup_printf ("features.%d", n + 1);
  g_autofree char *timm_last = NULL;
  int stem = thaw_gentle_stride (&b->gentle, 2);
  ThawNode x = thaw_conv_bn (b->graph, 0, "", timm ? "conv_stem" : "features.0.0",
                             timm ? "bn1" : "features.0.1",
                             thaw_conv (b->shape->widths[0], 3, stem, 1), norm, HS);

  thaw_graph_tap (b->graph, x, "features.0");
  for (int i = 0; i < n; i++) {
    b->number = b->variant->blocks[i].stage == stage ? b->number + 1 : 0;
    x = inverted_residual (b, x, i + 1, stage);
    stage = b->variant->blocks[i].stage;
  }
  timm_last = g_strdup_printf ("blocks.%d.0", stage);
  x = thaw_conv_bn (b->graph, x, timm ? timm_last : last, timm ? ".conv" : ".0",
                    timm ? ".bn1" : ".1", thaw_conv (6 * b->shape->widths[stage], 1, 1, 1), norm,
                    HS);
  thaw_graph_tap (b->graph, x, last);
  return x;
}

static ThawNode
build (ThawGraph *graph, const Variant *variant, const ThawModelShape *shape)
{
  Builder b = {graph, variant, shape, shape->gentle, 0};
  ThawNode x = thaw_graph_global_avg_pool (graph, features (&b));

  thaw_graph_tap (graph, x, "avgpool");
  x = thaw_graph_linear (graph, x, shape->timm ? "conv_head" : "classifier.0", variant->hidden,
                         true);
  x = thaw_graph_activation (graph, x, HS);
  if (shape->dropout > 0)
    x = thaw_graph_dropout (graph, x, shape->dropout);
  return thaw_graph_linear (graph, x, shape->timm ? "classifier" : "classifier.3", shape->classes,
                            true);
}

static const char *const head_modules[] = {"classifier.0", "classifier.3", NULL};

/* --- Small ------------------------------------------------------------------------------------ */

/* clang-format off */
static const Block small_blocks[] = {
    {3,  16, 1, true,  RE, 2, false},
    {3,  72, 2, false, RE, 2, true},
    {3,  88, 2, false, RE, 1, true},
    {5,  96, 3, true,  HS, 2, true},
    {5, 240, 3, true,  HS, 1, true},
    {5, 240, 3, true,  HS, 1, true},
    {5, 120, 4, true,  HS, 1, true},
    {5, 144, 4, true,  HS, 1, true},
    {5, 288, 5, true,  HS, 2, true},
    {5, 576, 5, true,  HS, 1, true},
    {5, 576, 5, true,  HS, 1, true},
};
/* clang-format on */

static const ThawParamSpec small_params[] = {THAW_WIDTHS_PARAM (6, 16, 16, 24, 40, 48, 96),
                                             THAW_STEM_PARAM};
static const Variant small = {small_blocks, G_N_ELEMENTS (small_blocks), 1024, small_params};

static ThawNode
build_small (ThawGraph *graph, const ThawModelShape *shape)
{
  return build (graph, &small, shape);
}

static const ThawWeightsFile small_weights = {
    .name = "mobilenet_v3_small-047dcff4.pth",
    .url = "https://download.pytorch.org/models/mobilenet_v3_small-047dcff4.pth",
    .bytes = 10306551,
    .sha256 = "047dcff4addef86ea5bc2eff13c9614dc11f47ab1160d0a71a25e7db994f4e1f",
    .help = N_ ("MobileNetV3-Small trained on ImageNet, 1000 classes (torchvision, IMAGENET1K_V1)"),
};

static const ThawWeightsFile small_starter = {
    .name = "mobilenet_v3_small-tiny-imagenet-32.safetensors",
    .bytes = 3549528,
    .sha256 = "dcf6bff571c9468821df7518828e219630d6a36e283f9ebd1439daea9e6d89a3",
    .help =
        N_ ("MobileNetV3-Small trained by Thaw on Tiny-ImageNet at 32 px, 200 classes; comes with "
            "Thaw"),
};

const ThawModel thaw_model_mobilenet_v3_small = {
    .entry = {"mobilenet_v3_small", "MobileNetV3-Small",
              N_ ("Depthwise convolutions with channel gates; 1.5 million parameters"),
              small_params, G_N_ELEMENTS (small_params)},
    .head_modules = head_modules,
    .final_linear = "classifier.3",
    .dropout = 0.2,
    .min_size = 32,
    .weights = &small_weights,
    .starter = &small_starter,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_NORMAL_001,
    .timm = true,
    .timm_eps = 1e-5,
    .build = build_small,
};

/* --- Large ------------------------------------------------------------------------------------ */

/* clang-format off */
static const Block large_blocks[] = {
    {3,  16, 1, false, RE, 1, false},
    {3,  64, 2, false, RE, 2, true},
    {3,  72, 2, false, RE, 1, true},
    {5,  72, 3, true,  RE, 2, true},
    {5, 120, 3, true,  RE, 1, true},
    {5, 120, 3, true,  RE, 1, true},
    {3, 240, 4, false, HS, 2, true},
    {3, 200, 4, false, HS, 1, true},
    {3, 184, 4, false, HS, 1, true},
    {3, 184, 4, false, HS, 1, true},
    {3, 480, 5, true,  HS, 1, true},
    {3, 672, 5, true,  HS, 1, true},
    {5, 672, 6, true,  HS, 2, true},
    {5, 960, 6, true,  HS, 1, true},
    {5, 960, 6, true,  HS, 1, true},
};
/* clang-format on */

static const ThawParamSpec large_params[] = {THAW_WIDTHS_PARAM (7, 16, 16, 24, 40, 80, 112, 160),
                                             THAW_STEM_PARAM};
static const Variant large = {large_blocks, G_N_ELEMENTS (large_blocks), 1280, large_params};

static ThawNode
build_large (ThawGraph *graph, const ThawModelShape *shape)
{
  return build (graph, &large, shape);
}

static const ThawWeightsFile large_weights = {
    .name = "mobilenet_v3_large-5c1a4163.pth",
    .url = "https://download.pytorch.org/models/mobilenet_v3_large-5c1a4163.pth",
    .bytes = 22132113,
    .sha256 = "5c1a416349c4cf298f2a6a5e2600ed0ee55e604713578f5e74e6bc8bcaef7997",
    .help = N_ ("MobileNetV3-Large trained on ImageNet, 1000 classes (torchvision, IMAGENET1K_V2)"),
};

const ThawModel thaw_model_mobilenet_v3_large = {
    .entry = {"mobilenet_v3_large", "MobileNetV3-Large",
              N_ ("Depthwise convolutions with channel gates; 4.2 million parameters"),
              large_params, G_N_ELEMENTS (large_params)},
    .head_modules = head_modules,
    .final_linear = "classifier.3",
    .dropout = 0.2,
    .min_size = 32,
    .weights = &large_weights,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_NORMAL_001,
    .first_skip = true,
    .timm = true,
    .timm_eps = 1e-5,
    .build = build_large,
};
