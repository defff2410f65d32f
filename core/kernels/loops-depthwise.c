/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution of one pixel: all taps of sixteen channels in registers, over the batch. */
#include "loops.h"

ALWAYS_INLINE float
start_of (const float *bias, const float *y, int j, bool add)
{
  if (add)
    return y[j];
  return bias != NULL ? bias[j] : 0;
}

void
LOOP (depthwise) (const float *const *x,
                  const float *const *w,
                  int taps,
                  size_t rows,
                  int c,
                  const float *bias,
                  float *y,
                  bool add)
{
  for (size_t i = 0; i < rows; i++, y += c) {
    size_t row = i * (size_t) c;
    int j = 0;

    for (; j + VEC <= c; j += VEC) {
      Vec sum = {0};
      if (add)
        sum = *(const Vec *) (y + j);
      else if (bias != NULL)
        sum = *(const Vec *) (bias + j);
      for (int t = 0; t < taps; t++)
        sum += *(const Vec *) (x[t] + row + j) * *(const Vec *) (w[t] + j);
      *(Vec *) (y + j) = sum;
    }
    for (; j < c; j++) {
      float sum = start_of (bias, y, j, add);
      for (int t = 0; t < taps; t++)
        sum += x[t][row + (size_t) j] * w[t][j];
      y[j] = sum;
    }
  }
}

void
LOOP (depthwise_weights) (
    const float *x, const float *dy, size_t rows, size_t stride, int c, float *sums)
{
  int j = 0;

  for (; j + VEC <= c; j += VEC) {
    Vec sum = {0};
    for (size_t i = 0; i < rows; i++)
      sum += *(const Vec *) (x + i * stride + j) * *(const Vec *) (dy + i * stride + j);
    *(Vec *) (sums + j) += sum;
  }
  for (; j < c; j++) {
    float sum = 0;
    for (size_t i = 0; i < rows; i++)
      sum += x[i * stride + (size_t) j] * dy[i * stride + (size_t) j];
    sums[j] += sum;
  }
}
