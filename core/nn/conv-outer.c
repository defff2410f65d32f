/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weight gradients of dense convolutions: sums over pixels of x^T dy. */
#include "panels.h"

#define DEPTH_AT_ONCE 256 /* rows of x and dy, about: both stay in the first cache */

#define LARGE_BYTES (4 << 20) /* of x and dy */
#define MOST_CHUNKS 8
#define BLOCK_ROWS 512 /* of x and dy, about: they stay in the second cache over all taps */

size_t
thaw_outer_bytes (int n)
{
  return (size_t) (DEPTH_AT_ONCE + n) * THAW_TILE_COLUMNS * sizeof (float);
}

Outer
thaw_outer_begin (
    const Step *step, const Run *run, int panel, int rows, size_t x_stride, float *dw, int worker)
{
  int cout = step->out_shape.c, width = panels_width (cout, panel);
  bool copy = width < THAW_TILE_COLUMNS;
  Outer outer = {.step = step, .channel = panel * THAW_TILE_COLUMNS};

  if (copy)
    outer.copies = (float *) (step->worker_scratch + (size_t) worker * step->worker_stride +
                              thaw_dense_packed_bytes (step));
  outer.terms.run = run->tiles->outer_products;
  outer.terms.tile = (ThawTile){.depth = run->n,
                                .columns = width,
                                .rows = (size_t) rows,
                                .x_stride = x_stride,
                                .w_stride = copy ? THAW_TILE_COLUMNS : (size_t) cout,
                                .y_stride = (size_t) width,
                                .y = dw};
  return outer;
}

static const float *
copied (Outer *outer, const float *dy)
{
  const ThawTile *tile = &outer->terms.tile;
  size_t cout = (size_t) outer->step->out_shape.c, n = (size_t) tile->depth;
  float *copy = outer->copies + (size_t) tile->terms * n * THAW_TILE_COLUMNS;

  for (size_t i = 0; i < n; i++)
    memcpy (copy + i * THAW_TILE_COLUMNS, dy + i * cout, (size_t) tile->columns * sizeof *copy);
  return copy;
}

void
thaw_outer_add (Outer *outer, const float *x, const float *dy)
{
  const ThawTile *tile = &outer->terms.tile;

  dy += outer->channel;
  terms_add (&outer->terms, x, outer->copies != NULL ? copied (outer, dy) : dy);
  if (tile->terms * tile->depth >= DEPTH_AT_ONCE || tile->terms == PANEL_TERMS)
    terms_flush (&outer->terms);
}

void
thaw_outer_end (Outer *outer)
{
  if (outer->terms.tile.terms > 0)
    terms_flush (&outer->terms);
}

int
thaw_outer_chunks (const Step *step, int n)
{
  size_t bytes = (shape_count (&step->in_shape, n) + shape_count (&step->out_shape, n)) * 4;
  size_t weights = (size_t) step->weight->count * 4;

  if (bytes < LARGE_BYTES || bytes < 2 * weights)
    return 1;
  return (int) MIN (MIN ((size_t) MOST_CHUNKS, (size_t) step->rows.out), bytes / weights);
}

size_t
thaw_outer_parts_bytes (const Step *step, int n)
{
  int chunks = thaw_outer_chunks (step, n);

  return chunks > 1 ? (size_t) chunks * (size_t) step->weight->count * sizeof (float) : 0;
}

int
thaw_outer_block (int n)
{
  return MAX (1, BLOCK_ROWS / n);
}
