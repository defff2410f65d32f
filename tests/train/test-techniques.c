/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules by the batch, clipping, averages, early stopping, weighed losses: the same bits on any
 * number of threads and through interruptions, and what a run says of them. */
#include "fixture.h"

#include <math.h>
#include <string.h>

#define EVERYTHING                                                                                 \
  "optimizer.name=SGD", "optimizer.momentum=0.9", "optimizer.nesterov=true", "optimizer.lr=0.05",  \
      "optimizer.clip_norm=0.5", "schedule.name=OneCycleLR", "loss.label_smoothing=0.1",           \
      "loss.class_weights=balanced", "data.imbalance.kind=exponential", "data.imbalance.ratio=2",  \
      "batch_size=10", "ema.decay=0.8", "ema.every=2", "evaluate.flip=true",                       \
      "early_stopping.patience=2", "early_stopping.watch=accuracy"

static Fixture fixture;

static void
test_threads (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", EVERYTHING, NULL);
  g_auto (Keeper) one;
  const int threads[] = {2, 3, 7};

  run_whole (&fixture, recipe, 1, &one);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++) {
    g_auto (Keeper) many;
    run_whole (&fixture, recipe, threads[i], &many);
    assert_same_end (&many, keeper_last (&many), &one);
  }
}

/* When so many batches of evaluations were reported. */
static ThawAsk
answer_stop_evaluating (Keeper *keeper)
{
  return (uint64_t) keeper->evaluations >= keeper->at ? THAW_ASK_STOP : THAW_ASK_NOTHING;
}

static void
test_interruptions (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", EVERYTHING, NULL);
  g_auto (Keeper) whole;
  uint64_t steps;

  run_whole (&fixture, recipe, 2, &whole);
  steps = whole.iterations->len;
  for (uint64_t at = 1; at < steps; at += 2)
    run_interrupted (&fixture, recipe, answer_stop, at, &whole);
  run_interrupted (&fixture, recipe, answer_stop, steps / 2,
                   &whole); /* the evaluation is still to do */
  run_interrupted (&fixture, recipe, answer_stop_evaluating, 1, &whole);
  run_interrupted (&fixture, recipe, answer_stop_evaluating, 3,
                   &whole); /* two batches of the weights before it */
}

/* The rate of each iteration is the cycle's, and so is the epoch's. */
static void
test_one_cycle (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", "freeze.epochs=0", "optimizer.lr=0.01",
                                                "schedule.name=OneCycleLR", NULL);
  g_autoptr (ThawSchedule) schedule = thaw_schedule_of (recipe, BATCHES);
  g_auto (Keeper) keeper;
  double most = 0;

  run_whole (&fixture, recipe, 2, &keeper);
  for (guint i = 0; i < keeper.iterations->len; i++) {
    const ThawIteration *it = &g_array_index (keeper.iterations, ThawIteration, i);
    if (i == BATCHES)
      thaw_schedule_epoch_end (schedule, 0);
    g_assert_cmpfloat (it->lr, ==, thaw_schedule_lr_at (schedule, i % BATCHES));
    most = fmax (most, it->lr);
  }
  g_assert_cmpfloat_with_epsilon (g_array_index (keeper.iterations, ThawIteration, 0).lr, 0.01 / 25,
                                  1e-12);
  g_assert_cmpfloat (most, >, 0.008);
  for (guint e = 0; e < 2; e++)
    g_assert_cmpfloat (g_array_index (keeper.epochs, ThawEpoch, e).lr, ==,
                       g_array_index (keeper.iterations, ThawIteration, (e + 1) * BATCHES - 1).lr);
}

static void
test_early (void)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe ("epochs=6", "freeze.epochs=2", "early_stopping.patience=2",
                    "early_stopping.min_delta=900", "schedule.name=constant", NULL);
  g_auto (Keeper) keeper;

  /* frozen epochs do not count; epoch 2 is the first that is looked at, 3 and 4 are no better */
  run_whole (&fixture, recipe, 2, &keeper);
  g_assert_cmpuint (keeper.epochs->len, ==, 5);
  g_assert_nonnull (strstr (keeper.events->str, "stopped-early@4 test-opened@4 finished@5"));
  g_assert_false (isnan (keeper.test_accuracy));
  run_interrupted (&fixture, recipe, answer_stop, 4 * BATCHES, &keeper);
  run_interrupted (&fixture, recipe, answer_stop, 5 * BATCHES, &keeper);
}

static const ThawTensor *
tensor (const ThawStateDict *dict, const char *prefix, const char *name)
{
  g_autofree char *whole = g_strconcat (prefix, name, NULL);

  return thaw_state_dict_find (dict, whole);
}

/* The best file holds the average exactly when it says so. decay 0 of a step is not allowed, so the
 * average differs from the weights. */
static void
test_best_says_which (void)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe ("epochs=1", "freeze.epochs=0", "ema.decay=0.9", "ema.start=initial", NULL);
  g_auto (Keeper) keeper;
  g_auto (ThawCheckpointInfo) last = {0}, best = {0};
  g_autoptr (GError) error = NULL;
  const ThawEpoch *epoch;

  run_whole (&fixture, recipe, 2, &keeper);
  epoch = &g_array_index (keeper.epochs, ThawEpoch, 0);
  g_assert_true (epoch->best);
  g_assert_true (epoch->best_averaged == (epoch->ema_accuracy > epoch->accuracy));
  g_assert_cmpfloat (epoch->ema_loss, !=, epoch->loss);
  g_assert_true (thaw_checkpoint_info (keeper_last (&keeper), &last, &error));
  g_assert_true (thaw_checkpoint_info (keeper.bests->pdata[0], &best, &error));
  g_assert_true (last.best_averaged == epoch->best_averaged);
  g_assert_true (best.best_averaged == epoch->best_averaged);
  g_assert_cmpfloat (best.best_accuracy, ==, fmax (epoch->accuracy, epoch->ema_accuracy));
  g_autoptr (ThawStateDict) all = thaw_weights_read (keeper_last (&keeper), NULL, &error);
  g_autoptr (ThawStateDict) kept = thaw_weights_read (keeper.bests->pdata[0], NULL, &error);
  const ThawTensor *found = tensor (kept, "", "features.0.0.weight"),
                   *raw = tensor (all, "model.", "features.0.0.weight"),
                   *average = tensor (all, "ema.", "features.0.0.weight");
  g_assert_cmpint (memcmp (raw->data, average->data, raw->bytes), !=, 0);
  g_assert_cmpint (memcmp (found->data, (epoch->best_averaged ? average : raw)->data, found->bytes),
                   ==, 0);
}

static void
test_refused (void)
{
  static const struct {
    const char *set, *words;
  } cases[] = {
      {"schedule.warmup_epochs=3", "schedule.warmup_epochs is 3, expected at most 2"},
      {"loss.class_weights=[1, 2]", "loss.class_weights has 2 numbers"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", cases[i].set, NULL);
    g_autofree char *folder = fixture_folder (&fixture, "refused");
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
    g_autoptr (GError) error = NULL;
    Keeper keeper;
    ThawTrainEnd end;
    keeper_init (&keeper);
    g_assert_false (run_try (&run, &keeper, &end, &error));
    g_assert_nonnull (strstr (error->message, cases[i].words));
    g_assert_cmpuint (files_in (folder), ==, 0);
    keeper_clear (&keeper);
  }
  g_autoptr (ThawRecipe) both =
      short_recipe ("epochs=2", "optimizer.clip_norm=1", "optimizer.clip_value=1", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "refused");
  Run run = {.fixture = &fixture, .recipe = both, .folder = folder};
  run_refused (&run, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, "optimizer.clip_value");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_open (&fixture);
  g_test_add_func ("/train/techniques/threads", test_threads);
  g_test_add_func ("/train/techniques/interruptions", test_interruptions);
  g_test_add_func ("/train/techniques/one-cycle", test_one_cycle);
  g_test_add_func ("/train/techniques/early", test_early);
  g_test_add_func ("/train/techniques/best-says-which", test_best_says_which);
  g_test_add_func ("/train/techniques/refused", test_refused);
  status = g_test_run ();
  fixture_close (&fixture);
  return status;
}
