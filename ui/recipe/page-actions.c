/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What keys, buttons, drops and tests do on the recipe page. */
#include "ending.h"
#include "page.h"
#include "rate-window.h"

#include <glib/gi18n-lib.h>

static ThawRecipePage *
page (GtkWidget *widget)
{
  return THAW_RECIPE_PAGE (widget);
}

static void
undo (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_draft_undo (page (widget)->draft);
}

static void
redo (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_draft_redo (page (widget)->draft);
}

static void
start (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_recipe_page_start (widget);
}

static void
copy_command (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_recipe_page_copy_command (widget);
}

static void
duplicate (GtkWidget *widget, const char *name, GVariant *parameter)
{
  /* the window has a place for drafts; alone, the page becomes one */
  if (!gtk_widget_activate_action (widget, "win.duplicate", NULL) && page (widget)->item != NULL)
    thaw_recipe_page_duplicate (widget, page (widget)->item);
}

static void
preset (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_recipe_page_draft (widget, g_variant_get_string (parameter, NULL));
}

static void
show_field (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_recipe_page_show_field (page (widget), g_variant_get_string (parameter, NULL), NULL);
}

/* The check itself, wherever it stands now. */
static void
show_check (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_child_focus (page (widget)->answers[2], GTK_DIR_TAB_FORWARD);
}

void
thaw_recipe_page_find_rate (GtkWidget *widget)
{
  ThawRecipePage *self = page (widget);
  GtkNative *root = gtk_widget_get_native (widget);

  if (GTK_IS_WINDOW (root))
    thaw_rate_window_present (GTK_WINDOW (root), self->draft, thaw_watch_home (self->watch));
}

static void
find_rate (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_recipe_page_find_rate (widget);
}

/* --- Files --- */

static void
show_dialog (ThawRecipePage *self, GtkFileChooserNative *dialog, GCallback response)
{
  g_set_object (&self->dialog, dialog);
  g_object_unref (dialog);
  g_signal_connect_object (dialog, "response", response, self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static GtkFileChooserNative *
dialog_new (ThawRecipePage *self,
            const char *title,
            GtkFileChooserAction action,
            const char *accept)
{
  GtkNative *root = gtk_widget_get_native (GTK_WIDGET (self));

  return gtk_file_chooser_native_new (title, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                      action, accept, _ ("_Cancel"));
}

static void
import_cb (GtkNativeDialog *dialog, int response, ThawRecipePage *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    thaw_recipe_page_import (GTK_WIDGET (self), file);
}

static void
import_file (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkFileChooserNative *dialog =
      dialog_new (page (widget), _ ("Import Data"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Import"));

  thaw_ending_add_filter (GTK_FILE_CHOOSER (dialog), _ ("Archives of data sets"),
                          thaw_archive_endings);
  show_dialog (page (widget), dialog, G_CALLBACK (import_cb));
}

static void
import_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_dialog (page (widget),
               dialog_new (page (widget), _ ("Import a Folder of Data"),
                           GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Import")),
               G_CALLBACK (import_cb));
}

/* As what was there was: an archive, or a folder. */
static void
locate_data (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *path = thaw_draft_data_path (page (widget)->draft);
  bool archive =
      path != NULL && (g_str_has_suffix (path, ".gz") || g_str_has_suffix (path, ".tgz") ||
                       g_str_has_suffix (path, ".tar"));

  if (archive)
    import_file (widget, name, parameter);
  else
    import_folder (widget, name, parameter);
}

static void
open_cb (GtkNativeDialog *dialog, int response, ThawRecipePage *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    thaw_recipe_page_open_recipe (self, path);
}

static void
open_recipe (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkFileChooserNative *dialog =
      dialog_new (page (widget), _ ("Open Recipe"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"));

  thaw_ending_add_filter (GTK_FILE_CHOOSER (dialog), _ ("Recipes"), thaw_recipe_endings);
  show_dialog (page (widget), dialog, G_CALLBACK (open_cb));
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawRecipePage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *text = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    text = g_strdup_printf (_ ("Saved as “%s”"), name);
  thaw_toast (GTK_WIDGET (self), text != NULL ? text : error->message, NULL, NULL);
}

static void
save_cb (GtkNativeDialog *dialog, int response, ThawRecipePage *self)
{
  g_autoptr (GFile) chosen = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = chosen != NULL ? g_file_get_path (chosen) : NULL, *whole = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  char *json;

  if (response != GTK_RESPONSE_ACCEPT || chosen == NULL)
    return;
  whole = path != NULL ? thaw_ending_complete (path, thaw_recipe_endings, ".thaw-recipe", &error)
                       : NULL;
  if (error != NULL) {
    thaw_toast (GTK_WIDGET (self), error->message, NULL, NULL);
    return;
  }
  file = whole != NULL ? g_file_new_for_path (whole) : g_object_ref (chosen);
  json = thaw_recipe_write (thaw_draft_recipe (self->draft));
  bytes = g_bytes_new_take (json, strlen (json));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, saved_cb,
                                       g_object_ref (self));
}

/* A file name of what people wrote. (transfer full) */
static char *
file_name (const char *title)
{
  GString *name = g_string_new (NULL);

  for (const char *p = title; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)))
      g_string_append_unichar (name, g_unichar_tolower (g_utf8_get_char (p)));
    else if (name->len > 0 && name->str[name->len - 1] != '-')
      g_string_append_c (name, '-');
  while (name->len > 0 && name->str[name->len - 1] == '-')
    g_string_truncate (name, name->len - 1);
  g_string_append (name, name->len > 0 ? ".thaw-recipe" : "recipe.thaw-recipe");
  return g_string_free (name, FALSE);
}

static void
save_recipe (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawRecipePage *self = page (widget);
  GtkFileChooserNative *dialog =
      dialog_new (self, _ ("Save Recipe"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"));
  g_autofree char *suggested = file_name (thaw_draft_recipe (self->draft)->name);

  thaw_ending_add_filter (GTK_FILE_CHOOSER (dialog), _ ("Recipes"), thaw_recipe_endings);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), suggested);
  show_dialog (self, dialog, G_CALLBACK (save_cb));
}

/* --- All of them --- */

void
thaw_recipe_page_install_actions (GtkWidgetClass *klass)
{
  static const struct {
    const char *name, *type;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
      {"recipe.undo", NULL, undo},
      {"recipe.redo", NULL, redo},
      {"recipe.start", NULL, start},
      {"recipe.copy-command", NULL, copy_command},
      {"recipe.duplicate", NULL, duplicate},
      {"recipe.preset", "s", preset},
      {"recipe.show-field", "s", show_field},
      {"recipe.show-check", NULL, show_check},
      {"recipe.find-rate", NULL, find_rate},
      {"recipe.import-file", NULL, import_file},
      {"recipe.locate-data", NULL, locate_data},
      {"recipe.import-folder", NULL, import_folder},
      {"recipe.open", NULL, open_recipe},
      {"recipe.save", NULL, save_recipe},
  };

  for (size_t i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, actions[i].type, actions[i].activate);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_z, GDK_CONTROL_MASK, "recipe.undo", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "recipe.redo", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Return, GDK_CONTROL_MASK, "recipe.start",
                                       NULL);
}

void
thaw_recipe_page_update_actions (ThawRecipePage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  bool locked = thaw_draft_locked (self->draft);
  gboolean can_undo, can_redo;

  g_object_get (self->draft, "can-undo", &can_undo, "can-redo", &can_redo, NULL);
  gtk_widget_action_set_enabled (widget, "recipe.undo", can_undo);
  gtk_widget_action_set_enabled (widget, "recipe.redo", can_redo);
  gtk_widget_action_set_enabled (widget, "recipe.start", !locked && !self->starting);
  gtk_widget_action_set_enabled (widget, "recipe.find-rate",
                                 !locked && !thaw_draft_stopped (self->draft));
  gtk_widget_action_set_enabled (widget, "recipe.import-file", !locked);
  gtk_widget_action_set_enabled (widget, "recipe.locate-data", !locked);
  gtk_widget_action_set_enabled (widget, "recipe.import-folder", !locked);
  gtk_widget_action_set_enabled (widget, "recipe.open", !locked);
  gtk_widget_action_set_enabled (widget, "recipe.duplicate", locked);
}
