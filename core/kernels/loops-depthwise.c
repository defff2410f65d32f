/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution of one pixel over the batch. A block of channels at a time, with the
 * weights, or the sums, of some taps in registers; rows run innermost. More taps than registers go
 * group by group, in the same order of additions; the last one ends with the activation. */
#include "loops.h"

#define MOST_TAPS 9 /* held at once */

#define ONE_SELECT(m, a, b) ((m) ? (a) : (b))

/* Half of a Vec, for channels that are a multiple of eight, where a Vec is more. */
#if VEC > 8
typedef float Half __attribute__ ((vector_size (VEC * 2), aligned (4), may_alias));
typedef int HalfMask __attribute__ ((vector_size (VEC * 2), aligned (4), may_alias));
#define HALF_SELECT(m, a, b) ((Half) (((m) & (HalfMask) (a)) | (~(m) & (HalfMask) (b))))
#endif

/* What sums end with: nothing, RELU up to `most`, or HARDSWISH. */
typedef enum { PLAIN, CLIPPED, HARDSWISH } End;

/* z becomes act (z), `how` being a constant; the same bits as plain_value (). */
#define FINISH(how, z, most, V, SELECT)                                                            \
  do {                                                                                             \
    const V zero = {0}, top = zero + (most);                                                       \
    V t = z;                                                                                       \
    if (how == HARDSWISH)                                                                          \
      t = z + 3;                                                                                   \
    if (how != PLAIN) {                                                                            \
      t = SELECT (t < zero, zero, t);                                                              \
      t = SELECT (t > top, top, t);                                                                \
    }                                                                                              \
    if (how == HARDSWISH)                                                                          \
      t = z * t * (1.0f / 6.0f);                                                                   \
    z = t;                                                                                         \
  } while (0)

/* Sums of `taps`, a constant, over rows of one block of channels of type V. */
#define DEFINE_BLOCK(name, V, SELECT)                                                              \
  ALWAYS_INLINE void name (const End how, float most, const float *const *x,                       \
                           const float *const *w, const int taps, size_t rows, size_t stride,      \
                           size_t j, V start, float *y, bool add)                                  \
  {                                                                                                \
    V weight[MOST_TAPS];                                                                           \
    for (int t = 0; t < taps; t++)                                                                 \
      weight[t] = *(const V *) (w[t] + j);                                                         \
    for (size_t at = j, end = j + rows * stride; at < end; at += stride) {                         \
      V sum = add ? *(const V *) (y + at) : start;                                                 \
      for (int t = 0; t < taps; t++)                                                               \
        sum += *(const V *) (x[t] + at) * weight[t];                                               \
      FINISH (how, sum, most, V, SELECT);                                                          \
      *(V *) (y + at) = sum;                                                                       \
    }                                                                                              \
  }

typedef float One __attribute__ ((may_alias));

DEFINE_BLOCK (block_vec, Vec, VEC_SELECT)
#if VEC > 8
DEFINE_BLOCK (block_half, Half, HALF_SELECT)
#endif
DEFINE_BLOCK (block_one, One, ONE_SELECT)

ALWAYS_INLINE void
some_taps (const End how,
           float most,
           const float *const *x,
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
    block_vec (how, most, x, w, taps, rows, stride, j,
               bias != NULL ? *(const Vec *) (bias + j) : (Vec){0}, y, add);
#if VEC > 8
  for (; j + VEC / 2 <= c; j += VEC / 2)
    block_half (how, most, x, w, taps, rows, stride, j,
                bias != NULL ? *(const Half *) (bias + j) : (Half){0}, y, add);
#endif
  for (; j < c; j++)
    block_one (how, most, x, w, taps, rows, stride, j, bias != NULL ? bias[j] : 0, y, add);
}

/* Up to MOST_TAPS. */
#define CASE(end, n)                                                                               \
  case n:                                                                                          \
    some_taps (end, most, x, w, n, rows, stride, c, bias, y, add);                                 \
    break
#define DEFINE_TAPS(name, end)                                                                     \
  static void name (float most, const float *const *x, const float *const *w, int taps,            \
                    size_t rows, size_t stride, size_t c, const float *bias, float *y, bool add)   \
  {                                                                                                \
    switch (taps) {                                                                                \
      CASE (end, 0);                                                                               \
      CASE (end, 1);                                                                               \
      CASE (end, 2);                                                                               \
      CASE (end, 3);                                                                               \
      CASE (end, 4);                                                                               \
      CASE (end, 5);                                                                               \
      CASE (end, 6);                                                                               \
      CASE (end, 7);                                                                               \
      CASE (end, 8);                                                                               \
      CASE (end, 9);                                                                               \
    }                                                                                              \
  }

DEFINE_TAPS (taps_plain, PLAIN)
DEFINE_TAPS (taps_clipped, CLIPPED)
DEFINE_TAPS (taps_hardswish, HARDSWISH)
#undef CASE

void
LOOP (depthwise) (const float *const *x,
                  const float *const *w,
                  int taps,
                  size_t rows,
                  size_t stride,
                  int c,
                  const float *bias,
                  float *y,
                  bool add,
                  ThawActKind act)
{
  size_t width = (size_t) c;

  do {
    int some = MIN (taps, MOST_TAPS);
    if (taps > MOST_TAPS || act == THAW_ACT_NONE)
      taps_plain (0, x, w, some, rows, stride, width, bias, y, add);
    else if (act == THAW_ACT_K_HARDSWISH)
      taps_hardswish (6, x, w, some, rows, stride, width, bias, y, add);
    else
      taps_clipped (act == THAW_ACT_K_RELU ? INFINITY : 6, x, w, some, rows, stride, width, bias, y,
                    add);
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
#if VEC > 8
DEFINE_SUMS (sums_half, Half)
#endif
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
#if VEC > 8
  for (; j + VEC / 2 <= c; j += VEC / 2)
    sums_half (x, dy, taps, rows, stride, j, sums);
#endif
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
