/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart in words, for people who do not see it. Whole sentences, each translated as one. */
#include "values.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *
name_of (const ThawChart *chart)
{
  return *chart->title ? chart->title : _ ("Chart");
}

static char *
x_text (const ThawChart *chart, double x)
{
  ThawAxis axis = thaw_chart_x_axis (chart);

  return thaw_unit_text (axis.unit, x);
}

/* What the chart is and the range of x. */
static char *
head (const ThawChart *chart)
{
  double lo = G_MAXDOUBLE, hi = -G_MAXDOUBLE;
  g_autofree char *from = NULL, *to = NULL;
  const char *name = name_of (chart);

  if (thaw_chart_is_empty (chart))
    return g_strdup_printf (_ ("%s: no data yet."), name);
  for (guint i = 0; i < chart->lines->len; i++) {
    ThawSeriesFacts facts = thaw_series_facts (thaw_chart_line (chart, i)->series);
    lo = facts.n ? MIN (lo, facts.x_lo) : lo;
    hi = facts.n ? MAX (hi, facts.x_hi) : hi;
  }
  from = x_text (chart, lo);
  to = x_text (chart, hi);
  if (*chart->x_label && strcmp (name, chart->y_label) == 0)
    /* Translators: title of a chart, name of the x axis, and the range of x. */
    return g_strdup_printf (_ ("%s over %s from %s to %s."), name, chart->x_label, from, to);
  if (!*chart->x_label || !*chart->y_label)
    return g_strdup_printf (_ ("%s, from %s to %s."), name, from, to);
  /* Translators: title of a chart, name of the y axis, of the x axis, and the range of x. */
  return g_strdup_printf (_ ("%s: %s over %s from %s to %s."), name, chart->y_label, chart->x_label,
                          from, to);
}

static char *
numbers_of (const ThawChart *chart, const ThawSeriesFacts *facts, const char *name)
{
  g_autofree char *first = thaw_unit_text (chart->y_unit, facts->first.y);
  g_autofree char *last = thaw_unit_text (chart->y_unit, facts->last.y);
  g_autofree char *lowest = thaw_unit_text (chart->y_unit, facts->lowest.y);
  g_autofree char *highest = thaw_unit_text (chart->y_unit, facts->highest.y);
  g_autofree char *lowest_x = x_text (chart, facts->lowest.x);
  g_autofree char *highest_x = x_text (chart, facts->highest.x);

  if (facts->n_finite == 1)
    /* Translators: name of a curve, its only value. */
    return g_strdup_printf (_ ("%s is a single point at %s."), name, first);
  return g_strdup_printf (
      /* Translators: name of a curve; first and last value; lowest value and its x, highest and its
       * x. */
      _ ("%s starts at %s and ends at %s; lowest %s at %s, highest %s at %s."), name, first, last,
      lowest, lowest_x, highest, highest_x);
}

static void
append (GString *text, char *sentence)
{
  g_string_append_printf (text, "%s%s", text->len ? " " : "", sentence);
  g_free (sentence);
}

static void
append_line (GString *text, const ThawChart *chart, const ThawLine *line)
{
  ThawSeriesFacts facts = thaw_series_facts (line->series);
  const char *name = thaw_line_name (line);
  size_t lost = facts.n_nan + facts.n_infinite;

  if (facts.n == 0)
    append (text, g_strdup_printf (_ ("%s has no points yet."), name));
  if (facts.n_finite > 0)
    append (text, numbers_of (chart, &facts, name));
  if (lost > 0)
    append (text,
            g_strdup_printf (ngettext ("%s has %zu value that is not a finite number.",
                                       "%s has %zu values that are not finite numbers.", lost),
                             name, lost));
}

static void
append_gap (GString *text, const ThawChart *chart)
{
  ThawGapEnd end;
  g_autofree char *size = NULL, *x = NULL;

  if (!thaw_chart_gap_end (chart, &end))
    return;
  size = thaw_gap_text (chart, &end);
  x = x_text (chart, end.x);
  /* Translators: names of two curves, x, and how far they are apart, e.g. "gap 8.1 points". */
  append (text, g_strdup_printf (_ ("%s and %s are apart at %s: %s."),
                                 thaw_line_name (thaw_chart_line (chart, (guint) chart->gap[0])),
                                 thaw_line_name (thaw_chart_line (chart, (guint) chart->gap[1])), x,
                                 size));
}

static void
append_shade (GString *text, const ThawChart *chart, const ThawShade *shade)
{
  g_autofree char *from = x_text (chart, shade->x0), *to = x_text (chart, shade->x1);

  if (shade->label && *shade->label)
    /* Translators: a shaded stretch of the x axis, e.g. "Shaded from 0 to 5: frozen." */
    append (text, g_strdup_printf (_ ("Shaded from %s to %s: %s."), from, to, shade->label));
}

static void
append_mark (GString *text, const ThawChart *chart, const ThawMark *mark)
{
  g_autofree char *at = x_text (chart, mark->x);

  if (mark->label && *mark->label)
    /* Translators: a line across the chart, e.g. "Marked at 5: thawed." */
    append (text, g_strdup_printf (_ ("Marked at %s: %s."), at, mark->label));
}

/* --- strips --- */

static void
append_cell (GString *text, const ThawChart *chart, const char *name, const ThawCell *cell)
{
  g_autofree char *from = x_text (chart, cell->x0), *to = x_text (chart, cell->x1), *rate = NULL;

  rate = thaw_unit_text (THAW_UNIT_NUMBER, cell->rate);
  if (cell->kind == THAW_CELL_FROZEN)
    /* Translators: a block of a network, from and to on the x axis. */
    append (text, g_strdup_printf (_ ("%s is frozen from %s to %s."), name, from, to));
  else if (cell->kind == THAW_CELL_STATISTICS)
    append (text,
            g_strdup_printf (_ ("%s moves its statistics only, from %s to %s."), name, from, to));
  else if (cell->rate > 0)
    /* Translators: the last %s is a learning rate. */
    append (text, g_strdup_printf (_ ("%s trains from %s to %s, at first with rate %s."), name,
                                   from, to, rate));
  else
    append (text, g_strdup_printf (_ ("%s trains from %s to %s."), name, from, to));
}

/* Of ThawCell: those of a row; one that goes on from the one before it, of the same kind, is part
 * of it. */
static GArray *
stretches_of (const ThawStrip *strip, size_t row)
{
  GArray *stretches = g_array_new (FALSE, FALSE, sizeof (ThawCell));

  for (guint i = 0; i < strip->cells->len; i++) {
    const ThawCell *cell = &g_array_index (strip->cells, ThawCell, i);
    ThawCell *last =
        stretches->len > 0 ? &g_array_index (stretches, ThawCell, stretches->len - 1) : NULL;
    if (cell->row != row)
      continue;
    if (last != NULL && last->kind == cell->kind)
      last->x1 = cell->x1;
    else
      g_array_append_val (stretches, *cell);
  }
  return stretches;
}

static bool
alike (const GArray *a, const GArray *b)
{
  if (a->len != b->len)
    return false;
  for (guint i = 0; i < a->len; i++) {
    const ThawCell *x = &g_array_index (a, ThawCell, i), *y = &g_array_index (b, ThawCell, i);
    if (x->kind != y->kind || x->x0 != y->x0 || x->x1 != y->x1 || x->rate != y->rate)
      return false;
  }
  return true;
}

/* Rows one below the other that have the same lot are told at once. */
static void
append_strip (GString *text, const ThawChart *chart)
{
  const ThawStrip *strip = chart->strip;

  append (text, g_strdup_printf (thaw_chart_is_empty (chart) ? _ ("%s: no data yet.") : _ ("%s."),
                                 name_of (chart)));
  for (guint row = 0, next; row < strip->rows->len; row = next) {
    g_autoptr (GArray) stretches = stretches_of (strip, row);
    g_autofree char *name = NULL;
    for (next = row + 1; next < strip->rows->len; next++) {
      g_autoptr (GArray) other = stretches_of (strip, next);
      if (!alike (stretches, other))
        break;
    }
    /* Translators: the first and the last of several blocks of a network, begins a sentence. */
    name = next == row + 1
               ? g_strdup (strip->rows->pdata[row])
               : g_strdup_printf (_ ("Each of %s to %s"), (const char *) strip->rows->pdata[row],
                                  (const char *) strip->rows->pdata[next - 1]);
    for (guint i = 0; i < stretches->len; i++)
      append_cell (text, chart, name, &g_array_index (stretches, ThawCell, i));
  }
}

/* --- scatters --- */

static void
append_scatter (GString *text, const ThawChart *chart)
{
  size_t lost = 0;

  if (thaw_chart_is_empty (chart))
    append (text, g_strdup_printf (_ ("%s: no data yet."), name_of (chart)));
  else
    /* Translators: title of a chart, name of its y axis, name of its x axis. */
    append (text, g_strdup_printf (_ ("%s: %s against %s."), name_of (chart), chart->y_label,
                                   chart->x_label));
  for (guint i = 0; i < chart->scatter->dots->len; i++) {
    const ThawDot *dot = thaw_scatter_dot (chart, i);
    ThawHit hit = {(int) i, 0, {dot->x, dot->y}};
    g_autofree char *words = NULL;
    if (!thaw_dot_has_place (chart, dot)) {
      lost++;
      continue;
    }
    words = thaw_chart_point_text (chart, &hit);
    /* Translators: makes a sentence of the text of a dot. */
    append (text, g_strdup_printf (_ ("%s."), words));
  }
  if (lost > 0)
    append (text, g_strdup_printf (
                      ngettext ("%zu run has no place here.", "%zu runs have no place here.", lost),
                      lost));
}

static void
append_lines (GString *text, const ThawChart *chart)
{
  append (text, head (chart));
  for (guint i = 0; i < chart->lines->len; i++)
    append_line (text, chart, thaw_chart_line (chart, i));
  append_gap (text, chart);
}

char *
thaw_chart_describe (const ThawChart *chart)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (chart, g_string_free (text, FALSE));
  if (chart->strip)
    append_strip (text, chart);
  else if (chart->scatter)
    append_scatter (text, chart);
  else
    append_lines (text, chart);
  for (guint i = 0; i < chart->shades->len; i++)
    append_shade (text, chart, &g_array_index (chart->shades, ThawShade, i));
  for (guint i = 0; i < chart->marks->len; i++)
    append_mark (text, chart, &g_array_index (chart->marks, ThawMark, i));
  return g_string_free (text, FALSE);
}
