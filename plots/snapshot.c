/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of a chart for another thread. */
#include "chart-private.h"

static void
copy_lines (const ThawChart *chart, ThawChart *copy)
{
  for (guint i = 0; i < chart->lines->len; i++) {
    const ThawLine *line = thaw_chart_line (chart, i);
    g_autoptr (ThawSeries) series = thaw_series_copy (line->series);
    thaw_chart_add_line (copy, series, &line->look);
  }
  for (guint i = 0; i < chart->bands->len; i++) {
    const ThawBand *band = &g_array_index (chart->bands, ThawBand, i);
    g_autoptr (ThawSeries) lower = thaw_series_copy (band->lower);
    g_autoptr (ThawSeries) upper = thaw_series_copy (band->upper);
    thaw_chart_add_band (copy, lower, upper, band->hue, band->label);
  }
}

static void
copy_notes (const ThawChart *chart, ThawChart *copy)
{
  for (guint i = 0; i < chart->shades->len; i++) {
    const ThawShade *shade = &g_array_index (chart->shades, ThawShade, i);
    thaw_chart_shade (copy, shade->x0, shade->x1, shade->label);
  }
  for (guint i = 0; i < chart->marks->len; i++) {
    const ThawMark *mark = &g_array_index (chart->marks, ThawMark, i);
    thaw_chart_add_mark (copy, mark->kind, mark->x, mark->y, mark->hue, mark->label);
  }
}

static ThawStrip *
copy_strip (const ThawStrip *strip)
{
  ThawStrip *copy =
      thaw_strip_data_new ((const char *const *) strip->rows->pdata, strip->rows->len);

  for (guint i = 0; i < strip->rows->len; i++)
    copy->moved[i] = strip->moved[i];
  g_array_append_vals (copy->cells, strip->cells->data, strip->cells->len);
  g_array_append_vals (copy->edges, strip->edges->data, strip->edges->len);
  copy->rate = strip->rate ? thaw_series_copy (strip->rate) : NULL;
  copy->rate_log = strip->rate_log;
  return copy;
}

static void
copy_scatter (const ThawChart *chart, ThawChart *copy)
{
  copy->scatter = thaw_scatter_data_new ();
  for (guint i = 0; i < chart->scatter->dots->len; i++)
    thaw_scatter_add_dot (copy, thaw_scatter_dot (chart, i));
  thaw_scatter_set_frontier (copy, chart->scatter->frontier, chart->scatter->frontier_label);
}

ThawChart *
thaw_chart_snapshot (const ThawChart *chart)
{
  ThawChart *copy, fresh;

  g_return_val_if_fail (chart, NULL);
  copy = thaw_chart_new (chart->title, chart->x_label, chart->y_label);
  fresh = *copy;
  *copy = *chart; /* what is plain; the rest is its own */
  copy->title = fresh.title;
  copy->x_label = fresh.x_label;
  copy->y_label = fresh.y_label;
  copy->lines = fresh.lines;
  copy->bands = fresh.bands;
  copy->shades = fresh.shades;
  copy->marks = fresh.marks;
  copy->strip = NULL;
  copy->scatter = NULL;
  copy_lines (chart, copy);
  copy_notes (chart, copy);
  if (chart->strip)
    copy->strip = copy_strip (chart->strip);
  if (chart->scatter)
    copy_scatter (chart, copy);
  return copy;
}
