/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dX of a dense convolution: the products of forward the other way round,
 *   dX[iy][ix] (n x cin) += dY[oy][ox] (n x cout) * W[tap]^T (cout x cin)
 * over the taps by which outputs see the pixel. A piece owns rows of a panel of 32 input channels;
 * it makes the panel's W^T first, of taps that any output has, [live tap][cout][32], unless its
 * worker did so for the piece before: what was just written is still in the core's own cache.
 * Missing channels of the last panel are zeros. */
#include "panels.h"

#define PIECES 32 /* as many at least, if there are rows: the last ones to end are short */

typedef struct {
  int panel; /* whose W^T is there, -1: none */
  int unused[15];
  float weights[];
} Packed;

typedef struct {
  const Step *step;
  const Run *run;
  int panel;
  Packed *packed;
} Job;

static bool
is_live (const Axis *axis, int tap)
{
  return !range_empty (axis_outputs (axis, tap));
}

/* The place of a live tap among the live. */
static int
live_rank (const Axis *axis, int tap)
{
  int rank = 0;

  for (int before = 0; before < tap; before++)
    rank += is_live (axis, before);
  return rank;
}

static int
live_taps (const Step *step)
{
  return axis_live_taps (&step->rows) * axis_live_taps (&step->columns);
}

size_t
thaw_dense_input_bytes (const Step *step, int n)
{
  return thaw_dense_turned_bytes (step, n);
}

size_t
thaw_dense_input_worker_bytes (const Step *step, int n)
{
  size_t packed = sizeof (Packed) + (size_t) live_taps (step) * (size_t) step->out_shape.c *
                                        THAW_TILE_COLUMNS * sizeof (float);

  return MAX (packed, thaw_dense_turned_worker_bytes (step, n));
}

/* Where W^T of the rank-th live tap begins. */
static float *
packed_tap (const Job *job, int rank)
{
  return job->packed->weights + (size_t) rank * (size_t) job->step->out_shape.c * THAW_TILE_COLUMNS;
}

static void
prefetch (const float *block, size_t count)
{
  for (size_t j = 0; j < count; j += 16)
    __builtin_prefetch (block + j);
}

static void
pack_tap (const Job *job, int tap, float *to)
{
  const Step *step = job->step;
  int cin = step->in_shape.c, cout = step->out_shape.c, panels = panels_count (cout);
  int taps = step->rows.kernel * step->rows.kernel;
  int channel = job->panel * THAW_TILE_COLUMNS, width = panels_width (cin, job->panel);

  if (width < THAW_TILE_COLUMNS)
    memset (to, 0, (size_t) cout * THAW_TILE_COLUMNS * sizeof *to);
  for (int out = 0; out < panels; out++, to += THAW_TILE_COLUMNS * THAW_TILE_COLUMNS) {
    size_t columns = (size_t) panels_width (cout, out), row = (size_t) channel * columns;
    const float *from = step->weight->value + panels_at (taps, cin, cout, out, tap) + row;
    if (out + 1 < panels && panels_width (cout, out + 1) == THAW_TILE_COLUMNS)
      prefetch (step->weight->value + panels_at (taps, cin, cout, out + 1, tap) + row,
                (size_t) width * columns);
    job->run->tiles->transpose (from, columns, width, (int) columns, to, THAW_TILE_COLUMNS);
  }
}

static void
pack_panel (const Job *job)
{
  int kernel = job->step->rows.kernel, rank = 0;

  for (int ky = 0; ky < kernel; ky++)
    for (int kx = 0; kx < kernel; kx++)
      if (is_live (&job->step->rows, ky) && is_live (&job->step->columns, kx))
        pack_tap (job, ky * kernel + kx, packed_tap (job, rank++));
  job->packed->panel = job->panel;
}

/* How many inputs of a row, from `ix` on, are seen by all taps, so that they are rows of one
 * product. */
static int
alike (const Axis *axis, int ix)
{
  int end = ix + 1;

  if (axis->stride > 1 || axis_output (axis, ix, 0) < 0 ||
      axis_output (axis, ix, axis->kernel - 1) < 0)
    return 1;
  while (end < axis->in && axis_output (axis, end, 0) >= 0)
    end++;
  return end - ix;
}

/* Last taps first: then terms go along the outputs as they lie in memory, and the tiles' asking for
 * the rows of the next one reaches what comes new. */
static void
input_pixels (const Job *job, Terms *terms, int iy, int ix)
{
  const Step *step = job->step;
  int kernel = step->rows.kernel, columns = axis_live_taps (&step->columns);
  size_t pixel = (size_t) job->run->n * (size_t) step->out_shape.c;

  for (int ky = kernel - 1; ky >= 0; ky--) {
    int oy = axis_output (&step->rows, iy, ky);
    int row = oy >= 0 ? live_rank (&step->rows, ky) * columns : 0;
    for (int kx = kernel - 1; oy >= 0 && kx >= 0; kx--) {
      int ox = axis_output (&step->columns, ix, kx);
      if (ox >= 0)
        terms_add (terms, step->dy + (size_t) (oy * step->columns.out + ox) * pixel,
                   packed_tap (job, row + live_rank (&step->columns, kx)));
    }
  }
  if (terms->tile.terms > 0 || !terms->tile.add)
    terms_flush (terms);
}

static void
input_row (const Job *job, int iy)
{
  const Step *step = job->step;
  int n = job->run->n, channel = job->panel * THAW_TILE_COLUMNS, pixels;
  size_t cin = (size_t) step->in_shape.c, cout = (size_t) step->out_shape.c;
  Terms terms = {.run = job->run->tiles->products};

  terms.tile = (ThawTile){.depth = step->out_shape.c,
                          .columns = panels_width (step->in_shape.c, job->panel),
                          .x_stride = cout,
                          .w_stride = THAW_TILE_COLUMNS,
                          .y_stride = cin};
  for (int ix = 0; ix < step->columns.in; ix += pixels) {
    pixels = alike (&step->columns, ix);
    terms.tile.rows = (size_t) (pixels * n);
    terms.tile.add = step->add_dx;
    terms.tile.y = step->dx + (size_t) (iy * step->columns.in + ix) * (size_t) n * cin + channel;
    input_pixels (job, &terms, iy, ix);
  }
}

/* Rows are cut into as many blocks. */
static int
row_blocks (const Step *step)
{
  return MIN (step->rows.in, ceil_div (PIECES, (size_t) panels_count (step->in_shape.c)));
}

static Packed *
packed_of (const Step *step, int worker)
{
  return (Packed *) (step->worker_scratch + (size_t) worker * step->worker_stride);
}

int
thaw_dense_input_pieces (const Step *step, const Run *run)
{
  if (thaw_dense_turned (step, run->n))
    return thaw_dense_turned_pieces (step, run);
  for (int worker = 0; worker < thaw_pool_threads (run->pool); worker++)
    packed_of (step, worker)->panel = -1;
  return panels_count (step->in_shape.c) * row_blocks (step);
}

void
thaw_dense_input_piece (const Step *step, const Run *run, int piece, int worker)
{
  int blocks = row_blocks (step), block = piece % blocks, rows = step->rows.in;
  Job job = {step, run, piece / blocks, packed_of (step, worker)};

  if (thaw_dense_turned (step, run->n)) {
    thaw_dense_turned_piece (step, run, piece, worker);
    return;
  }
  if (job.packed->panel != job.panel)
    pack_panel (&job);
  for (int iy = rows * block / blocks; iy < rows * (block + 1) / blocks; iy++)
    input_row (&job, iy);
}
