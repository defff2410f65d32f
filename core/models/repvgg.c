/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RepVGG-A0: blocks of a 3x3 and a 1x1 convolution and, where shapes allow, the input itself, each
 * with a batch norm, summed, ReLU. Folded (fold.c), a block is one 3x3 convolution with a bias.
 * Source: Ding et al., "RepVGG: Making VGG-style ConvNets Great Again" (2021); names and order of
 * the authors' checkpoints. */
#include "models-private.h"

static const ThawNormKind norm = {THAW_REPVGG_EPS, 0.1};
static const int repeats[] = {1, 2, 4, 14, 1};

/* Of a block's layers: the authors', timm's. */
static const struct {
  const char *identity, *dense, *dense_bn, *point, *point_bn;
} names[] = {{"rbr_identity", "rbr_dense.conv", "rbr_dense.bn", "rbr_1x1.conv", "rbr_1x1.bn"},
             {"identity", "conv_kxk.conv", "conv_kxk.bn", "conv_1x1.conv", "conv_1x1.bn"}};

/* same: the block's output has the shape of its input. */
static ThawNode
branches (
    ThawGraph *graph, ThawNode x, const char *prefix, bool timm, bool same, int out, int stride)
{
  ThawNode identity = -1, y;

  /* Named first, as in the checkpoints. */
  if (same) {
    g_autofree char *name = g_strconcat (prefix, names[timm].identity, NULL);
    identity = thaw_graph_batch_norm (graph, x, name, norm.eps, norm.momentum);
  }
  y = thaw_conv_bn (graph, x, prefix, names[timm].dense, names[timm].dense_bn,
                    thaw_conv (out, 3, stride, 1), norm, THAW_NO_ACTIVATION);
  y = thaw_graph_add (graph, y,
                      thaw_conv_bn (graph, x, prefix, names[timm].point, names[timm].point_bn,
                                    thaw_conv (out, 1, stride, 1), norm, THAW_NO_ACTIVATION));
  return identity < 0 ? y : thaw_graph_add (graph, y, identity);
}

static ThawNode
folded (ThawGraph *graph, ThawNode x, const char *prefix, int out, int stride)
{
  g_autofree char *name = g_strconcat (prefix, "rbr_reparam", NULL);
  const ThawConv2d spec = {out, 3, stride, 1, 1, true};

  return thaw_graph_conv2d (graph, x, name, &spec);
}

static ThawNode
block (ThawGraph *graph,
       ThawNode x,
       const char *module,
       const ThawModelShape *shape,
       bool same,
       int out,
       int stride)
{
  g_autofree char *prefix = g_strconcat (module, ".", NULL);

  x = shape->folded ? folded (graph, x, prefix, out, stride)
                    : branches (graph, x, prefix, shape->timm, same, out, stride);
  x = thaw_graph_activation (graph, x, THAW_ACT_RELU);
  thaw_graph_tap (graph, x, module);
  return x;
}

static char *
block_name (int stage, int number, bool timm)
{
  if (stage == 0)
    return g_strdup (timm ? "stem" : "stage0");
  return timm ? g_strdup_printf ("stages.%d.%d", stage - 1, number)
              : g_strdup_printf ("stage%d.%d", stage, number);
}

/* Blocks have the branches that they have at the published strides. */
static ThawNode
build (ThawGraph *graph, const ThawModelShape *shape)
{
  int gentle = shape->gentle;
  ThawNode x = 0;

  for (int s = 0; s < (int) G_N_ELEMENTS (repeats); s++)
    for (int b = 0; b < repeats[s]; b++) {
      g_autofree char *module = block_name (s, b, shape->timm);
      int stride = thaw_gentle_stride (&gentle, b == 0 ? 2 : 1);
      x = block (graph, x, module, shape, b > 0, shape->widths[s], stride);
    }
  return thaw_head (graph, x, shape->timm ? "head.fc" : "linear", shape);
}

static const ThawParamSpec params[] = {THAW_WIDTHS_PARAM (5, 48, 48, 96, 192, 1280),
                                       THAW_STEM_PARAM};
static const char *const head_modules[] = {"linear", NULL};

const ThawModel thaw_model_repvgg_a0 = {
    .entry = {"repvgg_a0", "RepVGG-A0",
              N_ ("Three branches that fold into one convolution; 7.8 million parameters"), params,
              G_N_ELEMENTS (params)},
    .head_modules = head_modules,
    .final_linear = "linear",
    .min_size = 32,
    .init_conv = THAW_INIT_TORCH_DEFAULT,
    .init_linear = THAW_INIT_TORCH_DEFAULT,
    .folds = true,
    .timm = true,
    .build = build,
};
