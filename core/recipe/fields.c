/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe as a flat list of fields, for forms and for differences. Follows the schema as the
 * writer does. */
#include "recipe-private.h"

static void
field_free (void *data)
{
  ThawRecipeField *field = data;

  g_free (field->path);
  g_free (field->value);
  g_free (field);
}

/* value: (transfer full) */
static void
add (GPtrArray *list,
     const char *prefix,
     const char *name,
     GString *value,
     const ThawParamSpec *spec)
{
  ThawRecipeField *field = g_new (ThawRecipeField, 1);

  field->path = g_strconcat (prefix, name, NULL);
  field->value = g_string_free (value, FALSE);
  field->spec = spec;
  g_ptr_array_add (list, field);
}

static void
add_choice (GPtrArray *list, const char *prefix, const ThawChoice *choice)
{
  GString *name = g_string_new (NULL);

  thaw_text_append_quoted (name, choice->entry->name);
  add (list, prefix, "name", name, NULL);
  for (int i = 0; i < choice->entry->n_params; i++) {
    const ThawParamSpec *spec = &choice->entry->params[i];
    GString *value = g_string_new (NULL);
    thaw_param_append (value, spec, choice->values[i]);
    add (list, prefix, spec->name, value, spec);
  }
}

static void
add_fields (GPtrArray *list, const ThawRecipe *recipe, const ThawField *fields, const char *prefix);

static void
add_field (GPtrArray *list, const ThawRecipe *recipe, const ThawField *field, const char *prefix)
{
  const void *at = (const char *) recipe + field->offset;
  g_autofree char *inside = g_strconcat (prefix, field->name, ".", NULL);
  GString *value;

  switch (field->kind) {
  case THAW_FIELD_FORMAT:
    break;
  case THAW_FIELD_TEXT:
    value = g_string_new (NULL);
    thaw_field_append (value, field, at);
    add (list, prefix, field->name, value, NULL);
    break;
  case THAW_FIELD_GROUP:
    add_fields (list, recipe, field->children, inside);
    break;
  case THAW_FIELD_CHOICE:
    add_choice (list, inside, at);
    add_fields (list, recipe, field->children, inside);
    break;
  case THAW_FIELD_LIST:
    for (int i = 0, n = *(const int *) ((const char *) recipe + field->count); i < n; i++) {
      g_autofree char *item = g_strdup_printf ("%s%d.", inside, i);
      add_choice (list, item, &(*(ThawChoice *const *) at)[i]);
    }
    break;
  case THAW_FIELD_PARAM:
  default:
    value = g_string_new (NULL);
    thaw_field_append (value, field, at);
    add (list, prefix, field->name, value, &field->spec);
    break;
  }
}

static void
add_fields (GPtrArray *list, const ThawRecipe *recipe, const ThawField *fields, const char *prefix)
{
  for (const ThawField *field = fields; field->name != NULL; field++)
    add_field (list, recipe, field, prefix);
}

GPtrArray *
thaw_recipe_fields (const ThawRecipe *recipe)
{
  g_return_val_if_fail (recipe != NULL, NULL);

  GPtrArray *list = g_ptr_array_new_with_free_func (field_free);
  add_fields (list, recipe, thaw_recipe_schema (), "");
  return list;
}
