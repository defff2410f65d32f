/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes side by side, field by field. */
#include "thaw-analysis.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* The fields of a recipe in the order met, path -> text. */
typedef struct {
  GPtrArray *paths; /* of char *, of all recipes */
  GHashTable *seen;
} Paths;

static char *
value_text (JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  return json_to_string (node, FALSE);
}

static void
put (Paths *paths, GHashTable *values, const char *path, char *text)
{
  if (g_hash_table_add (paths->seen, g_strdup (path)))
    g_ptr_array_add (paths->paths, g_strdup (path));
  g_hash_table_insert (values, g_strdup (path), text);
}

static void flatten (Paths *paths, GHashTable *values, const char *path, JsonNode *node);

/* A list of objects that have names ("augment") is read by those names: which transforms there are
 * matters, not their numbers. */
static void
flatten_list (Paths *paths, GHashTable *values, const char *path, JsonArray *list, JsonNode *node)
{
  guint n = json_array_get_length (list);

  for (guint i = 0; i < n; i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (list, i))) {
      put (paths, values, path, value_text (node));
      return;
    }
  for (guint i = 0; i < n; i++) {
    JsonObject *item = json_array_get_object_element (list, i);
    const char *name = json_object_get_string_member_with_default (item, "name", NULL);
    g_autofree char *below =
        name != NULL ? g_strdup_printf ("%s.%s", path, name) : g_strdup_printf ("%s.%u", path, i);
    g_autofree char *text = NULL;
    json_object_remove_member (item, "name");
    if (json_object_get_size (item) == 0)
      put (paths, values, below, g_strdup (_ ("on")));
    else
      flatten (paths, values, below, json_array_get_element (list, i));
  }
}

static void
flatten (Paths *paths, GHashTable *values, const char *path, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObjectIter iter;
    const char *member;
    JsonNode *child;
    json_object_iter_init_ordered (&iter, json_node_get_object (node));
    while (json_object_iter_next_ordered (&iter, &member, &child)) {
      g_autofree char *below = *path ? g_strdup_printf ("%s.%s", path, member) : g_strdup (member);
      if (*path || (strcmp (member, "format") != 0 && strcmp (member, "name") != 0))
        flatten (paths, values, below, child);
    }
  } else if (JSON_NODE_HOLDS_ARRAY (node) &&
             json_array_get_length (json_node_get_array (node)) > 0) {
    flatten_list (paths, values, path, json_node_get_array (node), node);
  } else {
    put (paths, values, path, value_text (node));
  }
}

static GHashTable *
values_of (Paths *paths, const ThawRun *run)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (JsonNode) root = run->recipe != NULL ? json_from_string (run->recipe, NULL) : NULL;

  if (root != NULL)
    flatten (paths, values, "", root);
  return values;
}

static ThawSheetRow *
row_of (const char *path, GPtrArray *values, int n)
{
  ThawSheetRow *row = g_new0 (ThawSheetRow, 1);

  row->title = g_strdup (path);
  row->cells = g_new0 (ThawSheetCell, n);
  for (int c = 0; c < n; c++) {
    const char *text = g_hash_table_lookup (values->pdata[c], path);
    row->cells[c].text = g_strdup (text != NULL ? text : "–");
    row->cells[c].value = NAN;
    row->differs |= strcmp (row->cells[c].text, row->cells[0].text) != 0;
  }
  return row;
}

ThawSheet *
thaw_recipe_sheet (const ThawRun *const *runs, const char *const *names, int n)
{
  ThawSheet *sheet = g_new0 (ThawSheet, 1);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) values =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  Paths all = {paths, seen};

  sheet->n_columns = n;
  sheet->columns = g_new0 (char *, n + 1);
  sheet->rows = g_ptr_array_new ();
  for (int c = 0; c < n; c++) {
    sheet->columns[c] = g_strdup (names[c]);
    g_ptr_array_add (values, values_of (&all, runs[c]));
  }
  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_add (sheet->rows, row_of (paths->pdata[i], values, n));
  return sheet;
}
