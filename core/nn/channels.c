/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels moved about: a slice of them, two maps joined, a shuffle, and the joining and shuffling
 * of two halves as one. Nothing is computed, so that rows of pixels and images are all alike; a
 * piece owns some of them. The gradient of a slice owns its channels of dx: the first to come to dx
 * clears the others. */
#include "step-private.h"

typedef struct {
  const Step *step;
  const Run *run;
  size_t rows, chunk;  /* of the maps; of a piece */
  size_t in, in2, out; /* channels */
} Job;

static void
run_rows (const Step *step, const Run *run, ThawPieceFunc work)
{
  Job job = {.step = step,
             .run = run,
             .rows = shape_pixels (&step->out_shape) * (size_t) run->n,
             .in = (size_t) step->in_shape.c,
             .out = (size_t) step->out_shape.c};

  job.in2 = step->in[1] >= 0 ? job.out - job.in : 0;
  job.chunk = MAX ((size_t) 1, THAW_PIECE_ELEMENTS / MAX (job.in, job.out));
  thaw_pool_run (run->pool, ceil_div (job.rows, job.chunk), work, &job);
}

static size_t
rows_of (const Job *job, int piece, size_t *first)
{
  *first = (size_t) piece * job->chunk;
  return MIN (job->chunk, job->rows - *first);
}

/* --- Slice --------------------------------------------------------------------------------------
 */
static void
slice_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  size_t first, rows = rows_of (job, piece, &first);
  const float *x = job->step->x + first * job->in + job->step->node->first;

  job->run->kernels->columns (x, job->in, rows, (int) job->out, job->step->y + first * job->out,
                              job->out, false);
}

static void
slice_grad_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  const ThawKernels *kernels = job->run->kernels;
  size_t first, rows = rows_of (job, piece, &first), before = (size_t) job->step->node->first;
  size_t behind = before + job->out;
  float *dx = job->step->dx + first * job->in;

  if (!job->step->add_dx) {
    kernels->fill_rows (NULL, rows, job->in, (int) before, dx);
    kernels->fill_rows (NULL, rows, job->in, (int) (job->in - behind), dx + behind);
  }
  kernels->columns (job->step->dy + first * job->out, job->out, rows, (int) job->out, dx + before,
                    job->in, job->step->add_dx);
}

static void
slice_forward (const Step *step, const Run *run)
{
  run_rows (step, run, slice_piece);
}

static void
slice_backward (const Step *step, const Run *run)
{
  run_rows (step, run, slice_grad_piece);
}

static void
no_needs (const Step *step, int n, Needs *needs)
{
}

const Op thaw_op_slice = {no_needs, slice_forward, slice_backward};

/* --- Concatenation ------------------------------------------------------------------------------
 */
static void
concat_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  const ThawKernels *kernels = job->run->kernels;
  size_t first, rows = rows_of (job, piece, &first);
  float *y = job->step->y + first * job->out;

  kernels->columns (job->step->x + first * job->in, job->in, rows, (int) job->in, y, job->out,
                    false);
  kernels->columns (job->step->x2 + first * job->in2, job->in2, rows, (int) job->in2, y + job->in,
                    job->out, false);
}

/* The second first: that of a map joined with itself is added to. */
static void
concat_grad_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  size_t first, rows = rows_of (job, piece, &first);
  const float *dy = step->dy + first * job->out;

  if (step->dx2 != NULL)
    kernels->columns (dy + job->in, job->out, rows, (int) job->in2, step->dx2 + first * job->in2,
                      job->in2, step->add_dx2);
  if (step->dx != NULL)
    kernels->columns (dy, job->out, rows, (int) job->in, step->dx + first * job->in, job->in,
                      step->add_dx);
}

static void
concat_forward (const Step *step, const Run *run)
{
  run_rows (step, run, concat_piece);
}

static void
concat_backward (const Step *step, const Run *run)
{
  run_rows (step, run, concat_grad_piece);
}

const Op thaw_op_concat = {no_needs, concat_forward, concat_backward};

/* --- Two halves woven into one another: concatenation, then a shuffle in two groups -------------
 */
static void
weave_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  size_t first, rows = rows_of (job, piece, &first);

  job->run->kernels->interleave (job->step->x + first * job->in, job->in,
                                 job->step->x2 + first * job->in, job->in, rows, (int) job->in,
                                 job->step->y + first * job->out);
}

static void
weave_grad_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  size_t first, rows = rows_of (job, piece, &first);
  const float *dy = step->dy + first * job->out;

  if (step->dx2 != NULL)
    kernels->every_second (dy + 1, job->out, rows, (int) job->in, step->dx2 + first * job->in,
                           job->in, step->add_dx2);
  if (step->dx != NULL)
    kernels->every_second (dy, job->out, rows, (int) job->in, step->dx + first * job->in, job->in,
                           step->add_dx);
}

static void
weave_forward (const Step *step, const Run *run)
{
  run_rows (step, run, weave_piece);
}

static void
weave_backward (const Step *step, const Run *run)
{
  run_rows (step, run, weave_grad_piece);
}

const Op thaw_op_interleave = {no_needs, weave_forward, weave_backward};

/* --- Shuffle ------------------------------------------------------------------------------------
 */
static void
shuffle_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  size_t first, rows = rows_of (job, piece, &first), groups = (size_t) job->step->node->groups;
  size_t per = job->out / groups;
  const float *x = job->step->x + first * job->out;
  float *y = job->step->y + first * job->out;

  for (size_t i = 0; i < rows; i++, x += job->out, y += job->out)
    for (size_t j = 0; j < job->out; j++)
      y[j] = x[j % groups * per + j / groups];
}

static void
shuffle_grad_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  size_t first, rows = rows_of (job, piece, &first), groups = (size_t) job->step->node->groups;
  size_t per = job->out / groups;
  const float *dy = job->step->dy + first * job->out;
  float *dx = job->step->dx + first * job->out;

  for (size_t i = 0; i < rows; i++, dx += job->out, dy += job->out)
    for (size_t j = 0; j < job->out; j++) {
      float *to = dx + j % groups * per + j / groups;
      *to = job->step->add_dx ? *to + dy[j] : dy[j];
    }
}

static void
shuffle_forward (const Step *step, const Run *run)
{
  run_rows (step, run, shuffle_piece);
}

static void
shuffle_backward (const Step *step, const Run *run)
{
  run_rows (step, run, shuffle_grad_piece);
}

const Op thaw_op_shuffle = {no_needs, shuffle_forward, shuffle_backward};
