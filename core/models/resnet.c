/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ResNet of basic blocks: a 7x7 stem, four stages of two 3x3 convolutions a block with a shortcut,
 * global average pool, one linear layer.
 * Source: He et al., "Deep Residual Learning for Image Recognition" (2015); names, order and
 * numbers of torchvision.models.resnet18. */
#include "models-private.h"

#define BN_EPS 1e-5
#define BN_MOMENTUM 0.1

static const struct {
  int channels, stride, blocks;
} stages[] = {{64, 1, 2}, {128, 2, 2}, {256, 2, 2}, {512, 2, 2}};

/* conv and bn: names below `module`; no activation. */
static ThawNode
conv_bn (ThawGraph *graph,
         ThawNode x,
         const char *module,
         const char *conv,
         const char *bn,
         ThawConv2d spec)
{
  g_autofree char *conv_name = g_strconcat (module, ".", conv, NULL);
  g_autofree char *bn_name = g_strconcat (module, ".", bn, NULL);

  x = thaw_graph_conv2d (graph, x, conv_name, &spec);
  return thaw_graph_batch_norm (graph, x, bn_name, BN_EPS, BN_MOMENTUM);
}

static ThawNode
basic_block (ThawGraph *graph, ThawNode x, const char *module, int channels, int stride, bool first)
{
  const ThawConv2d conv1 = {channels, 3, stride, 1, 1, false};
  const ThawConv2d conv2 = {channels, 3, 1, 1, 1, false};
  const ThawConv2d downsample = {channels, 1, stride, 0, 1, false};
  ThawNode shortcut = x, y;

  y = conv_bn (graph, x, module, "conv1", "bn1", conv1);
  y = thaw_graph_activation (graph, y, THAW_ACT_RELU);
  y = conv_bn (graph, y, module, "conv2", "bn2", conv2);
  if (first)
    shortcut = conv_bn (graph, x, module, "downsample.0", "downsample.1", downsample);
  y = thaw_graph_add (graph, y, shortcut);
  y = thaw_graph_activation (graph, y, THAW_ACT_RELU);
  thaw_graph_tap (graph, y, module);
  return y;
}

static ThawNode
stem (ThawGraph *graph)
{
  const ThawConv2d conv1 = {64, 7, 2, 3, 1, false};
  ThawNode x = thaw_graph_conv2d (graph, 0, "conv1", &conv1);

  thaw_graph_tap (graph, x, "conv1");
  x = thaw_graph_batch_norm (graph, x, "bn1", BN_EPS, BN_MOMENTUM);
  thaw_graph_tap (graph, x, "bn1");
  x = thaw_graph_activation (graph, x, THAW_ACT_RELU);
  x = thaw_graph_max_pool (graph, x, 3, 2, 1, false);
  thaw_graph_tap (graph, x, "maxpool");
  return x;
}

static ThawNode
build (ThawGraph *graph, int classes, double dropout)
{
  ThawNode x = stem (graph);

  for (int s = 0; s < (int) G_N_ELEMENTS (stages); s++)
    for (int b = 0; b < stages[s].blocks; b++) {
      g_autofree char *module = g_strdup_printf ("layer%d.%d", s + 1, b);
      bool first = s > 0 && b == 0;
      x = basic_block (graph, x, module, stages[s].channels, first ? stages[s].stride : 1, first);
    }
  x = thaw_graph_global_avg_pool (graph, x);
  thaw_graph_tap (graph, x, "avgpool");
  if (dropout > 0) /* torchvision's has none; a recipe may ask for some */
    x = thaw_graph_dropout (graph, x, dropout);
  return thaw_graph_linear (graph, x, "fc", classes, true);
}

static const ThawWeightsFile weights = {
    .name = "resnet18-f37072fd.pth",
    .url = "https://download.pytorch.org/models/resnet18-f37072fd.pth",
    .bytes = 46830571,
    .sha256 = "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
    .help = N_ ("ResNet18 trained on ImageNet, 1000 classes (torchvision, IMAGENET1K_V1)"),
};

static const char *const head_modules[] = {"fc", NULL};

const ThawModel thaw_model_resnet18 = {
    .entry = {"resnet18", "ResNet18", N_ ("18 layers with shortcuts; 11.2 million parameters")},
    .head_modules = head_modules,
    .final_linear = "fc",
    .dropout = 0,
    .min_size = 32,
    .weights = &weights,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_TORCH_DEFAULT,
    .build = build,
};
