/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dX of a dense convolution: the products of forward the other way round,
 *   dX[iy][ix] (n x cin) += dY[oy][ox] (n x cout) * W[tap]^T (cout x cin)
 * over the taps by which outputs see the pixel. W^T is made first, for taps that any output has:
 * [panel of 32 input channels][live tap][cout][32]; missing channels of the last panel are zeros.
 */
#include "panels.h"

typedef struct {
  const Step *step;
  const Run *run;
  const float *packed;
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

/* Where W^T of the rank-th live tap begins. */
static size_t
packed_at (const Step *step, int panel, int rank)
{
  return ((size_t) panel * (size_t) live_taps (step) + (size_t) rank) * (size_t) step->out_shape.c *
         THAW_TILE_COLUMNS;
}

size_t
thaw_dense_packed_bytes (const Step *step)
{
  return packed_at (step, panels_count (step->in_shape.c), 0) * sizeof (float);
}

int
thaw_dense_pack_pieces (const Step *step)
{
  int taps = step->rows.kernel * step->rows.kernel;

  return panels_count (step->in_shape.c) * taps;
}

void
thaw_dense_pack_piece (const Step *step, const Run *run, float *packed, int piece)
{
  int kernel = step->rows.kernel, taps = kernel * kernel, tap = piece % taps, panel = piece / taps;
  int ky = tap / kernel, kx = tap % kernel, cin = step->in_shape.c, cout = step->out_shape.c;
  int channel = panel * THAW_TILE_COLUMNS, width = panels_width (cin, panel), rank;
  float *to;

  if (!is_live (&step->rows, ky) || !is_live (&step->columns, kx))
    return;
  rank = live_rank (&step->rows, ky) * axis_live_taps (&step->columns) +
         live_rank (&step->columns, kx);
  to = packed + packed_at (step, panel, rank);
  if (width < THAW_TILE_COLUMNS)
    memset (to, 0, (size_t) cout * THAW_TILE_COLUMNS * sizeof *to);
  for (int out = 0; out < panels_count (cout); out++) {
    int columns = panels_width (cout, out);
    const float *from = step->weight->value + panels_at (taps, cin, cout, out, tap) +
                        (size_t) channel * (size_t) columns;
    run->tiles->transpose (from, (size_t) columns, width, columns,
                           to + (size_t) out * THAW_TILE_COLUMNS * THAW_TILE_COLUMNS,
                           THAW_TILE_COLUMNS);
  }
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

static void
input_pixels (const Job *job, Terms *terms, int panel, int iy, int ix)
{
  const Step *step = job->step;
  int kernel = step->rows.kernel, columns = axis_live_taps (&step->columns);
  size_t pixel = (size_t) job->run->n * (size_t) step->out_shape.c;

  for (int ky = 0; ky < kernel; ky++) {
    int oy = axis_output (&step->rows, iy, ky);
    int row = oy >= 0 ? live_rank (&step->rows, ky) * columns : 0;
    for (int kx = 0; oy >= 0 && kx < kernel; kx++) {
      int ox = axis_output (&step->columns, ix, kx);
      if (ox >= 0)
        terms_add (terms, step->dy + (size_t) (oy * step->columns.out + ox) * pixel,
                   job->packed + packed_at (step, panel, row + live_rank (&step->columns, kx)));
    }
  }
  if (terms->tile.terms > 0 || !terms->tile.add)
    terms_flush (terms);
}

static void
input_piece (void *user, int piece, int worker)
{
  Job *job = user;
  const Step *step = job->step;
  int panel = piece / step->rows.in, iy = piece % step->rows.in, n = job->run->n, pixels;
  size_t cin = (size_t) step->in_shape.c, cout = (size_t) step->out_shape.c;
  int channel = panel * THAW_TILE_COLUMNS;
  Terms terms = {.run = job->run->tiles->products};

  terms.tile = (ThawTile){.depth = step->out_shape.c,
                          .columns = panels_width (step->in_shape.c, panel),
                          .x_stride = cout,
                          .w_stride = THAW_TILE_COLUMNS,
                          .y_stride = cin};
  for (int ix = 0; ix < step->columns.in; ix += pixels) {
    pixels = alike (&step->columns, ix);
    terms.tile.rows = (size_t) (pixels * n);
    terms.tile.add = step->add_dx;
    terms.tile.y = step->dx + (size_t) (iy * step->columns.in + ix) * (size_t) n * cin + channel;
    input_pixels (job, &terms, panel, iy, ix);
  }
}

void
thaw_dense_input_gradient (const Step *step, const Run *run, const float *packed)
{
  Job job = {step, run, packed};

  thaw_pool_run (run->pool, panels_count (step->in_shape.c) * step->rows.in, input_piece, &job);
}
