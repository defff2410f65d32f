/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of few input channels (the first layer): a tap alone would be a product of depth 3.
 * The input is copied once to rows [h][n][padding + w + padding][c], where the k*c floats that a
 * window sees of one input row lie side by side; a block of output pixels then gathers its windows
 * as rows of k*k*c floats, and one product with the weights, [k*k*c][cout], does all taps. Rows of
 * a window outside the image are left out; columns outside are zeros. */
#include "step-private.h"

#define BLOCK_ROWS 256 /* of gathered windows: they stay in the cache */
#define CHUNKS 8       /* of output rows, for dW: each has its own sum */

typedef struct {
  const Step *step;
  const Run *run;
  int chunk_rows;
  float *parts; /* [chunks][k*k*c][cout] */
} Job;

static size_t
padded_width (const Step *step)
{
  return (size_t) step->columns.in + 2 * (size_t) step->columns.padding;
}

static size_t
padded_bytes (const Step *step, int n)
{
  return (size_t) step->rows.in * (size_t) n * padded_width (step) * (size_t) step->in_shape.c *
         sizeof (float);
}

static int
block_pixels (const Step *step, int n)
{
  return MIN (step->columns.out, MAX (1, BLOCK_ROWS / n));
}

static size_t
window_floats (const Step *step)
{
  return (size_t) step->rows.kernel * (size_t) step->rows.kernel * (size_t) step->in_shape.c;
}

static void
pad_row (void *user, int iy, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  size_t c = (size_t) step->in_shape.c, n = (size_t) job->run->n, line = padded_width (step) * c;
  size_t margin = (size_t) step->columns.padding * c;
  float *rows = (float *) step->scratch + (size_t) iy * n * line;
  const float *x = step->x + (size_t) iy * (size_t) step->columns.in * n * c;

  for (size_t i = 0; i < n; i++) {
    float *row = rows + i * line;
    memset (row, 0, margin * sizeof *row);
    memset (row + line - margin, 0, margin * sizeof *row);
    for (int ix = 0; ix < step->columns.in; ix++)
      for (size_t j = 0; j < c; j++)
        row[margin + (size_t) ix * c + j] = x[((size_t) ix * n + i) * c + j];
  }
}

/* Taps of the window's rows inside the image. */
static Range
live_rows (const Step *step, int oy)
{
  Range range = {0, 0};

  for (int ky = 0; ky < step->rows.kernel; ky++) {
    if (axis_input (&step->rows, oy, ky) < 0)
      continue;
    if (range.end == 0)
      range.first = ky;
    range.end = ky + 1;
  }
  return range;
}

/* windows: [pixels * n][(range) * k * c] */
static void
gather (const Step *step, int n, int oy, int ox, int pixels, Range range, float *windows)
{
  size_t c = (size_t) step->in_shape.c, line = padded_width (step) * c;
  size_t run_floats = (size_t) step->columns.kernel * c;
  const float *padded = (const float *) step->scratch;

  for (int p = 0; p < pixels; p++) {
    size_t at = (size_t) (ox + p) * (size_t) step->columns.stride * c;
    for (int i = 0; i < n; i++) {
      for (int ky = range.first; ky < range.end; ky++) {
        size_t iy = (size_t) axis_input (&step->rows, oy, ky);
        memcpy (windows, padded + (iy * (size_t) n + (size_t) i) * line + at,
                run_floats * sizeof *windows);
        windows += run_floats;
      }
    }
  }
}

static float *
windows_of (const Step *step, int worker)
{
  return (float *) (step->worker_scratch + (size_t) worker * step->worker_stride);
}

static void
forward_piece (void *user, int oy, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  int n = job->run->n, block = block_pixels (step, n), cout = step->out_shape.c;
  Range range = live_rows (step, oy);
  int row_floats = step->columns.kernel * step->in_shape.c;
  int depth = (range.end - range.first) * row_floats;
  const float *bias = step->bias != NULL ? step->bias->value : NULL;
  const float *w = step->weight->value + (size_t) range.first * (size_t) row_floats * (size_t) cout;
  float *windows = windows_of (step, worker);

  for (int ox = 0; ox < step->columns.out; ox += block) {
    int pixels = MIN (block, step->columns.out - ox), rows = pixels * n;
    float *y = step->y + ((size_t) oy * (size_t) step->columns.out + (size_t) ox) * (size_t) n *
                             (size_t) cout;
    if (bias != NULL || depth == 0)
      job->run->kernels->fill_rows (bias, (size_t) rows, (size_t) cout, cout, y);
    if (depth == 0)
      continue;
    gather (step, n, oy, ox, pixels, range, windows);
    thaw_gemm (false, false, rows, cout, depth, windows, depth, w, cout, bias != NULL ? 1 : 0, y,
               cout);
  }
}

static void
patches_forward (const Step *step, const Run *run)
{
  Job job = {step, run, 0, NULL};

  thaw_pool_run (run->pool, step->rows.in, pad_row, &job);
  thaw_pool_run (run->pool, step->rows.out, forward_piece, &job);
}

static void
weight_row (const Job *job, int oy, int worker, float *dw)
{
  const Step *step = job->step;
  int n = job->run->n, block = block_pixels (step, n), cout = step->out_shape.c;
  Range range = live_rows (step, oy);
  int row_floats = step->columns.kernel * step->in_shape.c;
  int depth = (range.end - range.first) * row_floats;
  float *windows = windows_of (step, worker);

  dw += (size_t) range.first * (size_t) row_floats * (size_t) cout;
  for (int ox = 0; depth > 0 && ox < step->columns.out; ox += block) {
    int pixels = MIN (block, step->columns.out - ox);
    const float *dy = step->dy + ((size_t) oy * (size_t) step->columns.out + (size_t) ox) *
                                     (size_t) n * (size_t) cout;
    gather (step, n, oy, ox, pixels, range, windows);
    thaw_gemm (true, false, depth, cout, pixels * n, windows, depth, dy, cout, 1, dw, cout);
  }
}

static void
weight_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  size_t count = window_floats (step) * (size_t) step->out_shape.c;
  float *dw = job->parts + (size_t) piece * count;
  int first = piece * job->chunk_rows, end = MIN (first + job->chunk_rows, step->rows.out);

  memset (dw, 0, count * sizeof *dw);
  for (int oy = first; oy < end; oy++)
    weight_row (job, oy, worker, dw);
}

static int
chunk_rows_of (const Step *step)
{
  return ceil_div ((size_t) step->rows.out, CHUNKS);
}

static size_t
parts_bytes (const Step *step)
{
  return (size_t) CHUNKS * window_floats (step) * (size_t) step->out_shape.c * sizeof (float);
}

static void
weight_gradient (const Step *step, const Run *run)
{
  Job job = {step, run, chunk_rows_of (step), NULL};
  int chunks = ceil_div ((size_t) step->rows.out, (size_t) job.chunk_rows);
  size_t count = window_floats (step) * (size_t) step->out_shape.c;

  job.parts = (float *) (step->scratch + ((padded_bytes (step, run->n) + 63) & ~(size_t) 63));
  thaw_pool_run (run->pool, step->rows.in, pad_row, &job);
  thaw_pool_run (run->pool, chunks, weight_piece, &job);
  thaw_sum_parts (run, job.parts, chunks, count, step->weight->grad);
}

static void
patches_needs (const Step *step, int n, Needs *needs)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) n;

  needs->x_for_backward = step->weight->trainable;
  needs->forward_shared = padded_bytes (step, n);
  /* Blocks are cut by the batch at hand; one image more a block than BLOCK_ROWS at most. */
  needs->forward_worker = (size_t) MAX (n, BLOCK_ROWS) * window_floats (step) * sizeof (float);
  needs->backward_worker = needs->forward_worker;
  needs->backward_shared = MAX (padded_bytes (step, n) + 64 + parts_bytes (step),
                                thaw_column_sum_bytes (rows, step->out_shape.c));
}

static void
patches_backward (const Step *step, const Run *run)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) run->n;

  if (step->weight->trainable)
    weight_gradient (step, run);
  if (step->bias != NULL && step->bias->trainable)
    thaw_column_sum (run, step->dy, rows, step->out_shape.c, step->scratch, step->bias->grad);
  if (step->dx != NULL)
    thaw_conv_input_gradient (step, run);
}

const Op thaw_op_conv_patches = {patches_needs, patches_forward, patches_backward};
