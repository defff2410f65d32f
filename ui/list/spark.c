/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spark.h"

#include "plot-look.h"

enum { WIDTH_PX = 56, HEIGHT_PX = 22 };

struct _ThawSpark {
  GtkWidget parent_instance;
  ThawRunItem *item;
};

G_DEFINE_FINAL_TYPE (ThawSpark, thaw_spark, GTK_TYPE_WIDGET)

static void
thaw_spark_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  ThawSpark *self = THAW_SPARK (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  ThawPlotStyle look;
  const float *values;
  size_t n = 0;
  cairo_t *cr;

  if (self->item == NULL)
    return;
  values = thaw_run_item_spark (self->item, &n);
  if (n == 0)
    return;
  look = thaw_plot_look (widget);
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  thaw_sparkline_draw (cr, 1, 2, width - 4, height - 4, values, n, 0, 0,
                       look.hues[thaw_run_item_hue (self->item)], 1.5);
  cairo_destroy (cr);
}

static void
thaw_spark_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH_PX : HEIGHT_PX;
  *minimum_baseline = *natural_baseline = -1;
}

void
thaw_spark_set_item (ThawSpark *self, ThawRunItem *item)
{
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, gtk_widget_queue_draw, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    g_signal_connect_object (item, "changed", G_CALLBACK (gtk_widget_queue_draw), self,
                             G_CONNECT_SWAPPED);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
thaw_spark_dispose (GObject *object)
{
  ThawSpark *self = THAW_SPARK (object);

  if (self->item != NULL)
    thaw_spark_set_item (self, NULL);
  G_OBJECT_CLASS (thaw_spark_parent_class)->dispose (object);
}

static void
thaw_spark_class_init (ThawSparkClass *class)
{
  G_OBJECT_CLASS (class)->dispose = thaw_spark_dispose;
  GTK_WIDGET_CLASS (class)->snapshot = thaw_spark_snapshot;
  GTK_WIDGET_CLASS (class)->measure = thaw_spark_measure;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
thaw_spark_init (ThawSpark *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  thaw_plot_look_follow (GTK_WIDGET (self));
}
