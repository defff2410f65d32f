/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts that go on from a run: with the weights that it ended with, or with what it failed for. */
#include "page.h"

#include "thaw-models.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Below this share of the rate it began with, a rate has run out and is no start. */
#define SPENT 0.01

/* The newest file that has all of its weights; else the best one. (nullable) */
static const ThawArtifact *
weights_of (ThawRunData *data)
{
  const GPtrArray *artifacts = thaw_run_data_artifacts (data);
  const ThawArtifact *last = NULL, *best = NULL;

  for (guint i = 0; i < artifacts->len; i++) {
    const ThawArtifact *artifact = artifacts->pdata[i];
    if (last == NULL && strcmp (artifact->kind, "last") == 0)
      last = artifact;
    if (best == NULL && strcmp (artifact->kind, "best") == 0)
      best = artifact;
  }
  return last != NULL ? last : best;
}

/* The rate in force at its end, unless its schedule had used it up. */
static double
rate_of (ThawRunData *data, const ThawRecipe *recipe)
{
  const GArray *epochs = thaw_run_data_epochs (data);
  double first = recipe->freeze.epochs > 0 && recipe->freeze.epochs < recipe->epochs
                     ? recipe->freeze.lr_after
                     : thaw_choice_real (&recipe->optimizer, "lr");
  double last = epochs->len > 0 ? g_array_index (epochs, ThawEpochRow, epochs->len - 1).lr : first;

  return isfinite (last) && last >= SPENT * first ? last : first;
}

static bool
assign (ThawRecipePage *self, const char *name, const char *weights, double rate)
{
  g_autofree char *further = g_strdup_printf (_ ("%s, further"), name);
  g_autofree char *frozen = g_strdup ("freeze.epochs=0"), *lr = NULL;
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autoptr (GError) error = NULL;
  const char *assignments[3] = {NULL};

  lr = g_strconcat ("optimizer.lr=", g_ascii_formatd (number, sizeof number, "%.6g", rate), NULL);
  assignments[0] = frozen, assignments[1] = lr;
  if (thaw_draft_assign (self->draft, assignments, &error) &&
      thaw_draft_set_text (self->draft, "model.weights", weights, &error) &&
      thaw_draft_set_text (self->draft, "name", further, &error)) {
    thaw_draft_settle (self->draft);
    return true;
  }
  thaw_recipe_page_show_error (self, error->message, NULL);
  return false;
}

void
thaw_recipe_page_train_more (GtkWidget *widget, ThawRunItem *item)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);
  g_autoptr (ThawRunItem) kept = g_object_ref (item);
  g_autoptr (ThawRunData) data = thaw_watch_follow (self->watch, thaw_run_item_id (item));
  const ThawRun *run = thaw_run_item_run (kept);
  const ThawArtifact *from = weights_of (data);
  g_autofree char *path = NULL, *text = NULL;

  thaw_recipe_page_duplicate (widget, kept);
  if (from == NULL) {
    thaw_recipe_page_show_error (
        self, _ ("None of its checkpoints is left: this draft begins as that run began."), NULL);
    return;
  }
  path = g_build_filename (thaw_watch_home (self->watch), "runs", run->id, from->file, NULL);
  if (!assign (self, run->name, path, rate_of (data, thaw_draft_recipe (self->draft))))
    return;
  text = g_strdup_printf (
      ngettext ("Begins with the weights that “%s” had after %d epoch, nothing frozen, at the rate "
                "it ended with. The optimiser begins anew, so this is a run of its own; validation "
                "images stay the same.",
                "Begins with the weights that “%s” had after %d epochs, nothing frozen, at the "
                "rate it ended with. The optimiser begins anew, so this is a run of its own; "
                "validation images stay the same.",
                (gulong) from->epoch),
      run->name, from->epoch);
  thaw_recipe_page_show_about (self, text);
}

void
thaw_recipe_page_fix (GtkWidget *widget, ThawRunItem *item)
{
  ThawRecipePage *self = THAW_RECIPE_PAGE (widget);
  g_autoptr (ThawRunItem) kept = g_object_ref (item);
  const char *message = thaw_run_item_run (kept)->message;

  thaw_recipe_page_duplicate (widget, kept);
  if (message != NULL)
    thaw_recipe_page_show_error (self, message, thaw_draft_field_in (self->draft, message));
}
