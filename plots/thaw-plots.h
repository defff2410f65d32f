/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plots: charts drawn with Cairo; no GTK, knows nobody. Three ideas: series (points, shared between
 * charts, growing live), chart (what is drawn, its axes, its geometry), style (colours, widths,
 * fonts). Text through Pango, so that Chinese works.
 *
 * A chart is of lines (thaw_chart_new), a thaw strip (thaw_strip_new) or a scatter of dots
 * (thaw_scatter_new); all are ThawChart, so that they stand below one another on one x axis, are
 * saved into one file, and answer the same questions. Where a chart is drawn is up to the caller:
 * sizes are given to each call, nothing of them is kept. Units are those of the cairo_t, called px.
 *
 * Threads: a chart and its series belong to one thread at a time; thaw_chart_snapshot () makes a
 * copy that shares nothing, for a thread that saves it. */
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

/* --- Style
 * ------------------------------------------------------------------- */
typedef struct {
  double r, g, b, a;
} ThawColor;
#define THAW_N_HUES 8
typedef struct {
  ThawColor background, text, grid, axis, shade; /* shade: behind the frozen phase */
  ThawColor frozen, statistics;                  /* cells of a thaw strip                      */
  ThawColor training, training_least;            /* the same: of the greatest and least rate   */
  ThawColor hues[THAW_N_HUES];                   /* safe for colour-blind eyes     */
  double line_width_px, font_px;                 /* all else scales with the font  */
  const char *font;                              /* "sans" */
} ThawPlotStyle;
/* A copy with another font_px, font or background is a style as well. */
const ThawPlotStyle *thaw_plot_style_light (void); /* also the style of exports */
const ThawPlotStyle *thaw_plot_style_dark (void);
const ThawPlotStyle *thaw_plot_style_high_contrast (bool dark);
/* For widgets that colour something else as a chart does: "#1036a1". (transfer full) */
char *thaw_plot_style_hue_text (const ThawPlotStyle *style, int hue) G_GNUC_WARN_UNUSED_RESULT;

/* --- Numbers with a unit
 * ------------------------------------------------------------------- */
typedef enum {
  THAW_UNIT_NUMBER,
  THAW_UNIT_WHOLE,    /* epochs, iterations: no ticks between whole numbers unless zoomed there */
  THAW_UNIT_PERCENT,  /* 0..1, written 0 %..100 % */
  THAW_UNIT_DURATION, /* seconds, written 90 s, 5 min, 1 h 30 min, 2 d */
  THAW_UNIT_COUNT,    /* parameters, MACs, images: 27.6 k, 11.2 M, 1.8 G */
  THAW_UNIT_BYTES,    /* 44.8 MB */
} ThawUnit;
/* A value as charts write it in words, in the locale: "0.4123", "81.2%", "12 min 5 s". (transfer
 * full) */
char *thaw_unit_text (ThawUnit unit, double value) G_GNUC_WARN_UNUSED_RESULT;

/* --- Series: points that grow
 * ------------------------------------------------------------------- */
typedef struct {
  double x, y; /* y may be NaN or infinite: drawn as a mark on the axis, never a gap in silence */
} ThawPoint;

/* Points in order of x, with least and greatest of stretches kept in levels, so that drawing costs
 * by the pixel and not by the point, and no spike is ever lost. Any number of charts may show it;
 * each sees new points when it is drawn next. */
typedef struct _ThawSeries ThawSeries;
ThawSeries *thaw_series_new (void) G_GNUC_WARN_UNUSED_RESULT;
ThawSeries *thaw_series_new_from (const ThawPoint *points, size_t n) G_GNUC_WARN_UNUSED_RESULT;
ThawSeries *thaw_series_ref (ThawSeries *series);
void thaw_series_unref (ThawSeries *series);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawSeries, thaw_series_unref)
/* Adds points at the end; their x are finite and not less than the one before. false, and nothing
 * is added, when that is not so. new_from takes what append would, point by point, and leaves the
 * others out. */
bool thaw_series_append (ThawSeries *series, const ThawPoint *points, size_t n);
void thaw_series_truncate (ThawSeries *series, size_t n); /* keeps the first n (a run resumed) */
size_t thaw_series_length (const ThawSeries *series);
/* (transfer none), until the series changes */
const ThawPoint *thaw_series_points (const ThawSeries *series);
/* The point nearest to x, the later of two; length 0: false. */
bool thaw_series_nearest (const ThawSeries *series, double x, size_t *index);
/* Centred moving average of `window` points (shrunk at the ends; values that are not finite stay as
 * they are and count for nothing). Kept and continued as the series grows. window <= 1: the series
 * itself. (transfer none), until the series changes or four other windows were asked for. */
const ThawSeries *thaw_series_smoothed (ThawSeries *series, int window);

/* --- Charts of lines
 * ------------------------------------------------------------------- */
typedef struct _ThawChart ThawChart;
ThawChart *thaw_chart_new (const char *title,
                           const char *x_label,
                           const char *y_label) G_GNUC_WARN_UNUSED_RESULT;
void thaw_chart_free (ThawChart *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawChart, thaw_chart_free)
/* A copy that shares nothing with the chart. (transfer full) */
ThawChart *thaw_chart_snapshot (const ThawChart *chart) G_GNUC_WARN_UNUSED_RESULT;

/* How a line looks. Zeros are the usual look. */
typedef struct {
  const char *label; /* (nullable) NULL or "" stays out of the legend. Copied. */
  int hue;           /* 0.. (modulo THAW_N_HUES); each has a symbol of its own */
  int dash;          /* 0 solid, 1 dashed, 2 dotted                            */
  bool marker;       /* symbols on points, as far as there is room             */
  double width;      /* times the style's, 0.25 to 8; 0 is 1                              */
  int smooth;        /* > 1: the raw points stay visible, pale, behind a centred moving average
                        of so many points. Epochs times iterations an epoch: the mean is of the
                        same points whatever the x axis shows */
  const char *smooth_text; /* (nullable) the legend's words for it: "mean of 0.5 epochs". Copied. */
} ThawLook;
/* Returns the line's number, from 0 in order of adding. The chart takes a reference. */
int thaw_chart_add_line (ThawChart *chart, ThawSeries *series, const ThawLook *look);
int thaw_chart_n_lines (const ThawChart *chart);
ThawSeries *thaw_chart_line_series (const ThawChart *chart, int line); /* (transfer none) */
/* Strings (transfer none), until the next change. */
const ThawLook *thaw_chart_line_look (const ThawChart *chart, int line);
void thaw_chart_set_line_look (ThawChart *chart, int line, const ThawLook *look);
/* A pale band from lower to upper, behind the lines: mean - deviation to mean + deviation. label
 * (nullable): for the legend. Takes references. */
void thaw_chart_add_band (
    ThawChart *chart, ThawSeries *lower, ThawSeries *upper, int hue, const char *label);
/* Fills between two lines where both are and writes the size of the gap, first minus second, at the
 * right edge, at the last x in view that both have: clean train accuracy and validation. */
void thaw_chart_set_gap (ThawChart *chart, int first, int second);
/* Removes lines, bands, the gap, shades, marks, cells, dots; titles, units, ranges and margins
 * stay. */
void thaw_chart_clear (ThawChart *chart);
/* A line of its own series, for points that do not grow. */
void thaw_chart_add_series (ThawChart *chart,
                            const char *label,
                            const ThawPoint *points,
                            size_t n,
                            int hue,
                            int dash,
                            bool marker,
                            int smooth);

/* --- Shades and marks. Their labels stand above the plot and avoid each other.
 * ------------------------------------------------------------------- */
void thaw_chart_shade (ThawChart *chart,
                       double x0,
                       double x1,
                       const char *label); /* e.g. the frozen phase */
typedef enum {
  THAW_MARK_LINE, /* thaw, rate drop: dashed                               */
  THAW_MARK_SEAM, /* paused, resumed: dotted, fainter                      */
  THAW_MARK_BEST, /* best epoch: a star in the label, and a ring at y      */
} ThawMarkKind;
void thaw_chart_mark (ThawChart *chart, double x, const char *label); /* a THAW_MARK_LINE */
/* hue: -1 for the text's colour. y: NaN for none; else a ring around that value. */
void thaw_chart_add_mark (
    ThawChart *chart, ThawMarkKind kind, double x, double y, int hue, const char *label);
void thaw_chart_clear_notes (ThawChart *chart); /* shades and marks */

/* --- Axes
 * ------------------------------------------------------------------- */
/* What is seen of x and y; without them all points, shades and marks are. */
void thaw_chart_set_x_range (ThawChart *chart, double lo, double hi); /* else from the data */
/* Else from the data. What lies outside is marked at the edge. */
void thaw_chart_set_y_range (ThawChart *chart, double lo, double hi);
void thaw_chart_unset_x_range (ThawChart *chart);
void thaw_chart_unset_y_range (ThawChart *chart);
/* Without a y range: from the points in view instead of from all. */
void thaw_chart_set_y_follow (ThawChart *chart, bool follow);
void thaw_chart_set_y_log (ThawChart *chart, bool log);
void thaw_chart_set_x_log (ThawChart *chart, bool log);       /* all x above 0: rates, MACs    */
void thaw_chart_set_percent (ThawChart *chart, bool percent); /* y is 0..1, labelled as %      */
void thaw_chart_set_x_unit (ThawChart *chart, ThawUnit unit); /* unset: whole when all x are   */
void thaw_chart_set_y_unit (ThawChart *chart, ThawUnit unit);
void thaw_chart_set_labels (ThawChart *chart,
                            const char *title,
                            const char *x_label,
                            const char *y_label); /* NULL: as it is */
/* false: no x ticks' texts and no x label, for all but the lowest of charts on one x axis. */
void thaw_chart_set_x_texts (ThawChart *chart, bool shown);
/* false: the label is told in words, tables and at the cursor, but not drawn, as for all but the
 * lowest of charts on one x axis that each have ticks. */
void thaw_chart_set_x_label_drawn (ThawChart *chart, bool drawn);
void thaw_chart_set_legend (ThawChart *chart, bool shown); /* true at first */
/* For narrow windows: no y label, the gap's size within the plot, a strip's names cut short and how
 * far its rows moved left out. All charts of a stack alike. */
void thaw_chart_set_compact (ThawChart *chart, bool compact);
/* The x range of all that the charts hold, whatever they show now; false (and 0..1): nothing. */
bool thaw_charts_x_extent (ThawChart *const *charts, size_t n, double *lo, double *hi);

/* --- Zoom: arithmetic on a range within a full range
 * ------------------------------------------------------------------- */
typedef struct {
  double lo, hi;
} ThawRange;
/* factor < 1 goes nearer; `at` keeps its place. Never beyond full, never narrower than 1e-6 of it.
 */
ThawRange thaw_range_zoom (ThawRange view, ThawRange full, double at, double factor);
ThawRange thaw_range_pan (ThawRange view, ThawRange full, double by);

/* --- Drawing. Draw on an image (cairo_image_surface_create) and show that: lines are filled some
 * ten times faster than by cairo's strokes, which any other surface gets, a GtkSnapshot's too.
 * ------------------------------------------------------------------- */
void thaw_chart_draw (ThawChart *chart,
                      cairo_t *cr,
                      double x,
                      double y,
                      double width,
                      double height,
                      const ThawPlotStyle *style);
/* Gives charts drawn one below another the same left and right margins: the widest of each, until
 * called again. heights: of each. Cheap; call it before each drawing. */
void thaw_charts_align (ThawChart *const *charts,
                        size_t n,
                        const double *heights,
                        const ThawPlotStyle *style);

/* --- Geometry: where things are when a chart is drawn at 0, 0 in that size
 * ------------------------------------------------------------------- */
typedef struct {
  double left, top, width, height; /* the plot area */
  double x_lo, x_hi, y_lo, y_hi;
  bool x_log, y_log;
} ThawPlotArea;
void thaw_chart_measure (
    ThawChart *chart, double width, double height, const ThawPlotStyle *style, ThawPlotArea *area);
double thaw_plot_area_x_px (const ThawPlotArea *area, double x);
double thaw_plot_area_y_px (const ThawPlotArea *area, double y);
double thaw_plot_area_x (const ThawPlotArea *area, double x_px);
double thaw_plot_area_y (const ThawPlotArea *area, double y_px);

/* A point of a line, or a dot of a scatter (index 0). On a smoothed line its smoothed point. */
typedef struct {
  int line; /* line or dot; -1: none */
  size_t index;
  ThawPoint point;
} ThawHit;
/* The point nearest to a place in px, of those within the radius; lines in front come first among
 * equals. false: none, and hit->line is -1. */
bool thaw_chart_hit (const ThawChart *chart,
                     const ThawPlotArea *area,
                     double x_px,
                     double y_px,
                     double radius_px,
                     ThawHit *hit);
typedef enum {
  THAW_WALK_NEXT,
  THAW_WALK_PREVIOUS,
  THAW_WALK_FIRST, /* in view */
  THAW_WALK_LAST,
  THAW_WALK_UP, /* the line above at this x, or the dot before; round again at the end */
  THAW_WALK_DOWN,
} ThawWalk;
/* Moves the focus along (arrow keys). Steps of one point, or of as many as share a px. hit->line
 * -1: begins with the last point of the first line. false: nothing to walk on. */
bool
thaw_chart_walk (const ThawChart *chart, const ThawPlotArea *area, ThawWalk walk, ThawHit *hit);
/* "validation: 81.2% at epoch 12": for the screen reader and the cursor. (transfer full) */
char *thaw_chart_point_text (const ThawChart *chart, const ThawHit *hit) G_GNUC_WARN_UNUSED_RESULT;
/* All lines at x: "Epoch 12: train 92.1%, validation 81.2%". (transfer full) */
char *thaw_chart_values_text (const ThawChart *chart, double x) G_GNUC_WARN_UNUSED_RESULT;

/* What moves with the pointer, drawn over a chart that was drawn (and kept) before. */
typedef struct {
  double x;           /* a line across at this value; NaN: none                    */
  bool values;        /* a small table of the lines' values at x, beside the line  */
  const ThawHit *hit; /* (nullable) a ring around the focused point                */
} ThawCursor;
void thaw_chart_draw_cursor (ThawChart *chart,
                             cairo_t *cr,
                             double x,
                             double y,
                             double width,
                             double height,
                             const ThawPlotStyle *style,
                             const ThawCursor *cursor);

/* --- The range test: loss against learning rate, n rates above 0 in rising order on a log axis;
 * each step, and their mean. Readings are marked by thaw_chart_mark.
 * ------------------------------------------------------------------- */
ThawChart *thaw_range_test_chart (const double *rates,
                                  const double *losses,
                                  const double *means,
                                  size_t n) G_GNUC_WARN_UNUSED_RESULT;

/* --- The thaw strip: blocks in rows (the first on top), epochs across
 * ------------------------------------------------------------------- */
typedef enum {
  THAW_CELL_FROZEN,
  THAW_CELL_STATISTICS, /* weights held, batch norm's statistics move: hatched */
  THAW_CELL_TRAINING,
} ThawCellKind;
ThawChart *thaw_strip_new (const char *title,
                           const char *x_label,
                           const char *const *rows,
                           size_t n_rows) G_GNUC_WARN_UNUSED_RESULT;
size_t thaw_strip_n_rows (const ThawChart *strip);
/* rate: the learning rate there, >= 0; brightness follows its logarithm, the greatest of the strip
 * being the brightest. Cells of a row lie in order and do not overlap; neighbours that are equal
 * are drawn as one. */
void thaw_strip_add_cell (
    ThawChart *strip, size_t row, double x0, double x1, ThawCellKind kind, double rate);
/* The learning rate as a line over the strip, with its own scale on the right. NULL: none. */
void thaw_strip_set_rate (ThawChart *strip, ThawSeries *rate, bool log);
/* How far each row moved from where it started, >= 0, as a bar behind its name on the right; NaN:
 * not known. */
void thaw_strip_set_moved (ThawChart *strip, size_t row, double distance);
/* An edge that can be dragged: a handle at x over rows first..last. Kept within lo..hi, at
 * multiples of step (0: anywhere). Returns its number. */
int thaw_strip_add_edge (
    ThawChart *strip, double x, size_t first, size_t last, double lo, double hi, double step);
int thaw_strip_n_edges (const ThawChart *strip);
double thaw_strip_edge (const ThawChart *strip, int edge);
/* The edge at a place in px, -1: none. */
int
thaw_strip_hit_edge (const ThawChart *strip, const ThawPlotArea *area, double x_px, double y_px);
/* Where it would go: to a pointer at x_px; by keyboard steps (a step of 0 counts as a 50th of the
 * axis). The strip stays as it is; the caller changes its plan and fills the strip anew. */
double thaw_strip_edge_at (const ThawChart *strip, const ThawPlotArea *area, int edge, double x_px);
double thaw_strip_edge_by (const ThawChart *strip, int edge, int steps);
/* The handle that is held or has the focus is drawn stronger; -1: none. */
void thaw_strip_set_active_edge (ThawChart *strip, int edge);

/* --- Scatter: accuracy against cost
 * ------------------------------------------------------------------- */
typedef struct {
  const char *label;  /* copied */
  double x, y;        /* a dot whose x or y is not finite is left out, and counted in words */
  double x_deviation; /* error bars; 0 or NaN: none */
  double y_deviation;
  int n; /* runs behind it: 1 is drawn hollow */
  int hue;
} ThawDot;
ThawChart *thaw_scatter_new (const char *title,
                             const char *x_label,
                             const char *y_label) G_GNUC_WARN_UNUSED_RESULT;
/* Returns the dot's number, which is also the `line` of a hit. */
int thaw_scatter_add_dot (ThawChart *scatter, const ThawDot *dot);
/* A line through the dots that no other beats in both less x and more y. */
void thaw_scatter_set_frontier (ThawChart *scatter, bool shown, const char *label);

/* --- Small pictures
 * ------------------------------------------------------------------- */
/* A tiny curve without axes in a list's row; lo..hi from the values when lo >= hi. NaN breaks it.
 * Ends in a dot. */
void thaw_sparkline_draw (cairo_t *cr,
                          double x,
                          double y,
                          double width,
                          double height,
                          const float *values,
                          size_t n,
                          double lo,
                          double hi,
                          ThawColor color,
                          double line_width_px);
/* The sample of a line as legends have it, for a legend of widgets. */
void thaw_look_draw (cairo_t *cr,
                     double x,
                     double y,
                     double width,
                     double height,
                     const ThawLook *look,
                     const ThawPlotStyle *style);

/* --- In words
 * ------------------------------------------------------------------- */
/* What it shows, in a few sentences for people who do not see it: ranges, first and last values,
 * extremes, shades and marks. (transfer full) */
char *thaw_chart_describe (const ThawChart *chart);
/* The same as rows of text, for *Show as Table*: what is in view, in the locale. With more than
 * max_rows different x, a row is a stretch of x with mean, least and greatest. */
typedef struct {
  size_t n_columns, n_rows;
  char **head;  /* n_columns          */
  char **cells; /* n_rows * n_columns, "" where there is nothing */
} ThawTable;
ThawTable *thaw_chart_table (const ThawChart *chart, size_t max_rows) G_GNUC_WARN_UNUSED_RESULT;
void thaw_table_free (ThawTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawTable, thaw_table_free)
/* The first text of the chart that no font of this machine can draw (Chinese without a CJK font),
 * so that it can be reported instead of drawn as boxes. NULL when all is well. (transfer none) */
const char *thaw_chart_missing_font (const ThawChart *chart, const ThawPlotStyle *style);

/* --- Files. What is exported is what is seen: the same lines, smoothing, ranges.
 * ------------------------------------------------------------------- */
/* Several charts, one below another with their x axes in line, as a PNG, SVG or PDF by the file's
 * ending. heights_px, width_px: logical pixels; a PNG has two to each for crisp text, a PDF 96 to
 * the inch. Written whole or not at all. Blocks; see thaw_chart_snapshot (). */
gboolean thaw_charts_export (ThawChart *const *charts,
                             const int *heights_px,
                             size_t n,
                             const char *path,
                             int width_px,
                             const ThawPlotStyle *style,
                             GError **error);
/* The same with one height for all. */
gboolean thaw_charts_save (ThawChart *const *charts,
                           size_t n,
                           const char *path,
                           int width_px,
                           int height_each_px,
                           const ThawPlotStyle *style,
                           GError **error);
/* The numbers in view as CSV (UTF-8, comma, decimal point): a row an x, a column a line of all the
 * charts, raw values; a smoothed line has a second column. Strips add a column a row (the rate, 0
 * while frozen), scatters a row a dot. nan, inf, -inf as such; empty where a line has no point. */
gboolean
thaw_charts_save_csv (ThawChart *const *charts, size_t n, const char *path, GError **error);

G_END_DECLS
