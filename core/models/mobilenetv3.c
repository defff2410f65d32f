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
  int gentle;
} Builder;

static char *
part_name (int feature, int *part)
{
  return g_strdup_printf ("features.%d.block.%d", feature, (*part)++);
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
  g_autofree char *expand = NULL, *depthwise = NULL, *squeeze = NULL, *project = NULL;
  int in = b->shape->widths[from], out = b->shape->widths[block->stage];
  int stride = thaw_gentle_stride (&b->gentle, block->stride);
  int width = expanded_width (b, block, from), part = 0; /* sub-modules are numbered without gaps */
  bool expands = block->expanded != (int) b->variant->widths->def[from];
  ThawNode y = x;

  if (expands) {
    expand = part_name (feature, &part);
    y = thaw_conv_bn (b->graph, y, expand, ".0", ".1", thaw_conv (width, 1, 1, 1), norm,
                      block->activation);
  } else {
    width = in;
  }
  depthwise = part_name (feature, &part);
  y = thaw_conv_bn (b->graph, y, depthwise, ".0", ".1",
                    thaw_conv (width, block->kernel, stride, width), norm, block->activation);
  if (block->squeeze) {
    squeeze = part_name (feature, &part);
    y = thaw_squeeze_excite (b->graph, y, squeeze, width, thaw_round_to_8 (width / 4),
                             THAW_ACT_RELU, THAW_ACT_HARDSIGMOID);
  }
  project = part_name (feature, &part);
  y = thaw_conv_bn (b->graph, y, project, ".0", ".1", thaw_conv (out, 1, 1, 1), norm,
                    THAW_NO_ACTIVATION);
  if (block->stride == 1 && in == out) /* gentler strides change nothing else */
    y = thaw_graph_add (b->graph, y, x);
  thaw_graph_tap (b->graph, y, module);
  return y;
}

static ThawNode
features (Builder *b)
{
  int n = b->variant->n_blocks, stage = 0;
  g_autofree char *last = g_strdup_printf ("features.%d", n + 1);
  int stem = thaw_gentle_stride (&b->gentle, 2);
  ThawNode x = thaw_conv_bn (b->graph, 0, "features.0", ".0", ".1",
                             thaw_conv (b->shape->widths[0], 3, stem, 1), norm, HS);

  thaw_graph_tap (b->graph, x, "features.0");
  for (int i = 0; i < n; i++) {
    x = inverted_residual (b, x, i + 1, stage);
    stage = b->variant->blocks[i].stage;
  }
  x = thaw_conv_bn (b->graph, x, last, ".0", ".1", thaw_conv (6 * b->shape->widths[stage], 1, 1, 1),
                    norm, HS);
  thaw_graph_tap (b->graph, x, last);
  return x;
}

static ThawNode
build (ThawGraph *graph, const Variant *variant, const ThawModelShape *shape)
{
  Builder b = {graph, variant, shape, shape->gentle};
  ThawNode x = thaw_graph_global_avg_pool (graph, features (&b));

  thaw_graph_tap (graph, x, "avgpool");
  x = thaw_graph_linear (graph, x, "classifier.0", variant->hidden, true);
  x = thaw_graph_activation (graph, x, HS);
  if (shape->dropout > 0)
    x = thaw_graph_dropout (graph, x, shape->dropout);
  return thaw_graph_linear (graph, x, "classifier.3", shape->classes, true);
}

static const char *const head_modules[] = {"classifier.0", "classifier.3", NULL};

/* --- Small ------------------------------------------------------------------------------------ */

/* clang-format off */
static const Block small_blocks[] = {
    {3,  16, 1, true,  RE, 2},
    {3,  72, 2, false, RE, 2},
    {3,  88, 2, false, RE, 1},
    {5,  96, 3, true,  HS, 2},
    {5, 240, 3, true,  HS, 1},
    {5, 240, 3, true,  HS, 1},
    {5, 120, 4, true,  HS, 1},
    {5, 144, 4, true,  HS, 1},
    {5, 288, 5, true,  HS, 2},
    {5, 576, 5, true,  HS, 1},
    {5, 576, 5, true,  HS, 1},
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

const ThawModel thaw_model_mobilenet_v3_small = {
    .entry = {"mobilenet_v3_small", "MobileNetV3-Small",
              N_ ("Depthwise convolutions with channel gates; 1.5 million parameters"),
              small_params, G_N_ELEMENTS (small_params)},
    .head_modules = head_modules,
    .final_linear = "classifier.3",
    .dropout = 0.2,
    .min_size = 32,
    .weights = &small_weights,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_NORMAL_001,
    .build = build_small,
};

/* --- Large ------------------------------------------------------------------------------------ */

/* clang-format off */
static const Block large_blocks[] = {
    {3,  16, 1, false, RE, 1},
    {3,  64, 2, false, RE, 2},
    {3,  72, 2, false, RE, 1},
    {5,  72, 3, true,  RE, 2},
    {5, 120, 3, true,  RE, 1},
    {5, 120, 3, true,  RE, 1},
    {3, 240, 4, false, HS, 2},
    {3, 200, 4, false, HS, 1},
    {3, 184, 4, false, HS, 1},
    {3, 184, 4, false, HS, 1},
    {3, 480, 5, true,  HS, 1},
    {3, 672, 5, true,  HS, 1},
    {5, 672, 6, true,  HS, 2},
    {5, 960, 6, true,  HS, 1},
    {5, 960, 6, true,  HS, 1},
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
    .build = build_large,
};
