/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: boxes that are filled after Normalize. */
#pragma once

#include "thaw-augment.h"

/* x: the first float of a sample in a batch of n, [side][side][n][3]. */
void thaw_erase_floats (const ThawErasure *erasure, int side, float *x, int n);
/* The same on bytes, [side][side][3], as nearly as bytes can show it: the value before Normalize,
 * kept within 0..255. */
void thaw_erase_bytes (const ThawErasure *erasure,
                       int side,
                       const double mean[3],
                       const double std[3],
                       uint8_t *bytes);
