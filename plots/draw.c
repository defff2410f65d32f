/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing a chart: layer after layer. */
#include "frame.h"

static void
draw_background (const ThawFrame *frame)
{
  thaw_set_color (frame->cr, frame->style->background, 1);
  cairo_rectangle (frame->cr, frame->box[0], frame->box[1], frame->box[2], frame->box[3]);
  cairo_fill_preserve (frame->cr);
  cairo_clip (frame->cr);
}

static void
draw_lines_chart (const ThawFrame *frame)
{
  thaw_layer_shades (frame);
  thaw_layer_grid (frame);
  thaw_layer_bands (frame);
  thaw_layer_gap (frame);
  thaw_layer_notes (frame);
  thaw_layer_lines (frame);
  thaw_layer_rings (frame);
  thaw_layer_axes (frame);
  thaw_layer_edges (frame);
  thaw_layer_gap_size (frame);
}

static void
draw_strip (const ThawFrame *frame)
{
  thaw_layer_cells (frame);
  thaw_layer_notes (frame);
  thaw_layer_rate (frame);
  thaw_layer_axes (frame);
  thaw_layer_handles (frame);
}

static void
draw_scatter (const ThawFrame *frame)
{
  thaw_layer_shades (frame);
  thaw_layer_grid (frame);
  thaw_layer_notes (frame);
  thaw_layer_axes (frame);
  thaw_layer_dots (frame);
}

void
thaw_chart_draw (ThawChart *chart,
                 cairo_t *cr,
                 double x,
                 double y,
                 double width,
                 double height,
                 const ThawPlotStyle *style)
{
  const double box[] = {x, y, width, height};
  ThawFrame frame;

  g_return_if_fail (chart && cr && style && width > 0 && height > 0);
  cairo_save (cr);
  thaw_frame_plan (&frame, chart, cr, box, style);
  draw_background (&frame);
  if (frame.width >= 2 && frame.height >= 2) {
    if (chart->strip)
      draw_strip (&frame);
    else if (chart->scatter)
      draw_scatter (&frame);
    else
      draw_lines_chart (&frame);
    thaw_layer_legend (&frame);
    if (thaw_chart_is_empty (chart))
      thaw_layer_empty (&frame);
  }
  thaw_frame_clear (&frame);
  cairo_restore (cr);
}
