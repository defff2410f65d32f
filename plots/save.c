/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as files. A picture is made in memory and then written through a temporary file that is
 * renamed, so a file is whole or not there at all. */
#include "chart-private.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

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

static gboolean
check_size (size_t n, const char *path, int width, int height_each, GError **error)
{
  if (n > 0 && width >= 1 && height_each >= 1 && width <= PNG_MAX_PX / PNG_SCALE &&
      (size_t) height_each <= PNG_MAX_PX / PNG_SCALE / n)
    return TRUE;
  g_set_error (
      error, THAW_PLOTS_ERROR, THAW_PLOTS_ERROR_SIZE,
      _ ("%s: charts of %d × %d pixels, %zu of them, cannot be drawn; expected at least one chart "
         "and at most %d pixels on a side"),
      path, width, height_each, n, PNG_MAX_PX / PNG_SCALE);
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

/* One below another, with one left margin for all, so that their x axes line up. */
static cairo_status_t
draw_all (ThawChart *const *charts,
          size_t n,
          cairo_surface_t *surface,
          double scale,
          int width,
          int height_each,
          const ThawPlotStyle *style)
{
  cairo_t *cr = cairo_create (surface);
  double left = 0;
  cairo_status_t status;

  cairo_scale (cr, scale, scale);
  for (size_t i = 0; i < n; i++)
    left = MAX (left, thaw_chart_left_margin (charts[i], cr, height_each, style));
  for (size_t i = 0; i < n; i++) {
    const double box[] = {0, (double) i * height_each, width, height_each};
    thaw_chart_draw_aligned (charts[i], cr, box, left, style);
  }
  status = cairo_status (cr);
  cairo_destroy (cr);
  return status;
}

static cairo_status_t
render (ThawChart *const *charts,
        size_t n,
        Format format,
        int width,
        int height_each,
        const ThawPlotStyle *style,
        GByteArray *bytes)
{
  cairo_surface_t *surface =
      new_surface (format, width, (int) n * height_each, charts[0]->title, bytes);
  cairo_status_t status =
      draw_all (charts, n, surface, format == PDF ? POINTS_PER_PX : 1, width, height_each, style);

  if (status == CAIRO_STATUS_SUCCESS && format == PNG)
    status = cairo_surface_write_to_png_stream (surface, append, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

/* false with errno */
static bool
write_all (int fd, const guint8 *data, gsize length)
{
  while (length > 0) {
    gssize n = write (fd, data, length);
    if (n < 0 && errno != EINTR)
      return false;
    data += MAX (n, 0);
    length -= (gsize) MAX (n, 0);
  }
  return fsync (fd) == 0;
}

/* Through a temporary file in the same folder, which is renamed or removed. false with errno. */
static bool
write_file (const char *path, const GByteArray *bytes)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666), reason;
  bool ok;

  if (fd < 0)
    return false;
  ok = write_all (fd, bytes->data, bytes->len);
  reason = errno;
  if (close (fd) != 0 && ok) {
    ok = false;
    reason = errno;
  }
  if (ok && g_rename (temporary, path) != 0) {
    ok = false;
    reason = errno;
  }
  if (!ok)
    g_unlink (temporary);
  errno = reason;
  return ok;
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
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const char *words = NULL;
  Format format = format_of (path, error);
  cairo_status_t status;

  if (format == N_FORMATS || !check_size (n, path, width_px, height_each_px, error))
    return FALSE;
  status = render (charts, n, format, width_px, height_each_px, style, bytes);
  if (status != CAIRO_STATUS_SUCCESS)
    words = cairo_status_to_string (status);
  else if (!write_file (path, bytes))
    words = g_strerror (errno);
  if (!words)
    return TRUE;
  g_set_error (error, THAW_PLOTS_ERROR, THAW_PLOTS_ERROR_IO,
               _ ("%s: the chart cannot be written: %s"), path, words);
  return FALSE;
}
