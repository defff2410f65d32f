/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain loops over elements. */
#include "loops.h"

void
LOOP (add) (const float *a, const float *b, size_t count, float *y)
{
  ELEMENTWISE
  for (size_t j = 0; j < count; j++)
    y[j] = a[j] + b[j];
}

void
LOOP (accumulate) (const float *x, size_t count, float *y)
{
  ELEMENTWISE
  for (size_t j = 0; j < count; j++)
    y[j] += x[j];
}

void
LOOP (multiply) (const float *a, const float *b, size_t count, float *y, bool add)
{
  if (add) {
    ELEMENTWISE
    for (size_t j = 0; j < count; j++)
      y[j] += a[j] * b[j];
  } else {
    ELEMENTWISE
    for (size_t j = 0; j < count; j++)
      y[j] = a[j] * b[j];
  }
}

void
LOOP (rescale) (float factor, size_t count, float *x)
{
  ELEMENTWISE
  for (size_t j = 0; j < count; j++)
    x[j] *= factor;
}

/* Bits are masked, not values chosen: AVX2 has no loop of vectors for a choice by bytes. */
void
LOOP (mask) (const float *x, const uint8_t *mask, float factor, size_t count, float *y, bool add)
{
  ELEMENTWISE
  for (size_t j = 0; j < count; j++) {
    float v = float_of (bits_of (x[j] * factor) & -(uint32_t) (mask[j] != 0));
    y[j] = add ? y[j] + v : v;
  }
}

/* SplitMix64: core/base/rng.c. */
ALWAYS_INLINE uint64_t
mix (uint64_t z)
{
  z = (z ^ (z >> 30)) * UINT64_C (0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94D049BB133111EB);
  return z ^ (z >> 31);
}

#define DRAWN 32 /* at once */

void
LOOP (draw_mask) (ThawRng state, uint64_t least, size_t count, uint8_t *mask)
{
  const uint64_t step = UINT64_C (0x9E3779B97F4A7C15);
  uint64_t z = state.state, keep[DRAWN];

  for (size_t begin = 0; begin < count; begin += DRAWN, z += DRAWN * step) {
    size_t some = MIN (count - begin, (size_t) DRAWN);
    for (uint64_t j = 0; j < DRAWN; j++)
      keep[j] = mix (z + (j + 1) * step) >> 11 >= least;
    for (size_t j = 0; j < some; j++)
      mask[begin + j] = (uint8_t) keep[j];
  }
}

void
LOOP (sum_parts) (const float *parts, int n_parts, size_t stride, size_t count, float *y)
{
  memcpy (y, parts, count * sizeof *y);
  for (int p = 1; p < n_parts; p++) {
    const float *part = parts + (size_t) p * stride;
    ELEMENTWISE
    for (size_t j = 0; j < count; j++)
      y[j] += part[j];
  }
}

void
LOOP (fill_rows) (const float *row, size_t rows, size_t stride, int c, float *y)
{
  for (size_t i = 0; i < rows; i++, y += stride) {
    if (row != NULL)
      memcpy (y, row, (size_t) c * sizeof *y);
    else
      memset (y, 0, (size_t) c * sizeof *y);
  }
}
