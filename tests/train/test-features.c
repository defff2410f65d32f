/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Features once": the same bits as a backbone that works each time, on any number of threads, from
 * any interruption, and what is refused. */
#include "fixture.h"
#include "thaw-catalogues.h"

#include <math.h>
#include <string.h>

#define ONCE "epochs=3", "freeze.epochs=2", "freeze.batch_norm=hold", "freeze.features=once"
#define LIVE "epochs=3", "freeze.epochs=2", "freeze.batch_norm=hold", "freeze.features=live"

static Fixture fixture;

/* Of backbones with another head: linear layers behind an average, a convolution over a map. */
static const struct {
  const char *name, *more[5];
} cases[] = {
    {"mobilenet", {"model.dropout=0.2"}},
    {"resnet", {"model.name=resnet20", "evaluate.flip=true"}},
    {"squeezenet", {"model.name=squeezenet1_1", "data.split.validation=0.3"}},
    {"average", {"ema.decay=0.9", "ema.start=initial", "optimizer.weight_decay=0.01"}},
    {"test", {"evaluate.set=test", "evaluate.clean_train=false", "batch_size=16"}},
};

static void
test_same (const void *data)
{
  const char *const *more = data;
  g_autoptr (ThawRecipe) plain_once = short_recipe (ONCE, NULL),
                         plain_live = short_recipe (LIVE, NULL);
  g_autoptr (ThawRecipe) once = recipe_with (plain_once, more),
                         live = recipe_with (plain_live, more);
  g_auto (Keeper) a;

  run_whole (&fixture, live, 2, &a);
  for (int threads = 1; threads <= 3; threads++) {
    g_auto (Keeper) b;
    run_whole (&fixture, once, threads, &b);
    g_assert_cmpuint (b.epochs->len, ==, a.epochs->len);
    g_assert_cmpuint (b.iterations->len, ==, a.iterations->len);
    assert_same_end (&b, keeper_last (&b), &a);
  }
}

/* A recipe that thaws on the way: live from the first step on. */
static void
test_steps (void)
{
  static const char step[] = "freeze.steps=[{\"name\": \"ThawBlocks\", \"epoch\": 1}]";
  g_autoptr (ThawRecipe) once = short_recipe (ONCE, step, NULL),
                         live = short_recipe (LIVE, step, NULL);
  g_auto (Keeper) a, b;

  run_whole (&fixture, live, 1, &a);
  run_whole (&fixture, once, 2, &b);
  assert_same_end (&b, keeper_last (&b), &a);
}

/* Stopped after so many steps, or before the first: while features are computed. */
static void
test_interruptions (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe (ONCE, "model.dropout=0.2", NULL);
  g_auto (Keeper) whole;

  run_whole (&fixture, recipe, 2, &whole);
  for (uint64_t at = 0; at <= 2 * BATCHES; at++)
    run_interrupted (&fixture, recipe, answer_stop, at, &whole);
}

/* Asked to stop at the second question: the first batch of features is done. */
static ThawAsk
answer_second (Keeper *keeper)
{
  if (keeper->asked < 2)
    return THAW_ASK_NOTHING;
  g_assert_cmpuint (keeper->iterations->len, ==, 0);
  return THAW_ASK_STOP;
}

static void
test_while_computing (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe (ONCE, NULL);
  g_auto (Keeper) whole;

  run_whole (&fixture, recipe, 2, &whole);
  run_interrupted (&fixture, recipe, answer_second, 0, &whole);
}

static void
spoil_backbone (Keeper *keeper, const ThawIteration *iteration)
{
  ThawNet *net = thaw_trainer_net (keeper->trainer);

  if (iteration->step == 0)
    for (int i = 0; i < thaw_net_n_params (net); i++)
      if (!thaw_net_param (net, i)->trainable && !thaw_net_param (net, i)->buffer)
        thaw_net_param (net, i)->value[0] += 1;
}

static bool
same_without_backbone (const char *mode)
{
  g_autofree char *features = g_strconcat ("freeze.features=", mode, NULL);
  g_autoptr (ThawRecipe) recipe = short_recipe (LIVE, features, NULL);
  g_autofree char *folder = fixture_folder (&fixture, "spoiled");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) good, spoiled;
  bool same = true;

  run_whole (&fixture, recipe, 1, &good);
  keeper_init (&spoiled);
  spoiled.on_iteration = spoil_backbone;
  run_expect (&run, &spoiled, THAW_END_FINISHED);
  for (guint i = 0; i < 2 * BATCHES; i++)
    same &= g_array_index (good.iterations, ThawIteration, i).loss ==
            g_array_index (spoiled.iterations, ThawIteration, i).loss;
  return same;
}

/* The backbone really is done after the first look at the images. */
static void
test_used (void)
{
  g_assert_true (same_without_backbone ("once"));
  g_assert_false (same_without_backbone ("live"));
}

static void
test_said (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe (ONCE, NULL);
  g_auto (Keeper) keeper;
  const char *frozen;

  run_whole (&fixture, recipe, 1, &keeper);
  frozen = keeper.details->pdata[0];
  /* 48 training images, 12 of validation, 576 floats of each */
  g_assert_nonnull (strstr (frozen, "features of 60 images"));
  g_assert_nonnull (strstr (frozen, "138"));
}

static const struct {
  const char *planted[3], *words;
} wrong[] = {
    {{"freeze.epochs=0"}, "freeze.epochs is 0"},
    {{"freeze.train=last_block"}, "freeze.train is 'last_block'"},
    {{"freeze.match=classifier"}, "freeze.match is 'classifier'"},
    {{"freeze.batch_norm=update"}, "freeze.batch_norm is \"update\""},
    {{"augment=[{\"name\": \"RandomCrop\"}]"}, "augment.0, RandomCrop,"},
    {{"augment=[{\"name\": \"Mixup\"}]"}, "augment.0, Mixup,"},
    {{"model.name=efficientnet_b0", "model.stochastic_depth=0.2"}, "model.stochastic_depth"},
};

static void
test_refused (void)
{
  g_autoptr (ThawRecipe) good = short_recipe (ONCE, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (ThawRecipe) bad = recipe_with (good, wrong[i].planted);
    Run run = {.fixture = &fixture, .recipe = bad};
    run_refused (&run, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, wrong[i].words);
    run_refused (&run, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, "freeze.features is \"once\"");
  }
}

/* Refused where they do not fit; a run that began elsewhere goes on without them. */
static void
test_memory (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe (ONCE, NULL);
  g_autofree char *folder = fixture_folder (&fixture, "memory");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) whole, first, second;

  run_whole (&fixture, recipe, 2, &whole);
  keeper_init (&first);
  keeper_init (&second);
  first.answer = answer_stop;
  first.at = 2;
  run_expect (&run, &first, THAW_END_STOPPED);
  thaw_train_tuning.feature_bytes = 100000;
  run_refused (&run, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, "138.2");
  run.resume = keeper_last (&first);
  run_expect (&run, &second, THAW_END_FINISHED);
  assert_same_tensors (keeper_last (&whole), keeper_last (&second), "");
  thaw_train_tuning.feature_bytes = 0;
}

/* Recipes that do not ask for it are what they were. */
static void
test_silent (void)
{
  g_autoptr (ThawRecipe) live = short_recipe (LIVE, NULL), once = short_recipe (ONCE, NULL);
  g_autofree char *a = thaw_recipe_write (live), *b = thaw_recipe_write (once);

  g_assert_null (strstr (a, "features"));
  g_assert_nonnull (strstr (b, "\"features\": \"once\""));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fixture_open (&fixture);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/train/features/same/", cases[i].name, NULL);
    g_test_add_data_func (path, cases[i].more, test_same);
  }
  g_test_add_func ("/train/features/steps", test_steps);
  g_test_add_func ("/train/features/interruptions", test_interruptions);
  g_test_add_func ("/train/features/while-computing", test_while_computing);
  g_test_add_func ("/train/features/used", test_used);
  g_test_add_func ("/train/features/said", test_said);
  g_test_add_func ("/train/features/refused", test_refused);
  g_test_add_func ("/train/features/memory", test_memory);
  g_test_add_func ("/train/features/silent", test_silent);
  result = g_test_run ();
  fixture_close (&fixture);
  return result;
}
