/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a chart as text: of a point, of all lines at an x. */
#include "values.h"

#include <glib/gi18n-lib.h>

bool
thaw_line_at (const ThawLine *line, double x, double slack, ThawPoint *point)
{
  const ThawSeries *series = thaw_line_shown (line);
  size_t index, n = thaw_series_length (series);

  if (!thaw_series_nearest (series, x, &index) || x < thaw_series_at (series, 0)->x - slack ||
      x > thaw_series_at (series, n - 1)->x + slack)
    return false;
  *point = *thaw_series_at (series, index);
  return true;
}

const char *
thaw_line_name (const ThawLine *line)
{
  return *line->look.label ? line->look.label : _ ("The curve");
}

char *
thaw_chart_x_text (const ThawChart *chart, double x)
{
  return thaw_unit_text (thaw_chart_x_axis (chart).unit, x);
}

static const char *
x_name (const ThawChart *chart)
{
  /* Translators: the x axis of a chart that has no name. */
  return *chart->x_label ? chart->x_label : _ ("x");
}

static char *
dot_text (const ThawChart *chart, const ThawDot *dot)
{
  g_autofree char *x = thaw_unit_text (thaw_chart_x_axis (chart).unit, dot->x);
  g_autofree char *y = thaw_unit_text (chart->y_unit, dot->y), *spread = NULL;
  const char *name = *dot->label ? dot->label : _ ("The dot");

  if (dot->n <= 1)
    /* Translators: a dot of a scatter: its name, y with the name of the y axis, x with its. */
    return g_strdup_printf (_ ("%s: %s %s, %s %s, one run"), name, chart->y_label, y,
                            x_name (chart), x);
  spread = thaw_unit_text (chart->y_unit, dot->y_deviation);
  return g_strdup_printf (
      /* Translators: as before; the value of y has a deviation, and is the mean of %d runs. */
      ngettext ("%s: %s %s ± %s, %s %s, %d run", "%s: %s %s ± %s, %s %s, %d runs", (gulong) dot->n),
      name, chart->y_label, y, spread, x_name (chart), x, dot->n);
}

char *
thaw_chart_point_text (const ThawChart *chart, const ThawHit *hit)
{
  g_autofree char *x = NULL, *y = NULL;

  g_return_val_if_fail (chart && hit, NULL);
  if (chart->scatter) {
    g_return_val_if_fail (hit->line >= 0 && hit->line < (int) chart->scatter->dots->len, NULL);
    return dot_text (chart, thaw_scatter_dot (chart, (guint) hit->line));
  }
  g_return_val_if_fail (hit->line >= 0 && hit->line < (int) chart->lines->len, NULL);
  x = thaw_chart_x_text (chart, hit->point.x);
  y = thaw_unit_text (chart->y_unit, hit->point.y);
  /* Translators: a point of a curve: name of the curve, value, name of the x axis, its value. */
  return g_strdup_printf (_ ("%s: %s at %s %s"),
                          thaw_line_name (thaw_chart_line (chart, (guint) hit->line)), y,
                          x_name (chart), x);
}

char *
thaw_chart_values_text (const ThawChart *chart, double x)
{
  ThawAxis axis;
  GString *list = g_string_new (NULL);
  g_autofree char *where = NULL, *all = NULL;

  g_return_val_if_fail (chart, g_string_free (list, FALSE));
  axis = thaw_chart_x_axis (chart);
  where = thaw_unit_text (axis.unit, x);
  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawLine *line = thaw_chart_line (chart, i);
    g_autofree char *value = NULL;
    ThawPoint p;
    if (!thaw_line_at (line, x, (axis.hi - axis.lo) / 100, &p))
      continue;
    value = thaw_unit_text (chart->y_unit, p.y);
    /* Translators: between the values of a list. */
    g_string_append (list, list->len ? _ (", ") : "");
    /* Translators: name of a curve and its value. */
    g_string_append_printf (list, _ ("%s %s"), thaw_line_name (line), value);
  }
  all = g_string_free (list, FALSE);
  if (!*all)
    /* Translators: name of the x axis and its value. */
    return g_strdup_printf (_ ("%s %s: no values"), x_name (chart), where);
  /* Translators: name of the x axis, its value, the values of all curves there. */
  return g_strdup_printf (_ ("%s %s: %s"), x_name (chart), where, all);
}
