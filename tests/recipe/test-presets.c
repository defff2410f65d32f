/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The presets that come with the program, read with the catalogues that it has. */
#include "thaw-augment.h"
#include "thaw-models.h"
#include "thaw-nn.h"
#include "thaw-optim.h"
#include "thaw-resources.h"
#include <string.h>

static ThawCatalogues
real_catalogues (void)
{
  return (ThawCatalogues){thaw_models_catalogue (), thaw_transforms_catalogue (),
                          thaw_optimizers (), thaw_schedules (), thaw_losses ()};
}

/* (transfer full) */
static ThawRecipe *
read_preset (const char *name)
{
  ThawCatalogues catalogues = real_catalogues ();
  g_autoptr (GBytes) bytes = thaw_preset_read (name);
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  g_assert_nonnull (bytes);
  const char *json = g_bytes_get_data (bytes, &size);
  ThawRecipe *recipe = thaw_recipe_parse (json, (gssize) size, name, &catalogues, &error);
  g_assert_no_error (error);
  return recipe;
}

static void
test_list (void)
{
  static const char *const wanted[] = {"day44-resnet18",
                                       "day44-mobilenet-v3-small",
                                       "day44-resnet18-exact",
                                       "day44-mobilenet-v3-small-exact",
                                       "one-minute",
                                       "one-minute-sample",
                                       "one-minute-randaugment",
                                       "one-minute-cutmix",
                                       "quick-mobilenet-v3-small",
                                       NULL};
  g_auto (GStrv) names = thaw_presets_list ();

  g_assert_cmpstrv (names, wanted);
  for (int i = 0; names[i] != NULL; i++)
    g_assert_cmpstr (thaw_preset_help (names[i]), !=, "");
  g_assert_null (thaw_preset_read ("day45"));
  g_assert_null (thaw_preset_read ("../presets/day44-resnet18"));
  g_assert_null (thaw_preset_help ("day45"));
}

/* Gzipped, and not too large to carry along. */
static void
test_sample (void)
{
  gsize all = 0;

  for (int i = 0; i < THAW_SAMPLE_FILES; i++) {
    const char *name = NULL;
    g_autoptr (GBytes) bytes = thaw_sample_file (i, &name);
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    g_assert_cmpuint (size, >, 2);
    g_assert_cmpint (data[0], ==, 0x1f);
    g_assert_cmpint (data[1], ==, 0x8b);
    g_assert_true (g_str_has_suffix (name, "-ubyte.gz"));
    all += size;
  }
  g_assert_cmpuint (all, <, 1500000);
}

static void
test_all_read (void)
{
  g_auto (GStrv) names = thaw_presets_list ();

  for (int i = 0; names[i] != NULL; i++) {
    g_autoptr (ThawRecipe) recipe = read_preset (names[i]);
    ThawCatalogues catalogues = real_catalogues ();
    g_autofree char *text = thaw_recipe_write (recipe);
    g_autoptr (GError) error = NULL;
    g_autoptr (ThawRecipe) again = thaw_recipe_parse (text, -1, "again", &catalogues, &error);
    g_assert_no_error (error);
    g_autofree char *text_again = thaw_recipe_write (again);
    g_assert_cmpstr (text, ==, text_again);
    g_assert_cmpstr (recipe->name, !=, "");
  }
}

/* The numbers that all four presets of the lesson share. */
static void
check_lesson (const ThawRecipe *recipe)
{
  static const char *const transforms[] = {"RandomCrop", "RandomHorizontalFlip", "ColorJitter",
                                           "RandomRotation"};
  const ThawChoice *augment = recipe->augment;

  g_assert_cmpint (recipe->n_augment, ==, 4);
  for (int i = 0; i < 4; i++)
    g_assert_cmpstr (augment[i].entry->name, ==, transforms[i]);
  g_assert_cmpint (thaw_choice_int (&augment[0], "padding"), ==, 4);
  g_assert_cmpfloat (thaw_choice_real (&augment[2], "hue"), ==, 0.1);
  g_assert_cmpfloat (thaw_choice_real (&augment[3], "degrees"), ==, 15);
  g_assert_cmpfloat (thaw_choice_real (&recipe->optimizer, "lr"), ==, 1e-3);
  g_assert_cmpfloat (thaw_choice_real (&recipe->optimizer, "weight_decay"), ==, 1e-4);
  g_assert_cmpfloat (thaw_choice_real (&recipe->schedule, "factor"), ==, 0.5);
  g_assert_cmpint (thaw_choice_int (&recipe->schedule, "patience"), ==, 2);
  g_assert_cmpfloat (thaw_choice_real (&recipe->schedule, "threshold"), ==, 1e-4);
  g_assert_cmpstr (recipe->model.weights, ==, "imagenet");
  g_assert_cmpint (recipe->freeze.epochs, ==, 5);
  g_assert_cmpfloat (recipe->freeze.lr_after, ==, 1e-4);
  g_assert_cmpint (recipe->freeze.batch_norm, ==, THAW_BN_UPDATE);
  g_assert_cmpint (recipe->freeze.optimizer_state, ==, THAW_STATE_CARRY);
  g_assert_cmpint (recipe->epochs, ==, 40);
  g_assert_cmpint (recipe->batch_size, ==, 64);
}

static void
test_lesson (void)
{
  static const char *const names[] = {"day44-resnet18", "day44-mobilenet-v3-small",
                                      "day44-resnet18-exact", "day44-mobilenet-v3-small-exact"};

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (ThawRecipe) recipe = read_preset (names[i]);
    check_lesson (recipe);
    bool exact = g_str_has_suffix (names[i], "-exact");
    g_assert_cmpstr (recipe->model.choice.entry->name, ==,
                     strstr (names[i], "resnet18") ? "resnet18" : "mobilenet_v3_small");
    g_assert_cmpfloat (recipe->data.validation, ==, exact ? 0 : 0.1);
    g_assert_cmpint (recipe->evaluate.set, ==, exact ? THAW_EVAL_TEST : THAW_EVAL_VALIDATION);
    g_assert_true (recipe->evaluate.test_at_end == !exact);
    g_assert_true (recipe->evaluate.clean_train == !exact);
    g_assert_cmpint (recipe->evaluate.loss_mean, ==, exact ? THAW_MEAN_BATCHES : THAW_MEAN_IMAGES);
  }
}

static char *
finding_ids (const char *preset)
{
  g_autoptr (ThawRecipe) recipe = read_preset (preset);
  g_autoptr (GPtrArray) list = thaw_recipe_check (recipe);
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? "," : "",
                            ((const ThawFinding *) list->pdata[i])->id);
  return g_string_free (ids, FALSE);
}

static void
test_findings (void)
{
  g_autofree char *plain = finding_ids ("day44-resnet18"),
                  *exact = finding_ids ("day44-resnet18-exact"),
                  *quick = finding_ids ("quick-mobilenet-v3-small");

  g_assert_cmpstr (plain, ==, "normalisation-not-of-weights,batch-norm-drifts");
  g_assert_cmpstr (exact, ==,
                   "test-set-tunes,no-validation,no-clean-train,batch-means,"
                   "normalisation-not-of-weights,batch-norm-drifts");
  g_assert_cmpstr (quick, ==, "");
}

/* The plateau rule as it really is in core/optim, not in a catalogue of a test's own. */
static void
test_rate_may_rise (void)
{
  ThawCatalogues catalogues = real_catalogues ();
  g_autoptr (ThawRecipe) recipe = read_preset ("day44-resnet18");
  const char *const later[] = {"freeze.epochs=13", NULL};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) changed = thaw_recipe_with (recipe, later, &catalogues, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) list = thaw_recipe_check (changed);
  bool found = false;

  for (guint i = 0; i < list->len; i++)
    found = found || strcmp (((const ThawFinding *) list->pdata[i])->id, "lr-rises-at-thaw") == 0;
  g_assert_true (found);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/presets/list", test_list);
  g_test_add_func ("/recipe/presets/sample", test_sample);
  g_test_add_func ("/recipe/presets/all-read", test_all_read);
  g_test_add_func ("/recipe/presets/lesson", test_lesson);
  g_test_add_func ("/recipe/presets/findings", test_findings);
  g_test_add_func ("/recipe/presets/rate-may-rise", test_rate_may_rise);
  return g_test_run ();
}
