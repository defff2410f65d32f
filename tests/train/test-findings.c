/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe check finds each planted trap, its cure takes it away, and a recipe without traps is
 * not spoken of. */
#include "thaw-catalogues.h"
#include "thaw-train.h"

#include <string.h>

/* No trap: normalised as its weights were, held statistics, a map that is left. */
static ThawRecipe *
clean_recipe (const char *const *planted)
{
  static const char *const clean[] = {"model.name=mobilenet_v3_small",
                                      "model.weights=imagenet",
                                      "data.size=64",
                                      "freeze.epochs=5",
                                      "freeze.batch_norm=hold",
                                      "normalize.mean=[0.485, 0.456, 0.406]",
                                      "normalize.std=[0.229, 0.224, 0.225]",
                                      "augment=[{\"name\": \"RandomHorizontalFlip\"}]",
                                      NULL};
  g_autoptr (ThawRecipe) plain = thaw_recipe_new (thaw_catalogues ());
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe = thaw_recipe_with (plain, clean, thaw_catalogues (), &error);
  ThawRecipe *trap;

  g_assert_no_error (error);
  trap = thaw_recipe_with (recipe, planted, thaw_catalogues (), &error);
  g_assert_no_error (error);
  return trap;
}

static const ThawFinding *
find (GPtrArray *findings, const char *id)
{
  for (guint i = 0; i < findings->len; i++)
    if (strcmp (((const ThawFinding *) findings->pdata[i])->id, id) == 0)
      return findings->pdata[i];
  return NULL;
}

static void
test_silent (void)
{
  static const char *const nothing[] = {NULL};
  g_autoptr (ThawRecipe) recipe = clean_recipe (nothing);
  g_autoptr (GPtrArray) findings = thaw_train_findings (recipe, 10);

  for (guint i = 0; i < findings->len; i++)
    g_test_message ("%s", ((const ThawFinding *) findings->pdata[i])->message);
  g_assert_cmpuint (findings->len, ==, 0);
}

static const struct {
  const char *id, *field;
  const char *planted[4];
} traps[] = {
    {"test-set-tunes", "evaluate.set", {"evaluate.set=test"}},
    {"evaluation-augmented", "evaluate.augment", {"evaluate.augment=true"}},
    {"lr-rises-at-thaw", "freeze.lr_after", {"freeze.lr_after=0.01"}},
    {"lr-rises-at-thaw",
     "freeze.lr_after",
     {"schedule.name=StepLR", "schedule.step_size=2", "freeze.lr_after=0.0005"}},
    {"lr-rises-at-thaw",
     "freeze.lr_after",
     {"schedule.name=ExponentialLR", "schedule.gamma=0.5", "freeze.lr_after=0.0005"}},
    {"batch-norm-drifts", "freeze.batch_norm", {"freeze.batch_norm=update"}},
    {"normalisation-not-of-weights", "normalize", {"normalize.mean=[0.5, 0.5, 0.5]"}},
    {"map-is-one-pixel", NULL, {"data.size=32"}},
    {"name-matches-too-much", "freeze.match", {"freeze.match=fc"}},
    {"nothing-trains", "freeze.match", {"freeze.match=no such layer"}},
    {"random-frozen", "freeze.epochs", {"model.weights=random"}},
    {"rate-too-high-for-model",
     "optimizer.lr",
     {"model.name=squeezenet1_1", "model.weights=random", "freeze.epochs=0"}},
    {"no-seed", "seed", {"seed=null"}},
    {"never-thaws", "freeze.epochs", {"freeze.epochs=40"}},
    {"schedule-never-acts",
     "schedule.step_size",
     {"schedule.name=StepLR", "schedule.step_size=40"}},
    {"cosine-rises-again",
     "schedule.T_max",
     {"schedule.name=CosineAnnealingLR", "schedule.T_max=10", "freeze.epochs=0"}},
};

static void
test_planted (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (traps); i++) {
    g_autoptr (ThawRecipe) recipe = clean_recipe (traps[i].planted);
    g_autoptr (GPtrArray) findings = thaw_train_findings (recipe, 10);
    const ThawFinding *finding = find (findings, traps[i].id);
    g_autoptr (GError) error = NULL;
    g_test_message ("%s", traps[i].id);
    g_assert_nonnull (finding);
    if (traps[i].field != NULL)
      g_assert_cmpstr (finding->field, ==, traps[i].field);
    g_assert_cmpuint (strlen (finding->message), >, 20);
    g_assert_nonnull (finding->remedy);
    g_autoptr (ThawRecipe) cured = thaw_recipe_with (recipe, (const char *const *) finding->changes,
                                                     thaw_catalogues (), &error);
    g_assert_no_error (error);
    g_autoptr (GPtrArray) left = thaw_train_findings (cured, 10);
    g_assert_null (find (left, traps[i].id));
  }
}

/* `fc` names ResNet's head alone, and MobileNetV3's head is not called so. */
static void
test_match (void)
{
  static const char *const resnet[] = {"model.name=resnet18", "freeze.match=fc", NULL},
                           *const mobile[] = {"freeze.match=classifier", NULL};
  g_autoptr (ThawRecipe) a = clean_recipe (resnet), b = clean_recipe (mobile);
  g_autoptr (GPtrArray) of_a = thaw_train_findings (a, 10), of_b = thaw_train_findings (b, 10);

  g_assert_null (find (of_a, "name-matches-too-much"));
  g_assert_null (find (of_b, "name-matches-too-much"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/findings/silent", test_silent);
  g_test_add_func ("/train/findings/planted", test_planted);
  g_test_add_func ("/train/findings/match", test_match);
  return g_test_run ();
}
