/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe check: each finding appears where it should, and not where it should not. */
#include "small-catalogue.h"

static bool
has_id (const GPtrArray *list, const char *id)
{
  bool found = false;

  for (guint i = 0; i < list->len; i++)
    found = found || g_str_equal (((const ThawFinding *) list->pdata[i])->id, id);
  return found;
}

/* A finding with a remedy is cured by it. */
static void
check_remedy (const ThawRecipe *recipe, const ThawFinding *finding)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (finding->remedy != NULL, ==, finding->changes != NULL);
  if (finding->changes == NULL)
    return;
  g_autoptr (ThawRecipe) better = thaw_recipe_with (recipe, (const char *const *) finding->changes,
                                                    small_catalogues (), &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) left = thaw_recipe_check (better);
  g_assert_false (has_id (left, finding->id));
}

/* Ids of the findings, joined by commas. (transfer full) */
static char *
findings (const char *const *assignments)
{
  g_autoptr (ThawRecipe) base = thaw_recipe_new (small_catalogues ());
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe = thaw_recipe_with (base, assignments, small_catalogues (), &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) list = thaw_recipe_check (recipe);
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++) {
    const ThawFinding *finding = list->pdata[i];
    g_string_append_printf (ids, "%s%s", i > 0 ? "," : "", finding->id);
    g_assert_true (g_str_has_suffix (finding->message, "."));
    g_assert_cmpstr (finding->field, !=, "");
    check_remedy (recipe, finding);
  }
  return g_string_free (ids, FALSE);
}

static void
check (const char *ids, const char *const *assignments)
{
  g_autofree char *found = findings (assignments);
  g_assert_cmpstr (found, ==, ids);
}

#define CHECK(ids, ...) check (ids, (const char *const[]){__VA_ARGS__, NULL})
#define GOOD "freeze.epochs=5", "freeze.batch_norm=hold", "model.weights=starter"

static void
test_silent (void)
{
  CHECK ("", "epochs=40");
  CHECK ("", GOOD);
}

static void
test_evaluation (void)
{
  CHECK ("test-set-tunes,no-validation", "evaluate.set=test", "data.split.validation=0");
  CHECK ("test-set-tunes,validation-unused", "evaluate.set=test");
  CHECK ("no-validation", "data.split.validation=0");
  CHECK ("test-not-opened", "evaluate.test_at_end=false");
  CHECK ("no-clean-train", "evaluate.clean_train=false");
  CHECK ("batch-means", "evaluate.loss_mean=batches");
  CHECK ("split-not-stratified", "data.split.stratified=false");
  CHECK ("no-validation", "data.split.stratified=false", "data.split.validation=0");
}

static void
test_weights (void)
{
  CHECK ("normalisation-not-of-weights", "model.weights=imagenet");
  CHECK ("", "model.weights=imagenet", "normalize.mean=[0.485, 0.456, 0.406]",
         "normalize.std=[0.229, 0.224, 0.225]");
  CHECK ("", "model.weights=file.pth");
  CHECK ("", "model.weights=starter");
  CHECK ("normalisation-not-of-weights", "model.weights=starter",
         "normalize.mean=[0.485, 0.456, 0.406]", "normalize.std=[0.229, 0.224, 0.225]");
}

static void
test_freeze (void)
{
  CHECK ("random-frozen", "freeze.epochs=5");
  CHECK ("batch-norm-drifts", GOOD, "freeze.batch_norm=update");
  CHECK ("never-thaws", GOOD, "epochs=5");
  CHECK ("", GOOD, "epochs=6");
}

static void
test_rate (void)
{
  CHECK ("lr-rises-at-thaw", GOOD, "freeze.lr_after=0.01");
  CHECK ("lr-rises-at-thaw", GOOD, "freeze.lr_after=0.01", "schedule.name=ConstantLR");
  CHECK ("", GOOD, "freeze.lr_after=0.001", "schedule.name=ConstantLR");
  CHECK ("", "freeze.lr_after=0.01");
}

/* Patience 2: the second to fourth epoch may be bad, so the rate drops after the fourth at the
 * earliest, and again three epochs later. */
static void
test_plateau (void)
{
#define PLATEAU GOOD, "schedule.factor=0.5", "schedule.patience=2", "freeze.lr_after=0.0006"
  CHECK ("", PLATEAU, "freeze.epochs=3");
  CHECK ("lr-rises-at-thaw", PLATEAU, "freeze.epochs=4");
  CHECK ("", PLATEAU, "freeze.epochs=6", "freeze.lr_after=0.0005");
  CHECK ("lr-rises-at-thaw", PLATEAU, "freeze.epochs=7", "freeze.lr_after=0.0005");
  CHECK ("", PLATEAU, "freeze.epochs=7", "freeze.lr_after=0.0005", "schedule.cooldown=1");
  CHECK ("lr-rises-at-thaw", PLATEAU, "freeze.epochs=8", "freeze.lr_after=0.0005",
         "schedule.cooldown=1");
  CHECK ("", PLATEAU, "freeze.epochs=30", "schedule.min_lr=0.0006");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/check/silent", test_silent);
  g_test_add_func ("/recipe/check/evaluation", test_evaluation);
  g_test_add_func ("/recipe/check/weights", test_weights);
  g_test_add_func ("/recipe/check/freeze", test_freeze);
  g_test_add_func ("/recipe/check/rate", test_rate);
  g_test_add_func ("/recipe/check/plateau", test_plateau);
  return g_test_run ();
}
