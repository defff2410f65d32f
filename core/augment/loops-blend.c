/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blends with a constant or with grey, and the sum of grey.
 * Source: libImaging's Blend.c, L conversion. */
#include "pixel-loops.h"

/* Two roundings, then truncation, as Pillow does it, and 0..255. For f of exactly 0 and 1 this is a
 * and v themselves, and between them it never leaves 0..255, so one formula serves all f. */
ALWAYS_INLINE Pixels
blend_channel (Reals a, Ints v, float f)
{
  return (Pixels) keep_byte (ints (a + f * (reals (v) - a)));
}

ALWAYS_INLINE Pixels
blend_pixels (Reals a, Pixels px, float f)
{
  return blend_channel (a, red (px), f) | blend_channel (a, green (px), f) << 8 |
         blend_channel (a, blue (px), f) << 16;
}

typedef struct {
  float constant, f;
} Blend;

ALWAYS_INLINE Pixels
blend_constant (Pixels px, const void *how)
{
  const Blend *blend = how;

  return blend_pixels ((Reals){0} + blend->constant, px, blend->f);
}

ALWAYS_INLINE Pixels
blend_grey (Pixels px, const void *how)
{
  return blend_pixels (reals (grey (px)), px, *(const float *) how);
}

void
LOOP (blend) (ThawPixel *px, size_t n, int constant, float f)
{
  const Blend how = {(float) constant, f};

  change_each (px, n, blend_constant, &how);
}

void
LOOP (saturate) (ThawPixel *px, size_t n, float f)
{
  change_each (px, n, blend_grey, &f);
}

#define BLOCK ((size_t) 1 << 20) /* pixels whose sums a lane holds */

uint64_t
LOOP (sum_grey) (const ThawPixel *px, size_t n)
{
  uint64_t sum = 0;

  while (n > 0) {
    size_t block = MIN (n, BLOCK), i = 0;
    Ints sums = {0};
    Pixels rest = {0};
    for (; i + LANES <= block; i += LANES)
      sums += grey (*(const Pixels *) (px + i));
    memcpy (&rest, px + i, (block - i) * sizeof *px);
    sums += grey (rest); /* of black is 0 */
    for (int l = 0; l < LANES; l++)
      sum += (uint64_t) sums[l];
    px += block;
    n -= block;
  }
  return sum;
}
