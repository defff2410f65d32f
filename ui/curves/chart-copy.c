/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart on the clipboard: as a picture in the style of exports, and as a table for whoever takes
 * text. */
#include "chart-view-private.h"

#include "chart-table.h"

#define SCALE 2

static GdkTexture *
picture (ThawChartView *self, int width, int height)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width * SCALE, height * SCALE);
  g_autoptr (GBytes) bytes = NULL;
  int stride = cairo_image_surface_get_stride (surface);
  cairo_t *cr;

  cairo_surface_set_device_scale (surface, SCALE, SCALE);
  cr = cairo_create (surface);
  thaw_chart_draw (self->chart, cr, 0, 0, width, height, thaw_plot_style_light ());
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface),
                                      (gsize) stride * (gsize) (height * SCALE),
                                      (GDestroyNotify) cairo_surface_destroy, surface);
  return gdk_memory_texture_new (width * SCALE, height * SCALE, GDK_MEMORY_DEFAULT, bytes,
                                 (gsize) stride);
}

void
thaw_chart_view_copy (ThawChartView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  g_autoptr (GdkTexture) texture = picture (self, MAX (gtk_widget_get_width (widget), 200),
                                            MAX (gtk_widget_get_height (widget), 100));
  g_autofree char *text = thaw_chart_table_text (self->chart);
  GdkContentProvider *both[2];
  g_autoptr (GdkContentProvider) all = NULL;

  both[0] = gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture);
  both[1] = gdk_content_provider_new_typed (G_TYPE_STRING, text);
  all = gdk_content_provider_new_union (both, 2);
  gdk_clipboard_set_content (gtk_widget_get_clipboard (widget), all);
}
