/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plots: charts drawn with Cairo; no GTK, knows nobody. Three ideas: series (points), axis (range,
 * ticks, value to 0..1), layer (draws normalised points on a cairo_t). Text through Pango, so that
 * Chinese works. Colours, widths and fonts arrive in a style. */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define THAW_PLOTS_ERROR (thaw_plots_error_quark ())
GQuark thaw_plots_error_quark (void);
typedef enum {
  THAW_PLOTS_ERROR_FORMAT, /* the file's ending            */
  THAW_PLOTS_ERROR_IO,     /* the file cannot be written   */
  THAW_PLOTS_ERROR_SIZE,   /* no chart, or too many pixels */
} ThawPlotsError;

typedef struct {
  double r, g, b, a;
} ThawColor;
#define THAW_N_HUES 8
typedef struct {
  ThawColor background, text, grid, axis, shade; /* shade: behind the frozen phase */
  ThawColor hues[THAW_N_HUES];                   /* safe for colour-blind eyes     */
  double line_width_px, font_px;
  const char *font; /* "sans" */
} ThawPlotStyle;
const ThawPlotStyle *thaw_plot_style_light (void); /* also the style of exports */
const ThawPlotStyle *thaw_plot_style_dark (void);

typedef struct {
  double x, y; /* y may be NaN or infinite: drawn as a mark on the axis, never a gap in silence */
} ThawPoint;

typedef struct _ThawChart ThawChart;
ThawChart *thaw_chart_new (const char *title, const char *x_label, const char *y_label);
void thaw_chart_free (ThawChart *chart);
/* hue: 0.. (modulo THAW_N_HUES; each has a symbol of its own); dash: 0 solid, 1 dashed, 2 dotted;
 * marker: draw points. Points are copied; their x is finite and in order. label: NULL or "" stays
 * out of the legend. smooth > 1: the raw points stay visible, pale, behind a centred moving average
 * of so many points. No spike is thinned away: columns draw their least and greatest. */
void thaw_chart_add_series (ThawChart *chart,
                            const char *label,
                            const ThawPoint *points,
                            size_t n,
                            int hue,
                            int dash,
                            bool marker,
                            int smooth);
void thaw_chart_shade (ThawChart *chart,
                       double x0,
                       double x1,
                       const char *label); /* e.g. the frozen phase */
void thaw_chart_mark (ThawChart *chart,
                      double x,
                      const char *label); /* a vertical line: thaw, rate drop, resume */
void thaw_chart_set_x_range (ThawChart *chart, double lo, double hi); /* else from the data */
/* Else from the data. What lies outside is marked at the edge. */
void thaw_chart_set_y_range (ThawChart *chart, double lo, double hi);
void thaw_chart_set_y_log (ThawChart *chart, bool log);
void thaw_chart_set_percent (ThawChart *chart, bool percent); /* y is 0..1, labelled as % */
void thaw_chart_draw (ThawChart *chart,
                      cairo_t *cr,
                      double x,
                      double y,
                      double width,
                      double height,
                      const ThawPlotStyle *style);
/* What it shows, in a few sentences for people who do not see it: ranges, first and last values,
 * extremes, shades and marks. (transfer full) */
char *thaw_chart_describe (const ThawChart *chart);
/* The first text of the chart that no font of this machine can draw (Chinese without a CJK font),
 * so that it can be reported instead of drawn as boxes. NULL when all is well. (transfer none) */
const char *thaw_chart_missing_font (const ThawChart *chart, const ThawPlotStyle *style);

/* Several charts, one below another with their x axes in line, as a PNG, SVG or PDF by the file's
 * ending. width_px, height_each_px: logical pixels; a PNG has two to each for crisp text, a PDF 96
 * to the inch. Written whole or not at all. */
gboolean thaw_charts_save (ThawChart *const *charts,
                           size_t n,
                           const char *path,
                           int width_px,
                           int height_each_px,
                           const ThawPlotStyle *style,
                           GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawChart, thaw_chart_free)

G_END_DECLS
