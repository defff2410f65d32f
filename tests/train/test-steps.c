/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thaws on the way: block by block at given epochs, each at a rate of its own, interrupted anywhere
 * with the same bits; rates of layer groups. */
#include "fixture.h"

#include <math.h>
#include <string.h>

#define GRADUAL                                                                                    \
  "epochs=4", "freeze.epochs=3", "freeze.batch_norm=hold", "schedule.name=constant",               \
      "freeze.lr_after=0.0001",                                                                    \
      "freeze.steps=[{\"name\": \"ThawBlocks\", \"epoch\": 1, \"blocks\": 1, \"lr\": 0.0005}, "    \
      "{\"name\": \"ThawBlocks\", \"epoch\": 2, \"blocks\": 3, \"lr\": 0.0003}]"

static Fixture fixture;

/* --- What moves ------------------------------------------------------------------------------- */

/* Weights after each epoch; [0] after the first step. */
typedef struct {
  ThawStateDict *after[6];
} Course;

static void
take_snapshot (Keeper *keeper, const ThawIteration *iteration)
{
  Course *course = keeper->user;
  uint64_t done = iteration->step + 1;

  if (done == 1)
    course->after[0] = thaw_net_save (thaw_trainer_net (keeper->trainer));
  if (done % BATCHES == 0)
    course->after[done / BATCHES] = thaw_net_save (thaw_trainer_net (keeper->trainer));
}

/* Number of the block "features.N" that a name belongs to; 13: the head. */
static int
block_of (const char *name)
{
  return g_str_has_prefix (name, "features.") ? atoi (name + strlen ("features.")) : 13;
}

/* Between two moments nothing below `first` moved, and of each block from there on something did;
 * so did running statistics. */
static void
expect_moved (const Course *course, int from, int to, int first)
{
  const ThawStateDict *a = course->after[from], *b = course->after[to];
  int moved[14] = {0}, statistics[14] = {0};

  for (size_t i = 0; i < thaw_state_dict_size (a); i++) {
    const ThawTensor *x = thaw_state_dict_nth (a, i), *y = thaw_state_dict_find (b, x->name);
    bool statistic = strstr (x->name, "running_") || g_str_has_suffix (x->name, "tracked");
    (statistic ? statistics : moved)[block_of (x->name)] +=
        memcmp (x->data, y->data, x->bytes) != 0;
  }
  for (int block = 0; block < 14; block++) {
    g_test_message ("%d to %d, block %d: %d and %d", from, to, block, moved[block],
                    statistics[block]);
    g_assert_true ((moved[block] > 0) == (block >= first));
    if (block < 13)
      g_assert_true ((statistics[block] > 0) == (block >= first));
  }
}

static void
block_by_block (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe (GRADUAL, NULL);
  g_autofree char *folder = fixture_folder (&fixture, "gradual");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  const double rates[] = {0.001, 0.0005, 0.0003, 0.0001};
  Course course = {0};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.on_iteration = take_snapshot;
  keeper.user = &course;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  expect_moved (&course, 0, 1, 13);
  expect_moved (&course, 1, 2, 12);
  expect_moved (&course, 2, 3, 10);
  expect_moved (&course, 3, 4, 0);
  for (guint e = 0; e < 4; e++) {
    const ThawEpoch *epoch = &g_array_index (keeper.epochs, ThawEpoch, e);
    g_assert_cmpfloat (epoch->lr, ==, rates[e]);
    g_assert_true (epoch->frozen == (e < 3));
    if (e > 0)
      g_assert_cmpuint (epoch->trainable, >, epoch[-1].trainable);
    thaw_state_dict_free (course.after[e]);
  }
  thaw_state_dict_free (course.after[4]);
  g_assert_cmpstr (keeper.events->str, ==,
                   "frozen@0 thawed@1 thawed@2 thawed@3 test-opened@3 finished@3 ");
  g_assert_nonnull (
      strstr (keeper.details->pdata[1], "the head and the last 1 of 13 blocks train"));
  g_assert_nonnull (strstr (keeper.details->pdata[2], "learning rate from 0.0005 to 0.0003"));
  g_assert_true (g_str_has_prefix (keeper.details->pdata[3], "all "));
}

static void
last_block_first (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe (
      "epochs=2", "freeze.epochs=1", "freeze.train=last_block", "freeze.batch_norm=hold", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "last-block");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  Course course = {0};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.on_iteration = take_snapshot;
  keeper.user = &course;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  expect_moved (&course, 0, 1, 12);
  expect_moved (&course, 1, 2, 0);
  for (int i = 0; i < 3; i++)
    thaw_state_dict_free (course.after[i]);
}

/* --- Rates of groups -------------------------------------------------------------------------- */

/* The weights after one step of plain SGD. */
static ThawStateDict *
after_one_step (const char *rates)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe ("epochs=1", "optimizer.name=SGD", "optimizer.lr=0.5", "optimizer.momentum=0",
                    "optimizer.weight_decay=0", "model.dropout=0", rates, NULL);
  g_autofree char *folder = fixture_folder (&fixture, "rates");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  Course course = {0};
  g_auto (Keeper) keeper;
  ThawTrainEnd end;

  keeper_init (&keeper);
  keeper.on_iteration = take_snapshot;
  keeper.user = &course;
  keeper.answer = answer_stop;
  keeper.at = 1;
  run_try (&run, &keeper, &end, NULL);
  return course.after[0];
}

/* The first step from the same weights over the same images: each group's change is the ordinary
 * one times its factor, as far as float32 goes. */
static void
group_rates (void)
{
  g_autoptr (ThawStateDict) plain = after_one_step ("rates={}"),
                            scaled = after_one_step ("rates={\"backbone\": 0.5, \"decay\": 0.5}");
  const ThawModel *model = thaw_model_find ("mobilenet_v3_small");
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net = thaw_net_new (thaw_model_graph (model, 10, 32, -1, NULL), pool, NULL);
  g_autoptr (ThawStateDict) initial = NULL;
  int compared = 0;

  thaw_model_initialise (model, net, 0);
  initial = thaw_net_save (net);
  for (size_t i = 0; i < thaw_state_dict_size (initial); i++) {
    const ThawTensor *w = thaw_state_dict_nth (initial, i);
    const float *from = w->data, *one = thaw_state_dict_find (plain, w->name)->data,
                *two = thaw_state_dict_find (scaled, w->name)->data;
    double factor = pow (0.5, 13 - block_of (w->name)), worst = 0, largest = 0;
    if (w->dtype != THAW_DTYPE_F32 || strstr (w->name, "running_") != NULL)
      continue;
    for (uint64_t k = 0; k < w->bytes / sizeof (float); k++) {
      double change = (double) one[k] - from[k], other = (double) two[k] - from[k];
      largest = fmax (largest, fmax (fabs (from[k]), fabs (one[k])));
      worst = fmax (worst, fabs (other - factor * change));
    }
    g_assert_cmpfloat (worst, <=, largest * 2.4e-7); /* each sum is rounded to 24 bits */
    compared++;
  }
  g_assert_cmpint (compared, >, 100);
}

/* Clipping by a length that no gradient has is none at all, with groups as well. */
static void
group_rates_when_clipped (void)
{
  const char *clips[] = {"optimizer.clip_norm=0", "optimizer.clip_norm=1000000"};
  Keeper keepers[2];

  for (int i = 0; i < 2; i++) {
    g_autoptr (ThawRecipe) recipe =
        short_recipe ("epochs=1", "rates={\"backbone\": 0.3, \"decay\": 0.7}", clips[i], NULL);
    g_autofree char *folder = fixture_folder (&fixture, i ? "clipped" : "not-clipped");
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
    keeper_init (&keepers[i]);
    run_expect (&run, &keepers[i], THAW_END_FINISHED);
  }
  assert_same_tensors (keeper_last (&keepers[0]), keeper_last (&keepers[1]), "");
  for (int i = 0; i < 2; i++)
    keeper_clear (&keepers[i]);
}

/* --- Interruptions ---------------------------------------------------------------------------- */

static void
same_bits_whatever_happens (void)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe (GRADUAL, "rates={\"backbone\": 0.5, \"decay\": 0.8}", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "whole");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  const uint64_t stops[] = {2, 4, 5, 8, 10, 12, 14, 16};
  const int threads[] = {1, 3, 7};
  g_auto (Keeper) whole;

  keeper_init (&whole);
  run_expect (&run, &whole, THAW_END_FINISHED);
  for (guint i = 0; i < G_N_ELEMENTS (stops); i++) {
    g_autofree char *parts = fixture_folder (&fixture, "parts");
    Run part = {.fixture = &fixture, .recipe = recipe, .folder = parts};
    g_autofree char *events = NULL;
    g_auto (Keeper) first, second;
    keeper_init (&first);
    keeper_init (&second);
    first.answer = answer_stop;
    first.at = stops[i];
    run_expect (&part, &first, THAW_END_STOPPED);
    part.resume = keeper_last (&first);
    part.threads = threads[i % 3];
    run_expect (&part, &second, THAW_END_FINISHED);
    assert_same_tensors (keeper_last (second.lasts->len > 0 ? &second : &first),
                         keeper_last (&whole), "");
    events = g_strconcat (first.events->str, second.events->str, NULL);
    for (int epoch = 1; epoch < 4; epoch++) { /* each thaw is told once */
      g_autofree char *event = g_strdup_printf ("thawed@%d ", epoch);
      const char *found = strstr (events, event);
      g_assert_nonnull (found);
      g_assert_null (strstr (found + 1, event));
    }
  }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++) {
    g_autofree char *other = fixture_folder (&fixture, "threads");
    Run again = {.fixture = &fixture, .recipe = recipe, .folder = other, .threads = threads[i]};
    g_auto (Keeper) keeper;
    keeper_init (&keeper);
    run_expect (&again, &keeper, THAW_END_FINISHED);
    assert_same_tensors (keeper_last (&keeper), keeper_last (&whole), "");
  }
}

static void
more_blocks_than_there_are (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe (
      "epochs=4", "freeze.epochs=3",
      "freeze.steps=[{\"name\": \"ThawBlocks\", \"epoch\": 1, \"blocks\": 14}]", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "refused");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};

  run_refused (&run, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
               "freeze.steps.0.blocks is 14, but mobilenet_v3_small has 13 blocks");
  g_assert_cmpuint (files_in (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_open (&fixture);
  g_test_add_func ("/train/steps/block-by-block", block_by_block);
  g_test_add_func ("/train/steps/last-block-first", last_block_first);
  g_test_add_func ("/train/steps/group-rates", group_rates);
  g_test_add_func ("/train/steps/group-rates-when-clipped", group_rates_when_clipped);
  g_test_add_func ("/train/steps/same-bits-whatever-happens", same_bits_whatever_happens);
  g_test_add_func ("/train/steps/more-blocks-than-there-are", more_blocks_than_there_are);
  status = g_test_run ();
  fixture_close (&fixture);
  return status;
}
