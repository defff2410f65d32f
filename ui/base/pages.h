/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of the window, as the window knows them. Each is a GtkWidget made once. */
#pragma once

#include "watch.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* Curves of one run; NULL: nothing. ui/curves */
GtkWidget *thaw_curves_page_new (ThawWatch *watch);
void thaw_curves_page_set_run (GtkWidget *page, ThawRunItem *item);

/* Two or more runs side by side. runs: of ThawRunItem (transfer none). ui/comparison */
GtkWidget *thaw_comparison_page_new (ThawWatch *watch);
void thaw_comparison_page_set_runs (GtkWidget *page, const GPtrArray *runs);

/* The recipe of a run (locked), or a draft. Signal "started" (const char *id): a run was made of
 * the draft. ui/recipe */
GtkWidget *thaw_recipe_page_new (ThawWatch *watch);
void thaw_recipe_page_set_run (GtkWidget *page, ThawRunItem *item);
/* A draft from a preset's name, a recipe file's path, or NULL for the first preset. */
void thaw_recipe_page_draft (GtkWidget *page, const char *preset_or_path);
/* A draft with a run's recipe; changed fields are marked. */
void thaw_recipe_page_duplicate (GtkWidget *page, ThawRunItem *item);
/* A draft that goes on with a run's weights: the same recipe, thawed, at the rate it ended with. */
void thaw_recipe_page_train_more (GtkWidget *page, ThawRunItem *item);
/* A draft with the recipe of a run that failed, at the field at fault. */
void thaw_recipe_page_fix (GtkWidget *page, ThawRunItem *item);
void thaw_recipe_page_find_rate (GtkWidget *page); /* the range test, in a window of its own */
bool thaw_recipe_page_is_draft (GtkWidget *page);
void thaw_recipe_page_start (GtkWidget *page);               /* what *Start* does */
void thaw_recipe_page_copy_command (GtkWidget *page);        /* *Copy as Command* */
void thaw_recipe_page_import (GtkWidget *page, GFile *file); /* a data set was dropped or chosen */

/* Why a file cannot be a recipe, before it is read: its kind or size. (transfer full) (nullable) */
char *thaw_recipe_file_trouble (const char *path);

/* Top classes of a picture, for one run or two. picture NULL: begins with a choice. ui/picture */
void thaw_picture_present (
    GtkWindow *parent, ThawWatch *watch, ThawRunItem *one, ThawRunItem *other, GFile *picture);

/* A sentence for a moment, from anywhere within the window; undo (nullable) is called by its *Undo*
 * button. ui/window */
void thaw_toast (GtkWidget *from, const char *text, GCallback undo, gpointer user);

G_END_DECLS
