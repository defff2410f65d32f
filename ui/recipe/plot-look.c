/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot-look.h"

#include <adwaita.h>

#define SMALLER 0.85 /* than the text around */

/* The family of the text around; the comma keeps a last word ("Light") from being read as a weight.
 * Interned: there are as many as there are fonts. */
static const char *
family_of (const PangoFontDescription *font, const char *otherwise)
{
  const char *family = pango_font_description_get_family (font);
  g_autofree char *list = NULL;

  if (family == NULL || *family == '\0')
    return otherwise;
  list = g_strconcat (family, ",", NULL);
  return g_intern_string (list);
}

ThawPlotStyle
thaw_plot_look (GtkWidget *widget)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  bool dark = adw_style_manager_get_dark (manager);
  PangoContext *context = gtk_widget_get_pango_context (widget);
  const PangoFontDescription *font = pango_context_get_font_description (context);
  double size = pango_font_description_get_size (font) / (double) PANGO_SCALE;
  ThawPlotStyle style = adw_style_manager_get_high_contrast (manager)
                            ? *thaw_plot_style_high_contrast (dark)
                        : dark ? *thaw_plot_style_dark ()
                               : *thaw_plot_style_light ();

  if (!pango_font_description_get_size_is_absolute (font))
    size *= pango_cairo_context_get_resolution (context) > 0
                ? pango_cairo_context_get_resolution (context) / 72
                : 96.0 / 72;
  if (size > 0)
    style.font_px = size * SMALLER;
  style.font = family_of (font, style.font);
  style.background.a = 0;
  return style;
}

void
thaw_plot_look_follow (GtkWidget *widget)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (gtk_widget_queue_draw), widget,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (gtk_widget_queue_draw),
                           widget, G_CONNECT_SWAPPED);
}
