/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a recipe: the canonical text, numbers, the hash, copies, and damaged documents. */
#include "small-catalogue.h"
#include <locale.h>

#define HEAD "{\"format\": \"thaw-recipe/1\""

static const char canonical[] = "{\n"
                                "  \"format\": \"thaw-recipe/1\",\n"
                                "  \"name\": \"a\\\\b\\\"c\",\n"
                                "  \"data\": {\n"
                                "    \"set\": \"auto\",\n"
                                "    \"split\": {\n"
                                "      \"validation\": 0.1,\n"
                                "      \"stratified\": true,\n"
                                "      \"seed\": 0\n"
                                "    },\n"
                                "    \"size\": 32\n"
                                "  },\n"
                                "  \"model\": {\n"
                                "    \"name\": \"mobilenet_v3_small\",\n"
                                "    \"weights\": \"random\",\n"
                                "    \"dropout\": null\n"
                                "  },\n"
                                "  \"freeze\": {\n"
                                "    \"epochs\": 0,\n"
                                "    \"train\": \"head\",\n"
                                "    \"batch_norm\": \"update\",\n"
                                "    \"lr_after\": 0.0001,\n"
                                "    \"optimizer_state\": \"carry\"\n"
                                "  },\n"
                                "  \"augment\": [\n"
                                "    {\"name\": \"RandomCrop\", \"size\": 32, \"padding\": 4},\n"
                                "    {\"name\": \"RandomHorizontalFlip\", \"p\": 0.5}\n"
                                "  ],\n"
                                "  \"normalize\": {\n"
                                "    \"mean\": [0.4914, 0.4822, 0.4465],\n"
                                "    \"std\": [0.2023, 0.1994, 0.201]\n"
                                "  },\n"
                                "  \"optimizer\": {\n"
                                "    \"name\": \"Adam\",\n"
                                "    \"lr\": 0.001,\n"
                                "    \"betas\": [0.9, 0.999],\n"
                                "    \"weight_decay\": 0\n"
                                "  },\n"
                                "  \"schedule\": {\n"
                                "    \"name\": \"ConstantLR\"\n"
                                "  },\n"
                                "  \"loss\": {\n"
                                "    \"name\": \"CrossEntropyLoss\"\n"
                                "  },\n"
                                "  \"evaluate\": {\n"
                                "    \"set\": \"validation\",\n"
                                "    \"test_at_end\": true,\n"
                                "    \"clean_train\": true,\n"
                                "    \"loss_mean\": \"images\"\n"
                                "  },\n"
                                "  \"epochs\": 40,\n"
                                "  \"batch_size\": 64,\n"
                                "  \"seed\": 0\n"
                                "}\n";

static void
test_canonical (void)
{
  g_autoptr (ThawRecipe) recipe = small_recipe (
      "{\"seed\":0,\"schedule\":{\"name\":\"ConstantLR\"},\"name\":\"a\\\\b\\u0022c\","
      "\"epochs\":4e1,\"augment\":[{\"padding\":4,\"name\":\"RandomCrop\"},"
      "{\"name\":\"RandomHorizontalFlip\"}],\"format\":\"thaw-recipe/1\"}");
  g_autofree char *text = thaw_recipe_write (recipe);
  g_assert_cmpstr (text, ==, canonical);
  g_autoptr (ThawRecipe) again = small_recipe (text);
  g_autofree char *text_again = thaw_recipe_write (again);
  g_assert_cmpstr (text_again, ==, canonical);
}

/* Any rate comes back as the same double. */
static void
check_rate (double rate)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (digits, sizeof digits, "%.16e", rate);
  g_autofree char *json = g_strdup_printf (HEAD ",\"optimizer\":{\"weight_decay\":%s}}", digits);
  g_autoptr (ThawRecipe) recipe = small_recipe (json);
  g_assert_cmpfloat (thaw_choice_real (&recipe->optimizer, "weight_decay"), ==, rate);
  g_autofree char *text = thaw_recipe_write (recipe);
  g_autoptr (ThawRecipe) again = small_recipe (text);
  g_assert_cmpfloat (thaw_choice_real (&again->optimizer, "weight_decay"), ==, rate);
  g_assert_nonnull (strstr (text, "\"weight_decay\": "));
}

static void
test_numbers (void)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (int i = 0; i < 3000; i++) {
    union {
      guint64 bits;
      double value;
    } any;
    any.bits = ((guint64) g_rand_int (rand) << 32 | g_rand_int (rand)) & G_MAXINT64;
    if (any.value == any.value && any.value <= G_MAXDOUBLE)
      check_rate (any.value);
  }
  check_rate (5e-324);
  check_rate (G_MAXDOUBLE);
  check_rate (9007199254740992.0);
  check_rate (9007199254740994.0);
  check_rate (0.1);
}

static void
test_shortest (void)
{
  g_autoptr (ThawRecipe) recipe =
      small_recipe (HEAD ",\"optimizer\":{\"lr\":0.00099999999999999998,\"weight_decay\":3.0,"
                         "\"betas\":[0.30000000000000004,-0.0]}}");
  g_autofree char *text = thaw_recipe_write (recipe);

  g_assert_nonnull (strstr (text, "\"lr\": 0.001,"));
  g_assert_nonnull (strstr (text, "\"weight_decay\": 3\n"));
  g_assert_nonnull (strstr (text, "\"betas\": [0.30000000000000004, 0],"));
}

/* A locale with a decimal comma, where the system has one. */
static void
test_locale (void)
{
  static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8", NULL};
  g_autoptr (ThawRecipe) before = small_recipe (canonical);
  g_autofree char *text_before = thaw_recipe_write (before);
  int i = 0;

  while (names[i] != NULL && setlocale (LC_NUMERIC, names[i]) == NULL)
    i++;
  if (names[i] == NULL) {
    g_test_skip ("no locale with a decimal comma here");
    return;
  }
  g_autoptr (ThawRecipe) after = small_recipe (canonical);
  g_autofree char *text_after = thaw_recipe_write (after);
  setlocale (LC_NUMERIC, "C");
  g_assert_cmpstr (text_before, ==, canonical);
  g_assert_cmpstr (text_after, ==, canonical);
}

static void
test_hash (void)
{
  g_autoptr (ThawRecipe) a = small_recipe (HEAD ",\"name\":\"one\"}"),
                         b = small_recipe (HEAD ",\"name\":\"two\",\"epochs\":40}"),
                         c = small_recipe (HEAD ",\"seed\":1}");
  g_autofree char *ha = thaw_recipe_hash (a), *hb = thaw_recipe_hash (b),
                  *hc = thaw_recipe_hash (c);

  g_assert_cmpuint (strlen (ha), ==, 64);
  g_assert_cmpstr (ha, ==, hb);
  g_assert_cmpstr (ha, !=, hc);
}

/* The hash is that of the text without its line "name", which others can compute as well. */
static void
test_hash_is_of_text (void)
{
  g_autoptr (ThawRecipe) recipe = small_recipe (canonical);
  g_autoptr (GString) text = g_string_new (canonical);
  g_autofree char *hash = thaw_recipe_hash (recipe);

  g_assert_cmpuint (g_string_replace (text, "  \"name\": \"a\\\\b\\\"c\",\n", "", 1), ==, 1);
  g_autofree char *wanted = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, -1);
  g_assert_cmpstr (hash, ==, wanted);
}

static void
test_copy (void)
{
  g_autoptr (ThawRecipe) recipe = small_recipe (canonical);
  g_autoptr (ThawRecipe) copy = thaw_recipe_copy (recipe);

  g_clear_pointer (&recipe, thaw_recipe_free);
  g_autofree char *text = thaw_recipe_write (copy);
  g_assert_cmpstr (text, ==, canonical);
}

static void
mutate (GString *text, GRand *rand)
{
  static const char letters[] = "0123456789-+.eE\"{}[],:tfn\\u";
  gsize at = (gsize) g_rand_int_range (rand, 0, (gint32) text->len);
  gsize n = (gsize) g_rand_int_range (rand, 1, 20);
  n = MIN (n, text->len - at);
  g_autofree char *piece = g_strndup (text->str + at, n);

  switch (g_rand_int_range (rand, 0, 4)) {
  case 0:
    text->str[at] = (char) g_rand_int_range (rand, 0, 256);
    break;
  case 1:
    g_string_erase (text, (gssize) at, (gssize) n);
    break;
  case 2:
    g_string_insert (text, g_rand_int_range (rand, 0, (gint32) text->len), piece);
    break;
  default:
    text->str[at] = letters[g_rand_int_range (rand, 0, (gint32) strlen (letters))];
    break;
  }
}

/* TRUE when it was read; a recipe that is read must be written to a text that stays. */
static bool
check_stable (const GString *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_parse (text->str, (gssize) text->len, "m", small_catalogues (), &error);

  g_assert_true ((recipe == NULL) == (error != NULL));
  if (recipe == NULL) {
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    return false;
  }
  g_autofree char *once = thaw_recipe_write (recipe);
  g_autoptr (ThawRecipe) again = small_recipe (once);
  g_autofree char *twice = thaw_recipe_write (again);
  g_assert_cmpstr (once, ==, twice);
  return true;
}

static void
test_mutations (void)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  int n_read = 0;

  g_test_message ("seed %u", seed);
  for (int i = 0; i < 5000; i++) {
    g_autoptr (GString) text = g_string_new (canonical);
    for (int k = g_rand_int_range (rand, 1, 4); k > 0; k--)
      mutate (text, rand);
    n_read += check_stable (text);
  }
  g_assert_cmpint (n_read, >, 20);
  g_assert_cmpint (n_read, <, 4500);
}

/* The flat list: each path names its field (an assignment of the same value changes nothing). */
static void
test_fields (void)
{
  const char *list[] = {"augment.0={\"name\": \"RandomCrop\", \"size\": 32, \"padding\": 4}",
                        "name=a \"b\"", NULL};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) base = thaw_recipe_new (small_catalogues ());
  g_autoptr (ThawRecipe) recipe = thaw_recipe_with (base, list, small_catalogues (), &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) fields = thaw_recipe_fields (recipe);
  g_autofree char *before = thaw_recipe_write (recipe);
  bool padding = false;

  for (guint i = 0; i < fields->len; i++) {
    const ThawRecipeField *field = fields->pdata[i];
    g_autofree char *same = g_strconcat (field->path, "=", field->value, NULL);
    const char *assignments[] = {same, NULL};
    g_autoptr (ThawRecipe) again =
        thaw_recipe_with (recipe, assignments, small_catalogues (), &error);
    g_assert_no_error (error);
    g_autofree char *after = thaw_recipe_write (again);
    g_assert_cmpstr (after, ==, before);
    if (g_str_equal (field->path, "augment.0.padding")) {
      padding = true;
      g_assert_cmpstr (field->value, ==, "4");
      g_assert_cmpint (field->spec->kind, ==, THAW_PARAM_INT);
    }
    g_assert_cmpstr (field->path, !=, "format");
  }
  g_assert_true (padding);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/write/canonical", test_canonical);
  g_test_add_func ("/recipe/write/numbers", test_numbers);
  g_test_add_func ("/recipe/write/shortest", test_shortest);
  g_test_add_func ("/recipe/write/locale", test_locale);
  g_test_add_func ("/recipe/write/hash", test_hash);
  g_test_add_func ("/recipe/write/hash-is-of-text", test_hash_is_of_text);
  g_test_add_func ("/recipe/write/copy", test_copy);
  g_test_add_func ("/recipe/write/fields", test_fields);
  g_test_add_func ("/recipe/write/mutations", test_mutations);
  return g_test_run ();
}
