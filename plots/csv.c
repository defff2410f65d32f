/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of charts in view as CSV (RFC 4180, but lines end in \n): the same in every locale.
 */
#include "chart-private.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A column: a line as it is, a line smoothed, or a row of a strip. */
typedef struct {
  const ThawSeries *series; /* NULL for a strip's row     */
  size_t next, end;         /* of its points, or cells    */
  const ThawStrip *strip;
  size_t row;
  double lo, hi; /* the view of its chart */
  char *name;
} Column;

static void
clear_column (gpointer column)
{
  g_free (((Column *) column)->name);
}

static void
append_text (GString *out, const char *text)
{
  if (!strpbrk (text, ",\"\n\r")) {
    g_string_append (out, text);
    return;
  }
  g_string_append_c (out, '"');
  for (const char *p = text; *p; p++)
    g_string_append_printf (out, *p == '"' ? "\"\"" : "%c", *p);
  g_string_append_c (out, '"');
}

static void
append_number (GString *out, double value)
{
  g_autofree char *text = thaw_number_plain (value);

  g_string_append (out, text);
}

/* --- columns --- */

static char *
name_of (const ThawChart *chart, const char *name, bool several)
{
  if (!several || !*chart->title)
    return g_strdup (name);
  return g_strdup_printf ("%s: %s", chart->title, name);
}

static void
add_line (GArray *columns, const ThawChart *chart, const ThawLine *line, bool several)
{
  ThawAxis x = thaw_chart_x_axis (chart);
  const char *label = *line->look.label ? line->look.label : chart->y_label;
  Column column = {
      .series = line->series, .lo = x.lo, .hi = x.hi, .name = name_of (chart, label, several)};

  thaw_series_within (column.series, x.lo, x.hi, &column.next, &column.end);
  g_array_append_val (columns, column);
  if (line->look.smooth <= 1)
    return;
  column.series = thaw_line_shown (line);
  if (line->look.smooth_text)
    column.name = g_strdup_printf ("%s (%s)", column.name, line->look.smooth_text);
  else
    column.name = g_strdup_printf ("%s (mean of %d)", column.name, line->look.smooth);
  g_array_append_val (columns, column);
}

static void
add_band (GArray *columns, const ThawChart *chart, const ThawBand *band, bool several)
{
  ThawAxis x = thaw_chart_x_axis (chart);
  const ThawSeries *sides[] = {band->lower, band->upper};
  static const char *const names[] = {"%s (lower)", "%s (upper)"};

  for (int k = 0; k < 2; k++) {
    g_autofree char *label = name_of (chart, *band->label ? band->label : chart->y_label, several);
    Column column = {.series = sides[k], .lo = x.lo, .hi = x.hi};
    column.name = k == 0 ? g_strdup_printf (names[0], label) : g_strdup_printf (names[1], label);
    thaw_series_within (column.series, x.lo, x.hi, &column.next, &column.end);
    g_array_append_val (columns, column);
  }
}

static void
add_strip (GArray *columns, const ThawChart *chart, bool several)
{
  ThawAxis x = thaw_chart_x_axis (chart);

  for (size_t row = 0; row < chart->strip->rows->len; row++) {
    Column column = {.strip = chart->strip,
                     .row = row,
                     .lo = x.lo,
                     .hi = x.hi,
                     .end = chart->strip->cells->len,
                     .name = name_of (chart, chart->strip->rows->pdata[row], several)};
    g_array_append_val (columns, column);
  }
}

static GArray *
collect (ThawChart *const *charts, size_t n)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (Column));

  g_array_set_clear_func (columns, clear_column);
  for (size_t i = 0; i < n; i++) {
    for (guint k = 0; k < charts[i]->lines->len; k++)
      add_line (columns, charts[i], thaw_chart_line (charts[i], k), n > 1);
    for (guint k = 0; k < charts[i]->bands->len; k++)
      add_band (columns, charts[i], &g_array_index (charts[i]->bands, ThawBand, k), n > 1);
    if (charts[i]->strip)
      add_strip (columns, charts[i], n > 1);
  }
  return columns;
}

/* --- rows --- */

static const ThawCell *
cell_at (const ThawStrip *strip, size_t i)
{
  return &g_array_index (strip->cells, ThawCell, i);
}

/* The x where a column has something new; infinity: nothing more. */
static double
next_x (Column *column)
{
  if (column->series)
    return column->next < column->end ? thaw_series_at (column->series, column->next)->x : INFINITY;
  while (column->next < column->end && (cell_at (column->strip, column->next)->row != column->row ||
                                        cell_at (column->strip, column->next)->x1 <= column->lo))
    column->next++;
  if (column->next == column->end || cell_at (column->strip, column->next)->x0 > column->hi)
    return INFINITY;
  return MAX (cell_at (column->strip, column->next)->x0, column->lo);
}

/* The rate that holds at x. */
static void
append_rate (GString *out, const Column *column, double x)
{
  for (size_t i = 0; i < column->end; i++) {
    const ThawCell *cell = cell_at (column->strip, i);
    if (cell->row == column->row && cell->x0 <= x && x < cell->x1) {
      append_number (out, cell->kind == THAW_CELL_TRAINING ? cell->rate : 0);
      return;
    }
  }
}

static void
append_row (GString *out, GArray *columns, double x)
{
  append_number (out, x);
  for (guint i = 0; i < columns->len; i++) {
    Column *column = &g_array_index (columns, Column, i);
    bool here = next_x (column) <= x;
    g_string_append_c (out, ',');
    if (column->series && here)
      append_number (out, thaw_series_at (column->series, column->next)->y);
    else if (!column->series)
      append_rate (out, column, x);
    column->next += here ? 1 : 0;
  }
  g_string_append_c (out, '\n');
}

static void
append_lines (GString *out, ThawChart *const *charts, size_t n)
{
  g_autoptr (GArray) columns = collect (charts, n);
  const char *x_name = "x";
  double x = 0;

  for (size_t i = 0; i < n; i++)
    if (!charts[i]->scatter && *charts[i]->x_label)
      x_name = charts[i]->x_label;
  if (columns->len == 0)
    return;
  append_text (out, x_name);
  for (guint i = 0; i < columns->len; i++) {
    g_string_append_c (out, ',');
    append_text (out, g_array_index (columns, Column, i).name);
  }
  g_string_append_c (out, '\n');
  while (isfinite (x)) {
    x = INFINITY;
    for (guint i = 0; i < columns->len; i++)
      x = MIN (x, next_x (&g_array_index (columns, Column, i)));
    if (isfinite (x))
      append_row (out, columns, x);
  }
}

static void
append_dots (GString *out, const ThawChart *chart)
{
  const char *heads[] = {"name",
                         *chart->x_label ? chart->x_label : "x",
                         *chart->y_label ? chart->y_label : "y",
                         "x deviation",
                         "y deviation",
                         "runs"};

  g_string_append (out, out->len ? "\n" : "");
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++) {
    g_string_append (out, i ? "," : "");
    append_text (out, heads[i]);
  }
  g_string_append_c (out, '\n');
  for (guint i = 0; i < chart->scatter->dots->len; i++) {
    const ThawDot *dot = thaw_scatter_dot (chart, i);
    const double numbers[] = {dot->x, dot->y, dot->x_deviation, dot->y_deviation, dot->n};
    append_text (out, dot->label);
    for (gsize k = 0; k < G_N_ELEMENTS (numbers); k++) {
      g_string_append_c (out, ',');
      append_number (out, numbers[k]);
    }
    g_string_append_c (out, '\n');
  }
}

gboolean
thaw_charts_save_csv (ThawChart *const *charts, size_t n, const char *path, GError **error)
{
  GString *out = g_string_new (NULL);
  gboolean ok;

  append_lines (out, charts, n);
  for (size_t i = 0; i < n; i++)
    if (charts[i]->scatter)
      append_dots (out, charts[i]);
  ok = thaw_file_replace (path, out->str, out->len, error);
  g_string_free (out, TRUE);
  return ok;
}
