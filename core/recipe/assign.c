/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assignments "key.path=value": applied to the canonical document, which is then read like any
 * other. */
#include "recipe-private.h"
#include <string.h>

#define MAX_PARTS 16

static gboolean
fail_field (GError **error, char *sentence)
{
  g_set_error_literal (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD, sentence);
  g_free (sentence);
  return FALSE;
}

/* JSON when it is, else text. (transfer full) */
static JsonNode *
read_value (const char *text)
{
  JsonNode *node = thaw_json_read (text, strlen (text), "value", NULL);

  return node != NULL ? node : json_node_init_string (json_node_alloc (), text);
}

/* -1: not a whole number below the list's limit. */
static int
list_index (const char *part)
{
  if (*part == 0 || strlen (part) > 3 || strspn (part, "0123456789") != strlen (part))
    return -1;
  return (int) g_ascii_strtoll (part, NULL, 10);
}

/* The path up to and with parts[last]. */
static char *
path_text (char **parts, int last)
{
  GString *path = g_string_new (parts[0]);

  for (int i = 1; i <= last; i++)
    g_string_append_printf (path, ".%s", parts[i]);
  return g_string_free (path, FALSE);
}

static gboolean
fail_index (JsonArray *list, char **parts, int at, GError **error)
{
  g_autofree char *path = path_text (parts, at), *whole = path_text (parts, at - 1),
                  *shown = thaw_text_shown (path);
  guint n = json_array_get_length (list);

  return fail_field (error, g_strdup_printf (ngettext ("%s is not there: %s has %u item",
                                                       "%s is not there: %s has %u items", n),
                                             shown, whole, n));
}

/* What parts[at] means inside `node`. A field that is missing is made, so that the reader names it
 * as unknown. (transfer none) */
static JsonNode *
enter (JsonNode *node, char **parts, int at, GError **error)
{
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObject *object = json_node_get_object (node);
    if (!json_object_has_member (object, parts[at]))
      json_object_set_object_member (object, parts[at], json_object_new ());
    return json_object_get_member (object, parts[at]);
  }
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *list = json_node_get_array (node);
    int i = list_index (parts[at]);
    if (i >= 0 && (guint) i < json_array_get_length (list))
      return json_array_get_element (list, (guint) i);
    fail_index (list, parts, at, error);
    return NULL;
  }
  g_autofree char *path = path_text (parts, at - 1), *found = thaw_node_text (node);
  fail_field (error, g_strdup_printf (_ ("%s is %s and has no fields"), path, found));
  return NULL;
}

/* Puts value (transfer full) at item i, or at the end. */
static gboolean
set_item (JsonArray *list, char **parts, int at, JsonNode *value, GError **error)
{
  guint n = json_array_get_length (list);
  int i = list_index (parts[at]);

  if (i < 0 || (guint) i > n) {
    json_node_unref (value);
    return fail_index (list, parts, at, error);
  }
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();
  for (guint k = (guint) i + 1; k < n; k++)
    g_ptr_array_add (rest, json_array_dup_element (list, k));
  while (json_array_get_length (list) > (guint) i)
    json_array_remove_element (list, json_array_get_length (list) - 1);
  json_array_add_element (list, value);
  for (guint k = 0; k < rest->len; k++)
    json_array_add_element (list, rest->pdata[k]);
  return TRUE;
}

/* The catalogue that the object at parts[0..n-2] takes its name from. */
static bool
names_entry (char **parts, int n, const ThawCatalogues *catalogues, ThawCatalogue *catalogue)
{
  const ThawField *field = thaw_field_find (thaw_recipe_schema (), parts[0]);

  if (field == NULL || strcmp (parts[n - 1], "name") != 0)
    return false;
  if (!(field->kind == THAW_FIELD_CHOICE && n == 2) && !(field->kind == THAW_FIELD_LIST && n == 3))
    return false;
  *catalogue = thaw_field_catalogue (field, catalogues);
  return true;
}

static const ThawEntry *
node_entry (ThawCatalogue catalogue, JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return thaw_catalogue_find (catalogue, json_node_get_string (node));
}

/* Before the name changes: takes away the old entry's parameters that the new one does not have in
 * the same form. Names that neither knows stay and are refused by the reader. */
static void
drop_params (JsonObject *object, ThawCatalogue catalogue, JsonNode *new_name)
{
  const ThawEntry *old = node_entry (catalogue, json_object_get_member (object, "name"));
  const ThawEntry *new = node_entry (catalogue, new_name);

  if (old == NULL || new == NULL)
    return;
  for (int i = 0; i < old->n_params; i++) {
    const ThawParamSpec *spec = &old->params[i];
    int k = thaw_entry_find_param (new, spec->name);
    bool same = k >= 0 && new->params[k].kind == spec->kind &&new->params[k].count == spec->count;
    if (!same && json_object_has_member (object, spec->name))
      json_object_remove_member (object, spec->name);
  }
}

static gboolean
assign (JsonNode *root,
        char **parts,
        int n,
        const char *text,
        const ThawCatalogues *catalogues,
        GError **error)
{
  ThawCatalogue catalogue;
  JsonNode *node = root;

  for (int i = 0; i < n - 1; i++) {
    node = enter (node, parts, i, error);
    if (node == NULL)
      return FALSE;
  }
  JsonNode *value = read_value (text);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return set_item (json_node_get_array (node), parts, n - 1, value, error);
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    json_node_unref (value);
    return enter (node, parts, n - 1, error) != NULL;
  }
  JsonObject *object = json_node_get_object (node);
  if (names_entry (parts, n, catalogues, &catalogue))
    drop_params (object, catalogue, value);
  json_object_set_member (object, parts[n - 1], value);
  return TRUE;
}

static gboolean
apply (JsonNode *root, const char *assignment, const ThawCatalogues *catalogues, GError **error)
{
  const char *equals = strchr (assignment, '=');

  if (equals == NULL || equals == assignment || !g_utf8_validate (assignment, -1, NULL)) {
    g_autofree char *valid = g_utf8_make_valid (assignment, -1), *shown = thaw_text_shown (valid);
    return fail_field (
        error, g_strdup_printf (_ ("%s is not an assignment, expected key.path=value"), shown));
  }
  g_autofree char *key = g_strndup (assignment, (gsize) (equals - assignment));
  g_auto (GStrv) parts = g_strsplit (key, ".", MAX_PARTS + 1);
  int n = (int) g_strv_length (parts);
  bool empty = n > MAX_PARTS;
  for (int i = 0; i < n; i++)
    empty = empty || *parts[i] == 0;
  if (empty) {
    g_autofree char *shown = thaw_text_shown (key);
    return fail_field (
        error, g_strdup_printf (_ ("%s is not a path of fields, such as optimizer.lr"), shown));
  }
  return assign (root, parts, n, equals + 1, catalogues, error);
}

ThawRecipe *
thaw_recipe_with (const ThawRecipe *recipe,
                  const char *const *assignments,
                  const ThawCatalogues *catalogues,
                  GError **error)
{
  g_return_val_if_fail (recipe != NULL && catalogues != NULL, NULL);

  g_autofree char *json = thaw_recipe_write (recipe);
  g_autoptr (JsonNode) root = thaw_json_read (json, strlen (json), "recipe", error);
  if (root == NULL)
    return NULL;
  for (int i = 0; assignments != NULL && assignments[i] != NULL; i++)
    if (!apply (root, assignments[i], catalogues, error))
      return NULL;
  return thaw_recipe_from_node (root, catalogues, error);
}
