/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hue of all 2^24 colours, every variant of the loops, against Pillow's formulas written out.
 * Source: libImaging's Convert.c (rgb2hsv, hsv2rgb). */
#include "fixture.h"
#include "pixels.h"

#include <math.h>

#define BLOCK 65536 /* colours with the same red */

static int
byte (double v)
{
  return CLAMP ((int) v, 0, 255);
}

static void
to_hsv (const int rgb[3], int hsv[3])
{
  int mx = MAX (MAX (rgb[0], rgb[1]), rgb[2]), mn = MIN (MIN (rgb[0], rgb[1]), rgb[2]);
  float cr = (float) (mx - mn), s = cr / (float) mx, rc, gc, bc, h;

  hsv[0] = hsv[1] = 0;
  hsv[2] = mx;
  if (mx == mn)
    return;
  rc = (float) (mx - rgb[0]) / cr;
  gc = (float) (mx - rgb[1]) / cr;
  bc = (float) (mx - rgb[2]) / cr;
  if (rgb[0] == mx)
    h = bc - gc;
  else if (rgb[1] == mx)
    h = (float) (2.0 + (double) rc - (double) bc);
  else
    h = (float) (4.0 + (double) gc - (double) rc);
  h = (float) fmod ((double) h / 6.0 + 1.0, 1.0);
  hsv[0] = byte ((double) h * 255.0);
  hsv[1] = byte ((double) s * 255.0);
}

static ThawPixel
to_pixel (const int hsv[3])
{
  double whole = floor (hsv[0] * 6.0 / 255.0), fs = (double) (float) (hsv[1] / 255.0);
  float f = (float) (hsv[0] * 6.0 / 255.0 - whole);
  int v = hsv[2], p = byte (v * (1.0 - fs) + 0.5), q = byte (v * (1.0 - fs * (double) f) + 0.5);
  int t = byte (v * (1.0 - fs * (1.0 - (double) f)) + 0.5);
  const int rgb[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
  const int *out = rgb[(int) whole % 6];

  if (hsv[1] == 0)
    return (ThawPixel) v * 0x010101;
  return (ThawPixel) out[0] | (ThawPixel) out[1] << 8 | (ThawPixel) out[2] << 16;
}

static ThawPixel
turned (ThawPixel px, int shift)
{
  int rgb[3] = {px & 255, (px >> 8) & 255, px >> 16}, hsv[3];

  to_hsv (rgb, hsv);
  hsv[0] = (hsv[0] + shift) & 255;
  return to_pixel (hsv);
}

static void
check_block (const ThawPixel *expected, ThawPixel first, double f, unsigned int mask)
{
  static ThawPixel px[BLOCK];

  for (ThawPixel i = 0; i < BLOCK; i++)
    px[i] = first | i << 8;
  thaw_cpu_set_mask (mask);
  thaw_px_hue (px, 256, 256, f);
  thaw_cpu_set_mask (UINT32_MAX);
  for (ThawPixel i = 0; i < BLOCK; i++)
    if (px[i] != expected[i])
      g_error ("hue of %06x by %g, processor %x: %06x, expected %06x", first | i << 8, f, mask,
               px[i], expected[i]);
}

static void
all_colours (gconstpointer shift)
{
  static ThawPixel expected[BLOCK];
  int steps = GPOINTER_TO_INT (shift);
  double f = (steps + (steps < 0 ? -0.5 : 0.5)) / 255.0; /* truncated towards zero */

  for (ThawPixel r = 0; r < 256; r++) {
    for (ThawPixel i = 0; i < BLOCK; i++)
      expected[i] = turned (r | i << 8, steps);
    check_block (expected, r, f, 0);
    check_block (expected, r, f, THAW_CPU_AVX2);
    check_block (expected, r, f, UINT32_MAX);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/augment/hue/all-colours/none", GINT_TO_POINTER (0), all_colours);
  g_test_add_data_func ("/augment/hue/all-colours/forwards", GINT_TO_POINTER (25), all_colours);
  g_test_add_data_func ("/augment/hue/all-colours/backwards", GINT_TO_POINTER (-102), all_colours);
  return g_test_run ();
}
