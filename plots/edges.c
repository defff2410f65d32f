/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks at the plot's edge for values that have no place in it: not a number, infinite, or outside
 * the range of the axis. Never a gap in silence. */
#include "frame.h"

#include <math.h>

#define SLOT_PX 9

int
thaw_edge_of (const ThawAxis *axis, double y)
{
  double place;

  if (isnan (y))
    return THAW_EDGE_NAN;
  if (!thaw_plottable (y))
    return y > 0 ? THAW_EDGE_INFINITE_UP : THAW_EDGE_INFINITE_DOWN;
  place = thaw_axis_place (axis, y);
  return place > 1 + 1e-9 ? THAW_EDGE_ABOVE : place < -1e-9 ? THAW_EDGE_BELOW : 0;
}

/* Kinds among the points of a stretch. */
static int
edges_of_span (const ThawFrame *frame, const ThawSpan *span)
{
  int edges = (span->n_nan ? THAW_EDGE_NAN : 0) | (span->n_up ? THAW_EDGE_INFINITE_UP : 0) |
              (span->n_down ? THAW_EDGE_INFINITE_DOWN : 0);

  if (span->lo <= span->hi)
    edges |= (thaw_edge_of (&frame->y, span->hi) & THAW_EDGE_ABOVE) |
             (thaw_edge_of (&frame->y, span->lo) & THAW_EDGE_BELOW);
  return edges;
}

int
thaw_edges_used (const ThawFrame *frame)
{
  int used = 0;

  for (guint i = 0; i < frame->chart->lines->len; i++) {
    const ThawSeries *series = thaw_chart_line (frame->chart, i)->series;
    ThawSpan span;
    size_t first, end;
    thaw_series_within (series, frame->x.lo, frame->x.hi, &first, &end);
    span = thaw_series_span (series, first, end);
    used |= edges_of_span (frame, &span);
  }
  return used;
}

/* In the current colour: a cross, a full triangle, a hollow one. */
void
thaw_edge_symbol (cairo_t *cr, int edge, double x, double y, double size)
{
  double up = edge & (THAW_EDGE_INFINITE_UP | THAW_EDGE_ABOVE) ? -size : size;

  cairo_new_path (cr);
  cairo_set_line_width (cr, MAX (size * 0.4, 1.2));
  if (edge == THAW_EDGE_NAN) {
    cairo_move_to (cr, x - size, y - size);
    cairo_line_to (cr, x + size, y + size);
    cairo_move_to (cr, x - size, y + size);
    cairo_line_to (cr, x + size, y - size);
    cairo_stroke (cr);
    return;
  }
  cairo_move_to (cr, x - size, y - up * 0.7);
  cairo_line_to (cr, x + size, y - up * 0.7);
  cairo_line_to (cr, x, y + up);
  cairo_close_path (cr);
  if (edge & (THAW_EDGE_INFINITE_UP | THAW_EDGE_INFINITE_DOWN))
    cairo_fill_preserve (cr);
  cairo_stroke (cr);
}

/* Kinds of marks already in each slot, two rows to an edge. */
typedef struct {
  guint8 *first, *second;
  int n;
} Slots;

/* The row for a mark: 0 next to the edge, 1 above when another line is there, -1 when it is marked
 * already. */
static int
row_for (Slots *slots, int slot, int edge)
{
  guint8 *row = slots->first[slot] & edge ? slots->second : slots->first;

  if (row[slot] & edge)
    return -1;
  row[slot] |= (guint8) edge;
  return row == slots->second;
}

/* On a patch of background, so that lines do not run through it. */
static void
draw_mark (const ThawFrame *frame, ThawColor color, int edge, double x, int row)
{
  double size = 0.3 * frame->style->font_px, inset = size * (1.9 + 2.6 * row);
  bool up = edge & (THAW_EDGE_INFINITE_UP | THAW_EDGE_ABOVE);
  double y = up ? frame->top + inset : frame->top + frame->height - inset;

  thaw_set_color (frame->cr, frame->style->background, 0.8);
  cairo_new_path (frame->cr);
  cairo_arc (frame->cr, x, y, size * 1.7, 0, 2 * G_PI);
  cairo_fill (frame->cr);
  thaw_set_color (frame->cr, color, 1);
  thaw_edge_symbol (frame->cr, edge, x, y, size);
}

/* Of the first of its kind in the slot. */
static double
place_of (const ThawFrame *frame, const ThawSeries *series, size_t first, size_t end, int edge)
{
  while (first + 1 < end && thaw_edge_of (&frame->y, thaw_series_at (series, first)->y) != edge)
    first++;
  return thaw_frame_x (frame, thaw_series_at (series, first)->x);
}

/* One of a kind for each slot of the axis. */
static void
draw_line (const ThawFrame *frame, const ThawLine *line, Slots *slots)
{
  ThawColor color = thaw_style_hue (frame->style, line->look.hue);

  for (int slot = 0; slot < slots->n; slot++) {
    double lo = thaw_axis_value (&frame->x, (double) slot / slots->n);
    double hi = thaw_axis_value (&frame->x, (double) (slot + 1) / slots->n);
    size_t first = thaw_series_find (line->series, lo);
    size_t end = slot + 1 < slots->n ? thaw_series_find (line->series, hi)
                                     : thaw_series_after (line->series, hi);
    ThawSpan span = thaw_series_span (line->series, first, MAX (first, end));
    int edges = edges_of_span (frame, &span);
    for (int edge = 1; edge <= THAW_EDGE_BELOW; edge *= 2) {
      int row = edges & edge ? row_for (slots, slot, edge) : -1;
      if (row >= 0)
        draw_mark (frame, color, edge, place_of (frame, line->series, first, end, edge), row);
    }
  }
}

void
thaw_layer_edges (const ThawFrame *frame)
{
  int n = (int) ceil (frame->width / SLOT_PX) + 1;
  g_autofree guint8 *first = g_new0 (guint8, n), *second = g_new0 (guint8, n);
  Slots slots = {first, second, n};

  if (thaw_edges_used (frame) == 0)
    return;
  for (guint i = 0; i < frame->chart->lines->len; i++)
    draw_line (frame, thaw_chart_line (frame->chart, i), &slots);
}
