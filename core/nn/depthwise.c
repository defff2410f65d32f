/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution: one filter a channel, weights [tap][c]. For an output pixel the taps
 * inside the image are listed, and their products are summed in registers over the batch; dx is the
 * same loop over the outputs that an input pixel takes part in; dW owns a block of channels, or one
 * row of the window of it. Small maps are cut into blocks of channels, as the batch norms around
 * them are, large ones into rows. */
#include "step-private.h"

#define MAX_KERNEL 15
#define MAX_TAPS (MAX_KERNEL * MAX_KERNEL)
#define CHANNEL_BLOCK 16 /* of dW */
#define PIECES 8         /* of y and dx, or more */

typedef struct {
  const Step *step;
  const Run *run;
  int width;    /* channels of a piece of y or dx */
  int blocks;   /* of channels, for dW                              */
  bool by_rows; /* of the window as well, where blocks are too few */
  int weights;  /* pieces of dW */
} Job;

typedef struct {
  const float *x[MAX_TAPS], *w[MAX_TAPS];
  int n;
} TapList;

static size_t
pixel_floats (const Job *job)
{
  return (size_t) job->run->n * (size_t) job->step->in_shape.c;
}

static void
list_add (TapList *list,
          const Step *step,
          const float *x,
          const float *weight,
          int ky,
          int kx,
          int channel)
{
  size_t tap = (size_t) (ky * step->rows.kernel + kx);

  list->x[list->n] = x + channel;
  list->w[list->n++] = weight + tap * (size_t) step->in_shape.c + channel;
}

static void
list_of_output (const Job *job, int oy, int ox, int channel, TapList *list)
{
  const Step *step = job->step;
  const float *weight = step_weight (step);

  list->n = 0;
  for (int ky = 0; ky < step->rows.kernel; ky++) {
    int iy = axis_input (&step->rows, oy, ky);
    for (int kx = 0; iy >= 0 && kx < step->columns.kernel; kx++) {
      int ix = axis_input (&step->columns, ox, kx);
      if (ix >= 0)
        list_add (list, step,
                  step->x +
                      ((size_t) iy * (size_t) step->columns.in + (size_t) ix) * pixel_floats (job),
                  weight, ky, kx, channel);
    }
  }
}

static void
list_of_input (const Job *job, int iy, int ix, int channel, TapList *list)
{
  const Step *step = job->step;

  list->n = 0;
  for (int ky = 0; ky < step->rows.kernel; ky++) {
    int oy = axis_output (&step->rows, iy, ky);
    for (int kx = 0; oy >= 0 && kx < step->columns.kernel; kx++) {
      int ox = axis_output (&step->columns, ix, kx);
      if (ox >= 0)
        list_add (list, step,
                  step->dy +
                      ((size_t) oy * (size_t) step->columns.out + (size_t) ox) * pixel_floats (job),
                  step->weight->value, ky, kx, channel);
    }
  }
}

/* Channels of a piece of a map of `rows` rows. */
static int
width_of (const Step *step, int rows)
{
  int blocks = ceil_div (PIECES, (size_t) rows);
  int width = ceil_div ((size_t) step->in_shape.c, (size_t) blocks);

  return (width + CHANNEL_BLOCK - 1) / CHANNEL_BLOCK * CHANNEL_BLOCK;
}

static int
blocks_of (const Job *job)
{
  return ceil_div ((size_t) job->step->in_shape.c, (size_t) job->width);
}

/* A piece is a row for a block of channels; neighbouring pieces share the block. */
static void
forward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  size_t c = (size_t) step->in_shape.c, n = (size_t) job->run->n;
  int oy = piece % step->rows.out, channel = piece / step->rows.out * job->width;
  int width = MIN (job->width, step->in_shape.c - channel);
  const float *bias = step_bias (step);
  TapList list;

  for (int ox = 0; ox < step->columns.out; ox++) {
    size_t pixel = (size_t) oy * (size_t) step->columns.out + (size_t) ox;
    list_of_output (job, oy, ox, channel, &list);
    job->run->kernels->depthwise (list.x, list.w, list.n, n, c, width,
                                  bias != NULL ? bias + channel : NULL,
                                  step->y + pixel * n * c + channel, false, step->act);
  }
}

static void
input_piece (const Job *job, int piece)
{
  const Step *step = job->step;
  size_t c = (size_t) step->in_shape.c, n = (size_t) job->run->n;
  int iy = piece % step->rows.in, channel = piece / step->rows.in * job->width;
  int width = MIN (job->width, step->in_shape.c - channel);
  TapList list;

  for (int ix = 0; ix < step->columns.in; ix++) {
    size_t pixel = (size_t) iy * (size_t) step->columns.in + (size_t) ix;
    list_of_input (job, iy, ix, channel, &list);
    job->run->kernels->depthwise (list.x, list.w, list.n, n, c, width, NULL,
                                  step->dx + pixel * n * c + channel, step->add_dx, THAW_ACT_NONE);
  }
}

/* Adds the taps of window row ky that output pixel (oy, ox) sees: what they read, and their dW. */
static int
taps_of_row (
    const Job *job, int oy, int ox, int ky, int channel, int n, const float **x, float **dw)
{
  const Step *step = job->step;
  size_t c = (size_t) step->in_shape.c;
  int iy = axis_input (&step->rows, oy, ky);

  for (int kx = 0; iy >= 0 && kx < step->columns.kernel; kx++) {
    int ix = axis_input (&step->columns, ox, kx);
    if (ix < 0)
      continue;
    x[n] = step->x + ((size_t) iy * (size_t) step->columns.in + (size_t) ix) * pixel_floats (job) +
           channel;
    dw[n++] = step->weight->grad + (size_t) (ky * step->rows.kernel + kx) * c + (size_t) channel;
  }
  return n;
}

static void
clear_row (const Job *job, int ky, int channel, int width)
{
  const Step *step = job->step;

  for (int kx = 0; kx < step->columns.kernel; kx++)
    memset (step->weight->grad +
                (size_t) (ky * step->rows.kernel + kx) * (size_t) step->in_shape.c + channel,
            0, (size_t) width * sizeof (float));
}

/* A block of channels, and all rows of the window or one. */
static void
weight_piece (const Job *job, int piece)
{
  const Step *step = job->step;
  int kernel = step->rows.kernel, channel = piece % job->blocks * CHANNEL_BLOCK;
  int first = job->by_rows ? piece / job->blocks : 0, end = job->by_rows ? first + 1 : kernel;
  int width = MIN (CHANNEL_BLOCK, step->in_shape.c - channel);
  const float *x[MAX_TAPS];
  float *dw[MAX_TAPS];

  for (int ky = first; ky < end; ky++)
    clear_row (job, ky, channel, width);
  for (int oy = 0; oy < step->rows.out; oy++) {
    for (int ox = 0; ox < step->columns.out; ox++) {
      size_t out = ((size_t) oy * (size_t) step->columns.out + (size_t) ox) * pixel_floats (job);
      int taps = 0;
      for (int ky = first; ky < end; ky++)
        taps = taps_of_row (job, oy, ox, ky, channel, taps, x, dw);
      job->run->kernels->depthwise_weights (x, step->dy + out + channel, taps, (size_t) job->run->n,
                                            (size_t) step->in_shape.c, width, dw);
    }
  }
}

/* Pieces of dW, then those of dx: one phase for both. */
static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;

  if (piece < job->weights)
    weight_piece (job, piece);
  else
    input_piece (job, piece - job->weights);
}

static void
depthwise_forward (const Step *step, const Run *run)
{
  Job job = {.step = step, .run = run, .width = width_of (step, step->rows.out)};

  thaw_pool_run (run->pool, blocks_of (&job) * step->rows.out, forward_piece, &job);
}

static void
depthwise_needs (const Step *step, int n, Needs *needs)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) n;

  needs->x_for_backward = step->weight->trainable;
  if (step->bias != NULL)
    needs->backward_shared = thaw_column_sum_bytes (rows, step->out_shape.c);
}

static void
depthwise_backward (const Step *step, const Run *run)
{
  Job job = {.step = step,
             .run = run,
             .width = width_of (step, step->rows.in),
             .blocks = ceil_div ((size_t) step->in_shape.c, CHANNEL_BLOCK)};
  size_t rows = shape_pixels (&step->out_shape) * (size_t) run->n;
  int inputs = step->dx != NULL ? blocks_of (&job) * step->rows.in : 0;

  job.by_rows = job.blocks < 4;
  if (step->weight->trainable)
    job.weights = job.by_rows ? step->rows.kernel * job.blocks : job.blocks;
  if (step->bias != NULL && step->bias->trainable)
    thaw_column_sum (run, step->dy, rows, step->out_shape.c, step->scratch, step->bias->grad);
  thaw_pool_run (run->pool, job.weights + inputs, backward_piece, &job);
}

const Op thaw_op_depthwise = {depthwise_needs, depthwise_forward, depthwise_backward};
