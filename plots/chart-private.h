/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a chart holds, for the files that draw, measure, describe and save it. */
#pragma once

#include "axis.h"
#include "series.h"
#include "thaw-plots.h"

G_BEGIN_DECLS

typedef enum { THAW_CHART_LINES, THAW_CHART_STRIP, THAW_CHART_SCATTER } ThawChartKind;

typedef struct {
  ThawSeries *series;
  ThawLook look; /* label never NULL; strings are owned */
} ThawLine;

typedef struct {
  ThawSeries *lower, *upper;
  int hue;
  char *label; /* never NULL */
} ThawBand;

typedef struct {
  double x0, x1;
  char *label; /* (nullable) */
} ThawShade;

typedef struct {
  ThawMarkKind kind;
  double x, y; /* y NaN: no ring */
  int hue;     /* -1: the text's colour */
  char *label; /* (nullable) */
} ThawMark;

typedef struct {
  size_t row;
  double x0, x1, rate;
  ThawCellKind kind;
} ThawCell;

typedef struct {
  double x, lo, hi, step;
  size_t first, last; /* rows */
} ThawEdgeHandle;

typedef struct {
  GPtrArray *rows;  /* names                    */
  double *moved;    /* by row, NaN: not known   */
  GArray *cells;    /* of ThawCell              */
  GArray *edges;    /* of ThawEdgeHandle        */
  ThawSeries *rate; /* (nullable)               */
  bool rate_log;
  int active; /* edge, -1: none */
} ThawStrip;

typedef struct {
  GArray *dots; /* of ThawDot, labels are owned */
  bool frontier;
  char *frontier_label; /* never NULL */
} ThawScatter;

struct _ThawChart {
  ThawChartKind kind;
  char *title, *x_label, *y_label; /* never NULL, may be empty */
  GArray *lines;                   /* of ThawLine              */
  GArray *bands;                   /* of ThawBand              */
  int gap[2];                      /* lines, -1: no gap        */
  GArray *shades;                  /* of ThawShade             */
  GArray *marks;                   /* of ThawMark              */
  ThawStrip *strip;                /* by kind                  */
  ThawScatter *scatter;
  bool has_x_range, has_y_range, x_log, y_log, y_follow, has_x_unit;
  bool no_x_texts, no_x_label, no_legend, compact;
  double x_lo, x_hi, y_lo, y_hi;
  ThawUnit x_unit, y_unit;
  double least_left, least_right; /* margins, from thaw_charts_align () */
};

static inline const ThawLine *
thaw_chart_line (const ThawChart *chart, guint i)
{
  return &g_array_index (chart->lines, ThawLine, i);
}

/* Smoothed, or as it is. */
const ThawSeries *thaw_line_shown (const ThawLine *line);

/* notes-data.c */
void thaw_notes_init (ThawChart *chart);

/* strip.c, scatter.c */
ThawStrip *thaw_strip_data_new (const char *const *rows, size_t n);
void thaw_strip_data_empty (ThawStrip *strip); /* rows stay */
void thaw_strip_data_free (ThawStrip *strip);
ThawScatter *thaw_scatter_data_new (void);
void thaw_scatter_data_empty (ThawScatter *scatter);
void thaw_scatter_data_free (ThawScatter *scatter);
static inline const ThawDot *
thaw_scatter_dot (const ThawChart *chart, guint i)
{
  return &g_array_index (chart->scatter->dots, ThawDot, i);
}
bool thaw_dot_has_place (const ThawChart *chart, const ThawDot *dot);
/* The dots no other beats, in order of x: of guint. (transfer full) */
GArray *thaw_scatter_frontier (const ThawChart *chart);

/* range.c: the axes for what the chart holds now; always usable ranges, also without data. */
ThawAxis thaw_chart_x_axis (const ThawChart *chart);
ThawAxis thaw_chart_y_axis (const ThawChart *chart);
ThawAxis thaw_strip_rate_axis (const ThawChart *strip);
bool thaw_chart_is_empty (const ThawChart *chart); /* no points at all */

/* plan.c: margins that labels and ticks need. */
double thaw_chart_left_margin (const ThawChart *chart, double height, const ThawPlotStyle *style);
double thaw_chart_right_margin (const ThawChart *chart, double height, const ThawPlotStyle *style);

/* gap.c: where the gap's size is read. false: no x in view that both lines have. */
typedef struct {
  double x, first, second;
} ThawGapEnd;
bool thaw_chart_gap_end (const ThawChart *chart, ThawGapEnd *end);
char *thaw_gap_text (const ThawChart *chart, const ThawGapEnd *end); /* (transfer full) */

/* All texts of a chart, for func. */
typedef bool (*ThawTextFunc) (const char *text, gpointer user); /* false: stop */
void thaw_chart_each_text (const ThawChart *chart, ThawTextFunc func, gpointer user);

G_END_DECLS
