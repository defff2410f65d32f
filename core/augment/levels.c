/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels changed each by itself: by a rule, or by what the whole picture holds.
 * Source: PIL.ImageOps (invert, posterize, solarize, autocontrast, equalize). */
#include "pixels.h"

#include "pixel-loops.h"

#include <math.h>

#define LEVELS 256

void
thaw_px_invert (ThawPixel *px, int h, int w)
{
  thaw_pixel_loops ()->solarize (px, (size_t) h * w, 0);
}

void
thaw_px_posterize (ThawPixel *px, int h, int w, int bits)
{
  ThawPixel keep = (ThawPixel) (256 - (1 << (8 - bits)));

  thaw_pixel_loops ()->mask (px, (size_t) h * w, keep * 0x010101);
}

void
thaw_px_solarize (ThawPixel *px, int h, int w, double threshold)
{
  double from = ceil (threshold);

  if (from <= 255)
    thaw_pixel_loops ()->solarize (px, (size_t) h * w, (uint8_t) MAX (from, 0));
}

void
thaw_px_linear (ThawPixel *px, int h, int w, float alpha, float add)
{
  thaw_pixel_loops ()->linear (px, (size_t) h * w, alpha, add);
}

double
thaw_px_mean_byte (const ThawPixel *px, int h, int w)
{
  size_t n = (size_t) h * w;
  uint64_t sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += (px[i] & 255) + (px[i] >> 8 & 255) + (px[i] >> 16);
  return (double) sum / (3.0 * (double) n);
}

/* --- By the histogram --- */

typedef struct {
  uint32_t counts[3][LEVELS];
} Histogram;

typedef struct {
  ThawPixel levels[3][LEVELS]; /* in the channel's place */
} Table;

static void
count_levels (const ThawPixel *px, size_t n, Histogram *histogram)
{
  memset (histogram, 0, sizeof *histogram);
  for (size_t i = 0; i < n; i++) {
    histogram->counts[0][px[i] & 255]++;
    histogram->counts[1][px[i] >> 8 & 255]++;
    histogram->counts[2][px[i] >> 16]++;
  }
}

static void
map_levels (ThawPixel *px, size_t n, const Table *table)
{
  for (size_t i = 0; i < n; i++)
    px[i] = table->levels[0][px[i] & 255] | table->levels[1][px[i] >> 8 & 255] |
            table->levels[2][px[i] >> 16];
}

/* The least and greatest value that occur. */
static void
find_ends (const uint32_t counts[LEVELS], int *lo, int *hi)
{
  for (*lo = 0; *lo < LEVELS - 1 && counts[*lo] == 0;)
    ++*lo;
  for (*hi = LEVELS - 1; *hi > 0 && counts[*hi] == 0;)
    --*hi;
}

static void
stretch (const uint32_t counts[LEVELS], ThawPixel table[LEVELS])
{
  int lo, hi;
  double scale, offset;

  find_ends (counts, &lo, &hi);
  scale = hi > lo ? 255.0 / (hi - lo) : 1.0;
  offset = hi > lo ? -lo * scale : 0.0;
  for (int v = 0; v < LEVELS; v++)
    table[v] = (ThawPixel) CLAMP ((int) (v * scale + offset), 0, 255);
}

static void
flatten (const uint32_t counts[LEVELS], ThawPixel table[LEVELS])
{
  uint32_t all = 0, step, n;
  int lo, hi;

  find_ends (counts, &lo, &hi);
  for (int v = lo; v < hi; v++)
    all += counts[v];
  step = all / 255; /* without those of the greatest value; 0 if there is but one */
  n = step / 2;
  for (int v = 0; v < LEVELS; v++) {
    table[v] = step == 0 ? (ThawPixel) v : MIN (n / step, 255);
    n += counts[v];
  }
}

static void
change_levels (ThawPixel *px,
               int h,
               int w,
               void (*make) (const uint32_t counts[LEVELS], ThawPixel table[LEVELS]))
{
  Histogram histogram;
  Table table;

  count_levels (px, (size_t) h * w, &histogram);
  for (int c = 0; c < 3; c++) {
    make (histogram.counts[c], table.levels[c]);
    for (int v = 0; v < LEVELS; v++)
      table.levels[c][v] <<= 8 * c;
  }
  map_levels (px, (size_t) h * w, &table);
}

void
thaw_px_autocontrast (ThawPixel *px, int h, int w)
{
  change_levels (px, h, w, stretch);
}

void
thaw_px_equalize (ThawPixel *px, int h, int w)
{
  change_levels (px, h, w, flatten);
}
