/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backbone: a card for each, with what it costs at this input size; where its weights come from. */
#include "backbone.h"
#include "entry-rows.h"
#include "field-row.h"
#include "sections.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CLASSES_ASSUMED 10 /* until the data is known */

typedef struct {
  const ThawModel *model;
  GtkWidget *button, *numbers; /* numbers: a grid, filled anew when the size changes */
} Card;

typedef struct {
  ThawDraft *draft;
  GArray *cards;
  int size, classes; /* that the cards show */
  bool filling;
} Backbones;

static void
backbones_free (void *data)
{
  Backbones *self = data;

  g_object_unref (self->draft);
  g_array_unref (self->cards);
  g_free (self);
}

/* --- A card --- */

static void
add_number (GtkGrid *grid, int row, const char *what, const char *value, bool warn)
{
  GtkWidget *left = gtk_label_new (what), *right = gtk_label_new (value);

  gtk_widget_add_css_class (left, "dim-label");
  gtk_widget_add_css_class (left, "caption");
  gtk_label_set_xalign (GTK_LABEL (left), 0);
  gtk_widget_set_hexpand (left, TRUE);
  gtk_widget_add_css_class (right, "numeric");
  gtk_widget_add_css_class (right, warn ? "warning" : "caption");
  if (warn)
    gtk_widget_add_css_class (right, "caption-heading");
  gtk_label_set_xalign (GTK_LABEL (right), 1);
  gtk_grid_attach (grid, left, 0, row, 1, 1);
  gtk_grid_attach (grid, right, 1, row, 1, 1);
}

static void
fill_card (const Card *card, int classes, int size)
{
  const ThawBackbone *backbone = thaw_backbone_get (card->model, classes, size);
  GtkGrid *grid = GTK_GRID (card->numbers);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (card->numbers)) != NULL)
    gtk_grid_remove (grid, child);
  if (backbone == NULL) {
    g_autofree char *text = g_strdup_printf (_ ("%d px or more"), card->model->min_size);
    add_number (grid, 0, _ ("Input"), text, true);
    return;
  }
  g_autofree char *parameters = thaw_short_count_text (backbone->parameters),
                  *macs = thaw_short_count_text (backbone->macs),
                  *bytes = g_format_size (thaw_backbone_bytes (backbone)),
                  *map = g_strdup_printf ("%d×%d", backbone->map, backbone->map),
                  *live =
                      g_strdup_printf (_ ("%.0f %%"), 100.0 * (double) backbone->live_parameters /
                                                          (double) backbone->parameters);
  add_number (grid, 0, _ ("Parameters"), parameters, false);
  add_number (grid, 1, _ ("MACs an image"), macs, false);
  add_number (grid, 2, _ ("Size"), bytes, false);
  add_number (grid, 3, _ ("Last map"), map, backbone->map <= 1);
  add_number (grid, 4, _ ("Weights that see data"), live,
              backbone->live_parameters * 2 < backbone->parameters);
}

/* The same in a sentence, for those who do not see the card. */
static void
describe_card (const Card *card, int classes, int size)
{
  const ThawBackbone *backbone = thaw_backbone_get (card->model, classes, size);
  g_autofree char *text = NULL;

  if (backbone != NULL) {
    g_autofree char *parameters = thaw_count_text (backbone->parameters);
    text = g_strdup_printf (
        _ ("%s parameters; last map %d by %d pixels; %.0f %% of the weights ever see data."),
        parameters, backbone->map, backbone->map,
        100.0 * (double) backbone->live_parameters / (double) backbone->parameters);
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (card->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  thaw_entry_title (&card->model->entry),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text != NULL ? text : "",
                                  -1);
}

static void
toggled_cb (GtkToggleButton *button, Backbones *self)
{
  const ThawModel *model = g_object_get_data (G_OBJECT (button), "thaw-model");

  if (self->filling || !gtk_toggle_button_get_active (button))
    return;
  thaw_draft_settle (self->draft);
  thaw_draft_set_text (self->draft, "model.name", model->entry.name, NULL);
}

static GtkWidget *
card_box_new (Card *card)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6),
            *title = gtk_label_new (thaw_entry_title (&card->model->entry)),
            *help = gtk_label_new (thaw_entry_help (&card->model->entry));

  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (help, "caption");
  gtk_widget_add_css_class (help, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (help), TRUE);
  gtk_label_set_xalign (GTK_LABEL (help), 0);
  gtk_label_set_yalign (GTK_LABEL (help), 0);
  gtk_label_set_width_chars (GTK_LABEL (help), 18);
  gtk_label_set_max_width_chars (GTK_LABEL (help), 28);
  gtk_widget_set_vexpand (help, TRUE);
  card->numbers = gtk_grid_new ();
  gtk_grid_set_row_spacing (GTK_GRID (card->numbers), 3);
  gtk_grid_set_column_spacing (GTK_GRID (card->numbers), 12);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), help);
  gtk_box_append (GTK_BOX (box), card->numbers);
  return box;
}

static GtkWidget *
card_new (Backbones *self, const ThawModel *model)
{
  Card card = {.model = model, .button = gtk_toggle_button_new ()};

  gtk_button_set_child (GTK_BUTTON (card.button), card_box_new (&card));
  gtk_widget_add_css_class (card.button, "card");
  gtk_widget_add_css_class (card.button, "thaw-backbone");
  g_object_set_data (G_OBJECT (card.button), "thaw-model", (gpointer) model);
  if (self->cards->len > 0)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (card.button),
                                 GTK_TOGGLE_BUTTON (g_array_index (self->cards, Card, 0).button));
  g_signal_connect (card.button, "toggled", G_CALLBACK (toggled_cb), self);
  g_array_append_val (self->cards, card);
  return card.button;
}

/* --- All of them --- */

static void
refresh (AdwPreferencesGroup *group)
{
  Backbones *self = g_object_get_data (G_OBJECT (group), "thaw-backbones");
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  int classes = thaw_draft_data_facts (self->draft)->classes;
  bool fill;

  classes = classes > 0 ? classes : CLASSES_ASSUMED;
  fill = recipe->data.size != self->size || classes != self->classes;
  self->size = recipe->data.size;
  self->classes = classes;
  self->filling = true;
  for (guint i = 0; i < self->cards->len; i++) {
    const Card *card = &g_array_index (self->cards, Card, i);
    bool chosen = strcmp (recipe->model.choice.entry->name, card->model->entry.name) == 0;
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (card->button), chosen);
    gtk_widget_set_sensitive (card->button, chosen || !thaw_draft_locked (self->draft));
    if (!fill)
      continue;
    fill_card (card, classes, self->size);
    describe_card (card, classes, self->size);
  }
  self->filling = false;
}

static void
changed_cb (AdwPreferencesGroup *group, const char *const *paths)
{
  if (g_strv_contains (paths, "model.name") || g_strv_contains (paths, "data.size") ||
      g_strv_contains (paths, "data.facts"))
    refresh (group);
}

static GtkWidget *
cards_new (Backbones *self)
{
  GtkWidget *flow =
      g_object_new (GTK_TYPE_FLOW_BOX, "homogeneous", TRUE, "column-spacing", 12, "row-spacing", 12,
                    "min-children-per-line", 1, "max-children-per-line", 3, "selection-mode",
                    GTK_SELECTION_NONE, "margin-bottom", 12, NULL);

  thaw_row_set_path (flow, "model.name");
  for (const ThawModel *const *model = thaw_models (); *model != NULL; model++) {
    gtk_flow_box_append (GTK_FLOW_BOX (flow), card_new (self, *model));
    gtk_widget_set_focusable (gtk_widget_get_last_child (flow), FALSE);
  }
  return flow;
}

GtkWidget *
thaw_backbone_section_new (ThawDraft *draft, const char *home)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  AdwPreferencesGroup *group = thaw_section_group_new (
                          _ ("Backbone"), _ ("What it costs at the input size chosen above.")),
                      *rows = thaw_section_group_new ("", NULL);
  Backbones *self = g_new0 (Backbones, 1);

  self->draft = g_object_ref (draft);
  self->cards = g_array_new (FALSE, FALSE, sizeof (Card));
  g_object_set_data_full (G_OBJECT (group), "thaw-backbones", self, backbones_free);
  adw_preferences_group_add (group, cards_new (self));
  adw_preferences_group_add (rows, thaw_weights_row_new (draft, home));
  thaw_section_add_field (rows, draft, "model.dropout", _ ("Dropout"), _ ("Before the last layer"));
  thaw_entry_rows_add (rows, draft, "model", thaw_models_catalogue (), NULL);
  refresh (group);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (group));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (rows));
  return box;
}
