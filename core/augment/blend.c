/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blends between a picture and a degenerate version of it: brightness, contrast, saturation.
 * Source: PIL.ImageEnhance and libImaging's Blend.c, L conversion. */
#include "pixels.h"

#define CHUNK_PX 256

/* float (a) + f * float (b - a), two roundings, then truncation. For f of exactly 0 and 1 this is a
 * and b themselves, and between them it never leaves 0..255, so one formula serves all f. */
static inline uint8_t
blend (int a, int b, float f)
{
  float t = (float) a + f * (float) (b - a);

  t = t < 0.0f ? 0.0f : t;
  t = t > 255.0f ? 255.0f : t;
  return (uint8_t) (int) t;
}

static inline int
grey (const uint8_t *p)
{
  return (19595 * p[0] + 38470 * p[1] + 7471 * p[2] + 32768) >> 16;
}

/* Towards a constant: a table of 256 does for the whole picture. */
static void
blend_constant (uint8_t *px, size_t bytes, int constant, float f)
{
  uint8_t lut[256];

  for (int v = 0; v < 256; v++)
    lut[v] = blend (constant, v, f);
  for (size_t i = 0; i < bytes; i++)
    px[i] = lut[px[i]];
}

void
thaw_px_brightness (uint8_t *px, int h, int w, float f)
{
  blend_constant (px, (size_t) h * w * 3, 0, f);
}

int
thaw_px_mean_grey (const uint8_t *px, int h, int w)
{
  uint64_t sum = 0;

  for (int y = 0; y < h; y++) {
    uint32_t row = 0;
    for (int x = 0; x < w; x++, px += 3)
      row += (uint32_t) grey (px);
    sum += row;
  }
  return (int) ((double) sum / ((double) h * w) + 0.5);
}

void
thaw_px_contrast (uint8_t *px, int h, int w, float f)
{
  blend_constant (px, (size_t) h * w * 3, thaw_px_mean_grey (px, h, w), f);
}

/* Grey three times a pixel, so that the blend is one plain loop over bytes. */
static void
saturate_chunk (uint8_t *px, int n, float f)
{
  uint8_t a[CHUNK_PX * 3];

  for (int i = 0; i < n; i++)
    a[3 * i] = a[3 * i + 1] = a[3 * i + 2] = (uint8_t) grey (px + 3 * i);
  for (int i = 0; i < 3 * n; i++)
    px[i] = blend (a[i], px[i], f);
}

void
thaw_px_saturation (uint8_t *px, int h, int w, float f)
{
  size_t left = (size_t) h * w;

  for (; left > 0; px += 3 * CHUNK_PX) {
    int n = (int) MIN (left, CHUNK_PX);
    saturate_chunk (px, n, f);
    left -= (size_t) n;
  }
}
