/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data: which set, what was found in it, how it is split. */
#include "field-row.h"
#include "sections.h"
#include "thumbs.h"

#include <glib/gi18n-lib.h>

typedef struct {
  ThawDraft *draft;
  ThawDataSource *source;
  AdwComboRow *sets;
  AdwExpanderRow *classes;
  GtkWidget *spinner, *error, *ratio;
  GPtrArray *rows; /* of the classes */
  bool filling;
} Data;

static void
data_free (void *data)
{
  Data *self = data;

  g_object_unref (self->draft);
  g_object_unref (self->source);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

/* --- The list of sets --- */

static void
show_chosen (Data *self)
{
  int at = thaw_data_source_chosen (self->source);
  const GPtrArray *sets = thaw_data_source_sets (self->source);
  const char *path =
      at >= 0 ? ((const ThawFoundSet *) sets->pdata[at])->path : thaw_draft_data_path (self->draft);

  self->filling = true;
  adw_combo_row_set_selected (self->sets, at >= 0 ? (guint) at : GTK_INVALID_LIST_POSITION);
  self->filling = false;
  if (g_strcmp0 (path, THAW_SAMPLE_PATH) == 0)
    path = _ ("Built in");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->sets), path != NULL ? path : "");
}

static void
show_sets (AdwPreferencesGroup *group)
{
  Data *self = g_object_get_data (G_OBJECT (group), "thaw-data");
  const GPtrArray *sets = thaw_data_source_sets (self->source);
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (guint i = 0; i < sets->len; i++)
    gtk_string_list_append (titles, ((const ThawFoundSet *) sets->pdata[i])->title);
  self->filling = true;
  adw_combo_row_set_model (self->sets, G_LIST_MODEL (titles));
  self->filling = false;
  show_chosen (self);
}

static void
selected_cb (AdwComboRow *row, GParamSpec *pspec, Data *self)
{
  guint at = adw_combo_row_get_selected (row);

  if (!self->filling && at != GTK_INVALID_LIST_POSITION)
    thaw_data_source_choose (self->source, (int) at);
}

/* --- What it holds --- */

static GtkWidget *
class_row_new (const ThawSampleClass *item, int size, guint64 most)
{
  g_autofree char *count = thaw_count_text (item->n_train);
  g_autofree char *text =
      g_strdup_printf (ngettext ("%s image", "%s images", (gulong) item->n_train), count);
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "title", item->name, "subtitle", text,
                                 "use-markup", FALSE, NULL);
  GtkWidget *bar = gtk_level_bar_new_for_interval (0, (double) MAX (most, 1));

  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), (double) item->n_train);
  gtk_widget_set_size_request (bar, 56, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (bar, "thaw-share");
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), bar);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), thaw_thumbs_new (item->pictures, size));
  return row;
}

static void
clear_classes (Data *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (self->classes, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
}

static void
add_classes (Data *self, const ThawSamples *samples)
{
  guint64 most = 0;

  for (guint i = 0; i < samples->classes->len; i++)
    most = MAX (most, ((const ThawSampleClass *) samples->classes->pdata[i])->n_train);
  for (guint i = 0; i < MIN (samples->classes->len, THAW_SAMPLES_CLASSES); i++) {
    GtkWidget *row = class_row_new (samples->classes->pdata[i], samples->size, most);
    adw_expander_row_add_row (self->classes, row);
    g_ptr_array_add (self->rows, row);
  }
}

/* "50,000 to train on, 10,000 for the test": (transfer full) */
static char *
parts_text (const ThawSamples *samples)
{
  g_autofree char *train = thaw_count_text (samples->n_train),
                  *own = thaw_count_text (samples->n_validation),
                  *test = thaw_count_text (samples->n_test);

  if (samples->n_validation > 0)
    return g_strdup_printf (_ ("%s images to train on, %s for validation, %s for the test"), train,
                            own, test);
  return g_strdup_printf (_ ("%s images to train on, %s for the test"), train, test);
}

static void
show_samples (AdwPreferencesGroup *group)
{
  Data *self = g_object_get_data (G_OBJECT (group), "thaw-data");
  const ThawSamples *samples = thaw_data_source_samples (self->source);
  const char *error = thaw_data_source_error (self->source);
  bool reading = thaw_data_source_reading (self->source) || !thaw_data_source_listed (self->source);

  show_chosen (self);
  clear_classes (self);
  gtk_widget_set_visible (self->spinner, reading);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), reading);
  gtk_widget_set_visible (self->error, error != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->classes), error == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->classes), samples != NULL);
  if (error != NULL)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->error), error);
  if (samples == NULL) {
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->classes), _ ("Reading…"));
    adw_expander_row_set_subtitle (self->classes, "");
    return;
  }
  guint n = samples->classes->len;
  g_autofree char *title = g_strdup_printf (ngettext ("%u class", "%u classes", n), n);
  g_autofree char *parts = parts_text (samples);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->classes), title);
  adw_expander_row_set_subtitle (self->classes, parts);
  add_classes (self, samples);
}

/* --- Making --- */

static void
lock_cb (AdwPreferencesGroup *group)
{
  Data *self = g_object_get_data (G_OBJECT (group), "thaw-data");
  bool locked = thaw_draft_locked (self->draft);

  thaw_section_fix (GTK_WIDGET (self->sets), locked);
  gtk_widget_set_visible (adw_preferences_group_get_header_suffix (group), !locked);
}

/* Where the set is now; what is chosen has to be a set, as with every import. */
static GtkWidget *
locate_button_new (void)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Locate…"));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "recipe.locate-data");
  return button;
}

static void
add_rows (AdwPreferencesGroup *group, Data *self)
{
  self->sets =
      g_object_new (ADW_TYPE_COMBO_ROW, "title", _ ("Data set"), "use-markup", FALSE, NULL);
  g_signal_connect (self->sets, "notify::selected", G_CALLBACK (selected_cb), self);
  thaw_row_set_path (GTK_WIDGET (self->sets), "data.set");
  adw_preferences_group_add (group, GTK_WIDGET (self->sets));
  self->error = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title-lines", 0, NULL);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self->error),
                             gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  gtk_widget_add_css_class (self->error, "error");
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->error), locate_button_new ());
  adw_preferences_group_add (group, self->error);
  self->classes = g_object_new (ADW_TYPE_EXPANDER_ROW, "use-markup", FALSE, NULL);
  self->spinner = gtk_spinner_new ();
  adw_expander_row_add_action (self->classes, self->spinner);
  adw_preferences_group_add (group, GTK_WIDGET (self->classes));
  thaw_section_add_field (group, self->draft, "data.split.validation", _ ("Validation share"),
                          NULL);
  thaw_section_add_field (group, self->draft, "data.split.stratified", _ ("Stratified"), NULL);
  thaw_section_add_field (group, self->draft, "data.split.seed", _ ("Split seed"), NULL);
  thaw_section_add_field (group, self->draft, "data.size", _ ("Input size"), NULL);
  thaw_section_add_field (group, self->draft, "data.imbalance.kind", _ ("Imbalance for practice"),
                          NULL);
  self->ratio =
      thaw_field_row_new (self->draft, "data.imbalance.ratio", _ ("Imbalance"), NULL, false);
  adw_preferences_group_add (group, self->ratio);
}

/* A ratio says nothing where nothing is left out. */
static void
show_ratio (AdwPreferencesGroup *group)
{
  Data *self = g_object_get_data (G_OBJECT (group), "thaw-data");

  gtk_widget_set_visible (self->ratio,
                          thaw_draft_recipe (self->draft)->data.imbalance != THAW_BALANCE_AS_IS);
}

static void
changed_cb (AdwPreferencesGroup *group, const char *const *paths)
{
  show_ratio (group);
}

static GtkWidget *
import_button_new (void)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *button = gtk_menu_button_new ();

  g_menu_append (menu, _ ("_Archive or File…"), "recipe.import-file");
  g_menu_append (menu, _ ("_Folder…"), "recipe.import-folder");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _ ("_Import…"));
  gtk_menu_button_set_use_underline (GTK_MENU_BUTTON (button), TRUE);
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (button), FALSE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  return button;
}

GtkWidget *
thaw_data_section_new (ThawDraft *draft, ThawDataSource *source)
{
  AdwPreferencesGroup *group = thaw_section_group_new (
      _ ("Data"), _ ("The CIFAR-10 archive, MNIST's files, or a folder per class. Drop one here."));
  Data *self = g_new0 (Data, 1);
  GtkWidget *import = import_button_new ();

  self->draft = g_object_ref (draft);
  self->source = g_object_ref (source);
  self->rows = g_ptr_array_new ();
  g_object_set_data_full (G_OBJECT (group), "thaw-data", self, data_free);
  adw_preferences_group_set_header_suffix (group, import);
  add_rows (group, self);
  show_sets (group);
  show_samples (group);
  lock_cb (group);
  show_ratio (group);
  g_signal_connect_object (source, "sets", G_CALLBACK (show_sets), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "samples", G_CALLBACK (show_samples), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (lock_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (show_ratio), group, G_CONNECT_SWAPPED);
  return GTK_WIDGET (group);
}
