/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "entry-rows.h"
#include "field-row.h"
#include "sections.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct {
  ThawDraft *draft;
  AdwPreferencesGroup *group; /* owns this */
  AdwComboRow *combo;         /* NULL: the entry is chosen elsewhere */
  ThawCatalogue catalogue;
  char *key, *name_path;
  GPtrArray *rows; /* of the parameters shown now */
  const ThawEntry *entry;
  bool filling;
} EntryRows;

const char *
thaw_entry_title (const ThawEntry *entry)
{
  return entry->title != NULL ? _ (entry->title) : entry->name;
}

const char *
thaw_entry_help (const ThawEntry *entry)
{
  return entry->help != NULL ? _ (entry->help) : "";
}

static void
entry_rows_free (void *data)
{
  EntryRows *self = data;

  g_object_unref (self->draft);
  g_ptr_array_unref (self->rows);
  g_free (self->key);
  g_free (self->name_path);
  g_free (self);
}

/* The entry that the draft has chosen now. */
static const ThawEntry *
chosen (EntryRows *self, guint *index)
{
  const ThawRecipeField *field = thaw_draft_field (self->draft, self->name_path);
  g_autofree char *name = g_strndup (field->value + 1, strlen (field->value) - 2);

  for (guint i = 0; self->catalogue.entries[i] != NULL; i++)
    if (strcmp (self->catalogue.entries[i]->name, name) == 0) {
      *index = i;
      return self->catalogue.entries[i];
    }
  *index = GTK_INVALID_LIST_POSITION;
  return NULL;
}

static void
grow (EntryRows *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (int i = 0; self->entry != NULL && i < self->entry->n_params; i++) {
    g_autofree char *path = g_strdup_printf ("%s.%s", self->key, self->entry->params[i].name);
    GtkWidget *row = thaw_field_row_new (self->draft, path, NULL, NULL, false);
    adw_preferences_group_add (self->group, row);
    g_ptr_array_add (self->rows, row);
  }
}

static void
show_entry (EntryRows *self, const ThawEntry *entry, guint index)
{
  self->filling = true;
  adw_combo_row_set_selected (self->combo, index);
  self->filling = false;
  gtk_widget_set_sensitive (GTK_WIDGET (self->combo), TRUE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->combo),
                               entry != NULL ? thaw_entry_help (entry) : "");
  thaw_section_fix (GTK_WIDGET (self->combo), thaw_draft_locked (self->draft));
}

static void
refresh (EntryRows *self)
{
  guint index;
  const ThawEntry *entry = chosen (self, &index);

  if (self->combo != NULL)
    show_entry (self, entry, index);
  if (entry == self->entry)
    return;
  self->entry = entry;
  grow (self);
}

static void
changed_cb (AdwPreferencesGroup *group, const char *const *paths)
{
  EntryRows *self = g_object_get_data (G_OBJECT (group), "thaw-entry-rows");

  for (; self != NULL && *paths != NULL; paths++)
    if (strcmp (*paths, self->name_path) == 0)
      refresh (self);
}

static void
began_cb (AdwPreferencesGroup *group)
{
  EntryRows *self = g_object_get_data (G_OBJECT (group), "thaw-entry-rows");

  if (self != NULL)
    refresh (self);
}

static void
selected_cb (AdwComboRow *combo, GParamSpec *pspec, EntryRows *self)
{
  guint i = adw_combo_row_get_selected (combo);
  g_autofree char *json = NULL;

  if (self->filling || i == GTK_INVALID_LIST_POSITION)
    return;
  json = g_strdup_printf ("\"%s\"", self->catalogue.entries[i]->name);
  thaw_draft_settle (self->draft);
  thaw_draft_set (self->draft, self->name_path, json, NULL);
}

static GtkStringList *
titles (ThawCatalogue catalogue)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  for (int i = 0; catalogue.entries[i] != NULL; i++)
    gtk_string_list_append (list, thaw_entry_title (catalogue.entries[i]));
  return list;
}

static void
add_combo (EntryRows *self, const char *title)
{
  g_autoptr (GtkStringList) list = titles (self->catalogue);

  self->combo =
      g_object_new (ADW_TYPE_COMBO_ROW, "title", title, "model", list, "use-markup", FALSE, NULL);
  thaw_row_set_path (GTK_WIDGET (self->combo), self->name_path);
  adw_preferences_group_add (self->group, GTK_WIDGET (self->combo));
}

void
thaw_entry_rows_add (AdwPreferencesGroup *group,
                     ThawDraft *draft,
                     const char *key,
                     ThawCatalogue catalogue,
                     const char *title)
{
  EntryRows *self = g_new0 (EntryRows, 1);

  self->draft = g_object_ref (draft);
  self->group = group;
  self->catalogue = catalogue;
  self->key = g_strdup (key);
  self->name_path = g_strconcat (key, ".name", NULL);
  self->rows = g_ptr_array_new ();
  if (title != NULL)
    add_combo (self, title);
  g_object_set_data_full (G_OBJECT (group), "thaw-entry-rows", self, entry_rows_free);
  refresh (self);
  if (self->combo != NULL)
    g_signal_connect (self->combo, "notify::selected", G_CALLBACK (selected_cb), self);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (began_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (began_cb), group,
                           G_CONNECT_SWAPPED);
}
