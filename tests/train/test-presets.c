/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every preset that comes with the program: exactly the findings it is known to have, and it
 * trains. */
#include "fixture.h"
#include "thaw-catalogues.h"
#include "thaw-resources.h"

#include <string.h>

static Fixture fixture;

/* What the lesson does is not hidden; a MobileNetV3 at its own strides leaves a map of one pixel.
 * All others are silent. */
static const struct {
  const char *preset, *findings;
} known[] = {
    {"day44-resnet18-exact",
     "test-set-tunes no-validation no-clean-train batch-means normalisation-not-of-weights "
     "batch-norm-drifts map-is-one-pixel"},
    {"day44-mobilenet-v3-small-exact",
     "test-set-tunes no-validation no-clean-train batch-means normalisation-not-of-weights "
     "batch-norm-drifts map-is-one-pixel"},
    {"day44-resnet18", "batch-norm-drifts map-is-one-pixel"},
    {"day44-mobilenet-v3-small", "batch-norm-drifts map-is-one-pixel"},
    {"best-mobilenet-v3-small", "map-is-one-pixel"},
    {"one-minute", "map-is-one-pixel"},
    {"one-minute-sample", "map-is-one-pixel"},
    {"one-minute-randaugment", "map-is-one-pixel"},
    {"one-minute-cutmix", "map-is-one-pixel"},
    {"pretrain-resnet18", "no-clean-train map-is-one-pixel"},
    {"pretrain-mobilenet-v3-small", "no-clean-train map-is-one-pixel"},
    {"quick-mobilenet-v3-small", "map-is-one-pixel"},
};

static ThawRecipe *
read_preset (const char *name)
{
  g_autoptr (GBytes) bytes = thaw_preset_read (name);
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *json = g_bytes_get_data (bytes, &size);
  ThawRecipe *recipe = thaw_recipe_parse (json, (gssize) size, name, thaw_catalogues (), &error);

  g_assert_no_error (error);
  return recipe;
}

static void
test_findings (const void *data)
{
  const char *name = data, *expected = "";
  g_autoptr (ThawRecipe) recipe = read_preset (name);
  g_autoptr (GPtrArray) findings = thaw_train_findings (recipe, 10);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].preset, name))
      expected = known[i].findings;
  for (guint i = 0; i < findings->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "",
                            ((const ThawFinding *) findings->pdata[i])->id);
  g_assert_cmpstr (ids->str, ==, expected);
}

/* Two steps at its own start and, where it thaws, two of an epoch in which all trains. Published
 * weights are not at hand: random ones take their place. */
static void
test_trains (const void *data)
{
  static const char *const random[] = {"model.weights=random", NULL}, *const thawed[] = {
                                                                          "freeze.features=live",
                                                                          "freeze.steps=[]",
                                                                          "freeze.epochs=0", NULL};
  g_autoptr (ThawRecipe) given = read_preset (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe = thaw_recipe_with (given, random, thaw_catalogues (), &error);
  g_autoptr (ThawRecipe) free_recipe =
      thaw_recipe_with (recipe, thawed, thaw_catalogues (), &error);

  g_assert_no_error (error);
  for (int i = 0; i < (recipe->freeze.epochs > 0 ? 2 : 1); i++) {
    g_autofree char *folder = fixture_folder (&fixture, "preset");
    Run run = {.fixture = &fixture,
               .recipe = i == 0 ? recipe : free_recipe,
               .folder = folder,
               .threads = 2};
    g_auto (Keeper) keeper;
    keeper_init (&keeper);
    keeper.answer = answer_stop;
    keeper.at = 2;
    run_expect (&run, &keeper, THAW_END_STOPPED);
    g_assert_cmpuint (keeper.iterations->len, ==, 2);
    g_assert_cmpstr (keeper_last (&keeper), !=, "");
  }
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) names = thaw_presets_list ();
  int result;

  g_test_init (&argc, &argv, NULL);
  fixture_open (&fixture);
  for (int i = 0; names[i] != NULL; i++) {
    g_autofree char *findings = g_strconcat ("/train/presets/findings/", names[i], NULL),
                    *trains = g_strconcat ("/train/presets/trains/", names[i], NULL);
    g_test_add_data_func (findings, names[i], test_findings);
    g_test_add_data_func (trains, names[i], test_trains);
  }
  result = g_test_run ();
  fixture_close (&fixture);
  return result;
}
