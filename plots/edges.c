/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks at the plot's edge for values that have no place in it: not a number, infinite, or outside
 * the range of the axis. Never a gap in silence. */
#include "frame.h"

#include <math.h>
#include <string.h>

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

static bool
in_view (const ThawFrame *frame, double x)
{
  double place = thaw_axis_place (&frame->x, x);

  return place >= -1e-9 && place <= 1 + 1e-9;
}

int
thaw_edges_used (const ThawFrame *frame)
{
  int used = 0;

  for (guint i = 0; i < frame->chart->series->len; i++) {
    const ThawLine *series = frame->chart->series->pdata[i];
    for (size_t k = 0; k < series->n; k++)
      if (in_view (frame, series->points[k].x))
        used |= thaw_edge_of (&frame->y, series->points[k].y);
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

/* The row for a mark: 0 next to the edge, 1 above when another series is there, -1 when it is
 * marked already. */
static int
row_for (Slots *slots, double x, int edge, bool mine)
{
  int slot = CLAMP ((int) (x / SLOT_PX), 0, slots->n - 1);

  if (mine || (slots->first[slot] & edge && slots->second[slot] & edge))
    return -1;
  if (slots->first[slot] & edge) {
    slots->second[slot] |= (guint8) edge;
    return 1;
  }
  slots->first[slot] |= (guint8) edge;
  return 0;
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

/* One of a kind for each slot of the axis. */
static void
draw_series (const ThawFrame *frame, const ThawLine *series, Slots *slots)
{
  int last_slot[THAW_EDGE_BELOW + 1];

  memset (last_slot, -1, sizeof last_slot);
  for (size_t i = 0; i < series->n; i++) {
    int edge = thaw_edge_of (&frame->y, series->points[i].y), slot, row;
    double x;
    if (edge == 0 || !in_view (frame, series->points[i].x))
      continue;
    x = thaw_frame_x (frame, series->points[i].x);
    slot = (int) ((x - frame->left) / SLOT_PX);
    row = row_for (slots, x - frame->left, edge, last_slot[edge] == slot);
    last_slot[edge] = slot;
    if (row >= 0)
      draw_mark (frame, thaw_style_hue (frame->style, series->hue), edge, x, row);
  }
}

void
thaw_layer_edges (const ThawFrame *frame)
{
  int n = (int) ceil (frame->width / SLOT_PX) + 1;
  g_autofree guint8 *first = g_new0 (guint8, n), *second = g_new0 (guint8, n);
  Slots slots = {first, second, n};

  for (guint i = 0; i < frame->chart->series->len; i++)
    draw_series (frame, frame->chart->series->pdata[i], &slots);
}
