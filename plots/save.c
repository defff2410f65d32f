/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as pictures in files: made in memory, then written whole or not at all. */
#include "chart-private.h"
#include "file.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define PNG_SCALE 2        /* pixels for each logical one, for crisp text   */
#define PNG_MAX_PX 32767   /* cairo's limit                                 */
#define POINTS_PER_PX 0.75 /* PDF: 96 px to the inch                        */

typedef enum { PNG, SVG, PDF, N_FORMATS } Format;

static const char *const endings[N_FORMATS] = {".png", ".svg", ".pdf"};

/* N_FORMATS and an error for another ending. */
static Format
format_of (const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path), *lower = g_ascii_strdown (name, -1);

  for (int k = 0; k < N_FORMATS; k++)
    if (g_str_has_suffix (lower, endings[k]) && strlen (lower) > strlen (endings[k]))
      return (Format) k;
  g_set_error (error, THAW_PLOTS_ERROR, THAW_PLOTS_ERROR_FORMAT,
               _ ("%s: the name of a chart must end in .png, .svg or .pdf"), path);
  return N_FORMATS;
}

/* The height of all; 0 when it is too much or nothing. */
static int
total_height (const int *heights, size_t n)
{
  gint64 sum = 0;

  for (size_t i = 0; i < n; i++) {
    sum += heights[i];
    if (heights[i] < 1 || sum > PNG_MAX_PX / PNG_SCALE)
      return 0;
  }
  return (int) sum;
}

static gboolean
check_size (size_t n, const char *path, int width, const int *heights, GError **error)
{
  if (width >= 1 && width <= PNG_MAX_PX / PNG_SCALE && total_height (heights, n) > 0)
    return TRUE;
  g_set_error (
      error, THAW_PLOTS_ERROR, THAW_PLOTS_ERROR_SIZE,
      _ ("%s: charts of %d × %d pixels, %zu of them, cannot be drawn; expected at least one chart "
         "and at most %d pixels on a side"),
      path, width, n > 0 ? heights[0] : 0, n, PNG_MAX_PX / PNG_SCALE);
  return FALSE;
}

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
new_surface (Format format, int width, int height, const char *title, GByteArray *bytes)
{
  cairo_surface_t *surface;

  if (format == PNG) {
    surface =
        cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * PNG_SCALE, height * PNG_SCALE);
    cairo_surface_set_device_scale (surface, PNG_SCALE, PNG_SCALE);
  } else if (format == SVG) {
    surface = cairo_svg_surface_create_for_stream (append, bytes, width, height);
    cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  } else {
    surface = cairo_pdf_surface_create_for_stream (append, bytes, width * POINTS_PER_PX,
                                                   height * POINTS_PER_PX);
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  }
  return surface;
}

/* One below another, with the same margins for all, so that their x axes line up. */
static cairo_status_t
draw_all (ThawChart *const *charts,
          const int *heights,
          size_t n,
          cairo_surface_t *surface,
          double scale,
          int width,
          const ThawPlotStyle *style)
{
  cairo_t *cr = cairo_create (surface);
  g_autofree double *each = g_new (double, n);
  cairo_status_t status;
  double y = 0;

  cairo_scale (cr, scale, scale);
  for (size_t i = 0; i < n; i++)
    each[i] = heights[i];
  thaw_charts_align (charts, n, each, style);
  for (size_t i = 0; i < n; y += each[i++])
    thaw_chart_draw (charts[i], cr, 0, y, width, each[i], style);
  status = cairo_status (cr);
  cairo_destroy (cr);
  return status;
}

static cairo_status_t
render (ThawChart *const *charts,
        const int *heights,
        size_t n,
        Format format,
        int width,
        const ThawPlotStyle *style,
        GByteArray *bytes)
{
  cairo_surface_t *surface =
      new_surface (format, width, total_height (heights, n), charts[0]->title, bytes);
  cairo_status_t status =
      draw_all (charts, heights, n, surface, format == PDF ? POINTS_PER_PX : 1, width, style);

  if (status == CAIRO_STATUS_SUCCESS && format == PNG)
    status = cairo_surface_write_to_png_stream (surface, append, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

gboolean
thaw_charts_export (ThawChart *const *charts,
                    const int *heights_px,
                    size_t n,
                    const char *path,
                    int width_px,
                    const ThawPlotStyle *style,
                    GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Format format = format_of (path, error);
  cairo_status_t status;

  if (format == N_FORMATS || !check_size (n, path, width_px, heights_px, error))
    return FALSE;
  status = render (charts, heights_px, n, format, width_px, style, bytes);
  if (status == CAIRO_STATUS_SUCCESS)
    return thaw_file_replace (path, bytes->data, bytes->len, error);
  g_set_error (error, THAW_PLOTS_ERROR, THAW_PLOTS_ERROR_IO,
               _ ("%s: the chart cannot be written: %s"), path, cairo_status_to_string (status));
  return FALSE;
}

gboolean
thaw_charts_save (ThawChart *const *charts,
                  size_t n,
                  const char *path,
                  int width_px,
                  int height_each_px,
                  const ThawPlotStyle *style,
                  GError **error)
{
  g_autofree int *heights = g_new (int, MAX (n, 1));

  for (size_t i = 0; i < MAX (n, 1); i++)
    heights[i] = height_each_px;
  return thaw_charts_export (charts, heights, n, path, width_px, style, error);
}
