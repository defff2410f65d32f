/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stochastic depth: in training an image's map is left out, all of it, with probability p, and
 * divided by 1 - p otherwise; evaluating: y = x. What is kept depends on (seed, step, node, sample)
 * alone. save: a byte an image, then two rows of masks, of nothing and of everything.
 * Source: Huang et al., "Deep Networks with Stochastic Depth" (2016); torchvision.ops. */
#include "step-private.h"

typedef struct {
  const Step *step;
  const Run *run;
  const uint8_t *kept, *none, *all; /* kept: [n] */
  const float *from;
  float *to;
  float factor;
  bool add;
} Job;

static Job
job_of (const Step *step, const Run *run)
{
  double keeps = 1 - step->node->dropout;
  uint8_t *kept = step->save;

  return (Job){.step = step,
               .run = run,
               .kept = kept,
               .none = kept + run->n,
               .all = kept + run->n + step->out_shape.c,
               .factor = keeps > 0 ? (float) (1 / keeps) : 0};
}

/* A piece is a row of the map. */
static void
row_piece (void *user, int row, int worker)
{
  const Job *job = user;
  size_t c = (size_t) job->step->out_shape.c, n = (size_t) job->run->n;
  size_t pixels = (size_t) job->step->out_shape.w, at = (size_t) row * pixels * n * c;

  for (size_t pixel = 0; pixel < pixels; pixel++)
    for (size_t i = 0; i < n; i++, at += c)
      job->run->kernels->mask (job->from + at, job->kept[i] ? job->all : job->none, job->factor, c,
                               job->to + at, job->add);
}

static void
depth_forward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);
  uint8_t *kept = step->save;

  if (run->mode != THAW_MODE_TRAIN) {
    if (step->y != step->x)
      memcpy (step->y, step->x, shape_count (&step->out_shape, run->n) * sizeof *step->y);
    return;
  }
  memset (kept + run->n, 0, (size_t) step->out_shape.c);
  memset (kept + run->n + step->out_shape.c, 1, (size_t) step->out_shape.c);
  for (int i = 0; i < run->n; i++) {
    ThawRng rng =
        thaw_rng (run->seed, THAW_RNG_DROPOUT, run->noise_step, (uint64_t) step->id, (uint64_t) i);
    kept[i] = thaw_rng_unit (&rng) >= step->node->dropout;
  }
  job.from = step->x;
  job.to = step->y;
  thaw_pool_run (run->pool, step->out_shape.h, row_piece, &job);
}

static void
depth_backward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  job.from = step->dy;
  job.to = step->dx;
  job.add = step->add_dx;
  thaw_pool_run (run->pool, step->out_shape.h, row_piece, &job);
}

static void
depth_needs (const Step *step, int n, Needs *needs)
{
  needs->in_place = true;
  needs->dx_in_place = true;
  needs->save = (size_t) n + 2 * (size_t) step->out_shape.c;
}

const Op thaw_op_stochastic_depth = {depth_needs, depth_forward, depth_backward};
