/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixel operations with given parameters: the same bytes as Pillow 9.4 behind torchvision 0.14.
 * px: RGB, [h][w][3] uint8, rows top to bottom, no gaps; any h, w >= 1 up to 16384. No random
 * numbers, no memory kept, cannot fail, reentrant. Where there are src and dst they do not overlap
 * and dst is *overwritten*; a lone px is worked on in place.
 * Source: PIL ImageEnhance, ImageOps, Image.rotate, Image.blend and mode conversion "L" and "HSV";
 * checked against Pillow byte for byte. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* --- blends (blend.c) ---
 * blend (a, b, f) in float: a + f (b - a), truncated, kept within 0..255; f >= 0. */
void thaw_px_brightness (uint8_t *px, int h, int w, float f); /* black to image       */
void thaw_px_contrast (uint8_t *px, int h, int w, float f);   /* mean grey to image   */
void thaw_px_saturation (uint8_t *px, int h, int w, float f); /* grey picture to image */
/* Mean of the grey picture, rounded to nearest. grey = (19595 R + 38470 G + 7471 B + 2^15) >> 16 */
int thaw_px_mean_grey (const uint8_t *px, int h, int w);

/* --- hue (hue.c) ---
 * Turns the hue by trunc (f * 255) of 256 steps in 8-bit HSV and goes back to RGB; -0.5 <= f <=
 * 0.5. Not the identity at f = 0: the way through HSV rounds. */
void thaw_px_hue (uint8_t *px, int h, int w, double f);

/* --- geometry (geometry.c) --- */
/* The picture with `padding` zeros on each side, cut to size x size from (top, left) of that.
 * dst: [size][size][3]; 0 <= top <= h + 2 padding - size, left likewise. */
void thaw_px_crop (
    const uint8_t *src, int h, int w, int padding, int top, int left, int size, uint8_t *dst);
void thaw_px_hflip (uint8_t *px, int h, int w);
/* Degrees counter-clockwise about the centre, nearest neighbour, zeros from outside, same size.
 * Any finite angle. */
void thaw_px_rotate (const uint8_t *src, int h, int w, double degrees, uint8_t *dst);
/* Output (x, y) takes input (m0 X + m1 Y + m2, m3 X + m4 Y + m5), X = x + 0.5, Y = y + 0.5; nearest
 * neighbour; zeros from outside. 16.16 fixed point, doubles when m1 = m3 = 0. All coordinates the
 * matrix gives for the picture must lie within +-32767. */
void thaw_px_affine (const uint8_t *src, int h, int w, const double m[6], uint8_t *dst);

G_END_DECLS
