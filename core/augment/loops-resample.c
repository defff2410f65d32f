/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures resampled along rows and along columns, in whole numbers.
 * Source: libImaging's Resample.c for 8 bits. */
#include "pixel-loops.h"

typedef struct {
  Ints red, green, blue;
} Sums;

ALWAYS_INLINE Sums
begin_sums (void)
{
  const Ints half = (Ints){0} + (1 << (THAW_FILTER_BITS - 1));

  return (Sums){half, half, half};
}

ALWAYS_INLINE void
add_pixels (Sums *sums, Pixels px, Ints weight)
{
  sums->red += red (px) * weight;
  sums->green += green (px) * weight;
  sums->blue += blue (px) * weight;
}

ALWAYS_INLINE Pixels
end_sums (const Sums *sums)
{
  return (Pixels) (sums->red >> THAW_FILTER_BITS) |
         (Pixels) (sums->green >> THAW_FILTER_BITS) << 8 |
         (Pixels) (sums->blue >> THAW_FILTER_BITS) << 16;
}

void
LOOP (resample_rows) (
    const ThawPixel *src, int width, int rows, const ThawFilter *filter, ThawPixel *out)
{
  for (int y = 0; y < rows; y++, src += width, out += filter->n)
    for (int o = 0; o < filter->n; o += LANES) {
      Sums sums = begin_sums ();
      for (int k = 0; k < filter->taps; k++) {
        const int32_t *places = filter->places + (size_t) k * (size_t) filter->stride + o;
        const int32_t *weights = filter->weights + (size_t) k * (size_t) filter->stride + o;
        ThawPixel there[LANES];
        for (int l = 0; l < LANES; l++)
          there[l] = src[places[l]];
        add_pixels (&sums, *(const Pixels *) there, *(const Ints *) weights);
      }
      store_pixels (out + o, filter->n - o, end_sums (&sums));
    }
}

void
LOOP (resample_columns) (
    const ThawPixel *src, int width, int w, const ThawFilter *filter, ThawPixel *out)
{
  for (int o = 0; o < filter->n; o++, out += w)
    for (int x = 0; x < w; x += LANES) {
      Sums sums = begin_sums ();
      for (int k = 0; k < filter->taps; k++) {
        size_t at = (size_t) k * (size_t) filter->stride + (size_t) o;
        const ThawPixel *row = src + (size_t) filter->places[at] * (size_t) width;
        add_pixels (&sums, load_pixels (row + x, w - x), (Ints){0} + filter->weights[at]);
      }
      store_pixels (out + x, w - x, end_sums (&sums));
    }
}
