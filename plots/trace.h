/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces: lines whose x only grow, as px. On an image they are drawn by a filler of our own, which
 * takes a small part of the time of cairo's; anywhere else by cairo. */
#pragma once

#include "frame.h"

G_BEGIN_DECLS

#define THAW_SLAB 64

typedef struct {
  int top, bottom; /* rows touched, top > bottom: none      */
  int lines;       /* whose changes are not added up        */
  bool kept;       /* earlier ones are: shares are in `data` */
} ThawSlab;

/* An image as big as the plot, of one byte a device pixel. */
typedef struct {
  guint8 *data;                            /* (nullable) until it is needed                 */
  int stride, width, height;               /* device pixels, with some air around the plot  */
  int x, y;                                /* of the corner, in device pixels               */
  double scale_x, scale_y, move_x, move_y; /* from px to pixels of the mask                 */
  double scale;                            /* device pixels a px                            */
  ThawSlab *slabs; /* of THAW_SLAB columns each: a rising line touches few rows of each */
  int n_slabs;
  gint16 *changes; /* of what is covered, from one row to the next; two rows more       */
  int change_stride;
  float *lo, *hi; /* strips of columns                                                 */
} ThawMask;

/* NULL when the cairo_t does not draw on an image, or turns or skews it. */
ThawMask *thaw_mask_new (const ThawFrame *frame);
void thaw_mask_free (ThawMask *mask);
/* Adds a line through n points, at least one, x in order, all finite, with round ends and joins;
 * px. */
void thaw_mask_line (ThawMask *mask, const ThawPoint *points, size_t n, double width_px);
/* The same for a line with points in every column or many more: of each column its least and
 * greatest, and where the line enters and leaves it. */
void thaw_mask_columns (ThawMask *mask, const ThawPoint *points, size_t n, double width_px);
/* Colours what was added and forgets it. */
void thaw_mask_paint (ThawMask *mask, cairo_t *cr, ThawColor color, double alpha);

/* --- blend.c: straight onto the pixels of an image --- */

typedef struct {
  guint8 *pixels; /* NULL: not possible                       */
  int stride;
  int x0, y0, x1, y1; /* where may be drawn, device pixels        */
  cairo_surface_t *surface;
} ThawPixels;

/* Possible on an image of 32 bits a pixel, mixing as usual, within one rectangle of whole pixels.
 */
ThawPixels thaw_pixels_of (cairo_t *cr);
#define THAW_SHARE 256 /* all of a pixel */
typedef struct {
  guint16 even __attribute__ ((vector_size (16))); /* first and third bytes of four pixels  */
  guint16 odd __attribute__ ((vector_size (16)));  /* second and fourth                     */
  int strength;                                    /* of THAW_SHARE                         */
} ThawTint;
ThawTint thaw_tint_of (ThawColor color, double alpha);
/* In row y, from x on: THAW_SLAB shares, 0 or more; those above THAW_SHARE count as that. */
void thaw_pixels_blend (
    const ThawPixels *pixels, const ThawTint *tint, int x, int y, const gint16 *shares);
void thaw_pixels_done (const ThawPixels *pixels);

/* trace.c: the points of a series in view, thinned, as px; NaN where it breaks. (transfer full) */
GArray *thaw_trace_of (const ThawFrame *frame, const ThawSeries *series, double columns_per_px);
/* mask (nullable). dash: as in ThawLook; none when it is dense. Empties the mask. */
void thaw_trace_draw (const ThawFrame *frame,
                      ThawMask *mask,
                      const GArray *trace,
                      ThawColor color,
                      double alpha,
                      double width_px,
                      int dash,
                      bool dense);

G_END_DECLS
