/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max pooling of one output pixel, as it is or of what a normalisation makes of it, and its
 * gradient gathered at one input pixel. A vector of elements goes through all taps in registers. */
#include "loops.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

typedef uint8_t VecByte __attribute__ ((vector_size (VEC), aligned (1), may_alias));

/* Vectors are arguments and results of functions that are always inlined: no calling convention. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define SELECT(m, a, b) (((m) & (a)) | (~(m) & (b)))

static void
pool_one (const float *const *x, const uint8_t *tap, int taps, size_t j, float *y, uint8_t *from)
{
  float best = x[0][j];
  uint8_t at = tap[0];

  for (int t = 1; t < taps; t++) {
    float v = x[t][j];
    if (v > best || v != v) {
      best = v;
      at = tap[t];
    }
  }
  y[j] = best;
  if (from != NULL)
    from[j] = at;
}

/* How many elements it did. */
static size_t
pool_values (const float *const *x, int taps, size_t count, float *y)
{
  size_t j = 0;

  for (; j + VEC <= count; j += VEC) {
    Vec best = *(const Vec *) (x[0] + j);
    for (int t = 1; t < taps; t++) {
      Vec v = *(const Vec *) (x[t] + j);
      best = (Vec) SELECT ((v > best) | (v != v), (VecInt) v, (VecInt) best);
    }
    *(Vec *) (y + j) = best;
  }
  return j;
}

void
LOOP (max_pool) (
    const float *const *x, const uint8_t *tap, int taps, size_t count, float *y, uint8_t *from)
{
  size_t j = from == NULL ? pool_values (x, taps, count, y) : 0;

  for (; from != NULL && j + VEC <= count; j += VEC) {
    Vec best = *(const Vec *) (x[0] + j);
    VecInt at = (VecInt){0} + (int32_t) tap[0];
    for (int t = 1; t < taps; t++) {
      Vec v = *(const Vec *) (x[t] + j);
      VecInt wins = (v > best) | (v != v);
      best = (Vec) SELECT (wins, (VecInt) v, (VecInt) best);
      at = SELECT (wins, (VecInt){0} + (int32_t) tap[t], at);
    }
    *(Vec *) (y + j) = best;
    *(VecByte *) (from + j) = __builtin_convertvector(at, VecByte);
  }
  for (; j < count; j++)
    pool_one (x, tap, taps, j, y, from);
}

ALWAYS_INLINE float
normalized (const ThawNorm *norm, const bool relu, int j, float x)
{
  float z = (x - norm->mean[j]) * norm->scale[j] + norm->shift[j];

  return relu && z < 0 ? 0 : z;
}

ALWAYS_INLINE void
normalized_pool_one (const ThawNorm *norm,
                     const bool relu,
                     const float *const *x,
                     const uint8_t *tap,
                     int taps,
                     size_t at,
                     int j,
                     float *y,
                     uint8_t *from)
{
  float best = normalized (norm, relu, j, x[0][at]);
  uint8_t place = tap[0];

  for (int t = 1; t < taps; t++) {
    float v = normalized (norm, relu, j, x[t][at]);
    if (v > best || v != v) {
      best = v;
      place = tap[t];
    }
  }
  y[at] = best;
  from[at] = place;
}

ALWAYS_INLINE Vec
normalized_vec (const bool relu, Vec x, Vec mean, Vec scale, Vec shift)
{
  const Vec zero = {0};
  Vec z = (x - mean) * scale + shift;

  return relu ? (Vec) SELECT (z < zero, (VecInt) zero, (VecInt) z) : z;
}

ALWAYS_INLINE void
normalized_pool (const ThawNorm *norm,
                 const bool relu,
                 const float *const *x,
                 const uint8_t *tap,
                 int taps,
                 size_t rows,
                 int c,
                 float *y,
                 uint8_t *from)
{
  for (size_t i = 0, at = 0; i < rows; i++) {
    int j = 0;
    for (; j + VEC <= c; j += VEC, at += VEC) {
      const Vec mean = *(const Vec *) (norm->mean + j), scale = *(const Vec *) (norm->scale + j);
      const Vec shift = *(const Vec *) (norm->shift + j);
      Vec best = normalized_vec (relu, *(const Vec *) (x[0] + at), mean, scale, shift);
      VecInt place = (VecInt){0} + (int32_t) tap[0];
      for (int t = 1; t < taps; t++) {
        Vec v = normalized_vec (relu, *(const Vec *) (x[t] + at), mean, scale, shift);
        VecInt wins = (v > best) | (v != v);
        best = (Vec) SELECT (wins, (VecInt) v, (VecInt) best);
        place = SELECT (wins, (VecInt){0} + (int32_t) tap[t], place);
      }
      *(Vec *) (y + at) = best;
      *(VecByte *) (from + at) = __builtin_convertvector(place, VecByte);
    }
    for (; j < c; j++, at++)
      normalized_pool_one (norm, relu, x, tap, taps, at, j, y, from);
  }
}

void
LOOP (normalize_max_pool) (const ThawNorm *norm,
                           const float *const *x,
                           const uint8_t *tap,
                           int taps,
                           size_t rows,
                           int c,
                           float *y,
                           uint8_t *from)
{
  if (norm->act == THAW_ACT_K_RELU)
    normalized_pool (norm, true, x, tap, taps, rows, c, y, from);
  else
    normalized_pool (norm, false, x, tap, taps, rows, c, y, from);
}

#if defined(__AVX2__)
/* gcc takes vectors of bytes apart. */
#if defined(__AVX512F__)
ALWAYS_INLINE Vec
chosen_of (const uint8_t *from, uint8_t tap, const float *dy)
{
  __m128i chosen = _mm_loadu_si128 ((const __m128i *) (const void *) from);

  return (Vec) _mm512_maskz_loadu_ps (_mm_cmpeq_epi8_mask (chosen, _mm_set1_epi8 ((char) tap)), dy);
}
#else
ALWAYS_INLINE Vec
chosen_of (const uint8_t *from, uint8_t tap, const float *dy)
{
  __m256i chosen = _mm256_cvtepu8_epi32 (_mm_loadl_epi64 ((const __m128i *) (const void *) from));
  __m256i here = _mm256_cmpeq_epi32 (chosen, _mm256_set1_epi32 (tap));

  return (Vec) _mm256_and_ps (_mm256_castsi256_ps (here), _mm256_loadu_ps (dy));
}
#endif

/* Returns how many elements it has done. */
static size_t
gather (const float *const *dy,
        const uint8_t *const *from,
        const uint8_t *tap,
        int windows,
        size_t count,
        float *dx,
        const bool add)
{
  size_t j = 0;

  for (; j + VEC <= count; j += VEC) {
    Vec sum = add ? *(const Vec *) (dx + j) : (Vec){0};
    for (int w = 0; w < windows; w++)
      sum += chosen_of (from[w] + j, tap[w], dy[w] + j);
    *(Vec *) (dx + j) = sum;
  }
  return j;
}
#else
static size_t
gather (const float *const *dy,
        const uint8_t *const *from,
        const uint8_t *tap,
        int windows,
        size_t count,
        float *dx,
        const bool add)
{
  return 0;
}
#endif

void
LOOP (max_pool_grad) (const float *const *dy,
                      const uint8_t *const *from,
                      const uint8_t *tap,
                      int windows,
                      size_t count,
                      float *dx,
                      bool add)
{
  size_t done = gather (dy, from, tap, windows, count, dx, add);

  if (!add && done < count)
    memset (dx + done, 0, (count - done) * sizeof *dx);
  for (int w = 0; w < windows; w++) {
    const float *in = dy[w];
    const uint8_t *at = from[w];
    int32_t here = tap[w];
    ELEMENTWISE
    for (size_t j = done; j < count; j++) {
      int32_t chosen = at[j];
      dx[j] += chosen == here ? in[j] : 0;
    }
  }
}
