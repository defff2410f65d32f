/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canonical document: every field, fixed order, two spaces, shortest numbers. Lists of numbers
 * and the items of `augment` take one line each, so that a difference of recipes reads well. */
#include "recipe-private.h"

static const void *
place (const ThawRecipe *recipe, const ThawField *field)
{
  return (const char *) recipe + field->offset;
}

static void
write_numbers (GString *json, const double *values, int n)
{
  g_string_append_c (json, '[');
  for (int i = 0; i < n; i++) {
    if (i > 0)
      g_string_append (json, ", ");
    thaw_number_append (json, values[i]);
  }
  g_string_append_c (json, ']');
}

void
thaw_param_append (GString *json, const ThawParamSpec *spec, const double *values)
{
  if (spec->kind == THAW_PARAM_BOOL)
    g_string_append (json, values[0] != 0 ? "true" : "false");
  else if (spec->kind == THAW_PARAM_CHOICE)
    thaw_text_append_quoted (json, spec->choices[(int) values[0]]);
  else if (spec->kind == THAW_PARAM_REALS)
    write_numbers (json, values, spec->count);
  else
    thaw_number_append (json, values[0]);
}

void
thaw_field_append (GString *json, const ThawField *field, const void *at)
{
  double value = 0;

  switch (field->store) {
  case THAW_STORE_DOUBLES:
    write_numbers (json, at, field->spec.count);
    return;
  case THAW_STORE_CHOICE_TEXT:
    thaw_text_append_quoted (json, *(char *const *) at);
    return;
  case THAW_STORE_OPTIONAL:
    if (*(const double *) at < 0) {
      g_string_append (json, "null");
      return;
    }
    value = *(const double *) at;
    break;
  case THAW_STORE_INT:
    value = *(const int *) at;
    break;
  case THAW_STORE_U64:
    value = (double) *(const uint64_t *) at;
    break;
  case THAW_STORE_BOOL:
    value = *(const bool *) at;
    break;
  case THAW_STORE_DOUBLE:
  default:
    value = *(const double *) at;
    break;
  }
  thaw_param_append (json, &field->spec, &value);
}

static void
new_line (GString *json, int depth, bool first)
{
  g_string_append (json, first ? "\n" : ",\n");
  for (int i = 0; i < depth; i++)
    g_string_append (json, "  ");
}

static void
write_key (GString *json, const char *name)
{
  thaw_text_append_quoted (json, name);
  g_string_append (json, ": ");
}

static void
write_item (GString *json, const ThawChoice *choice)
{
  g_string_append (json, "{\"name\": ");
  thaw_text_append_quoted (json, choice->entry->name);
  for (int i = 0; i < choice->entry->n_params; i++) {
    g_string_append (json, ", ");
    write_key (json, choice->entry->params[i].name);
    thaw_param_append (json, &choice->entry->params[i], choice->values[i]);
  }
  g_string_append_c (json, '}');
}

static void
write_list (GString *json, const ThawRecipe *recipe, int depth)
{
  g_string_append_c (json, '[');
  for (int i = 0; i < recipe->n_augment; i++) {
    new_line (json, depth + 1, i == 0);
    write_item (json, &recipe->augment[i]);
  }
  if (recipe->n_augment > 0)
    new_line (json, depth, true);
  g_string_append_c (json, ']');
}

static void write_fields (GString *json,
                          const ThawRecipe *recipe,
                          const ThawField *fields,
                          int depth,
                          bool first,
                          bool named);

static void
write_choice (GString *json, const ThawRecipe *recipe, const ThawField *field, int depth)
{
  const ThawChoice *choice = place (recipe, field);

  g_string_append_c (json, '{');
  new_line (json, depth + 1, true);
  write_key (json, "name");
  thaw_text_append_quoted (json, choice->entry->name);
  for (int i = 0; i < choice->entry->n_params; i++) {
    new_line (json, depth + 1, false);
    write_key (json, choice->entry->params[i].name);
    thaw_param_append (json, &choice->entry->params[i], choice->values[i]);
  }
  write_fields (json, recipe, field->children, depth + 1, false, true);
  new_line (json, depth, true);
  g_string_append_c (json, '}');
}

static void
write_field (GString *json, const ThawRecipe *recipe, const ThawField *field, int depth)
{
  switch (field->kind) {
  case THAW_FIELD_FORMAT:
    thaw_text_append_quoted (json, THAW_RECIPE_FORMAT);
    break;
  case THAW_FIELD_TEXT:
    thaw_text_append_quoted (json, *(char *const *) place (recipe, field));
    break;
  case THAW_FIELD_GROUP:
    g_string_append_c (json, '{');
    write_fields (json, recipe, field->children, depth + 1, true, true);
    new_line (json, depth, true);
    g_string_append_c (json, '}');
    break;
  case THAW_FIELD_CHOICE:
    write_choice (json, recipe, field, depth);
    break;
  case THAW_FIELD_LIST:
    write_list (json, recipe, depth);
    break;
  case THAW_FIELD_PARAM:
  default:
    thaw_field_append (json, field, place (recipe, field));
    break;
  }
}

/* `first`: no field stands before these in their object. */
static void
write_fields (GString *json,
              const ThawRecipe *recipe,
              const ThawField *fields,
              int depth,
              bool first,
              bool named)
{
  for (const ThawField *field = fields; field->name != NULL; field++) {
    if (!named && field->kind == THAW_FIELD_TEXT && field->rule == THAW_TEXT_FREE)
      continue;
    new_line (json, depth, first);
    first = false;
    write_key (json, field->name);
    write_field (json, recipe, field, depth);
  }
}

char *
thaw_recipe_write_as (const ThawRecipe *recipe, bool named)
{
  GString *json = g_string_new ("{");

  write_fields (json, recipe, thaw_recipe_schema (), 1, true, named);
  g_string_append (json, "\n}\n");
  return g_string_free (json, FALSE);
}

char *
thaw_recipe_write (const ThawRecipe *recipe)
{
  g_return_val_if_fail (recipe != NULL, NULL);

  return thaw_recipe_write_as (recipe, true);
}

char *
thaw_recipe_hash (const ThawRecipe *recipe)
{
  g_return_val_if_fail (recipe != NULL, NULL);

  g_autofree char *json = thaw_recipe_write_as (recipe, false);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, json, -1);
}
