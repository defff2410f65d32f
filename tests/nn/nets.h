/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small nets that several tests use. */
#pragma once

#include "thaw-nn.h"

/* 3 x 9 x 10 pixels to 5 logits through every kind of layer: gathered, tap-wise, grouped, depthwise
 * and pointwise convolution, both poolings, residual with and without projection, squeeze and
 * excitation, dropout. Head: "fc". */
#define NETS_CHANNELS 3
#define NETS_HEIGHT 9
#define NETS_WIDTH 10
#define NETS_CLASSES 5
ThawNode nets_build (ThawGraph *graph);
