/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing a chart: the plan of the page, then the layers. */
#include "frame.h"

#include <math.h>

#define FAR 10 /* plots away */

double
thaw_frame_x (const ThawFrame *frame, double value)
{
  return frame->left + frame->width * CLAMP (thaw_axis_place (&frame->x, value), -FAR, FAR);
}

double
thaw_frame_y (const ThawFrame *frame, double value)
{
  double place = CLAMP (thaw_axis_place (&frame->y, value), -FAR, FAR);

  return frame->top + frame->height * (1 - place);
}

/* Ticks do not wait for the exact height: a chart's furniture takes about seven lines. */
static GArray *
plan_y_ticks (const ThawAxis *axis, double height, const ThawPlotStyle *style)
{
  return thaw_axis_ticks (axis, (int) ((height - 7 * style->font_px) / (2.8 * style->font_px)));
}

static double
widest_label (cairo_t *cr, const GArray *ticks, const ThawPlotStyle *style)
{
  double widest = 0;

  for (guint i = 0; i < ticks->len; i++) {
    g_autoptr (PangoLayout) text = thaw_text_new (cr, style, THAW_SCALE_SMALL, false,
                                                  g_array_index (ticks, ThawTick, i).label);
    widest = MAX (widest, thaw_text_width (text));
  }
  return widest;
}

double
thaw_chart_left_margin (const ThawChart *chart,
                        cairo_t *cr,
                        double height,
                        const ThawPlotStyle *style)
{
  ThawAxis axis = thaw_chart_y_axis (chart);
  g_autoptr (GArray) ticks = plan_y_ticks (&axis, height, style);
  double label = *chart->y_label ? thaw_text_line (style, 1) + 0.5 * style->font_px : 0;

  return ceil (style->font_px * 1.2 + label + widest_label (cr, ticks, style));
}

static GArray *
plan_x_ticks (const ThawFrame *frame)
{
  double font = frame->style->font_px;
  GArray *ticks = thaw_axis_ticks (&frame->x, (int) (frame->width / (6.5 * font)));
  double widest = widest_label (frame->cr, ticks, frame->style);
  int most = (int) (frame->width / (widest + 2 * font));

  if ((int) ticks->len <= MAX (most, 2))
    return ticks;
  g_array_unref (ticks);
  return thaw_axis_ticks (&frame->x, most);
}

/* From the top: title, legend, notes, plot, ticks, label. */
static void
plan (ThawFrame *frame, double left)
{
  const ThawChart *chart = frame->chart;
  double font = frame->style->font_px, y = frame->box[1] + 0.7 * font;
  double bottom = thaw_text_line (frame->style, THAW_SCALE_SMALL) + 0.9 * font;

  frame->left = frame->box[0] + left;
  frame->width = MAX (frame->box[2] - left - 1.6 * font, 1);
  frame->title_top = y;
  if (*chart->title)
    y += thaw_text_line (frame->style, THAW_SCALE_TITLE) + 0.35 * font;
  frame->legend_top = y;
  y += thaw_legend_height (frame);
  frame->notes_top = y + 0.2 * font;
  thaw_notes_place (frame);
  frame->top = round (frame->notes_top + frame->note_rows * frame->note_height + 0.3 * font);
  if (*chart->x_label)
    bottom += thaw_text_line (frame->style, 1) + 0.2 * font;
  frame->height = MAX (round (frame->box[1] + frame->box[3] - bottom) - frame->top, 1);
  frame->x_ticks = plan_x_ticks (frame);
  frame->y_ticks = plan_y_ticks (&frame->y, frame->box[3], frame->style);
}

static void
draw_background (const ThawFrame *frame)
{
  thaw_set_color (frame->cr, frame->style->background, 1);
  cairo_rectangle (frame->cr, frame->box[0], frame->box[1], frame->box[2], frame->box[3]);
  cairo_fill_preserve (frame->cr);
  cairo_clip (frame->cr);
}

static void
draw_layers (const ThawFrame *frame)
{
  thaw_layer_shades (frame);
  thaw_layer_grid (frame);
  thaw_layer_notes (frame);
  thaw_layer_lines (frame);
  thaw_layer_axes (frame);
  thaw_layer_edges (frame);
  thaw_layer_legend (frame);
  if (thaw_chart_is_empty (frame->chart))
    thaw_layer_empty (frame);
}

void
thaw_chart_draw_aligned (const ThawChart *chart,
                         cairo_t *cr,
                         const double box[4],
                         double left,
                         const ThawPlotStyle *style)
{
  ThawFrame frame = {.chart = chart,
                     .style = style,
                     .cr = cr,
                     .x = thaw_chart_x_axis (chart),
                     .y = thaw_chart_y_axis (chart),
                     .box = {box[0], box[1], box[2], box[3]},
                     .notes = g_array_new (FALSE, FALSE, sizeof (ThawNote))};

  cairo_save (cr);
  draw_background (&frame);
  plan (&frame, MAX (left, thaw_chart_left_margin (chart, cr, box[3], style)));
  if (frame.width >= 2 && frame.height >= 2)
    draw_layers (&frame);
  cairo_restore (cr);
  g_array_unref (frame.notes);
  g_array_unref (frame.x_ticks);
  g_array_unref (frame.y_ticks);
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
  g_return_if_fail (chart && cr && style && width > 0 && height > 0);
  thaw_chart_draw_aligned (chart, cr, (const double[]){x, y, width, height}, 0, style);
}
