/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over rows and the passes of a normalisation. Eight rows (four in backward) are summed
 * pairwise in float and then added to the double accumulators: rounding does not grow with the
 * number of rows, and a pass stays one sweep over memory. */
#include "loops.h"

void
LOOP (column_sums) (const float *x, size_t rows, size_t stride, int c, double *sums)
{
  size_t i = 0;

  for (; i + 8 <= rows; i += 8, x += 8 * stride) {
    const float *x0 = x, *x1 = x0 + stride, *x2 = x1 + stride, *x3 = x2 + stride;
    const float *x4 = x3 + stride, *x5 = x4 + stride, *x6 = x5 + stride, *x7 = x6 + stride;
    ELEMENTWISE
    for (int j = 0; j < c; j++) {
      float low = (x0[j] + x1[j]) + (x2[j] + x3[j]);
      float high = (x4[j] + x5[j]) + (x6[j] + x7[j]);
      sums[j] += low + high;
    }
  }
  for (; i < rows; i++, x += stride) {
    ELEMENTWISE
    for (int j = 0; j < c; j++)
      sums[j] += x[j];
  }
}

ALWAYS_INLINE float
square (float v)
{
  return v * v;
}

void
LOOP (column_squares) (
    const float *x, size_t rows, size_t stride, int c, const float *centre, double *sums)
{
  size_t i = 0;

  for (; i + 8 <= rows; i += 8, x += 8 * stride) {
    const float *x0 = x, *x1 = x0 + stride, *x2 = x1 + stride, *x3 = x2 + stride;
    const float *x4 = x3 + stride, *x5 = x4 + stride, *x6 = x5 + stride, *x7 = x6 + stride;
    ELEMENTWISE
    for (int j = 0; j < c; j++) {
      float m = centre[j];
      float low =
          (square (x0[j] - m) + square (x1[j] - m)) + (square (x2[j] - m) + square (x3[j] - m));
      float high =
          (square (x4[j] - m) + square (x5[j] - m)) + (square (x6[j] - m) + square (x7[j] - m));
      sums[j] += low + high;
    }
  }
  for (; i < rows; i++, x += stride) {
    ELEMENTWISE
    for (int j = 0; j < c; j++)
      sums[j] += square (x[j] - centre[j]);
  }
}

ALWAYS_INLINE void
normalize_rows (const ThawNorm *norm,
                ThawActKind act,
                const float *x,
                const float *residual,
                size_t rows,
                size_t stride,
                int c,
                float *y)
{
  const float *mean = norm->mean, *scale = norm->scale, *shift = norm->shift;

  for (size_t i = 0; i < rows; i++, x += stride, y += stride) {
    if (residual != NULL) {
      ELEMENTWISE
      for (int j = 0; j < c; j++)
        y[j] = act_value (act, (x[j] - mean[j]) * scale[j] + shift[j] + residual[j]);
      residual += stride;
    } else {
      ELEMENTWISE
      for (int j = 0; j < c; j++)
        y[j] = act_value (act, (x[j] - mean[j]) * scale[j] + shift[j]);
    }
  }
}

void
LOOP (normalize) (const ThawNorm *norm,
                  const float *x,
                  const float *residual,
                  size_t rows,
                  size_t stride,
                  int c,
                  float *y)
{
#define CALL(act) normalize_rows (norm, act, x, residual, rows, stride, c, y)
  WITH_ACT (norm->act, CALL)
#undef CALL
}

/* What comes through the activation. FROM_X: its argument is computed again, exactly as in
 * forward; otherwise `y` tells what RELU let through. */
typedef enum { FROM_X, FROM_Y } Mask;

ALWAYS_INLINE float
grad_before_act (ThawActKind act, Mask mask, float z, float y, float dy)
{
  if (mask == FROM_Y)
    return act == THAW_ACT_K_RELU && y <= 0 ? 0 : dy;
  return act_grad (act, z, dy);
}

ALWAYS_INLINE void
sums_rows (const ThawNorm *norm,
           ThawActKind act,
           Mask mask,
           const ThawNormGrad *grad,
           size_t rows,
           size_t step,
           int c,
           double *sum_dz,
           double *sum_dz_xhat)
{
  const float *mean = norm->mean, *scale = norm->scale, *shift = norm->shift, *rstd = norm->rstd;
  const float *x = grad->x, *dy = grad->dy, *y = mask == FROM_Y ? grad->y : grad->x;
  size_t i = 0;

  for (; i + 4 <= rows; i += 4, x += 4 * step, dy += 4 * step, y += 4 * step) {
    ELEMENTWISE
    for (int j = 0; j < c; j++) {
      float m = mean[j], s = scale[j], t = shift[j];
      float a0 = x[j] - m, a1 = x[j + step] - m;
      float a2 = x[j + 2 * step] - m, a3 = x[j + 3 * step] - m;
      float d0 = grad_before_act (act, mask, a0 * s + t, y[j], dy[j]);
      float d1 = grad_before_act (act, mask, a1 * s + t, y[j + step], dy[j + step]);
      float d2 = grad_before_act (act, mask, a2 * s + t, y[j + 2 * step], dy[j + 2 * step]);
      float d3 = grad_before_act (act, mask, a3 * s + t, y[j + 3 * step], dy[j + 3 * step]);
      sum_dz[j] += (d0 + d1) + (d2 + d3);
      sum_dz_xhat[j] += ((d0 * a0 + d1 * a1) + (d2 * a2 + d3 * a3)) * rstd[j];
    }
  }
  for (; i < rows; i++, x += step, dy += step, y += step) {
    ELEMENTWISE
    for (int j = 0; j < c; j++) {
      float a = x[j] - mean[j];
      float d = grad_before_act (act, mask, a * scale[j] + shift[j], y[j], dy[j]);
      sum_dz[j] += d;
      sum_dz_xhat[j] += d * a * rstd[j];
    }
  }
}

void
LOOP (normalize_sums) (const ThawNorm *norm,
                       const ThawNormGrad *grad,
                       size_t rows,
                       size_t stride,
                       int c,
                       double *sum_dz,
                       double *sum_dz_xhat)
{
  if (grad->y != NULL && norm->act == THAW_ACT_K_RELU) {
    sums_rows (norm, THAW_ACT_K_RELU, FROM_Y, grad, rows, stride, c, sum_dz, sum_dz_xhat);
    return;
  }
#define CALL(act) sums_rows (norm, act, FROM_X, grad, rows, stride, c, sum_dz, sum_dz_xhat)
  WITH_ACT (norm->act, CALL)
#undef CALL
}

ALWAYS_INLINE void
grad_rows (const ThawNorm *norm,
           ThawActKind act,
           Mask mask,
           bool with_dr,
           const ThawNormGrad *grad,
           size_t rows,
           size_t stride,
           int c)
{
  const float *mean = norm->mean, *scale = norm->scale, *shift = norm->shift;
  const float *k1 = grad->k1, *k2 = grad->k2;
  const float *x = grad->x, *dy = grad->dy, *y = mask == FROM_Y ? grad->y : grad->x;
  float *dx = grad->dx, *dr = with_dr ? grad->dr : NULL;
  bool add_dx = grad->add_dx, add_dr = grad->add_dr;

  for (size_t i = 0; i < rows; i++, x += stride, dy += stride, y += stride, dx += stride) {
    ELEMENTWISE
    for (int j = 0; j < c; j++) {
      float a = x[j] - mean[j];
      float dz = grad_before_act (act, mask, a * scale[j] + shift[j], y[j], dy[j]);
      float v = (dz - k1[j] - a * k2[j]) * scale[j];
      if (with_dr)
        dr[j] = add_dr ? dr[j] + dz : dz;
      dx[j] = add_dx ? dx[j] + v : v;
    }
    if (with_dr)
      dr += stride;
  }
}

/* Only the residual wants a gradient. */
static void
residual_rows (ThawActKind act, const ThawNormGrad *grad, size_t rows, size_t stride, int c)
{
  const float *dy = grad->dy, *y = grad->y;
  float *dr = grad->dr;
  bool add = grad->add_dr;

  if (dr == NULL)
    return;
  for (size_t i = 0; i < rows; i++, dy += stride, y += stride, dr += stride) {
    ELEMENTWISE
    for (int j = 0; j < c; j++) {
      float dz = act == THAW_ACT_K_RELU && y[j] <= 0 ? 0 : dy[j];
      dr[j] = add ? dr[j] + dz : dz;
    }
  }
}

void
LOOP (normalize_grad) (
    const ThawNorm *norm, const ThawNormGrad *grad, size_t rows, size_t stride, int c)
{
  bool relu = norm->act == THAW_ACT_K_RELU;

  if (grad->dx == NULL) {
    residual_rows (norm->act, grad, rows, stride, c);
  } else if (grad->y != NULL && grad->dr != NULL) {
    if (relu)
      grad_rows (norm, THAW_ACT_K_RELU, FROM_Y, true, grad, rows, stride, c);
    else
      grad_rows (norm, THAW_ACT_NONE, FROM_Y, true, grad, rows, stride, c);
  } else if (grad->y != NULL && relu) {
    grad_rows (norm, THAW_ACT_K_RELU, FROM_Y, false, grad, rows, stride, c);
  } else {
#define CALL(act) grad_rows (norm, act, FROM_X, false, grad, rows, stride, c)
    WITH_ACT (norm->act, CALL)
#undef CALL
  }
}
