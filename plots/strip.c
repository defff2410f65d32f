/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thaw strip as data: rows of cells, the learning rate over them, edges that can be dragged. */
#include "chart-private.h"

#include <math.h>

static void
forget_moved (ThawStrip *strip)
{
  for (guint i = 0; i < strip->rows->len; i++)
    strip->moved[i] = NAN;
}

ThawStrip *
thaw_strip_data_new (const char *const *rows, size_t n)
{
  ThawStrip *strip = g_new0 (ThawStrip, 1);

  strip->rows = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < n; i++)
    g_ptr_array_add (strip->rows, g_strdup (rows[i] ? rows[i] : ""));
  strip->moved = g_new (double, MAX (n, 1));
  strip->cells = g_array_new (FALSE, FALSE, sizeof (ThawCell));
  strip->edges = g_array_new (FALSE, FALSE, sizeof (ThawEdgeHandle));
  strip->active = -1;
  forget_moved (strip);
  return strip;
}

void
thaw_strip_data_empty (ThawStrip *strip)
{
  g_array_set_size (strip->cells, 0);
  g_array_set_size (strip->edges, 0);
  g_clear_pointer (&strip->rate, thaw_series_unref);
  forget_moved (strip);
}

void
thaw_strip_data_free (ThawStrip *strip)
{
  if (!strip)
    return;
  g_ptr_array_unref (strip->rows);
  g_free (strip->moved);
  g_array_unref (strip->cells);
  g_array_unref (strip->edges);
  thaw_series_unref (strip->rate);
  g_free (strip);
}

ThawChart *
thaw_strip_new (const char *title, const char *x_label, const char *const *rows, size_t n_rows)
{
  ThawChart *chart = thaw_chart_new (title, x_label, "");

  chart->kind = THAW_CHART_STRIP;
  chart->strip = thaw_strip_data_new (rows, n_rows);
  return chart;
}

size_t
thaw_strip_n_rows (const ThawChart *strip)
{
  g_return_val_if_fail (strip && strip->strip, 0);
  return strip->strip->rows->len;
}

void
thaw_strip_add_cell (
    ThawChart *strip, size_t row, double x0, double x1, ThawCellKind kind, double rate)
{
  ThawCell cell = {row, x0, x1, rate >= 0 && thaw_plottable (rate) ? rate : 0, kind}, *last;

  g_return_if_fail (strip && strip->strip && row < strip->strip->rows->len);
  g_return_if_fail (thaw_plottable (x0) && thaw_plottable (x1));
  if (!(x1 > x0))
    return;
  if (strip->strip->cells->len > 0) {
    last = &g_array_index (strip->strip->cells, ThawCell, strip->strip->cells->len - 1);
    if (last->row == row && last->kind == kind && last->rate == cell.rate && last->x1 == x0) {
      last->x1 = x1;
      return;
    }
  }
  g_array_append_val (strip->strip->cells, cell);
}

void
thaw_strip_set_rate (ThawChart *strip, ThawSeries *rate, bool log)
{
  g_return_if_fail (strip && strip->strip);
  if (rate)
    thaw_series_ref (rate);
  thaw_series_unref (strip->strip->rate);
  strip->strip->rate = rate;
  strip->strip->rate_log = log;
}

void
thaw_strip_set_moved (ThawChart *strip, size_t row, double distance)
{
  g_return_if_fail (strip && strip->strip && row < strip->strip->rows->len);
  strip->strip->moved[row] = thaw_plottable (distance) && distance >= 0 ? distance : NAN;
}
