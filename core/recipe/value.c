/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value of a document against what a field may hold, and the sentences when it may not. */
#include "recipe-private.h"
#include <math.h>
#include <string.h>

#define MAX_SHOWN 60 /* characters of a text in a message */

static char *
number_text (double value)
{
  GString *text = g_string_new (NULL);
  thaw_number_append (text, value);
  return g_string_free (text, FALSE);
}

char *
thaw_text_shown (const char *text)
{
  GString *shown = g_string_new ("'");
  int n = 0;

  for (const char *p = text; *p != 0; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (n++ == MAX_SHOWN) {
      g_string_append (shown, "…");
      break;
    }
    g_string_append_unichar (shown, g_unichar_isprint (c) ? c : '?');
  }
  g_string_append_c (shown, '\'');
  return g_string_free (shown, FALSE);
}

char *
thaw_node_text (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup (_ ("an object"));
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    guint n = json_array_get_length (json_node_get_array (node));
    return g_strdup_printf (ngettext ("a list of %u item", "a list of %u items", n), n);
  }
  if (JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("null");
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    return thaw_text_shown (json_node_get_string (node));
  if (type == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");
  return number_text (json_node_get_double (node));
}

static gboolean
node_number (JsonNode *node, double *value)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_INT64)
    *value = (double) json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE)
    *value = json_node_get_double (node);
  else
    return FALSE;
  return isfinite (*value);
}

static bool
is_whole (const ThawParamSpec *spec)
{
  return spec->kind == THAW_PARAM_INT || spec->whole;
}

/* Always FALSE. The sentence for a number outside [min, max]; either end may be infinite. */
static gboolean
fail_range (const ThawParamSpec *spec, JsonNode *node, const char *path, GError **error)
{
  g_autofree char *found = thaw_node_text (node), *lo = number_text (spec->min),
                  *hi = number_text (spec->max);
  bool whole = is_whole (spec);
  const int code = THAW_RECIPE_ERROR_VALUE;

  if (whole && isinf (spec->max))
    g_set_error (error, THAW_RECIPE_ERROR, code,
                 _ ("%s is %s, expected a whole number of at least %s"), path, found, lo);
  else if (whole)
    g_set_error (error, THAW_RECIPE_ERROR, code,
                 _ ("%s is %s, expected a whole number from %s to %s"), path, found, lo, hi);
  else if (isinf (spec->min) && isinf (spec->max))
    g_set_error (error, THAW_RECIPE_ERROR, code, _ ("%s is %s, expected a number"), path, found);
  else if (isinf (spec->min))
    g_set_error (error, THAW_RECIPE_ERROR, code, _ ("%s is %s, expected a number of at most %s"),
                 path, found, hi);
  else if (spec->exclusive_min && isinf (spec->max))
    g_set_error (error, THAW_RECIPE_ERROR, code, _ ("%s is %s, expected a number above %s"), path,
                 found, lo);
  else if (spec->exclusive_min)
    g_set_error (error, THAW_RECIPE_ERROR, code,
                 _ ("%s is %s, expected a number above %s and at most %s"), path, found, lo, hi);
  else if (isinf (spec->max))
    g_set_error (error, THAW_RECIPE_ERROR, code, _ ("%s is %s, expected a number of at least %s"),
                 path, found, lo);
  else
    g_set_error (error, THAW_RECIPE_ERROR, code, _ ("%s is %s, expected a number from %s to %s"),
                 path, found, lo, hi);
  return FALSE;
}

static gboolean
read_number (
    const ThawParamSpec *spec, JsonNode *node, const char *path, double *value, GError **error)
{
  double number;

  if (!node_number (node, &number) || number < spec->min || number > spec->max ||
      (spec->exclusive_min && number <= spec->min) || (is_whole (spec) && number != floor (number)))
    return fail_range (spec, node, path, error);
  *value = number + 0.0; /* no negative zero: it would be written as another recipe */
  return TRUE;
}

static gboolean
read_numbers (
    const ThawParamSpec *spec, JsonNode *node, const char *path, double *values, GError **error)
{
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (list == NULL || json_array_get_length (list) != (guint) spec->count) {
    g_autofree char *found = thaw_node_text (node);
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 ngettext ("%s is %s, expected a list of %d number",
                           "%s is %s, expected a list of %d numbers", (gulong) spec->count),
                 path, found, spec->count);
    return FALSE;
  }
  for (int i = 0; i < spec->count; i++) {
    g_autofree char *item = g_strdup_printf ("%s.%d", path, i);
    if (!read_number (spec, json_array_get_element (list, (guint) i), item, &values[i], error))
      return FALSE;
  }
  return TRUE;
}

/* A number, where two would do as well. */
static gboolean
read_one (
    const ThawParamSpec *spec, JsonNode *node, const char *path, double *value, GError **error)
{
  g_autofree char *found = NULL, *lo = NULL, *hi = NULL, *low = NULL, *high = NULL;

  if (read_number (spec, node, path, value, NULL))
    return TRUE;
  found = thaw_node_text (node);
  lo = number_text (spec->min);
  hi = number_text (spec->max);
  low = number_text (spec->pair_min);
  high = number_text (spec->pair_max);
  /* Translators: the field, what was found, the range of one number, the range of each of two. */
  g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
               _ ("%s is %s, expected a number from %s to %s, or [low, high] from %s to %s"), path,
               found, lo, hi, low, high);
  return FALSE;
}

/* [low, high] */
static gboolean
read_pair (
    const ThawParamSpec *spec, JsonNode *node, const char *path, double *values, GError **error)
{
  const ThawParamSpec both = {
      .kind = THAW_PARAM_REALS, .min = spec->pair_min, .max = spec->pair_max, .count = 2};
  const ThawParamSpec one = {.kind = THAW_PARAM_REAL, .min = both.min, .max = both.max};

  if (json_array_get_length (json_node_get_array (node)) != 2)
    return read_numbers (&both, node, path, values, error);
  for (int i = 0; i < 2; i++) {
    g_autofree char *item = g_strdup_printf ("%s.%d", path, i);
    if (!read_number (&one, json_array_get_element (json_node_get_array (node), (guint) i), item,
                      &values[i], error))
      return FALSE;
  }
  if (values[0] > values[1]) {
    g_autofree char *lo = number_text (values[0]), *hi = number_text (values[1]);
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
                 _ ("%s is [%s, %s], expected the lower number first"), path, lo, hi);
    return FALSE;
  }
  values[THAW_PAIR_MARK] = 1;
  return TRUE;
}

static gboolean
read_ints (
    const ThawParamSpec *spec, JsonNode *node, const char *path, double *values, GError **error)
{
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = list != NULL ? json_array_get_length (list) : 0;
  const ThawParamSpec one = {.kind = THAW_PARAM_INT, .min = spec->min, .max = spec->max};
  double before = 0;

  memset (values, 0, THAW_PARAM_MAX_COUNT * sizeof *values);
  if (list == NULL || n > (guint) spec->count) {
    g_autofree char *found = thaw_node_text (node);
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 _ ("%s is %s, expected a list of at most %d whole numbers"), path, found,
                 spec->count);
    return FALSE;
  }
  for (guint i = 0; i < n; before = values[i], i++) {
    g_autofree char *item = g_strdup_printf ("%s.%u", path, i);
    if (!read_number (&one, json_array_get_element (list, i), item, &values[i], error))
      return FALSE;
    if (values[i] > before)
      continue;
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
                 _ ("%s is %.0f, expected more than %.0f, the number before it"), item, values[i],
                 before);
    return FALSE;
  }
  return TRUE;
}

char *
thaw_class_weights_read (JsonNode *node, const char *path, GError **error)
{
  static const char *const words[] = {"none", "balanced", NULL};
  const ThawParamSpec one = {.kind = THAW_PARAM_REAL, .max = 1e9, .exclusive_min = true};
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = list != NULL ? json_array_get_length (list) : 0;
  g_autoptr (GString) json = g_string_new ("[");

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
      g_strv_contains (words, json_node_get_string (node)))
    return g_strdup (json_node_get_string (node));
  if (n == 0 || n > 10000) {
    g_autofree char *found = thaw_node_text (node);
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
                 _ ("%s is %s, expected none, balanced or a list with a number for each class"),
                 path, found);
    return NULL;
  }
  for (guint i = 0; i < n; i++) {
    g_autofree char *item = g_strdup_printf ("%s.%u", path, i);
    double value = 0;
    if (!read_number (&one, json_array_get_element (list, i), item, &value, error))
      return NULL;
    g_string_append (json, i > 0 ? ", " : "");
    thaw_number_append (json, value);
  }
  g_string_append_c (json, ']');
  return g_string_free (g_steal_pointer (&json), FALSE);
}

static gboolean
read_choice (
    const ThawParamSpec *spec, JsonNode *node, const char *path, double *value, GError **error)
{
  const char *text =
      JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
          ? json_node_get_string (node)
          : NULL;

  for (int i = 0; text != NULL && spec->choices[i] != NULL; i++)
    if (strcmp (spec->choices[i], text) == 0) {
      *value = i;
      return TRUE;
    }
  if (text != NULL) {
    thaw_error_name (error, path, text, spec->choices);
    return FALSE;
  }
  g_autofree char *found = thaw_node_text (node),
                  *known = g_strjoinv (", ", (char **) spec->choices);
  g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
               _ ("%s is %s, expected one of %s"), path, found, known);
  return FALSE;
}

static gboolean
read_bool (JsonNode *node, const char *path, double *value, GError **error)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN) {
    *value = json_node_get_boolean (node) ? 1 : 0;
    return TRUE;
  }
  g_autofree char *found = thaw_node_text (node);
  g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
               _ ("%s is %s, expected true or false"), path, found);
  return FALSE;
}

gboolean
thaw_param_read (const ThawParamSpec *spec,
                 JsonNode *node,
                 const char *path,
                 double values[THAW_PARAM_MAX_COUNT],
                 GError **error)
{
  switch (spec->kind) {
  case THAW_PARAM_BOOL:
    return read_bool (node, path, values, error);
  case THAW_PARAM_REALS:
    return read_numbers (spec, node, path, values, error);
  case THAW_PARAM_INTS:
    return read_ints (spec, node, path, values, error);
  case THAW_PARAM_CHOICE:
    return read_choice (spec, node, path, values, error);
  case THAW_PARAM_INT:
  case THAW_PARAM_REAL:
  default:
    if (spec->pair && JSON_NODE_HOLDS_ARRAY (node))
      return read_pair (spec, node, path, values, error);
    values[1] = values[THAW_PAIR_MARK] = 0;
    if (spec->pair)
      return read_one (spec, node, path, values, error);
    return read_number (spec, node, path, values, error);
  }
}

void
thaw_error_object (GError **error, const char *path, JsonNode *node)
{
  g_autofree char *found = thaw_node_text (node);

  if (*path == 0)
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 _ ("the document is %s, expected an object"), found);
  else
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 _ ("%s is %s, expected an object"), path, found);
}

void
thaw_error_name (GError **error, const char *path, const char *found, const char *const *known)
{
  g_autofree char *shown = thaw_text_shown (found);
  const char *near = thaw_nearest (found, known);

  if (near != NULL) {
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
                 _ ("%s is %s, did you mean '%s'?"), path, shown, near);
    return;
  }
  g_autofree char *all = g_strjoinv (", ", (char **) known);
  g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
               _ ("%s is %s, expected one of %s"), path, shown, all);
}
