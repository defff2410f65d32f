/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inverted dropout: in training each element is kept with probability 1 - p and divided by it.
 * What is kept depends on (seed, step, node, sample) alone; a sample's elements are drawn pixel by
 * pixel, channels innermost. save: the mask, a byte an element. Evaluating: y = x. */
#include "step-private.h"

#include <math.h>

typedef struct {
  const Step *step;
  const Run *run;
  size_t count;
  float factor;
} Job;

static float
factor_of (const Step *step)
{
  double kept = 1 - step->node->dropout;
  return kept > 0 ? (float) (1 / kept) : 0;
}

/* A unit is at least p where its 53 bits are at least p * 2^53, rounded up. */
static uint64_t
least_bits (double p)
{
  return (uint64_t) ceil (p * 0x1p53);
}

static void
sample_piece (void *user, int sample, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  size_t pixels = shape_pixels (&step->out_shape), c = (size_t) step->out_shape.c;
  uint64_t least = least_bits (step->node->dropout);
  ThawRng rng = thaw_rng (job->run->seed, THAW_RNG_DROPOUT, job->run->noise_step,
                          (uint64_t) step->id, (uint64_t) sample);

  for (size_t pixel = 0; pixel < pixels; pixel++, thaw_rng_skip (&rng, c)) {
    size_t at = (pixel * (size_t) job->run->n + (size_t) sample) * c;
    uint8_t *mask = (uint8_t *) step->save + at;
    kernels->draw_mask (rng, least, c, mask);
    kernels->mask (step->x + at, mask, job->factor, c, step->y + at, false);
  }
}

static void
dropout_forward (const Step *step, const Run *run)
{
  Job job = {step, run, shape_count (&step->out_shape, run->n), factor_of (step)};

  if (run->mode == THAW_MODE_TRAIN) {
    thaw_pool_run (run->pool, run->n, sample_piece, &job);
  } else if (step->y != step->x) {
    memcpy (step->y, step->x, job.count * sizeof *step->y);
  }
}

static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  size_t begin = piece_begin (piece);

  job->run->kernels->mask (step->dy + begin, (const uint8_t *) step->save + begin, job->factor,
                           piece_size (piece, job->count), step->dx + begin, step->add_dx);
}

static void
dropout_backward (const Step *step, const Run *run)
{
  Job job = {step, run, shape_count (&step->out_shape, run->n), factor_of (step)};

  thaw_run_elements (run, job.count, backward_piece, &job);
}

static void
dropout_needs (const Step *step, int n, Needs *needs)
{
  needs->in_place = true;
  needs->dx_in_place = true;
  needs->save = shape_count (&step->out_shape, n);
}

const Op thaw_op_dropout = {dropout_needs, dropout_forward, dropout_backward};
