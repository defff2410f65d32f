/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MobileNetV3: inverted residuals (expand 1x1, depthwise, squeeze-and-excitation, project 1x1), two
 * linear layers at the end. A variant is a table of its blocks.
 * Source: Howard et al., "Searching for MobileNetV3" (2019); names, order and numbers of
 * torchvision.models.mobilenet_v3_small. */
#include "models-private.h"

#define BN_EPS 1e-3
#define BN_MOMENTUM 0.01
#define STEM_CHANNELS 16
#define NO_ACTIVATION (-1)
#define RE THAW_ACT_RELU
#define HS THAW_ACT_HARDSWISH

typedef struct {
  int kernel, expanded, out;
  bool squeeze;
  int activation; /* ThawActivation */
  int stride;
} Block;

typedef struct {
  const Block *blocks;
  int n_blocks;
  int hidden; /* width of classifier.0 */
} Variant;

/* A multiple of 8 near v, never below 8 nor more than a tenth below v. */
static int
round_to_8 (int v)
{
  int n = MAX (8, (v + 4) / 8 * 8);

  return n * 10 < v * 9 ? n + 8 : n;
}

/* `module`.0 convolution, `module`.1 batch norm, activation without a name. */
static ThawNode
conv_bn (ThawGraph *graph,
         ThawNode x,
         const char *module,
         int out,
         int kernel,
         int stride,
         int groups,
         int activation)
{
  const ThawConv2d spec = {out, kernel, stride, (kernel - 1) / 2, groups, false};
  g_autofree char *conv = g_strconcat (module, ".0", NULL);
  g_autofree char *bn = g_strconcat (module, ".1", NULL);

  x = thaw_graph_conv2d (graph, x, conv, &spec);
  x = thaw_graph_batch_norm (graph, x, bn, BN_EPS, BN_MOMENTUM);
  return activation == NO_ACTIVATION ? x : thaw_graph_activation (graph, x, activation);
}

static ThawNode
squeeze_excite (ThawGraph *graph, ThawNode x, const char *module, int channels)
{
  const ThawConv2d squeeze = {round_to_8 (channels / 4), 1, 1, 0, 1, true};
  const ThawConv2d expand = {channels, 1, 1, 0, 1, true};
  g_autofree char *fc1 = g_strconcat (module, ".fc1", NULL);
  g_autofree char *fc2 = g_strconcat (module, ".fc2", NULL);
  ThawNode gate = thaw_graph_global_avg_pool (graph, x);

  gate = thaw_graph_conv2d (graph, gate, fc1, &squeeze);
  gate = thaw_graph_activation (graph, gate, THAW_ACT_RELU);
  gate = thaw_graph_conv2d (graph, gate, fc2, &expand);
  gate = thaw_graph_activation (graph, gate, THAW_ACT_HARDSIGMOID);
  return thaw_graph_scale (graph, x, gate);
}

static char *
part_name (int feature, int *part)
{
  return g_strdup_printf ("features.%d.block.%d", feature, (*part)++);
}

static ThawNode
inverted_residual (ThawGraph *graph, ThawNode x, int feature, int in, const Block *block)
{
  g_autofree char *module = g_strdup_printf ("features.%d", feature);
  g_autofree char *expand = NULL, *depthwise = NULL, *squeeze = NULL, *project = NULL;
  int width = block->expanded, part = 0; /* sub-modules are numbered without gaps */
  ThawNode y = x;

  if (width != in) {
    expand = part_name (feature, &part);
    y = conv_bn (graph, y, expand, width, 1, 1, 1, block->activation);
  }
  depthwise = part_name (feature, &part);
  y = conv_bn (graph, y, depthwise, width, block->kernel, block->stride, width, block->activation);
  if (block->squeeze) {
    squeeze = part_name (feature, &part);
    y = squeeze_excite (graph, y, squeeze, width);
  }
  project = part_name (feature, &part);
  y = conv_bn (graph, y, project, block->out, 1, 1, 1, NO_ACTIVATION);
  if (block->stride == 1 && in == block->out)
    y = thaw_graph_add (graph, y, x);
  thaw_graph_tap (graph, y, module);
  return y;
}

static ThawNode
features (ThawGraph *graph, const Variant *variant)
{
  g_autofree char *last = g_strdup_printf ("features.%d", variant->n_blocks + 1);
  int channels = STEM_CHANNELS;
  ThawNode x = conv_bn (graph, 0, "features.0", channels, 3, 2, 1, HS);

  thaw_graph_tap (graph, x, "features.0");
  for (int i = 0; i < variant->n_blocks; i++) {
    x = inverted_residual (graph, x, i + 1, channels, &variant->blocks[i]);
    channels = variant->blocks[i].out;
  }
  x = conv_bn (graph, x, last, 6 * channels, 1, 1, 1, HS);
  thaw_graph_tap (graph, x, last);
  return x;
}

static ThawNode
build (ThawGraph *graph, const Variant *variant, int classes, double dropout)
{
  ThawNode x = thaw_graph_global_avg_pool (graph, features (graph, variant));

  thaw_graph_tap (graph, x, "avgpool");
  x = thaw_graph_linear (graph, x, "classifier.0", variant->hidden, true);
  x = thaw_graph_activation (graph, x, HS);
  if (dropout > 0)
    x = thaw_graph_dropout (graph, x, dropout);
  return thaw_graph_linear (graph, x, "classifier.3", classes, true);
}

/* --- Small ------------------------------------------------------------------------------------ */

/* clang-format off */
static const Block small_blocks[] = {
    {3,  16, 16, true,  RE, 2},
    {3,  72, 24, false, RE, 2},
    {3,  88, 24, false, RE, 1},
    {5,  96, 40, true,  HS, 2},
    {5, 240, 40, true,  HS, 1},
    {5, 240, 40, true,  HS, 1},
    {5, 120, 48, true,  HS, 1},
    {5, 144, 48, true,  HS, 1},
    {5, 288, 96, true,  HS, 2},
    {5, 576, 96, true,  HS, 1},
    {5, 576, 96, true,  HS, 1},
};
/* clang-format on */

static const Variant small = {small_blocks, G_N_ELEMENTS (small_blocks), 1024};

static ThawNode
build_small (ThawGraph *graph, int classes, double dropout)
{
  return build (graph, &small, classes, dropout);
}

static const ThawWeightsFile small_weights = {
    .name = "mobilenet_v3_small-047dcff4.pth",
    .url = "https://download.pytorch.org/models/mobilenet_v3_small-047dcff4.pth",
    .bytes = 10306551,
    .sha256 = "047dcff4addef86ea5bc2eff13c9614dc11f47ab1160d0a71a25e7db994f4e1f",
    .help = N_ ("MobileNetV3-Small trained on ImageNet, 1000 classes (torchvision, IMAGENET1K_V1)"),
};

static const char *const head_modules[] = {"classifier.0", "classifier.3", NULL};

const ThawModel thaw_model_mobilenet_v3_small = {
    .entry = {"mobilenet_v3_small", "MobileNetV3-Small",
              N_ ("Depthwise convolutions with channel gates; 1.5 million parameters")},
    .head_modules = head_modules,
    .final_linear = "classifier.3",
    .dropout = 0.2,
    .min_size = 32,
    .weights = &small_weights,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_NORMAL_001,
    .build = build_small,
};
