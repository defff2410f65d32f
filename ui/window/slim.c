/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "slim.h"

enum { LEAST_PX = 340 }; /* of a window of 360 with its borders */

struct _ThawSlim {
  GtkWidget parent_instance;
};

static void thaw_slim_buildable_init (GtkBuildableIface *interface);
static GtkBuildableIface *parent_buildable;

G_DEFINE_FINAL_TYPE_WITH_CODE (ThawSlim,
                               thaw_slim,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, thaw_slim_buildable_init))

static void
thaw_slim_add_child (GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  if (GTK_IS_WIDGET (child))
    gtk_widget_set_parent (GTK_WIDGET (child), GTK_WIDGET (buildable));
  else
    parent_buildable->add_child (buildable, builder, child, type);
}

static void
thaw_slim_buildable_init (GtkBuildableIface *interface)
{
  parent_buildable = g_type_interface_peek_parent (interface);
  interface->add_child = thaw_slim_add_child;
}

static int
child_least (GtkWidget *child)
{
  int least;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

static void
thaw_slim_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
  if (child == NULL)
    return;
  if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
    for_size = MAX (for_size, child_least (child));
  gtk_widget_measure (child, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = MIN (*minimum, LEAST_PX);
}

static void
thaw_slim_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  if (child != NULL)
    gtk_widget_allocate (child, MAX (width, child_least (child)), height, baseline, NULL);
}

static void
thaw_slim_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (thaw_slim_parent_class)->dispose (object);
}

static void
thaw_slim_class_init (ThawSlimClass *class)
{
  G_OBJECT_CLASS (class)->dispose = thaw_slim_dispose;
  GTK_WIDGET_CLASS (class)->measure = thaw_slim_measure;
  GTK_WIDGET_CLASS (class)->size_allocate = thaw_slim_size_allocate;
}

static void
thaw_slim_init (ThawSlim *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}
