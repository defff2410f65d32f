/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grouped convolution, tap by tap: for an output pixel and a tap inside the image,
 *   Y[oy][ox] (n x cout) += X[iy][ix] (n x cin) * W[tap] (cin x cout),
 * all three dense. A tap on padding is not visited: exact, and no arithmetic is spent on it. At
 * stride 1 the pixels of a row are neighbours, so that one product serves the whole row.
 * Weights: [group][tap][cin of a group][cout of a group]. A piece of work owns a row of outputs
 * (forward), a row of inputs (dx) or a tap (dW), each for a block of channels, so nothing is
 * reduced across pieces. */
#include "step-private.h"

typedef struct {
  const Step *step;
  const Run *run;
  int block, blocks; /* of channels in a group: width, how many */
} Job;

typedef struct {
  int kernel, cin, cout, cin_g, cout_g;
  size_t in_pixel, out_pixel; /* floats of a pixel, all images */
} Sizes;

static Sizes
sizes_of (const Step *step, int n)
{
  int cin = step->in_shape.c, cout = step->out_shape.c;

  return (Sizes){.kernel = step->rows.kernel,
                 .cin = cin,
                 .cout = cout,
                 .cin_g = cin / step->groups,
                 .cout_g = cout / step->groups,
                 .in_pixel = (size_t) n * (size_t) cin,
                 .out_pixel = (size_t) n * (size_t) cout};
}

static size_t
weight_at (const Sizes *sizes, int group, int tap)
{
  size_t taps = (size_t) sizes->kernel * (size_t) sizes->kernel;
  return ((size_t) group * taps + (size_t) tap) * (size_t) sizes->cin_g * (size_t) sizes->cout_g;
}

/* Taps in an order that begins with one that every output of a row has, if there is one: its
 * product may overwrite, which saves clearing. */
static int
full_tap (const Axis *axis, bool inputs)
{
  for (int tap = 0; tap < axis->kernel; tap++) {
    Range range = inputs ? axis_inputs (axis, tap) : axis_outputs (axis, tap);
    if (range.first <= 0 && range.end == (inputs ? axis->in : axis->out))
      return tap;
  }
  return -1;
}

static int
nth_tap (int i, int first)
{
  if (first < 0)
    return i;
  if (i == 0)
    return first;
  return i <= first ? i - 1 : i;
}

/* --- Forward ------------------------------------------------------------------------------------
 */
static void
tap_forward (const Job *job,
             const Sizes *sizes,
             const float *x_row,
             const float *w,
             int kx,
             int width,
             float beta,
             float *y_row)
{
  const Axis *axis = &job->step->columns;
  Range range = axis_outputs (axis, kx);
  int n = job->run->n, step = axis->stride == 1 ? range.end - range.first : 1;

  for (int ox = range.first; ox < range.end; ox += step)
    thaw_gemm (false, false, n * step, width, sizes->cin_g,
               x_row + (size_t) axis_input (axis, ox, kx) * sizes->in_pixel, sizes->cin, w,
               sizes->cout_g, beta, y_row + (size_t) ox * sizes->out_pixel, sizes->cout);
}

static void
forward_row (const Job *job, int oy, int group, int channel, int width)
{
  const Step *step = job->step;
  Sizes sizes = sizes_of (step, job->run->n);
  int first = full_tap (&step->columns, false);
  int c0 = group * sizes.cout_g + channel;
  size_t row = (size_t) step->columns.out * (size_t) job->run->n;
  float *y = step->y + (size_t) oy * (size_t) step->columns.out * sizes.out_pixel + c0;
  const float *bias = step->bias != NULL ? step->bias->value + c0 : NULL;
  bool fresh = bias == NULL && first >= 0; /* the next product overwrites */

  if (!fresh)
    job->run->kernels->fill_rows (bias, row, (size_t) sizes.cout, width, y);
  for (int ky = 0; ky < sizes.kernel; ky++) {
    int iy = axis_input (&step->rows, oy, ky);
    if (iy < 0)
      continue;
    for (int i = 0; i < sizes.kernel; i++) {
      int kx = nth_tap (i, first);
      const float *w =
          step->weight->value + weight_at (&sizes, group, ky * sizes.kernel + kx) + channel;
      const float *x =
          step->x + (size_t) iy * (size_t) step->columns.in * sizes.in_pixel + group * sizes.cin_g;
      tap_forward (job, &sizes, x, w, kx, width, fresh ? 0 : 1, y);
      fresh = false;
    }
  }
  if (fresh)
    job->run->kernels->fill_rows (NULL, row, (size_t) sizes.cout, width, y);
}

static void
forward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  int channel = piece % job->blocks * job->block, rest = piece / job->blocks;
  int cout_g = job->step->out_shape.c / job->step->groups;

  forward_row (job, rest / job->step->groups, rest % job->step->groups, channel,
               MIN (job->block, cout_g - channel));
}

static void
conv_forward (const Step *step, const Run *run)
{
  int cout_g = step->out_shape.c / step->groups, others = step->rows.out * step->groups;
  Job job = {step, run, thaw_cut_columns (cout_g, others), 0};

  job.blocks = ceil_div ((size_t) cout_g, (size_t) job.block);
  thaw_pool_run (run->pool, others * job.blocks, forward_piece, &job);
}

/* --- dX -----------------------------------------------------------------------------------------
 */

/* One tap over a row at stride 1. */
static void
tap_input_row (const Job *job,
               const Sizes *sizes,
               const float *dy_row,
               const float *w,
               int kx,
               int width,
               float beta,
               float *dx_row)
{
  const Axis *axis = &job->step->columns;
  Range range = axis_inputs (axis, kx);

  if (range_empty (range))
    return;
  thaw_gemm (false, true, (range.end - range.first) * job->run->n, width, sizes->cout_g,
             dy_row + (size_t) axis_output (axis, range.first, kx) * sizes->out_pixel, sizes->cout,
             w, sizes->cout_g, beta, dx_row + (size_t) range.first * sizes->in_pixel, sizes->cin);
}

static const float *
dy_row_of (const Job *job, const Sizes *sizes, int oy, int group)
{
  return job->step->dy + (size_t) oy * (size_t) job->step->columns.out * sizes->out_pixel +
         group * sizes->cout_g;
}

static const float *
weight_row (const Job *job, const Sizes *sizes, int group, int ky, int kx, int channel)
{
  return job->step->weight->value + weight_at (sizes, group, ky * sizes->kernel + kx) +
         (size_t) channel * (size_t) sizes->cout_g;
}

static void
input_row_dense (
    const Job *job, const Sizes *sizes, int iy, int group, int channel, int width, float *dx)
{
  const Step *step = job->step;
  int first = full_tap (&step->columns, true);
  bool fresh = !step->add_dx && first >= 0;
  size_t row = (size_t) step->columns.in * (size_t) job->run->n;

  if (!fresh && !step->add_dx)
    job->run->kernels->fill_rows (NULL, row, (size_t) sizes->cin, width, dx);
  for (int ky = 0; ky < sizes->kernel; ky++) {
    int oy = axis_output (&step->rows, iy, ky);
    if (oy < 0)
      continue;
    for (int i = 0; i < sizes->kernel; i++) {
      int kx = nth_tap (i, first);
      tap_input_row (job, sizes, dy_row_of (job, sizes, oy, group),
                     weight_row (job, sizes, group, ky, kx, channel), kx, width, fresh ? 0 : 1, dx);
      fresh = false;
    }
  }
  if (fresh)
    job->run->kernels->fill_rows (NULL, row, (size_t) sizes->cin, width, dx);
}

/* One pixel at larger strides: only some taps reach it, perhaps none. */
static void
input_pixel (const Job *job,
             const Sizes *sizes,
             int iy,
             int ix,
             int group,
             int channel,
             int width,
             float *dx)
{
  const Step *step = job->step;
  int n = job->run->n;
  bool fresh = !step->add_dx;

  for (int ky = 0; ky < sizes->kernel; ky++) {
    int oy = axis_output (&step->rows, iy, ky);
    for (int kx = 0; oy >= 0 && kx < sizes->kernel; kx++) {
      int ox = axis_output (&step->columns, ix, kx);
      if (ox < 0)
        continue;
      thaw_gemm (false, true, n, width, sizes->cout_g,
                 dy_row_of (job, sizes, oy, group) + (size_t) ox * sizes->out_pixel, sizes->cout,
                 weight_row (job, sizes, group, ky, kx, channel), sizes->cout_g, fresh ? 0 : 1, dx,
                 sizes->cin);
      fresh = false;
    }
  }
  if (fresh)
    job->run->kernels->fill_rows (NULL, (size_t) n, (size_t) sizes->cin, width, dx);
}

static void
input_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  Sizes sizes = sizes_of (step, job->run->n);
  int channel = piece % job->blocks * job->block, rest = piece / job->blocks;
  int iy = rest / step->groups, group = rest % step->groups;
  int width = MIN (job->block, sizes.cin_g - channel);
  float *dx = step->dx + (size_t) iy * (size_t) step->columns.in * sizes.in_pixel +
              group * sizes.cin_g + channel;

  if (step->columns.stride == 1) {
    input_row_dense (job, &sizes, iy, group, channel, width, dx);
    return;
  }
  for (int ix = 0; ix < step->columns.in; ix++)
    input_pixel (job, &sizes, iy, ix, group, channel, width, dx + (size_t) ix * sizes.in_pixel);
}

static void
input_gradient (const Step *step, const Run *run)
{
  int cin_g = step->in_shape.c / step->groups, others = step->rows.in * step->groups;
  Job job = {step, run, thaw_cut_columns (cin_g, others), 0};

  job.blocks = ceil_div ((size_t) cin_g, (size_t) job.block);
  thaw_pool_run (run->pool, others * job.blocks, input_piece, &job);
}

/* --- dW -----------------------------------------------------------------------------------------
 */
typedef struct {
  const Job *job;
  const Sizes *sizes;
  int rows; /* input channels of the block */
  float *dw;
  bool fresh;
} Outer;

/* dW += X[from x]^T dY[from y] over `pixels` neighbours. */
static void
outer_product (Outer *outer, const float *x, const float *dy, int pixels)
{
  thaw_gemm (true, false, outer->rows, outer->sizes->cout_g, pixels * outer->job->run->n, x,
             outer->sizes->cin, dy, outer->sizes->cout, outer->fresh ? 0 : 1, outer->dw,
             outer->sizes->cout_g);
  outer->fresh = false;
}

static void
weight_row_gradient (Outer *outer, const float *x_row, const float *dy_row, int kx, Range range)
{
  const Axis *axis = &outer->job->step->columns;
  int step = axis->stride == 1 ? range.end - range.first : 1;

  for (int ox = range.first; ox < range.end; ox += step)
    outer_product (outer, x_row + (size_t) axis_input (axis, ox, kx) * outer->sizes->in_pixel,
                   dy_row + (size_t) ox * outer->sizes->out_pixel, step);
}

static void
weight_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  Sizes sizes = sizes_of (step, job->run->n);
  int taps = sizes.kernel * sizes.kernel;
  int channel = piece % job->blocks * job->block, rest = piece / job->blocks;
  int tap = rest % taps, group = rest / taps, ky = tap / sizes.kernel, kx = tap % sizes.kernel;
  Range rows = axis_outputs (&step->rows, ky), columns = axis_outputs (&step->columns, kx);
  Outer outer = {job, &sizes, MIN (job->block, sizes.cin_g - channel), NULL, true};
  int whole = step->columns.out;

  if (range_empty (rows) || range_empty (columns))
    return; /* a dead tap: its gradient is zero since planning */
  outer.dw = step->weight->grad + weight_at (&sizes, group, tap) +
             (size_t) channel * (size_t) sizes.cout_g;
  if (step->columns.stride == 1 && step->columns.in == whole && columns.first == 0 &&
      columns.end == whole && step->rows.stride == 1) {
    /* Full rows on both sides are neighbours: one product for all of them. */
    int iy = axis_input (&step->rows, rows.first, ky);
    outer_product (&outer,
                   step->x + (size_t) iy * (size_t) whole * sizes.in_pixel + group * sizes.cin_g +
                       channel,
                   dy_row_of (job, &sizes, rows.first, group), (rows.end - rows.first) * whole);
    return;
  }
  for (int oy = rows.first; oy < rows.end; oy++) {
    int iy = axis_input (&step->rows, oy, ky);
    weight_row_gradient (&outer,
                         step->x + (size_t) iy * (size_t) step->columns.in * sizes.in_pixel +
                             group * sizes.cin_g + channel,
                         dy_row_of (job, &sizes, oy, group), kx, columns);
  }
}

static void
weight_gradient (const Step *step, const Run *run)
{
  int cin_g = step->in_shape.c / step->groups;
  int others = step->rows.kernel * step->rows.kernel * step->groups;
  Job job = {step, run, thaw_cut_columns (cin_g, others), 0};

  job.blocks = ceil_div ((size_t) cin_g, (size_t) job.block);
  thaw_pool_run (run->pool, others * job.blocks, weight_piece, &job);
}

static void
conv_needs (const Step *step, int n, Needs *needs)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) n;

  needs->x_for_backward = step->weight->trainable;
  if (step->bias != NULL)
    needs->backward_shared = thaw_column_sum_bytes (rows, step->out_shape.c);
}

static void
conv_backward (const Step *step, const Run *run)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) run->n;

  if (step->weight->trainable)
    weight_gradient (step, run);
  if (step->bias != NULL && step->bias->trainable)
    thaw_column_sum (run, step->dy, rows, step->out_shape.c, step->scratch, step->bias->grad);
  if (step->dx != NULL)
    input_gradient (step, run);
}

const Op thaw_op_conv_taps = {conv_needs, conv_forward, conv_backward};
