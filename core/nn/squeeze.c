/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Squeeze and excitation as one: s = average over the map, z1 = s W1 + b1, a1 = act2 (z1),
 * z2 = a1 W2 + b2, g = act (z2), y = x * g, channel by channel. An image depends on itself alone:
 * a piece owns some images through all of it, in backward as well, but for the weights' gradients,
 * which follow as a phase of their own. x, y: [pixels][n][c]; all others [n][width].
 * Source: Hu, Shen, Sun, "Squeeze-and-Excitation Networks" (2018). */
#include "product.h"

#define MANY_IMAGES 32 /* from here on, pieces are of */
#define LARGE_PIECE 16
#define SMALL_PIECE 8
#define BIAS_BLOCK 64 /* channels of a piece of a bias' gradient */

typedef struct {
  const Step *step;
  const Run *run;
  size_t pixels, c, narrow; /* channels of x, and between W1 and W2 */
  int images;               /* of a piece */
  float *s, *z1, *a1, *z2, *g;
  float *dz1, *dz2;
  ProductGrad first, second; /* of W1, W2 */
  int biases1, biases2;      /* pieces of the biases' gradients */
} Job;

static size_t
narrow_of (const Step *step)
{
  return (size_t) step->bias->count;
}

static Job
job_of (const Step *step, const Run *run)
{
  size_t c = (size_t) step->in_shape.c, narrow = narrow_of (step), n = (size_t) run->n;
  float *s = step->save, *z1 = s + n * c, *a1 = z1 + n * narrow, *z2 = a1 + n * narrow;

  return (Job){.step = step,
               .run = run,
               .pixels = shape_pixels (&step->in_shape),
               .c = c,
               .narrow = narrow,
               .images = run->n >= MANY_IMAGES ? LARGE_PIECE : SMALL_PIECE,
               .s = s,
               .z1 = z1,
               .a1 = a1,
               .z2 = z2,
               .g = z2 + n * c};
}

static int
pieces_of (const Job *job)
{
  return ceil_div ((size_t) job->run->n, (size_t) job->images);
}

/* The whole product of a piece's rows, by one worker. */
static void
multiply_rows (const Job *job, Product *product, char *scratch)
{
  thaw_product_whole (product, scratch);
  thaw_product_piece (product, job->run, 0, scratch);
}

static void
average (const Job *job, size_t first, size_t count, float *row)
{
  const ThawKernels *kernels = job->run->kernels;
  const Shape *shape = &job->step->in_shape;
  size_t pixel = (size_t) job->run->n * job->c;
  float *s = job->s + first;

  for (int iy = 0; iy < shape->h; iy++) {
    const float *x = job->step->x + (size_t) iy * (size_t) shape->w * pixel + first;
    kernels->sum_parts (x, shape->w, pixel, count, iy == 0 ? s : row);
    if (iy > 0)
      kernels->accumulate (row, count, s);
  }
  kernels->rescale ((float) (1 / (double) job->pixels), count, s);
}

static void
forward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  int image = piece * job->images, rows = MIN (job->images, job->run->n - image);
  size_t wide = (size_t) image * job->c, thin = (size_t) image * job->narrow;
  size_t count = (size_t) rows * job->c, pixel = (size_t) job->run->n * job->c;
  char *scratch = step->worker_scratch + (size_t) worker * step->worker_stride;
  Product z1 = {.x = job->s + wide,
                .w = step->weight->value,
                .bias = step->bias->value,
                .y = job->z1 + thin,
                .rows = rows,
                .depth = (int) job->c,
                .columns = (int) job->narrow};
  Product z2 = {.x = job->a1 + thin,
                .w = step->weight2->value,
                .bias = step->bias2->value,
                .y = job->z2 + wide,
                .rows = rows,
                .depth = (int) job->narrow,
                .columns = (int) job->c};

  average (job, wide, count, (float *) scratch);
  multiply_rows (job, &z1, scratch);
  kernels->activate (step->act2, z1.y, (size_t) rows * job->narrow, job->a1 + thin);
  multiply_rows (job, &z2, scratch);
  kernels->activate (step->act, z2.y, count, job->g + wide);
  for (size_t p = 0; p < job->pixels; p++)
    kernels->multiply (step->x + p * pixel + wide, job->g + wide, count, step->y + p * pixel + wide,
                       false);
}

static void
squeeze_forward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);

  thaw_pool_run (run->pool, pieces_of (&job), forward_piece, &job);
}

/* --- Backward -----------------------------------------------------------------------------------
 */
/* dx = dy * g + ds / pixels. */
static void
input_gradient (const Job *job, size_t first, size_t count, float *ds)
{
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  size_t pixel = (size_t) job->run->n * job->c;

  kernels->rescale ((float) (1 / (double) job->pixels), count, ds);
  for (size_t p = 0; p < job->pixels; p++) {
    size_t at = p * pixel + first;
    kernels->multiply (step->dy + at, job->g + first, count, step->dx + at, step->add_dx);
    kernels->accumulate (ds, count, step->dx + at);
  }
}

static void
images_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  const ThawKernels *kernels = job->run->kernels;
  int image = piece * job->images, rows = MIN (job->images, job->run->n - image);
  size_t wide = (size_t) image * job->c, thin = (size_t) image * job->narrow;
  size_t count = (size_t) rows * job->c, pixel = (size_t) job->run->n * job->c;
  char *scratch = step->worker_scratch + (size_t) worker * step->worker_stride;
  float *ds = (float *) scratch, *dz1 = job->dz1 + thin, *dz2 = job->dz2 + wide;
  char *turned = scratch + (size_t) LARGE_PIECE * job->c * sizeof (float);
  Product da1 = {.x = dz2,
                 .w = step->weight2->value,
                 .y = dz1,
                 .rows = rows,
                 .depth = (int) job->c,
                 .columns = (int) job->narrow,
                 .turned = true};
  Product squeezed = {.x = dz1,
                      .w = step->weight->value,
                      .y = ds,
                      .rows = rows,
                      .depth = (int) job->narrow,
                      .columns = (int) job->c,
                      .turned = true};

  for (size_t p = 0; p < job->pixels; p++) {
    size_t at = p * pixel + wide;
    kernels->multiply (step->dy + at, step->x + at, count, dz2, p > 0);
  }
  kernels->activate_grad (step->act, job->z2 + wide, dz2, count, dz2, false);
  multiply_rows (job, &da1, turned);
  kernels->activate_grad (step->act2, job->z1 + thin, dz1, (size_t) rows * job->narrow, dz1, false);
  if (step->dx == NULL)
    return;
  multiply_rows (job, &squeezed, turned);
  input_gradient (job, wide, count, ds);
}

static int
bias_pieces (const ThawParam *bias)
{
  return bias->trainable ? ceil_div ((size_t) bias->count, BIAS_BLOCK) : 0;
}

static void
bias_piece (const Job *job, ThawParam *bias, const float *dz, int piece)
{
  int c = (int) bias->count, first = piece * BIAS_BLOCK, width = MIN (BIAS_BLOCK, c - first);
  double sums[BIAS_BLOCK] = {0};

  job->run->kernels->column_sums (dz + first, (size_t) job->run->n, (size_t) c, width, sums);
  for (int j = 0; j < width; j++)
    bias->grad[first + j] = (float) sums[j];
}

static void
weights_piece (void *user, int piece, int worker)
{
  Job *job = user;

  if (piece < job->second.pieces) {
    thaw_product_grad_piece (&job->second, job->run, piece);
    return;
  }
  piece -= job->second.pieces;
  if (piece < job->first.pieces) {
    thaw_product_grad_piece (&job->first, job->run, piece);
    return;
  }
  piece -= job->first.pieces;
  if (piece < job->biases2)
    bias_piece (job, job->step->bias2, job->dz2, piece);
  else
    bias_piece (job, job->step->bias, job->dz1, piece - job->biases2);
}

/* Of W1 and W2; parts: shared scratch behind dz1 and dz2. */
static void
set_weight_gradients (Job *job, float *parts)
{
  const Step *step = job->step;
  int n = job->run->n, c = (int) job->c, narrow = (int) job->narrow;

  job->first = (ProductGrad){.x = job->s,
                             .dy = job->dz1,
                             .dw = step->weight->grad,
                             .parts = parts,
                             .rows = n,
                             .left = c,
                             .right = narrow};
  job->second =
      (ProductGrad){.x = job->a1,
                    .dy = job->dz2,
                    .dw = step->weight2->grad,
                    .parts = parts + thaw_product_grad_bytes (&job->first) / sizeof *parts,
                    .rows = n,
                    .left = narrow,
                    .right = c};
  if (step->weight->trainable)
    thaw_product_grad_cut (&job->first);
  if (step->weight2->trainable)
    thaw_product_grad_cut (&job->second);
  job->biases1 = bias_pieces (step->bias);
  job->biases2 = bias_pieces (step->bias2);
}

static void
squeeze_backward (const Step *step, const Run *run)
{
  Job job = job_of (step, run);
  size_t n = (size_t) run->n;

  job.dz2 = (float *) step->scratch;
  job.dz1 = job.dz2 + n * job.c;
  set_weight_gradients (&job, job.dz1 + n * job.narrow);
  thaw_pool_run (run->pool, pieces_of (&job), images_piece, &job);
  thaw_pool_run (run->pool, job.second.pieces + job.first.pieces + job.biases2 + job.biases1,
                 weights_piece, &job);
  thaw_product_grad_end (&job.first, run);
  thaw_product_grad_end (&job.second, run);
}

static void
squeeze_needs (const Step *step, int n, Needs *needs)
{
  size_t c = (size_t) step->in_shape.c, narrow = narrow_of (step), images = (size_t) n;
  Product da1 = {.rows = LARGE_PIECE, .depth = (int) c, .columns = (int) narrow, .turned = true};
  Product ds = {.rows = LARGE_PIECE, .depth = (int) narrow, .columns = (int) c, .turned = true};
  ProductGrad weights = {.rows = n, .left = (int) c, .right = (int) narrow};

  needs->x_for_backward = true;
  needs->in_place = true;
  needs->dx_in_place = true;
  needs->save = images * (3 * c + 2 * narrow) * sizeof (float);
  needs->forward_worker = LARGE_PIECE * c * sizeof (float);
  needs->backward_shared =
      images * (c + narrow) * sizeof (float) + 2 * thaw_product_grad_bytes (&weights);
  needs->backward_worker =
      LARGE_PIECE * c * sizeof (float) + MAX (thaw_product_bytes (&da1), thaw_product_bytes (&ds));
}

const Op thaw_op_squeeze = {squeeze_needs, squeeze_forward, squeeze_backward};
