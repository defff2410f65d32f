/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layer of the series: raw points pale behind their moving mean, lines broken where a value has
 * no place, lone points as dots, symbols on points. */
#include "frame.h"

#include <math.h>

#define COLUMNS_PER_PX 2
#define MARKER_APART_PX 11
#define PALE 0.28

static size_t
thin (const ThawFrame *frame, const ThawPoint *points, size_t n, ThawPoint *out)
{
  int columns = MAX ((int) (frame->width * COLUMNS_PER_PX), 1);

  return thaw_series_thin (points, n, frame->x.lo, frame->x.hi, columns, out);
}

static bool
has_place (const ThawFrame *frame, ThawPoint p)
{
  return thaw_plottable (p.y) && !(frame->y.log && p.y <= 0);
}

/* Adds one unbroken run of points to the path; returns the index after it. */
static size_t
add_run (const ThawFrame *frame, const ThawPoint *points, size_t n, size_t i)
{
  cairo_t *cr = frame->cr;
  size_t from = i;
  double x = thaw_frame_x (frame, points[i].x), y = thaw_frame_y (frame, points[i].y);

  cairo_move_to (cr, x, y);
  for (i++; i < n && has_place (frame, points[i]); i++)
    cairo_line_to (cr, thaw_frame_x (frame, points[i].x), thaw_frame_y (frame, points[i].y));
  if (i == from + 1) { /* a lone point */
    double r = frame->style->line_width_px * 1.2;
    cairo_new_sub_path (cr);
    cairo_arc (cr, x, y, r, 0, 2 * G_PI);
    cairo_new_sub_path (cr);
    cairo_arc (cr, x, y, r / 2, 0, 2 * G_PI);
  }
  return i;
}

/* --- dense: many points a pixel, drawn as the band between the least and greatest of each column,
 * which is what a line through them all looks like, and much faster --- */

typedef struct {
  double x0, x1, top, bottom;
} Column;

static bool
is_dense (const ThawFrame *frame, size_t n)
{
  return (double) n > 6 * frame->width;
}

/* Columns of one unbroken run from i on; each reaches to where the one before ended. Returns the
 * index after the run. */
static size_t
run_columns (const ThawFrame *frame, const ThawPoint *points, size_t n, size_t i, GArray *columns)
{
  double least = frame->style->line_width_px * 0.25, last = NAN;
  int column = G_MININT;

  g_array_set_size (columns, 0);
  for (; i < n && has_place (frame, points[i]); i++) {
    double x = thaw_frame_x (frame, points[i].x), y = thaw_frame_y (frame, points[i].y);
    Column *c;
    if ((int) floor (x) != column || columns->len == 0) {
      Column fresh = {floor (x), floor (x) + 1, fmin (y, last) - least, fmax (y, last) + least};
      if (columns->len)
        g_array_index (columns, Column, columns->len - 1).x1 = fresh.x0;
      g_array_append_val (columns, fresh);
      column = (int) floor (x);
    }
    c = &g_array_index (columns, Column, columns->len - 1);
    c->top = MIN (c->top, y - least);
    c->bottom = MAX (c->bottom, y + least);
    last = y;
  }
  return i;
}

static void
add_band (cairo_t *cr, const GArray *columns)
{
  cairo_new_sub_path (cr);
  for (guint k = 0; k < columns->len; k++) {
    const Column *c = &g_array_index (columns, Column, k);
    cairo_line_to (cr, c->x0, c->top);
    cairo_line_to (cr, c->x1, c->top);
  }
  for (guint k = columns->len; k-- > 0;) {
    const Column *c = &g_array_index (columns, Column, k);
    cairo_line_to (cr, c->x1, c->bottom);
    cairo_line_to (cr, c->x0, c->bottom);
  }
  cairo_close_path (cr);
}

static void
fill_dense (const ThawFrame *frame, const ThawLine *series, double alpha)
{
  g_autofree ThawPoint *kept = g_new (ThawPoint, series->n);
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (Column));
  size_t count = thin (frame, series->points, series->n, kept);

  cairo_new_path (frame->cr);
  for (size_t i = 0; i < count;) {
    if (!has_place (frame, kept[i])) {
      i++;
      continue;
    }
    i = run_columns (frame, kept, count, i, columns);
    add_band (frame->cr, columns);
  }
  thaw_set_color (frame->cr, thaw_style_hue (frame->style, series->hue), alpha);
  cairo_fill (frame->cr);
}

static void
stroke (const ThawFrame *frame,
        const ThawPoint *points,
        size_t n,
        const ThawLine *series,
        double width,
        double alpha,
        int dash)
{
  g_autofree ThawPoint *kept = g_new (ThawPoint, n);
  size_t count = thin (frame, points, n, kept);

  cairo_new_path (frame->cr);
  for (size_t i = 0; i < count;)
    i = has_place (frame, kept[i]) ? add_run (frame, kept, count, i) : i + 1;
  thaw_set_color (frame->cr, thaw_style_hue (frame->style, series->hue), alpha);
  cairo_set_line_width (frame->cr, width);
  cairo_set_line_join (frame->cr, CAIRO_LINE_JOIN_ROUND);
  thaw_set_dash (frame->cr, dash, width);
  cairo_stroke (frame->cr);
  thaw_set_dash (frame->cr, 0, width);
}

static void
draw_markers (const ThawFrame *frame, const ThawLine *series)
{
  const ThawPoint *points = series->smoothed ? series->smoothed : series->points;
  double last = -INFINITY, radius = 1.6 * frame->style->line_width_px;

  for (size_t i = 0; i < series->n; i++) {
    double x = thaw_frame_x (frame, points[i].x);
    if (!has_place (frame, points[i]) || thaw_edge_of (&frame->y, points[i].y) ||
        x < frame->left - 0.5 || x > frame->left + frame->width + 0.5 ||
        fabs (x - last) < MARKER_APART_PX)
      continue;
    thaw_marker_draw (frame->cr, series->hue, x, thaw_frame_y (frame, points[i].y), radius,
                      thaw_style_hue (frame->style, series->hue), frame->style->background);
    last = x;
  }
}

static void
clip (const ThawFrame *frame, double air)
{
  cairo_rectangle (frame->cr, frame->left - air, frame->top - air, frame->width + 2 * air,
                   frame->height + 2 * air);
  cairo_clip (frame->cr);
}

static void
draw_raw (const ThawFrame *frame, const ThawLine *series)
{
  double width = frame->style->line_width_px * 0.5;

  if (is_dense (frame, series->n))
    fill_dense (frame, series, PALE);
  else
    stroke (frame, series->points, series->n, series, width, PALE, 0);
}

/* A dense line has no room for dashes. */
static void
draw_front (const ThawFrame *frame, const ThawLine *series)
{
  const ThawPoint *points = series->smoothed ? series->smoothed : series->points;
  bool busy = !series->smoothed && (double) series->n > frame->width;
  double width = frame->style->line_width_px * (busy ? 0.7 : series->smoothed ? 1.15 : 1);

  if (busy && is_dense (frame, series->n))
    fill_dense (frame, series, 1);
  else
    stroke (frame, points, series->n, series, width, 1, series->dash);
}

/* All pale ones first: no run's noise covers another run's mean. */
void
thaw_layer_lines (const ThawFrame *frame)
{
  const GPtrArray *all = frame->chart->series;

  cairo_save (frame->cr);
  clip (frame, frame->style->line_width_px * 0.75);
  for (guint i = 0; i < all->len; i++)
    if (((ThawLine *) all->pdata[i])->smoothed)
      draw_raw (frame, all->pdata[i]);
  for (guint i = 0; i < all->len; i++)
    draw_front (frame, all->pdata[i]);
  cairo_restore (frame->cr);
  for (guint i = 0; i < all->len; i++)
    if (((ThawLine *) all->pdata[i])->marker)
      draw_markers (frame, all->pdata[i]);
}
