/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The freeze plan: what moves while frozen, what happens at the thaw. */
#include "fixture.h"

#include <string.h>

static Fixture fixture;

/* State after the first step, after the last frozen step and after the last of all. */
typedef struct {
  ThawStateDict *first, *frozen, *thawed;
  uint64_t frozen_steps, all_steps;
} Snapshots;

static void
snapshots_clear (Snapshots *s)
{
  thaw_state_dict_free (s->first);
  thaw_state_dict_free (s->frozen);
  thaw_state_dict_free (s->thawed);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Snapshots, snapshots_clear)

static void
take_snapshot (Keeper *keeper, const ThawIteration *iteration)
{
  Snapshots *s = keeper->user;
  ThawNet *net = thaw_trainer_net (keeper->trainer);

  if (iteration->step == 0)
    s->first = thaw_net_save (net);
  if (iteration->step + 1 == s->frozen_steps)
    s->frozen = thaw_net_save (net);
  if (iteration->step + 1 == s->all_steps)
    s->thawed = thaw_net_save (net);
}

static bool
is_head (const char *name)
{
  return g_str_has_prefix (name, "classifier.");
}

static bool
is_statistic (const char *name)
{
  return strstr (name, "running_") != NULL || g_str_has_suffix (name, "num_batches_tracked");
}

/* How many tensors differ, of the head, of the backbone's weights, of its statistics. */
static void
count_moves (const ThawStateDict *a, const ThawStateDict *b, int moved[3], int all[3])
{
  memset (moved, 0, 3 * sizeof *moved);
  memset (all, 0, 3 * sizeof *all);
  for (size_t i = 0; i < thaw_state_dict_size (a); i++) {
    const ThawTensor *x = thaw_state_dict_nth (a, i);
    const ThawTensor *y = thaw_state_dict_find (b, x->name);
    int which = is_head (x->name) ? 0 : is_statistic (x->name) ? 2 : 1;
    all[which]++;
    moved[which] += memcmp (x->data, y->data, x->bytes) != 0;
  }
}

static void
check_freeze (const char *mode, bool hold)
{
  g_autofree char *assignment = g_strconcat ("freeze.batch_norm=", mode, NULL);
  g_autofree char *folder = fixture_folder (&fixture, mode);
  g_autoptr (ThawRecipe) recipe = short_recipe ("freeze.epochs=1", assignment, NULL);
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Snapshots) s = {.frozen_steps = BATCHES, .all_steps = 2 * BATCHES};
  const ThawEpoch *epochs;
  g_auto (Keeper) keeper;
  int moved[3], all[3];

  keeper_init (&keeper);
  keeper.on_iteration = take_snapshot;
  keeper.user = &s;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  count_moves (s.first, s.frozen, moved, all);
  g_assert_cmpint (all[0], ==, 4);   /* two linear layers */
  g_assert_cmpint (moved[0], ==, 4); /* the head moves     */
  g_assert_cmpint (moved[1], ==, 0); /* nothing else does  */
  g_assert_cmpint (moved[2], ==, hold ? 0 : all[2]);
  count_moves (s.frozen, s.thawed, moved, all);
  g_assert_cmpint (moved[0], ==, all[0]);
  g_assert_cmpint (moved[1], >, all[1] / 2); /* some taps never see data at 32 px */
  g_assert_cmpint (moved[2], ==, all[2]);
  epochs = (const ThawEpoch *) (void *) keeper.epochs->data;
  g_assert_true (epochs[0].frozen);
  g_assert_false (epochs[1].frozen);
  g_assert_cmpuint (epochs[0].trainable, <, epochs[1].trainable);
  g_assert_cmpstr (keeper.events->str, ==, "frozen@0 thawed@1 test-opened@1 finished@1 ");
}

static void
test_update (void)
{
  check_freeze ("update", false);
}

static void
test_hold (void)
{
  check_freeze ("hold", true);
}

/* Frozen weights are the initial ones, to the bit. */
static void
test_initial (void)
{
  const ThawModel *model = thaw_model_find ("mobilenet_v3_small");
  g_autoptr (ThawRecipe) recipe = short_recipe ("freeze.epochs=1", "epochs=1", "seed=5", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "initial");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net = thaw_net_new (thaw_model_graph (model, 10, 32, -1, NULL), pool, NULL);
  g_autoptr (ThawStateDict) initial = NULL, last = NULL;
  g_auto (Keeper) keeper;
  int moved[3], all[3];

  thaw_model_initialise (model, net, 5);
  initial = thaw_net_save (net);
  keeper_init (&keeper);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  last = thaw_checkpoint_weights (keeper_last (&keeper), NULL);
  count_moves (initial, last, moved, all);
  g_assert_cmpint (moved[0], ==, 4);
  g_assert_cmpint (moved[1], ==, 0);
  g_assert_cmpint (moved[2], ==, all[2]);
}

/* At the thaw the rate is lr_after, whatever a plateau rule that cuts every epoch has done. */
static void
test_rate (void)
{
  g_autoptr (ThawRecipe) recipe =
      short_recipe ("freeze.epochs=2", "epochs=4", "freeze.lr_after=0.002", "schedule.patience=0",
                    "schedule.factor=0.5", "schedule.threshold=1", "optimizer.lr=0.001", NULL);
  const double expected[] = {0.001, 0.0005, 0.002, 0.001};
  g_autofree char *folder = fixture_folder (&fixture, "rate");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  for (guint e = 0; e < 4; e++) {
    g_assert_cmpfloat (g_array_index (keeper.epochs, ThawEpoch, e).lr, ==, expected[e]);
    for (guint b = 0; b < BATCHES; b++)
      g_assert_cmpfloat (g_array_index (keeper.iterations, ThawIteration, e * BATCHES + b).lr, ==,
                         expected[e]);
  }
  g_assert_cmpstr (keeper.events->str, ==,
                   "frozen@0 rate-dropped@0 rate-dropped@1 thawed@2 rate-dropped@2 rate-dropped@3 "
                   "test-opened@3 finished@3 ");
  g_assert_nonnull (strstr (g_ptr_array_index (keeper.details, 3), "0.00025 to 0.002"));
}

static uint64_t
steps_of (const char *path, const char *parameter)
{
  g_autoptr (ThawStateDict) dict = thaw_weights_read (path, NULL, NULL);
  g_autofree char *key = g_strconcat ("optimizer.", parameter, ".steps", NULL);
  const char *text = thaw_state_dict_meta (dict, key);

  g_assert_nonnull (text);
  return g_ascii_strtoull (text, NULL, 10);
}

/* Carried, the head's counts go on; reset, all begin again with the thaw. */
static void
test_optimizer_state (void)
{
  const char *modes[] = {"freeze.optimizer_state=carry", "freeze.optimizer_state=reset"};
  Keeper keepers[2];

  for (int i = 0; i < 2; i++) {
    g_autoptr (ThawRecipe) recipe = short_recipe ("freeze.epochs=1", modes[i], NULL);
    g_autofree char *folder = fixture_folder (&fixture, i ? "reset" : "carry");
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
    keeper_init (&keepers[i]);
    run_expect (&run, &keepers[i], THAW_END_FINISHED);
  }
  g_assert_cmpuint (steps_of (keeper_last (&keepers[0]), "classifier.3.weight"), ==, 2 * BATCHES);
  g_assert_cmpuint (steps_of (keeper_last (&keepers[1]), "classifier.3.weight"), ==, BATCHES);
  for (int i = 0; i < 2; i++)
    g_assert_cmpuint (steps_of (keeper_last (&keepers[i]), "features.0.0.weight"), ==, BATCHES);
  g_assert_false (same_tensors (keeper_last (&keepers[0]), keeper_last (&keepers[1]), "model."));
  for (int i = 0; i < 2; i++)
    keeper_clear (&keepers[i]);
}

/* A plan as long as the run never thaws; none never freezes. */
static void
test_whole_run (void)
{
  const char *plans[] = {"freeze.epochs=1", "freeze.epochs=0"};
  const char *events[] = {"frozen@0 test-opened@0 finished@0 ", "test-opened@0 finished@0 "};

  for (int i = 0; i < 2; i++) {
    g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=1", plans[i], NULL);
    g_autofree char *folder = fixture_folder (&fixture, "whole");
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
    g_auto (Keeper) keeper;
    keeper_init (&keeper);
    run_expect (&run, &keeper, THAW_END_FINISHED);
    g_assert_cmpstr (keeper.events->str, ==, events[i]);
    g_assert_cmpfloat (g_array_index (keeper.epochs, ThawEpoch, 0).lr, ==, 0.001);
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_open (&fixture);
  g_test_add_func ("/train/freeze/update", test_update);
  g_test_add_func ("/train/freeze/hold", test_hold);
  g_test_add_func ("/train/freeze/initial-weights-stay", test_initial);
  g_test_add_func ("/train/freeze/rate-at-thaw", test_rate);
  g_test_add_func ("/train/freeze/optimizer-state", test_optimizer_state);
  g_test_add_func ("/train/freeze/whole-run-or-none", test_whole_run);
  status = g_test_run ();
  fixture_close (&fixture);
  return status;
}
