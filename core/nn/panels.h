/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: weights of a dense convolution in panels of THAW_TILE_COLUMNS output channels, in the
 * order in which tiles read them: [panel][tap][cin][channels of the panel]. The last panel is
 * narrower if need be. */
#pragma once

#include "step-private.h"

/* Whether a convolution's weights are in panels: all dense ones but plain matrix products. */
static inline bool
panels_used (const ThawConv2d *conv)
{
  return conv->groups == 1 && (conv->kernel > 1 || conv->stride > 1 || conv->padding > 0);
}

static inline int
panels_count (int cout)
{
  return (cout + THAW_TILE_COLUMNS - 1) / THAW_TILE_COLUMNS;
}

static inline int
panels_width (int cout, int panel)
{
  int left = cout - panel * THAW_TILE_COLUMNS;
  return left < THAW_TILE_COLUMNS ? left : THAW_TILE_COLUMNS;
}

/* Of the first of cin rows. */
static inline size_t
panels_at (int taps, int cin, int cout, int panel, int tap)
{
  size_t rows = (size_t) panel * THAW_TILE_COLUMNS * (size_t) taps * (size_t) cin;
  return rows + (size_t) tap * (size_t) cin * (size_t) panels_width (cout, panel);
}

/* Of weights in force in forward. */
static inline int
tap_columns (const Step *step)
{
  return step->tap_columns.end - step->tap_columns.first;
}

static inline int
tap_count (const Step *step)
{
  return (step->tap_rows.end - step->tap_rows.first) * tap_columns (step);
}

static inline const float *
tap_weights (const Step *step, int panel, int ky, int kx)
{
  int tap = (ky - step->tap_rows.first) * tap_columns (step) + kx - step->tap_columns.first;

  return step_weight (step) +
         panels_at (tap_count (step), step->in_shape.c, step->out_shape.c, panel, tap);
}

/* Sums up to as many terms at once. */
#define PANEL_TERMS 64

/* The terms of a tile, run when the tile is complete, or when there is room for no more. */
typedef struct {
  ThawTile tile;
  void (*run) (const ThawTile *tile);
  const float *x[PANEL_TERMS], *w[PANEL_TERMS];
} Terms;

static inline void
terms_flush (Terms *terms)
{
  terms->tile.x = terms->x;
  terms->tile.w = terms->w;
  terms->run (&terms->tile);
  terms->tile.terms = 0;
  terms->tile.add = true;
}

static inline void
terms_add (Terms *terms, const float *x, const float *w)
{
  if (terms->tile.terms == PANEL_TERMS)
    terms_flush (terms);
  terms->x[terms->tile.terms] = x;
  terms->w[terms->tile.terms++] = w;
}

/* The last of a tile's terms: with a residual (nullable), and an activation. */
static inline void
terms_end (Terms *terms, const float *residual, ThawActKind act)
{
  terms->tile.residual = residual;
  terms->tile.act = act;
  terms_flush (terms);
  terms->tile.residual = NULL;
  terms->tile.act = THAW_ACT_NONE;
}

/* A weight gradient: terms x^T dy, gathered until they are worth a run. conv-outer.c */
typedef struct {
  Terms terms;
  int channel; /* first of the panel */
} Outer;

/* dw: rows x the panel's columns, overwritten by what is added before the end. x_stride: between
 * images. Nothing is written if nothing is added. */
Outer thaw_outer_begin (
    const Step *step, const Run *run, int panel, int rows, size_t x_stride, float *dw);
/* x, dy: one pixel, dy of all channels. */
void thaw_outer_add (Outer *outer, const float *x, const float *dy);
void thaw_outer_end (Outer *outer);

/* Large maps: a sweep for each tap would fetch them from memory again and again. Instead rows of
 * outputs are cut into chunks, by shape and n alone; a chunk does all taps of a block of pixels
 * before it goes on, into a part of its own, [chunk][weights], in the shared scratch; the parts are
 * summed. Blocks go down a strip of columns, so that of the rows of inputs that one reads only the
 * last is new, and then to the next strip. 1: not large, no parts. */
int thaw_outer_chunks (const Step *step, int n);
size_t thaw_outer_parts_bytes (const Step *step, int n);
int thaw_outer_block (int n); /* pixels that a chunk does at once, side by side */

/* What is going to be read or written next: tiles that run before fetch it, a share each. */
#define UPCOMING_MOST 8
typedef struct {
  const char *from[UPCOMING_MOST];
  size_t bytes[UPCOMING_MOST];
  int count;
  int shares, share; /* how many there are, and the next one */
} Upcoming;

/* Pixels [first, end) of a row of a map, all images; those outside it, or for which there is no
 * room, are left out. */
void thaw_upcoming_add (
    Upcoming *upcoming, const float *map, const Shape *shape, int n, int row, int first, int end);
/* The next share goes to this tile. */
void thaw_upcoming_share (Upcoming *upcoming, ThawTile *tile);

/* The gradient of the input of any dense convolution, in pieces of its own: from dy and weights in
 * panels. conv-dense-input.c */
size_t thaw_dense_input_bytes (const Step *step, int n);        /* of the shared scratch */
size_t thaw_dense_input_worker_bytes (const Step *step, int n); /* a multiple of 64      */
int thaw_dense_input_pieces (const Step *step, const Run *run); /* also makes them ready */
void thaw_dense_input_piece (const Step *step, const Run *run, int piece, int worker);

/* How that is done where weights outnumber maps. conv-dense-turned.c */
bool thaw_dense_turned (const Step *step, int n);
size_t thaw_dense_turned_bytes (const Step *step, int n); /* for batches of up to n */
size_t thaw_dense_turned_worker_bytes (const Step *step, int n);
int thaw_dense_turned_pieces (const Step *step, const Run *run);
void thaw_dense_turned_piece (const Step *step, const Run *run, int piece, int worker);
