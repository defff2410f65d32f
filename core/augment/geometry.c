/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where pixels come from: crop with padding, mirror, rotation and affine sampling.
 * Source: PIL.Image.rotate, ImageOps.expand, libImaging's Geometry.c. */
#include "pixels.h"

#include "pixel-loops.h"

#include <math.h>

void
thaw_px_crop (
    const ThawPixel *src, int h, int w, int padding, int top, int left, int size, ThawPixel *dst)
{
  int from = CLAMP (left - padding, 0, w), to = CLAMP (left - padding + size, 0, w);
  int before = CLAMP (padding - left, 0, size), n = to - from, after = size - before - n;

  for (int y = 0; y < size; y++, dst += size) {
    int sy = top + y - padding;
    if (sy < 0 || sy >= h || n <= 0) {
      memset (dst, 0, (size_t) size * sizeof *dst);
      continue;
    }
    memset (dst, 0, (size_t) before * sizeof *dst);
    memcpy (dst + before, src + (size_t) sy * w + from, (size_t) n * sizeof *dst);
    memset (dst + before + n, 0, (size_t) after * sizeof *dst);
  }
}

void
thaw_px_hflip (ThawPixel *px, int h, int w)
{
  const ThawPixelLoops *loops = thaw_pixel_loops ();

  for (int y = 0; y < h; y++)
    loops->reverse (px + (size_t) y * w, w);
}

/* No rotation in it: doubles, added up along rows and columns as Pillow does. */
static void
affine_scale (const ThawPixel *src, int h, int w, const double m[6], ThawPixel *dst)
{
  double yo = m[5] + m[4] * 0.5;

  for (int y = 0; y < h; y++, yo += m[4]) {
    int yi = yo < 0.0 ? -1 : (int) yo;
    double xo = m[2] + m[0] * 0.5;
    for (int x = 0; x < w; x++, xo += m[0]) {
      int xi = xo < 0.0 ? -1 : (int) xo;
      bool inside = xi >= 0 && xi < w && yi >= 0 && yi < h;
      *dst++ = inside ? src[(size_t) yi * w + xi] : 0;
    }
  }
}

static uint32_t
fixed (double v)
{
  return (uint32_t) (int32_t) floor (v * 65536.0 + 0.5);
}

void
thaw_px_affine (ThawPixel *src, int h, int w, const double m[6], ThawPixel *dst)
{
  const ThawWalk walk = {.x = fixed (m[2] + m[0] * 0.5 + m[1] * 0.5),
                         .y = fixed (m[5] + m[3] * 0.5 + m[4] * 0.5),
                         .dx_x = fixed (m[0]),
                         .dx_y = fixed (m[3]),
                         .dy_x = fixed (m[1]),
                         .dy_y = fixed (m[4])};

  if (m[1] == 0.0 && m[3] == 0.0) {
    affine_scale (src, h, w, m, dst);
    return;
  }
  src[(size_t) h * w] = 0;
  thaw_pixel_loops ()->sample (src, h, w, &walk, dst);
}

/* v, |v| <= 1, to 15 decimals, as Python's round (v, 15) gives it. v * 1e15 is off by less than a
 * tenth, so its nearest whole number is right unless it lies near a half; then the digits decide.
 */
static double
round15 (double v)
{
  double y = v * 1e15, whole = rint (y);

  if (fabs (fabs (y - whole) - 0.5) < 0.2) {
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    return g_ascii_strtod (g_ascii_formatd (digits, sizeof digits, "%.15f", v), NULL);
  }
  return whole / 1e15;
}

/* Half and quarter turns move pixels exactly. quarters counter-clockwise: 1, 2, 3. */
static void
rotate_quarters (const ThawPixel *src, int h, int w, int quarters, ThawPixel *dst)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++) {
      int sy = quarters == 2 ? h - 1 - y : quarters == 1 ? x : h - 1 - x;
      int sx = quarters == 2 ? w - 1 - x : quarters == 1 ? w - 1 - y : y;
      *dst++ = src[(size_t) sy * w + sx];
    }
}

void
thaw_px_rotate (ThawPixel *src, int h, int w, double degrees, ThawPixel *dst)
{
  double a = fmod (degrees, 360.0), cx = w / 2.0, cy = h / 2.0, c, s;

  if (a < 0.0)
    a += 360.0;
  if (a == 0.0) {
    memcpy (dst, src, (size_t) h * w * sizeof *dst);
  } else if (a == 180.0 || ((a == 90.0 || a == 270.0) && h == w)) {
    rotate_quarters (src, h, w, (int) (a / 90.0), dst);
  } else {
    a = -(a * (G_PI / 180.0));
    c = round15 (cos (a));
    s = round15 (sin (a));
    thaw_px_affine (src, h, w,
                    (double[6]){c, s, c * -cx + s * -cy + cx, -s, c, -s * -cx + c * -cy + cy}, dst);
  }
}
