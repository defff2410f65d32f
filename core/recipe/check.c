/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe check: habits that make a result say less than it seems to, as far as a recipe alone
 * shows them. Findings never stop anybody; they are written into the run. */
#include "recipe-private.h"
#include <math.h>
#include <string.h>

/* How the pictures were normalised that pretrained weights come from: torchvision's, and Thaw's
 * starter weights (presets pretrain-…). */
static const struct {
  const char *weights;
  double mean[3], std[3];
  const char *means, *deviations; /* the same, in words */
} trained_with[] = {
    {"imagenet",
     {0.485, 0.456, 0.406},
     {0.229, 0.224, 0.225},
     "0.485, 0.456, 0.406",
     "0.229, 0.224, 0.225"},
    {"starter",
     {0.4914, 0.4822, 0.4465},
     {0.2023, 0.1994, 0.201},
     "0.4914, 0.4822, 0.4465",
     "0.2023, 0.1994, 0.201"},
};

void
thaw_finding_free (ThawFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->id);
  g_free (finding->field);
  g_free (finding->message);
  g_free (finding->remedy);
  g_strfreev (finding->changes);
  g_free (finding);
}

/* message: (transfer full) */
static void
add (GPtrArray *findings, const char *id, const char *field, char *message)
{
  ThawFinding *finding = g_new0 (ThawFinding, 1);

  finding->id = g_strdup (id);
  finding->field = g_strdup (field);
  finding->message = message;
  g_ptr_array_add (findings, finding);
}

/* How the finding added last is cured: a button's words and up to two assignments (second
 * nullable). */
static void
cure (GPtrArray *findings, const char *remedy, const char *first, const char *second)
{
  ThawFinding *finding = findings->pdata[findings->len - 1];
  const char *changes[] = {first, second, NULL};

  finding->remedy = g_strdup (remedy);
  finding->changes = g_strdupv ((char **) changes);
}

void
thaw_finding_add (GPtrArray *findings,
                  const char *id,
                  const char *field,
                  const char *message,
                  const char *remedy,
                  const char *first,
                  const char *second)
{
  add (findings, id, field, g_strdup (message));
  if (remedy != NULL)
    cure (findings, remedy, first, second);
}

static char *
rate_text (double rate)
{
  GString *text = g_string_new (NULL);
  thaw_number_append (text, rate);
  return g_string_free (text, FALSE);
}

static void
check_validation (const ThawRecipe *recipe, bool by_test, GPtrArray *findings)
{
  if (by_test && recipe->data.validation > 0) {
    add (findings, "validation-unused", "data.split.validation",
         g_strdup (_ ("Training images are kept for validation, but the test set is evaluated in "
                      "their place: they serve nothing.")));
    cure (findings, _ ("Use Validation"), "evaluate.set=validation", NULL);
  }
  if (by_test && recipe->data.validation == 0) {
    add (findings, "no-validation", "data.split.validation",
         g_strdup (_ ("No training images are kept for validation: only the test set is left to "
                      "choose by.")));
    cure (findings, _ ("Keep a Tenth"), "data.split.validation=0.1", "evaluate.set=validation");
  }
  if (!by_test && recipe->data.validation == 0) {
    add (findings, "no-validation", "data.split.validation",
         g_strdup (_ ("No training images are kept for validation: unless the data set brings its "
                      "own, there is nothing to measure after an epoch.")));
    cure (findings, _ ("Keep a Tenth"), "data.split.validation=0.1", NULL);
  }
}

static void
check_measures (const ThawRecipe *recipe, bool by_test, GPtrArray *findings)
{
  if (!by_test && !recipe->evaluate.test_at_end) {
    add (findings, "test-not-opened", "evaluate.test_at_end",
         g_strdup (_ ("The test set stays closed at the end: the best validation accuracy was "
                      "chosen among epochs and is a little too good.")));
    cure (findings, _ ("Open It at the End"), "evaluate.test_at_end=true", NULL);
  }
  if (!recipe->evaluate.clean_train) {
    add (findings, "no-clean-train", "evaluate.clean_train",
         g_strdup (_ ("Training accuracy is gathered only while images are augmented, dropout acts "
                      "and weights still change: it may lie below that of the evaluated set and "
                      "shows no overfitting.")));
    cure (findings, _ ("Measure It Clean"), "evaluate.clean_train=true", NULL);
  }
  if (recipe->evaluate.loss_mean == THAW_MEAN_BATCHES) {
    add (findings, "batch-means", "evaluate.loss_mean",
         g_strdup (_ ("The loss is a mean of batch means: images of a short last batch weigh more "
                      "than others.")));
    cure (findings, _ ("Weigh Images Alike"), "evaluate.loss_mean=images", NULL);
  }
}

static void
check_evaluation (const ThawRecipe *recipe, GPtrArray *findings)
{
  bool by_test = recipe->evaluate.set == THAW_EVAL_TEST;

  if (by_test) {
    add (findings, "test-set-tunes", "evaluate.set",
         g_strdup (_ ("The test set is measured after each epoch, chooses the best epoch and may "
                      "steer the learning rate: its accuracy is then no longer that of unseen "
                      "images.")));
    cure (findings, _ ("Use Validation"), "evaluate.set=validation",
          recipe->data.validation == 0 ? "data.split.validation=0.1" : NULL);
  }
  if (recipe->evaluate.augment && recipe->n_augment > 0) {
    add (
        findings, "evaluation-augmented", "evaluate.augment",
        g_strdup (_ ("Evaluated images go through the training transforms: what is measured is not "
                     "how well the images themselves are recognised.")));
    cure (findings, _ ("Leave Them as They Are"), "evaluate.augment=false", NULL);
  }
  check_validation (recipe, by_test, findings);
  check_measures (recipe, by_test, findings);
}

static void
check_split (const ThawRecipe *recipe, GPtrArray *findings)
{
  if (recipe->data.validation == 0 || recipe->data.stratified)
    return;
  add (findings, "split-not-stratified", "data.split.stratified",
       g_strdup (_ ("The split does not keep the shares of the classes: a rare class may be "
                    "missing from validation.")));
  cure (findings, _ ("Stratify"), "data.split.stratified=true", NULL);
}

static void
say_normalisation (GPtrArray *findings, const char *means, const char *deviations, bool imagenet)
{
  g_autofree char *first = g_strdup_printf ("normalize.mean=[%s]", means),
                  *second = g_strdup_printf ("normalize.std=[%s]", deviations);

  add (findings, "normalisation-not-of-weights", "normalize",
       g_strdup_printf (imagenet ? _ ("The weights were trained on images normalised with "
                                      "ImageNet's numbers (mean %s; deviation %s), not with these.")
                                 : _ ("The starter weights were trained on images normalised with "
                                      "other numbers (mean %s; deviation %s), not with these."),
                        means, deviations));
  cure (findings, imagenet ? _ ("Use ImageNet's") : _ ("Use Theirs"), first, second);
}

static void
check_weights (const ThawRecipe *recipe, GPtrArray *findings)
{
  for (size_t i = 0; i < G_N_ELEMENTS (trained_with); i++) {
    const double *mean = trained_with[i].mean, *std = trained_with[i].std;
    double worst = 0;
    if (strcmp (recipe->model.weights, trained_with[i].weights) != 0)
      continue;
    for (int c = 0; c < 3; c++) {
      worst = fmax (worst, fabs (recipe->mean[c] - mean[c]));
      worst = fmax (worst, fabs (recipe->std[c] - std[c]));
    }
    if (worst > 0.001)
      say_normalisation (findings, trained_with[i].means, trained_with[i].deviations, i == 0);
  }
}

/* The lowest rate that the plateau rule can have reached when `epochs` epochs are over, if from the
 * second on none was better. */
static double
plateau_floor (const ThawChoice *schedule, double rate, int epochs)
{
  int patience = thaw_choice_int (schedule, "patience"),
      cooldown = thaw_choice_int (schedule, "cooldown");
  double factor = thaw_choice_real (schedule, "factor"),
         min_lr = thaw_choice_real (schedule, "min_lr");
  int64_t first = (int64_t) patience + 2, cycle = (int64_t) patience + 1 + cooldown;
  int64_t drops = epochs < first ? 0 : 1 + (epochs - first) / MAX (cycle, 1);

  return fmin (rate, fmax (rate * pow (factor, (double) drops), min_lr));
}

static bool
is_plateau (const ThawChoice *schedule)
{
  static const char *const needed[] = {"factor", "patience", "cooldown", "min_lr"};

  for (size_t i = 0; i < G_N_ELEMENTS (needed); i++)
    if (thaw_entry_find_param (schedule->entry, needed[i]) < 0)
      return false;
  return strcmp (schedule->entry->name, "ReduceLROnPlateau") == 0;
}

/* The rate after the thaw is brought down to `rate`. */
static void
cure_rate (GPtrArray *findings, const char *rate)
{
  g_autofree char *change = g_strconcat ("freeze.lr_after=", rate, NULL);
  g_autofree char *remedy = g_strdup_printf (_ ("Go On with %s"), rate);

  cure (findings, remedy, change, NULL);
}

static void
check_rate (const ThawRecipe *recipe, GPtrArray *findings)
{
  double rate, after = recipe->freeze.lr_after;

  if (thaw_entry_find_param (recipe->optimizer.entry, "lr") < 0)
    return;
  rate = thaw_choice_real (&recipe->optimizer, "lr");
  g_autofree char *rate_shown = rate_text (rate), *after_shown = rate_text (after);
  if (after > rate) {
    add (findings, "lr-rises-at-thaw", "freeze.lr_after",
         g_strdup_printf (_ ("At the thaw the learning rate rises from %s to %s, just when "
                             "pretrained weights start to move."),
                          rate_shown, after_shown));
    cure_rate (findings, rate_shown);
    return;
  }
  if (!is_plateau (&recipe->schedule))
    return;
  double low = plateau_floor (&recipe->schedule, rate, recipe->freeze.epochs);
  g_autofree char *low_shown = rate_text (low);
  if (after <= low)
    return;
  add (findings, "lr-rises-at-thaw", "freeze.lr_after",
       g_strdup_printf (_ ("At the thaw the learning rate is set to %s, though plateaus may "
                           "have lowered it to %s by then: it may rise."),
                        after_shown, low_shown));
  if (low > 0)
    cure_rate (findings, low_shown);
}

static void
check_freeze (const ThawRecipe *recipe, GPtrArray *findings)
{
  bool random = strcmp (recipe->model.weights, "random") == 0;

  if (recipe->freeze.epochs == 0)
    return;
  if (random) {
    add (findings, "random-frozen", "freeze.epochs",
         g_strdup (_ ("The backbone is frozen at random weights: there is nothing learned to "
                      "keep.")));
    cure (findings, _ ("Do Not Freeze"), "freeze.epochs=0", NULL);
  }
  if (!random && recipe->freeze.batch_norm == THAW_BN_UPDATE) {
    add (findings, "batch-norm-drifts", "freeze.batch_norm",
         g_strdup (_ ("While the backbone is frozen its batch norm statistics still move: it "
                      "changes without training.")));
    cure (findings, _ ("Hold Statistics"), "freeze.batch_norm=hold", NULL);
  }
  if (recipe->freeze.epochs < recipe->epochs) {
    check_rate (recipe, findings);
    return;
  }
  add (findings, "never-thaws", "freeze.epochs",
       g_strdup (_ ("The backbone is frozen in every epoch: it never thaws.")));
  g_autofree char *earlier = g_strdup_printf ("freeze.epochs=%d", recipe->epochs / 8);
  cure (findings, _ ("Thaw Earlier"), earlier, NULL);
}

static void
check_seed (const ThawRecipe *recipe, GPtrArray *findings)
{
  if (recipe->seed != THAW_SEED_NONE)
    return;
  add (findings, "no-seed", "seed",
       g_strdup (
           _ ("There is no seed: one is drawn when a run begins, and only that run's own record "
              "can repeat it. A single run without a seed also says nothing of chance.")));
  cure (findings, _ ("Set One"), "seed=0", NULL);
}

GPtrArray *
thaw_recipe_check (const ThawRecipe *recipe)
{
  g_return_val_if_fail (recipe != NULL, NULL);

  GPtrArray *findings = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_finding_free);
  check_evaluation (recipe, findings);
  check_split (recipe, findings);
  check_weights (recipe, findings);
  check_freeze (recipe, findings);
  check_seed (recipe, findings);
  return findings;
}
