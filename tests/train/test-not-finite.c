/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A loss that is not finite ends a run within one step; no such value reaches a checkpoint. */
#include "fixture.h"

#include <math.h>
#include <string.h>

static Fixture fixture;

static void
assert_finite (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = thaw_weights_read (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (thaw_checkpoint_not_finite (dict));
}

/* Every checkpoint that the folder holds is finite. */
static guint
assert_folder_finite (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    assert_finite (path);
    n++;
  }
  return n;
}

/* What to spoil, and after which iteration. */
typedef struct {
  const char *param;
  float value;
  uint64_t after; /* iterations */
} Spoil;

static void
spoil (Keeper *keeper, const ThawIteration *iteration)
{
  const Spoil *spoiled = keeper->user;
  ThawNet *net = thaw_trainer_net (keeper->trainer);

  if (iteration->step + 1 == spoiled->after)
    thaw_net_param (net, thaw_net_find_param (net, spoiled->param))->value[0] = spoiled->value;
}

/* Runs 3 epochs, spoiled; returns how many iterations were reported. */
static guint
run_spoiled (const Spoil *spoiled, const char *folder, Keeper *keeper)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=3", NULL);
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};

  keeper->on_iteration = spoil;
  keeper->user = (void *) spoiled;
  run_expect (&run, keeper, THAW_END_NOT_FINITE);
  g_assert_true (g_str_has_suffix (keeper->events->str, "not-finite@1 "));
  return keeper->iterations->len;
}

/* The next loss is NaN: reported, and nothing after it. */
static void
test_within_one_step (void)
{
  const float values[] = {NAN, INFINITY, -INFINITY};

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++) {
    Spoil spoiled = {"classifier.3.bias", values[i], BATCHES + 2};
    g_autofree char *folder = fixture_folder (&fixture, "one-step");
    g_auto (Keeper) keeper;
    const ThawIteration *it;
    keeper_init (&keeper);
    g_assert_cmpuint (run_spoiled (&spoiled, folder, &keeper), ==, spoiled.after + 1);
    it = &g_array_index (keeper.iterations, ThawIteration, spoiled.after);
    g_assert_false (isfinite (it->loss));
    g_assert_nonnull (strstr (g_ptr_array_index (keeper.details, keeper.details->len - 1),
                              "epoch 2, batch 3 of 4"));
    g_assert_cmpuint (assert_folder_finite (folder), ==, 2); /* of epoch 1 */
    g_assert_cmpuint (keeper.epochs->len, ==, 1);
  }
}

/* The step with the bad loss has updated nothing: not a weight, not the optimiser. */
static void
test_nothing_updated (void)
{
  g_autofree char *folder = fixture_folder (&fixture, "nothing");
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=1", NULL);
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_autoptr (GError) error = NULL;
  ThawTrainSpec spec = {.recipe = recipe, .set = fixture.set, .folder = folder, .pool = pool};
  g_autoptr (ThawTrainer) trainer = thaw_trainer_new (&spec, &error); /* with no hook at all */
  g_autofree float *before = NULL;
  ThawParam *bias, *stem;
  ThawTrainEnd end;

  g_assert_no_error (error);
  stem = thaw_net_param (trainer->net, thaw_net_find_param (trainer->net, "features.0.0.weight"));
  bias = thaw_net_param (trainer->net, thaw_net_find_param (trainer->net, "classifier.3.bias"));
  before = g_memdup2 (stem->value, stem->count * sizeof (float));
  bias->value[0] = NAN;
  g_assert_true (thaw_trainer_run (trainer, &end, &error));
  g_assert_cmpint (end, ==, THAW_END_NOT_FINITE);
  g_assert_cmpuint (trainer->at.step, ==, 0);
  g_assert_cmpmem (before, stem->count * sizeof (float), stem->value, stem->count * sizeof (float));
  for (int s = 0; s < trainer->n_slots; s++)
    g_assert_cmpuint (thaw_optimizer_steps (trainer->optimizer, s), ==, 0);
  g_assert_cmpuint (files_in (folder), ==, 0);
}

/* Spoiled by the last step of an epoch: its evaluation tells. */
static void
test_evaluation (void)
{
  Spoil spoiled = {"classifier.3.bias", NAN, 2 * BATCHES};
  g_autofree char *folder = fixture_folder (&fixture, "evaluation");
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  g_assert_cmpuint (run_spoiled (&spoiled, folder, &keeper), ==, 2 * BATCHES);
  g_assert_nonnull (strstr (g_ptr_array_index (keeper.details, keeper.details->len - 1),
                            "evaluation after epoch 2"));
  g_assert_cmpuint (assert_folder_finite (folder), ==, 2);
}

/* An infinite variance is invisible in eval mode; the look at the tensors finds it. */
static void
test_tensors (void)
{
  Spoil spoiled = {"features.0.1.running_var", INFINITY, 2 * BATCHES};
  g_autofree char *folder = fixture_folder (&fixture, "tensors");
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  g_assert_cmpuint (run_spoiled (&spoiled, folder, &keeper), ==, 2 * BATCHES);
  g_assert_nonnull (strstr (g_ptr_array_index (keeper.details, keeper.details->len - 1),
                            "model.features.0.1.running_var"));
  g_assert_cmpuint (assert_folder_finite (folder), ==, 2);
  g_assert_cmpuint (keeper.epochs->len, ==, 1);
}

/* The same when a stop asks for a checkpoint. */
static void
test_stop (void)
{
  Spoil spoiled = {"features.0.1.running_var", INFINITY, BATCHES + 2};
  g_autofree char *folder = fixture_folder (&fixture, "stop");
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.answer = answer_stop;
  keeper.at = BATCHES + 2;
  run_spoiled (&spoiled, folder, &keeper);
  g_assert_cmpuint (assert_folder_finite (folder), ==, 2);
}

/* A rate that no training survives, from the recipe alone. */
static void
test_rate (void)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe ("epochs=3", "optimizer.name=SGD", "optimizer.lr=1e6", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "rate");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;
  guint bad = 0;

  keeper_init (&keeper);
  run_expect (&run, &keeper, THAW_END_NOT_FINITE);
  for (guint i = 0; i < keeper.iterations->len; i++)
    bad += !isfinite (g_array_index (keeper.iterations, ThawIteration, i).loss);
  g_test_message ("%u iterations; %s", keeper.iterations->len,
                  (char *) g_ptr_array_index (keeper.details, keeper.details->len - 1));
  g_assert_cmpuint (bad, <=, 1);
  assert_folder_finite (folder);
}

/* Weights that hold NaN are refused before anything begins. */
static void
test_weights (void)
{
  const ThawModel *model = thaw_model_find ("mobilenet_v3_small");
  g_autoptr (ThawRecipe) recipe = short_recipe ("model.weights=given.safetensors", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "weights");
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net = thaw_net_new (thaw_model_graph (model, 10, 32, -1, NULL), pool, NULL);
  g_autoptr (ThawStateDict) weights = NULL;
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};

  thaw_model_initialise (model, net, 1);
  weights = thaw_net_save (net);
  ((float *) thaw_state_dict_find (weights, "features.4.block.0.0.weight")->data)[3] = NAN;
  run.weights = weights;
  run_refused (&run, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
               "given.safetensors|features.4.block.0.0.weight");
  g_assert_cmpuint (files_in (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  thaw_train_tuning.tick_us = 1000;
  fixture_open (&fixture);
  g_test_add_func ("/train/not-finite/within-one-step", test_within_one_step);
  g_test_add_func ("/train/not-finite/nothing-updated", test_nothing_updated);
  g_test_add_func ("/train/not-finite/evaluation", test_evaluation);
  g_test_add_func ("/train/not-finite/tensors", test_tensors);
  g_test_add_func ("/train/not-finite/stop", test_stop);
  g_test_add_func ("/train/not-finite/rate", test_rate);
  g_test_add_func ("/train/not-finite/weights", test_weights);
  status = g_test_run ();
  fixture_close (&fixture);
  return status;
}
