/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"
#include "draft.h"
#include "thaw-resources.h"

#include <string.h>

static const ThawRecipeField *
find (const GPtrArray *fields, const char *path)
{
  for (guint i = 0; i < fields->len; i++)
    if (strcmp (((const ThawRecipeField *) fields->pdata[i])->path, path) == 0)
      return fields->pdata[i];
  return NULL;
}

/* *recipe with one more assignment, which is noted. */
static void
take (ThawRecipe **recipe, GPtrArray *assignments, char *assignment)
{
  const char *list[] = {assignment, NULL};
  ThawRecipe *next = thaw_recipe_with (*recipe, list, thaw_catalogues (), NULL);

  g_ptr_array_add (assignments, assignment);
  if (next == NULL)
    return; /* the target is valid, so is each of its fields */
  thaw_recipe_free (*recipe);
  *recipe = next;
}

static bool
same_transforms (const ThawRecipe *a, const ThawRecipe *b)
{
  bool same = a->n_augment == b->n_augment;

  for (int i = 0; same && i < a->n_augment; i++)
    same = a->augment[i].entry == b->augment[i].entry;
  return same;
}

/* "augment=[...]" of a recipe's fields. */
static char *
transforms_assignment (const GPtrArray *fields)
{
  GString *json = g_string_new ("augment=[");
  bool open = false;

  for (guint i = 0; i < fields->len; i++) {
    const ThawRecipeField *field = fields->pdata[i];
    bool begins = g_str_has_suffix (field->path, ".name");
    if (!g_str_has_prefix (field->path, "augment."))
      continue;
    g_string_append_printf (json, "%s%s\"%s\": %s", begins && open ? "}, " : "",
                            begins ? "{" : ", ", strrchr (field->path, '.') + 1, field->value);
    open = true;
  }
  g_string_append (json, open ? "}]" : "]");
  return g_string_free (json, FALSE);
}

/* What turns `base` (transfer full) into `target`. */
static GPtrArray *
difference (ThawRecipe *base, const ThawRecipe *target)
{
  GPtrArray *assignments = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) wanted = thaw_recipe_fields (target);

  if (!same_transforms (base, target))
    take (&base, assignments, transforms_assignment (wanted));
  for (guint i = 0; i < wanted->len; i++) {
    const ThawRecipeField *field = wanted->pdata[i];
    g_autoptr (GPtrArray) now = thaw_recipe_fields (base);
    const ThawRecipeField *has = find (now, field->path);
    if (has == NULL || strcmp (has->value, field->value) != 0)
      take (&base, assignments, g_strconcat (field->path, "=", field->value, NULL));
  }
  thaw_recipe_free (base);
  return assignments;
}

static ThawRecipe *
preset_recipe (const char *name)
{
  g_autoptr (GBytes) bytes = thaw_preset_read (name);
  gsize length;
  const char *json = g_bytes_get_data (bytes, &length);

  return thaw_recipe_parse (json, (gssize) length, name, thaw_catalogues (), NULL);
}

char **
thaw_command_recipe (const ThawRecipe *recipe, const char *preferred)
{
  g_auto (GStrv) names = thaw_presets_list ();
  g_autoptr (GPtrArray) best = NULL;
  GPtrArray *args = g_ptr_array_new ();
  const char *preset = NULL;

  for (char **name = names; *name != NULL; name++) {
    ThawRecipe *base = preset_recipe (*name);
    g_autoptr (GPtrArray) list = base != NULL ? difference (base, recipe) : NULL;
    if (list == NULL)
      continue;
    if (best == NULL || list->len < best->len ||
        (list->len == best->len && g_strcmp0 (*name, preferred) == 0)) {
      g_clear_pointer (&best, g_ptr_array_unref);
      best = g_steal_pointer (&list);
      preset = *name;
    }
  }
  g_ptr_array_add (args, g_strdup ("--preset"));
  g_ptr_array_add (args, g_strdup (preset));
  for (guint i = 0; best != NULL && i < best->len; i++) {
    g_ptr_array_add (args, g_strdup ("--set"));
    g_ptr_array_add (args, g_strdup (best->pdata[i]));
  }
  g_ptr_array_add (args, NULL);
  return (char **) g_ptr_array_free (args, FALSE);
}
