/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: how the loops are compiled. Each loops-*.c is plain C, built once a variant with that
 * variant's flags and THAW_VARIANT defined; LOOP (name) is the variant's name of a function.
 * Nothing here may leave a variant's own objects: static inline only. */
#pragma once

#include "thaw-kernels.h"

#include <math.h>
#include <string.h>

#define LOOP_PASTE(name, variant) thaw_##name##_##variant
#define LOOP_NAME(name, variant) LOOP_PASTE (name, variant)
#define LOOP(name) LOOP_NAME (name, THAW_VARIANT)
#define LOOP_TEXT_OF(variant) #variant
#define LOOP_TEXT(variant) LOOP_TEXT_OF (variant)

/* Elements of a loop do not depend on each other, even where two pointers are the same address. */
#if defined(__clang__)
#define ELEMENTWISE _Pragma ("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define ELEMENTWISE _Pragma ("GCC ivdep")
#else
#define ELEMENTWISE
#endif

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

/* As wide as the variant's registers: of wider vectors gcc compares element by element. */
#if defined(__AVX512F__)
#define VEC 16
#elif defined(__AVX2__)
#define VEC 8
#else
#define VEC 4
#endif
typedef float Vec __attribute__ ((vector_size (VEC * 4), aligned (4), may_alias));
typedef int32_t VecInt __attribute__ ((vector_size (VEC * 4))); /* of a comparison, too */
typedef uint32_t VecBits __attribute__ ((vector_size (VEC * 4)));
#define VEC_SELECT(m, a, b) ((Vec) (((m) & (VecInt) (a)) | (~(m) & (VecInt) (b))))

ALWAYS_INLINE uint32_t
bits_of (float v)
{
  union {
    float v;
    uint32_t bits;
  } both = {.v = v};
  return both.bits;
}

ALWAYS_INLINE float
float_of (uint32_t bits)
{
  union {
    uint32_t bits;
    float v;
  } both = {.bits = bits};
  return both.v;
}

#define LANES(name) plain_##name
#define LANES_V float
#define LANES_SELECT(m, a, b) ((m) ? (a) : (b))
#define LANES_BITS_T uint32_t
#define LANES_BITS(v) bits_of (v)
#define LANES_FLOAT(b) float_of (b)
#include "act-lanes.h"
#undef LANES
#undef LANES_V
#undef LANES_SELECT
#undef LANES_BITS_T
#undef LANES_BITS
#undef LANES_FLOAT

/* Runs CALL (kind) with `act` as a constant, so that the loop inside is free of the choice. */
#define WITH_ACT(act, CALL)                                                                        \
  switch (act) {                                                                                   \
  case THAW_ACT_K_RELU:                                                                            \
    CALL (THAW_ACT_K_RELU);                                                                        \
    break;                                                                                         \
  case THAW_ACT_K_RELU6:                                                                           \
    CALL (THAW_ACT_K_RELU6);                                                                       \
    break;                                                                                         \
  case THAW_ACT_K_HARDSIGMOID:                                                                     \
    CALL (THAW_ACT_K_HARDSIGMOID);                                                                 \
    break;                                                                                         \
  case THAW_ACT_K_HARDSWISH:                                                                       \
    CALL (THAW_ACT_K_HARDSWISH);                                                                   \
    break;                                                                                         \
  case THAW_ACT_K_SIGMOID:                                                                         \
    CALL (THAW_ACT_K_SIGMOID);                                                                     \
    break;                                                                                         \
  case THAW_ACT_K_SILU:                                                                            \
    CALL (THAW_ACT_K_SILU);                                                                        \
    break;                                                                                         \
  case THAW_ACT_NONE:                                                                              \
  default:                                                                                         \
    CALL (THAW_ACT_NONE);                                                                          \
    break;                                                                                         \
  }

/* The loops of one variant. */
void LOOP (column_sums) (const float *x, size_t rows, size_t stride, int c, double *sums);
void LOOP (column_squares) (
    const float *x, size_t rows, size_t stride, int c, const float *centre, double *sums);
void LOOP (normalize) (const ThawNorm *norm,
                       const float *x,
                       const float *residual,
                       size_t rows,
                       size_t stride,
                       int c,
                       float *y);
void LOOP (normalize_sums) (const ThawNorm *norm,
                            const ThawNormGrad *grad,
                            size_t rows,
                            size_t stride,
                            int c,
                            double *sum_dz,
                            double *sum_dz_xhat);
void LOOP (normalize_grad) (
    const ThawNorm *norm, const ThawNormGrad *grad, size_t rows, size_t stride, int c);
void LOOP (activate) (ThawActKind act, const float *x, size_t count, float *y);
void LOOP (activate_grad) (
    ThawActKind act, const float *x, const float *dy, size_t count, float *dx, bool add);
void LOOP (add) (const float *a, const float *b, size_t count, float *y);
void LOOP (accumulate) (const float *x, size_t count, float *y);
void LOOP (multiply) (const float *a, const float *b, size_t count, float *y, bool add);
void LOOP (rescale) (float factor, size_t count, float *x);
void LOOP (mask) (
    const float *x, const uint8_t *mask, float factor, size_t count, float *y, bool add);
void LOOP (draw_mask) (ThawRng state, uint64_t least, size_t count, uint8_t *mask);
void LOOP (sum_parts) (const float *parts, int n_parts, size_t stride, size_t count, float *y);
void LOOP (fill_rows) (const float *row, size_t rows, size_t stride, int c, float *y);
void LOOP (columns) (
    const float *x, size_t x_stride, size_t rows, int c, float *y, size_t y_stride, bool add);
void LOOP (interleave) (
    const float *a, size_t a_stride, const float *b, size_t b_stride, size_t rows, int c, float *y);
void LOOP (every_second) (
    const float *x, size_t x_stride, size_t rows, int c, float *y, size_t y_stride, bool add);
void LOOP (depthwise) (const float *const *x,
                       const float *const *w,
                       int taps,
                       size_t rows,
                       size_t stride,
                       int c,
                       const float *bias,
                       float *y,
                       bool add,
                       ThawActKind act);
void LOOP (depthwise_weights) (const float *const *x,
                               const float *dy,
                               int taps,
                               size_t rows,
                               size_t stride,
                               int c,
                               float *const *sums);
void LOOP (adam) (
    const ThawAdam *adam, size_t n, float *p, const float *grad, float *m, float *v, float *u);
void LOOP (max_pool) (
    const float *const *x, const uint8_t *tap, int taps, size_t count, float *y, uint8_t *from);
void LOOP (normalize_max_pool) (const ThawNorm *norm,
                                const float *const *x,
                                const uint8_t *tap,
                                int taps,
                                size_t rows,
                                int c,
                                float *y,
                                uint8_t *from);
void LOOP (max_pool_grad) (const float *const *dy,
                           const uint8_t *const *from,
                           const uint8_t *tap,
                           int windows,
                           size_t count,
                           float *dx,
                           bool add);

extern const ThawKernels LOOP (kernels);
