/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "holder.h"

struct _ThawHolder {
  GtkWidget parent_instance;
  int most_minimum, natural; /* px */
};

enum { PROP_0, PROP_MOST_MINIMUM, PROP_NATURAL, N_PROPS };
static GParamSpec *props[N_PROPS];

static void thaw_holder_buildable_init (GtkBuildableIface *interface);
static GtkBuildableIface *parent_buildable;

G_DEFINE_FINAL_TYPE_WITH_CODE (ThawHolder,
                               thaw_holder,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE,
                                                      thaw_holder_buildable_init))

static void
thaw_holder_add_child (GtkBuildable *buildable,
                       GtkBuilder *builder,
                       GObject *child,
                       const char *type)
{
  if (GTK_IS_WIDGET (child))
    gtk_widget_set_parent (GTK_WIDGET (child), GTK_WIDGET (buildable));
  else
    parent_buildable->add_child (buildable, builder, child, type);
}

static void
thaw_holder_buildable_init (GtkBuildableIface *interface)
{
  parent_buildable = g_type_interface_peek_parent (interface);
  interface->add_child = thaw_holder_add_child;
}

static int
child_least (GtkWidget *child)
{
  int least;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

static void
thaw_holder_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  const ThawHolder *self = THAW_HOLDER (widget);
  GtkWidget *child = gtk_widget_get_first_child (widget);

  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
  if (child == NULL)
    return;
  if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
    for_size = MAX (for_size, child_least (child));
  gtk_widget_measure (child, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    return;
  if (self->natural > 0)
    *natural = MAX (*minimum, self->natural);
  if (self->most_minimum > 0)
    *minimum = MIN (*minimum, self->most_minimum);
}

static void
thaw_holder_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  if (child != NULL)
    gtk_widget_allocate (child, MAX (width, child_least (child)), height, baseline, NULL);
}

static void
thaw_holder_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ThawHolder *self = THAW_HOLDER (object);

  switch (id) {
  case PROP_MOST_MINIMUM:
    self->most_minimum = g_value_get_int (value);
    gtk_widget_set_overflow (GTK_WIDGET (self),
                             self->most_minimum > 0 ? GTK_OVERFLOW_HIDDEN : GTK_OVERFLOW_VISIBLE);
    break;
  case PROP_NATURAL:
    self->natural = g_value_get_int (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
thaw_holder_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (thaw_holder_parent_class)->dispose (object);
}

static void
thaw_holder_class_init (ThawHolderClass *class)
{
  GObjectClass *object = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;

  object->dispose = thaw_holder_dispose;
  object->set_property = thaw_holder_set_property;
  GTK_WIDGET_CLASS (class)->measure = thaw_holder_measure;
  GTK_WIDGET_CLASS (class)->size_allocate = thaw_holder_size_allocate;
  props[PROP_MOST_MINIMUM] = g_param_spec_int ("most-minimum", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_NATURAL] = g_param_spec_int ("natural", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object, N_PROPS, props);
}

static void
thaw_holder_init (ThawHolder *self)
{
}
