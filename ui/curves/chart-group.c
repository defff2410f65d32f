/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chart-group.h"

#include "chart-view.h"

#include <math.h>

struct _ThawChartGroup {
  GObject parent_instance;
  GPtrArray *views; /* of ThawChartView, which take themselves out */
  ThawRange full, range;
  bool ranged, zoomed, aligned; /* ranged: the axis is known; without, each chart shows its own */
  double cursor;
};

G_DEFINE_FINAL_TYPE (ThawChartGroup, thaw_chart_group, G_TYPE_OBJECT)

static guint zoomed_signal;

static void
thaw_chart_group_finalize (GObject *object)
{
  g_ptr_array_unref (THAW_CHART_GROUP (object)->views);
  G_OBJECT_CLASS (thaw_chart_group_parent_class)->finalize (object);
}

static void
thaw_chart_group_class_init (ThawChartGroupClass *class)
{
  G_OBJECT_CLASS (class)->finalize = thaw_chart_group_finalize;
  zoomed_signal = g_signal_new ("zoomed", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
}

static void
thaw_chart_group_init (ThawChartGroup *self)
{
  self->views = g_ptr_array_new ();
  self->full = self->range = (ThawRange){0, 1};
  self->cursor = NAN;
}

ThawChartGroup *
thaw_chart_group_new (void)
{
  return g_object_new (THAW_TYPE_CHART_GROUP, NULL);
}

static void
show_range (ThawChartGroup *self)
{
  for (guint i = 0; i < self->views->len; i++) {
    ThawChart *chart = thaw_chart_view_chart (self->views->pdata[i]);
    if (self->ranged)
      thaw_chart_set_x_range (chart, self->range.lo, self->range.hi);
    thaw_chart_set_y_follow (chart, self->zoomed);
  }
  thaw_chart_group_changed (self);
}

void
thaw_chart_group_add (ThawChartGroup *self, ThawChartView *view)
{
  g_ptr_array_add (self->views, view);
  show_range (self);
}

void
thaw_chart_group_remove (ThawChartGroup *self, ThawChartView *view)
{
  g_ptr_array_remove (self->views, view);
  self->aligned = false;
}

const GPtrArray *
thaw_chart_group_views (ThawChartGroup *self)
{
  return self->views;
}

ThawRange
thaw_chart_group_full (ThawChartGroup *self)
{
  return self->full;
}

ThawRange
thaw_chart_group_range (ThawChartGroup *self)
{
  return self->range;
}

bool
thaw_chart_group_zoomed (ThawChartGroup *self)
{
  return self->zoomed;
}

static void
set_range (ThawChartGroup *self, ThawRange range)
{
  double slack = (self->full.hi - self->full.lo) * 1e-9;
  bool zoomed = range.lo > self->full.lo + slack || range.hi < self->full.hi - slack;

  if (!self->ranged ||
      (zoomed == self->zoomed && range.lo == self->range.lo && range.hi == self->range.hi))
    return;
  self->range = zoomed ? range : self->full;
  self->zoomed = zoomed;
  show_range (self);
  g_signal_emit (self, zoomed_signal, 0);
}

void
thaw_chart_group_set_full (ThawChartGroup *self, ThawRange full)
{
  ThawRange range = self->range;
  bool at_end = self->zoomed && range.hi >= self->full.hi;

  if (!(full.hi > full.lo) ||
      (self->ranged && full.lo == self->full.lo && full.hi == self->full.hi))
    return;
  self->ranged = true;
  self->full = full;
  if (!self->zoomed) {
    self->range = full;
    show_range (self);
    return;
  }
  if (at_end)
    range = (ThawRange){range.lo + full.hi - range.hi, full.hi};
  set_range (self, thaw_range_pan (range, full, 0));
}

void
thaw_chart_group_zoom (ThawChartGroup *self, double at, double factor)
{
  set_range (self, thaw_range_zoom (self->range, self->full, at, factor));
}

void
thaw_chart_group_pan (ThawChartGroup *self, double by)
{
  if (self->zoomed)
    set_range (self, thaw_range_pan (self->range, self->full, by));
}

void
thaw_chart_group_show (ThawChartGroup *self, ThawRange range)
{
  set_range (self, thaw_range_pan (range, self->full, 0));
}

void
thaw_chart_group_reset (ThawChartGroup *self)
{
  set_range (self, self->full);
}

void
thaw_chart_group_set_cursor (ThawChartGroup *self, double x)
{
  if (x == self->cursor || (isnan (x) && isnan (self->cursor)))
    return;
  self->cursor = x;
  for (guint i = 0; i < self->views->len; i++)
    gtk_widget_queue_draw (self->views->pdata[i]);
}

double
thaw_chart_group_cursor (ThawChartGroup *self)
{
  return self->cursor;
}

void
thaw_chart_group_changed (ThawChartGroup *self)
{
  self->aligned = false;
  for (guint i = 0; i < self->views->len; i++)
    thaw_chart_view_changed (self->views->pdata[i]);
}

void
thaw_chart_group_align (ThawChartGroup *self, const ThawPlotStyle *style)
{
  g_autofree ThawChart **charts = g_new (ThawChart *, MAX (self->views->len, 1));
  g_autofree double *heights = g_new (double, MAX (self->views->len, 1));
  size_t n = 0;

  if (self->aligned)
    return;
  self->aligned = true;
  for (guint i = 0; i < self->views->len; i++) {
    GtkWidget *view = self->views->pdata[i];
    if (!gtk_widget_get_visible (view))
      continue;
    charts[n] = thaw_chart_view_chart (self->views->pdata[i]);
    heights[n++] = gtk_widget_get_height (view);
  }
  thaw_charts_align (charts, n, heights, style);
}
