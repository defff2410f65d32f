/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart is silent to screen readers unless it says what it shows. Its label is its name, or the
 * focused point while there is one, since readers say at once when the label of what has the focus
 * changes; its description is the chart in a few sentences. */
#include "chart-view-private.h"

#define SOON_MS 1000 /* a live chart is said anew at most so often */

void
thaw_chart_view_describe (ThawChartView *self)
{
  g_autofree char *sentence = thaw_chart_describe (self->chart);
  g_autofree char *point =
      self->hit.line >= 0 ? thaw_chart_point_text (self->chart, &self->hit) : NULL;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  point != NULL ? point : self->name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
}

static gboolean
describe_cb (gpointer data)
{
  ThawChartView *self = data;

  self->describe_id = 0;
  if (self->chart != NULL)
    thaw_chart_view_describe (self);
  return G_SOURCE_REMOVE;
}

void
thaw_chart_view_describe_soon (ThawChartView *self)
{
  if (self->describe_id == 0)
    self->describe_id = g_timeout_add_full (G_PRIORITY_LOW, SOON_MS, describe_cb, self, NULL);
}
