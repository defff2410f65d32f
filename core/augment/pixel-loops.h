/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: the loops over pixels, in vectors as wide as a variant's registers. Each loops-*.c is
 * built once a variant with that variant's flags and THAW_VARIANT defined; LOOP (name) is the
 * variant's name of a function. All variants give the same bytes: integers, and floats that are
 * exact or rounded as Pillow rounds them. px: pixels as in pixels.h, any alignment. No memory kept,
 * cannot fail, reentrant. Nothing of the second half may leave a variant's own objects. */
#pragma once

#include "thaw-augment.h"

#include <string.h>

/* Places in a picture, 16.16; differences that are negative count as unsigned, and wrap. */
typedef struct {
  uint32_t x, y, dx_x, dx_y, dy_x, dy_y;
} ThawWalk;

/* How one side is resampled. Output o is the sum over k < taps of weights[k * stride + o] times
 * the input at places[k * stride + o]; stride is n in whole vectors of the widest variant, with
 * weights of 0 and places of 0 in what is beyond n. Weights have 22 bits after the point and sum up
 * to 1 but for roundings, too small to lead beyond 255. */
typedef struct {
  int n, taps, stride;
  const int32_t *places, *weights;
} ThawFilter;

#define THAW_FILTER_LANES 16
#define THAW_FILTER_BITS 22

typedef struct {
  const char *name; /* "c", "avx2", "avx512" */
  /* bytes: [n][3]. px: overwritten. */
  void (*unpack) (const uint8_t *bytes, size_t n, ThawPixel *px);
  void (*reverse) (ThawPixel *px, int w);
  /* Each channel v becomes constant + f (v - constant), cut off and kept within 0..255. */
  void (*blend) (ThawPixel *px, size_t n, int constant, float f);
  /* Likewise with the pixel's own grey for the constant. */
  void (*saturate) (ThawPixel *px, size_t n, float f);
  uint64_t (*sum_grey) (const ThawPixel *px, size_t n);
  /* By `shift` of 256 steps of hue, negative or not. */
  void (*turn_hue) (ThawPixel *px, size_t n, int shift);
  /* Output (i, j) of a picture as large as src: the pixel at (x + i dx_x + j dy_x, y + i dx_y + j
   * dy_y); src[h w], which must be there, where that is outside. out: overwritten. */
  void (*sample) (const ThawPixel *src, int h, int w, const ThawWalk *walk, ThawPixel *out);
  /* Keeps the bits in `keep`. */
  void (*mask) (ThawPixel *px, size_t n, ThawPixel keep);
  /* Channels of at least `from`, 0..255, become 255 - v. */
  void (*solarize) (ThawPixel *px, size_t n, uint8_t from);
  /* Each channel v becomes alpha v + add, cut off and kept within 0..255. */
  void (*linear) (ThawPixel *px, size_t n, float alpha, float add);
  /* blend (smoothed, src, f). h, w >= 3; all of out is overwritten. */
  void (*sharpen) (const ThawPixel *src, int h, int w, float f, ThawPixel *out);
  /* src: rows `width` apart. out: [rows][filter->n] and [filter->n][w], overwritten. */
  void (*resample_rows) (
      const ThawPixel *src, int width, int rows, const ThawFilter *filter, ThawPixel *out);
  void (*resample_columns) (
      const ThawPixel *src, int width, int w, const ThawFilter *filter, ThawPixel *out);
  /* out[i] = a * x[i] + b * y[i]; two roundings of products, one of the sum. out: overwritten. */
  void (*mix) (const float *x, const float *y, size_t n, float a, float b, float *out);
} ThawPixelLoops;

/* The best that the processor and the mask allow. (transfer none) */
const ThawPixelLoops *thaw_pixel_loops (void);

#ifdef THAW_VARIANT
#define LOOP_PASTE(name, variant) thaw_px_##name##_##variant
#define LOOP_NAME(name, variant) LOOP_PASTE (name, variant)
#define LOOP(name) LOOP_NAME (name, THAW_VARIANT)
#define LOOP_TEXT_OF(variant) #variant
#define LOOP_TEXT(variant) LOOP_TEXT_OF (variant)

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

#define VECTOR __attribute__ ((vector_size (LANES * 4), aligned (4), may_alias))
typedef ThawPixel Pixels VECTOR;
typedef int32_t Ints VECTOR;
typedef float Reals VECTOR;

ALWAYS_INLINE Reals
reals (Ints v)
{
  return __builtin_convertvector(v, Reals);
}

/* Towards zero. */
ALWAYS_INLINE Ints
ints (Reals v)
{
  return __builtin_convertvector(v, Ints);
}

ALWAYS_INLINE Ints
red (Pixels px)
{
  return (Ints) (px & 255);
}

ALWAYS_INLINE Ints
green (Pixels px)
{
  return (Ints) ((px >> 8) & 255);
}

ALWAYS_INLINE Ints
blue (Pixels px)
{
  return (Ints) (px >> 16);
}

/* Grey as Pillow's "L", 0..255. All products and sums stay below 2^24: exact in float. */
ALWAYS_INLINE Ints
grey (Pixels px)
{
  Reals sum = 19595.0f * reals (red (px)) + 38470.0f * reals (green (px)) +
              7471.0f * reals (blue (px)) + 32768.0f;

  return ints (sum * 0x1p-16f);
}

/* px[i] = change (px[i]) for all i. */
ALWAYS_INLINE void
change_each (ThawPixel *px,
             size_t n,
             Pixels (*change) (Pixels px, const void *how),
             const void *how)
{
  Pixels rest = {0};

  for (; n >= LANES; n -= LANES, px += LANES)
    *(Pixels *) px = change (*(Pixels *) px, how);
  if (n == 0)
    return;
  memcpy (&rest, px, n * sizeof *px);
  rest = change (rest, how);
  memcpy (px, &rest, n * sizeof *px);
}

/* The first n pixels of a vector's worth; black beyond. */
ALWAYS_INLINE Pixels
load_pixels (const ThawPixel *px, int n)
{
  Pixels some = {0};

  if (n >= LANES)
    return *(const Pixels *) px;
  memcpy (&some, px, (size_t) n * sizeof *px);
  return some;
}

ALWAYS_INLINE void
store_pixels (ThawPixel *px, int n, Pixels value)
{
  if (n >= LANES)
    *(Pixels *) px = value;
  else
    memcpy (px, &value, (size_t) n * sizeof *px);
}

/* 0..255 */
ALWAYS_INLINE Ints
keep_byte (Ints t)
{
  t &= ~(t >> 31);
  t |= (255 - t) >> 31;
  return t & 255;
}

void LOOP (unpack) (const uint8_t *bytes, size_t n, ThawPixel *px);
void LOOP (reverse) (ThawPixel *px, int w);
void LOOP (blend) (ThawPixel *px, size_t n, int constant, float f);
void LOOP (saturate) (ThawPixel *px, size_t n, float f);
uint64_t LOOP (sum_grey) (const ThawPixel *px, size_t n);
void LOOP (turn_hue) (ThawPixel *px, size_t n, int shift);
void LOOP (sample) (const ThawPixel *src, int h, int w, const ThawWalk *walk, ThawPixel *out);
void LOOP (mask) (ThawPixel *px, size_t n, ThawPixel keep);
void LOOP (solarize) (ThawPixel *px, size_t n, uint8_t from);
void LOOP (linear) (ThawPixel *px, size_t n, float alpha, float add);
void LOOP (sharpen) (const ThawPixel *src, int h, int w, float f, ThawPixel *out);
void LOOP (resample_rows) (
    const ThawPixel *src, int width, int rows, const ThawFilter *filter, ThawPixel *out);
void LOOP (resample_columns) (
    const ThawPixel *src, int width, int w, const ThawFilter *filter, ThawPixel *out);
void LOOP (mix) (const float *x, const float *y, size_t n, float a, float b, float *out);
extern const ThawPixelLoops LOOP (loops);
#endif
