/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start From: a preset or a file, and what the experiment is called. */
#include "sections.h"
#include "thaw-resources.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct {
  ThawDraft *draft;
  AdwExpanderRow *presets;
  AdwEntryRow *name;
  bool filling;
} Start;

static void
start_free (void *data)
{
  Start *self = data;

  g_object_unref (self->draft);
  g_free (self);
}

/* "Day 44: ResNet18": the preset's own name. (transfer full) */
static char *
preset_title (const char *preset)
{
  g_autoptr (GBytes) bytes = thaw_preset_read (preset);
  gsize length;
  const char *json = g_bytes_get_data (bytes, &length);
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_parse (json, (gssize) length, preset, thaw_catalogues (), NULL);

  return g_strdup (recipe != NULL && *recipe->name != '\0' ? recipe->name : preset);
}

static void
show_origin (Start *self)
{
  int n = thaw_draft_n_changes (self->draft);
  g_autofree char *changes =
      n == 0 ? g_strdup (_ ("unchanged"))
             : g_strdup_printf (ngettext ("%d field changed", "%d fields changed", n), n);
  /* Translators: what a recipe began from, and how far it is from it */
  g_autofree char *text =
      g_strdup_printf (_ ("%s · %s"), thaw_draft_origin_title (self->draft), changes);

  adw_expander_row_set_subtitle (self->presets, text);
}

static void
refresh (AdwPreferencesGroup *group)
{
  Start *self = g_object_get_data (G_OBJECT (group), "thaw-start");
  const char *name = thaw_draft_recipe (self->draft)->name;
  bool locked = thaw_draft_locked (self->draft);

  self->filling = true;
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (self->name)), name) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->name), name);
  self->filling = false;
  gtk_editable_set_editable (GTK_EDITABLE (self->name), !locked);
  gtk_widget_set_visible (GTK_WIDGET (self->presets), !locked);
  gtk_widget_set_visible (adw_preferences_group_get_header_suffix (group), !locked);
  adw_preferences_group_set_title (group, locked ? _ ("Experiment") : _ ("Start From"));
  show_origin (self);
}

static void
changed_cb (AdwPreferencesGroup *group, const char *const *paths)
{
  refresh (group);
}

static void
name_cb (GtkEditable *editable, Start *self)
{
  if (!self->filling)
    thaw_draft_set_text (self->draft, "name", gtk_editable_get_text (editable), NULL);
}

static void
preset_cb (AdwActionRow *row, Start *self)
{
  const char *name = g_object_get_data (G_OBJECT (row), "thaw-preset");

  adw_expander_row_set_expanded (self->presets, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (row), "recipe.preset", "s", name);
}

static GtkWidget *
presets_new (Start *self)
{
  g_auto (GStrv) names = thaw_presets_list ();

  self->presets =
      g_object_new (ADW_TYPE_EXPANDER_ROW, "title", _ ("Preset"), "use-markup", FALSE, NULL);
  for (char **name = names; *name != NULL; name++) {
    g_autofree char *title = preset_title (*name);
    GtkWidget *row =
        g_object_new (ADW_TYPE_ACTION_ROW, "title", title, "subtitle", thaw_preset_help (*name),
                      "activatable", TRUE, "use-markup", FALSE, NULL);
    g_object_set_data_full (G_OBJECT (row), "thaw-preset", g_strdup (*name), g_free);
    g_signal_connect (row, "activated", G_CALLBACK (preset_cb), self);
    adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                               gtk_image_new_from_icon_name ("go-next-symbolic"));
    adw_expander_row_add_row (self->presets, row);
  }
  return GTK_WIDGET (self->presets);
}

static GtkWidget *
button_new (const char *icon, const char *words, const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

static GtkWidget *
buttons_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_box_append (GTK_BOX (box), button_new ("edit-undo-symbolic", _ ("Undo"), "recipe.undo"));
  gtk_box_append (GTK_BOX (box), button_new ("edit-redo-symbolic", _ ("Redo"), "recipe.redo"));
  gtk_box_append (GTK_BOX (box),
                  button_new ("document-open-symbolic", _ ("Open Recipe…"), "recipe.open"));
  gtk_box_append (GTK_BOX (box),
                  button_new ("document-save-symbolic", _ ("Save Recipe…"), "recipe.save"));
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

GtkWidget *
thaw_start_section_new (ThawDraft *draft)
{
  AdwPreferencesGroup *group = thaw_section_group_new (_ ("Start From"), NULL);
  Start *self = g_new0 (Start, 1);

  self->draft = g_object_ref (draft);
  g_object_set_data_full (G_OBJECT (group), "thaw-start", self, start_free);
  adw_preferences_group_set_header_suffix (group, buttons_new ());
  adw_preferences_group_add (group, presets_new (self));
  self->name = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _ ("Name of the experiment"), NULL);
  g_signal_connect (self->name, "changed", G_CALLBACK (name_cb), self);
  adw_preferences_group_add (group, GTK_WIDGET (self->name));
  refresh (group);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  return GTK_WIDGET (group);
}
