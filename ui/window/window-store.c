/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store that is newer, damaged or none at all: its folder, and a new store beside it. */
#include "engine.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>

bool
thaw_window_can_begin_store (ThawWindow *self)
{
  return thaw_watch_store_lost (self->watch);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (ThawWindow) self = user;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = thaw_engine_call_finish (result, &error);

  if (self->watch != NULL)
    thaw_window_toast (self,
                       out != NULL
                           ? _ ("A new store has begun. The one before stays beside it, as it was.")
                           : error->message,
                       NULL, NULL);
}

static void
new_store_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const char *const args[] = {"store", "--begin", "--json", NULL};
  ThawWindow *self = THAW_WINDOW (widget);

  thaw_engine_call (thaw_watch_home (self->watch), args, NULL, begun_cb, g_object_ref (self));
}

static void
open_home_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  g_autofree char *uri = g_filename_to_uri (thaw_watch_home (self->watch), NULL, NULL);

  if (uri != NULL)
    gtk_show_uri (GTK_WINDOW (self), uri, GDK_CURRENT_TIME);
}

void
thaw_window_install_store_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.new-store", NULL, new_store_cb);
  gtk_widget_class_install_action (class, "win.open-home", NULL, open_home_cb);
}
