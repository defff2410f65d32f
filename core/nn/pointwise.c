/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One matrix product for the whole map: 1x1 convolution at stride 1, weights [cin][cout], and the
 * linear layer, weights [out][in] as in torch. Y (pixels*n x cout) = X W + bias. */
#include "product.h"

#define BIAS_BLOCK 64 /* channels of a piece of the bias' gradient */

typedef struct {
  const Step *step;
  const Run *run;
  Product product; /* y, or dx */
  ProductGrad grad;
  int biases; /* pieces of the bias' gradient */
} Job;

static bool
is_linear (const Step *step)
{
  return step->node->kind == NODE_LINEAR;
}

static int
rows_of (const Step *step, int n)
{
  return (int) shape_pixels (&step->out_shape) * n;
}

static Product
output_of (const Step *step, int n)
{
  return (Product){.x = step->x,
                   .w = step_weight (step),
                   .bias = step_bias (step),
                   .residual = step->x2,
                   .act = step->act,
                   .y = step->y,
                   .rows = rows_of (step, n),
                   .depth = step->in_shape.c,
                   .columns = step->out_shape.c,
                   .turned = is_linear (step)};
}

static Product
input_gradient_of (const Step *step, int n)
{
  return (Product){.x = step->dy,
                   .w = step->weight->value,
                   .y = step->dx,
                   .rows = rows_of (step, n),
                   .depth = step->out_shape.c,
                   .columns = step->in_shape.c,
                   .turned = !is_linear (step),
                   .add = step->add_dx};
}

/* dW is [cin][cout], or [cout][cin] of a linear layer. */
static ProductGrad
weight_gradient_of (const Step *step, int n)
{
  ProductGrad grad = {.dw = step->weight->grad,
                      .parts = (float *) step->scratch,
                      .rows = rows_of (step, n),
                      .x = step->x,
                      .dy = step->dy,
                      .left = step->in_shape.c,
                      .right = step->out_shape.c};

  if (is_linear (step)) {
    grad.x = step->dy;
    grad.dy = step->x;
    grad.left = step->out_shape.c;
    grad.right = step->in_shape.c;
  }
  return grad;
}

static char *
scratch_of (const Step *step, int worker)
{
  return step->worker_scratch + (size_t) worker * step->worker_stride;
}

static void
forward_piece (void *user, int piece, int worker)
{
  Job *job = user;

  thaw_product_piece (&job->product, job->run, piece, scratch_of (job->step, worker));
}

static void
pointwise_forward (const Step *step, const Run *run)
{
  Job job = {.step = step, .run = run, .product = output_of (step, run->n)};

  thaw_product_cut (&job.product, run, step->worker_scratch, step->worker_stride);
  thaw_pool_run (run->pool, job.product.pieces, forward_piece, &job);
}

static void
bias_piece (const Job *job, int piece)
{
  const Step *step = job->step;
  int c = step->out_shape.c, first = piece * BIAS_BLOCK, width = MIN (BIAS_BLOCK, c - first);
  double sums[BIAS_BLOCK] = {0};

  job->run->kernels->column_sums (step->dy + first, (size_t) rows_of (step, job->run->n),
                                  (size_t) c, width, sums);
  for (int j = 0; j < width; j++)
    step->bias->grad[first + j] = (float) sums[j];
}

/* Pieces of dW, of dx, then of the bias' gradient: one phase for all. */
static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  int products = job->grad.pieces + job->product.pieces;

  if (piece < job->grad.pieces)
    thaw_product_grad_piece (&job->grad, job->run, piece);
  else if (piece < products)
    thaw_product_piece (&job->product, job->run, piece - job->grad.pieces,
                        scratch_of (job->step, worker));
  else
    bias_piece (job, piece - products);
}

static void
pointwise_needs (const Step *step, int n, Needs *needs)
{
  Product y = output_of (step, n), dx = input_gradient_of (step, n);
  ProductGrad grad = weight_gradient_of (step, n);

  needs->x_for_backward = step->weight->trainable;
  needs->forward_worker = thaw_product_bytes (&y);
  needs->backward_worker = thaw_product_bytes (&dx);
  needs->backward_shared = thaw_product_grad_bytes (&grad);
}

static void
pointwise_backward (const Step *step, const Run *run)
{
  Job job = {.step = step, .run = run};

  if (step->weight->trainable) {
    job.grad = weight_gradient_of (step, run->n);
    thaw_product_grad_cut (&job.grad);
  }
  if (step->dx != NULL) {
    job.product = input_gradient_of (step, run->n);
    thaw_product_cut (&job.product, run, step->worker_scratch, step->worker_stride);
  }
  if (step->bias != NULL && step->bias->trainable)
    job.biases = ceil_div ((size_t) step->out_shape.c, BIAS_BLOCK);
  thaw_pool_run (run->pool, job.grad.pieces + job.product.pieces + job.biases, backward_piece,
                 &job);
  if (step->weight->trainable)
    thaw_product_grad_end (&job.grad, run);
}

const Op thaw_op_pointwise = {pointwise_needs, pointwise_forward, pointwise_backward};
