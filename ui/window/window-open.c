/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that come and go: by chooser, by drop, from the command line. */
#include "engine.h"
#include "pages.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- What kind of file it is, by its name: the content is judged by whoever reads it --- */

static bool
ends_with (const char *name, const char *const *endings)
{
  g_autofree char *small = g_ascii_strdown (name, -1);

  for (; *endings != NULL; endings++)
    if (g_str_has_suffix (small, *endings))
      return true;
  return false;
}

void
thaw_window_open_file (ThawWindow *self, GFile *file)
{
  static const char *const pictures[] = {".png", ".jpg", ".jpeg", NULL};
  static const char *const recipes[] = {".json", NULL};
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *name = g_file_get_basename (file);

  if (path == NULL) {
    thaw_window_toast (self, _ ("Only files on this computer can be opened."), NULL, NULL);
  } else if (ends_with (name, pictures)) {
    ThawRunItem *run = thaw_window_run (self);
    if (run != NULL && thaw_run_item_run (run)->epochs_done > 0)
      thaw_picture_present (GTK_WINDOW (self), self->watch, run, NULL, file);
    else
      thaw_window_toast (self, _ ("Select a run that has learned something to try a picture."),
                         NULL, NULL);
  } else if (ends_with (name, recipes)) {
    thaw_window_begin_draft (self);
    thaw_recipe_page_draft (self->draft, path);
  } else {
    bool fresh = self->draft == NULL;
    thaw_window_begin_draft (self);
    if (fresh)
      thaw_recipe_page_draft (self->draft, NULL);
    thaw_recipe_page_import (self->draft, file);
  }
}

/* --- Drops --- */

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, ThawWindow *self)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  thaw_window_open_file (self, files->data);
  return TRUE;
}

void
thaw_window_accept_drops (ThawWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self->toasts), GTK_EVENT_CONTROLLER (target));
}

/* --- Choosers --- */

static GtkFileFilter *
new_filter (const char *name, const char *const *patterns)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (; *patterns != NULL; patterns++)
    gtk_file_filter_add_pattern (filter, *patterns);
  return filter;
}

static void
add_filter (GtkFileChooserNative *chooser, const char *name, const char *const *patterns)
{
  g_autoptr (GtkFileFilter) filter = new_filter (name, patterns);

  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
}

static void
opened_cb (GtkNativeDialog *dialog, int answer, ThawWindow *self)
{
  g_autoptr (GFile) file = NULL;

  if (answer == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  if (file != NULL && self->watch != NULL)
    thaw_window_open_file (self, file);
  g_object_unref (dialog);
}

/* A native dialog is kept by nobody but us until it has been answered. */
GtkFileChooserNative *
thaw_window_new_chooser (ThawWindow *self,
                         const char *title,
                         GtkFileChooserAction action,
                         const char *accept)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, accept, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  return chooser;
}

static void
open_recipe_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const char *const patterns[] = {"*.json", NULL};
  ThawWindow *self = THAW_WINDOW (widget);
  GtkFileChooserNative *chooser = thaw_window_new_chooser (
      self, _ ("Open a Recipe"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"));

  add_filter (chooser, _ ("Recipes"), patterns);
  g_signal_connect_object (chooser, "response", G_CALLBACK (opened_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
import_data_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const char *const archives[] = {"*.tar.gz", "*.tgz", "*.tar", "*.zip", NULL};
  static const char *const all[] = {"*", NULL};
  ThawWindow *self = THAW_WINDOW (widget);
  GtkFileChooserNative *chooser = thaw_window_new_chooser (
      self, _ ("Import Data"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Import"));

  add_filter (chooser, _ ("Archives"), archives);
  add_filter (chooser, _ ("All Files"), all);
  g_signal_connect_object (chooser, "response", G_CALLBACK (opened_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
import_folder_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawWindow *self = THAW_WINDOW (widget);
  GtkFileChooserNative *chooser =
      thaw_window_new_chooser (self, _ ("Import a Folder of Pictures"),
                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Import"));

  g_signal_connect_object (chooser, "response", G_CALLBACK (opened_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- Weights --- */

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (ThawWindow) self = user;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = thaw_engine_call_finish (result, &error);

  thaw_window_toast (self, out != NULL ? _ ("Weights exported") : error->message, NULL, NULL);
}

static void
export_answered_cb (GtkNativeDialog *dialog, int answer, ThawWindow *self)
{
  const char *id = g_object_get_data (G_OBJECT (dialog), "thaw-run");
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (answer == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL && self->watch != NULL) {
    const char *args[] = {"export", id, "-o", path, NULL};
    thaw_engine_call (thaw_watch_home (self->watch), args, NULL, exported_cb, g_object_ref (self));
  }
  g_object_unref (dialog);
}

static void
export_weights_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const char *const safe[] = {"*.safetensors", NULL};
  static const char *const torch[] = {"*.pth", NULL};
  ThawWindow *self = THAW_WINDOW (widget);
  ThawRunItem *run = thaw_window_run (self);
  GtkFileChooserNative *chooser;
  g_autofree char *file_name = NULL;

  if (run == NULL)
    return;
  chooser = thaw_window_new_chooser (self, _ ("Export Weights"), GTK_FILE_CHOOSER_ACTION_SAVE,
                                     _ ("_Export"));
  file_name = g_strconcat (thaw_run_item_run (run)->name, ".safetensors", NULL);
  g_strdelimit (file_name, "/\\:", '-');
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), file_name);
  add_filter (chooser, _ ("Safetensors"), safe);
  add_filter (chooser, _ ("PyTorch"), torch);
  g_object_set_data_full (G_OBJECT (chooser), "thaw-run", g_strdup (thaw_run_item_id (run)),
                          g_free);
  g_signal_connect_object (chooser, "response", G_CALLBACK (export_answered_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
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
thaw_window_install_open_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.open-recipe", NULL, open_recipe_cb);
  gtk_widget_class_install_action (class, "win.import-data", NULL, import_data_cb);
  gtk_widget_class_install_action (class, "win.import-folder", NULL, import_folder_cb);
  gtk_widget_class_install_action (class, "win.export-weights", NULL, export_weights_cb);
  gtk_widget_class_install_action (class, "win.open-home", NULL, open_home_cb);
}
