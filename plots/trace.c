/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a series to px, and the line through them. */
#include "trace.h"

#include <math.h>

#define LONE 2.4 /* a lone point is a dot of so many widths */

GArray *
thaw_trace_of (const ThawFrame *frame, const ThawSeries *series, double columns_per_px)
{
  int columns = MAX ((int) (frame->width * columns_per_px), 1);
  GArray *trace = g_array_sized_new (FALSE, FALSE, sizeof (ThawPoint), 4 * (guint) columns);

  if (frame->x.log)
    thaw_series_all (series, frame->x.lo, frame->x.hi, trace);
  else
    thaw_series_thin (series, frame->x.lo, frame->x.hi, columns, trace);
  thaw_frame_place (frame, (ThawPoint *) (void *) trace->data, trace->len);
  return trace;
}

/* --- on an image --- */

/* Lengths in line widths; the pen's round ends add to them. */
static const double dashes[3][2] = {{0, 0}, {3.5, 3.8}, {0.1, 2.6}};

static void
mask_dashes (ThawMask *mask, const ThawPoint *points, size_t n, double width, int dash)
{
  g_autoptr (GArray) piece = g_array_new (FALSE, FALSE, sizeof (ThawPoint));
  double left = dashes[dash][0] * width;
  bool on = true;

  g_array_append_val (piece, points[0]);
  for (size_t i = 1; i < n; i++) {
    ThawPoint a = points[i - 1], b = points[i];
    double length = hypot (b.x - a.x, b.y - a.y), done = 0;
    while (length - done >= left) {
      ThawPoint p;
      done += left;
      p = (ThawPoint){a.x + (b.x - a.x) * done / length, a.y + (b.y - a.y) * done / length};
      g_array_append_val (piece, p);
      if (on)
        thaw_mask_line (mask, (const ThawPoint *) (const void *) piece->data, piece->len, width);
      on = !on;
      g_array_set_size (piece, 0);
      g_array_append_val (piece, p);
      left = dashes[dash][on ? 0 : 1] * width;
    }
    left -= length - done;
    g_array_append_val (piece, b);
  }
  if (on)
    thaw_mask_line (mask, (const ThawPoint *) (const void *) piece->data, piece->len, width);
}

static void
mask_run (ThawMask *mask, const ThawPoint *points, size_t n, double width, int dash, bool dense)
{
  if (n == 1)
    thaw_mask_line (mask, points, 1, LONE * width);
  else if (dense)
    thaw_mask_columns (mask, points, n, width);
  else if (dash % 3 == 0)
    thaw_mask_line (mask, points, n, width);
  else
    mask_dashes (mask, points, n, width, dash % 3);
}

/* --- by cairo --- */

static void
path_run (cairo_t *cr, const ThawPoint *points, size_t n, double width)
{
  for (size_t i = 0; i < n; i++)
    cairo_line_to (cr, points[i].x, points[i].y);
  if (n > 1) {
    cairo_new_sub_path (cr);
    return;
  }
  cairo_new_sub_path (cr);
  for (double part = 0.25; part < 0.9; part += 0.5) { /* strokes that fill a dot */
    cairo_arc (cr, points[0].x, points[0].y, part * width, 0, 2 * G_PI);
    cairo_new_sub_path (cr);
  }
}

void
thaw_trace_draw (const ThawFrame *frame,
                 ThawMask *mask,
                 const GArray *trace,
                 ThawColor color,
                 double alpha,
                 double width_px,
                 int dash,
                 bool dense)
{
  const ThawPoint *points = (const ThawPoint *) (const void *) trace->data;

  cairo_new_path (frame->cr);
  for (guint i = 0, end; i < trace->len; i = end) {
    for (end = i; end < trace->len && !isnan (points[end].y);)
      end++;
    if (end > i && mask)
      mask_run (mask, points + i, end - i, width_px, dash, dense);
    else if (end > i)
      path_run (frame->cr, points + i, end - i, width_px);
    end = MAX (end, i + 1);
  }
  if (mask) {
    thaw_mask_paint (mask, frame->cr, color, alpha);
    return;
  }
  thaw_set_color (frame->cr, color, alpha);
  cairo_set_line_width (frame->cr, width_px);
  cairo_set_line_join (frame->cr, CAIRO_LINE_JOIN_ROUND);
  thaw_set_dash (frame->cr, dash, width_px);
  cairo_stroke (frame->cr);
  thaw_set_dash (frame->cr, 0, width_px);
}
