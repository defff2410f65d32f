/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sharpness: between a smoothed picture and the picture.
 * Source: libImaging's Filter.c (3 x 3 on 8 bits), Blend.c. */
#include "pixel-loops.h"

#define SIDE (1.0f / 13.0f)
#define MIDDLE (5.0f / 13.0f)

/* Three rows of pixels above each other, each with its neighbours to the left and right. */
typedef struct {
  Pixels at[3][3];
} Patch;

ALWAYS_INLINE Reals
channel (Pixels px, int shift)
{
  return reals ((Ints) ((px >> shift) & 255));
}

ALWAYS_INLINE Reals
row_sum (const Pixels row[3], int shift, float middle)
{
  return (channel (row[0], shift) * SIDE + channel (row[1], shift) * middle) +
         channel (row[2], shift) * SIDE;
}

/* Pillow adds the row below first. */
ALWAYS_INLINE Pixels
sharpen_channel (const Patch *patch, int shift, float f)
{
  Reals sum =
      ((0.5f + row_sum (patch->at[2], shift, SIDE)) + row_sum (patch->at[1], shift, MIDDLE)) +
      row_sum (patch->at[0], shift, SIDE);
  Reals smooth = reals (keep_byte (ints (sum)));

  return (Pixels) keep_byte (ints (smooth + f * (channel (patch->at[1][1], shift) - smooth)))
         << shift;
}

/* The n pixels from `at` on, which has neighbours on all sides. */
ALWAYS_INLINE void
sharpen_some (const ThawPixel *at, int w, int n, float f, ThawPixel *out)
{
  Patch patch;

  for (int y = 0; y < 3; y++)
    for (int x = 0; x < 3; x++)
      patch.at[y][x] = load_pixels (at + (ptrdiff_t) (y - 1) * w + x - 1, n);
  store_pixels (out, n,
                sharpen_channel (&patch, 0, f) | sharpen_channel (&patch, 8, f) |
                    sharpen_channel (&patch, 16, f));
}

void
LOOP (sharpen) (const ThawPixel *src, int h, int w, float f, ThawPixel *out)
{
  size_t row = (size_t) w;

  memcpy (out, src, row * sizeof *out);
  for (int y = 1; y < h - 1; y++) {
    const ThawPixel *from = src + (size_t) y * row;
    ThawPixel *to = out + (size_t) y * row;
    int x = 1;
    to[0] = from[0];
    to[w - 1] = from[w - 1];
    for (; x + LANES <= w - 1; x += LANES)
      sharpen_some (from + x, w, LANES, f, to + x);
    if (x < w - 1)
      sharpen_some (from + x, w, w - 1 - x, f, to + x);
  }
  memcpy (out + (size_t) (h - 1) * row, src + (size_t) (h - 1) * row, row * sizeof *out);
}
