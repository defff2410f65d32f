/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The freeze plan: its fields, and the blocks that join in on the way, a row each. */
#include "backbone.h"
#include "entry-rows.h"
#include "field-row.h"
#include "sections.h"

#include <glib/gi18n-lib.h>

typedef struct {
  ThawDraft *draft;
  AdwPreferencesGroup *group; /* owns this */
  GtkWidget *add;
  GPtrArray *rows; /* AdwExpanderRow, one a step */
} Steps;

static void
steps_free (void *data)
{
  Steps *self = data;

  g_object_unref (self->draft);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

/* (nullable) */
static const ThawBackbone *
backbone_of (Steps *self)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  int classes = thaw_draft_data_facts (self->draft)->classes;

  return thaw_backbone_get (thaw_model_find (recipe->model.choice.entry->name),
                            classes > 0 ? classes : 10, recipe->data.size);
}

static int
n_blocks (Steps *self)
{
  const ThawBackbone *backbone = backbone_of (self);

  return backbone != NULL ? (int) backbone->steps->len : 0;
}

/* --- Words --- */

/* The names of blocks first..last, from number 1. (transfer full) */
static char *
names_text (const ThawBackbone *backbone, int first, int last)
{
  const char *near = backbone->steps->pdata[first - 1], *far = backbone->steps->pdata[last - 1];

  if (first == last)
    return g_strdup (near);
  if (first + 1 == last)
    return g_strdup_printf (_ ("%s and %s"), near, far);
  /* Translators: names of layers, from the head towards the input. */
  return g_strdup_printf (_ ("%s to %s"), near, far);
}

/* Which blocks join in with step i, and at which rate. (transfer full) */
static char *
step_text (Steps *self, int i)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  const ThawBackbone *backbone = backbone_of (self);
  const ThawChoice *step = &recipe->freeze.steps[i];
  int before = thaw_plan_blocks (recipe, thaw_choice_int (step, "epoch") - 1),
      blocks = thaw_choice_int (step, "blocks");
  g_autofree char *rate = g_strdup_printf ("%g", thaw_choice_real (step, "lr")), *names = NULL;

  if (backbone != NULL && blocks <= (int) backbone->steps->len && before >= 0 && before < blocks)
    names = names_text (backbone, before + 1, blocks);
  else
    names = g_strdup_printf (ngettext ("the last %d block", "the last %d blocks", (gulong) blocks),
                             blocks);
  /* Translators: names of layers, a learning rate. */
  return g_strdup_printf (_ ("Joins in: %s, at a rate of %s"), names, rate);
}

static void
tell (Steps *self)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  const char *refusal = thaw_draft_no_step (self->draft, n_blocks (self));

  for (guint i = 0; i < self->rows->len; i++) {
    g_autofree char *title =
        g_strdup_printf (_ ("From epoch %d"), thaw_choice_int (&recipe->freeze.steps[i], "epoch"));
    g_autofree char *words = step_text (self, (int) i);
    adw_preferences_row_set_title (self->rows->pdata[i], title);
    adw_expander_row_set_subtitle (self->rows->pdata[i], words);
  }
  gtk_widget_set_sensitive (self->add, refusal == NULL);
  gtk_widget_set_tooltip_text (
      self->add, refusal != NULL ? refusal : _ ("Let one more block join in before the thaw"));
}

/* --- Acting --- */

static void
add_cb (AdwPreferencesGroup *group)
{
  Steps *self = g_object_get_data (G_OBJECT (group), "thaw-steps");
  g_autoptr (GError) error = NULL;

  if (!thaw_draft_add_step (self->draft, n_blocks (self), &error))
    gtk_widget_set_tooltip_text (self->add, error->message);
  else if (self->rows->len > 0)
    adw_expander_row_set_expanded (self->rows->pdata[self->rows->len - 1], TRUE);
}

static gboolean
remove_idle_cb (gpointer data)
{
  GtkWidget *row = data, *group = gtk_widget_get_ancestor (row, ADW_TYPE_PREFERENCES_GROUP);
  Steps *self = group != NULL ? g_object_get_data (G_OBJECT (group), "thaw-steps") : NULL;
  guint at;

  if (self != NULL && g_ptr_array_find (self->rows, row, &at))
    thaw_draft_remove_step (self->draft, (int) at);
  return G_SOURCE_REMOVE;
}

/* The row may go with it, so it waits until the button's own signal is over. */
static void
remove_cb (GtkWidget *row)
{
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, remove_idle_cb, g_object_ref (row), g_object_unref);
}

/* --- Rows --- */

static GtkWidget *
remove_button_new (GtkWidget *row)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  const char *words = _ ("Remove This Step");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_cb), row, G_CONNECT_SWAPPED);
  return button;
}

static void
add_row (Steps *self, int at)
{
  const ThawEntry *entry = thaw_draft_recipe (self->draft)->freeze.steps[at].entry;
  GtkWidget *row = g_object_new (ADW_TYPE_EXPANDER_ROW, "use-markup", FALSE, "tooltip-text",
                                 entry->name, NULL),
            *button = remove_button_new (row);
  g_autofree char *own = g_strdup_printf ("freeze.steps.%d", at);

  thaw_row_set_path (row, own);
  adw_expander_row_add_action (ADW_EXPANDER_ROW (row), button);
  g_object_bind_property (self->draft, "locked", button, "visible",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  for (int i = 0; i < entry->n_params; i++) {
    g_autofree char *path = g_strdup_printf ("%s.%s", own, entry->params[i].name);
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row),
                              thaw_field_row_new (self->draft, path, NULL, NULL, false));
  }
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
}

static void
refresh (AdwPreferencesGroup *group)
{
  Steps *self = g_object_get_data (G_OBJECT (group), "thaw-steps");
  guint n = (guint) thaw_draft_recipe (self->draft)->freeze.n_steps;
  bool locked = thaw_draft_locked (self->draft);

  while (self->rows->len > n)
    adw_preferences_group_remove (group, g_ptr_array_steal_index (self->rows, self->rows->len - 1));
  while (self->rows->len < n)
    add_row (self, (int) self->rows->len);
  gtk_widget_set_visible (self->add, !locked);
  gtk_widget_set_visible (GTK_WIDGET (group), !locked || n > 0);
  tell (self);
}

static void
changed_cb (AdwPreferencesGroup *group, const char *const *paths)
{
  static const char *const parts[] = {"freeze.", "model.name", "data.size", "data.facts",
                                      "optimizer.lr"};

  for (; *paths != NULL; paths++)
    for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
      if (g_str_has_prefix (*paths, parts[i])) {
        refresh (group);
        return;
      }
}

static GtkWidget *
add_button_new (AdwPreferencesGroup *group)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Add Step"));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (add_cb), group, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
steps_new (ThawDraft *draft)
{
  AdwPreferencesGroup *group = thaw_section_group_new (
      _ ("Thaw Step by Step"), _ ("Blocks next to the head may join in before the thaw."));
  Steps *self = g_new0 (Steps, 1);

  self->draft = g_object_ref (draft);
  self->group = group;
  self->rows = g_ptr_array_new ();
  self->add = add_button_new (group);
  adw_preferences_group_set_header_suffix (group, self->add);
  g_object_set_data_full (G_OBJECT (group), "thaw-steps", self, steps_free);
  thaw_row_set_path (GTK_WIDGET (group), "freeze.steps");
  refresh (group);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::locked", G_CALLBACK (refresh), group, G_CONNECT_SWAPPED);
  return GTK_WIDGET (group);
}

GtkWidget *
thaw_freeze_section_new (ThawDraft *draft)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  AdwPreferencesGroup *group = thaw_section_group_new (
      _ ("Freeze Plan"),
      _ ("At first only the head learns. At the thaw the whole backbone joins in."));

  thaw_section_add_field (group, draft, "freeze.epochs", _ ("Frozen epochs"), NULL);
  thaw_section_add_field (group, draft, "freeze.train", _ ("Trains meanwhile"), NULL);
  thaw_section_add_text (group, draft, "freeze.match",
                         _ ("Only layers whose names contain (empty: as chosen)"));
  thaw_section_add_field (group, draft, "freeze.batch_norm", _ ("Batch norm statistics"), NULL);
  thaw_section_add_field (group, draft, "freeze.features", _ ("Backbone's features"), NULL);
  thaw_section_add_field (group, draft, "freeze.lr_after", _ ("Rate after the thaw"), NULL);
  thaw_section_add_field (group, draft, "freeze.optimizer_state", _ ("Optimiser state"), NULL);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (group));
  gtk_box_append (GTK_BOX (box), steps_new (draft));
  return box;
}
