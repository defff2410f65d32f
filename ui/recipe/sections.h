/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The groups of the recipe page, a file each. They follow the draft and edit it; none knows
 * another. */
#pragma once

#include "cost.h"
#include "data-source.h"
#include <adwaita.h>

G_BEGIN_DECLS

GtkWidget *thaw_start_section_new (ThawDraft *draft);
GtkWidget *thaw_data_section_new (ThawDraft *draft, ThawDataSource *source);
GtkWidget *thaw_backbone_section_new (ThawDraft *draft, const char *home);
GtkWidget *thaw_freeze_section_new (ThawDraft *draft);
GtkWidget *thaw_rate_section_new (ThawDraft *draft);
GtkWidget *thaw_augment_section_new (ThawDraft *draft);
/* n_seeds: an adjustment that holds the number of runs to start. */
GtkWidget *thaw_training_section_new (ThawDraft *draft, GtkAdjustment *n_seeds);

/* Where the weights come from: a row. */
GtkWidget *thaw_weights_row_new (ThawDraft *draft, const char *home);

/* What answers at once. */
GtkWidget *thaw_strip_answer_new (ThawDraft *draft);
GtkWidget *thaw_draws_answer_new (ThawDraft *draft, ThawDataSource *source);
GtkWidget *thaw_cost_answer_new (ThawCost *cost);
/* activates "recipe.show-field" (s) */
GtkWidget *thaw_check_answer_new (ThawDraft *draft);

/* A group with a title. description: (nullable) */
AdwPreferencesGroup *thaw_section_group_new (const char *title, const char *description);
/* Rows for fields that the draft always has. title: (nullable) as thaw_field_row_new. */
void thaw_section_add_field (AdwPreferencesGroup *group,
                             ThawDraft *draft,
                             const char *path,
                             const char *title,
                             const char *help);
/* A row for a field of plain text, or of a list as JSON. */
void thaw_section_add_text (AdwPreferencesGroup *group,
                            ThawDraft *draft,
                            const char *path,
                            const char *title);
/* A choice that can be read, but not changed. */
void thaw_section_fix (GtkWidget *row, bool fixed);
/* "11,181,642", "1.5 M", by the locale. (transfer full) */
char *thaw_count_text (guint64 n);
char *thaw_short_count_text (guint64 n);

G_END_DECLS
