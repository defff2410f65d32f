/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixel operations with given parameters: the same bytes as Pillow 9.4 behind torchvision 0.14.
 * px: [h][w] pixels, rows top to bottom, no gaps; any h, w >= 1 up to 16384. No random numbers, no
 * memory kept, cannot fail, reentrant. Where there are src and dst they do not overlap and dst is
 * *overwritten*; a lone px is worked on in place.
 * Source: PIL ImageEnhance, ImageOps, Image.rotate, Image.resize, Image.blend and mode conversion
 * "L" and "HSV"; checked against Pillow byte for byte. */
#pragma once

#include "thaw-augment.h"

G_BEGIN_DECLS

/* --- bytes (normalize.c) --- bytes: [n][3], R, G, B; the target is *overwritten* */
void thaw_px_from_bytes (const uint8_t *bytes, size_t n, ThawPixel *px);
void thaw_px_to_bytes (const ThawPixel *px, size_t n, uint8_t *bytes);

/* --- blends (blend.c) ---
 * blend (a, b, f) in float: a + f (b - a), truncated, kept within 0..255; 0 <= f <= 10^6. */
void thaw_px_brightness (ThawPixel *px, int h, int w, float f); /* black to image       */
void thaw_px_contrast (ThawPixel *px, int h, int w, float f);   /* mean grey to image   */
void thaw_px_saturation (ThawPixel *px, int h, int w, float f); /* grey picture to image */
/* Mean of the grey picture, rounded to nearest. grey = (19595 R + 38470 G + 7471 B + 2^15) >> 16 */
int thaw_px_mean_grey (const ThawPixel *px, int h, int w);

/* --- hue (hue.c) ---
 * Turns the hue by trunc (f * 255) of 256 steps in 8-bit HSV and goes back to RGB; -0.5 <= f <=
 * 0.5. Not the identity at f = 0: the way through HSV rounds. */
void thaw_px_hue (ThawPixel *px, int h, int w, double f);

/* --- levels (levels.c): each channel by itself --- */
void thaw_px_invert (ThawPixel *px, int h, int w);                     /* 255 - v            */
void thaw_px_posterize (ThawPixel *px, int h, int w, int bits);        /* keeps 1..8 of 8    */
void thaw_px_solarize (ThawPixel *px, int h, int w, double threshold); /* inverts from there */
/* Stretched so that the least and greatest value become 0 and 255. */
void thaw_px_autocontrast (ThawPixel *px, int h, int w);
/* By the histogram, as flat as Pillow makes it. */
void thaw_px_equalize (ThawPixel *px, int h, int w);
/* v becomes alpha v + add in float, cut off and kept within 0..255. */
void thaw_px_linear (ThawPixel *px, int h, int w, float alpha, float add);
double thaw_px_mean_byte (const ThawPixel *px, int h, int w); /* of all channels together */

/* --- sharpness (sharpness.c) ---
 * blend (smoothed, image, f); smoothed by a 3 x 3 kernel of 1/13 with 5/13 in the middle, the
 * picture's edge as it is. Source: PIL ImageEnhance.Sharpness, ImageFilter.SMOOTH. */
void thaw_px_sharpness (const ThawPixel *src, int h, int w, float f, ThawPixel *dst);

/* --- resizing (resize.c) ---
 * Cuts h x w pixels at (top, left) out of px, whose rows are `width` long, and makes them size x
 * size: bilinear, antialiased. px and scratch both have room for the cut, for h x size and for size
 * x size; both are overwritten. Returns the one that holds the result.
 * Source: PIL.Image.resize (BILINEAR), libImaging's Resample.c. */
ThawPixel *thaw_px_resized_crop (
    ThawPixel *px, int width, int top, int left, int h, int w, int size, ThawPixel *scratch);

/* --- skewing (skew.c): nearest neighbour, zeros from outside; src as for rotation ---
 * Source: torchvision.transforms.autoaugment._apply_op. */
void thaw_px_shear_x (ThawPixel *src, int h, int w, double level, ThawPixel *dst);
void thaw_px_shear_y (ThawPixel *src, int h, int w, double level, ThawPixel *dst);
void thaw_px_translate (ThawPixel *src, int h, int w, int right, int down, ThawPixel *dst);

/* --- geometry (geometry.c) --- */
/* The picture with `padding` zeros on each side, cut to size x size from (top, left) of that.
 * dst: [size][size]; 0 <= top <= h + 2 padding - size, left likewise. */
void thaw_px_crop (
    const ThawPixel *src, int h, int w, int padding, int top, int left, int size, ThawPixel *dst);
void thaw_px_hflip (ThawPixel *px, int h, int w);
/* Degrees counter-clockwise about the centre, nearest neighbour, zeros from outside, same size.
 * Any finite angle. src has room for one more pixel, which is set to 0. */
void thaw_px_rotate (ThawPixel *src, int h, int w, double degrees, ThawPixel *dst);
/* Output (x, y) takes input (m0 X + m1 Y + m2, m3 X + m4 Y + m5), X = x + 0.5, Y = y + 0.5; nearest
 * neighbour; zeros from outside. 16.16 fixed point, doubles when m1 = m3 = 0. All coordinates the
 * matrix gives for the picture must lie within +-32767. src as for rotation. */
void thaw_px_affine (ThawPixel *src, int h, int w, const double m[6], ThawPixel *dst);

G_END_DECLS
