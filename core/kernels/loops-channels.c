/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving channels: parts of rows, and rows of two halves woven into one. */
#include "loops.h"

void
LOOP (columns) (
    const float *x, size_t x_stride, size_t rows, int c, float *y, size_t y_stride, bool add)
{
  for (size_t i = 0; i < rows; i++, x += x_stride, y += y_stride) {
    if (!add) {
      memcpy (y, x, (size_t) c * sizeof *y);
      continue;
    }
    ELEMENTWISE
    for (int j = 0; j < c; j++)
      y[j] += x[j];
  }
}

void
LOOP (interleave) (const float *restrict a,
                   size_t a_stride,
                   const float *restrict b,
                   size_t b_stride,
                   size_t rows,
                   int c,
                   float *restrict y)
{
  for (size_t i = 0; i < rows; i++, a += a_stride, b += b_stride, y += 2 * (size_t) c)
    for (int j = 0; j < c; j++) {
      y[2 * j] = a[j];
      y[2 * j + 1] = b[j];
    }
}

void
LOOP (every_second) (const float *restrict x,
                     size_t x_stride,
                     size_t rows,
                     int c,
                     float *restrict y,
                     size_t y_stride,
                     bool add)
{
  for (size_t i = 0; i < rows; i++, x += x_stride, y += y_stride) {
    if (add)
      for (int j = 0; j < c; j++)
        y[j] += x[2 * j];
    else
      for (int j = 0; j < c; j++)
        y[j] = x[2 * j];
  }
}
