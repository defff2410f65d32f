/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canonical document: every field but late ones at their default, fixed order, two spaces,
 * shortest numbers. Lists of numbers and the items of lists take one line each, so that a
 * difference of recipes reads well. */
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

static int
count_ints (const double *values, int most)
{
  int n = 0;

  while (n < most && values[n] > 0)
    n++;
  return n;
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
  else if (spec->pair && values[THAW_PAIR_MARK] != 0)
    write_numbers (json, values, 2);
  else if (spec->kind == THAW_PARAM_INTS)
    write_numbers (json, values, count_ints (values, spec->count));
  else
    thaw_number_append (json, values[0]);
}

void
thaw_field_append (GString *json, const ThawField *field, const void *at)
{
  double value[THAW_PARAM_MAX_COUNT] = {0};

  if (field->kind == THAW_FIELD_TEXT) {
    const char *text = *(char *const *) at;
    if (field->rule == THAW_TEXT_WEIGHTS && *text == '[')
      g_string_append (json, text);
    else
      thaw_text_append_quoted (json, text);
    return;
  }
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
    value[0] = *(const double *) at;
    break;
  case THAW_STORE_INT:
    value[0] = *(const int *) at;
    break;
  case THAW_STORE_SEED:
    if (*(const uint64_t *) at == THAW_SEED_NONE) {
      g_string_append (json, "null");
      return;
    }
    value[0] = (double) *(const uint64_t *) at;
    break;
  case THAW_STORE_U64:
    value[0] = (double) *(const uint64_t *) at;
    break;
  case THAW_STORE_BOOL:
    value[0] = *(const bool *) at;
    break;
  case THAW_STORE_DOUBLE:
  default:
    value[0] = *(const double *) at;
    break;
  }
  thaw_param_append (json, &field->spec, value);
}

bool
thaw_param_is_silent (const ThawParamSpec *spec, const double *values)
{
  g_autoptr (GString) now = g_string_new (NULL), at_first = g_string_new (NULL);

  if (!spec->late)
    return false;
  thaw_param_append (now, spec, values);
  thaw_param_append (at_first, spec, spec->def);
  return g_string_equal (now, at_first);
}

static bool
is_silent (const ThawRecipe *recipe, const ThawField *field)
{
  g_autoptr (GString) now = g_string_new (NULL), at_first = g_string_new (NULL);

  if (field->kind == THAW_FIELD_GROUP) {
    for (const ThawField *child = field->children; child->name != NULL; child++)
      if (!is_silent (recipe, child))
        return false;
    return true;
  }
  if (!field->spec.late)
    return false;
  if (field->kind == THAW_FIELD_LIST)
    return *(const int *) ((const char *) recipe + field->count) == 0;
  if (field->kind == THAW_FIELD_TEXT)
    return g_str_equal (*(char *const *) place (recipe, field), field->text);
  if (field->store == THAW_STORE_OPTIONAL && field->spec.def[0] < 0)
    return *(const double *) place (recipe, field) < 0;
  thaw_field_append (now, field, place (recipe, field));
  thaw_param_append (at_first, &field->spec, field->spec.def);
  return g_string_equal (now, at_first);
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
    if (thaw_param_is_silent (&choice->entry->params[i], choice->values[i]))
      continue;
    g_string_append (json, ", ");
    write_key (json, choice->entry->params[i].name);
    thaw_param_append (json, &choice->entry->params[i], choice->values[i]);
  }
  g_string_append_c (json, '}');
}

static void
write_list (GString *json, const ThawRecipe *recipe, const ThawField *field, int depth)
{
  const ThawChoice *items = *(ThawChoice *const *) place (recipe, field);
  int n = *(const int *) ((const char *) recipe + field->count);

  g_string_append_c (json, '[');
  for (int i = 0; i < n; i++) {
    new_line (json, depth + 1, i == 0);
    write_item (json, &items[i]);
  }
  if (n > 0)
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
    if (thaw_param_is_silent (&choice->entry->params[i], choice->values[i]))
      continue;
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
    thaw_field_append (json, field, place (recipe, field));
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
    write_list (json, recipe, field, depth);
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
    if (is_silent (recipe, field))
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
