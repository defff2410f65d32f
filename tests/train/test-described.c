/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manual page against the catalogues: every field of a recipe is named in it.
 * usage: test-described PAGE */
#include "thaw-catalogues.h"
#include "thaw-train.h"

#include <string.h>

static char *page;

/* roff's escapes for hyphens and quotes are taken away. */
static char *
read_page (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GString *plain;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  plain = g_string_new (text);
  g_string_replace (plain, "\\-", "-", 0);
  g_string_replace (plain, "\\(dq", "\"", 0);
  return g_string_free (plain, FALSE);
}

/* ".BR PATH " (" default )" or ".B PATH" heads what is said of a field. */
static void
assert_headed (const char *path)
{
  g_autofree char *with_default = g_strdup_printf ("\n.BR %s \" (\"", path),
                  *other = g_strdup_printf ("\n.BR %s \" (", path),
                  *alone = g_strdup_printf ("\n.BR %s\n", path);

  if (strstr (page, with_default) == NULL && strstr (page, other) == NULL &&
      strstr (page, alone) == NULL)
    g_error ("the manual page says nothing of %s", path);
}

/* `name` as a word of its own between the two. */
static bool
has_word (const char *from, const char *to, const char *name)
{
  for (const char *at = from; (at = strstr (at, name)) != NULL && at < to; at++) {
    char after = at[strlen (name)];
    if (strchr (" \n(\"", at[-1]) != NULL && !g_ascii_isalnum (after) && after != '_')
      return true;
  }
  return false;
}

static void
test_fields (void)
{
  g_autoptr (ThawRecipe) recipe = thaw_recipe_new (thaw_catalogues ());
  g_autoptr (GPtrArray) fields = thaw_recipe_fields (recipe);

  assert_headed ("format");
  assert_headed ("augment");
  assert_headed ("freeze.steps");
  for (guint i = 0; i < fields->len; i++)
    assert_headed (((const ThawRecipeField *) fields->pdata[i])->path);
  g_assert_cmpuint (fields->len, >, 60);
}

static void
check_choices (const char *field, ThawCatalogue catalogue)
{
  const char *end = page + strlen (page);

  for (int i = 0; catalogue.entries[i] != NULL; i++) {
    const ThawEntry *entry = catalogue.entries[i];
    if (!has_word (page, end, entry->name))
      g_error ("the manual page does not name %s as a %s", entry->name, field);
    for (int k = 0; k < entry->n_params; k++) {
      g_autofree char *path = g_strconcat (field, ".", entry->params[k].name, NULL);
      assert_headed (path);
    }
  }
}

static void
test_choices (void)
{
  const ThawCatalogues *all = thaw_catalogues ();

  check_choices ("model", all->models);
  check_choices ("optimizer", all->optimizers);
  check_choices ("schedule", all->schedules);
  check_choices ("loss", all->losses);
}

/* Items of lists: their parameters are named between their own name and the next one's. */
static void
check_items (ThawCatalogue catalogue)
{
  for (int i = 0; catalogue.entries[i] != NULL; i++) {
    const ThawEntry *entry = catalogue.entries[i];
    g_autofree char *head = g_strdup_printf ("\n.TP\n.B %s\n", entry->name);
    const char *from = strstr (page, head), *to;
    if (from == NULL)
      g_error ("the manual page does not describe %s", entry->name);
    to = strstr (from + 1, "\n.TP\n");
    for (int k = 0; k < entry->n_params; k++)
      if (!has_word (from, to, entry->params[k].name))
        g_error ("the manual page does not say what %s is to %s", entry->params[k].name,
                 entry->name);
  }
}

static void
test_items (void)
{
  check_items (thaw_catalogues ()->transforms);
  check_items (thaw_steps_catalogue ());
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  page = read_page (argv[1]);
  g_test_add_func ("/train/described/fields", test_fields);
  g_test_add_func ("/train/described/choices", test_choices);
  g_test_add_func ("/train/described/items", test_items);
  result = g_test_run ();
  g_free (page);
  return result;
}
