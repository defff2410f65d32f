/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lists of transforms and of thaws on the way: items come, go and move as whole assignments of
 * the list. */
#include "draft.h"
#include "thaw-augment.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* (transfer full) */
static char *
item_json (ThawDraft *self, const char *list, int at)
{
  g_autofree char *prefix = g_strdup_printf ("%s.%d.", list, at);
  const GPtrArray *fields = thaw_draft_fields (self);
  GString *json = g_string_new ("{");

  for (guint i = 0; i < fields->len; i++) {
    const ThawRecipeField *field = fields->pdata[i];
    if (g_str_has_prefix (field->path, prefix))
      g_string_append_printf (json, "%s\"%s\": %s", json->len > 1 ? ", " : "",
                              field->path + strlen (prefix), field->value);
  }
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

/* items: JSON objects (transfer full) */
static gboolean
set_items (ThawDraft *self, const char *list, GPtrArray *items, GError **error)
{
  g_autofree char *joined = NULL, *json = NULL;
  gboolean done;

  g_ptr_array_add (items, NULL);
  joined = g_strjoinv (", ", (char **) items->pdata);
  json = g_strconcat ("[", joined, "]", NULL);
  thaw_draft_settle (self);
  done = thaw_draft_set (self, list, json, error);
  thaw_draft_settle (self);
  g_ptr_array_unref (items);
  return done;
}

static GPtrArray *
items_of (ThawDraft *self, const char *list, int n)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < n; i++)
    g_ptr_array_add (items, item_json (self, list, i));
  return items;
}

/* --- Transforms --- */

char *
thaw_draft_transform_json (ThawDraft *self, int at)
{
  return item_json (self, "augment", at);
}

static GPtrArray *
transform_items (ThawDraft *self)
{
  return items_of (self, "augment", thaw_draft_recipe (self)->n_augment);
}

/* Behind those of its own stage and of earlier ones: where it works. */
static int
place_for (ThawDraft *self, const char *name)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self);
  const ThawEntry *entry = thaw_catalogue_find (thaw_transforms_catalogue (), name);
  int at = recipe->n_augment;

  while (entry != NULL && at > 0 &&
         thaw_transform_stage (recipe->augment[at - 1].entry) > thaw_transform_stage (entry))
    at--;
  return at;
}

void
thaw_draft_add_transform (ThawDraft *self, const char *name, const char *params)
{
  GPtrArray *items = transform_items (self);

  g_ptr_array_insert (items, place_for (self, name),
                      params != NULL ? g_strdup (params)
                                     : g_strdup_printf ("{\"name\": \"%s\"}", name));
  set_items (self, "augment", items, NULL);
}

void
thaw_draft_remove_transform (ThawDraft *self, int at)
{
  GPtrArray *items = transform_items (self);

  if (at >= 0 && (guint) at < items->len)
    g_ptr_array_remove_index (items, (guint) at);
  set_items (self, "augment", items, NULL);
}

void
thaw_draft_move_transform (ThawDraft *self, int from, int to)
{
  GPtrArray *items = transform_items (self);
  int n = (int) items->len;

  if (from >= 0 && from < n && to >= 0 && to < n)
    g_ptr_array_insert (items, to, g_ptr_array_steal_index (items, (guint) from));
  set_items (self, "augment", items, NULL);
}

/* --- Thaws on the way --- */

/* What trains before step i begins. */
static void
before_step (const ThawRecipe *recipe, int i, int *epoch, int *blocks, double *rate)
{
  const ThawChoice *last = i > 0 ? &recipe->freeze.steps[i - 1] : NULL;

  *epoch = last != NULL ? thaw_choice_int (last, "epoch") : 0;
  *blocks = thaw_plan_blocks (recipe, *epoch);
  *rate =
      last != NULL ? thaw_choice_real (last, "lr") : thaw_choice_real (&recipe->optimizer, "lr");
}

const char *
thaw_draft_no_step (ThawDraft *self, int n_blocks)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self);
  int epoch, blocks;
  double rate;

  if (recipe->freeze.epochs == 0)
    return _ ("Nothing is frozen: no block can join in before the thaw.");
  before_step (recipe, recipe->freeze.n_steps, &epoch, &blocks, &rate);
  if (epoch + 1 >= recipe->freeze.epochs)
    return _ ("No frozen epoch is left for another step.");
  return blocks >= n_blocks ? _ ("Every block trains by then.") : NULL;
}

gboolean
thaw_draft_add_step (ThawDraft *self, int n_blocks, GError **error)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self);
  const char *refusal = thaw_draft_no_step (self, n_blocks);
  GPtrArray *items;
  int epoch, blocks;
  double rate;
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (refusal != NULL) {
    g_set_error_literal (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE, refusal);
    return FALSE;
  }
  before_step (recipe, recipe->freeze.n_steps, &epoch, &blocks, &rate);
  rate = sqrt (rate * recipe->freeze.lr_after); /* on the way to that of the thaw */
  items = items_of (self, "freeze.steps", recipe->freeze.n_steps);
  g_ptr_array_add (
      items, g_strdup_printf ("{\"name\": \"%s\", \"epoch\": %d, \"blocks\": %d, \"lr\": %s}",
                              thaw_steps_catalogue ().entries[0]->name,
                              epoch + MAX (1, (recipe->freeze.epochs - epoch) / 2), blocks + 1,
                              g_ascii_formatd (digits, sizeof digits, "%.1g", rate)));
  return set_items (self, "freeze.steps", items, error);
}

void
thaw_draft_remove_step (ThawDraft *self, int at)
{
  GPtrArray *items = items_of (self, "freeze.steps", thaw_draft_recipe (self)->freeze.n_steps);

  if (at >= 0 && (guint) at < items->len)
    g_ptr_array_remove_index (items, (guint) at);
  set_items (self, "freeze.steps", items, NULL);
}
