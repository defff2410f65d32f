/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shades and marks of a chart, as data. */
#include "chart-private.h"

#include <math.h>

static void
clear_shade (gpointer shade)
{
  g_free (((ThawShade *) shade)->label);
}

static void
clear_mark (gpointer mark)
{
  g_free (((ThawMark *) mark)->label);
}

void
thaw_notes_init (ThawChart *chart)
{
  chart->shades = g_array_new (FALSE, FALSE, sizeof (ThawShade));
  chart->marks = g_array_new (FALSE, FALSE, sizeof (ThawMark));
  g_array_set_clear_func (chart->shades, clear_shade);
  g_array_set_clear_func (chart->marks, clear_mark);
}

void
thaw_chart_clear_notes (ThawChart *chart)
{
  g_array_set_size (chart->shades, 0);
  g_array_set_size (chart->marks, 0);
}

void
thaw_chart_shade (ThawChart *chart, double x0, double x1, const char *label)
{
  ThawShade shade;

  g_return_if_fail (chart && thaw_plottable (x0) && thaw_plottable (x1));
  shade = (ThawShade){MIN (x0, x1), MAX (x0, x1), g_strdup (label)};
  g_array_append_val (chart->shades, shade);
}

void
thaw_chart_add_mark (
    ThawChart *chart, ThawMarkKind kind, double x, double y, int hue, const char *label)
{
  ThawMark mark;

  g_return_if_fail (chart && thaw_plottable (x));
  mark = (ThawMark){kind, x, thaw_plottable (y) ? y : NAN, MAX (hue, -1), g_strdup (label)};
  g_array_append_val (chart->marks, mark);
}

void
thaw_chart_mark (ThawChart *chart, double x, const char *label)
{
  thaw_chart_add_mark (chart, THAW_MARK_LINE, x, NAN, -1, label);
}
