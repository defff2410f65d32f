/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Squeeze-and-excitation's product: each channel of an image times its gate.
 * x, y: [pixels][n][c]; gate: [n][c]. dx = dy * gate; dgate = sum over pixels of dy * x. */
#include "step-private.h"

typedef struct {
  const Step *step;
  const Run *run;
  size_t pixels, count; /* count: elements of the gate */
} Job;

static Job
job_of (const Step *step, const Run *run)
{
  return (Job){step, run, shape_pixels (&step->out_shape),
               (size_t) run->n * (size_t) step->out_shape.c};
}

/* A piece owns some elements of the gate, at every pixel. */
static void
forward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  size_t begin = piece_begin (piece), count = piece_size (piece, job->count);

  for (size_t pixel = 0; pixel < job->pixels; pixel++) {
    size_t at = pixel * job->count + begin;
    job->run->kernels->multiply (step->x + at, step->x2 + begin, count, step->y + at, false);
  }
}

static void
scale_forward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  thaw_run_elements (run, job.count, forward_piece, &job);
}

static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  size_t begin = piece_begin (piece), count = piece_size (piece, job->count);

  for (size_t pixel = 0; step->dx2 != NULL && pixel < job->pixels; pixel++) {
    size_t at = pixel * job->count + begin;
    bool add = step->add_dx2 || pixel > 0;
    kernels->multiply (step->dy + at, step->x + at, count, step->dx2 + begin, add);
  }
  for (size_t pixel = 0; step->dx != NULL && pixel < job->pixels; pixel++) {
    size_t at = pixel * job->count + begin;
    kernels->multiply (step->dy + at, step->x2 + begin, count, step->dx + at, step->add_dx);
  }
}

static void
scale_backward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  thaw_run_elements (run, job.count, backward_piece, &job);
}

static void
scale_needs (const Step *step, int n, Needs *needs)
{
  needs->x_for_backward = true;
  needs->x2_for_backward = true;
  needs->in_place = true;
  needs->dx_in_place = true;
}

const Op thaw_op_scale = {scale_needs, scale_forward, scale_backward};
