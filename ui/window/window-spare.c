/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of a new run is big: making it, and laying its words out for the first time, takes
 * longer than a click may. So the next one is made before anybody asks, when nothing else happens,
 * and measured in slices; what widgets were measured to be is remembered by GTK. */
#include "pages.h"
#include "window-private.h"

#define REST_MS 700 /* after what the user wanted */
#define SLICE_US 3000

static void
collect (GtkWidget *widget, GPtrArray *found)
{
  g_ptr_array_add (found, g_object_ref (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, found);
}

static void measure_soon (ThawWindow *self, GtkWidget *page);

static gboolean
measure_cb (gpointer data)
{
  ThawWindow *self = data;
  gint64 until = g_get_monotonic_time () + SLICE_US;

  while (self->unmeasured->len > 0 && g_get_monotonic_time () < until) {
    g_autoptr (GtkWidget) widget =
        g_ptr_array_steal_index (self->unmeasured, self->unmeasured->len - 1);
    int least;
    if (gtk_widget_get_root (widget) != NULL)
      gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  }
  if (self->unmeasured->len > 0)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->unmeasured, g_ptr_array_unref);
  self->spare_source = 0;
  if (self->recipe == NULL) /* so that the first look at a run's recipe is a short one as well */
    measure_soon (self, thaw_window_need_recipe (self));
  return G_SOURCE_REMOVE;
}

static void
measure_soon (ThawWindow *self, GtkWidget *page)
{
  self->unmeasured = g_ptr_array_new_with_free_func (g_object_unref);
  collect (page, self->unmeasured);
  self->spare_source = g_idle_add_full (G_PRIORITY_LOW, measure_cb, self, NULL);
}

/* What the page shows at first; the rest is added, and measured, when it is seen. */
static gboolean
begin_measuring_cb (gpointer data)
{
  ThawWindow *self = data;

  measure_soon (self, self->spare);
  return G_SOURCE_REMOVE;
}

static GtkWidget *
make (ThawWindow *self)
{
  GtkWidget *page = thaw_recipe_page_new (self->watch);

  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (self->draft_box, page);
  return page;
}

static gboolean
make_cb (gpointer data)
{
  ThawWindow *self = data;

  self->spare_source = 0;
  if (self->draft != NULL || gtk_widget_get_first_child (GTK_WIDGET (self->draft_box)) != NULL)
    return G_SOURCE_REMOVE;
  self->spare = make (self);
  self->spare_source = g_timeout_add_full (G_PRIORITY_LOW, REST_MS, begin_measuring_cb, self, NULL);
  return G_SOURCE_REMOVE;
}

void
thaw_window_make_spare_soon (ThawWindow *self)
{
  if (self->spare == NULL && self->draft == NULL && self->spare_source == 0)
    self->spare_source = g_timeout_add_full (G_PRIORITY_LOW, REST_MS, make_cb, self, NULL);
}

static void
stop (ThawWindow *self)
{
  g_clear_handle_id (&self->spare_source, g_source_remove);
  g_clear_pointer (&self->unmeasured, g_ptr_array_unref);
}

GtkWidget *
thaw_window_take_spare (ThawWindow *self)
{
  stop (self);
  return self->spare != NULL ? g_steal_pointer (&self->spare) : make (self);
}

void
thaw_window_drop_spare (ThawWindow *self)
{
  stop (self);
  if (self->spare != NULL)
    gtk_box_remove (self->draft_box, g_steal_pointer (&self->spare));
}
