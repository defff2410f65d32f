/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernels: the hot loops. One table of function pointers a variant; GEMM through OpenBLAS,
 * single-threaded, called from the pool's pieces.
 *
 * Matrices are rows x c, c innermost and dense: an activation [h][w][n][c] is (h*w*n) x c. Every
 * loop runs over channels or elements innermost and sums rows in one fixed order with an
 * accumulator a channel, so all variants of a loop give the same bits. No loop allocates, logs or
 * fails. Reentrant. Unless said otherwise buffers must not overlap; "in place" says which may be
 * the very same address. */
#pragma once

#include "thaw-base.h"

G_BEGIN_DECLS

/* --- GEMM -------------------------------------------------------------------------------------
 * The first call of thaw_blas_init () sets OpenBLAS to one thread, and to its kernels for AVX-512
 * where the processor can run them, whatever OPENBLAS_CORETYPE says, unless THAW_BLAS_CORE is
 * "keep"; it also runs a tiny product so that buffers exist. It may touch the environment: call it
 * before there are threads that read it. C = op(A) op(B) + beta C, row-major; op(A) is m x k, op(B)
 * k x n. ld*: distance of stored rows. beta 0: C is overwritten and not read. The bits depend on
 * the arguments alone. Threads: any number at once, after thaw_blas_init (). */
void thaw_blas_init (void);
const char *thaw_blas_core (void);   /* "SkylakeX", ... (transfer none)   */
const char *thaw_blas_config (void); /* version and build (transfer none) */
/* Whether those kernels use the vectors that the processor has (and THAW_CPU allows). */
bool thaw_blas_core_suits (void);
void thaw_gemm (bool transpose_a,
                bool transpose_b,
                int m,
                int n,
                int k,
                const float *a,
                int lda,
                const float *b,
                int ldb,
                float beta,
                float *c,
                int ldc);

/* --- Loops ------------------------------------------------------------------------------------ */
typedef enum {
  THAW_ACT_NONE,
  THAW_ACT_K_RELU,
  THAW_ACT_K_RELU6,
  THAW_ACT_K_HARDSIGMOID,
  THAW_ACT_K_HARDSWISH,
  THAW_ACT_K_SIGMOID,
  THAW_ACT_K_SILU,
} ThawActKind;

/* One normalisation: z = (x - mean) * scale + shift, per channel; then y = act (z). With a residual
 * r: y = act (z + r), act being NONE or RELU. All four: [c]. */
typedef struct {
  const float *mean, *scale, *shift;
  const float *rstd; /* backward: xhat = (x - mean) * rstd */
  ThawActKind act;
} ThawNorm;

/* Its gradient, over rows x c. dz = dy * act'(z); with a residual the mask of RELU comes from y.
 * dx = (dz - k1 - (x - mean) * k2) * scale; dr = dz. */
typedef struct {
  const float *x, *dy;
  const float *y;  /* NULL: no residual; else the output of forward */
  float *dx;       /* (nullable) may be dy */
  float *dr;       /* (nullable) residual's gradient */
  bool add_dx;     /* accumulated, else overwritten */
  bool add_dr;     /* likewise */
  const float *k1; /* [c] */
  const float *k2; /* [c] */
} ThawNormGrad;

/* The numbers of a step of Adam, each rounded once to float32:
 *   w = decoupled ? p decay : p;  g = decoupled ? grad : grad + decay w
 *   m = b1 m + a1 g;  v = b2 v + a2 g g;  p = w + step m / (sqrt (v) / root + eps) */
typedef struct {
  float step, decay, b1, a1, b2, a2, root, eps;
  bool decoupled;
} ThawAdam;

typedef struct {
  const char *name; /* "c", "avx2", "avx512" */

  /* Of sums and normalisations: rows are `stride` apart, in all matrices alike.
   * sums: [c], accumulated, in double over groups of 8 rows summed pairwise in float. */
  void (*column_sums) (const float *x, size_t rows, size_t stride, int c, double *sums);
  /* Same of (x - centre)^2. centre: [c]. */
  void (*column_squares) (
      const float *x, size_t rows, size_t stride, int c, const float *centre, double *sums);
  /* y: overwritten, may be x. residual: rows x c (nullable). */
  void (*normalize) (const ThawNorm *norm,
                     const float *x,
                     const float *residual,
                     size_t rows,
                     size_t stride,
                     int c,
                     float *y);
  /* dz and dz * xhat summed over rows. sums: [c] each, accumulated. Reads x, dy, y of grad. */
  void (*normalize_sums) (const ThawNorm *norm,
                          const ThawNormGrad *grad,
                          size_t rows,
                          size_t stride,
                          int c,
                          double *sum_dz,
                          double *sum_dz_xhat);
  void (*normalize_grad) (
      const ThawNorm *norm, const ThawNormGrad *grad, size_t rows, size_t stride, int c);

  /* y: overwritten, may be x. */
  void (*activate) (ThawActKind act, const float *x, size_t count, float *y);
  /* dx = dy * act'(x): overwritten (may be dy) or accumulated. */
  void (*activate_grad) (
      ThawActKind act, const float *x, const float *dy, size_t count, float *dx, bool add);

  void (*add) (const float *a, const float *b, size_t count, float *y); /* y may be a or b */
  void (*accumulate) (const float *x, size_t count, float *y);          /* y += x */
  /* y = a * b, or y += a * b; overwritten y may be a or b. */
  void (*multiply) (const float *a, const float *b, size_t count, float *y, bool add);
  void (*rescale) (float factor, size_t count, float *x); /* x *= factor */
  /* y = x * mask * factor, or accumulated; overwritten y may be x. mask: 0 or 1. */
  void (*mask) (
      const float *x, const uint8_t *mask, float factor, size_t count, float *y, bool add);
  /* mask[j] = whether the top 53 bits of number j from `state` on, as thaw_rng_u64 () draws them,
   * are `least` or more. */
  void (*draw_mask) (ThawRng state, uint64_t least, size_t count, uint8_t *mask);
  /* y = sum of parts, in order; parts: [n_parts][stride]. y: overwritten. */
  void (*sum_parts) (const float *parts, int n_parts, size_t stride, size_t count, float *y);
  /* Each of `rows` rows of c columns, `stride` apart, becomes `row`; zero where row is NULL. */
  void (*fill_rows) (const float *row, size_t rows, size_t stride, int c, float *y);

  /* y = x, or y += x, for rows of c columns: parts of wider ones. */
  void (*columns) (
      const float *x, size_t x_stride, size_t rows, int c, float *y, size_t y_stride, bool add);
  /* y: rows x 2c, overwritten: y[2j] = a[j], y[2j + 1] = b[j]; and back: y[j] = x[2j], or +=. */
  void (*interleave) (const float *a,
                      size_t a_stride,
                      const float *b,
                      size_t b_stride,
                      size_t rows,
                      int c,
                      float *y);
  void (*every_second) (
      const float *x, size_t x_stride, size_t rows, int c, float *y, size_t y_stride, bool add);

  /* Depthwise products of one pixel: y[i][j] = act (start + sum over taps t of x[t][i][j] *
   * w[t][j]); start: y itself (add), else bias[j] (nullable: 0); act: NONE, RELU, RELU6 or
   * HARDSWISH. x: taps pointers to rows x c; rows of x and y are `stride` apart. */
  void (*depthwise) (const float *const *x,
                     const float *const *w,
                     int taps,
                     size_t rows,
                     size_t stride,
                     int c,
                     const float *bias,
                     float *y,
                     bool add,
                     ThawActKind act);
  /* sums[t][j] += sum over rows of x[t][i][j] * dy[i][j]; rows are `stride` apart. */
  void (*depthwise_weights) (const float *const *x,
                             const float *dy,
                             int taps,
                             size_t rows,
                             size_t stride,
                             int c,
                             float *const *sums);

  /* y[j] = the largest of x[t][j], the first of equals, NaN wins; from[j] = tap[t] of it (NULL: not
   * wanted). */
  void (*max_pool) (
      const float *const *x, const uint8_t *tap, int taps, size_t count, float *y, uint8_t *from);
  /* The same of normalised rows x c, the same bits as normalize and max_pool; act is NONE or RELU.
   */
  void (*normalize_max_pool) (const ThawNorm *norm,
                              const float *const *x,
                              const uint8_t *tap,
                              int taps,
                              size_t rows,
                              int c,
                              float *y,
                              uint8_t *from);
  /* dx[j] = (add ? dx[j] : 0) + sum over windows w with from[w][j] == tap[w] of dy[w][j]. */
  void (*max_pool_grad) (const float *const *dy,
                         const uint8_t *const *from,
                         const uint8_t *tap,
                         int windows,
                         size_t count,
                         float *dx,
                         bool add);

  /* p, m, v updated in place. u: the largest v so far, updated and taken for v in p (NULL: none).
   */
  void (*adam) (
      const ThawAdam *adam, size_t n, float *p, const float *grad, float *m, float *v, float *u);
} ThawKernels;

/* The best table that the processor and the mask allow. (transfer none) */
const ThawKernels *thaw_kernels (void);

/* --- Tiles of convolutions -----------------------------------------------------------------------
 * Sums of matrix products that share their result: y (rows x columns) = start + sum over terms of
 * x[t] (rows x depth) * w[t] (depth x columns), with at most THAW_TILE_COLUMNS columns, which are
 * kept in registers over all terms. A term is a tap of a convolution. start: y itself (add), else
 * bias (nullable: 0). Products end with y = act (y + residual), in registers as well; act: NONE,
 * RELU, RELU6 or HARDSWISH; both are left out by outer products. Each sum goes over terms, then
 * depth, in order, so the bits depend neither on rows nor on columns; where the processor can,
 * multiply and add round once: avx2 and avx512 give the same bits, c others. Nothing is allocated;
 * reentrant; y overlaps nothing. */
#define THAW_TILE_COLUMNS 32

typedef struct {
  const float *const *x; /* [terms] */
  const float *const *w; /* [terms] */
  int terms, depth, columns;
  size_t rows;
  size_t x_stride, w_stride, y_stride; /* floats from row to row */
  const float *bias;                   /* [columns] */
  float *y;
  bool add;
  const void *ahead;     /* what is wanted next, fetched into the core's outer cache meanwhile */
  size_t ahead_bytes;    /* 0: nothing                                                         */
  const float *residual; /* rows x columns, rows y_stride apart (nullable) */
  ThawActKind act;
} ThawTile;

typedef struct {
  const char *name; /* "c", "avx2", "avx512" */
  void (*products) (const ThawTile *tile);
  /* The same with x[t] stored (depth x rows). */
  void (*outer_products) (const ThawTile *tile);
  /* y[j][i] = x[i][j]; y: overwritten. */
  void (*transpose) (
      const float *x, size_t x_stride, int rows, int columns, float *y, size_t y_stride);
} ThawTiles;

/* The best that the processor and the mask allow. (transfer none) */
const ThawTiles *thaw_tiles (void);
/* The definition of all of them in plain loops, to test against. (transfer none) */
const ThawTiles *thaw_tiles_reference (void);

/* --- What the machine can do at best ------------------------------------------------------------
 * Measured, for benchmarks that hold a step against it. A call takes some milliseconds; whatever
 * disturbs makes the figure smaller, so the largest of several is the one to take. threads:
 * 1..those of the pool. */
typedef enum {
  THAW_ISA_BASE, /* what every processor of this kind has: vectors of 128 bits */
  THAW_ISA_AVX2, /* with FMA */
  THAW_ISA_AVX512,
  THAW_N_ISAS
} ThawIsa;

typedef enum {
  THAW_TRAFFIC_READ,   /* one array, read                                        */
  THAW_TRAFFIC_UPDATE, /* three arrays, each read and written, as Adam's are; the bytes of both
                          directions count */
  THAW_TRAFFIC_ADAM,   /* the pass that trains: a gradient is read, too, and each element costs two
                          divisions and a root; 28 bytes an element count */
  THAW_N_TRAFFICS
} ThawTraffic;

const char *thaw_isa_name (ThawIsa isa); /* "base", "avx2", "avx512" */
bool thaw_isa_available (ThawIsa isa);   /* here, and not masked */
/* Multiply-adds of float32 in registers, two operations each, in 10^9 a second; `isa` available. */
double thaw_measure_gflops (ThawIsa isa, ThawPool *pool, int threads);
/* GB/s (10^9 bytes) through the first `bytes` of `buffer`, cut into a part for each thread, again
 * and again: what fits into a cache is measured there. buffer: 64-byte aligned, finite, overwritten
 * by UPDATE and ADAM; bytes: 1024 a thread or more. */
double thaw_measure_bandwidth (
    ThawTraffic traffic, ThawPool *pool, int threads, float *buffer, size_t bytes);
/* Nanoseconds for a number to go from one core to another and back, the least of 20 times 100
 * trips: about 100 where they share a cache, several times as many where they do not. NaN with one
 * thread, or where two threads have to share a core. At most 20 ms. */
double thaw_measure_round_trip (ThawPool *pool);
/* Of the data cache of level 1 to 3, as the system says, else a usual size. Level 3 is shared. */
size_t thaw_cache_bytes (int level);

G_END_DECLS
