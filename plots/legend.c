/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The legend: rows between title and plot, so that it never covers data. Names the series, how they
 * were smoothed, and the symbols at the edges when there are any. */
#include "frame.h"

#include <glib/gi18n-lib.h>

#define SAMPLE_EM 2.2 /* width of a line sample, in font sizes */

typedef struct {
  const ThawFrame *frame;
  double x, y, row; /* pen, height of a row */
  bool draw;
  int items;
} Pen;

static void
draw_sample (const Pen *pen, const ThawLine *series)
{
  const ThawFrame *frame = pen->frame;
  cairo_t *cr = frame->cr;
  double length = SAMPLE_EM * frame->style->font_px, y = pen->y + pen->row * 0.47;
  double width = frame->style->line_width_px * 1.15;
  ThawColor color = thaw_style_hue (frame->style, series->hue);

  if (series->smoothed) {
    thaw_set_color (cr, color, 0.28);
    cairo_rectangle (cr, pen->x, y - 3.5, length, 7);
    cairo_fill (cr);
  }
  thaw_set_color (cr, color, 1);
  cairo_set_line_width (cr, width);
  thaw_set_dash (cr, series->dash, width);
  cairo_move_to (cr, pen->x + 1, y);
  cairo_line_to (cr, pen->x + length - 1, y);
  cairo_stroke (cr);
  thaw_set_dash (cr, 0, width);
  if (series->marker)
    thaw_marker_draw (cr, series->hue, pen->x + length / 2, y, 1.7 * frame->style->line_width_px,
                      color, frame->style->background);
}

static void
draw_edges (const Pen *pen, int edges, double size)
{
  int n = 0;

  thaw_set_color (pen->frame->cr, pen->frame->style->text, 0.85);
  for (int edge = 1; edge <= THAW_EDGE_BELOW; edge *= 2)
    if (edges & edge)
      thaw_edge_symbol (pen->frame->cr, edge, pen->x + size * (1.2 + 2.8 * n++),
                        pen->y + pen->row * 0.47, size);
}

/* One entry: a sample of the series, or the symbols `edges`, and its text. Goes to the next row
 * when the plot's width is used up. */
static void
put (Pen *pen, const ThawLine *series, int edges, const char *text)
{
  const ThawFrame *frame = pen->frame;
  double font = frame->style->font_px, size = 0.3 * font, width;
  double sample = series ? SAMPLE_EM * font : size * 2.8 * __builtin_popcount ((unsigned) edges);
  PangoLayout *layout = thaw_text_new (frame->cr, frame->style, THAW_SCALE_SMALL, false, text);

  thaw_text_limit (layout, frame->width - sample - font);
  width = thaw_text_width (layout);
  if (pen->items > 0 && pen->x + sample + 0.5 * font + width > frame->left + frame->width) {
    pen->x = frame->left;
    pen->y += pen->row;
  }
  if (pen->draw && series)
    draw_sample (pen, series);
  if (pen->draw && !series)
    draw_edges (pen, edges, size);
  pen->x += sample + 0.5 * font;
  if (pen->draw)
    thaw_text_draw (frame->cr, g_object_ref (layout), frame->style->text, pen->x, pen->y, 0);
  pen->x += width + 1.5 * font;
  pen->items++;
  g_object_unref (layout);
}

static void
put_series (Pen *pen, const ThawLine *series)
{
  g_autofree char *smoothed = NULL;

  if (!*series->label)
    return;
  if (series->smoothed)
    smoothed = g_strdup_printf (
        /* Translators: a legend; %s is the name of a curve, %d a number of points. */
        ngettext ("%s (mean of %d point)", "%s (mean of %d points)", (gulong) series->smooth),
        series->label, series->smooth);
  put (pen, series, 0, smoothed ? smoothed : series->label);
}

/* Returns the height. */
static double
walk (const ThawFrame *frame, bool draw)
{
  Pen pen = {.frame = frame,
             .x = frame->left,
             .y = frame->legend_top,
             .row = thaw_text_line (frame->style, THAW_SCALE_SMALL) * 1.12,
             .draw = draw};
  int edges = thaw_edges_used (frame);
  int infinite = edges & (THAW_EDGE_INFINITE_UP | THAW_EDGE_INFINITE_DOWN);
  int outside = edges & (THAW_EDGE_ABOVE | THAW_EDGE_BELOW);

  for (guint i = 0; i < frame->chart->series->len; i++)
    put_series (&pen, frame->chart->series->pdata[i]);
  if (edges & THAW_EDGE_NAN)
    put (&pen, NULL, THAW_EDGE_NAN, _ ("not a number"));
  if (infinite)
    put (&pen, NULL, infinite, _ ("infinite"));
  if (outside)
    put (&pen, NULL, outside, _ ("outside the axis"));
  return pen.items ? pen.y + pen.row - frame->legend_top : 0;
}

double
thaw_legend_height (const ThawFrame *frame)
{
  return walk (frame, false);
}

void
thaw_layer_legend (const ThawFrame *frame)
{
  walk (frame, true);
}
