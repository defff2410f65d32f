/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Check: the findings in words, each with the button that cures it and a way to its field. */
#include "sections.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct {
  ThawDraft *draft;
  GPtrArray *rows;
  char *shown; /* ids and sentences that the rows show */
} Check;

static void
check_free (void *data)
{
  Check *self = data;

  g_object_unref (self->draft);
  g_ptr_array_unref (self->rows);
  g_free (self->shown);
  g_free (self);
}

static gboolean
cure_later (gpointer data)
{
  GtkWidget *row = data;
  ThawDraft *draft = g_object_get_data (G_OBJECT (row), "thaw-draft");
  const char *const *changes = g_object_get_data (G_OBJECT (row), "thaw-changes");

  thaw_draft_settle (draft);
  thaw_draft_assign (draft, changes, NULL);
  return G_SOURCE_REMOVE;
}

/* The row goes away with its finding: not while its button is being clicked. */
static void
cure_cb (GtkButton *button, GtkWidget *row)
{
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, cure_later, g_object_ref (row), g_object_unref);
}

static void
show_cb (GtkWidget *row)
{
  const char *field = g_object_get_data (G_OBJECT (row), "thaw-field");

  gtk_widget_activate_action (row, "recipe.show-field", "s", field);
}

static GtkWidget *
remedy_new (GtkWidget *row, const ThawFinding *finding)
{
  GtkWidget *button = gtk_button_new_with_label (finding->remedy);

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_add_css_class (button, "thaw-remedy");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  finding->message, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (cure_cb), row, 0);
  return button;
}

static GtkWidget *
icon_new (bool stops)
{
  GtkWidget *icon =
      gtk_image_new_from_icon_name (stops ? "dialog-error-symbolic" : "dialog-warning-symbolic");

  gtk_widget_add_css_class (icon, stops ? "error" : "warning");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  stops ? _ ("Stops the run") : _ ("Worth a thought"), -1);
  return icon;
}

/* The sentence over the whole width, the button below it. */
static GtkWidget *
words_new (Check *self, GtkWidget *row, const ThawDraftFinding *item)
{
  GtkWidget *across = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12),
            *down = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9),
            *label = gtk_label_new (item->finding->message);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), 16);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (down), label);
  if (item->finding->remedy != NULL && !thaw_draft_locked (self->draft))
    gtk_box_append (GTK_BOX (down), remedy_new (row, item->finding));
  gtk_widget_set_hexpand (down, TRUE);
  gtk_box_append (GTK_BOX (across), icon_new (item->stops));
  gtk_box_append (GTK_BOX (across), down);
  gtk_widget_add_css_class (across, "thaw-finding");
  return across;
}

static GtkWidget *
row_new (Check *self, const ThawDraftFinding *item)
{
  const ThawFinding *finding = item->finding;
  GtkWidget *row = g_object_new (ADW_TYPE_PREFERENCES_ROW, "title", finding->message, "use-markup",
                                 FALSE, "activatable", TRUE, "tooltip-text", finding->field, NULL);

  g_object_set_data_full (G_OBJECT (row), "thaw-field", g_strdup (finding->field), g_free);
  g_object_set_data_full (G_OBJECT (row), "thaw-draft", g_object_ref (self->draft), g_object_unref);
  g_object_set_data_full (G_OBJECT (row), "thaw-changes", g_strdupv (finding->changes),
                          (GDestroyNotify) g_strfreev);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), words_new (self, row, item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  finding->message, -1);
  return row;
}

/* The group's list says which of its rows was chosen. */
static void
activated_cb (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  if (g_object_get_data (G_OBJECT (row), "thaw-field") != NULL)
    show_cb (GTK_WIDGET (row));
}

static GtkWidget *
all_well_row_new (void)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "title", _ ("Nothing to object to"), NULL);
  GtkWidget *icon = gtk_image_new_from_icon_name ("object-select-symbolic");

  gtk_widget_add_css_class (icon, "success");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  return row;
}

static char *
words_of (Check *self, const GPtrArray *findings)
{
  GString *words = g_string_new (thaw_draft_locked (self->draft) ? "locked" : "");

  for (guint i = 0; i < findings->len; i++) {
    const ThawDraftFinding *item = findings->pdata[i];
    g_string_append_printf (words, "\n%s %s", item->finding->id, item->finding->message);
  }
  return g_string_free (words, FALSE);
}

static void
listen (Check *self)
{
  GtkWidget *list = gtk_widget_get_ancestor (self->rows->pdata[0], GTK_TYPE_LIST_BOX);

  if (list != NULL && g_signal_handler_find (list, G_SIGNAL_MATCH_FUNC, 0, 0, NULL,
                                             (gpointer) activated_cb, NULL) == 0)
    g_signal_connect (list, "row-activated", G_CALLBACK (activated_cb), NULL);
}

static void
refresh (AdwPreferencesGroup *group)
{
  Check *self = g_object_get_data (G_OBJECT (group), "thaw-check");
  const GPtrArray *findings = thaw_draft_findings (self->draft);
  g_autofree char *words = words_of (self, findings);

  if (g_strcmp0 (words, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_steal_pointer (&words);
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < findings->len; i++)
    g_ptr_array_add (self->rows, row_new (self, findings->pdata[i]));
  if (findings->len == 0)
    g_ptr_array_add (self->rows, all_well_row_new ());
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_add (group, self->rows->pdata[i]);
  listen (self);
}

static void
changed_cb (AdwPreferencesGroup *group, const char *const *paths)
{
  refresh (group);
}

GtkWidget *
thaw_check_answer_new (ThawDraft *draft)
{
  AdwPreferencesGroup *group = thaw_section_group_new (_ ("Check"), NULL);
  Check *self = g_new0 (Check, 1);

  self->draft = g_object_ref (draft);
  self->rows = g_ptr_array_new ();
  g_object_set_data_full (G_OBJECT (group), "thaw-check", self, check_free);
  refresh (group);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  return GTK_WIDGET (group);
}
