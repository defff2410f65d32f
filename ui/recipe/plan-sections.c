/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Learning rate, training: groups whose rows are fields alone. */
#include "entry-rows.h"
#include "sections.h"

#include <glib/gi18n-lib.h>

/* Beside the title of the group: the range test, while the draft can still be edited. */
static GtkWidget *
find_button_new (ThawDraft *draft)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Find…"));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("Find a rate by a range test"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "recipe.find-rate");
  g_object_bind_property (draft, "locked", button, "visible",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  return button;
}

GtkWidget *
thaw_rate_section_new (ThawDraft *draft)
{
  const ThawCatalogues *all = thaw_catalogues ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  AdwPreferencesGroup *optimizer = thaw_section_group_new (_ ("Learning Rate"), NULL),
                      *schedule = thaw_section_group_new ("", NULL),
                      *warm_up = thaw_section_group_new (_ ("Warm-up and Clipping"), NULL),
                      *layers = thaw_section_group_new (_ ("Rates by Layer"), NULL);

  adw_preferences_group_set_header_suffix (optimizer, find_button_new (draft));
  thaw_entry_rows_add (optimizer, draft, "optimizer", all->optimizers, _ ("Optimiser"));
  thaw_entry_rows_add (schedule, draft, "schedule", all->schedules, _ ("Schedule"));
  thaw_section_add_field (warm_up, draft, "schedule.warmup_epochs", _ ("Warm-up epochs"), NULL);
  thaw_section_add_field (warm_up, draft, "schedule.warmup_factor", _ ("Warm-up begins at"), NULL);
  thaw_section_add_field (warm_up, draft, "optimizer.clip_norm", _ ("Longest gradient"), NULL);
  thaw_section_add_field (warm_up, draft, "optimizer.clip_value", _ ("Largest gradient value"),
                          NULL);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (optimizer));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (schedule));
  thaw_section_add_field (layers, draft, "rates.backbone", _ ("Backbone"), NULL);
  thaw_section_add_field (layers, draft, "rates.decay", _ ("From block to block"), NULL);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (warm_up));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (layers));
  return box;
}

static GtkWidget *
seeds_row_new (GtkAdjustment *n_seeds)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "title", _ ("Number of seeds"), "subtitle",
                                 _ ("Runs of the same recipe, each with another seed"), NULL);
  GtkWidget *spin = gtk_spin_button_new (n_seeds, 1, 0);

  gtk_widget_set_valign (spin, GTK_ALIGN_CENTER);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 5);
  gtk_editable_set_alignment (GTK_EDITABLE (spin), 1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Number of seeds"), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), spin);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), spin);
  return row;
}

GtkWidget *
thaw_training_section_new (ThawDraft *draft, GtkAdjustment *n_seeds)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *seeds = seeds_row_new (n_seeds);
  AdwPreferencesGroup *training = thaw_section_group_new (_ ("Training"), NULL),
                      *measures = thaw_section_group_new (_ ("What Is Measured"), NULL),
                      *average = thaw_section_group_new (_ ("Average and Early End"), NULL);

  thaw_entry_rows_add (training, draft, "loss", thaw_catalogues ()->losses, _ ("Loss"));
  thaw_section_add_text (training, draft, "loss.class_weights",
                         _ ("Class weights: none, balanced or a list"));
  thaw_section_add_field (training, draft, "epochs", _ ("Epochs"), NULL);
  thaw_section_add_field (training, draft, "batch_size", _ ("Batch size"), NULL);
  thaw_section_add_field (training, draft, "seed", _ ("Seed"), NULL);
  adw_preferences_group_add (training, seeds);
  g_object_bind_property (draft, "locked", seeds, "visible",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  thaw_section_add_field (measures, draft, "evaluate.set", _ ("After each epoch"), NULL);
  thaw_section_add_field (measures, draft, "evaluate.test_at_end", _ ("Test set at the end"), NULL);
  thaw_section_add_field (measures, draft, "evaluate.clean_train", _ ("Clean training accuracy"),
                          NULL);
  thaw_section_add_field (measures, draft, "evaluate.loss_mean", _ ("Loss is a mean over"), NULL);
  thaw_section_add_field (measures, draft, "evaluate.flip", _ ("Mirrored as well"), NULL);
  thaw_section_add_field (measures, draft, "evaluate.augment", _ ("Transformed as in training"),
                          NULL);
  thaw_section_add_field (average, draft, "ema.decay", _ ("Decay of the average"), NULL);
  thaw_section_add_field (average, draft, "ema.every", _ ("Steps between updates"), NULL);
  thaw_section_add_field (average, draft, "ema.start", _ ("The average begins with"), NULL);
  thaw_section_add_field (average, draft, "early_stopping.patience", _ ("Stop early after"), NULL);
  thaw_section_add_field (average, draft, "early_stopping.min_delta", _ ("Least improvement"),
                          NULL);
  thaw_section_add_field (average, draft, "early_stopping.watch", _ ("Watched"), NULL);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (training));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (measures));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (average));
  return box;
}
