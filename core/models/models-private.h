/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the room share. */
#pragma once

#include "thaw-models.h"

extern const ThawModel thaw_model_cnn3, thaw_model_efficientnet_b0, thaw_model_efficientnet_lite0,
    thaw_model_mobilenet_v2, thaw_model_mobilenet_v3_large, thaw_model_mobilenet_v3_small,
    thaw_model_repvgg_a0, thaw_model_resnet18, thaw_model_resnet20, thaw_model_shufflenet_v2_x0_5,
    thaw_model_shufflenet_v2_x1_0, thaw_model_squeezenet1_1;

/* torch.nn.Linear's and Conv2d's default for the parameter `name`, weight and bias alike: uniform
 * within 1 / sqrt (fan_in), from the parameter's own stream. out: count floats, overwritten. */
void thaw_init_torch_default (
    uint64_t seed, const char *name, uint64_t fan_in, uint64_t count, float *out);

/* --- Parameters of entries: shape.c reads them by their names -----------------------------------
 */
extern const char *const thaw_stem_names[]; /* "imagenet", "cifar" */

typedef enum { THAW_POOL_AUTO, THAW_POOL_KEEP, THAW_POOL_NONE } ThawFirstPool; /* "first_pool" */

#define THAW_STEM_PARAM                                                                            \
  {                                                                                                \
    .name = "stem",                                                                                \
    .help = N_ ("First strides: imagenet, as published; cifar, without the first two halvings"),   \
    .kind = THAW_PARAM_CHOICE, .choices = thaw_stem_names, .late = true                            \
  }
#define THAW_WIDTHS_PARAM(n, ...)                                                                  \
  {                                                                                                \
    .name = "widths", .help = N_ ("Channels: of the first convolution, then of each stage"),       \
    .kind = THAW_PARAM_REALS, .min = 1, .max = 4096, .count = (n), .def = {__VA_ARGS__},           \
    .whole = true, .late = true                                                                    \
  }

#define THAW_REPVGG_EPS 1e-5

/* --- Building blocks ----------------------------------------------------------------------------
 */
#define THAW_NO_ACTIVATION (-1)

/* Of all batch norms of a family. */
typedef struct {
  double eps, momentum;
} ThawNormKind;

/* Square kernel, padding that keeps the size at stride 1, no bias. */
static inline ThawConv2d
thaw_conv (int out, int kernel, int stride, int groups)
{
  return (ThawConv2d){out, kernel, stride, (kernel - 1) / 2, groups, false};
}

/* Convolution `module` + conv, batch norm `module` + bn, then an activation, or none. */
ThawNode thaw_conv_bn (ThawGraph *graph,
                       ThawNode x,
                       const char *module,
                       const char *conv,
                       const char *bn,
                       ThawConv2d spec,
                       ThawNormKind norm,
                       int activation);
/* Squeeze and excitation: average, `module`.fc1, inner, `module`.fc2, gate, product; fc1 and fc2
 * are timm's conv_reduce and conv_expand where it is timm's. */
ThawNode thaw_squeeze_excite (ThawGraph *graph,
                              ThawNode x,
                              const char *module,
                              bool timm,
                              int channels,
                              int squeezed,
                              ThawActivation inner,
                              ThawActivation gate);
/* Global average (tapped as "avgpool"), dropout if there is any, a linear layer. */
ThawNode thaw_head (ThawGraph *graph, ThawNode x, const char *linear, const ThawModelShape *shape);
/* What timm calls the convolution and the batch norm of a part of an inverted residual. */
typedef enum { THAW_PART_EXPAND, THAW_PART_DEPTHWISE, THAW_PART_PROJECT } ThawPart;
typedef struct {
  const char *conv, *bn;
} ThawPartNames;
ThawPartNames thaw_timm_names (ThawPart part, bool expands);
/* The stride to take where the published one is `stride`: 1 while halvings are to be left out. */
int thaw_gentle_stride (int *gentle, int stride);
/* A multiple of 8 near v, never below 8 nor more than a tenth below v. */
int thaw_round_to_8 (int v);
