/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: ToTensor and Normalize. */
#pragma once

#include "thaw-augment.h"

/* What each byte of each channel becomes, worked out once: v / 255 in float, then (v - mean) / std
 * in float. Four lanes of which one is not 0, so that a pixel is three rows laid over each other.
 */
typedef struct {
  float rows[3][256][4];
} ThawNormalizeTable;

void thaw_normalize_table (ThawNormalizeTable *table, const double mean[3], const double std[3]);
/* px: `group` pictures of `count` pixels, into neighbouring samples of a batch of n: x points to
 * the first one's, [count][n][3]; nothing else is written. */
void thaw_normalize (const ThawNormalizeTable *table,
                     const ThawPixel *const *px,
                     int group,
                     size_t count,
                     float *x,
                     int n);
