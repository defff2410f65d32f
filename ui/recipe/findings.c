/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings.h"
#include "backbone.h"
#include "thaw-augment.h"
#include "thaw-optim.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void
draft_finding_free (void *data)
{
  ThawDraftFinding *item = data;

  thaw_finding_free (item->finding);
  g_free (item);
}

/* finding: (transfer full). Those that stop stand before those that do not. */
static void
insert (GPtrArray *list, ThawFinding *finding, bool stops)
{
  ThawDraftFinding *item = g_new (ThawDraftFinding, 1);
  guint at = 0;

  *item = (ThawDraftFinding){finding, stops};
  while (at < list->len && (!stops || ((ThawDraftFinding *) list->pdata[at])->stops))
    at++;
  g_ptr_array_insert (list, (gint) at, item);
}

/* message: (transfer full); remedy and change are nullable together. */
static void
add (GPtrArray *list,
     bool stops,
     const char *id,
     const char *field,
     char *message,
     const char *remedy,
     const char *change)
{
  ThawFinding *finding = g_new0 (ThawFinding, 1);
  const char *changes[] = {change, NULL};

  finding->id = g_strdup (id);
  finding->field = g_strdup (field);
  finding->message = message;
  finding->remedy = g_strdup (remedy);
  finding->changes = remedy != NULL ? g_strdupv ((char **) changes) : NULL;
  insert (list, finding, stops);
}

/* Crops give the input's size back. */
static char *
size_remedy (const ThawRecipe *recipe)
{
  for (int i = 0; i < recipe->n_augment; i++)
    for (int p = 0; p < recipe->augment[i].entry->n_params; p++)
      if (strcmp (recipe->augment[i].entry->params[p].name, "size") == 0 &&
          recipe->augment[i].values[p][0] != recipe->data.size)
        return g_strdup_printf ("augment.%d.size=%d", i, recipe->data.size);
  return NULL;
}

static void
find_augment (const ThawRecipe *recipe, GPtrArray *list)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawPipeline) pipeline = thaw_pipeline_new (
      recipe->augment, recipe->n_augment, recipe->mean, recipe->std, recipe->data.size, &error);
  g_autofree char *change = NULL, *remedy = NULL;
  char *field = NULL;

  if (pipeline != NULL)
    return;
  change = size_remedy (recipe);
  if (change != NULL)
    remedy = g_strdup_printf (_ ("Crop to %d"), recipe->data.size);
  if (change != NULL)
    field = g_strndup (change, strcspn (change, "="));
  else if (g_str_has_prefix (error->message, "augment.")) /* sentences begin with the field */
    field = g_strndup (error->message,
                       strspn (error->message, "abcdefghijklmnopqrstuvwxyz_.0123456789"));
  else
    field = g_strdup ("augment");
  add (list, true, "transforms-do-not-fit", field, g_strdup (error->message), remedy, change);
  g_free (field);
}

static void
find_optimizer (const ThawRecipe *recipe, GPtrArray *list)
{
  g_autoptr (GError) error = NULL;

  if (!thaw_optimizer_check (&recipe->optimizer, &error))
    add (list, true, "optimizer-options", "optimizer.nesterov", g_strdup (error->message),
         _ ("Without Nesterov"), "optimizer.nesterov=false");
}

static void
find_schedule (const ThawRecipe *recipe, GPtrArray *list)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  if (thaw_schedule_check (recipe, &error))
    return;
  field = g_strndup (error->message, strspn (error->message, "abcdefghijklmnopqrstuvwxyz_."));
  add (list, true, "schedule-options", field, g_strdup (error->message), NULL, NULL);
}

static void
find_size (const ThawRecipe *recipe, int classes, GPtrArray *list)
{
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);

  if (thaw_backbone_get (model, classes, recipe->data.size) == NULL) {
    g_autofree char *change = g_strdup_printf ("data.size=%d", model->min_size);
    g_autofree char *remedy = g_strdup_printf (_ ("Use %d px"), model->min_size);
    add (list, true, "input-too-small", "data.size",
         g_strdup_printf (_ ("%s takes images of %d px or more."), model->entry.title,
                          model->min_size),
         remedy, change);
  }
}

/* More blocks than there are beside the head. */
static void
find_steps (const ThawRecipe *recipe, int classes, GPtrArray *list)
{
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);
  const ThawBackbone *backbone = thaw_backbone_get (model, classes, recipe->data.size);
  int all = backbone != NULL ? (int) backbone->steps->len : G_MAXINT, before = 0;

  for (int i = 0; i < recipe->freeze.n_steps; i++) {
    int blocks = thaw_choice_int (&recipe->freeze.steps[i], "blocks");
    g_autofree char *field = g_strdup_printf ("freeze.steps.%d.blocks", i);
    g_autofree char *change = g_strdup_printf ("%s=%d", field, all);
    g_autofree char *remedy = NULL;
    if (blocks > all) {
      if (all > before)
        remedy = g_strdup_printf (ngettext ("Thaw %d Block", "Thaw %d Blocks", (gulong) all), all);
      add (list, true, "too-many-blocks", field,
           g_strdup_printf (_ ("%s is %d, but %s has %d blocks before its head."), field, blocks,
                            model->entry.name, all),
           remedy, change);
      return;
    }
    before = blocks;
  }
}

/* Weights that nobody made for this backbone. */
static void
find_weights (const ThawRecipe *recipe, GPtrArray *list)
{
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);
  const char *weights = recipe->model.weights, *sentence = NULL;

  if (strcmp (weights, "starter") == 0 && model->starter == NULL)
    sentence = _ ("Thaw comes with no starter weights for %s.");
  else if (strcmp (weights, "imagenet") == 0 && model->weights == NULL)
    sentence = _ ("No published weights are known for %s.");
  if (sentence != NULL)
    add (list, true, "no-such-weights", "model.weights",
         g_strdup_printf (sentence, model->entry.title), _ ("Begin With Random Weights"),
         "model.weights=random");
}

static void
find_data (const ThawDataFacts *facts, GPtrArray *list)
{
  if (!facts->known)
    return;
  if (facts->error != NULL)
    add (list, true, "data-unreadable", "data.set", g_strdup (facts->error), NULL, NULL);
  else if (facts->empty_class != NULL)
    add (list, true, "class-empty", "data.set",
         g_strdup_printf (_ ("The class “%s” has no images to train on."), facts->empty_class),
         NULL, NULL);
}

/* A set with validation images of its own needs no share of the others. */
static bool
is_moot (const ThawFinding *finding, const ThawRecipe *recipe, const ThawDataFacts *facts)
{
  return facts->known && facts->n_validation > 0 && strcmp (finding->id, "no-validation") == 0 &&
         recipe->evaluate.set == THAW_EVAL_VALIDATION;
}

GPtrArray *
thaw_findings_new (const ThawRecipe *recipe, const ThawDataFacts *facts, const char *weights_error)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (draft_finding_free);
  g_autoptr (GPtrArray) own = thaw_recipe_check (recipe);
  int classes = facts->classes > 0 ? facts->classes : 10;

  find_data (facts, list);
  find_augment (recipe, list);
  find_optimizer (recipe, list);
  find_schedule (recipe, list);
  find_size (recipe, classes, list);
  find_steps (recipe, classes, list);
  find_weights (recipe, list);
  if (weights_error != NULL)
    add (list, true, "weights-do-not-fit", "model.weights", g_strdup (weights_error),
         _ ("Begin With Random Weights"), "model.weights=random");
  thaw_schedule_findings (recipe, own);
  thaw_model_findings (recipe, classes, own);
  g_ptr_array_set_free_func (own, NULL);
  for (guint i = 0; i < own->len; i++)
    if (is_moot (own->pdata[i], recipe, facts))
      thaw_finding_free (own->pdata[i]);
    else
      insert (list, own->pdata[i], false);
  return list;
}
