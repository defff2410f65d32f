/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart as data: its titles, axes and life. */
#include "chart-private.h"

static void
clear_line (gpointer p)
{
  ThawLine *line = p;

  thaw_series_unref (line->series);
  g_free ((char *) line->look.label);
  g_free ((char *) line->look.smooth_text);
}

static void
clear_band (gpointer p)
{
  ThawBand *band = p;

  thaw_series_unref (band->lower);
  thaw_series_unref (band->upper);
  g_free (band->label);
}

ThawChart *
thaw_chart_new (const char *title, const char *x_label, const char *y_label)
{
  ThawChart *chart = g_new0 (ThawChart, 1);

  chart->title = g_strdup (title ? title : "");
  chart->x_label = g_strdup (x_label ? x_label : "");
  chart->y_label = g_strdup (y_label ? y_label : "");
  chart->lines = g_array_new (FALSE, TRUE, sizeof (ThawLine));
  g_array_set_clear_func (chart->lines, clear_line);
  chart->bands = g_array_new (FALSE, TRUE, sizeof (ThawBand));
  g_array_set_clear_func (chart->bands, clear_band);
  chart->gap[0] = chart->gap[1] = -1;
  thaw_notes_init (chart);
  return chart;
}

void
thaw_chart_free (ThawChart *chart)
{
  if (!chart)
    return;
  g_free (chart->title);
  g_free (chart->x_label);
  g_free (chart->y_label);
  g_array_unref (chart->lines);
  g_array_unref (chart->bands);
  g_array_unref (chart->shades);
  g_array_unref (chart->marks);
  thaw_strip_data_free (chart->strip);
  thaw_scatter_data_free (chart->scatter);
  g_free (chart);
}

void
thaw_chart_clear (ThawChart *chart)
{
  g_return_if_fail (chart);
  g_array_set_size (chart->lines, 0);
  g_array_set_size (chart->bands, 0);
  chart->gap[0] = chart->gap[1] = -1;
  thaw_chart_clear_notes (chart);
  if (chart->strip)
    thaw_strip_data_empty (chart->strip);
  if (chart->scatter)
    thaw_scatter_data_empty (chart->scatter);
}

/* --- axes --- */

void
thaw_chart_set_x_range (ThawChart *chart, double lo, double hi)
{
  g_return_if_fail (chart && thaw_plottable (lo) && thaw_plottable (hi) && lo < hi);
  chart->has_x_range = true;
  chart->x_lo = lo;
  chart->x_hi = hi;
}

void
thaw_chart_set_y_range (ThawChart *chart, double lo, double hi)
{
  g_return_if_fail (chart && thaw_plottable (lo) && thaw_plottable (hi) && lo < hi);
  chart->has_y_range = true;
  chart->y_lo = lo;
  chart->y_hi = hi;
}

void
thaw_chart_unset_x_range (ThawChart *chart)
{
  chart->has_x_range = false;
}

void
thaw_chart_unset_y_range (ThawChart *chart)
{
  chart->has_y_range = false;
}

void
thaw_chart_set_y_follow (ThawChart *chart, bool follow)
{
  chart->y_follow = follow;
}

void
thaw_chart_set_y_log (ThawChart *chart, bool log)
{
  chart->y_log = log;
}

void
thaw_chart_set_x_log (ThawChart *chart, bool log)
{
  chart->x_log = log;
}

void
thaw_chart_set_percent (ThawChart *chart, bool percent)
{
  chart->y_unit = percent ? THAW_UNIT_PERCENT : THAW_UNIT_NUMBER;
}

void
thaw_chart_set_x_unit (ThawChart *chart, ThawUnit unit)
{
  chart->has_x_unit = true;
  chart->x_unit = unit;
}

void
thaw_chart_set_y_unit (ThawChart *chart, ThawUnit unit)
{
  chart->y_unit = unit;
}

static void
replace (char **where, const char *text)
{
  if (text) {
    char *copy = g_strdup (text);
    g_free (*where);
    *where = copy;
  }
}

void
thaw_chart_set_labels (ThawChart *chart,
                       const char *title,
                       const char *x_label,
                       const char *y_label)
{
  g_return_if_fail (chart);
  replace (&chart->title, title);
  replace (&chart->x_label, x_label);
  replace (&chart->y_label, y_label);
}

void
thaw_chart_set_x_texts (ThawChart *chart, bool shown)
{
  chart->no_x_texts = !shown;
}

void
thaw_chart_set_x_label_drawn (ThawChart *chart, bool drawn)
{
  g_return_if_fail (chart);
  chart->no_x_label = !drawn;
}

void
thaw_chart_set_legend (ThawChart *chart, bool shown)
{
  chart->no_legend = !shown;
}

void
thaw_chart_set_compact (ThawChart *chart, bool compact)
{
  chart->compact = compact;
}
