/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text on a chart. Metrics are not hinted, so that one picture has one layout at every scale. */
#include "text.h"

#define KEPT 2000 /* layouts of a thread; then it begins anew */

void
thaw_set_color (cairo_t *cr, ThawColor color, double alpha)
{
  cairo_set_source_rgba (cr, color.r, color.g, color.b, color.a * alpha);
}

ThawColor
thaw_color_mix (ThawColor a, ThawColor b, double share)
{
  return (ThawColor){a.r + (b.r - a.r) * share, a.g + (b.g - a.g) * share,
                     a.b + (b.b - a.b) * share, a.a + (b.a - a.a) * share};
}

static PangoLayout *
lay_out (const ThawPlotStyle *style, double scale, bool bold, const char *text)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  PangoFontDescription *font = pango_font_description_from_string (style->font);
  cairo_font_options_t *options = cairo_font_options_create ();
  PangoLayout *layout;

  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  cairo_font_options_destroy (options);
  pango_context_set_round_glyph_positions (context, FALSE);
  layout = pango_layout_new (context);
  g_object_unref (context);
  pango_font_description_set_absolute_size (font, style->font_px * scale * PANGO_SCALE);
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static GHashTable *
kept_layouts (void)
{
  static GPrivate kept = G_PRIVATE_INIT ((GDestroyNotify) g_hash_table_unref);
  GHashTable *table = g_private_get (&kept);

  if (!table) {
    table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
    g_private_set (&kept, table);
  }
  if (g_hash_table_size (table) >= KEPT)
    g_hash_table_remove_all (table);
  return table;
}

PangoLayout *
thaw_text_new (const ThawPlotStyle *style, double scale, bool bold, const char *text)
{
  GHashTable *table = kept_layouts ();
  g_autofree char *key =
      g_strdup_printf ("%s %.4f%c%s", style->font, style->font_px * scale, bold ? 'b' : 'n', text);
  PangoLayout *layout = g_hash_table_lookup (table, key);

  if (!layout) {
    layout = lay_out (style, scale, bold, text);
    g_hash_table_insert (table, g_steal_pointer (&key), layout);
  }
  return g_object_ref (layout);
}

static PangoLayout *
limit (PangoLayout *layout, double width, PangoEllipsizeMode where)
{
  PangoLayout *cut;

  if (thaw_text_width (layout) <= width)
    return layout;
  cut = pango_layout_copy (layout);
  pango_layout_set_ellipsize (cut, where);
  pango_layout_set_width (cut, (int) (MAX (width, 1) * PANGO_SCALE));
  g_object_unref (layout);
  return cut;
}

PangoLayout *
thaw_text_limit (PangoLayout *layout, double width)
{
  return limit (layout, width, PANGO_ELLIPSIZE_END);
}

PangoLayout *
thaw_text_limit_start (PangoLayout *layout, double width)
{
  return limit (layout, width, PANGO_ELLIPSIZE_START);
}

double
thaw_text_width (PangoLayout *layout)
{
  PangoRectangle box;

  pango_layout_get_extents (layout, NULL, &box);
  return (double) box.width / PANGO_SCALE;
}

double
thaw_text_width_of (const ThawPlotStyle *style, double scale, const char *text)
{
  g_autoptr (PangoLayout) layout = thaw_text_new (style, scale, false, text);

  return thaw_text_width (layout);
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
