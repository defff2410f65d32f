/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layer of a scatter: the best-value line, error bars, dots, their names. */
#include "frame.h"
#include "labels.h"

#include <math.h>

static double
radius_of (const ThawFrame *frame)
{
  return 0.42 * frame->style->font_px;
}

/* From each best dot on to the next one: as good as can be had for that much. */
static void
draw_frontier (const ThawFrame *frame)
{
  g_autoptr (GArray) best = thaw_scatter_frontier (frame->chart);
  cairo_t *cr = frame->cr;

  cairo_new_path (cr);
  for (guint k = 0; k < best->len; k++) {
    const ThawDot *dot = thaw_scatter_dot (frame->chart, g_array_index (best, guint, k));
    double x = thaw_frame_x (frame, dot->x), y = thaw_frame_y (frame, dot->y);
    if (k == 0)
      cairo_move_to (cr, x, frame->top + frame->height);
    else {
      double before;
      cairo_get_current_point (cr, NULL, &before);
      cairo_line_to (cr, x, before);
    }
    cairo_line_to (cr, x, y);
    if (k + 1 == best->len)
      cairo_line_to (cr, frame->left + frame->width, y);
  }
  thaw_set_color (cr, frame->style->text, 0.45);
  cairo_set_line_width (cr, frame->style->line_width_px * 0.8);
  thaw_set_dash (cr, 1, frame->style->line_width_px);
  cairo_stroke (cr);
  thaw_set_dash (cr, 0, 1);
}

static void
whisker (const ThawFrame *frame, double x0, double y0, double x1, double y1)
{
  double cap = 0.3 * frame->style->font_px;
  bool upright = x0 == x1;

  cairo_move_to (frame->cr, x0, y0);
  cairo_line_to (frame->cr, x1, y1);
  cairo_move_to (frame->cr, x0 - (upright ? cap : 0), y0 - (upright ? 0 : cap));
  cairo_line_to (frame->cr, x0 + (upright ? cap : 0), y0 + (upright ? 0 : cap));
  cairo_move_to (frame->cr, x1 - (upright ? cap : 0), y1 - (upright ? 0 : cap));
  cairo_line_to (frame->cr, x1 + (upright ? cap : 0), y1 + (upright ? 0 : cap));
}

static void
draw_error_bars (const ThawFrame *frame, const ThawDot *dot)
{
  double x = thaw_frame_x (frame, dot->x), y = thaw_frame_y (frame, dot->y);

  cairo_new_path (frame->cr);
  if (dot->y_deviation > 0)
    whisker (frame, x, thaw_frame_y (frame, dot->y - dot->y_deviation), x,
             thaw_frame_y (frame, dot->y + dot->y_deviation));
  if (dot->x_deviation > 0)
    whisker (frame, thaw_frame_x (frame, dot->x - dot->x_deviation), y,
             thaw_frame_x (frame, dot->x + dot->x_deviation), y);
  thaw_set_color (frame->cr, thaw_style_hue (frame->style, dot->hue), 0.8);
  cairo_set_line_width (frame->cr, MAX (frame->style->line_width_px * 0.8, 1));
  cairo_stroke (frame->cr);
}

static void
draw_dot (const ThawFrame *frame, const ThawDot *dot)
{
  ThawColor color = thaw_style_hue (frame->style, dot->hue);

  if (dot->x_deviation > 0 || dot->y_deviation > 0)
    draw_error_bars (frame, dot);
  thaw_marker_draw (frame->cr, dot->hue, thaw_frame_x (frame, dot->x), thaw_frame_y (frame, dot->y),
                    radius_of (frame), color, dot->n > 1 ? color : frame->style->background);
}

static bool
in_view (const ThawFrame *frame, const ThawDot *dot)
{
  double x;

  if (!thaw_dot_has_place (frame->chart, dot))
    return false;
  x = thaw_axis_place (&frame->x, dot->x);
  return x >= -1e-9 && x <= 1 + 1e-9 && thaw_edge_of (&frame->y, dot->y) == 0;
}

static void
take_dot (const ThawFrame *frame, ThawLabels *labels, const ThawDot *dot)
{
  double x = thaw_frame_x (frame, dot->x), y = thaw_frame_y (frame, dot->y);
  double r = radius_of (frame) * 1.2;

  thaw_labels_take (labels, (ThawBox){x - r, y - r, 2 * r, 2 * r});
  if (dot->y_deviation > 0) {
    double top = thaw_frame_y (frame, dot->y + dot->y_deviation);
    double bottom = thaw_frame_y (frame, dot->y - dot->y_deviation);
    thaw_labels_take (labels, (ThawBox){x - r / 2, top, r, bottom - top});
  }
  if (dot->x_deviation > 0) {
    double left = thaw_frame_x (frame, dot->x - dot->x_deviation);
    double right = thaw_frame_x (frame, dot->x + dot->x_deviation);
    thaw_labels_take (labels, (ThawBox){left, y - r / 2, right - left, r});
  }
}

/* Level pieces of the best-value line. */
static void
take_frontier (const ThawFrame *frame, ThawLabels *labels)
{
  g_autoptr (GArray) best = thaw_scatter_frontier (frame->chart);

  for (guint k = 0; k < best->len; k++) {
    const ThawDot *dot = thaw_scatter_dot (frame->chart, g_array_index (best, guint, k));
    double x = thaw_frame_x (frame, dot->x), y = thaw_frame_y (frame, dot->y);
    double to = frame->left + frame->width;
    if (k + 1 < best->len) {
      const ThawDot *next = thaw_scatter_dot (frame->chart, g_array_index (best, guint, k + 1));
      to = thaw_frame_x (frame, next->x);
      thaw_labels_take (labels, (ThawBox){to - 1, thaw_frame_y (frame, next->y), 2,
                                          y - thaw_frame_y (frame, next->y)});
    }
    thaw_labels_take (labels, (ThawBox){x, y - 1, to - x, 2});
  }
}

static void
draw_names (const ThawFrame *frame)
{
  double font = frame->style->font_px, line = thaw_text_line (frame->style, THAW_SCALE_SMALL);
  ThawLabels labels;

  thaw_labels_init (
      &labels, (ThawBox){frame->left + 2, frame->top, frame->width + font - 2, frame->height - 2});
  for (guint i = 0; i < frame->chart->scatter->dots->len; i++)
    if (in_view (frame, thaw_scatter_dot (frame->chart, i)))
      take_dot (frame, &labels, thaw_scatter_dot (frame->chart, i));
  if (frame->chart->scatter->frontier)
    take_frontier (frame, &labels);
  for (guint i = 0; i < frame->chart->scatter->dots->len; i++) {
    const ThawDot *dot = thaw_scatter_dot (frame->chart, i);
    PangoLayout *text;
    ThawBox box;
    if (!in_view (frame, dot) || !*dot->label)
      continue;
    text = thaw_text_limit (thaw_text_new (frame->style, THAW_SCALE_SMALL, false, dot->label),
                            MIN (14 * font, frame->width * 0.6));
    if (thaw_labels_place (&labels, thaw_frame_x (frame, dot->x), thaw_frame_y (frame, dot->y),
                           radius_of (frame) * 1.5, thaw_text_width (text), line, &box))
      thaw_text_draw (frame->cr, text, frame->style->text, box.x, box.y, 0);
    else
      g_object_unref (text);
  }
  thaw_labels_clear (&labels);
}

void
thaw_layer_dots (const ThawFrame *frame)
{
  double air = radius_of (frame) * 2;

  cairo_save (frame->cr);
  cairo_rectangle (frame->cr, frame->left, frame->top - air, frame->width + air,
                   frame->height + air);
  cairo_clip (frame->cr);
  if (frame->chart->scatter->frontier)
    draw_frontier (frame);
  for (guint i = 0; i < frame->chart->scatter->dots->len; i++)
    if (in_view (frame, thaw_scatter_dot (frame->chart, i)))
      draw_dot (frame, thaw_scatter_dot (frame->chart, i));
  cairo_restore (frame->cr);
  draw_names (frame);
}
