/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs: learning, the same bits again, what is reported. */
#include "fixture.h"

#include <math.h>
#include <string.h>

static Fixture fixture;

static const ThawEpoch *
epoch_of (const Keeper *keeper, guint i)
{
  g_assert_cmpuint (i, <, keeper->epochs->len);
  return &g_array_index (keeper->epochs, ThawEpoch, i);
}

/* What an epoch says of its training part, worked out again from its iterations. */
static void
check_sums (const Keeper *keeper, guint e, ThawLossMean mean)
{
  const ThawEpoch *epoch = epoch_of (keeper, e);
  double of_images = 0, of_batches = 0;
  int images = 0, correct = 0;

  for (guint b = 0; b < BATCHES; b++) {
    const ThawIteration *it = &g_array_index (keeper->iterations, ThawIteration, e * BATCHES + b);
    g_assert_cmpuint (it->step, ==, e * BATCHES + b);
    g_assert_cmpint (it->epoch, ==, (int) e);
    g_assert_cmpint (it->batch, ==, (int) b);
    g_assert_cmpint (it->batches, ==, BATCHES);
    g_assert_cmpint (it->images, ==, b + 1 < BATCHES ? BATCH : 6);
    of_images += it->loss * it->images;
    of_batches += it->loss;
    images += it->images;
    correct += it->correct;
  }
  g_assert_cmpint (images, ==, TRAINED);
  g_assert_cmpfloat (epoch->train_loss, ==,
                     mean == THAW_MEAN_IMAGES ? of_images / images : of_batches / BATCHES);
  g_assert_cmpfloat (epoch->train_accuracy, ==, (double) correct / images);
  g_assert_cmpuint (epoch->step, ==, (e + 1) * BATCHES);
  g_assert_cmpfloat (epoch->seconds, >, 0);
  g_assert_cmpfloat_with_epsilon (epoch->images_per_second, images / epoch->seconds, 1e-6);
}

/* The best epoch is the first with the highest accuracy. */
static int
check_best (const Keeper *keeper)
{
  double best = -1;
  int which = -1;

  for (guint e = 0; e < keeper->epochs->len; e++) {
    const ThawEpoch *epoch = epoch_of (keeper, e);
    g_assert_true (epoch->best == (epoch->accuracy > best));
    if (epoch->best) {
      best = epoch->accuracy;
      which = (int) e;
    }
  }
  return which;
}

static void
test_learns (void)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe ("epochs=10", "optimizer.lr=0.001", "augment=[]", "seed=3", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "learns");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (ThawCheckpointInfo) info = {0};
  g_autoptr (GError) error = NULL;
  g_auto (Keeper) keeper;
  int best;

  keeper_init (&keeper);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  g_assert_cmpuint (keeper.iterations->len, ==, 10 * BATCHES);
  g_assert_cmpuint (keeper.epochs->len, ==, 10);
  for (guint e = 0; e < 10; e++)
    check_sums (&keeper, e, THAW_MEAN_IMAGES);
  g_test_message ("train loss %g -> %g", epoch_of (&keeper, 0)->train_loss,
                  epoch_of (&keeper, 9)->train_loss);
  g_assert_cmpfloat (epoch_of (&keeper, 9)->train_loss, <, 0.5 * epoch_of (&keeper, 0)->train_loss);
  g_assert_cmpfloat (epoch_of (&keeper, 9)->train_accuracy, >, 0.5);
  best = check_best (&keeper);
  g_assert_cmpstr (keeper.tested, ==, "best");
  g_assert_true (isfinite (keeper.test_loss));
  g_assert_cmpfloat (keeper.test_accuracy, >=, 0);
  g_assert_true (strstr (keeper.events->str, "test-opened@9 finished@9 ") != NULL);
  g_assert_cmpint (keeper.evaluations, >, 10);
  thaw_checkpoint_info (keeper_last (&keeper), &info, &error);
  g_assert_no_error (error);
  g_assert_cmpint (info.best_epoch, ==, best);
  g_assert_cmpfloat (info.best_accuracy, ==, epoch_of (&keeper, (guint) best)->accuracy);
}

static void
test_same_bits (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("freeze.epochs=1", NULL);
  const int threads[] = {1, 2, 3}, loaders[] = {1, 3, 2};
  Keeper keepers[3];

  for (int i = 0; i < 3; i++) {
    g_autofree char *name = g_strdup_printf ("threads-%d", threads[i]);
    g_autofree char *folder = fixture_folder (&fixture, name);
    Run run = {.fixture = &fixture,
               .recipe = recipe,
               .folder = folder,
               .threads = threads[i],
               .loader_threads = loaders[i]};
    keeper_init (&keepers[i]);
    run_expect (&run, &keepers[i], THAW_END_FINISHED);
    assert_same_tensors (keeper_last (&keepers[0]), keeper_last (&keepers[i]), "");
    g_assert_cmpfloat (keepers[0].test_loss, ==, keepers[i].test_loss);
    g_assert_cmpfloat (epoch_of (&keepers[0], 1)->clean_loss, ==,
                       epoch_of (&keepers[i], 1)->clean_loss);
  }
  for (int i = 0; i < 3; i++)
    keeper_clear (&keepers[i]);
}

static void
test_other_seed (void)
{
  Keeper keepers[2];

  for (int i = 0; i < 2; i++) {
    g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=1", i ? "seed=1" : "seed=0", NULL);
    g_autofree char *folder = fixture_folder (&fixture, i ? "seed-1" : "seed-0");
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
    keeper_init (&keepers[i]);
    run_expect (&run, &keepers[i], THAW_END_FINISHED);
  }
  g_assert_false (same_tensors (keeper_last (&keepers[0]), keeper_last (&keepers[1]), ""));
  g_assert_cmpfloat (epoch_of (&keepers[0], 0)->train_loss, !=,
                     epoch_of (&keepers[1], 0)->train_loss);
  for (int i = 0; i < 2; i++)
    keeper_clear (&keepers[i]);
}

/* A net with the weights of a checkpoint. (transfer full) */
static ThawNet *
net_of (const char *path, ThawPool *pool)
{
  const ThawModel *model = thaw_model_find ("mobilenet_v3_small");
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) weights = thaw_checkpoint_weights (path, &error);
  ThawNet *net;

  g_assert_no_error (error);
  net = thaw_net_new (thaw_model_graph (model, 10, 32, -1, NULL), pool, &error);
  g_assert_no_error (error);
  thaw_net_load (net, weights, path, &error);
  g_assert_no_error (error);
  thaw_net_plan (net, THAW_MODE_EVAL, BATCH, &error);
  g_assert_no_error (error);
  return net;
}

/* The lesson's way: the test set after each epoch, means of batch means, no clean pass; what is
 * reported is what the last checkpoint's weights give. */
static void
test_exact (void)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe ("evaluate.set=test", "evaluate.loss_mean=batches", "evaluate.clean_train=false",
                    "evaluate.test_at_end=false", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "exact");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_autoptr (ThawPipeline) pipeline = NULL;
  g_autoptr (ThawSplit) split = thaw_split_new (fixture.set, 0.2, TRUE, 0, NULL);
  g_autoptr (ThawNet) net = NULL;
  ThawScore score;

  keeper_init (&keeper);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  check_sums (&keeper, 1, THAW_MEAN_BATCHES);
  g_assert_cmpint (epoch_of (&keeper, 1)->set, ==, THAW_EVAL_TEST);
  g_assert_true (isnan (epoch_of (&keeper, 1)->clean_loss));
  g_assert_null (keeper.tested);
  g_assert_true (g_str_has_prefix (keeper.events->str, "test-opened@0 "));
  net = net_of (keeper_last (&keeper), pool);
  pipeline = thaw_pipeline_new (NULL, 0, recipe->mean, recipe->std, 32, NULL);
  thaw_evaluate (net, fixture.set, split->test, split->n_test, pipeline, BATCH, THAW_MEAN_BATCHES,
                 1, &score);
  g_assert_cmpfloat (score.loss, ==, epoch_of (&keeper, 1)->loss);
  g_assert_cmpfloat (score.accuracy, ==, epoch_of (&keeper, 1)->accuracy);
  thaw_evaluate (net, fixture.set, split->test, split->n_test, pipeline, BATCH, THAW_MEAN_IMAGES, 1,
                 &score);
  g_assert_cmpfloat (score.loss, !=, epoch_of (&keeper, 1)->loss); /* 14 + 6 images */
  thaw_evaluate (net, fixture.set, NULL, 0, pipeline, BATCH, THAW_MEAN_IMAGES, 1, &score);
  g_assert_true (isnan (score.loss) && isnan (score.accuracy));
}

/* The class with the fewest validation images. */
static int
rarest_class (void)
{
  g_autoptr (ThawSplit) split = thaw_split_new (fixture.set, 0.2, TRUE, 0, NULL);
  int count[10] = {0}, rarest = 0;

  for (uint32_t i = 0; i < split->n_validation; i++)
    count[thaw_dataset_label (fixture.set, split->validation[i])]++;
  for (int c = 1; c < 10; c++)
    rarest = count[c] < count[rarest] ? c : rarest;
  return rarest;
}

/* The very last step makes every image one of the rarest class: no epoch is worse. */
static void
spoil_last_epoch (Keeper *keeper, const ThawIteration *iteration)
{
  ThawNet *net = thaw_trainer_net (keeper->trainer);

  if (iteration->step + 1 == 5 * BATCHES)
    thaw_net_param (net, thaw_net_find_param (net, "classifier.3.bias"))->value[rarest_class ()] =
        1e4f;
}

/* The test at the end is of the best weights, even when the last epoch is worse. */
static void
test_tests_best (void)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe ("epochs=5", "optimizer.lr=0.003", "evaluate.clean_train=true", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "best");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_autoptr (ThawPipeline) pipeline = NULL;
  g_autoptr (ThawSplit) split = thaw_split_new (fixture.set, 0.2, TRUE, 0, NULL);
  g_autoptr (ThawNet) net = NULL;
  ThawScore score;

  keeper_init (&keeper);
  keeper.on_iteration = spoil_last_epoch;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  g_assert_false (epoch_of (&keeper, 4)->best);
  net = net_of (g_ptr_array_index (keeper.bests, keeper.bests->len - 1), pool);
  pipeline = thaw_pipeline_new (NULL, 0, recipe->mean, recipe->std, 32, NULL);
  thaw_evaluate (net, fixture.set, split->test, split->n_test, pipeline, BATCH, THAW_MEAN_IMAGES, 1,
                 &score);
  g_assert_cmpfloat (score.loss, ==, keeper.test_loss);
  g_assert_cmpfloat (score.accuracy, ==, keeper.test_accuracy);
}

/* A checkpoint tells all that predict needs. */
static void
test_info (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=1", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "info");
  g_autofree char *hash = thaw_recipe_hash (recipe), *json = thaw_recipe_write (recipe);
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  for (int best = 0; best < 2; best++) {
    g_auto (ThawCheckpointInfo) info = {0};
    g_autoptr (GError) error = NULL;
    const char *path = best ? g_ptr_array_index (keeper.bests, 0) : keeper_last (&keeper);
    g_assert_true (thaw_checkpoint_info (path, &info, &error));
    g_assert_no_error (error);
    g_assert_cmpstr (info.kind, ==, best ? "best" : "last");
    g_assert_cmpint (info.epoch, ==, 1);
    g_assert_cmpuint (info.step, ==, BATCHES);
    g_assert_cmpuint (info.batch, ==, 0);
    g_assert_cmpstr (info.recipe_hash, ==, hash);
    g_assert_cmpstr (info.recipe, ==, json);
    g_assert_cmpstr (info.data_fingerprint, ==, thaw_dataset_fingerprint (fixture.set));
    g_assert_cmpstr (info.model, ==, "mobilenet_v3_small");
    g_assert_cmpint (info.n_classes, ==, 10);
    g_assert_cmpuint (g_strv_length (info.class_names), ==, 10);
    g_assert_cmpstr (info.class_names[9], ==, thaw_dataset_class_name (fixture.set, 9));
    g_assert_cmpint (info.size, ==, 32);
    for (int c = 0; c < 3; c++) {
      g_assert_cmpfloat (info.mean[c], ==, recipe->mean[c]);
      g_assert_cmpfloat (info.std[c], ==, recipe->std[c]);
    }
    g_assert_cmpint (info.best_epoch, ==, 0);
  }
}

/* Each class has its share in the clean pass, and no image is there twice. */
static void
test_clean_subset (void)
{
  g_autoptr (ThawSplit) split = thaw_split_new (fixture.set, 0.2, TRUE, 0, NULL);

  for (uint32_t n = 0; n <= split->n_train; n += 16) {
    g_autofree uint32_t *subset = thaw_clean_subset (fixture.set, split, n);
    uint32_t of_class[10] = {0};
    for (uint32_t i = 0; i < n; i++) {
      g_assert_true (i == 0 || subset[i] > subset[i - 1]);
      of_class[thaw_dataset_label (fixture.set, subset[i])]++;
    }
    for (int c = 0; c < 10; c++) {
      g_assert_cmpuint (of_class[c], >=, n / 10 - (n > 10));
      g_assert_cmpuint (of_class[c], <=, n / 10 + 2);
    }
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_open (&fixture);
  g_test_add_func ("/train/run/learns", test_learns);
  g_test_add_func ("/train/run/same-bits-on-any-threads", test_same_bits);
  g_test_add_func ("/train/run/other-seed-other-bits", test_other_seed);
  g_test_add_func ("/train/run/exact", test_exact);
  g_test_add_func ("/train/run/tests-the-best", test_tests_best);
  g_test_add_func ("/train/run/info", test_info);
  g_test_add_func ("/train/run/clean-subset", test_clean_subset);
  status = g_test_run ();
  fixture_close (&fixture);
  return status;
}
