/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart as rows of text: what is in view. */
#include "values.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static ThawTable *
table_new (size_t n_columns)
{
  ThawTable *table = g_new0 (ThawTable, 1);

  table->n_columns = n_columns;
  table->head = g_new0 (char *, n_columns + 1);
  return table;
}

void
thaw_table_free (ThawTable *table)
{
  if (!table)
    return;
  for (size_t i = 0; i < table->n_columns; i++)
    g_free (table->head[i]);
  for (size_t i = 0; i < table->n_columns * table->n_rows; i++)
    g_free (table->cells[i]);
  g_free (table->head);
  g_free (table->cells);
  g_free (table);
}

/* A row of NULL cells; they become "" at the end. */
static char **
add_row (ThawTable *table)
{
  char **row;

  table->cells = g_renew (char *, table->cells, (table->n_rows + 1) * table->n_columns);
  row = table->cells + table->n_rows++ * table->n_columns;
  for (size_t i = 0; i < table->n_columns; i++)
    row[i] = NULL;
  return row;
}

static ThawTable *
finish (ThawTable *table)
{
  for (size_t i = 0; i < table->n_columns * table->n_rows; i++)
    if (!table->cells[i])
      table->cells[i] = g_strdup ("");
  return table;
}

static const char *
or_words (const char *text, const char *words)
{
  return *text ? text : words;
}

/* --- lines --- */

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double p = *(const double *) a, q = *(const double *) b;

  return (p > q) - (p < q);
}

/* The different x in view, in order; NULL when there are more than `most`. */
static GArray *
places (const ThawChart *chart, const ThawAxis *axis, size_t most)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (double));
  GArray *out;

  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawSeries *series = thaw_chart_line (chart, i)->series;
    size_t first, end;
    thaw_series_within (series, axis->lo, axis->hi, &first, &end);
    if (end - first > 4 * most + 100)
      return NULL;
    for (size_t k = first; k < end; k++)
      g_array_append_val (all, thaw_series_at (series, k)->x);
  }
  g_array_sort (all, compare_doubles);
  out = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < all->len; i++)
    if (out->len == 0 ||
        g_array_index (out, double, out->len - 1) != g_array_index (all, double, i))
      g_array_append_val (out, g_array_index (all, double, i));
  if (out->len <= most)
    return out;
  g_array_unref (out);
  return NULL;
}

static void
add_exact (ThawTable *table, const ThawChart *chart, const ThawAxis *axis, double x)
{
  char **row = add_row (table);

  row[0] = thaw_unit_text (axis->unit, x);
  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawSeries *series = thaw_chart_line (chart, i)->series;
    size_t after = thaw_series_after (series, x);
    if (after > 0 && thaw_series_at (series, after - 1)->x == x)
      row[i + 1] = thaw_unit_text (chart->y_unit, thaw_series_at (series, after - 1)->y);
  }
}

static char *
stretch_text (const ThawChart *chart, const ThawSeries *series, size_t first, size_t end)
{
  ThawSpan span = thaw_series_span (series, first, end);
  size_t lost = span.n_nan + span.n_up + span.n_down, n = end - first - lost;
  double mean = 0;
  g_autofree char *middle = NULL, *least = NULL, *greatest = NULL;

  if (n == 0)
    return g_strdup (lost > 0 ? _ ("not a number") : "");
  for (size_t i = first; i < end; i++)
    if (thaw_plottable (thaw_series_at (series, i)->y))
      mean += thaw_series_at (series, i)->y / (double) n;
  middle = thaw_unit_text (chart->y_unit, mean);
  least = thaw_unit_text (chart->y_unit, span.lo);
  greatest = thaw_unit_text (chart->y_unit, span.hi);
  if (lost > 0)
    /* Translators: mean, least and greatest of a stretch; %zu values of it are not finite. */
    return g_strdup_printf (_ ("%s (%s to %s, %zu not finite)"), middle, least, greatest, lost);
  /* Translators: mean, least and greatest of a stretch. */
  return g_strdup_printf (_ ("%s (%s to %s)"), middle, least, greatest);
}

/* Each point in view is in one row: the last row takes its end as well. */
static void
add_stretch (
    ThawTable *table, const ThawChart *chart, const ThawAxis *axis, double lo, double hi, bool last)
{
  char **row = add_row (table);
  g_autofree char *from = thaw_unit_text (axis->unit, lo), *to = thaw_unit_text (axis->unit, hi);

  /* Translators: a stretch of the x axis. */
  row[0] = g_strdup_printf (_ ("%s to %s"), from, to);
  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawSeries *series = thaw_chart_line (chart, i)->series;
    size_t first = thaw_series_find (series, lo);
    size_t end = last ? thaw_series_after (series, hi) : thaw_series_find (series, hi);
    row[i + 1] = stretch_text (chart, series, first, MAX (first, end));
  }
}

static ThawTable *
lines_table (const ThawChart *chart, size_t most)
{
  ThawTable *table = table_new (chart->lines->len + 1);
  ThawAxis axis = thaw_chart_x_axis (chart);
  g_autoptr (GArray) exact = places (chart, &axis, most);

  table->head[0] = g_strdup (or_words (chart->x_label, _ ("x")));
  for (guint i = 0; i < chart->lines->len; i++)
    table->head[i + 1] = g_strdup (thaw_line_name (thaw_chart_line (chart, i)));
  for (guint i = 0; exact && i < exact->len; i++)
    add_exact (table, chart, &axis, g_array_index (exact, double, i));
  for (size_t i = 0; !exact && i < most; i++)
    add_stretch (table, chart, &axis, axis.lo + (axis.hi - axis.lo) * (double) i / (double) most,
                 axis.lo + (axis.hi - axis.lo) * (double) (i + 1) / (double) most, i + 1 == most);
  return finish (table);
}

/* --- strips and scatters --- */

static const char *
kind_words (ThawCellKind kind)
{
  return kind == THAW_CELL_FROZEN       ? _ ("frozen")
         : kind == THAW_CELL_STATISTICS ? _ ("statistics only")
                                        : _ ("training");
}

static ThawTable *
strip_table (const ThawChart *chart, size_t most)
{
  ThawTable *table = table_new (5);
  ThawAxis axis = thaw_chart_x_axis (chart);

  table->head[0] = g_strdup (_ ("block"));
  table->head[1] = g_strdup (_ ("from"));
  table->head[2] = g_strdup (_ ("to"));
  table->head[3] = g_strdup (_ ("state"));
  table->head[4] = g_strdup (_ ("learning rate"));
  for (guint i = 0; i < chart->strip->cells->len && table->n_rows < most; i++) {
    const ThawCell *cell = &g_array_index (chart->strip->cells, ThawCell, i);
    char **row;
    if (cell->x1 < axis.lo || cell->x0 > axis.hi)
      continue;
    row = add_row (table);
    row[0] = g_strdup (chart->strip->rows->pdata[cell->row]);
    row[1] = thaw_unit_text (axis.unit, cell->x0);
    row[2] = thaw_unit_text (axis.unit, cell->x1);
    row[3] = g_strdup (kind_words (cell->kind));
    row[4] =
        cell->kind == THAW_CELL_TRAINING ? thaw_unit_text (THAW_UNIT_NUMBER, cell->rate) : NULL;
  }
  return finish (table);
}

static ThawTable *
scatter_table (const ThawChart *chart, size_t most)
{
  ThawTable *table = table_new (5);
  ThawUnit x_unit = thaw_chart_x_axis (chart).unit;

  table->head[0] = g_strdup (_ ("name"));
  table->head[1] = g_strdup (or_words (chart->x_label, _ ("x")));
  table->head[2] = g_strdup (or_words (chart->y_label, _ ("y")));
  table->head[3] = g_strdup (_ ("deviation"));
  table->head[4] = g_strdup (_ ("runs"));
  for (guint i = 0; i < chart->scatter->dots->len && table->n_rows < most; i++) {
    const ThawDot *dot = thaw_scatter_dot (chart, i);
    char **row = add_row (table);
    row[0] = g_strdup (dot->label);
    row[1] = thaw_unit_text (x_unit, dot->x);
    row[2] = thaw_unit_text (chart->y_unit, dot->y);
    row[3] = dot->n > 1 ? thaw_unit_text (chart->y_unit, dot->y_deviation) : NULL;
    row[4] = thaw_unit_text (THAW_UNIT_WHOLE, dot->n);
  }
  return finish (table);
}

ThawTable *
thaw_chart_table (const ThawChart *chart, size_t max_rows)
{
  g_return_val_if_fail (chart, NULL);
  max_rows = CLAMP (max_rows, 1, 100000);
  if (chart->strip)
    return strip_table (chart, max_rows);
  if (chart->scatter)
    return scatter_table (chart, max_rows);
  return lines_table (chart, max_rows);
}
