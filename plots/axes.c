/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grid, axis lines, ticks, labels and title; and the words of an empty chart. */
#include "frame.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Lines one px wide lie on whole pixels. */
static double
crisp (double v)
{
  return floor (v) + 0.5;
}

static void
line (cairo_t *cr, double x0, double y0, double x1, double y1)
{
  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x1, y1);
}

void
thaw_layer_grid (const ThawFrame *frame)
{
  double right = frame->left + frame->width, bottom = frame->top + frame->height;

  cairo_set_line_width (frame->cr, 1);
  thaw_set_color (frame->cr, frame->style->grid, 1);
  for (guint i = 0; i < frame->y_ticks->len; i++) {
    double y = crisp (thaw_frame_y (frame, g_array_index (frame->y_ticks, ThawTick, i).value));
    line (frame->cr, frame->left, y, right, y);
  }
  cairo_stroke (frame->cr);
  thaw_set_color (frame->cr, frame->style->grid, 0.6);
  for (guint i = 0; i < frame->x_ticks->len; i++) {
    double x = crisp (thaw_frame_x (frame, g_array_index (frame->x_ticks, ThawTick, i).value));
    line (frame->cr, x, frame->top, x, bottom);
  }
  cairo_stroke (frame->cr);
}

static void
draw_lines (const ThawFrame *frame)
{
  double right = frame->left + frame->width, bottom = crisp (frame->top + frame->height);
  double length = 0.33 * frame->style->font_px;

  thaw_set_color (frame->cr, frame->style->axis, 1);
  cairo_set_line_width (frame->cr, 1);
  if (!frame->chart->strip)
    line (frame->cr, crisp (frame->left), frame->top, crisp (frame->left), bottom);
  line (frame->cr, crisp (frame->left), bottom, right, bottom);
  for (guint i = 0; i < frame->x_ticks->len; i++) {
    double x = crisp (thaw_frame_x (frame, g_array_index (frame->x_ticks, ThawTick, i).value));
    line (frame->cr, x, bottom, x, bottom + length);
  }
  cairo_stroke (frame->cr);
}

static void
draw_x_labels (const ThawFrame *frame)
{
  double font = frame->style->font_px, y = frame->top + frame->height + 0.45 * font;
  double edge = frame->box[0] + frame->box[2] - 2;

  for (guint i = 0; i < frame->x_ticks->len; i++) {
    const ThawTick *tick = &g_array_index (frame->x_ticks, ThawTick, i);
    PangoLayout *text = thaw_text_new (frame->style, THAW_SCALE_SMALL, false, tick->label);
    double x = thaw_frame_x (frame, tick->value);
    thaw_text_draw (frame->cr, text, frame->style->text, MIN (x, edge - thaw_text_width (text) / 2),
                    y, 0.5);
  }
  if (frame->chart->no_x_label || !*frame->chart->x_label)
    return;
  thaw_text_draw (frame->cr, thaw_text_new (frame->style, 1, false, frame->chart->x_label),
                  frame->style->text, frame->left + frame->width / 2,
                  y + thaw_text_line (frame->style, THAW_SCALE_SMALL) + 0.15 * font, 0.5);
}

static void
draw_y_labels (const ThawFrame *frame)
{
  double font = frame->style->font_px;
  double half = thaw_text_line (frame->style, THAW_SCALE_SMALL) / 2;

  for (guint i = 0; i < frame->y_ticks->len; i++) {
    const ThawTick *tick = &g_array_index (frame->y_ticks, ThawTick, i);
    thaw_text_draw (frame->cr, thaw_text_new (frame->style, THAW_SCALE_SMALL, false, tick->label),
                    frame->style->text, frame->left - 0.5 * font,
                    thaw_frame_y (frame, tick->value) - half, 1);
  }
}

/* Upwards, in the middle of the plot. */
static void
draw_y_title (const ThawFrame *frame)
{
  PangoLayout *text;

  if (!*frame->chart->y_label || frame->chart->compact)
    return;
  text = thaw_text_new (frame->style, 1, false, frame->chart->y_label);
  cairo_save (frame->cr);
  cairo_translate (frame->cr, frame->box[0] + 0.5 * frame->style->font_px,
                   frame->top + frame->height / 2);
  cairo_rotate (frame->cr, -G_PI / 2);
  thaw_text_draw (frame->cr, text, frame->style->text, 0, 0, 0.5);
  cairo_restore (frame->cr);
}

void
thaw_layer_axes (const ThawFrame *frame)
{
  PangoLayout *title;

  draw_lines (frame);
  if (!frame->chart->no_x_texts)
    draw_x_labels (frame);
  draw_y_labels (frame);
  draw_y_title (frame);
  if (!*frame->chart->title)
    return;
  title = thaw_text_new (frame->style, THAW_SCALE_TITLE, true, frame->chart->title);
  title = thaw_text_limit (title, frame->width + frame->style->font_px);
  thaw_text_draw (frame->cr, title, frame->style->text, frame->left, frame->title_top, 0);
}

void
thaw_layer_empty (const ThawFrame *frame)
{
  PangoLayout *text = thaw_text_new (frame->style, 1.1, false, _ ("No data yet"));
  ThawColor color = frame->style->text;

  color.a *= 0.7;
  thaw_text_draw (frame->cr, text, color, frame->left + frame->width / 2,
                  frame->top + (frame->height - thaw_text_line (frame->style, 1.1)) / 2, 0.5);
}
