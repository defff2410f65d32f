/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ResNet of basic blocks: a first convolution, stages of two 3x3 convolutions a block with a
 * shortcut, global average pool, one linear layer. ResNet18 begins with 7x7 and a pooling and has
 * four stages; ResNet-20, for small pictures, begins with 3x3 and has three.
 * Source: He et al., "Deep Residual Learning for Image Recognition" (2015); names, order and
 * numbers of torchvision.models.resnet18, for ResNet-20 likewise (shortcuts that change the shape
 * are 1x1 convolutions). */
#include "models-private.h"

static const ThawNormKind norm = {1e-5, 0.1};

static ThawNode
basic_block (ThawGraph *graph, ThawNode x, const char *module, int channels, int stride, bool first)
{
  g_autofree char *prefix = g_strconcat (module, ".", NULL);
  ThawNode shortcut = x, y;

  y = thaw_conv_bn (graph, x, prefix, "conv1", "bn1", thaw_conv (channels, 3, stride, 1), norm,
                    THAW_ACT_RELU);
  y = thaw_conv_bn (graph, y, prefix, "conv2", "bn2", thaw_conv (channels, 3, 1, 1), norm,
                    THAW_NO_ACTIVATION);
  if (first)
    shortcut = thaw_conv_bn (graph, x, prefix, "downsample.0", "downsample.1",
                             thaw_conv (channels, 1, stride, 1), norm, THAW_NO_ACTIVATION);
  y = thaw_graph_add (graph, y, shortcut);
  y = thaw_graph_activation (graph, y, THAW_ACT_RELU);
  thaw_graph_tap (graph, y, module);
  return y;
}

static ThawNode
first_convolution (ThawGraph *graph, int channels, int kernel, int stride)
{
  const ThawConv2d conv1 = thaw_conv (channels, kernel, stride, 1);
  ThawNode x = thaw_graph_conv2d (graph, 0, "conv1", &conv1);

  thaw_graph_tap (graph, x, "conv1");
  x = thaw_graph_batch_norm (graph, x, "bn1", norm.eps, norm.momentum);
  thaw_graph_tap (graph, x, "bn1");
  return thaw_graph_activation (graph, x, THAW_ACT_RELU);
}

/* Stages of `blocks` blocks each, widths from the second on; all but the first halve the map. */
static ThawNode
stages (ThawGraph *graph, ThawNode x, const ThawModelShape *shape, int n_stages, int blocks)
{
  for (int s = 0; s < n_stages; s++)
    for (int b = 0; b < blocks; b++) {
      g_autofree char *module = g_strdup_printf ("layer%d.%d", s + 1, b);
      bool first = s > 0 && b == 0;
      x = basic_block (graph, x, module, shape->widths[s + 1], first ? 2 : 1, first);
    }
  return x;
}

static const char *const head_modules[] = {"fc", NULL};

/* --- ResNet18 --------------------------------------------------------------------------------- */

static ThawNode
build18 (ThawGraph *graph, const ThawModelShape *shape)
{
  int gentle = shape->gentle, stride = thaw_gentle_stride (&gentle, 2);
  ThawNode x = first_convolution (graph, shape->widths[0], shape->first_kernel, stride);

  if (shape->first_pool)
    x = thaw_graph_max_pool (graph, x, 3, 2, 1, false);
  thaw_graph_tap (graph, x, "maxpool");
  return thaw_head (graph, stages (graph, x, shape, 4, 2), "fc", shape);
}

static const ThawWeightsFile weights = {
    .name = "resnet18-f37072fd.pth",
    .url = "https://download.pytorch.org/models/resnet18-f37072fd.pth",
    .bytes = 46830571,
    .sha256 = "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
    .help = N_ ("ResNet18 trained on ImageNet, 1000 classes (torchvision, IMAGENET1K_V1)"),
};

static const ThawWeightsFile starter = {
    .name = "resnet18-tiny-imagenet-32.safetensors",
    .bytes = 22626808,
    .sha256 = "beb050404d82312ceff36fa8073fa205be3ae35634b7aab442682845c3672615",
    .help = N_ ("ResNet18 trained by Thaw on Tiny-ImageNet at 32 px, 200 classes; comes with "
                "Thaw"),
};

static const char *const pool_names[] = {"auto", "keep", "none", NULL}; /* ThawFirstPool */

static const ThawParamSpec params18[] = {
    THAW_WIDTHS_PARAM (5, 64, 64, 128, 256, 512),
    THAW_STEM_PARAM,
    {.name = "first_kernel",
     .help = N_ ("Side of the first convolution's window; weights are published for 7"),
     .kind = THAW_PARAM_INT,
     .min = 1,
     .max = 15,
     .def = {7},
     .late = true},
    {.name = "first_pool",
     .help = N_ ("Pooling behind the first convolution; auto: unless the stem is cifar"),
     .kind = THAW_PARAM_CHOICE,
     .choices = pool_names,
     .late = true},
};

const ThawModel thaw_model_resnet18 = {
    .entry = {"resnet18", "ResNet18", N_ ("18 layers with shortcuts; 11.2 million parameters"),
              params18, G_N_ELEMENTS (params18)},
    .head_modules = head_modules,
    .final_linear = "fc",
    .dropout = 0,
    .min_size = 32,
    .weights = &weights,
    .starter = &starter,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_TORCH_DEFAULT,
    .first_skip = true,
    .build = build18,
};

/* --- ResNet-20 -------------------------------------------------------------------------------- */

static ThawNode
build20 (ThawGraph *graph, const ThawModelShape *shape)
{
  ThawNode x = first_convolution (graph, shape->widths[0], 3, 1);

  return thaw_head (graph, stages (graph, x, shape, 3, 3), "fc", shape);
}

static const ThawParamSpec params20[] = {THAW_WIDTHS_PARAM (4, 16, 16, 32, 64)};

const ThawModel thaw_model_resnet20 = {
    .entry = {"resnet20", "ResNet-20",
              N_ ("20 layers with shortcuts, made for small pictures; 0.3 million parameters"),
              params20, G_N_ELEMENTS (params20)},
    .head_modules = head_modules,
    .final_linear = "fc",
    .min_size = 32,
    .init_conv = THAW_INIT_NORMAL_FAN_OUT,
    .init_linear = THAW_INIT_TORCH_DEFAULT,
    .first_skip = true,
    .build = build20,
};
