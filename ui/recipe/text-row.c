/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field of plain text, in a row: what is typed counts when it is applied, and is refused there.
 */
#include "sections.h"
#include "field-row.h"

#include <string.h>

typedef struct {
  AdwEntryRow *row;
  ThawDraft *draft;
  char *path, *title;
} Text;

static void
text_free (void *data)
{
  Text *self = data;

  g_object_unref (self->draft);
  g_free (self->path);
  g_free (self->title);
  g_free (self);
}

/* As it is typed: without JSON's quotes. */
static char *
typed_text (const char *json)
{
  size_t n = strlen (json);

  return n >= 2 && json[0] == '"' ? g_strndup (json + 1, n - 2) : g_strdup (json);
}

static void
tell (Text *self, const char *message)
{
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->row), message);
  if (message != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->row), "error");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->row),
                                 message != NULL ? message : self->title);
}

static void
refresh (Text *self)
{
  const ThawRecipeField *field = thaw_draft_field (self->draft, self->path);
  g_autofree char *text = typed_text (field != NULL ? field->value : "");
  bool locked = thaw_draft_locked (self->draft);

  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (self->row)), text) != 0) {
    adw_entry_row_set_show_apply_button (self->row, FALSE); /* nothing to apply */
    gtk_editable_set_text (GTK_EDITABLE (self->row), text);
  }
  adw_entry_row_set_show_apply_button (self->row, !locked);
  gtk_editable_set_editable (GTK_EDITABLE (self->row), !locked);
  tell (self, NULL);
}

static void
changed_cb (AdwEntryRow *row, const char *const *paths)
{
  Text *self = g_object_get_data (G_OBJECT (row), "thaw-text");

  if (g_strv_contains (paths, self->path))
    refresh (self);
}

static void
apply_cb (AdwEntryRow *row, Text *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));
  g_autoptr (GError) error = NULL;
  bool taken = *text == '[' ? thaw_draft_set (self->draft, self->path, text, &error)
                            : thaw_draft_set_text (self->draft, self->path, text, &error);

  tell (self, taken ? NULL : error->message);
}

void
thaw_section_add_text (AdwPreferencesGroup *group,
                       ThawDraft *draft,
                       const char *path,
                       const char *title)
{
  Text *self = g_new0 (Text, 1);

  self->row = g_object_new (ADW_TYPE_ENTRY_ROW, "title", title, "use-markup", FALSE, NULL);
  self->draft = g_object_ref (draft);
  self->path = g_strdup (path);
  self->title = g_strdup (title);
  g_object_set_data_full (G_OBJECT (self->row), "thaw-text", self, text_free);
  thaw_row_set_path (GTK_WIDGET (self->row), path);
  g_signal_connect (self->row, "apply", G_CALLBACK (apply_cb), self);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), self->row, G_CONNECT_SWAPPED);
  refresh (self);
  adw_preferences_group_add (group, GTK_WIDGET (self->row));
}
