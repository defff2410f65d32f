/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A part of a picture made square: first the rows, then the columns, rounded to bytes between.
 * What is as long as it is to be is left alone. */
#include "pixels.h"

#include "pixel-loops.h"

#include <math.h>

#define STACK_INTS 1024

typedef struct {
  ThawFilter filter;
  int32_t *heap; /* (nullable) */
  int32_t stack[STACK_INTS];
} Resampler;

typedef struct {
  double scale, reach,
      inverse; /* inputs per output; half a triangle's width in inputs; 1 / reach */
} Triangle;

static int
first_input (const Triangle *triangle, int o)
{
  return MAX ((int) ((o + 0.5) * triangle->scale - triangle->reach + 0.5), 0);
}

static int
end_of_inputs (const Triangle *triangle, int o, int n_in)
{
  return MIN ((int) ((o + 0.5) * triangle->scale + triangle->reach + 0.5), n_in);
}

static double
weight_at (const Triangle *triangle, int o, int i)
{
  double t = fabs ((i - (o + 0.5) * triangle->scale + 0.5) * triangle->inverse);

  return t < 1.0 ? 1.0 - t : 0.0;
}

/* places, weights: of output o; `stride` apart. */
static void
weigh_output (
    const Triangle *triangle, int o, int n_in, int stride, int32_t *places, int32_t *weights)
{
  int from = first_input (triangle, o), to = end_of_inputs (triangle, o, n_in);
  double total = 0.0;

  for (int i = from; i < to; i++)
    total += weight_at (triangle, o, i);
  for (int i = from; i < to; i++, places += stride, weights += stride) {
    *places = i;
    *weights = (int32_t) (0.5 + weight_at (triangle, o, i) / total * (1 << THAW_FILTER_BITS));
  }
}

static void
open_resampler (Resampler *resampler, int n_in, int n)
{
  double scale = (double) n_in / n;
  const Triangle triangle = {scale, MAX (scale, 1.0), 1.0 / MAX (scale, 1.0)};
  int taps = 0, stride = (n + THAW_FILTER_LANES - 1) / THAW_FILTER_LANES * THAW_FILTER_LANES;
  int32_t *places, *weights;
  size_t count;

  for (int o = 0; o < n; o++)
    taps = MAX (taps, end_of_inputs (&triangle, o, n_in) - first_input (&triangle, o));
  count = (size_t) taps * (size_t) stride;
  resampler->heap = 2 * count > STACK_INTS ? g_new (int32_t, 2 * count) : NULL;
  places = resampler->heap != NULL ? resampler->heap : resampler->stack;
  weights = places + count;
  memset (places, 0, 2 * count * sizeof *places);
  for (int o = 0; o < n; o++)
    weigh_output (&triangle, o, n_in, stride, places + o, weights + o);
  resampler->filter = (ThawFilter){n, taps, stride, places, weights};
}

static void
resize_rows (const ThawPixel *src, int width, int h, int w, int size, ThawPixel *dst)
{
  Resampler resampler;

  if (w == size) {
    for (int y = 0; y < h; y++, src += width, dst += size)
      memcpy (dst, src, (size_t) size * sizeof *dst);
    return;
  }
  open_resampler (&resampler, w, size);
  thaw_pixel_loops ()->resample_rows (src, width, h, &resampler.filter, dst);
  g_free (resampler.heap);
}

ThawPixel *
thaw_px_resized_crop (
    ThawPixel *px, int width, int top, int left, int h, int w, int size, ThawPixel *scratch)
{
  Resampler resampler;

  resize_rows (px + (size_t) top * width + left, width, h, w, size, scratch);
  if (h == size)
    return scratch;
  open_resampler (&resampler, h, size);
  thaw_pixel_loops ()->resample_columns (scratch, size, size, &resampler.filter, px);
  g_free (resampler.heap);
  return px;
}
