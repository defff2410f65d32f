/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "application.h"
#include "thaw-ui.h"

struct _ThawApplication {
  AdwApplication parent_instance;
  char *version;
};

G_DEFINE_FINAL_TYPE (ThawApplication, thaw_application, ADW_TYPE_APPLICATION)

static void
thaw_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (thaw_application_parent_class)->startup (application);
  thaw_ui_init ();
}

static void
thaw_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (adw_application_window_new (GTK_APPLICATION (application)));
  gtk_window_present (window);
}

static void
thaw_application_finalize (GObject *object)
{
  g_free (THAW_APPLICATION (object)->version);
  G_OBJECT_CLASS (thaw_application_parent_class)->finalize (object);
}

static void
thaw_application_class_init (ThawApplicationClass *class)
{
  G_OBJECT_CLASS (class)->finalize = thaw_application_finalize;
  G_APPLICATION_CLASS (class)->startup = thaw_application_startup;
  G_APPLICATION_CLASS (class)->activate = thaw_application_activate;
}

static void
thaw_application_init (ThawApplication *self)
{
}

GApplication *
thaw_application_new (const char *version)
{
  ThawApplication *self =
      g_object_new (THAW_TYPE_APPLICATION, "application-id", THAW_APPLICATION_ID, NULL);

  self->version = g_strdup (version);
  return G_APPLICATION (self);
}
