/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution of one pixel over the batch. A block of channels at a time, with the
 * weights, or the sums, of some taps in registers; rows run innermost. More taps than registers go
 * group by group, in the same order of additions. */
#include "loops.h"

#define MOST_TAPS 9 /* held at once */

/* Half of a Vec, for channels that are a multiple of eight. */
typedef float Half __attribute__ ((vector_size (32), aligned (4), may_alias));

/* Sums of `taps`, a constant, over rows of one block of channels of type V. */
#define DEFINE_BLOCK(name, V)                                                                      \
  ALWAYS_INLINE void name (const float *const *x, const float *const *w, const int taps,           \
                           size_t rows, size_t stride, size_t j, V start, float *y, bool add)      \
  {                                                                                                \
    V weight[MOST_TAPS];                                                                           \
    for (int t = 0; t < taps; t++)                                                                 \
      weight[t] = *(const V *) (w[t] + j);                                                         \
    for (size_t at = j, end = j + rows * stride; at < end; at += stride) {                         \
      V sum = add ? *(const V *) (y + at) : start;                                                 \
      for (int t = 0; t < taps; t++)                                                               \
        sum += *(const V *) (x[t] + at) * weight[t];                                               \
      *(V *) (y + at) = sum;                                                                       \
    }                                                                                              \
  }

typedef float One __attribute__ ((may_alias));

DEFINE_BLOCK (block_vec, Vec)
DEFINE_BLOCK (block_half, Half)
DEFINE_BLOCK (block_one, One)

ALWAYS_INLINE void
some_taps (const float *const *x,
           const float *const *w,
           const int taps,
           size_t rows,
           size_t stride,
           size_t c,
           const float *bias,
           float *y,
           bool add)
{
  size_t j = 0;

  for (; j + VEC <= c; j += VEC)
    block_vec (x, w, taps, rows, stride, j, bias != NULL ? *(const Vec *) (bias + j) : (Vec){0}, y,
               add);
  for (; j + VEC / 2 <= c; j += VEC / 2)
    block_half (x, w, taps, rows, stride, j, bias != NULL ? *(const Half *) (bias + j) : (Half){0},
                y, add);
  for (; j < c; j++)
    block_one (x, w, taps, rows, stride, j, bias != NULL ? bias[j] : 0, y, add);
}

void
LOOP (depthwise) (const float *const *x,
                  const float *const *w,
                  int taps,
                  size_t rows,
                  size_t stride,
                  int c,
                  const float *bias,
                  float *y,
                  bool add)
{
  size_t width = (size_t) c;

  do {
    int some = MIN (taps, MOST_TAPS);
#define CASE(n)                                                                                    \
  case n:                                                                                          \
    some_taps (x, w, n, rows, stride, width, bias, y, add);                                        \
    break
    switch (some) {
      CASE (0);
      CASE (1);
      CASE (2);
      CASE (3);
      CASE (4);
      CASE (5);
      CASE (6);
      CASE (7);
      CASE (8);
      CASE (9);
    }
#undef CASE
    x += some;
    w += some;
    taps -= some;
    add = true;
  } while (taps > 0);
}

/* Sums of `taps` products with dy over the rows of one block of channels. */
#define DEFINE_SUMS(name, V)                                                                       \
  ALWAYS_INLINE void name (const float *const *x, const float *dy, const int taps, size_t rows,    \
                           size_t stride, size_t j, float *const *sums)                            \
  {                                                                                                \
    V sum[MOST_TAPS] = {0};                                                                        \
    for (size_t at = j, end = j + rows * stride; at < end; at += stride) {                         \
      V d = *(const V *) (dy + at);                                                                \
      for (int t = 0; t < taps; t++)                                                               \
        sum[t] += *(const V *) (x[t] + at) * d;                                                    \
    }                                                                                              \
    for (int t = 0; t < taps; t++)                                                                 \
      *(V *) (sums[t] + j) += sum[t];                                                              \
  }

DEFINE_SUMS (sums_vec, Vec)
DEFINE_SUMS (sums_half, Half)
DEFINE_SUMS (sums_one, One)

ALWAYS_INLINE void
some_sums (const float *const *x,
           const float *dy,
           const int taps,
           size_t rows,
           size_t stride,
           size_t c,
           float *const *sums)
{
  size_t j = 0;

  for (; j + VEC <= c; j += VEC)
    sums_vec (x, dy, taps, rows, stride, j, sums);
  for (; j + VEC / 2 <= c; j += VEC / 2)
    sums_half (x, dy, taps, rows, stride, j, sums);
  for (; j < c; j++)
    sums_one (x, dy, taps, rows, stride, j, sums);
}

void
LOOP (depthwise_weights) (const float *const *x,
                          const float *dy,
                          int taps,
                          size_t rows,
                          size_t stride,
                          int c,
                          float *const *sums)
{
  for (int some; taps > 0; taps -= some, x += some, sums += some) {
    some = MIN (taps, MOST_TAPS);
#define CASE(n)                                                                                    \
  case n:                                                                                          \
    some_sums (x, dy, n, rows, stride, (size_t) c, sums);                                          \
    break
    switch (some) {
      CASE (1);
      CASE (2);
      CASE (3);
      CASE (4);
      CASE (5);
      CASE (6);
      CASE (7);
      CASE (8);
      CASE (9);
    }
#undef CASE
  }
}
