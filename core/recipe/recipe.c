/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes as a whole: made, read from text or file, copied, freed. */
#include "recipe-private.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ThawRecipe *
thaw_recipe_new (const ThawCatalogues *catalogues)
{
  g_return_val_if_fail (catalogues != NULL, NULL);

  static const char empty[] = "{\"format\": \"" THAW_RECIPE_FORMAT "\"}";
  g_autoptr (GError) error = NULL;
  ThawRecipe *recipe =
      thaw_recipe_parse (empty, (gssize) strlen (empty), "defaults", catalogues, &error);
  if (recipe == NULL) /* catalogues without entries, or defaults out of range */
    g_error ("%s", error->message);
  return recipe;
}

JsonNode *
thaw_json_read (const char *json, gsize length, const char *source, GError **error)
{
  if (!thaw_json_prescan (json, length, source, error))
    return NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) reason = NULL;
  if (!json_parser_load_from_data (parser, json, (gssize) length, &reason) ||
      json_parser_get_root (parser) == NULL) {
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_SYNTAX, "%s: %s", source,
                 reason != NULL ? reason->message : _ ("no JSON value"));
    return NULL;
  }
  return json_parser_steal_root (parser);
}

ThawRecipe *
thaw_recipe_parse (const char *json,
                   gssize length,
                   const char *source,
                   const ThawCatalogues *catalogues,
                   GError **error)
{
  g_return_val_if_fail (json != NULL && source != NULL && catalogues != NULL, NULL);

  gsize size = length < 0 ? strlen (json) : (gsize) length;
  g_autoptr (JsonNode) root = thaw_json_read (json, size, source, error);
  if (root == NULL)
    return NULL;
  ThawRecipe *recipe = thaw_recipe_from_node (root, catalogues, error);
  if (recipe == NULL)
    g_prefix_error (error, "%s: ", source);
  return recipe;
}

/* A regular file of at most THAW_RECIPE_MAX_BYTES; one byte more is read to notice a longer one. */
static char *
read_file (int fd, gsize *length, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode)) {
    g_set_error_literal (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_SYNTAX,
                         _ ("not a regular file"));
    return NULL;
  }
  g_autofree char *text = g_malloc (THAW_RECIPE_MAX_BYTES + 2);
  gsize n = 0;
  while (n <= THAW_RECIPE_MAX_BYTES) {
    gssize got = pread (fd, text + n, THAW_RECIPE_MAX_BYTES + 1 - n, (off_t) n);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                           g_strerror (errno));
      return NULL;
    }
    if (got == 0)
      break;
    n += (gsize) got;
  }
  text[n] = 0;
  *length = n;
  return g_steal_pointer (&text);
}

ThawRecipe *
thaw_recipe_load (const char *path, const ThawCatalogues *catalogues, GError **error)
{
  g_return_val_if_fail (path != NULL && catalogues != NULL, NULL);

  gsize length = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", path,
                 g_strerror (errno));
    return NULL;
  }
  g_autofree char *text = read_file (fd, &length, error);
  close (fd);
  if (text == NULL) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  return thaw_recipe_parse (text, (gssize) length, path, catalogues, error);
}

static ThawChoice *
copy_list (const ThawChoice *items, int n)
{
  ThawChoice *copy = g_new0 (ThawChoice, MAX (n, 1));

  for (int i = 0; i < n; i++)
    thaw_choice_copy (&copy[i], &items[i]);
  return copy;
}

static void
free_list (ThawChoice *items, int n)
{
  for (int i = 0; i < n; i++)
    thaw_choice_clear (&items[i]);
  g_free (items);
}

ThawRecipe *
thaw_recipe_copy (const ThawRecipe *recipe)
{
  g_return_val_if_fail (recipe != NULL, NULL);

  ThawRecipe *copy = g_new (ThawRecipe, 1);
  *copy = *recipe;
  copy->name = g_strdup (recipe->name);
  copy->data.set = g_strdup (recipe->data.set);
  copy->model.weights = g_strdup (recipe->model.weights);
  copy->freeze.train = g_strdup (recipe->freeze.train);
  copy->freeze.match = g_strdup (recipe->freeze.match);
  copy->class_weights = g_strdup (recipe->class_weights);
  thaw_choice_copy (&copy->model.choice, &recipe->model.choice);
  thaw_choice_copy (&copy->optimizer, &recipe->optimizer);
  thaw_choice_copy (&copy->schedule, &recipe->schedule);
  thaw_choice_copy (&copy->loss, &recipe->loss);
  copy->augment = copy_list (recipe->augment, recipe->n_augment);
  copy->freeze.steps = copy_list (recipe->freeze.steps, recipe->freeze.n_steps);
  return copy;
}

void
thaw_recipe_free (ThawRecipe *recipe)
{
  if (recipe == NULL)
    return;
  free_list (recipe->augment, recipe->n_augment);
  free_list (recipe->freeze.steps, recipe->freeze.n_steps);
  thaw_choice_clear (&recipe->model.choice);
  thaw_choice_clear (&recipe->optimizer);
  thaw_choice_clear (&recipe->schedule);
  thaw_choice_clear (&recipe->loss);
  g_free (recipe->name);
  g_free (recipe->data.set);
  g_free (recipe->model.weights);
  g_free (recipe->freeze.train);
  g_free (recipe->freeze.match);
  g_free (recipe->class_weights);
  g_free (recipe);
}
