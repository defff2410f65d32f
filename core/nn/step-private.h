/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: a step, the unit of the schedule: one node of the graph, or several that run as one (a
 * batch norm with the addition and the activation behind it). Planning fills everything in; running
 * reads it. An op is a table of functions on steps. */
#pragma once

#include "graph-private.h"
#include "axis.h"
#include "thaw-kernels.h"

#include <string.h>

typedef struct _Step Step;

/* What running needs beyond the step. */
typedef struct {
  ThawPool *pool;
  const ThawKernels *kernels;
  const ThawTiles *tiles;
  ThawMode mode;
  int n; /* images in this batch */
  uint64_t seed, noise_step;
} Run;

/* What a step asks of the memory plan, for batches of up to n. */
typedef struct {
  bool x_for_backward, x2_for_backward, y_for_backward;
  bool in_place;    /* y may have x's memory: each element depends on its own alone  */
  bool dx_in_place; /* dx may have dy's memory                                        */
  size_t save;      /* bytes written by forward, read by backward                     */
  size_t forward_shared, forward_worker; /* scratch bytes: for all, for each worker       */
  size_t backward_shared, backward_worker;
} Needs;

typedef struct {
  /* Called when planning, after the fields above "bound" are set. */
  void (*needs) (const Step *step, int n, Needs *needs);
  /* Cut work by shape, hand it to the pool. y is overwritten. */
  void (*forward) (const Step *step, const Run *run);
  /* Gradients of parameters are overwritten; dx and dx2 overwritten, or accumulated if add_dx,
   * add_dx2. What is NULL is not wanted. */
  void (*backward) (const Step *step, const Run *run);
} Op;

/* A batch norm that a convolution has taken in, and its own weights and bias then: folded.c */
typedef struct {
  const ThawParam *weight, *bias, *mean, *var; /* NULL: none */
  double eps;
  float *w, *b; /* of a dense convolution, the taps `tap_rows` x `tap_columns` alone */
} FoldedNorm;

struct _Step {
  const Op *op;
  const Node *node;    /* what it is: the node with the parameters, if any */
  ThawNode id;         /* of that node */
  ThawNode in[2], out; /* values read, value written; in[1] is -1 without a second */
  Shape in_shape, out_shape;
  Axis rows, columns; /* of a window, else unset */
  int groups;
  ThawActKind act; /* behind a batch norm, of a gate, or the activation itself */
  bool pooled;     /* batch norm with a max pooling behind it: `rows`, `columns` */
  bool held;       /* batch norm with running statistics while training */
  ThawParam *weight, *bias, *running_mean, *running_var, *batches;
  ThawParam *weight2, *bias2;  /* squeeze and excitation: the second layer, */
  ThawActKind act2;            /* and the activation before it              */
  FoldedNorm norm;             /* then in[1] is added, and `act` is behind all of it */
  Range tap_rows, tap_columns; /* of the weights in force in forward, dense convolutions */
  bool backward;               /* has a part in the backward pass */
  const Step *next;            /* the next one of this op in forward's order, or NULL */

  /* Bound to memory by the plan. x and y are one or the other of the two below them: backward may
   * read a copy that step `remake`, a batch norm, makes anew before (-1: nothing to be made), into
   * its `again`. In backward x2 may have been overwritten, unless the op needs it or has an
   * `again`. */
  const float *x, *x2;
  float *y;
  float *forward_x, *backward_x, *forward_y, *backward_y;
  float *again; /* NULL: y is kept, or not needed in backward */
  int remake;
  const float *dy;
  float *dx, *dx2;
  bool add_dx, add_dx2;
  void *save;
  char *scratch, *worker_scratch; /* in force while forward, or backward, runs */
  size_t worker_stride;           /* bytes */
  char *forward_scratch, *backward_scratch;
  size_t forward_shared, backward_shared, forward_worker, backward_worker;
};

extern const Op thaw_op_conv_dense, thaw_op_conv_taps, thaw_op_conv_patches, thaw_op_depthwise,
    thaw_op_pointwise, thaw_op_batch_norm, thaw_op_activation, thaw_op_max_pool,
    thaw_op_global_avg_pool, thaw_op_add, thaw_op_scale, thaw_op_dropout, thaw_op_squeeze,
    thaw_op_stochastic_depth, thaw_op_slice, thaw_op_concat, thaw_op_shuffle, thaw_op_interleave;

/* Writes y of a batch norm's forward once more, to `again`, the same bits, in TRAIN mode before its
 * backward. */
void thaw_norm_remake (const Step *step, const Run *run);

/* Max pooling, for the op and for batch norms. What a window reads: up to THAW_POOL_TAPS addresses
 * in x, with their places in the window; returns how many. */
#define THAW_POOL_TAPS 225
int thaw_pool_window (const Step *step, int n, int oy, int ox, const float **x, uint8_t *tap);
/* Gradient of `count` elements of an input pixel, from the first-th on (n images x channels), from
 * dy and what forward noted: overwritten, or accumulated if add. */
void thaw_pool_gather (const Step *step,
                       const Run *run,
                       const uint8_t *from,
                       size_t in_pixel,
                       size_t first,
                       size_t count,
                       float *dx,
                       bool add);
/* Whether a batch norm of so many channels may take a max pooling in. batchnorm.c */
bool thaw_norm_pools (int channels);

/* Weights and bias (nullable) in force in forward. */
static inline const float *
step_weight (const Step *step)
{
  return step->norm.weight != NULL ? step->norm.w : step->weight->value;
}

static inline const float *
step_bias (const Step *step)
{
  if (step->norm.weight != NULL)
    return step->norm.b;
  return step->bias != NULL ? step->bias->value : NULL;
}

/* --- Shapes ------------------------------------------------------------------------------------
 */
static inline size_t
shape_pixels (const Shape *shape)
{
  return (size_t) shape->h * (size_t) shape->w;
}

static inline size_t
shape_count (const Shape *shape, int n) /* elements of a batch of n */
{
  return shape_pixels (shape) * (size_t) n * (size_t) shape->c;
}

/* --- Cutting work: by shape alone, never by the number of threads -------------------------------
 */
#define THAW_PIECE_ELEMENTS 16384 /* of an elementwise pass: 64 KiB */

static inline int
ceil_div (size_t a, size_t b)
{
  return (int) ((a + b - 1) / b);
}

/* Runs `work` over pieces of THAW_PIECE_ELEMENTS of `count`; see piece_range. */
void thaw_run_elements (const Run *run, size_t count, ThawPieceFunc work, void *user);

static inline size_t
piece_begin (int piece)
{
  return (size_t) piece * THAW_PIECE_ELEMENTS;
}

static inline size_t
piece_size (int piece, size_t count)
{
  return MIN ((size_t) THAW_PIECE_ELEMENTS, count - piece_begin (piece));
}

/* Blocks of a matrix product: about `pieces` of them, none too small to be worth it. */
typedef struct {
  int rows, columns; /* of a block          */
  int row_blocks, column_blocks;
} Cut;
Cut thaw_cut_product (size_t rows, size_t columns, size_t depth);
/* Width of the column blocks of a product that is cut into `others` pieces already. */
int thaw_cut_columns (int columns, int others);

/* Sum of the rows of a matrix, for bias gradients: [c], overwritten. scratch:
 * thaw_column_sum_bytes. */
size_t thaw_column_sum_bytes (size_t rows, int c);
void
thaw_column_sum (const Run *run, const float *x, size_t rows, int c, void *scratch, float *sums);
/* y = the sum of n_parts arrays of count floats, in order. */
void thaw_sum_parts (const Run *run, const float *parts, int n_parts, size_t count, float *y);
