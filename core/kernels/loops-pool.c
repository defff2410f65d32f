/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max pooling of one output pixel, and its gradient gathered at one input pixel. */
#include "loops.h"

#define TILE 256

void
LOOP (max_pool) (
    const float *const *x, const uint8_t *tap, int taps, size_t count, float *y, uint8_t *from)
{
  int32_t best[TILE];

  for (size_t begin = 0; begin < count; begin += TILE) {
    int size = (int) MIN ((size_t) TILE, count - begin);
    float *out = y + begin;

    memcpy (out, x[0] + begin, (size_t) size * sizeof *out);
    for (int j = 0; j < size; j++)
      best[j] = tap[0];
    for (int t = 1; t < taps; t++) {
      const float *in = x[t] + begin;
      int32_t here = tap[t];
      ELEMENTWISE
      for (int j = 0; j < size; j++) {
        float v = in[j], old = out[j];
        int wins = (v > old) | (v != v);
        out[j] = wins ? v : old;
        best[j] = wins ? here : best[j];
      }
    }
    for (int j = 0; j < size; j++)
      from[begin + (size_t) j] = (uint8_t) best[j];
  }
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
