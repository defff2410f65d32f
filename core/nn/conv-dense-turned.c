/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of a dense convolution's input where its weights outnumber its maps: weights stay as
 * they lie, in rows, and the maps are turned instead,
 *   dX[iy][ix]^T (cin x n) += W[tap] (cin x cout) * dY[oy][ox]^T (cout x n),
 * so that images are the columns of tiles. dY^T is made once, [pixel][cout][n]; a piece owns a
 * block of input channels of a pixel and turns its sums back. dY^T is in the shared scratch: parts
 * of weight gradients, which lie there too, exist only where maps outnumber weights. */
#include "panels.h"

#define BLOCK 64 /* input channels */

typedef struct {
  const Step *step;
  const Run *run;
  float *turned; /* dY^T */
  size_t ld;     /* floats from one of its rows to the next */
} Job;

static size_t
padded (int n)
{
  return ((size_t) n + 15) / 16 * 16;
}

static size_t
map_floats (const Step *step) /* of one image, in and out */
{
  return shape_count (&step->in_shape, 1) + shape_count (&step->out_shape, 1);
}

static size_t
live_weights (const Step *step)
{
  return (size_t) (axis_live_taps (&step->rows) * axis_live_taps (&step->columns)) *
         (size_t) step->in_shape.c * (size_t) step->out_shape.c;
}

bool
thaw_dense_turned (const Step *step, int n)
{
  return n >= 16 && (size_t) n * map_floats (step) < live_weights (step);
}

/* The most images of a batch of up to n for which it is used. */
static int
most_images (const Step *step, int n)
{
  return (int) MIN ((size_t) n, live_weights (step) / map_floats (step));
}

size_t
thaw_dense_turned_bytes (const Step *step, int n)
{
  return shape_count (&step->out_shape, 1) * padded (most_images (step, n)) * sizeof (float);
}

size_t
thaw_dense_turned_worker_bytes (const Step *step, int n)
{
  return BLOCK * padded (most_images (step, n)) * sizeof (float);
}

static Job
job_of (const Step *step, const Run *run)
{
  return (Job){step, run, (float *) step->scratch, padded (run->n)};
}

static int
channel_blocks (const Step *step)
{
  return ceil_div ((size_t) step->in_shape.c, BLOCK);
}

/* Pixels by blocks of output channels: many pieces even of a single pixel. */
static void
turn_piece (void *user, int piece, int worker)
{
  const Job *job = user;
  const Step *step = job->step;
  int panels = panels_count (step->out_shape.c), pixel = piece / panels, panel = piece % panels;
  size_t cout = (size_t) step->out_shape.c, first = (size_t) panel * THAW_TILE_COLUMNS;
  const float *from = step->dy + (size_t) pixel * (size_t) job->run->n * cout + first;

  job->run->tiles->transpose (from, cout, job->run->n, panels_width (step->out_shape.c, panel),
                              job->turned + ((size_t) pixel * cout + first) * job->ld, job->ld);
}

int
thaw_dense_turned_pieces (const Step *step, const Run *run)
{
  Job job = job_of (step, run);
  int pixels = (int) shape_pixels (&step->out_shape);

  thaw_pool_run (run->pool, pixels * panels_count (step->out_shape.c), turn_piece, &job);
  return channel_blocks (step) * (int) shape_pixels (&step->in_shape);
}

/* Rows of W of a tap, panel by panel: the channels of a panel are the terms' depth. */
static void
add_tap (const Job *job, Terms *terms, int channel, int tap, size_t output, int column)
{
  const Step *step = job->step;
  int taps = step->rows.kernel * step->rows.kernel, cin = step->in_shape.c;
  int cout = step->out_shape.c;

  for (int panel = 0; panel < panels_count (cout); panel++) {
    int width = panels_width (cout, panel);
    const float *w = step->weight->value + panels_at (taps, cin, cout, panel, tap) +
                     (size_t) channel * (size_t) width;
    size_t row = output * (size_t) cout + (size_t) panel * THAW_TILE_COLUMNS;
    if (terms->tile.terms > 0 && terms->tile.depth != width)
      terms_flush (terms);
    terms->tile.depth = width;
    terms->tile.x_stride = (size_t) width;
    terms_add (terms, w, job->turned + row * job->ld + column);
  }
}

static void
add_taps (const Job *job, Terms *terms, int channel, int iy, int ix, int column)
{
  const Step *step = job->step;
  int kernel = step->rows.kernel;

  for (int ky = 0; ky < kernel; ky++) {
    int oy = axis_output (&step->rows, iy, ky);
    for (int kx = 0; oy >= 0 && kx < kernel; kx++) {
      int ox = axis_output (&step->columns, ix, kx);
      if (ox >= 0)
        add_tap (job, terms, channel, ky * kernel + kx, (size_t) (oy * step->columns.out + ox),
                 column);
    }
  }
  if (terms->tile.terms > 0 || !terms->tile.add)
    terms_flush (terms);
}

void
thaw_dense_turned_piece (const Step *step, const Run *run, int piece, int worker)
{
  Job job = job_of (step, run);
  int pixels = (int) shape_pixels (&step->in_shape), pixel = piece % pixels, n = run->n;
  int channel = piece / pixels * BLOCK, rows = MIN (BLOCK, step->in_shape.c - channel);
  size_t cin = (size_t) step->in_shape.c;
  float *sums = (float *) (step->worker_scratch + (size_t) worker * step->worker_stride);
  float *dx = step->dx + (size_t) pixel * (size_t) n * cin + channel;

  if (step->add_dx)
    run->tiles->transpose (dx, cin, n, rows, sums, job.ld);
  for (int column = 0; column < n; column += THAW_TILE_COLUMNS) {
    Terms terms = {.run = run->tiles->products};
    terms.tile = (ThawTile){.columns = MIN (THAW_TILE_COLUMNS, n - column),
                            .rows = (size_t) rows,
                            .w_stride = job.ld,
                            .y_stride = job.ld,
                            .y = sums + column,
                            .add = step->add_dx};
    add_taps (&job, &terms, channel, pixel / step->columns.in, pixel % step->columns.in, column);
  }
  run->tiles->transpose (sums, job.ld, rows, n, dx, cin);
}
