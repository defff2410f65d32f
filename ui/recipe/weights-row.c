/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a backbone's weights come from: random numbers, those that come with Thaw, where it has
 * them for the backbone, the published file, or a file of one's own. The published one can be
 * downloaded: the only time that Thaw uses the network, and only when asked. */
#include "ending.h"
#include "engine.h"
#include "field-row.h"
#include "pages.h"
#include "sections.h"
#include "thaw-models.h"
#include "weights-fit.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum { RANDOM, STARTER, IMAGENET, FILE_OF_OWN, N_CHOICES };

typedef struct {
  ThawDraft *draft;
  char *home;
  AdwComboRow *row; /* owns this */
  GtkWidget *download, *spinner, *again;
  GCancellable *cancel; /* of the look and of the download */
  bool lists_starter;   /* the list has the starter weights */
  bool filling;
} Weights;

static void
weights_free (void *data)
{
  Weights *self = data;

  g_cancellable_cancel (self->cancel);
  g_object_unref (self->cancel);
  g_object_unref (self->draft);
  g_free (self->home);
  g_free (self);
}

static const ThawModel *
model_of (Weights *self)
{
  return thaw_model_find (thaw_draft_recipe (self->draft)->model.choice.entry->name);
}

static const ThawWeightsFile *
published (Weights *self)
{
  return model_of (self) != NULL ? model_of (self)->weights : NULL;
}

static const ThawWeightsFile *
starter_of (Weights *self)
{
  return model_of (self) != NULL ? model_of (self)->starter : NULL;
}

static guint
choice_of (const char *weights)
{
  return strcmp (weights, "random") == 0     ? RANDOM
         : strcmp (weights, "starter") == 0  ? STARTER
         : strcmp (weights, "imagenet") == 0 ? IMAGENET
                                             : FILE_OF_OWN;
}

/* --- Whether the published file is here --- */

static void
show_here (Weights *self, bool here)
{
  const ThawWeightsFile *file = published (self);
  g_autofree char *size = g_format_size (file->bytes);
  g_autofree char *text =
      here ? g_strdup_printf (_ ("%s · here"), file->name)
           : g_strdup_printf (_ ("%s · %s, not downloaded yet"), file->name, size);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), text);
  gtk_widget_set_visible (self->download, !here && !thaw_draft_locked (self->draft));
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AdwComboRow) row = data;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, NULL);
  Weights *self = g_object_get_data (G_OBJECT (row), "thaw-weights");

  if (self == NULL || published (self) == NULL ||
      choice_of (thaw_draft_recipe (self->draft)->model.weights) != IMAGENET)
    return;
  show_here (self, info != NULL);
}

static void
look (Weights *self)
{
  const ThawWeightsFile *file = published (self);
  g_autoptr (GFile) place = g_file_new_build_filename (self->home, "weights", file->name, NULL);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), file->name);
  g_file_query_info_async (place, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_DEFAULT, self->cancel, looked_cb, g_object_ref (self->row));
}

/* --- Download --- */

static void
fetched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AdwComboRow) row = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = thaw_engine_call_finish (result, &error);
  Weights *self = g_object_get_data (G_OBJECT (row), "thaw-weights");

  if (self == NULL)
    return;
  gtk_widget_set_visible (self->spinner, FALSE);
  gtk_widget_set_sensitive (self->download, TRUE);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    thaw_toast (GTK_WIDGET (row), error->message, NULL, NULL);
  if (published (self) != NULL)
    look (self);
}

static void
download_cb (GtkButton *button, Weights *self)
{
  const char *name = thaw_draft_recipe (self->draft)->model.choice.entry->name;
  const char *const args[] = {"weights", "fetch", name, NULL};

  gtk_widget_set_sensitive (self->download, FALSE);
  gtk_widget_set_visible (self->spinner, TRUE);
  thaw_engine_call (self->home, args, self->cancel, fetched_cb, g_object_ref (self->row));
}

/* --- The row --- */

/* The list has the starter weights where there are some; then all behind it move by one. */
static guint
place_of (const Weights *self, guint choice)
{
  return choice - (choice > RANDOM && !self->lists_starter ? 1 : 0);
}

static guint
choice_at (const Weights *self, guint place)
{
  return place + (place > RANDOM && !self->lists_starter ? 1 : 0);
}

static void
make_list (Weights *self)
{
  const char *const with[] = {_ ("Random"), _ ("Starter"), _ ("ImageNet"), _ ("File…"), NULL};
  const char *const without[] = {with[RANDOM], with[IMAGENET], with[FILE_OF_OWN], NULL};
  bool wanted = choice_of (thaw_draft_recipe (self->draft)->model.weights) == STARTER;
  bool lists = wanted || starter_of (self) != NULL;
  g_autoptr (GtkStringList) list = NULL;

  if (adw_combo_row_get_model (self->row) != NULL && self->lists_starter == lists)
    return;
  self->lists_starter = lists;
  list = gtk_string_list_new (lists ? with : without);
  adw_combo_row_set_model (self->row, G_LIST_MODEL (list));
}

static void
refresh (AdwComboRow *row)
{
  Weights *self = g_object_get_data (G_OBJECT (row), "thaw-weights");
  const char *weights = thaw_draft_recipe (self->draft)->model.weights;
  bool locked = thaw_draft_locked (self->draft);

  self->filling = true;
  make_list (self);
  adw_combo_row_set_selected (row, place_of (self, choice_of (weights)));
  self->filling = false;
  thaw_section_fix (GTK_WIDGET (row), locked);
  gtk_widget_set_visible (self->download, FALSE);
  gtk_widget_set_visible (self->again, choice_of (weights) == FILE_OF_OWN && !locked);
  switch (choice_of (weights)) {
  case RANDOM:
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                                 _ ("Nothing learned yet: it learns from the start"));
    break;
  case STARTER:
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), starter_of (self) != NULL
                                                           ? _ (starter_of (self)->help)
                                                           : _ ("None come with Thaw for it"));
    break;
  case IMAGENET:
    if (published (self) != NULL)
      look (self);
    else
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                                   _ ("No published weights are known for it"));
    break;
  default:
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), weights);
  }
}

static void
changed_cb (AdwComboRow *row, const char *const *paths)
{
  if (g_strv_contains (paths, "model.weights") || g_strv_contains (paths, "model.name"))
    refresh (row);
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, gpointer data)
{
  AdwComboRow *row = data;
  Weights *self = g_object_get_data (G_OBJECT (row), "thaw-weights");
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  g_autoptr (GError) error = NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL &&
      !thaw_draft_set_text (self->draft, "model.weights", path, &error))
    thaw_toast (GTK_WIDGET (row), error->message, NULL, NULL);
  else if (response == GTK_RESPONSE_ACCEPT && path == NULL)
    thaw_toast (GTK_WIDGET (row), _ ("Only files on this computer can be opened."), NULL, NULL);
  refresh (row);
}

static void
choose_file (Weights *self)
{
  static const char *const endings[] = {".safetensors", ".pth", ".pt", NULL};
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->row)));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Choose Weights"), window, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Choose"), _ ("_Cancel"));

  thaw_ending_add_filter (GTK_FILE_CHOOSER (dialog), _ ("Weights (.safetensors, .pth)"), endings);
  g_signal_connect_object (dialog, "response", G_CALLBACK (chosen_cb), self->row, 0);
  g_object_set_data_full (G_OBJECT (self->row), "thaw-dialog", dialog, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
selected_cb (AdwComboRow *row, GParamSpec *pspec, Weights *self)
{
  static const char *const names[] = {"random", "starter", "imagenet"};
  guint at = adw_combo_row_get_selected (row);

  if (self->filling || at == GTK_INVALID_LIST_POSITION)
    return;
  at = choice_at (self, at);
  thaw_draft_settle (self->draft);
  if (at < FILE_OF_OWN)
    thaw_draft_set_text (self->draft, "model.weights", names[at], NULL);
  else
    choose_file (self);
}

/* The list tells nothing when what is chosen already is chosen again: another file has a button. */
static void
add_again (Weights *self)
{
  self->again = gtk_button_new_from_icon_name ("document-open-symbolic");
  gtk_widget_set_tooltip_text (self->again, _ ("Choose Another File"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->again), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Choose another file of weights"), -1);
  gtk_widget_set_valign (self->again, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->again, "flat");
  g_signal_connect_swapped (self->again, "clicked", G_CALLBACK (choose_file), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->row), self->again);
}

GtkWidget *
thaw_weights_row_new (ThawDraft *draft, const char *home)
{
  AdwComboRow *row = g_object_new (ADW_TYPE_COMBO_ROW, "title", _ ("Weights"), "use-markup", FALSE,
                                   "subtitle-lines", 2, NULL);
  Weights *self = g_new0 (Weights, 1);

  self->draft = g_object_ref (draft);
  self->home = g_strdup (home);
  self->row = row;
  self->cancel = g_cancellable_new ();
  thaw_row_set_path (GTK_WIDGET (row), "model.weights");
  g_object_set_data_full (G_OBJECT (row), "thaw-weights", self, weights_free);
  self->spinner = gtk_spinner_new ();
  gtk_spinner_start (GTK_SPINNER (self->spinner));
  gtk_widget_set_visible (self->spinner, FALSE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), self->spinner);
  self->download = gtk_button_new_with_mnemonic (_ ("_Download"));
  gtk_widget_set_valign (self->download, GTK_ALIGN_CENTER);
  g_signal_connect (self->download, "clicked", G_CALLBACK (download_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), self->download);
  add_again (self);
  thaw_weights_fit_watch (draft, home);
  refresh (row);
  g_signal_connect (row, "notify::selected", G_CALLBACK (selected_cb), self);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (refresh), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (refresh), row, G_CONNECT_SWAPPED);
  return GTK_WIDGET (row);
}
