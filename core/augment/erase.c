/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "erase.h"

#include <math.h>

static float
next_value (const ThawErasure *erasure, ThawRng *rng)
{
  return erasure->noise ? (float) thaw_rng_normal (rng) : erasure->value;
}

void
thaw_erase_floats (const ThawErasure *erasure, int side, float *x, int n)
{
  const ThawBox *box = &erasure->box;
  ThawRng rng = erasure->rng;

  for (int i = 0; i < box->h; i++)
    for (int j = 0; j < box->w; j++) {
      size_t pixel = (size_t) (box->top + i) * (size_t) side + (size_t) (box->left + j);
      float *at = x + 3 * pixel * (size_t) n;
      for (int c = 0; c < 3; c++)
        at[c] = next_value (erasure, &rng);
    }
}

void
thaw_erase_bytes (
    const ThawErasure *erasure, int side, const double mean[3], const double std[3], uint8_t *bytes)
{
  const ThawBox *box = &erasure->box;
  ThawRng rng = erasure->rng;

  for (int i = 0; i < box->h; i++)
    for (int j = 0; j < box->w; j++) {
      size_t pixel = (size_t) (box->top + i) * (size_t) side + (size_t) (box->left + j);
      for (int c = 0; c < 3; c++) {
        double v = ((double) next_value (erasure, &rng) * std[c] + mean[c]) * 255.0;
        bytes[3 * pixel + (size_t) c] = (uint8_t) rint (CLAMP (v, 0.0, 255.0));
      }
    }
}
