/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over rows and the passes of a normalisation. Eight rows (four in backward) are summed
 * pairwise in float and then added to the double accumulators: rounding does not grow with the
 * number of rows, and a pass stays one sweep over memory. A sweep goes over some rows at once, that
 * the first cache holds, and over those block by block of channels; as no processor foresees such
 * strides, each vector asks for the one in its place of the next rows. */
#include "loops.h"

#define FLOATS_AT_ONCE 4096
#define ROWS_OF_A_SUM 8

/* Into an outer cache of the core. What lies behind the end is not touched by asking for it. */
#define FETCH(p) __builtin_prefetch ((p), 0, 2)
#define FETCH_TO_WRITE(p) __builtin_prefetch ((p), 1, 2)

/* What comes through the activation. FROM_X: its argument is computed again, exactly as in
 * forward; otherwise `y` tells what RELU let through. */
typedef enum { FROM_X, FROM_Y } Mask;

/* Vectors are arguments and results of functions that are always inlined: no calling convention. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef float Lane __attribute__ ((may_alias));
typedef double One __attribute__ ((may_alias));

ALWAYS_INLINE void
one_add_to (One *sum, Lane v)
{
  *sum += v;
}

/* Vectors of `n` lanes. */
#define DEFINE_LANES(name, V, Sums, n)                                                             \
  typedef float V __attribute__ ((vector_size (4 * n), aligned (4), may_alias));                   \
  typedef int32_t V##Mask __attribute__ ((vector_size (4 * n)));                                   \
  typedef uint32_t V##Bits __attribute__ ((vector_size (4 * n)));                                  \
  typedef double Sums __attribute__ ((vector_size (8 * n), aligned (8), may_alias));               \
  ALWAYS_INLINE void name##_add_to (Sums *sums, V v)                                               \
  {                                                                                                \
    *sums += __builtin_convertvector(v, Sums);                                                     \
  }

#if VEC >= 8
DEFINE_LANES (eight, Eight, EightSums, 8)
#else
DEFINE_LANES (four, Four, FourSums, 4)
#endif

#if VEC >= 16
typedef struct __attribute__ ((may_alias)) {
  EightSums half[2];
} VecSums;

ALWAYS_INLINE void
vec_add_to (VecSums *sums, Vec v)
{
  eight_add_to (&sums->half[0], __builtin_shufflevector (v, v, 0, 1, 2, 3, 4, 5, 6, 7));
  eight_add_to (&sums->half[1], __builtin_shufflevector (v, v, 8, 9, 10, 11, 12, 13, 14, 15));
}

#define LANES(name) vec_##name
#define LANES_V Vec
#define LANES_SUMS VecSums
#define LANES_SELECT VEC_SELECT
#define LANES_BITS_T VecBits
#define LANES_BITS(v) ((VecBits) (v))
#define LANES_FLOAT(b) ((Vec) (b))
#include "loops-norm-lanes.h"
#endif

#if VEC >= 8
#define LANES(name) eight_##name
#define LANES_V Eight
#define LANES_SUMS EightSums
#define LANES_SELECT(m, a, b) ((Eight) (((m) & (EightMask) (a)) | (~(m) & (EightMask) (b))))
#define LANES_BITS_T EightBits
#define LANES_BITS(v) ((EightBits) (v))
#define LANES_FLOAT(b) ((Eight) (b))
#include "loops-norm-lanes.h"
#else
#define LANES(name) four_##name
#define LANES_V Four
#define LANES_SUMS FourSums
#define LANES_SELECT(m, a, b) ((Four) (((m) & (FourMask) (a)) | (~(m) & (FourMask) (b))))
#define LANES_BITS_T FourBits
#define LANES_BITS(v) ((FourBits) (v))
#define LANES_FLOAT(b) ((Four) (b))
#include "loops-norm-lanes.h"
#endif

#define LANES(name) one_##name
#define LANES_V Lane
#define LANES_SUMS One
#define LANES_SELECT(m, a, b) ((m) ? (a) : (b))
#define LANES_BITS_T uint32_t
#define LANES_BITS(v) bits_of (v)
#define LANES_FLOAT(b) float_of (b)
#include "loops-norm-lanes.h"

/* Rows that go through all channels before the next do. */
static size_t
rows_at_once (int c)
{
  size_t rows = FLOATS_AT_ONCE / (size_t) c / ROWS_OF_A_SUM * ROWS_OF_A_SUM;

  return MAX (rows, ROWS_OF_A_SUM);
}

/* Runs CALL (kind), the usual activations being constants: each is a loop of its own. */
#define WITH_USUAL_ACT(act, CALL)                                                                  \
  switch (act) {                                                                                   \
  case THAW_ACT_NONE:                                                                              \
    CALL (THAW_ACT_NONE);                                                                          \
    break;                                                                                         \
  case THAW_ACT_K_RELU:                                                                            \
    CALL (THAW_ACT_K_RELU);                                                                        \
    break;                                                                                         \
  case THAW_ACT_K_RELU6:                                                                           \
    CALL (THAW_ACT_K_RELU6);                                                                       \
    break;                                                                                         \
  case THAW_ACT_K_HARDSWISH:                                                                       \
    CALL (THAW_ACT_K_HARDSWISH);                                                                   \
    break;                                                                                         \
  case THAW_ACT_K_SILU:                                                                            \
    CALL (THAW_ACT_K_SILU);                                                                        \
    break;                                                                                         \
  default:                                                                                         \
    CALL (act);                                                                                    \
    break;                                                                                         \
  }

/* CALL (width, j) for every block of channels. */
#define CHANNELS_BY(name, lanes, CALL)                                                             \
  for (; j + lanes <= channels; j += lanes)                                                        \
  CALL (name, j)
#if VEC >= 16
#define BY_WIDEST(CALL) CHANNELS_BY (vec, 16, CALL)
#else
#define BY_WIDEST(CALL)
#endif
#if VEC >= 8
#define BY_NEXT(CALL) CHANNELS_BY (eight, 8, CALL)
#else
#define BY_NEXT(CALL) CHANNELS_BY (four, 4, CALL)
#endif
#define ALL_CHANNELS(c, CALL)                                                                      \
  do {                                                                                             \
    size_t j = 0, channels = (size_t) (c);                                                         \
    BY_WIDEST (CALL);                                                                              \
    BY_NEXT (CALL);                                                                                \
    CHANNELS_BY (one, 1, CALL);                                                                    \
  } while (0)

void
LOOP (column_sums) (const float *x, size_t rows, size_t stride, int c, double *sums)
{
  size_t most = rows_at_once (c);

  for (size_t some; rows > 0; rows -= some, x += some * stride) {
    some = MIN (rows, most);
#define CALL(width, j) width##_column_sums (x + (j), some, stride, sums + (j))
    ALL_CHANNELS (c, CALL);
#undef CALL
  }
}

void
LOOP (column_squares) (
    const float *x, size_t rows, size_t stride, int c, const float *centre, double *sums)
{
  size_t most = rows_at_once (c);

  for (size_t some; rows > 0; rows -= some, x += some * stride) {
    some = MIN (rows, most);
#define CALL(width, j) width##_column_squares (x + (j), some, stride, centre + (j), sums + (j))
    ALL_CHANNELS (c, CALL);
#undef CALL
  }
}

ALWAYS_INLINE void
normalize_rows (const ThawNorm *norm,
                const ThawActKind act,
                const float *x,
                const float *residual,
                size_t rows,
                size_t stride,
                int c,
                float *y)
{
  size_t most = rows_at_once (c);

  for (size_t first = 0; first < rows; first += most) {
    size_t some = MIN (rows - first, most), at = first * stride;
    const float *r = residual != NULL ? residual + at : NULL;
#define CALL(width, j) width##_normalize (norm, act, j, x + at, r, some, stride, y + at)
    ALL_CHANNELS (c, CALL);
#undef CALL
  }
}

void
LOOP (normalize) (const ThawNorm *norm,
                  const float *x,
                  const float *residual,
                  size_t rows,
                  size_t stride,
                  int c,
                  float *y){
#define CALL_ACT(act) normalize_rows (norm, act, x, residual, rows, stride, c, y)
    WITH_USUAL_ACT (norm->act, CALL_ACT)
#undef CALL_ACT
}

/* From row `first` on. */
ALWAYS_INLINE ThawNormGrad grad_from (const ThawNormGrad *grad, size_t first, size_t stride)
{
  ThawNormGrad from = *grad;
  size_t at = first * stride;

  from.x += at;
  from.dy += at;
  from.y = from.y != NULL ? from.y + at : NULL;
  from.dx = from.dx != NULL ? from.dx + at : NULL;
  from.dr = from.dr != NULL ? from.dr + at : NULL;
  return from;
}

ALWAYS_INLINE void
sums_rows (const ThawNorm *norm,
           const ThawActKind act,
           const Mask mask,
           const ThawNormGrad *grad,
           size_t rows,
           size_t stride,
           int c,
           double *sum_dz,
           double *sum_dz_xhat)
{
  size_t most = rows_at_once (c);

  for (size_t first = 0; first < rows; first += most) {
    ThawNormGrad from = grad_from (grad, first, stride);
    size_t some = MIN (rows - first, most);
#define CALL(width, j)                                                                             \
  width##_sums (norm, act, mask, j, &from, some, stride, sum_dz + (j), sum_dz_xhat + (j))
    ALL_CHANNELS (c, CALL);
#undef CALL
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
#define CALL_ACT(act) sums_rows (norm, act, FROM_X, grad, rows, stride, c, sum_dz, sum_dz_xhat)
  WITH_USUAL_ACT (norm->act, CALL_ACT)
#undef CALL_ACT
}

/* The flags are constants in each caller: what is added to and what is overwritten are loops of
 * their own. */
ALWAYS_INLINE void
grad_rows_as (const ThawNorm *norm,
              const ThawActKind act,
              const Mask mask,
              const bool with_dr,
              const bool add_dx,
              const bool add_dr,
              const ThawNormGrad *grad,
              size_t rows,
              size_t stride,
              int c)
{
  size_t most = rows_at_once (c);

  for (size_t first = 0; first < rows; first += most) {
    ThawNormGrad from = grad_from (grad, first, stride);
    size_t some = MIN (rows - first, most);
#define CALL(width, j)                                                                             \
  width##_gradient (norm, act, mask, with_dr, add_dx, add_dr, j, &from, some, stride)
    ALL_CHANNELS (c, CALL);
#undef CALL
  }
}

ALWAYS_INLINE void
grad_rows (const ThawNorm *norm,
           const ThawActKind act,
           const Mask mask,
           const bool with_dr,
           const ThawNormGrad *grad,
           size_t rows,
           size_t stride,
           int c)
{
  if (grad->add_dx && with_dr && grad->add_dr)
    grad_rows_as (norm, act, mask, with_dr, true, true, grad, rows, stride, c);
  else if (grad->add_dx)
    grad_rows_as (norm, act, mask, with_dr, true, false, grad, rows, stride, c);
  else if (with_dr && grad->add_dr)
    grad_rows_as (norm, act, mask, with_dr, false, true, grad, rows, stride, c);
  else
    grad_rows_as (norm, act, mask, with_dr, false, false, grad, rows, stride, c);
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
#define CALL_ACT(act) grad_rows (norm, act, FROM_X, false, grad, rows, stride, c)
    WITH_USUAL_ACT (norm->act, CALL_ACT)
#undef CALL_ACT
  }
}
