/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: boxes within a picture, drawn as torchvision draws them. */
#pragma once

#include "thaw-augment.h"

G_BEGIN_DECLS

#define THAW_BOX_TRIES 10

/* Area U(scale) of the picture, proportions exp (U(log ratio)), sides rounded half to even; h and w
 * may be too great, or 0. wide: ratio is width to height (RandomResizedCrop), else height to width
 * (RandomErasing). */
ThawBox thaw_box_draw_size (
    ThawRng *rng, int h, int w, const double scale[2], const double ratio[2], bool wide);
/* The two sides for an area in pixels and a ratio, `along` : `across`. */
void thaw_box_sides (double area, double ratio, int *along, int *across);
/* Any place where the whole box is inside. */
void thaw_box_draw_place (ThawRng *rng, int h, int w, ThawBox *box);
/* Centred on (y, x), half heights and half widths to each side, what is outside cut off. */
ThawBox thaw_box_around (int h, int w, int y, int x, int half_h, int half_w);

G_END_DECLS
