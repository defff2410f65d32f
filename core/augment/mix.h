/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: mixtures of neighbours in a batch. */
#pragma once

#include "thaw-augment.h"

/* CutMix's box for a share `lambda` around (y, x); the share that is left. */
void thaw_mix_cut (ThawMix *mix, int side, double lambda, int y, int x);
/* The same as thaw_mix_batch for pictures of bytes, [side][side][3], in place: rounded to nearest.
 */
void thaw_mix_pictures (const ThawMix *mix, int side, uint8_t *const *pictures, int n);
