/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hue shift by way of Pillow's 8-bit HSV.
 * RGB to HSV is a table look-up. With mx, mid, mn the sorted channels, cr = mx - mn and d = mx -
 * mid, hue depends on cr, d and the order of the channels alone, saturation on mx and cr; the
 * tables are filled once by Pillow's own formulas, so they are exact by construction. cr and d fill
 * triangles (d <= cr <= mx), which keeps pale pictures within a few kilobytes of table. Source:
 * libImaging's Convert.c (rgb2hsv, hsv2rgb). */
#include "pixels.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>

#define TRIANGLE(i) ((i) * ((i) + 1) / 2)
#define N_TRIANGLE TRIANGLE (256)

/* Order of the channels, three bits: r >= g, g >= b, r >= b. */
#define ORDER_RG 1
#define ORDER_GB 2
#define ORDER_RB 4

typedef struct {
  double share;    /* of the third channel: value * (1 - saturation * share) */
  uint8_t slot[3]; /* for R, G, B: bits to shift value | p << 8 | third << 16 */
} HueTurn;

static struct {
  uint8_t hue[N_TRIANGLE][8];     /* [cr, d][order]                   */
  uint8_t saturation[N_TRIANGLE]; /* [mx, cr]                      */
  double scale[256];              /* saturation as float, in a double */
  HueTurn turn[256];              /* by hue                           */
} tables;

/* h in sixths of a turn as the nearest float of `sixths`, into 0..255. */
static uint8_t
hue_byte (double sixths)
{
  float h = (float) sixths;

  h = (float) fmod ((double) h / 6.0 + 1.0, 1.0);
  return (uint8_t) CLAMP ((int) ((double) h * 255.0), 0, 255);
}

/* The smallest channel's ratio (mx - mn) / cr is exactly 1, the greatest's 0; x is the middle's. */
static uint8_t
hue_of (int cr, int d, int order)
{
  float x = (float) d / (float) cr;
  bool rg = order & ORDER_RG, gb = order & ORDER_GB, rb = order & ORDER_RB;

  if (rg && rb) /* red is the greatest: bc - gc */
    return hue_byte (gb ? 1.0f - x : x - 1.0f);
  if (gb) /* green: 2 + rc - bc */
    return hue_byte (rb ? 2.0 + (double) x - 1.0 : 3.0 - (double) x);
  return hue_byte (rg ? 4.0 + 1.0 - (double) x : 4.0 + (double) x - 1.0); /* blue: 4 + gc - rc */
}

static void
fill_turns (void)
{
  static const uint8_t slots[6][3] = {{0, 16, 8}, {16, 0, 8}, {8, 0, 16},
                                      {8, 16, 0}, {16, 8, 0}, {0, 8, 16}};

  for (int i = 0; i < 256; i++) {
    double x = i * 6.0 / 255.0, whole = floor (x), f = (float) (x - whole);
    int sextant = (int) whole % 6;
    HueTurn *t = &tables.turn[i];
    t->share = sextant % 2 ? f : 1.0 - f;
    for (int c = 0; c < 3; c++)
      t->slot[c] = slots[sextant][c];
  }
}

static void
fill_tables (void)
{
  for (int i = 0; i < 256; i++) {
    tables.scale[i] = (float) (i / 255.0);
    for (int j = 0; j <= i; j++) {
      float s = i ? (float) j / (float) i : 0.0f;
      tables.saturation[TRIANGLE (i) + j] = (uint8_t) CLAMP ((int) (255.0 * (double) s), 0, 255);
      for (int order = 0; order < 8 && i > 0; order++)
        tables.hue[TRIANGLE (i) + j][order] = hue_of (i, j, order);
    }
  }
  fill_turns ();
}

/* Grey pixels have saturation 0 and come out as they are, whatever their hue. */
static inline void
turn_pixel (uint8_t *p, int shift)
{
  int r = p[0], g = p[1], b = p[2];
  int order = (r >= g) * ORDER_RG + (g >= b) * ORDER_GB + (r >= b) * ORDER_RB;
  int mx = MAX (MAX (r, g), b), mn = MIN (MIN (r, g), b), cr = mx - mn, mid = r + g + b - mx - mn;
  const HueTurn *t = &tables.turn[(tables.hue[TRIANGLE (cr) + mx - mid][order] + shift) & 255];
  double scale = tables.scale[tables.saturation[TRIANGLE (mx) + cr]], v = mx;
  uint32_t low = (uint32_t) (int) (v * (1.0 - scale) + 0.5);
  uint32_t third = (uint32_t) (int) (v * (1.0 - scale * t->share) + 0.5);
  uint32_t all = (uint32_t) mx | low << 8 | third << 16;

  p[0] = (uint8_t) (all >> t->slot[0]);
  p[1] = (uint8_t) (all >> t->slot[1]);
  p[2] = (uint8_t) (all >> t->slot[2]);
}

void
thaw_px_hue (uint8_t *px, int h, int w, double f)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  int shift = (int) (f * 255.0);
  size_t n = (size_t) h * w;

  pthread_once (&once, fill_tables);
  for (size_t i = 0; i < n; i++)
    turn_pixel (px + 3 * i, shift);
}
