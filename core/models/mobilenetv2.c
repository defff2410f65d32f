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

static ThawNode
inverted_residual (
    ThawGraph *graph, ThawNode x, int feature, int in, int out, int expansion, int stride)
{
  g_autofree char *module = g_strdup_printf ("features.%d", feature);
  g_autofree char *conv = g_strconcat (module, ".conv.", NULL);
  int width = in * expansion, part = 0;
  ThawNode y = x;
  char names[4][8];

  if (expansion > 1) {
    y = thaw_conv_bn (graph, y, conv, "0.0", "0.1", thaw_conv (width, 1, 1, 1), norm,
                      THAW_ACT_RELU6);
    part++;
  }
  g_snprintf (names[0], sizeof names[0], "%d.0", part);
  g_snprintf (names[1], sizeof names[1], "%d.1", part);
  g_snprintf (names[2], sizeof names[2], "%d", part + 1);
  g_snprintf (names[3], sizeof names[3], "%d", part + 2);
  y = thaw_conv_bn (graph, y, conv, names[0], names[1], thaw_conv (width, 3, stride, width), norm,
                    THAW_ACT_RELU6);
  y = thaw_conv_bn (graph, y, conv, names[2], names[3], thaw_conv (out, 1, 1, 1), norm,
                    THAW_NO_ACTIVATION);
  if (stride == 1 && in == out)
    y = thaw_graph_add (graph, y, x);
  thaw_graph_tap (graph, y, module);
  return y;
}

static ThawNode
build (ThawGraph *graph, const ThawModelShape *shape)
{
  int gentle = shape->gentle, channels = shape->widths[0], feature = 0;
  ThawNode x = thaw_conv_bn (graph, 0, "features.0.", "0", "1",
                             thaw_conv (channels, 3, thaw_gentle_stride (&gentle, 2), 1), norm,
                             THAW_ACT_RELU6);

  thaw_graph_tap (graph, x, "features.0");
  for (int s = 0; s < (int) G_N_ELEMENTS (stages); s++) {
    int stride = thaw_gentle_stride (&gentle, stages[s].stride), out = shape->widths[s + 1];
    for (int b = 0; b < stages[s].repeats; b++, channels = out)
      x = inverted_residual (graph, x, ++feature, channels, out, stages[s].expansion,
                             b == 0 ? stride : 1);
  }
  x = thaw_conv_bn (graph, x, "features.18.", "0", "1", thaw_conv (LAST_CHANNELS, 1, 1, 1), norm,
                    THAW_ACT_RELU6);
  thaw_graph_tap (graph, x, "features.18");
  return thaw_head (graph, x, "classifier.1", shape);
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
    .build = build,
};
