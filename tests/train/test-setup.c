/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What does not fit together is refused in a sentence, before anything is written. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static Fixture fixture;

/* Weights of a net with `classes` outputs. (transfer full) */
static ThawStateDict *
some_weights (const char *name, int classes)
{
  const ThawModel *model = thaw_model_find (name);
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net =
      thaw_net_new (thaw_model_graph (model, classes, 32, -1, NULL), pool, NULL);

  thaw_model_initialise (model, net, 11);
  return thaw_net_save (net);
}

static void
test_fit (void)
{
  const struct {
    const char *assignment;
    GQuark domain;
    int code;
    const char *words;
  } cases[] = {
      {"data.split.validation=0", THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
       "evaluate.set|validation|data.split.validation"},
      {"data.size=40", THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, "32 px|40"},
      {"model.weights=imagenet", THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, "imagenet"},
      {"batch_size=47", THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, "batch_size 47|last batch of 1"},
      {"batch_size=1", THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, "batch_size 1|batch_size 2"},
  };
  g_autofree char *folder = fixture_folder (&fixture, "fit");

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (ThawRecipe) recipe = short_recipe (cases[i].assignment, NULL);
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
    run_refused (&run, cases[i].domain, cases[i].code, cases[i].words);
  }
  g_assert_cmpuint (files_in (folder), ==, 0);
}

/* A suggested batch size is one that is taken. */
static void
test_suggestion (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("batch_size=47", "epochs=1", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "suggestion");
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  ThawTrainSpec spec = {.recipe = recipe, .set = fixture.set, .folder = folder, .pool = pool};
  g_autoptr (GError) error = NULL;
  g_autofree char *assignment = NULL;
  g_autoptr (ThawRecipe) better = NULL;
  g_autoptr (ThawTrainer) trainer = thaw_trainer_new (&spec, &error);
  const char *suggested;

  g_assert_null (trainer);
  suggested = g_strrstr (error->message, "batch_size ");
  assignment = g_strdup_printf ("batch_size=%d", atoi (suggested + strlen ("batch_size ")));
  g_clear_error (&error);
  better = short_recipe (assignment, "epochs=1", NULL);
  spec.recipe = better;
  trainer = thaw_trainer_new (&spec, &error);
  g_assert_no_error (error);
  g_assert_nonnull (trainer);
}

static void
test_weights (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("model.weights=given.safetensors", NULL);
  g_autoptr (ThawStateDict) other = some_weights ("resnet18", 10);
  g_autofree char *folder = fixture_folder (&fixture, "weights");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder, .weights = other};

  run_refused (&run, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS, "given.safetensors|features.0.0.weight");
  g_assert_cmpuint (files_in (folder), ==, 0);
}

/* A head of another class count is replaced, and the note says so. */
static void
test_head (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("model.weights=given.safetensors", NULL);
  g_autoptr (ThawStateDict) weights = some_weights ("mobilenet_v3_small", 7);
  g_autofree char *folder = fixture_folder (&fixture, "head");
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  ThawTrainSpec spec = {.recipe = recipe,
                        .set = fixture.set,
                        .folder = folder,
                        .pool = pool,
                        .weights = weights,
                        .weights_source = "given.safetensors"};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawTrainer) trainer = thaw_trainer_new (&spec, &error);
  g_autoptr (ThawStateDict) loaded = NULL;
  const ThawTensor *given, *got;

  g_assert_no_error (error);
  g_test_message ("%s", thaw_trainer_note (trainer));
  g_assert_nonnull (strstr (thaw_trainer_note (trainer), "7"));
  loaded = thaw_net_save (thaw_trainer_net (trainer));
  given = thaw_state_dict_find (weights, "features.1.block.0.0.weight");
  got = thaw_state_dict_find (loaded, "features.1.block.0.0.weight");
  g_assert_cmpmem (given->data, given->bytes, got->data, got->bytes);
  g_assert_cmpuint (thaw_trainer_split (trainer)->n_train, ==, TRAINED);
}

/* --- Checkpoints to go on from ------------------------------------------------------------- */

static Keeper stopped; /* a run stopped in its second epoch */
static ThawRecipe *recipe_of_stopped;
static char *folder_of_stopped;

static void
run_and_stop (void)
{
  Run run = {.fixture = &fixture};

  recipe_of_stopped = short_recipe ("epochs=2", NULL);
  folder_of_stopped = fixture_folder (&fixture, "stopped");
  run.recipe = recipe_of_stopped;
  run.folder = folder_of_stopped;
  keeper_init (&stopped);
  stopped.answer = answer_stop;
  stopped.at = BATCHES + 1;
  run_expect (&run, &stopped, THAW_END_STOPPED);
}

static void
refuse_resume (const char *path, GQuark domain, int code, const char *words)
{
  Run run = {.fixture = &fixture,
             .recipe = recipe_of_stopped,
             .folder = folder_of_stopped,
             .resume = path};

  run_refused (&run, domain, code, words);
}

static void
test_other_recipe (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=3", NULL);
  Run run = {.fixture = &fixture,
             .recipe = recipe,
             .folder = folder_of_stopped,
             .resume = keeper_last (&stopped)};

  run_refused (&run, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT, "another recipe|last-");
}

static void
test_other_data (void)
{
  Run run = {.fixture = &fixture,
             .recipe = recipe_of_stopped,
             .folder = folder_of_stopped,
             .resume = keeper_last (&stopped),
             .set = fixture.other};

  run_refused (&run, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT, "other data|last-");
}

static void
test_not_a_last (void)
{
  g_autofree char *absent = g_build_filename (folder_of_stopped, "absent.safetensors", NULL);
  g_autofree char *plain = g_build_filename (fixture.home, "plain.safetensors", NULL);
  g_autoptr (ThawStateDict) weights = some_weights ("mobilenet_v3_small", 10);
  g_autoptr (GError) error = NULL;
  g_auto (ThawCheckpointInfo) info = {0};

  refuse_resume (g_ptr_array_index (stopped.bests, 0), THAW_TRAIN_ERROR,
                 THAW_TRAIN_ERROR_CHECKPOINT, "best-|'last'");
  thaw_safetensors_write (weights, plain, NULL, NULL, &error);
  g_assert_no_error (error);
  refuse_resume (plain, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT, "not a checkpoint");
  g_assert_false (thaw_checkpoint_info (plain, &info, &error));
  g_assert_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT);
  g_clear_error (&error);
  g_assert_false (thaw_checkpoint_info (absent, &info, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (thaw_checkpoint_weights (absent, &error));
  g_assert_nonnull (error);
}

/* A copy of the "last", changed by `change`, which has to be refused. */
static char *
write_changed (void (*change) (ThawStateDict *dict))
{
  char *path = g_build_filename (folder_of_stopped, "changed.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = thaw_weights_read (keeper_last (&stopped), NULL, &error);

  g_assert_no_error (error);
  change (dict);
  thaw_safetensors_write (dict, path, NULL, NULL, &error);
  g_assert_no_error (error);
  return path;
}

static void
other_format (ThawStateDict *dict)
{
  thaw_state_dict_set_meta (dict, "thaw_format", "thaw-checkpoint/2");
}

static void
far_step (ThawStateDict *dict)
{
  thaw_state_dict_set_meta (dict, "step", "6");
}

static void
negative_epoch (ThawStateDict *dict)
{
  thaw_state_dict_set_meta (dict, "epoch", "-1");
}

static void
no_number (ThawStateDict *dict)
{
  thaw_state_dict_set_meta (dict, "loss_of_images", "1.5x");
}

static void
nan_sum (ThawStateDict *dict)
{
  thaw_state_dict_set_meta (dict, "loss_of_batches", "nan");
}

static void
path_as_best (ThawStateDict *dict)
{
  thaw_state_dict_set_meta (dict, "best_file", "../best-00001-00000004.safetensors");
}

static void
strange_schedule (ThawStateDict *dict)
{
  thaw_state_dict_set_meta (dict, "schedule", "?");
}

static void
nan_moment (ThawStateDict *dict)
{
  ThawTensor *tensor = thaw_state_dict_find (dict, "optimizer.classifier.3.bias.exp_avg");

  g_assert_nonnull (tensor);
  ((float *) tensor->data)[0] = NAN;
}

static void
no_moments (ThawStateDict *dict)
{
  thaw_state_dict_free (thaw_state_dict_take (dict, "optimizer.classifier.3.bias."));
}

static void
no_weights (ThawStateDict *dict)
{
  thaw_state_dict_free (thaw_state_dict_take (dict, "model.classifier.3."));
}

static void
nan_weight (ThawStateDict *dict)
{
  ((float *) thaw_state_dict_find (dict, "model.classifier.3.bias")->data)[1] = NAN;
}

static void
test_changed (void)
{
  const struct {
    void (*change) (ThawStateDict *dict);
    const char *words;
  } cases[] = {
      {other_format, "thaw-checkpoint/2|thaw-checkpoint/1"},
      {far_step, "do not fit"},
      {negative_epoch, "'epoch'|-1"},
      {no_number, "'loss_of_images'|1.5x"},
      {nan_sum, "'loss_of_batches'|nan"},
      {path_as_best, "'best_file'|../best"},
      {nan_moment, "optimizer.classifier.3.bias.exp_avg|not finite"},
      {no_moments, "optimizer.classifier.3.bias.exp_avg|missing"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = write_changed (cases[i].change);
    refuse_resume (path, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_CHECKPOINT, cases[i].words);
  }
}

/* What lower rooms find. */
static void
test_changed_below (void)
{
  g_autofree char *schedule = write_changed (strange_schedule);

  refuse_resume (schedule, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_STATE, "changed.safetensors");
  g_clear_pointer (&schedule, g_free);
  schedule = write_changed (no_weights);
  refuse_resume (schedule, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS, "classifier.3.weight");
  g_clear_pointer (&schedule, g_free);
  schedule = write_changed (nan_weight);
  refuse_resume (schedule, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS, "classifier.3.bias");
}

/* Cut anywhere, a file is refused. */
static void
test_truncated (void)
{
  g_autofree char *path = g_build_filename (folder_of_stopped, "cut.safetensors", NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  gboolean read = g_file_get_contents (keeper_last (&stopped), &bytes, &length, NULL);

  g_assert_true (read);
  for (int part = 0; part < 8; part++) {
    g_autoptr (GError) error = NULL;
    Run run = {.fixture = &fixture,
               .recipe = recipe_of_stopped,
               .folder = folder_of_stopped,
               .resume = path};
    ThawTrainEnd end;
    g_auto (Keeper) keeper;
    keeper_init (&keeper);
    g_file_set_contents (path, bytes, (gssize) (length * (gsize) part / 8), NULL);
    g_assert_false (run_try (&run, &keeper, &end, &error));
    g_assert_nonnull (strstr (error->message, "cut.safetensors"));
  }
}

static void
expect_note (Keeper *keeper, const ThawIteration *iteration)
{
  const char *note = thaw_trainer_note (keeper->trainer);

  g_assert_nonnull (note);
  g_assert_nonnull (strstr (note, "best-"));
  g_assert_nonnull (strstr (note, keeper->user));
}

static void
go_on_without_best (const char *why)
{
  Run run = {.fixture = &fixture,
             .recipe = recipe_of_stopped,
             .folder = folder_of_stopped,
             .resume = keeper_last (&stopped)};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.on_iteration = expect_note;
  keeper.user = (gpointer) why;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  g_assert_cmpuint (keeper.bests->len, >, 0);
}

/* Last, for it spoils the folder: the best weights so far changed, then gone. Training goes on,
 * says so, and keeps the best from there on. */
static void
test_best_lost (void)
{
  const char *best = g_ptr_array_index (stopped.bests, 0);
  g_autofree char *bytes = NULL, *last = NULL;
  gsize length, last_length;

  g_assert_true (g_file_get_contents (best, &bytes, &length, NULL));
  g_assert_true (g_file_get_contents (keeper_last (&stopped), &last, &last_length, NULL));
  bytes[length - 1] ^= 1;
  g_assert_true (g_file_set_contents (best, bytes, (gssize) length, NULL));
  go_on_without_best ("changed");
  g_assert_true (g_file_set_contents (keeper_last (&stopped), last, (gssize) last_length, NULL));
  g_unlink (best);
  go_on_without_best ("best-");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  thaw_train_tuning.tick_us = 1000;
  fixture_open (&fixture);
  run_and_stop ();
  g_test_add_func ("/train/setup/fit", test_fit);
  g_test_add_func ("/train/setup/suggestion", test_suggestion);
  g_test_add_func ("/train/setup/weights", test_weights);
  g_test_add_func ("/train/setup/head", test_head);
  g_test_add_func ("/train/setup/other-recipe", test_other_recipe);
  g_test_add_func ("/train/setup/other-data", test_other_data);
  g_test_add_func ("/train/setup/not-a-last", test_not_a_last);
  g_test_add_func ("/train/setup/changed", test_changed);
  g_test_add_func ("/train/setup/changed-below", test_changed_below);
  g_test_add_func ("/train/setup/truncated", test_truncated);
  g_test_add_func ("/train/setup/best-lost", test_best_lost);
  status = g_test_run ();
  keeper_clear (&stopped);
  thaw_recipe_free (recipe_of_stopped);
  g_free (folder_of_stopped);
  fixture_close (&fixture);
  return status;
}
