/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hue, in Pillow's 256 steps.
 * Source: torchvision.transforms.functional_pil.adjust_hue. */
#include "pixels.h"

#include "pixel-loops.h"

void
thaw_px_hue (ThawPixel *px, int h, int w, double f)
{
  thaw_pixel_loops ()->turn_hue (px, (size_t) h * w, (int) (f * 255.0));
}
