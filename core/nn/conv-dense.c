/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense convolution: for an output pixel and a tap inside the image,
 *   Y[oy][ox] (n x cout) += X[iy][ix] (n x cin) * W[tap] (cin x cout),
 * all taps of the pixel at once, sums in registers. A tap on padding is not visited: exact, and no
 * arithmetic is spent on it. Weights lie in panels. A piece of work owns a row of outputs for a
 * panel of channels (forward), a row of inputs for a panel (dx), or a tap of a panel (dW), so
 * nothing is reduced across pieces. */
#include "panels.h"

typedef struct {
  const Step *step;
  const Run *run;
  int inputs, weights; /* pieces of backward */
  int chunks;          /* of dW, see thaw_outer_chunks */
} Job;

/* How many outputs of a row, from `ox` on, see the same taps of neighbouring inputs, so that they
 * are rows of one product. */
static int
alike (const Axis *axis, int ox, int n)
{
  int end = ox + 1;

  if (axis->stride > 1 && n > 1)
    return 1;
  if (axis_input (axis, ox, 0) < 0 || axis_input (axis, ox, axis->kernel - 1) < 0)
    return 1;
  while (end < axis->out && axis_input (axis, end, axis->kernel - 1) >= 0)
    end++;
  return end - ox;
}

/* Weights of a panel that data reaches. */
typedef struct {
  const char *from;
  size_t bytes;
} Weights;

static Weights
no_weights (const Step *step)
{
  return (Weights){(const char *) step_weight (step), 0};
}

static Weights
panel_weights (const Step *step, int panel)
{
  int kernel = step->rows.kernel, first = kernel * kernel, end = 0;
  const float *from;
  size_t bytes;

  for (int tap = 0; tap < kernel * kernel; tap++) {
    if (range_empty (axis_outputs (&step->rows, tap / kernel)) ||
        range_empty (axis_outputs (&step->columns, tap % kernel)))
      continue;
    first = MIN (first, tap);
    end = tap + 1;
  }
  if (first >= end)
    return no_weights (step);
  from = tap_weights (step, panel, first / kernel, first % kernel);
  bytes = (size_t) (tap_weights (step, panel, (end - 1) / kernel, (end - 1) % kernel) - from);
  bytes += (size_t) step->in_shape.c * (size_t) panels_width (step->out_shape.c, panel);
  return (Weights){(const char *) from, bytes * sizeof (float)};
}

/* What a thread that is at `panel` is going to read next: the panel after it, or at the end of its
 * share the first one of its share of the next convolution. */
static Weights
weights_after (const Job *job, int panel, int worker)
{
  const Step *step = job->step, *next = step->next;
  int threads = thaw_pool_threads (job->run->pool);
  int panels = panels_count (step->out_shape.c);

  if ((panel + 1) * threads < panels * (worker + 1))
    return panel_weights (step, panel + 1);
  if (next == NULL)
    return no_weights (step);
  return panel_weights (next, panels_count (next->out_shape.c) * worker / threads);
}

static void
forward_pixels (const Job *job, Terms *terms, int panel, int oy, int ox)
{
  const Step *step = job->step;
  int kernel = step->rows.kernel;
  size_t pixel = (size_t) job->run->n * (size_t) step->in_shape.c;

  for (int ky = 0; ky < kernel; ky++) {
    int iy = axis_input (&step->rows, oy, ky);
    for (int kx = 0; iy >= 0 && kx < kernel; kx++) {
      int ix = axis_input (&step->columns, ox, kx);
      if (ix >= 0)
        terms_add (terms, step->x + (size_t) (iy * step->columns.in + ix) * pixel,
                   tap_weights (step, panel, ky, kx));
    }
  }
  terms_end (terms, step->x2 != NULL ? step->x2 + (terms->tile.y - step->y) : NULL, step->act);
}

static void
forward_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  int panel = piece / step->rows.out, oy = piece % step->rows.out, n = job->run->n, pixels;
  size_t cin = (size_t) step->in_shape.c, cout = (size_t) step->out_shape.c;
  int width = panels_width (step->out_shape.c, panel), channel = panel * THAW_TILE_COLUMNS;
  Terms terms = {.run = job->run->tiles->products};
  const float *bias = step_bias (step);
  Weights after = weights_after (job, panel, worker);
  size_t places = shape_pixels (&step->out_shape);

  terms.tile = (ThawTile){.depth = step->in_shape.c,
                          .columns = width,
                          .x_stride = n == 1 ? cin * (size_t) step->columns.stride : cin,
                          .w_stride = (size_t) width,
                          .y_stride = cout,
                          .bias = bias != NULL ? bias + channel : NULL};
  for (int ox = 0; ox < step->columns.out; ox += pixels) {
    size_t at = (size_t) (oy * step->columns.out + ox);
    pixels = alike (&step->columns, ox, n);
    terms.tile.ahead = after.from + after.bytes * at / places;
    terms.tile.ahead_bytes = after.bytes * (size_t) pixels / places;
    terms.tile.rows = (size_t) (pixels * n);
    terms.tile.add = false;
    terms.tile.y = step->y + at * (size_t) n * cout + channel;
    forward_pixels (job, &terms, panel, oy, ox);
  }
}

static void
dense_forward (const Step *step, const Run *run)
{
  Job job = {.step = step, .run = run};

  thaw_pool_run (run->pool, panels_count (step->out_shape.c) * step->rows.out, forward_piece, &job);
}

/* --- dW -----------------------------------------------------------------------------------------
 */
/* Outputs of a row whose tap is inside. */
static void
tap_row (const Job *job, Outer *outer, int ky, int kx, int oy, Range columns)
{
  const Step *step = job->step;
  size_t in_pixel = (size_t) job->run->n * (size_t) step->in_shape.c;
  size_t out_pixel = (size_t) job->run->n * (size_t) step->out_shape.c;
  int iy = axis_input (&step->rows, oy, ky);

  for (int ox = columns.first; ox < columns.end; ox++) {
    int ix = axis_input (&step->columns, ox, kx);
    thaw_outer_add (outer, step->x + (size_t) (iy * step->columns.in + ix) * in_pixel,
                    step->dy + (size_t) (oy * step->columns.out + ox) * out_pixel);
  }
}

/* Of a dead tap nothing is written: its gradient is zero since planning. */
static void
weight_piece (const Job *job, int piece)
{
  const Step *step = job->step;
  int kernel = step->rows.kernel, taps = kernel * kernel, cin = step->in_shape.c;
  int panel = piece / taps, tap = piece % taps;
  float *dw = step->weight->grad + panels_at (taps, cin, step->out_shape.c, panel, tap);
  Outer outer = thaw_outer_begin (step, job->run, panel, cin, (size_t) cin, dw);

  Range rows = axis_outputs (&step->rows, tap / kernel);

  for (int oy = rows.first; oy < rows.end; oy++)
    tap_row (job, &outer, tap / kernel, tap % kernel, oy,
             axis_outputs (&step->columns, tap % kernel));
  thaw_outer_end (&outer);
}

/* All taps of the outputs [first, end) of a row, added to `part`. */
static void
block_taps (const Job *job, int panel, int oy, int first, int end, float *part, Upcoming *upcoming)
{
  const Step *step = job->step;
  int kernel = step->rows.kernel, taps = kernel * kernel, cin = step->in_shape.c;

  for (int tap = 0; tap < taps; tap++) {
    Range columns = axis_outputs (&step->columns, tap % kernel);
    float *dw = part + panels_at (taps, cin, step->out_shape.c, panel, tap);
    Outer outer;
    columns.first = MAX (columns.first, first);
    columns.end = MIN (columns.end, end);
    if (axis_input (&step->rows, oy, tap / kernel) < 0 || range_empty (columns))
      continue;
    outer = thaw_outer_begin (step, job->run, panel, cin, (size_t) cin, dw);
    outer.terms.tile.add = true;
    thaw_upcoming_share (upcoming, &outer.terms.tile);
    tap_row (job, &outer, tap / kernel, tap % kernel, oy, columns);
    thaw_outer_end (&outer);
  }
}

/* What the outputs [first, end) of a row need that the row above did not, or all of it. */
static Upcoming
upcoming_block (const Job *job, int oy, bool all, int first, int end, int panels)
{
  const Step *step = job->step;
  const Axis *rows = &step->rows, *columns = &step->columns;
  int kernel = rows->kernel, n = job->run->n, left = first * columns->stride - columns->padding;
  int right = (end - 1) * columns->stride - columns->padding + kernel;
  Upcoming upcoming = {.shares = kernel * kernel * panels};

  thaw_upcoming_add (&upcoming, step->dy, &step->out_shape, n, oy, first, end);
  for (int ky = all ? 0 : MAX (kernel - rows->stride, 0); ky < kernel; ky++)
    thaw_upcoming_add (&upcoming, step->x, &step->in_shape, n,
                       oy * rows->stride - rows->padding + ky, left, right);
  return upcoming;
}

/* As many panels go through a chunk's pixels together: these are fetched once for all of them. */
#define GROUP_PANELS 4

static int
chunk_pieces (const Step *step, int chunks)
{
  return chunks * ceil_div ((size_t) panels_count (step->out_shape.c), GROUP_PANELS);
}

static void
chunk_piece (const Job *job, int piece)
{
  const Step *step = job->step;
  int group = piece / job->chunks, chunk = piece % job->chunks, rows = step->rows.out;
  int first = rows * chunk / job->chunks, last = rows * (chunk + 1) / job->chunks;
  int panel = group * GROUP_PANELS;
  int end = MIN (panel + GROUP_PANELS, panels_count (step->out_shape.c));
  int taps = step->rows.kernel * step->rows.kernel, cin = step->in_shape.c;
  int cout = step->out_shape.c, block = thaw_outer_block (job->run->n);
  float *part = (float *) step->scratch + (size_t) chunk * step->weight->count;

  for (int p = panel; p < end; p++)
    memset (part + panels_at (taps, cin, cout, p, 0), 0,
            (size_t) (taps * cin * panels_width (cout, p)) * sizeof *part);
  for (int ox = 0; ox < step->columns.out; ox += block)
    for (int oy = first; oy < last; oy++) {
      bool down = oy + 1 < last;
      int next = down ? ox : ox + block;
      Upcoming upcoming =
          upcoming_block (job, down ? oy + 1 : first, !down, next, next + block, end - panel);
      for (int p = panel; p < end; p++)
        block_taps (job, p, oy, ox, ox + block, part, &upcoming);
    }
}

/* The larger pieces first. */
static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;

  if (job->chunks > 1 && piece < job->weights)
    chunk_piece (job, piece);
  else if (job->chunks > 1)
    thaw_dense_input_piece (job->step, job->run, piece - job->weights, worker);
  else if (piece < job->inputs)
    thaw_dense_input_piece (job->step, job->run, piece, worker);
  else
    weight_piece (job, piece - job->inputs);
}

static void
dense_needs (const Step *step, int n, Needs *needs)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) n;

  needs->x_for_backward = step->weight->trainable;
  needs->backward_shared =
      MAX (thaw_outer_parts_bytes (step, n),
           step->bias != NULL ? thaw_column_sum_bytes (rows, step->out_shape.c) : 0);
  needs->backward_shared = MAX (needs->backward_shared, thaw_dense_input_bytes (step, n));
  needs->backward_worker = thaw_dense_input_worker_bytes (step, n);
}

static void
dense_backward (const Step *step, const Run *run)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) run->n;
  int taps = step->rows.kernel * step->rows.kernel;
  Job job = {.step = step, .run = run, .chunks = thaw_outer_chunks (step, run->n)};

  if (step->bias != NULL && step->bias->trainable)
    thaw_column_sum (run, step->dy, rows, step->out_shape.c, step->scratch, step->bias->grad);
  if (step->weight->trainable)
    job.weights =
        job.chunks > 1 ? chunk_pieces (step, job.chunks) : taps * panels_count (step->out_shape.c);
  if (step->dx != NULL)
    job.inputs = thaw_dense_input_pieces (step, run);
  thaw_pool_run (run->pool, job.inputs + job.weights, backward_piece, &job);
  if (step->weight->trainable && job.chunks > 1)
    thaw_sum_parts (run, (const float *) step->scratch, job.chunks, (size_t) step->weight->count,
                    step->weight->grad);
}

const Op thaw_op_conv_dense = {dense_needs, dense_forward, dense_backward};
