/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An activation that does not follow a batch norm. Derivatives at the kinks are torch's. */
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

  job->run->kernels->activate (job->step->act, job->step->x + begin, piece_size (piece, job->count),
                               job->step->y + begin);
}

static void
activation_forward (const Step *step, const Run *run)
{
  Job job = {step, run, shape_count (&step->out_shape, run->n)};

  thaw_run_elements (run, job.count, forward_piece, &job);
}

static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  size_t begin = piece_begin (piece);

  job->run->kernels->activate_grad (step->act, step->x + begin, step->dy + begin,
                                    piece_size (piece, job->count), step->dx + begin, step->add_dx);
}

static void
activation_backward (const Step *step, const Run *run)
{
  Job job = {step, run, shape_count (&step->out_shape, run->n)};

  thaw_run_elements (run, job.count, backward_piece, &job);
}

static void
activation_needs (const Step *step, int n, Needs *needs)
{
  needs->x_for_backward = true;
  needs->in_place = true;
  needs->dx_in_place = true;
}

const Op thaw_op_activation = {activation_needs, activation_forward, activation_backward};
