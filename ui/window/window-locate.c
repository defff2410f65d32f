/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data that was moved: where it is now is asked, looked into, and the run goes on only with the
 * very images that it began with. */
#include "engine.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

typedef struct {
  ThawWindow *window;
  char *id, *name, *fingerprint, *path;
} Locating;

static void
locating_free (Locating *locating)
{
  g_object_unref (locating->window);
  g_free (locating->id);
  g_free (locating->name);
  g_free (locating->fingerprint);
  g_free (locating->path);
  g_free (locating);
}

/* "fingerprint" of the first set of a list. (transfer full) (nullable) */
static char *
fingerprint_in (const char *json)
{
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonArray *sets =
      root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;
  JsonNode *set =
      sets != NULL && json_array_get_length (sets) > 0 ? json_array_get_element (sets, 0) : NULL;

  if (set == NULL || !JSON_NODE_HOLDS_OBJECT (set))
    return NULL;
  return g_strdup (
      json_object_get_string_member_with_default (json_node_get_object (set), "fingerprint", NULL));
}

static void
go_on (const Locating *locating)
{
  const char *args[] = {"resume", locating->id, "--data", locating->path, NULL};
  g_autoptr (GError) error = NULL;

  if (!thaw_engine_spawn (thaw_watch_home (locating->window->watch), args, &error))
    thaw_window_toast (locating->window, error->message, NULL, NULL);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  Locating *locating = user;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);
  g_autofree char *found = json != NULL ? fingerprint_in (json) : NULL;
  g_autofree char *text = NULL;

  if (locating->window->watch == NULL) {
    locating_free (locating);
    return; /* closed meanwhile */
  }
  if (error != NULL)
    text = g_strdup (error->message);
  else if (g_strcmp0 (found, locating->fingerprint) != 0)
    text = g_strdup_printf (_ ("These are not the images that “%s” was trained with: their "
                               "fingerprint is %.12s…, expected %.12s…"),
                            locating->name, found != NULL ? found : "–", locating->fingerprint);
  else
    go_on (locating);
  if (text != NULL)
    thaw_window_toast (locating->window, text, NULL, NULL);
  locating_free (locating);
}

static void
located_cb (GtkNativeDialog *dialog, int answer, ThawWindow *self)
{
  ThawRunItem *run = g_object_get_data (G_OBJECT (dialog), "thaw-run");
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (answer == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL && self->watch != NULL)
    thaw_window_locate (self, run, path);
  g_object_unref (dialog);
}

void
thaw_window_locate (ThawWindow *self, ThawRunItem *item, const char *path)
{
  const ThawRun *run = thaw_run_item_run (item);
  Locating *locating = g_new0 (Locating, 1);
  const char *args[] = {"datasets", path, "--json", NULL};

  locating->window = g_object_ref (self);
  locating->id = g_strdup (run->id);
  locating->name = g_strdup (run->name);
  locating->fingerprint = g_strdup (run->data_fingerprint);
  locating->path = g_strdup (path);
  thaw_window_toast (self, _ ("Looking into the data…"), NULL, NULL);
  thaw_engine_call (thaw_watch_home (self->watch), args, NULL, looked_cb, locating);
}

/* An archive is a file, every other set a folder. */
static bool
was_archive (const ThawRun *run)
{
  return run->data_path != NULL &&
         (g_str_has_suffix (run->data_path, ".gz") || g_str_has_suffix (run->data_path, ".tgz") ||
          g_str_has_suffix (run->data_path, ".tar"));
}

static void
locate_data_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  ThawRunItem *run = thaw_window_run (self);
  GtkFileChooserNative *chooser;

  if (run == NULL)
    return;
  chooser = thaw_window_new_chooser (self, _ ("Where the Data Is Now"),
                                     was_archive (thaw_run_item_run (run))
                                         ? GTK_FILE_CHOOSER_ACTION_OPEN
                                         : GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                     _ ("_Locate"));
  g_object_set_data_full (G_OBJECT (chooser), "thaw-run", g_object_ref (run), g_object_unref);
  g_signal_connect_object (chooser, "response", G_CALLBACK (located_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
thaw_window_install_locate_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.locate-data", NULL, locate_data_cb);
}
