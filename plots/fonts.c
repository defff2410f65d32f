/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the fonts of this machine have the characters that a chart needs. */
#include "chart-private.h"
#include "text.h"

static bool
drawable (cairo_t *cr, const ThawPlotStyle *style, const char *text)
{
  g_autoptr (PangoLayout) layout = NULL;

  if (!text || !*text)
    return true;
  layout = thaw_text_new (cr, style, 1, false, text);
  return pango_layout_get_unknown_glyphs_count (layout) == 0;
}

static const char *
first_missing (const ThawChart *chart, cairo_t *cr, const ThawPlotStyle *style)
{
  const char *own[] = {chart->title, chart->x_label, chart->y_label};

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    if (!drawable (cr, style, own[i]))
      return own[i];
  for (guint i = 0; i < chart->series->len; i++)
    if (!drawable (cr, style, ((ThawLine *) chart->series->pdata[i])->label))
      return ((ThawLine *) chart->series->pdata[i])->label;
  for (guint i = 0; i < chart->shades->len; i++)
    if (!drawable (cr, style, g_array_index (chart->shades, ThawShade, i).label))
      return g_array_index (chart->shades, ThawShade, i).label;
  for (guint i = 0; i < chart->marks->len; i++)
    if (!drawable (cr, style, g_array_index (chart->marks, ThawMark, i).label))
      return g_array_index (chart->marks, ThawMark, i).label;
  return NULL;
}

const char *
thaw_chart_missing_font (const ThawChart *chart, const ThawPlotStyle *style)
{
  cairo_surface_t *surface;
  cairo_t *cr;
  const char *text;

  g_return_val_if_fail (chart && style, NULL);
  surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
  cr = cairo_create (surface);
  text = first_missing (chart, cr, style);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return text;
}
