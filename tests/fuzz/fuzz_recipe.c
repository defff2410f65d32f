/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes and assignments from anybody. Input: lines before a line "--" are assignments, the rest
 * is the document; without such a line all is the document. What is read must be written to a text
 * that reads back to itself. */
#include "thaw-recipe.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *const modes[] = {"min", "max", NULL};
static const ThawParamSpec params[] = {
    {.name = "lr", .kind = THAW_PARAM_REAL, .exclusive_min = true, .max = INFINITY, .def = {0.001}},
    {.name = "size", .kind = THAW_PARAM_INT, .min = -8, .max = 1024},
    {.name = "betas", .kind = THAW_PARAM_REALS, .count = 2, .max = 1, .def = {0.9, 0.999}},
    {.name = "nesterov", .kind = THAW_PARAM_BOOL},
    {.name = "mode", .kind = THAW_PARAM_CHOICE, .choices = modes},
};
static const ThawEntry full = {.name = "Adam", .params = params, .n_params = 5};
static const ThawEntry some = {.name = "SGD", .params = params + 1, .n_params = 2};
static const ThawEntry none = {.name = "RandomCrop"};
static const ThawEntry *const entries[] = {&full, &some, &none, NULL};
static const ThawCatalogues catalogues = {{entries}, {entries}, {entries}, {entries}, {entries}};

static void
check_stable (const ThawRecipe *recipe)
{
  g_autofree char *once = thaw_recipe_write (recipe), *hash = thaw_recipe_hash (recipe);
  g_autoptr (ThawRecipe) again = thaw_recipe_parse (once, -1, "again", &catalogues, NULL);
  g_autoptr (GPtrArray) findings = thaw_recipe_check (recipe);

  g_assert_nonnull (again);
  g_autofree char *twice = thaw_recipe_write (again);
  g_assert_cmpstr (once, ==, twice);
  g_assert_cmpuint (strlen (hash), ==, 64);
  g_assert_nonnull (findings);
}

static void
check_result (ThawRecipe *recipe, const GError *error)
{
  g_assert_true ((recipe == NULL) == (error != NULL));
  if (recipe != NULL)
    check_stable (recipe);
  else
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
try_assignments (const char *lines, size_t length)
{
  g_autofree char *text = g_strndup (lines, length);
  g_auto (GStrv) list = g_strsplit (text, "\n", 16);
  g_autoptr (ThawRecipe) base = thaw_recipe_new (&catalogues);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_with (base, (const char *const *) list, &catalogues, &error);

  check_result (recipe, error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  const char *mark = size > 4 ? memmem (text, size, "\n--\n", 4) : NULL;

  if (mark != NULL) {
    try_assignments (text, (size_t) (mark - text));
    size -= (size_t) (mark + 4 - text);
    text = mark + 4;
  }
  if (text == NULL)
    text = "";
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_parse (text, (gssize) size, "fuzz", &catalogues, &error);
  check_result (recipe, error);
  return 0;
}
