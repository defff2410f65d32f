/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolution: one filter a channel, weights [tap][c]. For an output pixel the taps
 * inside the image are listed, and their products are summed in registers over the batch; dx is the
 * same loop over the outputs that an input pixel takes part in; dW owns a tap for a block of
 * channels. */
#include "step-private.h"

#define MAX_TAPS 225
#define CHANNEL_BLOCK 64

typedef struct {
  const Step *step;
  const Run *run;
  int blocks; /* of channels, for dW */
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
list_add (TapList *list, const Step *step, const float *x, int ky, int kx)
{
  int tap = ky * step->rows.kernel + kx;

  list->x[list->n] = x;
  list->w[list->n++] = step->weight->value + (size_t) tap * (size_t) step->in_shape.c;
}

static void
list_of_output (const Job *job, int oy, int ox, TapList *list)
{
  const Step *step = job->step;

  list->n = 0;
  for (int ky = 0; ky < step->rows.kernel; ky++) {
    int iy = axis_input (&step->rows, oy, ky);
    for (int kx = 0; iy >= 0 && kx < step->columns.kernel; kx++) {
      int ix = axis_input (&step->columns, ox, kx);
      if (ix >= 0)
        list_add (list, step,
                  step->x +
                      ((size_t) iy * (size_t) step->columns.in + (size_t) ix) * pixel_floats (job),
                  ky, kx);
    }
  }
}

static void
list_of_input (const Job *job, int iy, int ix, TapList *list)
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
                  ky, kx);
    }
  }
}

static void
forward_piece (void *user, int oy, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  TapList list;

  for (int ox = 0; ox < step->columns.out; ox++) {
    list_of_output (job, oy, ox, &list);
    job->run->kernels->depthwise (
        list.x, list.w, list.n, (size_t) job->run->n, step->in_shape.c,
        step->bias != NULL ? step->bias->value : NULL,
        step->y + ((size_t) oy * (size_t) step->columns.out + (size_t) ox) * pixel_floats (job),
        false);
  }
}

static void
input_piece (void *user, int iy, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  TapList list;

  for (int ix = 0; ix < step->columns.in; ix++) {
    list_of_input (job, iy, ix, &list);
    job->run->kernels->depthwise (
        list.x, list.w, list.n, (size_t) job->run->n, step->in_shape.c, NULL,
        step->dx + ((size_t) iy * (size_t) step->columns.in + (size_t) ix) * pixel_floats (job),
        step->add_dx);
  }
}

static void
weight_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  int tap = piece / job->blocks, channel = piece % job->blocks * CHANNEL_BLOCK;
  int ky = tap / step->rows.kernel, kx = tap % step->rows.kernel, c = step->in_shape.c;
  Range rows = axis_outputs (&step->rows, ky), columns = axis_outputs (&step->columns, kx);
  float *dw = step->weight->grad + (size_t) tap * (size_t) c + channel;
  int width = MIN (CHANNEL_BLOCK, c - channel);

  if (range_empty (rows) || range_empty (columns))
    return; /* a dead tap: its gradient is zero since planning */
  memset (dw, 0, (size_t) width * sizeof *dw);
  for (int oy = rows.first; oy < rows.end; oy++) {
    int iy = axis_input (&step->rows, oy, ky);
    for (int ox = columns.first; ox < columns.end; ox++) {
      int ix = axis_input (&step->columns, ox, kx);
      size_t in = ((size_t) iy * (size_t) step->columns.in + (size_t) ix) * pixel_floats (job);
      size_t out = ((size_t) oy * (size_t) step->columns.out + (size_t) ox) * pixel_floats (job);
      job->run->kernels->depthwise_weights (step->x + in + channel, step->dy + out + channel,
                                            (size_t) job->run->n, (size_t) c, width, dw);
    }
  }
}

static void
depthwise_forward (const Step *step, const Run *run)
{
  Job job = {step, run, 0};

  thaw_pool_run (run->pool, step->rows.out, forward_piece, &job);
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
  Job job = {step, run, ceil_div ((size_t) step->in_shape.c, CHANNEL_BLOCK)};
  int taps = step->rows.kernel * step->rows.kernel;
  size_t rows = shape_pixels (&step->out_shape) * (size_t) run->n;

  if (step->weight->trainable)
    thaw_pool_run (run->pool, taps * job.blocks, weight_piece, &job);
  if (step->bias != NULL && step->bias->trainable)
    thaw_column_sum (run, step->dy, rows, step->out_shape.c, step->scratch, step->bias->grad);
  if (step->dx != NULL)
    thaw_pool_run (run->pool, step->rows.in, input_piece, &job);
}

const Op thaw_op_depthwise = {depthwise_needs, depthwise_forward, depthwise_backward};
