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
                                       "best-mobilenet-v3-small",
                                       "one-minute",
                                       "one-minute-sample",
                                       "one-minute-randaugment",
                                       "one-minute-cutmix",
                                       "quick-mobilenet-v3-small",
                                       "features-once",
                                       "gradual-thaw",
                                       "discriminative-rates",
                                       "few-pictures",
                                       "small-budget",
                                       "trimmed-widths",
                                       "cosine-ema",
                                       "one-cycle",
                                       "mixup-cutmix",
                                       "autoaugment",
                                       "trivialaugment",
                                       "focal-imbalance",
                                       "repvgg-fold",
                                       "pretrain-resnet18",
                                       "pretrain-mobilenet-v3-small",
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
    g_assert_cmpstr (recipe->model.weights, ==, exact ? "imagenet" : "starter");
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

  g_assert_cmpstr (plain, ==, "batch-norm-drifts");
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

/* Numbers of torchvision that may be [low, high]. */
static void
test_pairs (void)
{
  static const char list[] = "augment=[{\"name\": \"ColorJitter\", \"brightness\": [0.6, 1.2], "
                             "\"hue\": [-0.1, 0.3]}, {\"name\": \"RandomRotation\", \"degrees\": "
                             "[-10, 30]}]";
  static const struct {
    const char *change, *words;
  } wrong[] = {
      {"augment.0.brightness=[1.2, 0.6]", "augment.0.brightness is [1.2, 0.6], expected the lower"},
      {"augment.0.brightness=[-0.1, 0.6]", "augment.0.brightness.0 is -0.1"},
      {"augment.0.brightness=[0.5]", "a list of 2 numbers"},
      {"augment.0.brightness=[0.5, 0.6, 0.7]", "a list of 2 numbers"},
      {"augment.0.hue=[-0.6, 0]", "augment.0.hue.0 is -0.6"},
      {"augment.1.degrees=[0, \"far\"]", "augment.1.degrees.1"},
      {"augment.1.degrees=-5", "augment.1.degrees is -5, expected a number from 0 to 180, or [low, "
                               "high] from -360 to 360"},
      {"augment.1.degrees=much", "augment.1.degrees is 'much', expected a number from 0 to 180"},
  };
  ThawCatalogues catalogues = real_catalogues ();
  g_autoptr (ThawRecipe) plain = thaw_recipe_new (&catalogues);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe =
      thaw_recipe_with (plain, (const char *const[]){list, NULL}, &catalogues, &error);
  g_autofree char *text = NULL, *text_again = NULL;
  double range[2];

  g_assert_no_error (error);
  text = thaw_recipe_write (recipe);
  g_assert_nonnull (strstr (text, "\"brightness\": [0.6, 1.2], \"contrast\": 0.2"));
  g_assert_nonnull (strstr (text, "\"hue\": [-0.1, 0.3]"));
  g_assert_nonnull (strstr (text, "\"degrees\": [-10, 30]"));
  g_assert_true (thaw_choice_pair (&recipe->augment[1], "degrees", range));
  g_assert_true (range[0] == -10 && range[1] == 30);
  g_autoptr (ThawRecipe) again = thaw_recipe_with (recipe, NULL, &catalogues, &error);
  g_assert_no_error (error);
  text_again = thaw_recipe_write (again);
  g_assert_cmpstr (text, ==, text_again);
  g_autoptr (ThawRecipe) back = thaw_recipe_with (
      recipe, (const char *const[]){"augment.1.degrees=15", NULL}, &catalogues, &error);
  g_assert_no_error (error);
  g_assert_false (thaw_choice_pair (&back->augment[1], "degrees", range));
  g_assert_cmpfloat (range[0], ==, 15);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) refused = NULL;
    g_autoptr (ThawRecipe) bad = thaw_recipe_with (
        recipe, (const char *const[]){wrong[i].change, NULL}, &catalogues, &refused);
    g_assert_null (bad);
    g_test_message ("%s", refused->message);
    g_assert_nonnull (strstr (refused->message, wrong[i].words));
  }
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
  g_test_add_func ("/recipe/presets/pairs", test_pairs);
  return g_test_run ();
}
