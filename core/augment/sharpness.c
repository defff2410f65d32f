/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sharpness. A picture without an inside is all edge, and stays. */
#include "pixels.h"

#include "pixel-loops.h"

void
thaw_px_sharpness (const ThawPixel *src, int h, int w, float f, ThawPixel *dst)
{
  if (h < 3 || w < 3)
    memcpy (dst, src, (size_t) h * w * sizeof *dst);
  else
    thaw_pixel_loops ()->sharpen (src, h, w, f, dst);
}
