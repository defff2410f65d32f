/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text on a chart. Metrics are not hinted, so that one picture has one layout at every scale. */
#include "text.h"

void
thaw_set_color (cairo_t *cr, ThawColor color, double alpha)
{
  cairo_set_source_rgba (cr, color.r, color.g, color.b, color.a * alpha);
}

PangoLayout *
thaw_text_new (cairo_t *cr, const ThawPlotStyle *style, double scale, bool bold, const char *text)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  PangoContext *context = pango_layout_get_context (layout);
  PangoFontDescription *font = pango_font_description_from_string (style->font);
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  pango_context_set_round_glyph_positions (context, FALSE);
  cairo_font_options_destroy (options);
  pango_font_description_set_absolute_size (font, style->font_px * scale * PANGO_SCALE);
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

void
thaw_text_limit (PangoLayout *layout, double width)
{
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (layout, (int) (MAX (width, 1) * PANGO_SCALE));
}

double
thaw_text_width (PangoLayout *layout)
{
  PangoRectangle box;

  pango_layout_get_extents (layout, NULL, &box);
  return (double) box.width / PANGO_SCALE;
}

/* All fonts stand on one baseline, whatever heights they claim: a line is LINE_EM high and its
 * baseline BASELINE_EM down, enough for Latin and Chinese alike. */
#define LINE_EM 1.25
#define BASELINE_EM 0.97

void
thaw_text_draw (cairo_t *cr, PangoLayout *layout, ThawColor color, double x, double y, double align)
{
  const PangoFontDescription *font = pango_layout_get_font_description (layout);
  double size = (double) pango_font_description_get_size (font) / PANGO_SCALE;
  double baseline = (double) pango_layout_get_baseline (layout) / PANGO_SCALE;

  thaw_set_color (cr, color, 1);
  cairo_move_to (cr, x - thaw_text_width (layout) * align, y + BASELINE_EM * size - baseline);
  pango_cairo_show_layout (cr, layout);
  g_object_unref (layout);
}

double
thaw_text_line (const ThawPlotStyle *style, double scale)
{
  return LINE_EM * style->font_px * scale;
}
