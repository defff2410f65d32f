/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart about to be drawn: where things go. Layers read it and draw on its cairo_t, in the order
 * of thaw_chart_draw (). Units are those of the cairo_t, called px. */
#pragma once

#include "chart-private.h"
#include "text.h"

G_BEGIN_DECLS

#define THAW_SCALE_TITLE 1.2
#define THAW_SCALE_SMALL 0.88

/* A label in the strip above the plot, with or without a line down from it. */
typedef struct {
  double line;          /* px, NaN for none                       */
  double from, to;      /* px, of the text                        */
  int row;              /* 0 is the top; -1: no room for the text */
  const ThawMark *mark; /* (nullable) NULL: of a shade            */
  const char *text;
} ThawNote;

typedef struct {
  const ThawChart *chart;
  const ThawPlotStyle *style;
  cairo_t *cr; /* NULL while only measured */
  ThawAxis x, y;
  GArray *x_ticks, *y_ticks;       /* of ThawTick          */
  double box[4];                   /* x, y, width, height  */
  double left, top, width, height; /* the plot area        */
  double title_top, legend_top, notes_top;
  GArray *notes; /* of ThawNote           */
  int note_rows;
  double note_height; /* of a row              */
} ThawFrame;

/* plan.c */
void thaw_frame_plan (ThawFrame *frame,
                      const ThawChart *chart,
                      cairo_t *cr,
                      const double box[4],
                      const ThawPlotStyle *style);
void thaw_frame_clear (ThawFrame *frame);
/* For a strip of that height. (transfer full) */
GArray *thaw_strip_rate_ticks (const ThawChart *strip, double height, const ThawPlotStyle *style);

/* What lies outside is kept within ten times the plot, so that cairo's numbers do not overflow. */
double thaw_frame_x (const ThawFrame *frame, double value);
double thaw_frame_y (const ThawFrame *frame, double value);
/* Points as px, in their place; y is NaN where a value has none. */
void thaw_frame_place (const ThawFrame *frame, ThawPoint *points, size_t n);

/* notes.c: places labels of shades and marks so that no text meets another or a line.
 * Fills notes, note_rows, note_height; needs x, left, width. */
void thaw_notes_place (ThawFrame *frame);

/* legend.c: height for the plot's width, 0 when there is nothing to name. */
double thaw_legend_height (const ThawFrame *frame);

/* edges.c: what a chart cannot show in its place. */
typedef enum {
  THAW_EDGE_NAN = 1,
  THAW_EDGE_INFINITE_UP = 2,
  THAW_EDGE_INFINITE_DOWN = 4,
  THAW_EDGE_ABOVE = 8,
  THAW_EDGE_BELOW = 16,
} ThawEdge;
int thaw_edge_of (const ThawAxis *axis, double y); /* 0 = it has a place */
int thaw_edges_used (const ThawFrame *frame);      /* union over all points in view */
void thaw_edge_symbol (cairo_t *cr, int edge, double x, double y, double size);

/* markers.c: a symbol of its own for each hue; hollow when fill is given. */
void thaw_marker_draw (
    cairo_t *cr, int hue, double x, double y, double radius, ThawColor line, ThawColor fill);
ThawColor thaw_style_hue (const ThawPlotStyle *style, int hue); /* -1: the text's colour */
void thaw_set_dash (cairo_t *cr, int dash, double line_width);
void thaw_line_sample (cairo_t *cr,
                       const double box[4],
                       const ThawLook *look,
                       const ThawPlotStyle *style);
void thaw_star_draw (cairo_t *cr, double x, double y, double radius, ThawColor color);

/* strip-draw.c */
void thaw_cell_fill (cairo_t *cr,
                     const ThawPlotStyle *style,
                     ThawCellKind kind,
                     double brightness,
                     const double box[4]);

/* Layers. */
void thaw_layer_shades (const ThawFrame *frame);
void thaw_layer_grid (const ThawFrame *frame);
void thaw_layer_notes (const ThawFrame *frame);
void thaw_layer_rings (const ThawFrame *frame);
void thaw_layer_bands (const ThawFrame *frame);
void thaw_layer_gap (const ThawFrame *frame);
void thaw_layer_gap_size (const ThawFrame *frame);
void thaw_layer_lines (const ThawFrame *frame);
void thaw_layer_edges (const ThawFrame *frame);
void thaw_layer_axes (const ThawFrame *frame);
void thaw_layer_legend (const ThawFrame *frame);
void thaw_layer_empty (const ThawFrame *frame);
void thaw_layer_cells (const ThawFrame *frame);
void thaw_layer_rate (const ThawFrame *frame);
void thaw_layer_handles (const ThawFrame *frame);
void thaw_layer_dots (const ThawFrame *frame);

G_END_DECLS
