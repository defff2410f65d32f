/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of few input channels (the first layer): a tap alone would be a product of depth 3.
 * The input is copied once to rows [h][n][padding + w + padding][c], where the k*c floats that a
 * window sees of one input row lie side by side, as do their weights: a row of the window is one
 * term of depth k*c. The copy is kept for dW. Rows of a window outside the image are left out;
 * columns outside are zeros. */
#include "panels.h"

#define CHUNKS 8 /* of dW, where dy is */
#define MANY 64  /* times the weights, or more */

typedef struct {
  const Step *step;
  const Run *run;
  int inputs, weights; /* pieces of backward */
  int chunks;          /* of dW, see thaw_outer_chunks */
} Job;

static size_t
line_of (const Step *step) /* floats of a padded row */
{
  size_t columns = (size_t) step->columns.in + 2 * (size_t) step->columns.padding;
  return columns * (size_t) step->in_shape.c;
}

static size_t
padded_bytes (const Step *step, int n)
{
  return (size_t) step->rows.in * (size_t) n * line_of (step) * sizeof (float);
}

static int
depth_of (const Step *step) /* of a row of the window */
{
  return step->columns.kernel * step->in_shape.c;
}

/* Copies the pixels of a row, n images apart, side by side. Three channels go as four floats: the
 * next pixel overwrites what is too much. */
static void
gather_row (const float *x, size_t w, size_t n, size_t c, float *row)
{
  size_t ix = 0;

  for (; c == 3 && ix + 1 < w; ix++, x += n * 3, row += 3)
    memcpy (row, x, 4 * sizeof *row);
  for (; ix < w; ix++, x += n * c, row += c)
    for (size_t j = 0; j < c; j++)
      row[j] = x[j];
}

static void
pad_row (void *user, int iy, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  size_t c = (size_t) step->in_shape.c, n = (size_t) job->run->n, line = line_of (step);
  size_t w = (size_t) step->columns.in, margin = (size_t) step->columns.padding * c;
  float *rows = (float *) step->save + (size_t) iy * n * line;
  const float *x = step->x + (size_t) iy * w * n * c;

  for (size_t i = 0; i < n; i++) {
    float *row = rows + i * line;
    memset (row, 0, margin * sizeof *row);
    memset (row + line - margin, 0, margin * sizeof *row);
    gather_row (x + i * c, w, n, c, row + margin);
  }
}

/* What the first image's window of output column `ox` sees of input row `iy`. */
static const float *
window_row (const Job *job, int iy, int ox)
{
  const Step *step = job->step;

  return (const float *) step->save + (size_t) iy * (size_t) job->run->n * line_of (step) +
         (size_t) (ox * step->columns.stride) * (size_t) step->in_shape.c;
}

static size_t
weight_row_at (const Step *step, int panel, int ky)
{
  int kernel = step->rows.kernel;

  return panels_at (kernel * kernel, step->in_shape.c, step->out_shape.c, panel, ky * kernel);
}

static void
forward_panel (const Job *job, Terms *terms, int panel, int oy, int ox)
{
  const Step *step = job->step;
  int channel = panel * THAW_TILE_COLUMNS, width = panels_width (step->out_shape.c, panel);
  size_t at = (size_t) (oy * step->columns.out + ox) * (size_t) job->run->n;
  const float *bias = step_bias (step);

  terms->tile.columns = width;
  terms->tile.w_stride = (size_t) width;
  terms->tile.bias = bias != NULL ? bias + channel : NULL;
  terms->tile.y = step->y + at * (size_t) step->out_shape.c + channel;
  terms->tile.add = false;
  for (int ky = 0; ky < step->rows.kernel; ky++) {
    int iy = axis_input (&step->rows, oy, ky);
    if (iy >= 0)
      terms_add (terms, window_row (job, iy, ox),
                 step_weight (step) + weight_row_at (step, panel, ky));
  }
  terms_end (terms, step->x2 != NULL ? step->x2 + (terms->tile.y - step->y) : NULL, step->act);
}

/* A row of outputs. Its memory is fetched before it is written: tiles of so few terms would wait
 * for it. */
static void
forward_piece (void *user, int oy, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  int panels = panels_count (step->out_shape.c), n = job->run->n;
  Terms terms = {.run = job->run->tiles->products};

  terms.tile = (ThawTile){.depth = depth_of (step),
                          .rows = (size_t) n,
                          .x_stride = line_of (step),
                          .y_stride = (size_t) step->out_shape.c};
  for (int ox = 0; ox < step->columns.out; ox++) {
    Upcoming upcoming = {.shares = panels};
    thaw_upcoming_add (&upcoming, step->y, &step->out_shape, n, oy, ox + 1, ox + 2);
    terms.tile.ahead_bytes = 0;
    for (int panel = 0; panel < panels; panel++) {
      thaw_upcoming_share (&upcoming, &terms.tile);
      forward_panel (job, &terms, panel, oy, ox);
    }
  }
}

static void
patches_forward (const Step *step, const Run *run)
{
  Job job = {.step = step, .run = run};

  thaw_pool_run (run->pool, step->rows.in, pad_row, &job);
  thaw_pool_run (run->pool, step->rows.out, forward_piece, &job);
}

/* --- dW: of a row of the window, for a panel ----------------------------------------------------
 */
static void
window_gradient (const Job *job, Outer *outer, int ky, int oy, int first, int end)
{
  const Step *step = job->step;
  size_t pixel = (size_t) job->run->n * (size_t) step->out_shape.c;
  int iy = axis_input (&step->rows, oy, ky);

  for (int ox = first; iy >= 0 && ox < end; ox++)
    thaw_outer_add (outer, window_row (job, iy, ox),
                    step->dy + (size_t) (oy * step->columns.out + ox) * pixel);
}

static void
weight_piece (const Job *job, int piece)
{
  const Step *step = job->step;
  int kernel = step->rows.kernel, panel = piece / kernel, ky = piece % kernel;
  Outer outer = thaw_outer_begin (step, job->run, panel, depth_of (step), line_of (step),
                                  step->weight->grad + weight_row_at (step, panel, ky));

  for (int oy = 0; oy < step->rows.out; oy++)
    window_gradient (job, &outer, ky, oy, 0, step->columns.out);
  thaw_outer_end (&outer);
}

/* All of a window's rows for the outputs [first, end) of a row, added to `part`. */
static void
block_windows (
    const Job *job, int panel, int oy, int first, int end, float *part, Upcoming *upcoming)
{
  const Step *step = job->step;

  for (int ky = 0; ky < step->rows.kernel; ky++) {
    Outer outer = thaw_outer_begin (step, job->run, panel, depth_of (step), line_of (step),
                                    part + weight_row_at (step, panel, ky));
    outer.terms.tile.add = true;
    thaw_upcoming_share (upcoming, &outer.terms.tile);
    window_gradient (job, &outer, ky, oy, first, MIN (end, step->columns.out));
    thaw_outer_end (&outer);
  }
}

/* Outputs of all panels: they are fetched once. */
static void
chunk_piece (const Job *job, int chunk)
{
  const Step *step = job->step;
  int panels = panels_count (step->out_shape.c), kernel = step->rows.kernel, n = job->run->n;
  int first = step->rows.out * chunk / job->chunks;
  int last = step->rows.out * (chunk + 1) / job->chunks, block = thaw_outer_block (n);
  float *part = (float *) step->scratch + (size_t) chunk * step->weight->count;

  memset (part, 0, (size_t) step->weight->count * sizeof *part);
  for (int ox = 0; ox < step->columns.out; ox += block)
    for (int oy = first; oy < last; oy++) {
      bool down = oy + 1 < last;
      int next = down ? ox : ox + block;
      Upcoming upcoming = {.shares = kernel * panels};
      thaw_upcoming_add (&upcoming, step->dy, &step->out_shape, n, down ? oy + 1 : first, next,
                         next + block);
      for (int panel = 0; panel < panels; panel++)
        block_windows (job, panel, oy, ox, ox + block, part, &upcoming);
    }
}

static void
backward_piece (void *user, int piece, int worker)
{
  Job *job = user;

  if (piece < job->inputs)
    thaw_dense_input_piece (job->step, job->run, piece, worker);
  else
    (job->chunks > 1 ? chunk_piece : weight_piece) (job, piece - job->inputs);
}

/* Rows of the window are few pieces; of a small window's gradient each chunk has its own. */
static int
chunks_of (const Step *step, int n)
{
  int chunks = thaw_outer_chunks (step, n);
  size_t floats = shape_count (&step->out_shape, n);

  if (chunks > 1 || panels_count (step->out_shape.c) * step->rows.kernel >= CHUNKS ||
      floats < MANY * (size_t) step->weight->count)
    return chunks;
  return MIN (CHUNKS, step->rows.out);
}

static void
patches_needs (const Step *step, int n, Needs *needs)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) n;

  needs->save = padded_bytes (step, n);
  needs->backward_shared =
      MAX (CHUNKS * (size_t) step->weight->count * sizeof (float),
           step->bias != NULL ? thaw_column_sum_bytes (rows, step->out_shape.c) : 0);
  needs->backward_shared = MAX (needs->backward_shared, thaw_dense_input_bytes (step, n));
  needs->backward_worker = thaw_dense_input_worker_bytes (step, n);
}

static void
patches_backward (const Step *step, const Run *run)
{
  size_t rows = shape_pixels (&step->out_shape) * (size_t) run->n;
  Job job = {.step = step, .run = run, .chunks = chunks_of (step, run->n)};

  if (step->bias != NULL && step->bias->trainable)
    thaw_column_sum (run, step->dy, rows, step->out_shape.c, step->scratch, step->bias->grad);
  if (step->weight->trainable)
    job.weights =
        job.chunks > 1 ? job.chunks : panels_count (step->out_shape.c) * step->rows.kernel;
  if (step->dx != NULL)
    job.inputs = thaw_dense_input_pieces (step, run);
  thaw_pool_run (run->pool, job.inputs + job.weights, backward_piece, &job);
  if (step->weight->trainable && job.chunks > 1)
    thaw_sum_parts (run, (const float *) step->scratch, job.chunks, (size_t) step->weight->count,
                    step->weight->grad);
}

const Op thaw_op_conv_patches = {patches_needs, patches_forward, patches_backward};
