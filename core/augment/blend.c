/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blends between a picture and a degenerate version of it: brightness, contrast, saturation.
 * Source: PIL.ImageEnhance. */
#include "pixels.h"

#include "pixel-loops.h"

void
thaw_px_brightness (ThawPixel *px, int h, int w, float f)
{
  thaw_pixel_loops ()->blend (px, (size_t) h * w, 0, f);
}

int
thaw_px_mean_grey (const ThawPixel *px, int h, int w)
{
  uint64_t sum = thaw_pixel_loops ()->sum_grey (px, (size_t) h * w);

  return (int) ((double) sum / ((double) h * w) + 0.5);
}

void
thaw_px_contrast (ThawPixel *px, int h, int w, float f)
{
  thaw_pixel_loops ()->blend (px, (size_t) h * w, thaw_px_mean_grey (px, h, w), f);
}

void
thaw_px_saturation (ThawPixel *px, int h, int w, float f)
{
  thaw_pixel_loops ()->saturate (px, (size_t) h * w, f);
}
