/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where pixels come from: crop with padding, mirror, rotation and affine sampling.
 * Source: PIL.Image.rotate, ImageOps.expand, libImaging's Geometry.c. */
#include "pixels.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void
thaw_px_crop (
    const uint8_t *src, int h, int w, int padding, int top, int left, int size, uint8_t *dst)
{
  int from = CLAMP (left - padding, 0, w), to = CLAMP (left - padding + size, 0, w);
  int before = CLAMP (padding - left, 0, size), n = to - from;

  for (int y = 0; y < size; y++, dst += 3 * (size_t) size) {
    int sy = top + y - padding;
    if (sy < 0 || sy >= h || n <= 0) {
      memset (dst, 0, 3 * (size_t) size);
      continue;
    }
    memset (dst, 0, 3 * (size_t) before);
    memcpy (dst + 3 * (size_t) before, src + 3 * ((size_t) sy * w + from), 3 * (size_t) n);
    memset (dst + 3 * (size_t) (before + n), 0, 3 * (size_t) (size - before - n));
  }
}

static inline void
copy_pixel (uint8_t *to, const uint8_t *from)
{
  to[0] = from[0];
  to[1] = from[1];
  to[2] = from[2];
}

void
thaw_px_hflip (uint8_t *px, int h, int w)
{
  for (int y = 0; y < h; y++, px += 3 * (size_t) w)
    for (int i = 0, j = w - 1; i < j; i++, j--) {
      uint8_t t[3];
      copy_pixel (t, px + 3 * i);
      copy_pixel (px + 3 * i, px + 3 * j);
      copy_pixel (px + 3 * j, t);
    }
}

/* No rotation in it: doubles, added up along rows and columns as Pillow does. */
static void
affine_scale (const uint8_t *src, int h, int w, const double m[6], uint8_t *dst)
{
  double yo = m[5] + m[4] * 0.5;

  for (int y = 0; y < h; y++, yo += m[4]) {
    int yi = yo < 0.0 ? -1 : (int) yo;
    double xo = m[2] + m[0] * 0.5;
    for (int x = 0; x < w; x++, dst += 3, xo += m[0]) {
      int xi = xo < 0.0 ? -1 : (int) xo;
      if (xi >= 0 && xi < w && yi >= 0 && yi < h)
        copy_pixel (dst, src + 3 * ((size_t) yi * w + xi));
      else
        memset (dst, 0, 3);
    }
  }
}

static int
fixed (double v)
{
  return (int) floor (v * 65536.0 + 0.5);
}

void
thaw_px_affine (const uint8_t *src, int h, int w, const double m[6], uint8_t *dst)
{
  int a0 = fixed (m[0]), a1 = fixed (m[1]), a3 = fixed (m[3]), a4 = fixed (m[4]);
  int row_x = fixed (m[2] + m[0] * 0.5 + m[1] * 0.5),
      row_y = fixed (m[5] + m[3] * 0.5 + m[4] * 0.5);

  if (m[1] == 0.0 && m[3] == 0.0) {
    affine_scale (src, h, w, m, dst);
    return;
  }
  for (int y = 0; y < h; y++, row_x += a1, row_y += a4) {
    int sx = row_x, sy = row_y;
    for (int x = 0; x < w; x++, dst += 3, sx += a0, sy += a3) {
      unsigned xi = (unsigned) (sx >> 16), yi = (unsigned) (sy >> 16);
      if (xi < (unsigned) w && yi < (unsigned) h)
        copy_pixel (dst, src + 3 * ((size_t) yi * (unsigned) w + xi));
      else
        memset (dst, 0, 3);
    }
  }
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
rotate_quarters (const uint8_t *src, int h, int w, int quarters, uint8_t *dst)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++, dst += 3) {
      int sy = quarters == 2 ? h - 1 - y : quarters == 1 ? x : h - 1 - x;
      int sx = quarters == 2 ? w - 1 - x : quarters == 1 ? w - 1 - y : y;
      copy_pixel (dst, src + 3 * ((size_t) sy * w + sx));
    }
}

void
thaw_px_rotate (const uint8_t *src, int h, int w, double degrees, uint8_t *dst)
{
  double a = fmod (degrees, 360.0), cx = w / 2.0, cy = h / 2.0, c, s;

  if (a < 0.0)
    a += 360.0;
  if (a == 0.0) {
    memcpy (dst, src, 3 * (size_t) h * w);
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
