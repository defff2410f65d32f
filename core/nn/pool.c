/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Max pooling and global average pooling.
 * Max: the first maximum of a window in row-major order takes the gradient; NaN is a maximum. save,
 * if there is a backward: the tap of the maximum, a byte an element. dx is gathered: an input pixel
 * looks at the windows it lies in. */
#include "step-private.h"

typedef struct {
  const Step *step;
  const Run *run;
  size_t pixels, pixel; /* pixel: elements of one, all images */
} Job;

static Job
job_of (const Step *step, const Run *run)
{
  return (Job){step, run, shape_pixels (&step->in_shape),
               (size_t) run->n * (size_t) step->out_shape.c};
}

int
thaw_pool_window (const Step *step, int n, int oy, int ox, const float **x, uint8_t *tap)
{
  size_t pixel = (size_t) n * (size_t) step->in_shape.c;
  int taps = 0;

  for (int ky = 0; ky < step->rows.kernel; ky++) {
    int iy = axis_input (&step->rows, oy, ky);
    for (int kx = 0; iy >= 0 && kx < step->columns.kernel; kx++) {
      int ix = axis_input (&step->columns, ox, kx);
      if (ix < 0)
        continue;
      x[taps] = step->x + ((size_t) iy * (size_t) step->columns.in + (size_t) ix) * pixel;
      tap[taps++] = (uint8_t) (ky * step->rows.kernel + kx);
    }
  }
  return taps;
}

static void
max_forward_pixel (const Job *job, int oy, int ox)
{
  const Step *step = job->step;
  const float *x[THAW_POOL_TAPS];
  uint8_t tap[THAW_POOL_TAPS];
  size_t out = ((size_t) oy * (size_t) step->columns.out + (size_t) ox) * job->pixel;
  int taps = thaw_pool_window (step, job->run->n, oy, ox, x, tap);

  job->run->kernels->max_pool (x, tap, taps, job->pixel, step->y + out,
                               step->save != NULL ? (uint8_t *) step->save + out : NULL);
}

static void
max_forward_piece (void *user, int oy, int worker)
{
  Job *job = user;

  for (int ox = 0; ox < job->step->columns.out; ox++)
    max_forward_pixel (job, oy, ox);
}

static void
max_forward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  thaw_pool_run (run->pool, step->rows.out, max_forward_piece, &job);
}

void
thaw_pool_gather (const Step *step,
                  const Run *run,
                  const uint8_t *from,
                  size_t in_pixel,
                  size_t first,
                  size_t count,
                  float *dx,
                  bool add)
{
  int iy = (int) (in_pixel / (size_t) step->columns.in);
  int ix = (int) (in_pixel % (size_t) step->columns.in);
  size_t pixel = (size_t) run->n * (size_t) step->out_shape.c;
  const float *dy[THAW_POOL_TAPS];
  const uint8_t *taken[THAW_POOL_TAPS];
  uint8_t tap[THAW_POOL_TAPS];
  int windows = 0;

  for (int ky = 0; ky < step->rows.kernel; ky++) {
    int oy = axis_output (&step->rows, iy, ky);
    for (int kx = 0; oy >= 0 && kx < step->columns.kernel; kx++) {
      int ox = axis_output (&step->columns, ix, kx);
      size_t out;
      if (ox < 0)
        continue;
      out = ((size_t) oy * (size_t) step->columns.out + (size_t) ox) * pixel + first;
      dy[windows] = step->dy + out;
      taken[windows] = from + out;
      tap[windows++] = (uint8_t) (ky * step->rows.kernel + kx);
    }
  }
  run->kernels->max_pool_grad (dy, taken, tap, windows, count, dx, add);
}

static void
max_backward_piece (void *user, int iy, int worker)
{
  Job *job = user;
  const Step *step = job->step;

  for (int ix = 0; ix < step->columns.in; ix++) {
    size_t pixel = (size_t) iy * (size_t) step->columns.in + (size_t) ix;
    thaw_pool_gather (step, job->run, step->save, pixel, 0, job->pixel,
                      step->dx + pixel * job->pixel, step->add_dx);
  }
}

static void
max_backward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  thaw_pool_run (run->pool, step->rows.in, max_backward_piece, &job);
}

static void
max_needs (const Step *step, int n, Needs *needs)
{
  if (step->backward)
    needs->save = shape_count (&step->out_shape, n);
}

const Op thaw_op_max_pool = {max_needs, max_forward, max_backward};

/* --- Global average: a piece owns some elements of an image's channels, at every pixel. Rows of
 * the map are summed first, then the sums of rows.
 * --------------------------------------------------- */
static void
avg_forward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  size_t begin = piece_begin (piece), count = piece_size (piece, job->pixel);
  float *y = step->y + begin;
  float *row = (float *) (step->worker_scratch + (size_t) worker * step->worker_stride);
  int w = step->in_shape.w;

  for (int iy = 0; iy < step->in_shape.h; iy++) {
    const float *x = step->x + (size_t) iy * (size_t) w * job->pixel + begin;
    kernels->sum_parts (x, w, job->pixel, count, iy == 0 ? y : row);
    if (iy > 0)
      kernels->accumulate (row, count, y);
  }
  kernels->rescale ((float) (1 / (double) job->pixels), count, y);
}

static void
avg_forward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  thaw_run_elements (run, job.pixel, avg_forward_piece, &job);
}

static void
avg_backward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  size_t begin = piece_begin (piece), count = piece_size (piece, job->pixel);
  float *share = (float *) (step->worker_scratch + (size_t) worker * step->worker_stride);

  memcpy (share, step->dy + begin, count * sizeof *share);
  kernels->rescale ((float) (1 / (double) job->pixels), count, share);
  for (size_t pixel = 0; pixel < job->pixels; pixel++) {
    float *dx = step->dx + pixel * job->pixel + begin;
    if (step->add_dx)
      kernels->accumulate (share, count, dx);
    else
      memcpy (dx, share, count * sizeof *dx);
  }
}

static void
avg_backward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  thaw_run_elements (run, job.pixel, avg_backward_piece, &job);
}

static void
avg_needs (const Step *step, int n, Needs *needs)
{
  needs->forward_worker = needs->backward_worker = THAW_PIECE_ELEMENTS * sizeof (float);
}

const Op thaw_op_global_avg_pool = {avg_needs, avg_forward, avg_backward};
