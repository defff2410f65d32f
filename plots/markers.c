/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tells series apart besides their hue: symbols and dashes. */
#include "frame.h"

#include <math.h>

/* corners 0: a circle; inner: radius of the inward corners of a star. */
typedef struct {
  int corners;
  double turn, inner;
} Symbol;

static const Symbol symbols[THAW_N_HUES] = {
    {0, 0, 0},     /* circle          */
    {4, 0.125, 0}, /* square          */
    {3, 0, 0},     /* triangle        */
    {4, 0, 0},     /* diamond         */
    {3, 0.5, 0},   /* triangle, down  */
    {5, 0, 0.45},  /* star            */
    {6, 0, 0},     /* hexagon         */
    {4, 0, 0.4},   /* four-point star */
};

static void
symbol_path (cairo_t *cr, const Symbol *symbol, double x, double y, double radius)
{
  int n = symbol->inner > 0 ? 2 * symbol->corners : symbol->corners;

  cairo_new_path (cr);
  if (n == 0)
    cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  radius *= n == 0 ? 1 : n == 3 ? 1.3 : 1.2;
  for (int k = 0; k < n; k++) {
    double angle = 2 * G_PI * ((double) k / n + symbol->turn);
    double r = symbol->inner > 0 && k % 2 ? radius * symbol->inner : radius;
    cairo_line_to (cr, x + r * sin (angle), y - r * cos (angle));
  }
  cairo_close_path (cr);
}

void
thaw_marker_draw (
    cairo_t *cr, int hue, double x, double y, double radius, ThawColor line, ThawColor fill)
{
  symbol_path (cr, &symbols[hue % THAW_N_HUES], x, y, radius);
  thaw_set_color (cr, fill, 1);
  cairo_fill_preserve (cr);
  thaw_set_color (cr, line, 1);
  cairo_set_line_width (cr, MAX (radius * 0.42, 0.8));
  cairo_stroke (cr);
}

ThawColor
thaw_style_hue (const ThawPlotStyle *style, int hue)
{
  return hue < 0 ? style->text : style->hues[hue % THAW_N_HUES];
}

void
thaw_star_draw (cairo_t *cr, double x, double y, double radius, ThawColor color)
{
  static const Symbol star = {5, 0, 0.45};

  symbol_path (cr, &star, x, y, radius);
  thaw_set_color (cr, color, 1);
  cairo_fill (cr);
}

void
thaw_set_dash (cairo_t *cr, int dash, double line_width)
{
  const double dashed[] = {4.5 * line_width, 2.8 * line_width};
  const double dotted[] = {0.1, 2.6 * line_width};

  cairo_set_line_cap (cr, dash % 3 == 1 ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
  if (dash % 3 == 0)
    cairo_set_dash (cr, NULL, 0, 0);
  else
    cairo_set_dash (cr, dash % 3 == 1 ? dashed : dotted, 2, 0);
}

void
thaw_line_sample (cairo_t *cr,
                  const double box[4],
                  const ThawLook *look,
                  const ThawPlotStyle *style)
{
  double y = box[1] + box[3] / 2;
  double width = style->line_width_px * 1.15 * (look->width > 0 ? MIN (look->width, 3) : 1);
  ThawColor color = thaw_style_hue (style, look->hue);

  if (look->smooth > 1) {
    thaw_set_color (cr, color, 0.28);
    cairo_rectangle (cr, box[0], y - 3.5, box[2], 7);
    cairo_fill (cr);
  }
  thaw_set_color (cr, color, 1);
  cairo_set_line_width (cr, width);
  thaw_set_dash (cr, look->dash, width);
  cairo_move_to (cr, box[0] + 1, y);
  cairo_line_to (cr, box[0] + box[2] - 1, y);
  cairo_stroke (cr);
  thaw_set_dash (cr, 0, width);
  if (look->marker)
    thaw_marker_draw (cr, look->hue, box[0] + box[2] / 2, y, 1.7 * style->line_width_px, color,
                      style->background);
}

void
thaw_look_draw (cairo_t *cr,
                double x,
                double y,
                double width,
                double height,
                const ThawLook *look,
                const ThawPlotStyle *style)
{
  const double box[] = {x, y, width, height};

  g_return_if_fail (cr && look && style);
  cairo_save (cr);
  thaw_line_sample (cr, box, look, style);
  cairo_restore (cr);
}
