/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of transforms: items come, go and move as whole assignments of the list. */
#include "draft.h"
#include "thaw-augment.h"

#include <string.h>

char *
thaw_draft_transform_json (ThawDraft *self, int at)
{
  g_autofree char *prefix = g_strdup_printf ("augment.%d.", at);
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
static void
set_transforms (ThawDraft *self, GPtrArray *items)
{
  g_autofree char *list = NULL, *json = NULL;

  g_ptr_array_add (items, NULL);
  list = g_strjoinv (", ", (char **) items->pdata);
  json = g_strconcat ("[", list, "]", NULL);
  thaw_draft_settle (self);
  thaw_draft_set (self, "augment", json, NULL);
  thaw_draft_settle (self);
  g_ptr_array_unref (items);
}

static GPtrArray *
transform_items (ThawDraft *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < thaw_draft_recipe (self)->n_augment; i++)
    g_ptr_array_add (items, thaw_draft_transform_json (self, i));
  return items;
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
  set_transforms (self, items);
}

void
thaw_draft_remove_transform (ThawDraft *self, int at)
{
  GPtrArray *items = transform_items (self);

  if (at >= 0 && (guint) at < items->len)
    g_ptr_array_remove_index (items, (guint) at);
  set_transforms (self, items);
}

void
thaw_draft_move_transform (ThawDraft *self, int from, int to)
{
  GPtrArray *items = transform_items (self);
  int n = (int) items->len;

  if (from >= 0 && from < n && to >= 0 && to < n)
    g_ptr_array_insert (items, to, g_ptr_array_steal_index (items, (guint) from));
  set_transforms (self, items);
}
