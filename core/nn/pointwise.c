/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One matrix product for the whole map: 1x1 convolution at stride 1, weights [cin][cout], and the
 * linear layer, weights [out][in] as in torch. Y (pixels*n x cout) = X W + bias. Products are cut
 * into fixed blocks; dW of a deep, small product is summed over fixed chunks of rows. */
#include "step-private.h"

#define MAX_PARTS 8
#define PART_ROWS 512 /* least rows of a chunk of dW */

typedef struct {
  const Step *step;
  const Run *run;
  int rows, cin, cout;
  Cut cut;                             /* of y or dx */
  Cut outer;                           /* of dW      */
  int parts, part_rows, weight_pieces; /* of dW      */
} Job;

static bool
is_linear (const Step *step)
{
  return step->node->kind == NODE_LINEAR;
}

static Job
job_of (const Step *step, const Run *run)
{
  return (Job){.step = step,
               .run = run,
               .rows = (int) shape_pixels (&step->out_shape) * run->n,
               .cin = step->in_shape.c,
               .cout = step->out_shape.c};
}

static void
forward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  int row = piece / job->cut.column_blocks * job->cut.rows;
  int column = piece % job->cut.column_blocks * job->cut.columns;
  int rows = MIN (job->cut.rows, job->rows - row);
  int columns = MIN (job->cut.columns, job->cout - column);
  const float *x = step->x + (size_t) row * (size_t) job->cin;
  float *y = step->y + (size_t) row * (size_t) job->cout + column;
  bool linear = is_linear (step);
  size_t w = linear ? (size_t) column * (size_t) job->cin : (size_t) column;

  if (step->bias != NULL)
    job->run->kernels->fill_rows (step->bias->value + column, (size_t) rows, (size_t) job->cout,
                                  columns, y);
  thaw_gemm (false, linear, rows, columns, job->cin, x, job->cin, step->weight->value + w,
             linear ? job->cin : job->cout, step->bias != NULL ? 1 : 0, y, job->cout);
}

static void
pointwise_forward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  job.cut = thaw_cut_product ((size_t) job.rows, (size_t) job.cout, (size_t) job.cin);
  thaw_pool_run (run->pool, job.cut.row_blocks * job.cut.column_blocks, forward_piece, &job);
}

static void
input_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  int row = piece / job->cut.column_blocks * job->cut.rows;
  int column = piece % job->cut.column_blocks * job->cut.columns;
  bool linear = is_linear (step);
  size_t w = linear ? (size_t) column : (size_t) column * (size_t) job->cout;

  thaw_gemm (false, !linear, MIN (job->cut.rows, job->rows - row),
             MIN (job->cut.columns, job->cin - column), job->cout,
             step->dy + (size_t) row * (size_t) job->cout, job->cout, step->weight->value + w,
             linear ? job->cin : job->cout, step->add_dx ? 1 : 0,
             step->dx + (size_t) row * (size_t) job->cin + column, job->cin);
}

/* dW is [m][k]: [cin][cout], or [cout][cin] of a linear layer. */
static void
weight_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  bool linear = is_linear (step);
  int m = linear ? job->cout : job->cin, k = linear ? job->cin : job->cout;
  const float *left = linear ? step->dy : step->x, *right = linear ? step->x : step->dy;
  int blocks = job->outer.row_blocks * job->outer.column_blocks;
  int part = piece / blocks, block = piece % blocks;
  int row = block / job->outer.column_blocks * job->outer.rows;
  int column = block % job->outer.column_blocks * job->outer.columns;
  int first = part * job->part_rows;
  float *dw = job->parts > 1 ? (float *) step->scratch : step->weight->grad;

  dw += (size_t) part * (size_t) m * (size_t) k;
  thaw_gemm (true, false, MIN (job->outer.rows, m - row), MIN (job->outer.columns, k - column),
             MIN (job->part_rows, job->rows - first), left + (size_t) first * (size_t) m + row, m,
             right + (size_t) first * (size_t) k + column, k, 0,
             dw + (size_t) row * (size_t) k + column, k);
}

static void
cut_weights (Job *job)
{
  int m = is_linear (job->step) ? job->cout : job->cin;
  int k = is_linear (job->step) ? job->cin : job->cout;
  int most = MIN (MAX_PARTS, job->rows / PART_ROWS);

  job->part_rows = most > 1 ? ceil_div ((size_t) job->rows, (size_t) most) : job->rows;
  job->parts = ceil_div ((size_t) job->rows, (size_t) job->part_rows);
  job->outer = thaw_cut_product ((size_t) m, (size_t) k, (size_t) job->part_rows);
  if (job->parts > 1)
    job->outer = (Cut){m, k, 1, 1};
  job->weight_pieces = job->parts * job->outer.row_blocks * job->outer.column_blocks;
}

/* Pieces of dW, then those of dx: one phase for both. */
static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;

  if (piece < job->weight_pieces)
    weight_piece (user, piece, worker);
  else
    input_piece (user, piece - job->weight_pieces, worker);
}

static void
pointwise_needs (const Step *step, int n, Needs *needs)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) n;
  size_t parts = MIN ((size_t) MAX_PARTS, rows / PART_ROWS);

  needs->x_for_backward = step->weight->trainable;
  if (parts > 1)
    needs->backward_shared =
        parts * (size_t) step->in_shape.c * (size_t) step->out_shape.c * sizeof (float);
  needs->backward_shared =
      MAX (needs->backward_shared, thaw_column_sum_bytes (rows, step->out_shape.c));
}

static void
pointwise_backward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);
  int pieces = 0;

  if (step->bias != NULL && step->bias->trainable)
    thaw_column_sum (run, step->dy, (size_t) job.rows, job.cout, step->scratch, step->bias->grad);
  if (step->weight->trainable)
    cut_weights (&job);
  pieces = job.weight_pieces;
  if (step->dx != NULL) {
    job.cut = thaw_cut_product ((size_t) job.rows, (size_t) job.cin, (size_t) job.cout);
    pieces += job.cut.row_blocks * job.cut.column_blocks;
  }
  thaw_pool_run (run->pool, pieces, backward_piece, &job);
  if (job.parts > 1)
    thaw_sum_parts (run, (const float *) step->scratch, job.parts,
                    (size_t) job.cin * (size_t) job.cout, step->weight->grad);
}

const Op thaw_op_pointwise = {pointwise_needs, pointwise_forward, pointwise_backward};
