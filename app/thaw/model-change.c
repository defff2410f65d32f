/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model-change.h"
#include "cli.h"
#include "thaw-catalogues.h"
#include "thaw-train.h"

#include <string.h>

void
model_change_clear (ModelChange *change)
{
  g_clear_pointer (&change->stem, g_free);
  g_clear_pointer (&change->set, g_strfreev);
}

int
model_change_check (const ModelChange *change)
{
  for (char **set = change->set; set != NULL && *set != NULL; set++)
    if (!g_str_has_prefix (*set, "model.") || g_str_has_prefix (*set, "model.name="))
      return cli_fail_usage (_ ("--set is '%s', expected a field of the backbone's shape, such as "
                                "model.stem=cifar"),
                             *set);
  return CLI_OK;
}

static bool
has_param (const ThawEntry *entry, const char *name)
{
  for (int i = 0; i < entry->n_params; i++)
    if (strcmp (entry->params[i].name, name) == 0)
      return true;
  return false;
}

bool
model_change_is_for (const ModelChange *change, const ThawModel *model)
{
  return change->set != NULL || change->stem == NULL || has_param (&model->entry, "stem");
}

ThawRecipe *
model_change_apply (const ModelChange *change, const ThawModel *model, GError **error)
{
  g_autoptr (ThawRecipe) plain = thaw_recipe_new (thaw_catalogues ());
  g_autoptr (GPtrArray) assignments = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (assignments, g_strconcat ("model.name=", model->entry.name, NULL));
  if (change->stem != NULL && has_param (&model->entry, "stem"))
    g_ptr_array_add (assignments, g_strconcat ("model.stem=", change->stem, NULL));
  for (char **set = change->set; set != NULL && *set != NULL; set++)
    g_ptr_array_add (assignments, g_strdup (*set));
  g_ptr_array_add (assignments, NULL);
  return thaw_recipe_with (plain, (const char *const *) assignments->pdata, thaw_catalogues (),
                           error);
}

char *
model_change_say (const ThawRecipe *recipe)
{
  g_autoptr (GPtrArray) fields = thaw_recipe_fields (recipe);
  g_autoptr (ThawRecipe) plain = thaw_recipe_new (thaw_catalogues ());
  g_autofree char *name = g_strconcat ("model.name=", recipe->model.choice.entry->name, NULL);
  const char *assignments[] = {name, NULL};
  g_autoptr (ThawRecipe) published =
      thaw_recipe_with (plain, assignments, thaw_catalogues (), NULL);
  g_autoptr (GPtrArray) before = thaw_recipe_fields (published);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (fields->len, before->len); i++) { /* lists come behind "model" */
    const ThawRecipeField *field = fields->pdata[i], *own = before->pdata[i];
    if (!g_str_has_prefix (field->path, "model.") || strcmp (field->path, "model.weights") == 0 ||
        strcmp (field->value, own->value) == 0)
      continue;
    g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "",
                            field->path + strlen ("model."), field->value);
  }
  return g_string_free (text, FALSE);
}
