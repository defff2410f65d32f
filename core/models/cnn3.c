/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The smallest network that is one: three 3x3 convolutions with batch norm and ReLU, two poolings,
 * global average, one linear layer. Ours; no weights are published. */
#include "models-private.h"

#define N_CONVS 3

static const ThawNormKind norm = {1e-5, 0.1};

static ThawNode
build (ThawGraph *graph, const ThawModelShape *shape)
{
  ThawNode x = 0;

  for (int i = 0; i < N_CONVS; i++) {
    g_autofree char *conv = g_strdup_printf ("conv%d", i + 1);
    g_autofree char *bn = g_strdup_printf ("bn%d", i + 1);
    const ThawConv2d spec = thaw_conv (shape->widths[i], 3, 1, 1);
    if (i > 0)
      x = thaw_graph_max_pool (graph, x, 2, 2, 0, false);
    x = thaw_graph_conv2d (graph, x, conv, &spec);
    thaw_graph_tap (graph, x, conv);
    x = thaw_graph_batch_norm (graph, x, bn, norm.eps, norm.momentum);
    thaw_graph_tap (graph, x, bn);
    x = thaw_graph_activation (graph, x, THAW_ACT_RELU);
  }
  return thaw_head (graph, x, "fc", shape);
}

static const ThawParamSpec params[] = {THAW_WIDTHS_PARAM (N_CONVS, 64, 128, 256)};
static const char *const head_modules[] = {"fc", NULL};

const ThawModel thaw_model_cnn3 = {
    .entry = {"cnn3", N_ ("Three convolutions"),
              N_ ("What a network is made of, and no more; 0.4 million parameters"), params,
              G_N_ELEMENTS (params)},
    .head_modules = head_modules,
    .final_linear = "fc",
    .min_size = 32,
    .init_conv = THAW_INIT_TORCH_DEFAULT,
    .init_linear = THAW_INIT_TORCH_DEFAULT,
    .build = build,
};
