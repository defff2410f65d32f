/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pane.h"

enum { NATURAL_PX = 400 }; /* with the list's 300 and the line between: folds below 700 */

struct _ThawPane {
  GtkWidget parent_instance;
};

static void thaw_pane_buildable_init (GtkBuildableIface *interface);
static GtkBuildableIface *parent_buildable;

G_DEFINE_FINAL_TYPE_WITH_CODE (ThawPane,
                               thaw_pane,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, thaw_pane_buildable_init))

static void
thaw_pane_add_child (GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  if (GTK_IS_WIDGET (child))
    gtk_widget_set_parent (GTK_WIDGET (child), GTK_WIDGET (buildable));
  else
    parent_buildable->add_child (buildable, builder, child, type);
}

static void
thaw_pane_buildable_init (GtkBuildableIface *interface)
{
  parent_buildable = g_type_interface_peek_parent (interface);
  interface->add_child = thaw_pane_add_child;
}

static void
thaw_pane_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  *minimum = *natural = 0;
  if (child != NULL)
    gtk_widget_measure (child, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = MAX (*minimum, NATURAL_PX);
  *minimum_baseline = *natural_baseline = -1;
}

static void
thaw_pane_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  if (child != NULL)
    gtk_widget_allocate (child, width, height, baseline, NULL);
}

static void
thaw_pane_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (thaw_pane_parent_class)->dispose (object);
}

static void
thaw_pane_class_init (ThawPaneClass *class)
{
  G_OBJECT_CLASS (class)->dispose = thaw_pane_dispose;
  GTK_WIDGET_CLASS (class)->measure = thaw_pane_measure;
  GTK_WIDGET_CLASS (class)->size_allocate = thaw_pane_size_allocate;
}

static void
thaw_pane_init (ThawPane *self)
{
}
