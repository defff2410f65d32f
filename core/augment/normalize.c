/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ends of the way: pixels from bytes and back, ToTensor, Normalize.
 * Source: torchvision.transforms.functional.to_tensor, normalize. */
#include "normalize.h"

#include "pixel-loops.h"
#include "pixels.h"

typedef int32_t Quad __attribute__ ((vector_size (16), aligned (4), may_alias));

void
thaw_px_from_bytes (const uint8_t *bytes, size_t n, ThawPixel *px)
{
  thaw_pixel_loops ()->unpack (bytes, n, px);
}

void
thaw_px_to_bytes (const ThawPixel *px, size_t n, uint8_t *bytes)
{
  for (size_t i = 0; i < n; i++)
    for (int c = 0; c < 3; c++)
      bytes[3 * i + (size_t) c] = (uint8_t) (px[i] >> (8 * c));
}

void
thaw_normalize_table (ThawNormalizeTable *table, const double mean[3], const double std[3])
{
  memset (table, 0, sizeof *table);
  for (int c = 0; c < 3; c++)
    for (int v = 0; v < 256; v++)
      table->rows[c][v][c] = ((float) v / 255.0f - (float) mean[c]) / (float) std[c];
}

static inline Quad
normalized (const ThawNormalizeTable *table, ThawPixel px)
{
  return *(const Quad *) table->rows[0][px & 255] |
         *(const Quad *) table->rows[1][(px >> 8) & 255] | *(const Quad *) table->rows[2][px >> 16];
}

/* Four floats a pixel are written, of which the next sample's overwrite the last; the group's last
 * one takes three. */
void
thaw_normalize (const ThawNormalizeTable *table,
                const ThawPixel *const *px,
                int group,
                size_t count,
                float *x,
                int n)
{
  for (size_t i = 0; i < count; i++, x += 3 * (size_t) n) {
    Quad last = normalized (table, px[group - 1][i]);
    for (int s = 0; s < group - 1; s++)
      *(Quad *) (x + 3 * s) = normalized (table, px[s][i]);
    memcpy (x + 3 * (group - 1), &last, 3 * sizeof (float));
  }
}
