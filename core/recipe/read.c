/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A document into a recipe: the schema says what is looked for; what is missing takes its default,
 * what is not known is refused. */
#include "recipe-private.h"
#include <string.h>

typedef struct {
  ThawRecipe *recipe;
  const ThawCatalogues *catalogues;
} Reader;

static char *
join (const char *path, const char *name)
{
  return *path == 0 ? g_strdup (name) : g_strconcat (path, ".", name, NULL);
}

static void *
place (const Reader *reader, const ThawField *field)
{
  return (char *) reader->recipe + field->offset;
}

static void
unknown_field (const char *path, const char *name, const char *const *known, GError **error)
{
  g_autofree char *full = join (path, name), *shown = thaw_text_shown (full);
  const char *near = thaw_nearest (name, known);

  if (near != NULL) {
    g_autofree char *meant = join (path, near);
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 _ ("%s is not a field of a recipe, did you mean '%s'?"), shown, meant);
    return;
  }
  g_autofree char *all = g_strjoinv (", ", (char **) known);
  g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
               _ ("%s is not a field of a recipe, expected one of %s"), shown, all);
}

/* object may hold "name" and the entry's parameters (entry nullable) and `fields`, nothing else. */
static gboolean
check_members (JsonObject *object,
               const char *path,
               const ThawEntry *entry,
               const ThawField *fields,
               GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autoptr (GList) members = json_object_get_members (object);

  if (entry != NULL) {
    g_ptr_array_add (known, (gpointer) "name");
    for (int i = 0; i < entry->n_params; i++)
      g_ptr_array_add (known, (gpointer) entry->params[i].name);
  }
  for (const ThawField *field = fields; field->name != NULL; field++)
    g_ptr_array_add (known, (gpointer) field->name);
  g_ptr_array_add (known, NULL);
  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains ((const char *const *) known->pdata, l->data)) {
      unknown_field (path, l->data, (const char *const *) known->pdata, error);
      return FALSE;
    }
  return TRUE;
}

/* *object: NULL when the node is missing (defaults), else what it holds. */
static gboolean
read_object (JsonNode *node, const char *path, JsonObject **object, GError **error)
{
  *object = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    thaw_error_object (error, path, node);
    return FALSE;
  }
  *object = json_node_get_object (node);
  return TRUE;
}

static gboolean
read_format (JsonNode *node, const char *path, GError **error)
{
  if (node == NULL) {
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 _ ("%s is missing, expected '%s'"), path, THAW_RECIPE_FORMAT);
    return FALSE;
  }
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
      strcmp (json_node_get_string (node), THAW_RECIPE_FORMAT) == 0)
    return TRUE;
  g_autofree char *found = thaw_node_text (node);
  g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE, _ ("%s is %s, expected '%s'"),
               path, found, THAW_RECIPE_FORMAT);
  return FALSE;
}

static bool
text_fits (ThawTextRule rule, const char *text)
{
  static const struct {
    size_t min, max;
  } lengths[] = {[THAW_TEXT_FREE] = {0, 800},
                 [THAW_TEXT_ID] = {1, 64},
                 [THAW_TEXT_SOURCE] = {1, 4096},
                 [THAW_TEXT_WEIGHTS] = {1, 16},
                 [THAW_TEXT_MATCH] = {0, 200}};
  size_t length = strlen (text);

  if (length < lengths[rule].min || length > lengths[rule].max)
    return false;
  for (const char *p = text; *p != 0; p = g_utf8_next_char (p)) {
    bool plain = g_ascii_islower (*p) || g_ascii_isdigit (*p) || strchr ("-_.", *p) != NULL;
    if (rule == THAW_TEXT_ID ? !plain : g_unichar_iscntrl (g_utf8_get_char (p)))
      return false;
  }
  return true;
}

static gboolean
read_text (const ThawField *field, JsonNode *node, const char *path, char **text, GError **error)
{
  const char *found = field->text;

  if (node != NULL && field->rule == THAW_TEXT_WEIGHTS)
    return (*text = thaw_class_weights_read (node, path, error)) != NULL;
  if (node != NULL)
    found = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
                ? json_node_get_string (node)
                : NULL;
  if (found != NULL && text_fits (field->rule, found)) {
    *text = g_strdup (found);
    return TRUE;
  }
  g_autofree char *shown = thaw_node_text (node), *sentence = NULL;
  if (field->rule == THAW_TEXT_ID)
    sentence = g_strdup_printf (_ ("%s is %s, expected a data set's name in small letters, such as "
                                   "auto, cifar-10, fashion-mnist or path"),
                                path, shown);
  else if (field->rule == THAW_TEXT_SOURCE)
    sentence = g_strdup_printf (
        _ ("%s is %s, expected random, starter, imagenet or the path of a file"), path, shown);
  else
    sentence =
        g_strdup_printf (_ ("%s is %s, expected a line of text of at most 800 bytes"), path, shown);
  g_set_error_literal (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE, sentence);
  return FALSE;
}

static void
store (const ThawField *field, void *at, const double *values)
{
  switch (field->store) {
  case THAW_STORE_INT:
    *(int *) at = (int) values[0];
    break;
  case THAW_STORE_SEED:
  case THAW_STORE_U64:
    *(uint64_t *) at = (uint64_t) values[0];
    break;
  case THAW_STORE_BOOL:
    *(bool *) at = values[0] != 0;
    break;
  case THAW_STORE_CHOICE_TEXT:
    *(char **) at = g_strdup (field->spec.choices[(int) values[0]]);
    break;
  case THAW_STORE_DOUBLES:
    memcpy (at, values, (size_t) field->spec.count * sizeof *values);
    break;
  case THAW_STORE_DOUBLE:
  case THAW_STORE_OPTIONAL:
  default:
    *(double *) at = values[0];
    break;
  }
}

static gboolean
read_param (
    const Reader *reader, const ThawField *field, JsonNode *node, const char *path, GError **error)
{
  double values[THAW_PARAM_MAX_COUNT];
  bool given = node != NULL;

  if (field->store == THAW_STORE_OPTIONAL && given && JSON_NODE_HOLDS_NULL (node))
    given = false;
  if (field->store == THAW_STORE_SEED && given && JSON_NODE_HOLDS_NULL (node)) {
    *(uint64_t *) place (reader, field) = THAW_SEED_NONE;
    return TRUE;
  }
  memcpy (values, field->spec.def, sizeof values);
  if (given && !thaw_param_read (&field->spec, node, path, values, error))
    return FALSE;
  store (field, place (reader, field), values);
  return TRUE;
}

/* An entry's name from a node that may be missing; `fallback` (nullable) is taken then. */
static const ThawEntry *
read_entry (ThawCatalogue catalogue,
            const ThawEntry *fallback,
            JsonNode *node,
            const char *path,
            GError **error)
{
  g_autofree char *name_path = join (path, "name");
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const ThawEntry *entry = fallback;

  for (int i = 0; catalogue.entries != NULL && catalogue.entries[i] != NULL; i++)
    g_ptr_array_add (names, (gpointer) catalogue.entries[i]->name);
  g_ptr_array_add (names, NULL);
  const char *const *known = (const char *const *) names->pdata;
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_STRING) {
    entry = thaw_catalogue_find (catalogue, json_node_get_string (node));
    if (entry == NULL)
      thaw_error_name (error, name_path, json_node_get_string (node), known);
    return entry;
  }
  if (node == NULL && fallback != NULL)
    return fallback;
  g_autofree char *found = node != NULL ? thaw_node_text (node) : NULL,
                  *all = g_strjoinv (", ", (char **) known);
  if (node == NULL)
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 _ ("%s is missing, expected one of %s"), name_path, all);
  else
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 _ ("%s is %s, expected one of %s"), name_path, found, all);
  return NULL;
}

/* choice (overwritten) takes the entry and the parameters that `object` (nullable) gives. */
static gboolean
read_choice (ThawChoice *choice,
             const ThawEntry *entry,
             JsonObject *object,
             const char *path,
             GError **error)
{
  thaw_choice_init (choice, entry);
  for (int i = 0; object != NULL && i < entry->n_params; i++) {
    JsonNode *node = json_object_get_member (object, entry->params[i].name);
    g_autofree char *param_path = join (path, entry->params[i].name);
    if (node != NULL &&
        !thaw_param_read (&entry->params[i], node, param_path, choice->values[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean read_fields (const Reader *reader,
                             const ThawField *fields,
                             JsonObject *object,
                             const char *path,
                             GError **error);

static gboolean
read_choice_field (
    const Reader *reader, const ThawField *field, JsonNode *node, const char *path, GError **error)
{
  JsonObject *object;

  if (!read_object (node, path, &object, error))
    return FALSE;
  JsonNode *name = object != NULL ? json_object_get_member (object, "name") : NULL;
  const ThawEntry *entry =
      read_entry (thaw_field_catalogue (field, reader->catalogues),
                  thaw_field_default_entry (field, reader->catalogues), name, path, error);
  if (entry == NULL)
    return FALSE;
  if (object != NULL && !check_members (object, path, entry, field->children, error))
    return FALSE;
  return read_choice (place (reader, field), entry, object, path, error) &&
         read_fields (reader, field->children, object, path, error);
}

static gboolean
read_item (
    ThawChoice *item, ThawCatalogue catalogue, JsonNode *node, const char *path, GError **error)
{
  static const ThawField none[] = {{.name = NULL}};
  JsonObject *object;

  if (!read_object (node, path, &object, error))
    return FALSE;
  const ThawEntry *entry =
      read_entry (catalogue, NULL, json_object_get_member (object, "name"), path, error);
  return entry != NULL && check_members (object, path, entry, none, error) &&
         read_choice (item, entry, object, path, error);
}

static gboolean
read_list (
    const Reader *reader, const ThawField *field, JsonNode *node, const char *path, GError **error)
{
  ThawChoice **items = place (reader, field);
  int *count = (int *) (void *) ((char *) reader->recipe + field->count);

  if (node == NULL)
    return TRUE;
  guint n = JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_length (json_node_get_array (node)) : 0;
  if (!JSON_NODE_HOLDS_ARRAY (node) || n > THAW_RECIPE_MAX_ITEMS) {
    g_autofree char *found = thaw_node_text (node);
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_FIELD,
                 _ ("%s is %s, expected a list of at most %d objects"), path, found,
                 THAW_RECIPE_MAX_ITEMS);
    return FALSE;
  }
  *items = g_new0 (ThawChoice, MAX (n, 1));
  for (guint i = 0; i < n; i++) {
    g_autofree char *item_path = g_strdup_printf ("%s.%u", path, i);
    *count = (int) i + 1;
    if (!read_item (&(*items)[i], thaw_field_catalogue (field, reader->catalogues),
                    json_array_get_element (json_node_get_array (node), i), item_path, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_group (
    const Reader *reader, const ThawField *field, JsonNode *node, const char *path, GError **error)
{
  JsonObject *object;

  return read_object (node, path, &object, error) &&
         (object == NULL || check_members (object, path, NULL, field->children, error)) &&
         read_fields (reader, field->children, object, path, error);
}

static gboolean
read_field (
    const Reader *reader, const ThawField *field, JsonNode *node, const char *path, GError **error)
{
  switch (field->kind) {
  case THAW_FIELD_FORMAT:
    return read_format (node, path, error);
  case THAW_FIELD_TEXT:
    return read_text (field, node, path, place (reader, field), error);
  case THAW_FIELD_GROUP:
    return read_group (reader, field, node, path, error);
  case THAW_FIELD_CHOICE:
    return read_choice_field (reader, field, node, path, error);
  case THAW_FIELD_LIST:
    return read_list (reader, field, node, path, error);
  case THAW_FIELD_PARAM:
  default:
    return read_param (reader, field, node, path, error);
  }
}

/* object: NULL leaves everything at its default. Depth is the schema's, not the document's. */
static gboolean
read_fields (const Reader *reader,
             const ThawField *fields,
             JsonObject *object,
             const char *path,
             GError **error)
{
  for (const ThawField *field = fields; field->name != NULL; field++) {
    g_autofree char *full = join (path, field->name);
    JsonNode *node = object != NULL ? json_object_get_member (object, field->name) : NULL;
    if (!read_field (reader, field, node, full, error))
      return FALSE;
  }
  return TRUE;
}

/* What no field can know alone. */
static gboolean
check_across (const ThawRecipe *recipe, GError **error)
{
  if (recipe->freeze.epochs > recipe->epochs) {
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
                 _ ("freeze.epochs is %d, expected at most %d, the number of epochs"),
                 recipe->freeze.epochs, recipe->epochs);
    return FALSE;
  }
  return thaw_steps_check (recipe, error);
}

ThawRecipe *
thaw_recipe_from_node (JsonNode *root, const ThawCatalogues *catalogues, GError **error)
{
  g_autoptr (ThawRecipe) recipe = g_new0 (ThawRecipe, 1);
  Reader reader = {recipe, catalogues};
  JsonObject *object;

  if (!read_object (root, "", &object, error) ||
      !check_members (object, "", NULL, thaw_recipe_schema (), error) ||
      !read_fields (&reader, thaw_recipe_schema (), object, "", error) ||
      !check_across (recipe, error))
    return NULL;
  return g_steal_pointer (&recipe);
}
