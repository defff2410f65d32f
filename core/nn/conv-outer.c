/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weight gradients of dense convolutions: sums over pixels of x^T dy. */
#include "panels.h"

#define DEPTH_AT_ONCE 256 /* rows of x and dy, about: both stay in the first cache */

#define LARGE_BYTES (4 << 20) /* of x and dy */
#define MOST_CHUNKS 8
#define BLOCK_ROWS 256 /* of x and dy, about: with the next ones they stay in the second cache */

Outer
thaw_outer_begin (const Step *step, const Run *run, int panel, int rows, size_t x_stride, float *dw)
{
  int cout = step->out_shape.c, width = panels_width (cout, panel);
  Outer outer = {.channel = panel * THAW_TILE_COLUMNS};

  outer.terms.run = run->tiles->outer_products;
  outer.terms.tile = (ThawTile){.depth = run->n,
                                .columns = width,
                                .rows = (size_t) rows,
                                .x_stride = x_stride,
                                .w_stride = (size_t) cout,
                                .y_stride = (size_t) width,
                                .y = dw};
  return outer;
}

void
thaw_outer_add (Outer *outer, const float *x, const float *dy)
{
  const ThawTile *tile = &outer->terms.tile;

  terms_add (&outer->terms, x, dy + outer->channel);
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

void
thaw_upcoming_add (
    Upcoming *upcoming, const float *map, const Shape *shape, int n, int row, int first, int end)
{
  size_t pixel = (size_t) n * (size_t) shape->c, at;

  first = MAX (first, 0);
  end = MIN (end, shape->w);
  if (row < 0 || row >= shape->h || first >= end || upcoming->count == UPCOMING_MOST)
    return;
  at = (size_t) row * (size_t) shape->w + (size_t) first;
  upcoming->from[upcoming->count] = (const char *) (map + at * pixel);
  upcoming->bytes[upcoming->count++] = (size_t) (end - first) * pixel * sizeof (float);
}

void
thaw_upcoming_share (Upcoming *upcoming, ThawTile *tile)
{
  size_t of_each, which, at;

  if (upcoming->count == 0)
    return;
  of_each = (size_t) ceil_div ((size_t) upcoming->shares, (size_t) upcoming->count);
  which = (size_t) upcoming->share / of_each;
  at = (size_t) upcoming->share++ % of_each;
  tile->ahead = upcoming->from[which] + upcoming->bytes[which] * at / of_each;
  tile->ahead_bytes = upcoming->bytes[which] / of_each;
}
