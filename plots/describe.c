/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart in words, for people who do not see it. Whole sentences, each translated as one. */
#include "chart-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What the chart is and the range of x. */
static char *
head (const ThawChart *chart)
{
  ThawAxis x = {.whole = true};
  double lo = G_MAXDOUBLE, hi = -G_MAXDOUBLE;
  g_autofree char *from = NULL, *to = NULL;
  const char *name = *chart->title ? chart->title : _ ("Chart");

  if (thaw_chart_is_empty (chart))
    return g_strdup_printf (_ ("%s: no data yet."), name);
  for (guint i = 0; i < chart->series->len; i++) {
    const ThawLine *series = chart->series->pdata[i];
    lo = series->n ? MIN (lo, series->facts.x_lo) : lo;
    hi = series->n ? MAX (hi, series->facts.x_hi) : hi;
  }
  from = thaw_axis_text (&x, lo);
  to = thaw_axis_text (&x, hi);
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
numbers_of (const ThawChart *chart, const ThawLine *series, const char *name)
{
  const ThawSeriesFacts *facts = &series->facts;
  ThawAxis x = {.lo = 0}, y = {.percent = chart->percent};
  g_autofree char *first = thaw_axis_text (&y, facts->first.y);
  g_autofree char *last = thaw_axis_text (&y, facts->last.y);
  g_autofree char *lowest = thaw_axis_text (&y, facts->lowest.y);
  g_autofree char *highest = thaw_axis_text (&y, facts->highest.y);
  g_autofree char *lowest_x = thaw_axis_text (&x, facts->lowest.x);
  g_autofree char *highest_x = thaw_axis_text (&x, facts->highest.x);

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
append_series (GString *text, const ThawChart *chart, const ThawLine *series)
{
  const ThawSeriesFacts *facts = &series->facts;
  const char *name = *series->label ? series->label : _ ("The curve");
  size_t lost = facts->n_nan + facts->n_infinite;

  if (series->n == 0)
    append (text, g_strdup_printf (_ ("%s has no points yet."), name));
  if (facts->n_finite > 0)
    append (text, numbers_of (chart, series, name));
  if (lost > 0)
    append (text,
            g_strdup_printf (ngettext ("%s has %zu value that is not a finite number.",
                                       "%s has %zu values that are not finite numbers.", lost),
                             name, lost));
}

static void
append_shade (GString *text, const ThawShade *shade)
{
  ThawAxis x = {.lo = 0};
  g_autofree char *from = thaw_axis_text (&x, shade->x0), *to = thaw_axis_text (&x, shade->x1);

  if (shade->label && *shade->label)
    /* Translators: a shaded stretch of the x axis, e.g. "Shaded from 0 to 5: frozen." */
    append (text, g_strdup_printf (_ ("Shaded from %s to %s: %s."), from, to, shade->label));
}

static void
append_mark (GString *text, const ThawMark *mark)
{
  ThawAxis x = {.lo = 0};
  g_autofree char *at = thaw_axis_text (&x, mark->x);

  if (mark->label && *mark->label)
    /* Translators: a line across the chart, e.g. "Marked at 5: thawed." */
    append (text, g_strdup_printf (_ ("Marked at %s: %s."), at, mark->label));
}

char *
thaw_chart_describe (const ThawChart *chart)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (chart, g_string_free (text, FALSE));
  append (text, head (chart));
  for (guint i = 0; i < chart->series->len; i++)
    append_series (text, chart, chart->series->pdata[i]);
  for (guint i = 0; i < chart->shades->len; i++)
    append_shade (text, &g_array_index (chart->shades, ThawShade, i));
  for (guint i = 0; i < chart->marks->len; i++)
    append_mark (text, &g_array_index (chart->marks, ThawMark, i));
  return g_string_free (text, FALSE);
}
