/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Augmentation: the transforms in their order, each with a switch and its parameters; below them
 * those that are off. */
#include "entry-rows.h"
#include "field-row.h"
#include "sections.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct {
  ThawDraft *draft;
  AdwPreferencesGroup *group; /* owns this */
  GPtrArray *rows;
  GHashTable *kept; /* name -> JSON of a transform that was switched off */
  char *shape;      /* names in order: what the rows were made for */
  bool filling;
} Augment;

static void
augment_free (void *data)
{
  Augment *self = data;

  g_object_unref (self->draft);
  g_ptr_array_unref (self->rows);
  g_hash_table_unref (self->kept);
  g_free (self->shape);
  g_free (self);
}

static int
row_index (GtkWidget *row)
{
  return GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "thaw-at"));
}

/* --- Acting on a row. What they do makes the rows anew, so it waits until the row's own signal is
 * over. --- */

typedef struct {
  AdwPreferencesGroup *group;
  const ThawEntry *entry;
  int from, to; /* from -1: add; to -1: remove */
} Deed;

static gboolean
deed_cb (gpointer data)
{
  Deed *deed = data;
  Augment *self = g_object_get_data (G_OBJECT (deed->group), "thaw-augment");
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);

  if (deed->from < 0) {
    thaw_draft_add_transform (self->draft, deed->entry->name,
                              g_hash_table_lookup (self->kept, deed->entry->name));
  } else if (deed->from < recipe->n_augment && recipe->augment[deed->from].entry == deed->entry) {
    if (deed->to < 0)
      g_hash_table_insert (self->kept, g_strdup (deed->entry->name),
                           thaw_draft_transform_json (self->draft, deed->from));
    if (deed->to < 0)
      thaw_draft_remove_transform (self->draft, deed->from);
    else
      thaw_draft_move_transform (self->draft, deed->from, deed->to);
  }
  return G_SOURCE_REMOVE;
}

static void
deed_free (void *data)
{
  g_object_unref (((Deed *) data)->group);
  g_free (data);
}

static void
later (Augment *self, const ThawEntry *entry, int from, int to)
{
  Deed *deed = g_new (Deed, 1);

  *deed = (Deed){g_object_ref (self->group), entry, from, to};
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, deed_cb, deed, deed_free);
}

static const ThawEntry *
row_entry (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "thaw-entry");
}

static void
switched_cb (GtkWidget *row, GParamSpec *pspec, Augment *self)
{
  bool on = adw_expander_row_get_enable_expansion (ADW_EXPANDER_ROW (row));

  if (!self->filling)
    later (self, row_entry (row), on ? -1 : row_index (row), -1);
}

static void
up_cb (GtkButton *button, GtkWidget *row)
{
  Augment *self = g_object_get_data (G_OBJECT (row), "thaw-self");

  later (self, row_entry (row), row_index (row), row_index (row) - 1);
}

static void
down_cb (GtkButton *button, GtkWidget *row)
{
  Augment *self = g_object_get_data (G_OBJECT (row), "thaw-self");

  later (self, row_entry (row), row_index (row), row_index (row) + 1);
}

/* --- Rows --- */

static GtkWidget *
move_button (GtkWidget *row, const char *icon, const char *format, GCallback clicked, bool works)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);
  g_autofree char *words = g_strdup_printf (format, thaw_entry_title (row_entry (row)));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_sensitive (button, works);
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  g_signal_connect_object (button, "clicked", clicked, row, 0);
  return button;
}

static void
add_movers (Augment *self, GtkWidget *row, int at, int n)
{
  GtkWidget *box;

  if (thaw_draft_locked (self->draft) || n < 2)
    return;
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_box_append (GTK_BOX (box), move_button (row, "go-up-symbolic", _ ("Move %s Earlier"),
                                              G_CALLBACK (up_cb), at > 0));
  gtk_box_append (GTK_BOX (box), move_button (row, "go-down-symbolic", _ ("Move %s Later"),
                                              G_CALLBACK (down_cb), at + 1 < n));
  adw_expander_row_add_action (ADW_EXPANDER_ROW (row), box);
}

static void
add_params (Augment *self, GtkWidget *row, const ThawEntry *entry, int at)
{
  for (int i = 0; i < entry->n_params; i++) {
    g_autofree char *path = g_strdup_printf ("augment.%d.%s", at, entry->params[i].name);
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row),
                              thaw_field_row_new (self->draft, path, NULL, NULL, true));
  }
}

/* at -1: one that is off. */
static GtkWidget *
row_new (Augment *self, const ThawEntry *entry, int at, int n)
{
  bool locked = thaw_draft_locked (self->draft);
  GtkWidget *row =
      g_object_new (ADW_TYPE_EXPANDER_ROW, "title", thaw_entry_title (entry), "subtitle",
                    thaw_entry_help (entry), "tooltip-text", entry->name, "use-markup", FALSE,
                    "show-enable-switch", !locked, "enable-expansion", at >= 0, NULL);

  g_object_set_data (G_OBJECT (row), "thaw-entry", (gpointer) entry);
  g_object_set_data (G_OBJECT (row), "thaw-at", GINT_TO_POINTER (at));
  g_object_set_data (G_OBJECT (row), "thaw-self", self);
  if (at >= 0) {
    add_movers (self, row, at, n);
    add_params (self, row, entry, at);
  }
  g_signal_connect (row, "notify::enable-expansion", G_CALLBACK (switched_cb), self);
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
  return row;
}

static bool
is_on (const ThawRecipe *recipe, const ThawEntry *entry)
{
  bool on = false;

  for (int i = 0; i < recipe->n_augment; i++)
    on = on || recipe->augment[i].entry == entry;
  return on;
}

static char *
shape_of (Augment *self)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  GString *shape = g_string_new (thaw_draft_locked (self->draft) ? "locked" : "");

  for (int i = 0; i < recipe->n_augment; i++)
    g_string_append_printf (shape, " %s", recipe->augment[i].entry->name);
  return g_string_free (shape, FALSE);
}

/* Which rows are open, by entry, so that they stay so. */
static GHashTable *
open_rows (Augment *self)
{
  GHashTable *open = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->rows->len; i++)
    if (adw_expander_row_get_expanded (self->rows->pdata[i]))
      g_hash_table_add (open, (gpointer) row_entry (self->rows->pdata[i]));
  return open;
}

static void
grow (Augment *self)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  ThawCatalogue all = thaw_catalogues ()->transforms;
  g_autoptr (GHashTable) open = open_rows (self);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (int i = 0; i < recipe->n_augment; i++) {
    const ThawEntry *entry = recipe->augment[i].entry;
    GtkWidget *row = row_new (self, entry, i, recipe->n_augment);
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), g_hash_table_contains (open, entry));
  }
  for (int i = 0; all.entries[i] != NULL && !thaw_draft_locked (self->draft); i++)
    if (!is_on (recipe, all.entries[i]))
      row_new (self, all.entries[i], -1, 0);
}

static void
refresh (AdwPreferencesGroup *group)
{
  Augment *self = g_object_get_data (G_OBJECT (group), "thaw-augment");
  g_autofree char *shape = shape_of (self);

  if (g_strcmp0 (shape, self->shape) == 0)
    return;
  g_free (self->shape);
  self->shape = g_steal_pointer (&shape);
  self->filling = true;
  grow (self);
  self->filling = false;
}

static void
changed_cb (AdwPreferencesGroup *group, const char *const *paths)
{
  refresh (group);
}

GtkWidget *
thaw_augment_section_new (ThawDraft *draft)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  AdwPreferencesGroup *group = thaw_section_group_new (
                          _ ("Augmentation"),
                          _ ("What happens to training pictures, in this order, anew each time.")),
                      *normalize = thaw_section_group_new ("", NULL);
  Augment *self = g_new0 (Augment, 1);

  self->draft = g_object_ref (draft);
  self->group = group;
  self->rows = g_ptr_array_new ();
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_object_set_data_full (G_OBJECT (group), "thaw-augment", self, augment_free);
  thaw_row_set_path (GTK_WIDGET (group), "augment");
  refresh (group);
  thaw_section_add_field (normalize, draft, "normalize.mean", _ ("Normalise: mean"), NULL);
  thaw_section_add_field (normalize, draft, "normalize.std", _ ("Normalise: deviation"), NULL);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (group));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (normalize));
  return box;
}
