/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hue shift by way of Pillow's 8-bit HSV, without a table.
 * With mx, mid, mn the sorted channels, cr = mx - mn and x = (mx - mid) / cr, hue in sixths of a
 * turn is K + x or K - x, K depending on the order of the channels alone. Pillow's hue is followed
 * rounding by rounding. Its saturation and its way back to RGB round away from any doubt: what it
 * truncates lies further from a whole number than all its roundings amount to, so whole numbers and
 * floats do for its doubles. All of it is tested for all colours against Pillow's own formulas.
 * Source: libImaging's Convert.c (rgb2hsv, hsv2rgb). */
#include "pixel-loops.h"

/* A nibble for each order of the channels: bits r < g, g < b, r < b. K + 1, and 8 for K - x. */
#define ORDERS                                                                                     \
  (10u /* r >= g >= b: 1 - x */ | 2u << 4 /* g > r >= b: 1 + x */ |                                \
   0u << 8 /* r >= b > g: x - 1 */                                                                 \
   | 12u << 20 /* g >= b > r: 3 - x */ | 14u << 24 /* b > r >= g: 5 - x */ |                       \
   4u << 28 /* b > g > r: 3 + x */)

/* A nibble for each sextant, 0 to 6: which byte mx goes to, and 4 times that of the third value,
 * which is neither mx nor the least. */
#define NIBBLE(sextant, most, third) ((unsigned int) ((most) | 4 * (third)) << (4 * (sextant)))
#define PLACES                                                                                     \
  (NIBBLE (0, 0, 1) | NIBBLE (1, 1, 0) | NIBBLE (2, 1, 2) | NIBBLE (3, 2, 1) | NIBBLE (4, 2, 0) |  \
   NIBBLE (5, 0, 2) | NIBBLE (6, 0, 1))

typedef struct {
  Ints hue, saturation, value;
} Hsv;

/* 1 where v is 0, which is not to divide. */
ALWAYS_INLINE Ints
not_zero (Ints v)
{
  return v + (Ints) ((Pixels) (v - 1) >> 31);
}

ALWAYS_INLINE Hsv
hsv_of (Pixels px)
{
  Ints r = red (px), g = green (px), b = blue (px);
  Ints r_less_g = (r - g) >> 31, g_less_b = (g - b) >> 31, r_less_b = (r - b) >> 31;
  Ints most = r - ((r - g) & r_less_g), least = g + ((r - g) & r_less_g);
  Ints mx = most - ((most - b) & ((most - b) >> 31));
  Ints mn = b + ((least - b) & ((least - b) >> 31));
  Ints cr = mx - mn, d = 2 * mx - (r + g + b) + mn; /* mx - mid */
  Pixels order = (Pixels) ((r_less_g & 1) | (g_less_b & 2) | (r_less_b & 4));
  Pixels nibble = ((Pixels){0} + ORDERS) >> (order * 4);
  Reals k = reals ((Ints) (nibble & 7) - 1), x = reals (d) / reals (not_zero (cr));
  Reals sixths = k + (Reals) ((Pixels) x ^ (nibble & 8) << 28), turns = sixths / 6.0f;

  turns += (Reals) (((Ints) turns >> 31) & (Ints) ((Reals){0} + 1.0f));
  return (Hsv){.hue = ints (turns * 255.0f),
               .saturation = ints (255.0f * (reals (cr) / reals (not_zero (mx)))),
               .value = mx};
}

/* In a sextant of 85 half steps p counts from where the third value is the least to where it is mx,
 * or back. */
ALWAYS_INLINE Pixels
rgb_of (const Hsv *in)
{
  Ints steps = 2 * in->hue, sextant = (steps * 772) >> 16, p = steps - 85 * sextant;
  Ints even = (sextant & 1) - 1, t = in->value * (255 - in->saturation) + 128;
  Ints least = (t + (t >> 8)) >> 8; /* value * (255 - saturation) / 255, to nearest */
  Reals share, third;
  Pixels places = ((Pixels){0} + PLACES) >> (Pixels) (sextant * 4);
  Pixels to_most = (places & 3) << 3, to_third = (places & 12) << 1;

  p += even & (85 - 2 * p);
  share = 21675.0f - reals (in->saturation) * reals (p); /* of 255 * 85; exact, as its product is */
  third = reals (in->value) * share * (1.0f / 21675.0f) + 0.5f;
  return (Pixels) in->value << to_most | (Pixels) ints (third) << to_third |
         (Pixels) least << (24 - to_most - to_third);
}

ALWAYS_INLINE Pixels
turn (Pixels px, const void *how)
{
  Hsv hsv = hsv_of (px);

  hsv.hue = (hsv.hue + *(const int *) how) & 255;
  return rgb_of (&hsv);
}

void
LOOP (turn_hue) (ThawPixel *px, size_t n, int shift)
{
  change_each (px, n, turn, &shift);
}
