/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layer of the lines: raw points pale behind their moving mean, lines broken where a value has
 * no place, lone points as dots, symbols on points. */
#include "dense.h"
#include "trace.h"

#include <math.h>

#define MARKER_APART_PX 11
#define PALE 0.28
#define DENSE 6 /* points a px */

static double
columns_per_px (const ThawMask *mask)
{
  return mask ? MAX (mask->scale, 1) : 2;
}

static double
points_per_px (const ThawFrame *frame, const ThawSeries *series)
{
  size_t first, end;

  thaw_series_within (series, frame->x.lo, frame->x.hi, &first, &end);
  return (double) (end - first) / frame->width;
}

static void
draw_series (const ThawFrame *frame,
             ThawMask *mask,
             const ThawSeries *series,
             ThawColor color,
             double alpha,
             double width,
             int dash,
             bool dense)
{
  g_autoptr (GArray) trace = thaw_trace_of (frame, series, columns_per_px (mask));

  if (dense && !mask)
    thaw_dense_draw (frame, trace, color, alpha);
  else
    thaw_trace_draw (frame, mask, trace, color, alpha, width, dense ? 0 : dash, dense);
}

static double
width_of (const ThawFrame *frame, const ThawLine *line)
{
  return frame->style->line_width_px *
         (line->look.width > 0 ? CLAMP (line->look.width, 0.25, 8) : 1);
}

static void
draw_raw (const ThawFrame *frame, ThawMask *mask, const ThawLine *line)
{
  draw_series (frame, mask, line->series, thaw_style_hue (frame->style, line->look.hue), PALE,
               width_of (frame, line) * 0.5, 0, points_per_px (frame, line->series) > DENSE);
}

/* A dense line has no room for dashes. */
static void
draw_front (const ThawFrame *frame, ThawMask *mask, const ThawLine *line)
{
  bool smoothed = line->look.smooth > 1;
  double crowd = points_per_px (frame, line->series);
  double width = width_of (frame, line) * (smoothed        ? 1.15
                                           : crowd > DENSE ? 0.5
                                           : crowd > 1     ? 0.7
                                                           : 1);

  draw_series (frame, mask, thaw_line_shown (line), thaw_style_hue (frame->style, line->look.hue),
               1, width, line->look.dash, !smoothed && crowd > DENSE);
}

static void
draw_marker (const ThawFrame *frame, const ThawLine *line, ThawPoint p)
{
  ThawColor color = thaw_style_hue (frame->style, line->look.hue);

  if (thaw_plottable (p.y) && !(frame->y.log && p.y <= 0) && thaw_edge_of (&frame->y, p.y) == 0)
    thaw_marker_draw (frame->cr, line->look.hue, thaw_frame_x (frame, p.x),
                      thaw_frame_y (frame, p.y), 1.6 * width_of (frame, line), color,
                      frame->style->background);
}

/* On each point, or every second, fourth, ... of all: the same ones wherever the view is moved. The
 * last point always has one. */
static void
draw_markers (const ThawFrame *frame, const ThawLine *line)
{
  const ThawSeries *series = thaw_line_shown (line);
  size_t first, end, stride = 1, n = thaw_series_length (series);

  thaw_series_within (series, frame->x.lo, frame->x.hi, &first, &end);
  while ((double) (end - first) / (double) stride * MARKER_APART_PX > frame->width)
    stride *= 2;
  for (size_t i = (first + stride - 1) / stride * stride; i < end; i += stride)
    if (n - 1 - i >= stride / 2 || i == n - 1)
      draw_marker (frame, line, *thaw_series_at (series, i));
  if (end == n && n > first && (n - 1) % stride != 0)
    draw_marker (frame, line, *thaw_series_at (series, n - 1));
}

/* To whole pixels of an image. */
static void
clip (const ThawFrame *frame, double air, const ThawMask *mask)
{
  double x0 = frame->left - air, y0 = frame->top - air;
  double x1 = frame->left + frame->width + air, y1 = frame->top + frame->height + air;

  cairo_user_to_device (frame->cr, &x0, &y0);
  cairo_user_to_device (frame->cr, &x1, &y1);
  if (mask) {
    x0 = floor (x0), y0 = floor (y0);
    x1 = ceil (x1), y1 = ceil (y1);
  }
  cairo_device_to_user (frame->cr, &x0, &y0);
  cairo_device_to_user (frame->cr, &x1, &y1);
  cairo_rectangle (frame->cr, x0, y0, x1 - x0, y1 - y0);
  cairo_clip (frame->cr);
}

/* All pale ones first: no run's noise covers another run's mean. */
void
thaw_layer_lines (const ThawFrame *frame)
{
  const ThawChart *chart = frame->chart;
  ThawMask *mask = thaw_mask_new (frame);

  cairo_save (frame->cr);
  clip (frame, frame->style->line_width_px * 0.75, mask);
  for (guint i = 0; i < chart->lines->len; i++)
    if (thaw_chart_line (chart, i)->look.smooth > 1)
      draw_raw (frame, mask, thaw_chart_line (chart, i));
  for (guint i = 0; i < chart->lines->len; i++)
    draw_front (frame, mask, thaw_chart_line (chart, i));
  cairo_restore (frame->cr);
  thaw_mask_free (mask);
  for (guint i = 0; i < chart->lines->len; i++)
    if (thaw_chart_line (chart, i)->look.marker)
      draw_markers (frame, thaw_chart_line (chart, i));
}
