/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sum of two maps; its gradient goes to both. */
#include "step-private.h"

typedef struct {
  const Step *step;
  const Run *run;
  size_t count;
} Job;

static void
forward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  size_t begin = piece_begin (piece);

  job->run->kernels->add (job->step->x + begin, job->step->x2 + begin,
                          piece_size (piece, job->count), job->step->y + begin);
}

static void
add_forward (const Step *step, const Run *run)
{
  Job job = {step, run, shape_count (&step->out_shape, run->n)};

  thaw_run_elements (run, job.count, forward_piece, &job);
}

static void
pass_on (const Job *job, const float *dy, float *dx, bool add, size_t count)
{
  if (dx == NULL || dx == dy)
    return;
  if (add)
    job->run->kernels->accumulate (dy, count, dx);
  else
    memcpy (dx, dy, count * sizeof *dx);
}

static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  size_t begin = piece_begin (piece), count = piece_size (piece, job->count);

  /* The second first: dx may be dy's memory, and x + x has dx2 == dx. */
  if (step->dx2 != NULL)
    pass_on (job, step->dy + begin, step->dx2 + begin, step->add_dx2, count);
  if (step->dx != NULL)
    pass_on (job, step->dy + begin, step->dx + begin, step->add_dx, count);
}

static void
add_backward (const Step *step, const Run *run)
{
  Job job = {step, run, shape_count (&step->out_shape, run->n)};

  thaw_run_elements (run, job.count, backward_piece, &job);
}

static void
add_needs (const Step *step, int n, Needs *needs)
{
  needs->in_place = true;
  needs->dx_in_place = step->in[0] != step->in[1];
}

const Op thaw_op_add = {add_needs, add_forward, add_backward};
