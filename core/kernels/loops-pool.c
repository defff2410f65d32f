/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max pooling of one output pixel, and its gradient gathered at one input pixel. A vector of
 * elements goes through all taps in registers. */
#include "loops.h"

typedef int32_t VecInt __attribute__ ((vector_size (64), aligned (4), may_alias));
typedef uint8_t VecByte __attribute__ ((vector_size (VEC), aligned (1), may_alias));

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
  from[j] = at;
}

void
LOOP (max_pool) (
    const float *const *x, const uint8_t *tap, int taps, size_t count, float *y, uint8_t *from)
{
  size_t j = 0;

  for (; j + VEC <= count; j += VEC) {
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

void
LOOP (max_pool_grad) (const float *const *dy,
                      const uint8_t *const *from,
                      const uint8_t *tap,
                      int windows,
                      size_t count,
                      float *dx,
                      bool add)
{
  if (!add)
    memset (dx, 0, count * sizeof *dx);
  for (int w = 0; w < windows; w++) {
    const float *in = dy[w];
    const uint8_t *at = from[w];
    int32_t here = tap[w];
    ELEMENTWISE
    for (size_t j = 0; j < count; j++) {
      int32_t chosen = at[j];
      dx[j] += chosen == here ? in[j] : 0;
    }
  }
}
