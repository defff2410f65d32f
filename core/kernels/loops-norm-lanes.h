/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes of a normalisation over one block of channels, as many as LANES_V has, for all rows: what
 * belongs to the channels stays in registers. Included once a width by loops-norm.c, with
 *   LANES (name)          the name of a function
 *   LANES_V, LANES_SUMS   a block of floats, and of double sums
 *   LANES_SELECT (m,a,b)  a where the comparison m holds, else b
 *   and what act-lanes.h wants
 * and, before, LANES (add_to) (sums, v). No guard: it is a template. */

#include "act-lanes.h"

#define AT(p) (*(const LANES_V *) (p))

/* What a mask does not read may be NULL. */
/* NOLINTBEGIN(clang-analyzer-core.NullDereference) */
ALWAYS_INLINE void
LANES (column_sums) (const float *x, size_t rows, size_t stride, double *sums)
{
  LANES_SUMS sum = *(const LANES_SUMS *) sums;
  size_t i = 0;

  for (; i + 8 <= rows; i += 8, x += 8 * stride) {
    for (size_t r = 0; r < 8; r++)
      FETCH (x + (rows + r) * stride);
    const float *x4 = x + 4 * stride;
    LANES_V low = (AT (x) + AT (x + stride)) + (AT (x + 2 * stride) + AT (x + 3 * stride));
    LANES_V high = (AT (x4) + AT (x4 + stride)) + (AT (x4 + 2 * stride) + AT (x4 + 3 * stride));
    LANES (add_to) (&sum, low + high);
  }
  for (; i < rows; i++, x += stride)
    LANES (add_to) (&sum, AT (x));
  *(LANES_SUMS *) sums = sum;
}

ALWAYS_INLINE LANES_V
LANES (square) (const float *x, LANES_V centre)
{
  LANES_V v = AT (x) - centre;

  return v * v;
}

ALWAYS_INLINE void
LANES (column_squares) (
    const float *x, size_t rows, size_t stride, const float *centre, double *sums)
{
  LANES_SUMS sum = *(const LANES_SUMS *) sums;
  const LANES_V m = AT (centre);
  size_t i = 0;

  for (; i + 8 <= rows; i += 8, x += 8 * stride) {
    for (size_t r = 0; r < 8; r++)
      FETCH (x + (rows + r) * stride);
    const float *x4 = x + 4 * stride;
    LANES_V low = (LANES (square) (x, m) + LANES (square) (x + stride, m)) +
                  (LANES (square) (x + 2 * stride, m) + LANES (square) (x + 3 * stride, m));
    LANES_V high = (LANES (square) (x4, m) + LANES (square) (x4 + stride, m)) +
                   (LANES (square) (x4 + 2 * stride, m) + LANES (square) (x4 + 3 * stride, m));
    LANES (add_to) (&sum, low + high);
  }
  for (; i < rows; i++, x += stride)
    LANES (add_to) (&sum, LANES (square) (x, m));
  *(LANES_SUMS *) sums = sum;
}

ALWAYS_INLINE void
LANES (normalize) (const ThawNorm *norm,
                   const ThawActKind act,
                   size_t j,
                   const float *x,
                   const float *residual,
                   size_t rows,
                   size_t stride,
                   float *y)
{
  const LANES_V mean = AT (norm->mean + j), scale = AT (norm->scale + j);
  const LANES_V shift = AT (norm->shift + j);

  const size_t ahead = rows * stride;
  for (size_t at = j, end = j + rows * stride; at < end; at += stride) {
    FETCH (x + at + ahead);
    if (residual != NULL)
      FETCH (residual + at + ahead);
    FETCH_TO_WRITE (y + at + ahead);
    LANES_V z = (AT (x + at) - mean) * scale + shift;
    if (residual != NULL)
      z = z + AT (residual + at);
    *(LANES_V *) (y + at) = LANES (value) (act, z);
  }
}

ALWAYS_INLINE LANES_V
LANES (before_act) (const ThawActKind act, const Mask mask, LANES_V z, LANES_V y, LANES_V dy)
{
  const LANES_V zero = {0};

  if (mask == FROM_Y && act == THAW_ACT_K_RELU)
    return LANES_SELECT (y <= zero, zero, dy);
  if (mask == FROM_Y)
    return dy;
  return LANES (grad) (act, z, dy);
}

ALWAYS_INLINE void
LANES (sums) (const ThawNorm *norm,
              const ThawActKind act,
              const Mask mask,
              size_t j,
              const ThawNormGrad *grad,
              size_t rows,
              size_t stride,
              double *sum_dz,
              double *sum_dz_xhat)
{
  const LANES_V mean = AT (norm->mean + j), scale = AT (norm->scale + j);
  const LANES_V shift = AT (norm->shift + j), rstd = AT (norm->rstd + j);
  const float *x = grad->x + j, *dy = grad->dy + j, *y = mask == FROM_Y ? grad->y + j : x;
  LANES_SUMS dz = *(const LANES_SUMS *) sum_dz, dz_xhat = *(const LANES_SUMS *) sum_dz_xhat;
  size_t i = 0;
  const size_t ahead = rows * stride;

  for (; i + 4 <= rows; i += 4) {
    LANES_V a[4], d[4];
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++, x += stride, dy += stride, y += stride) {
      FETCH (x + ahead);
      FETCH (dy + ahead);
      if (mask == FROM_Y)
        FETCH (y + ahead);
      a[r] = AT (x) - mean;
      d[r] = LANES (before_act) (act, mask, a[r] * scale + shift, AT (y), AT (dy));
    }
    LANES (add_to) (&dz, (d[0] + d[1]) + (d[2] + d[3]));
    LANES (add_to) (&dz_xhat, ((d[0] * a[0] + d[1] * a[1]) + (d[2] * a[2] + d[3] * a[3])) * rstd);
  }
  for (; i < rows; i++, x += stride, dy += stride, y += stride) {
    LANES_V a = AT (x) - mean;
    LANES_V d = LANES (before_act) (act, mask, a * scale + shift, AT (y), AT (dy));
    LANES (add_to) (&dz, d);
    LANES (add_to) (&dz_xhat, d * a * rstd);
  }
  *(LANES_SUMS *) sum_dz = dz;
  *(LANES_SUMS *) sum_dz_xhat = dz_xhat;
}

ALWAYS_INLINE void
LANES (put) (float *to, LANES_V v, const bool add)
{
  if (add)
    v = AT (to) + v;
  *(LANES_V *) to = v;
}

ALWAYS_INLINE void
LANES (gradient) (const ThawNorm *norm,
                  const ThawActKind act,
                  const Mask mask,
                  const bool with_dr,
                  const bool add_dx,
                  const bool add_dr,
                  size_t j,
                  const ThawNormGrad *grad,
                  size_t rows,
                  size_t stride)
{
  const LANES_V mean = AT (norm->mean + j), scale = AT (norm->scale + j);
  const LANES_V shift = AT (norm->shift + j), k1 = AT (grad->k1 + j), k2 = AT (grad->k2 + j);
  const float *y = mask == FROM_Y ? grad->y : grad->x;

  const size_t ahead = rows * stride;
  for (size_t at = j, end = j + rows * stride; at < end; at += stride) {
    FETCH (grad->x + at + ahead);
    FETCH (grad->dy + at + ahead);
    if (mask == FROM_Y)
      FETCH (y + at + ahead);
    if (with_dr)
      FETCH_TO_WRITE (grad->dr + at + ahead);
    if (grad->dx != grad->dy)
      FETCH_TO_WRITE (grad->dx + at + ahead);
    LANES_V a = AT (grad->x + at) - mean;
    LANES_V dz = LANES (before_act) (act, mask, a * scale + shift, AT (y + at), AT (grad->dy + at));
    if (with_dr)
      LANES (put) (grad->dr + at, dz, add_dr);
    LANES (put) (grad->dx + at, (dz - k1 - a * k2) * scale, add_dx);
  }
}

#undef AT
#undef LANES
#undef LANES_V
#undef LANES_SUMS
#undef LANES_SELECT
#undef LANES_BITS_T
#undef LANES_BITS
#undef LANES_FLOAT
/* NOLINTEND(clang-analyzer-core.NullDereference) */
