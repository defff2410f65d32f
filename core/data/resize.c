/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bilinear resampling with antialiasing, byte for byte what Pillow's Image.resize gives.
 * Each output pixel is a weighted sum over a stretch of input pixels: a triangle as wide as the
 * scale (at least 1), in fixed point with 22 bits; first along rows, rounded to bytes, then along
 * columns. Only a window of the output is computed, which does not change its values. */
#include "picture-private.h"

#include <math.h>
#include <string.h>

#define PRECISION_BITS 22

/* Which input pixels make up an output pixel, and how much of each. */
typedef struct {
  int *first, *count; /* [n] */
  int32_t *weights;   /* [n][most] */
  int most;
} Taps;

static void
taps_clear (Taps *taps)
{
  g_free (taps->first);
  g_free (taps->count);
  g_free (taps->weights);
}

/* Weights of one output pixel; scratch: [most], overwritten. */
static void
weigh (double centre, double inverse_scale, int first, int count, double *scratch, int32_t *out)
{
  double sum = 0.0;

  for (int i = 0; i < count; i++) {
    double distance = fabs ((i + first - centre + 0.5) * inverse_scale);
    scratch[i] = distance < 1.0 ? 1.0 - distance : 0.0;
    sum += scratch[i];
  }
  for (int i = 0; i < count; i++) {
    double weight = sum != 0.0 ? scratch[i] / sum : scratch[i];
    out[i] = (int32_t) (0.5 + weight * (1 << PRECISION_BITS));
  }
}

/* Taps of outputs start .. start + n - 1 of a row of `in` pixels resized to `out`. */
static void
taps_init (Taps *taps, int in, int out, int start, int n)
{
  double scale = (double) in / out, filter_scale = MAX (scale, 1.0), support = filter_scale;
  double inverse_scale = 1.0 / filter_scale;
  g_autofree double *scratch = NULL;

  taps->most = (int) ceil (support) * 2 + 1;
  taps->first = g_new (int, n);
  taps->count = g_new (int, n);
  taps->weights = g_new (int32_t, (size_t) n * taps->most);
  scratch = g_new (double, taps->most);
  for (int i = 0; i < n; i++) {
    double centre = (start + i + 0.5) * scale;
    int first = MAX ((int) (centre - support + 0.5), 0);
    int last = MIN ((int) (centre + support + 0.5), in);
    taps->first[i] = first;
    taps->count[i] = last - first;
    weigh (centre, inverse_scale, first, last - first, scratch,
           taps->weights + (size_t) i * taps->most);
  }
}

static uint8_t
to_byte (int32_t sum)
{
  return (uint8_t) CLAMP (sum >> PRECISION_BITS, 0, 255);
}

/* One output pixel of three channels; inputs lie `stride` bytes apart. */
static void
resample (const uint8_t *in, size_t stride, int count, const int32_t *weights, uint8_t *out)
{
  int32_t r = 1 << (PRECISION_BITS - 1), g = r, b = r;

  for (int i = 0; i < count; i++, in += stride) {
    r += in[0] * weights[i];
    g += in[1] * weights[i];
    b += in[2] * weights[i];
  }
  out[0] = to_byte (r);
  out[1] = to_byte (g);
  out[2] = to_byte (b);
}

/* Rows y0 .. y0 + rows - 1 of `in`, columns of the window. out: [rows][n][3]. */
static void
pass_rows (const uint8_t *in, int w, int y0, int rows, const Taps *taps, int n, uint8_t *out)
{
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < n; x++)
      resample (in + ((size_t) (y0 + y) * w + taps->first[x]) * 3, 3, taps->count[x],
                taps->weights + (size_t) x * taps->most, out + ((size_t) y * n + x) * 3);
}

/* in: rows from y0 on, [..][w][3]. out: [n][w][3]. */
static void
pass_columns (const uint8_t *in, int w, int y0, const Taps *taps, int n, uint8_t *out)
{
  for (int y = 0; y < n; y++)
    for (int x = 0; x < w; x++)
      resample (in + ((size_t) (taps->first[y] - y0) * w + x) * 3, (size_t) w * 3, taps->count[y],
                taps->weights + (size_t) y * taps->most, out + ((size_t) y * w + x) * 3);
}

/* The part of a picture or of its resized form that is wanted. */
typedef struct {
  int y, x, h, w;
} Window;

static void
resize_window (const uint8_t *in, int h, int w, int oh, int ow, const Window *part, uint8_t *out)
{
  Taps across = {0}, down = {0};
  int y0 = part->y, rows = part->h;
  g_autofree uint8_t *middle = NULL;

  if (oh != h) {
    taps_init (&down, h, oh, part->y, part->h);
    y0 = down.first[0];
    rows = down.first[part->h - 1] + down.count[part->h - 1] - y0;
  }
  middle = g_malloc0 ((size_t) rows * part->w * 3);
  if (ow != w) {
    taps_init (&across, w, ow, part->x, part->w);
    pass_rows (in, w, y0, rows, &across, part->w, middle);
  } else {
    for (int y = 0; y < rows; y++)
      memcpy (middle + (size_t) y * part->w * 3, in + ((size_t) (y0 + y) * w + part->x) * 3,
              (size_t) part->w * 3);
  }
  if (oh != h)
    pass_columns (middle, part->w, y0, &down, part->h, out);
  else
    memcpy (out, middle, (size_t) rows * part->w * 3);
  taps_clear (&across);
  taps_clear (&down);
}

void
thaw_resize_bilinear (const uint8_t *in, int h, int w, uint8_t *out, int oh, int ow)
{
  const Window all = {0, 0, oh, ow};

  g_return_if_fail (h >= 1 && w >= 1 && oh >= 1 && ow >= 1);
  resize_window (in, h, w, oh, ow, &all, out);
}

/* Where CenterCrop begins: Python's round () of half the rest, halves to even. */
static int
crop_start (int rest)
{
  return (int) nearbyint (rest / 2.0);
}

void
thaw_picture_fit (const uint8_t *rgb, int h, int w, uint8_t *out, int size)
{
  int shorter = MIN (h, w), longer = MAX (h, w);
  int stretched = (int) ((double) ((int64_t) size * longer) / shorter);
  int oh = h <= w ? size : stretched, ow = h <= w ? stretched : size;
  Window middle = {crop_start (oh - size), crop_start (ow - size), size, size};

  g_return_if_fail (h >= 1 && w >= 1 && size >= 1);
  if (h == size && w == size)
    memcpy (out, rgb, (size_t) size * size * 3);
  else
    resize_window (rgb, h, w, oh, ow, &middle, out);
}
