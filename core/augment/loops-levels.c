/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes each channel of each pixel by itself, without a table; and mixtures of floats. */
#include "pixel-loops.h"

typedef uint8_t PixelBytes __attribute__ ((vector_size (LANES * 4)));

ALWAYS_INLINE Pixels
keep_bits (Pixels px, const void *how)
{
  return px & *(const ThawPixel *) how;
}

ALWAYS_INLINE Pixels
invert_from (Pixels px, const void *how)
{
  PixelBytes bytes = (PixelBytes) px, from = (PixelBytes){0} + *(const uint8_t *) how;

  return px ^ ((Pixels) (bytes >= from) & 0xffffff);
}

typedef struct {
  float alpha, add;
} Line;

ALWAYS_INLINE Pixels
along_line (Pixels px, const void *how)
{
  const Line *line = how;
  Ints r = ints (reals (red (px)) * line->alpha + line->add);
  Ints g = ints (reals (green (px)) * line->alpha + line->add);
  Ints b = ints (reals (blue (px)) * line->alpha + line->add);

  return (Pixels) keep_byte (r) | (Pixels) keep_byte (g) << 8 | (Pixels) keep_byte (b) << 16;
}

void
LOOP (mask) (ThawPixel *px, size_t n, ThawPixel keep)
{
  change_each (px, n, keep_bits, &keep);
}

void
LOOP (solarize) (ThawPixel *px, size_t n, uint8_t from)
{
  change_each (px, n, invert_from, &from);
}

void
LOOP (linear) (ThawPixel *px, size_t n, float alpha, float add)
{
  const Line line = {alpha, add};

  change_each (px, n, along_line, &line);
}

void
LOOP (mix) (const float *x, const float *y, size_t n, float a, float b, float *out)
{
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    *(Reals *) (out + i) = a * *(const Reals *) (x + i) + b * *(const Reals *) (y + i);
  for (; i < n; i++)
    out[i] = a * x[i] + b * y[i];
}
