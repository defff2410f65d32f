/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that come and go: by chooser, by drop, from the command line. */
#include "draft.h"
#include "ending.h"
#include "engine.h"
#include "pages.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* format: with one %s for the file's name. */
static void
say (ThawWindow *self, GFile *file, const char *format)
{
  g_autofree char *name = g_file_get_basename (file);
  g_auto (GStrv) parts = g_strsplit (format, "%s", 2);
  g_autofree char *text = g_strjoinv (name, parts);

  thaw_window_toast (self, text, NULL, NULL);
}

static void
open_picture (ThawWindow *self, GFile *file)
{
  ThawRunItem *run = thaw_window_run (self);

  if (run != NULL && thaw_run_item_run (run)->epochs_done > 0)
    thaw_picture_present (GTK_WINDOW (self), self->watch, run, NULL, file);
  else
    say (self, file, _ ("%s: select a run that has learned something to try this picture"));
}

static void
open_weights (ThawWindow *self, GFile *file)
{
  say (self, file,
       _ ("%s: is a file of weights; a recipe begins with it: Backbone, Weights, File…"));
}

/* --- Recipes and data are looked at first: a wrong file changes nothing --- */

static void
recipe_read_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (ThawWindow) self = user;
  g_autofree char *path = g_file_get_path (G_FILE (source)), *json = NULL;
  g_autoptr (ThawRecipe) recipe = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  if (g_file_load_contents_finish (G_FILE (source), result, &json, &length, NULL, &error))
    recipe = thaw_recipe_parse (json, (gssize) length, path, thaw_catalogues (), &error);
  if (self->watch == NULL)
    return; /* closed meanwhile */
  if (recipe == NULL) {
    thaw_window_toast (self, error->message, NULL, NULL);
    return;
  }
  thaw_window_begin_draft (self);
  thaw_recipe_page_draft (self->draft, path);
}

static void
open_recipe (ThawWindow *self, GFile *file, const char *path)
{
  g_autofree char *trouble = thaw_recipe_file_trouble (path);

  if (trouble != NULL)
    thaw_window_toast (self, trouble, NULL, NULL);
  else
    g_file_load_contents_async (file, NULL, recipe_read_cb, g_object_ref (self));
}

static void
data_probed_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  GFile *file = user;
  g_autoptr (ThawWindow) self = g_object_get_data (user, "thaw-window");
  g_autoptr (GError) error = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);

  if (self->watch != NULL && json == NULL) {
    thaw_window_toast (self, error->message, NULL, NULL);
  } else if (self->watch != NULL) {
    bool fresh = self->draft == NULL;
    thaw_window_begin_draft (self);
    if (fresh)
      thaw_recipe_page_draft (self->draft, NULL);
    thaw_recipe_page_import (self->draft, file);
  }
  g_object_unref (file);
}

static void
open_data (ThawWindow *self, const char *path)
{
  const char *args[] = {"datasets", path, "--json", NULL};
  GFile *file = g_file_new_for_path (path);

  g_object_set_data (G_OBJECT (file), "thaw-window", g_object_ref (self));
  thaw_engine_call (thaw_watch_home (self->watch), args, NULL, data_probed_cb, file);
}

/* What kind of file it is, by its name: the content is judged by whoever reads it. */
void
thaw_window_open_file (ThawWindow *self, GFile *file)
{
  static const char *const pictures[] = {".png", ".jpg", ".jpeg", NULL};
  static const char *const weights[] = {".safetensors", ".pth", ".pt", NULL};
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *name = g_file_get_basename (file);

  if (!self->begun) /* the latest, as of runs */
    g_set_object (&self->wanted_file, file);
  else if (path == NULL)
    thaw_window_toast (self, _ ("Only files on this computer can be opened."), NULL, NULL);
  else if (thaw_ending_among (name, pictures))
    open_picture (self, file);
  else if (thaw_watch_state (self->watch) != THAW_WATCH_READY)
    thaw_window_toast (self, _ ("No run can be set up now: the store is not written to."), NULL,
                       NULL);
  else if (thaw_ending_among (name, weights))
    open_weights (self, file);
  else if (thaw_ending_among (name, thaw_recipe_endings))
    open_recipe (self, file, path);
  else
    open_data (self, path);
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

static void
open_file_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_bytestring (parameter));

  thaw_window_open_file (THAW_WINDOW (widget), file);
}

void
thaw_window_accept_drops (ThawWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self->toasts), GTK_EVENT_CONTROLLER (target));
}

/* --- Choosers --- */

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
  ThawWindow *self = THAW_WINDOW (widget);
  GtkFileChooserNative *chooser = thaw_window_new_chooser (
      self, _ ("Open a Recipe"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"));

  thaw_ending_add_filter (GTK_FILE_CHOOSER (chooser), _ ("Recipes"), thaw_recipe_endings);
  g_signal_connect_object (chooser, "response", G_CALLBACK (opened_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
import_data_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();
  ThawWindow *self = THAW_WINDOW (widget);
  GtkFileChooserNative *chooser = thaw_window_new_chooser (
      self, _ ("Import Data"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Import"));

  thaw_ending_add_filter (GTK_FILE_CHOOSER (chooser), _ ("Archives of data sets"),
                          thaw_archive_endings);
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), all);
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
  static const char *const endings[] = {".safetensors", ".pth", ".pt", NULL};
  const char *id = g_object_get_data (G_OBJECT (dialog), "thaw-run");
  GtkFileFilter *kind = gtk_file_chooser_get_filter (GTK_FILE_CHOOSER (dialog));
  bool torch = kind != NULL && g_strcmp0 (gtk_file_filter_get_name (kind), _ ("PyTorch")) == 0;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *chosen = NULL, *path = NULL;

  if (answer == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  chosen = file != NULL ? g_file_get_path (file) : NULL;
  if (chosen != NULL)
    path = thaw_ending_complete (chosen, endings, torch ? ".pth" : ".safetensors", &error);
  if (path != NULL && self->watch != NULL) {
    const char *args[] = {"export", id, "-o", path, NULL};
    thaw_engine_call (thaw_watch_home (self->watch), args, NULL, exported_cb, g_object_ref (self));
  } else if (error != NULL || (file != NULL && chosen == NULL)) {
    thaw_window_toast (self,
                       error != NULL ? error->message
                                     : _ ("Weights can be saved on this computer's disks only."),
                       NULL, NULL);
  }
  g_object_unref (dialog);
}

static void
export_weights_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const char *const safe[] = {".safetensors", NULL};
  static const char *const torch[] = {".pth", NULL};
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
  thaw_ending_add_filter (GTK_FILE_CHOOSER (chooser), _ ("Safetensors"), safe);
  thaw_ending_add_filter (GTK_FILE_CHOOSER (chooser), _ ("PyTorch"), torch);
  g_object_set_data_full (G_OBJECT (chooser), "thaw-run", g_strdup (thaw_run_item_id (run)),
                          g_free);
  g_signal_connect_object (chooser, "response", G_CALLBACK (export_answered_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
thaw_window_install_open_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.open-file", "ay", open_file_cb);
  gtk_widget_class_install_action (class, "win.open-recipe", NULL, open_recipe_cb);
  gtk_widget_class_install_action (class, "win.import-data", NULL, import_data_cb);
  gtk_widget_class_install_action (class, "win.import-folder", NULL, import_folder_cb);
  gtk_widget_class_install_action (class, "win.export-weights", NULL, export_weights_cb);
}
