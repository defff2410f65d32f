/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a run: which stay, what happens without room, hooks that refuse. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static Fixture fixture;

static bool
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static bool
among (const GPtrArray *paths, const char *path)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) paths, path, g_str_equal, NULL);
}

/* Every file was either retired, and is gone, or is kept: two "last", and the best. */
static void
test_retired (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=6", "optimizer.lr=0.003", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "retired");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  const char *best;
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.hashes = true;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  g_assert_cmpuint (keeper.lasts->len, ==, 6);
  for (guint i = 0; i < keeper.lasts->len; i++) {
    const char *path = g_ptr_array_index (keeper.lasts, i);
    g_assert_true (exists (path) == (i >= 4));
    g_assert_true (among (keeper.retired, path) == (i < 4));
  }
  for (guint i = 0; i < keeper.bests->len; i++) {
    const char *path = g_ptr_array_index (keeper.bests, i);
    g_assert_true (exists (path) == !among (keeper.retired, path));
  }
  best = g_ptr_array_index (keeper.bests, keeper.bests->len - 1);
  g_assert_true (exists (best));
  g_assert_cmpuint (files_in (folder), <=, 4);
}

/* Each "last" that is kept finds the best weights it refers to. */
static void
test_best_of_each_last (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=6", "optimizer.lr=0.003", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "each");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  for (guint i = 4; i < 6; i++) {
    g_auto (ThawCheckpointInfo) info = {0};
    g_autofree char *best = NULL;
    gboolean read = thaw_checkpoint_info (g_ptr_array_index (keeper.lasts, i), &info, NULL);
    g_assert_true (read);
    best = g_build_filename (folder, info.best_file, NULL);
    g_assert_true (exists (best));
  }
}

static void
touch (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gboolean written = g_file_set_contents (path, "x", 1, NULL);

  g_assert_true (written);
}

static void
test_tidy (void)
{
  const char *const keep[] = {"last-00001-00000004.safetensors", "best-00001-00000004.safetensors",
                              NULL};
  const char *const go[] = {"last-00002-00000008.safetensors", "last-00001-00000004-2.safetensors",
                            "best-00002-00000008.safetensors",
                            ".last-00002-00000008.safetensors.part",
                            ".best-00002-00000008.safetensors.3.part"};
  const char *const foreign[] = {"lock",
                                 "last-words.safetensors",
                                 "best-1.pth",
                                 ".hidden.part",
                                 ".3.part",
                                 "last-00001-00000004.safetensors.bak",
                                 "last.safetensors"};
  g_autofree char *folder = fixture_folder (&fixture, "tidy");

  for (size_t i = 0; i < 2; i++)
    touch (folder, keep[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (go); i++)
    touch (folder, go[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (foreign); i++)
    touch (folder, foreign[i]);
  g_assert_cmpint (thaw_checkpoints_tidy (folder, keep), ==, G_N_ELEMENTS (go));
  g_assert_cmpuint (files_in (folder), ==, 2 + G_N_ELEMENTS (foreign));
  g_assert_cmpint (thaw_checkpoints_tidy (folder, keep), ==, 0);
  g_assert_cmpint (thaw_checkpoints_tidy ("/nonexistent/folder", keep), ==, 0);
}

/* --- Room ---------------------------------------------------------------------------------- */

static int looks, looks_without_room;
static uint64_t (*real_free_bytes) (const char *folder);

static uint64_t
little_room (const char *folder)
{
  return ++looks <= looks_without_room ? 1000000 : G_MAXUINT64;
}

static void
set_room (int without)
{
  looks = 0;
  looks_without_room = without;
  real_free_bytes = thaw_train_tuning.free_bytes;
  thaw_train_tuning.free_bytes = little_room;
  thaw_train_tuning.room_us = 5000;
}

/* No room for a while: a pause that ends by itself, and the same bits. */
static void
test_room_comes (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=1", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "room");
  g_autofree char *ample = fixture_folder (&fixture, "ample");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper, other;

  keeper_init (&keeper);
  keeper_init (&other);
  set_room (5);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  thaw_train_tuning.free_bytes = real_free_bytes;
  g_assert_true (g_str_has_prefix (keeper.events->str, "paused@"));
  g_assert_nonnull (strstr (keeper.events->str, "continued@"));
  g_assert_nonnull (strstr (g_ptr_array_index (keeper.details, 0), "1 MB are free"));
  g_assert_cmpint (looks, ==, 5 + 2); /* and once for each of two files */
  run.folder = ample;
  run_expect (&run, &other, THAW_END_FINISHED);
  assert_same_tensors (keeper_last (&keeper), keeper_last (&other), "");
}

static ThawAsk
answer_stop_when_paused (Keeper *keeper)
{
  return strstr (keeper->events->str, "paused@") ? THAW_ASK_STOP : THAW_ASK_NOTHING;
}

/* Stopped without room: what was committed before is still there, and goes on to the same end. */
static void
test_room_never_comes (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "room");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) first, keeper, second;

  keeper_init (&first);
  keeper_init (&keeper);
  keeper_init (&second);
  first.answer = answer_stop;
  first.at = 2;
  run_expect (&run, &first, THAW_END_STOPPED);
  run.resume = keeper_last (&first);
  keeper.answer = answer_stop_when_paused;
  set_room (G_MAXINT);
  run_expect (&run, &keeper, THAW_END_STOPPED);
  thaw_train_tuning.free_bytes = real_free_bytes;
  g_assert_cmpuint (keeper.lasts->len, ==, 0);
  g_assert_cmpuint (files_in (folder), ==, 1);
  run_expect (&run, &second, THAW_END_FINISHED);
}

/* Nobody to ask: nobody could stop it, so it ends with an error. */
static void
test_room_nobody_to_ask (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=1", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "room");
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  ThawTrainSpec spec = {.recipe = recipe, .set = fixture.set, .folder = folder, .pool = pool};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawTrainer) trainer = thaw_trainer_new (&spec, &error);
  ThawTrainEnd end;

  g_assert_no_error (error);
  set_room (G_MAXINT);
  g_assert_false (thaw_trainer_run (trainer, &end, &error));
  thaw_train_tuning.free_bytes = real_free_bytes;
  g_assert_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SPACE);
  g_assert_cmpuint (files_in (folder), ==, 0);
}

/* A pause asked for while there is no room comes once the files are written. */
static ThawAsk
answer_pause_without_room (Keeper *keeper)
{
  if (keeper->state == 0 && strstr (keeper->events->str, "paused@")) {
    keeper->state = 1;
    return THAW_ASK_PAUSE;
  }
  if (keeper->state == 1 && strstr (keeper->events->str, "continued@1 paused@1 ")) {
    keeper->state = 2;
    return THAW_ASK_CONTINUE;
  }
  return THAW_ASK_NOTHING;
}

static void
test_pause_without_room (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "room");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.answer = answer_pause_without_room;
  set_room (3);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  thaw_train_tuning.free_bytes = real_free_bytes;
  g_assert_cmpint (keeper.state, ==, 2);
  g_assert_cmpuint (keeper.lasts->len, ==, 2);
}

/* --- Saving on request ---------------------------------------------------------------------- */

static ThawAsk
answer_save (Keeper *keeper)
{
  uint64_t done = keeper->iterations->len;

  if (keeper->state == 0 && done == 2) {
    keeper->state = 1;
    return THAW_ASK_SAVE;
  }
  if (keeper->state == 1 && done == 3) {
    keeper->state = 2;
    return THAW_ASK_PAUSE;
  }
  if (keeper->state == 2 || keeper->state == 3)
    return keeper->state++ == 2 ? THAW_ASK_SAVE : THAW_ASK_CONTINUE;
  return THAW_ASK_NOTHING;
}

/* While training a checkpoint is written; while paused it is there already. */
static void
test_save (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "save");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.answer = answer_save;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  g_assert_cmpint (keeper.state, ==, 4);
  g_assert_cmpuint (keeper.saved->len, ==, 2);
  g_assert_cmpstr (keeper.saved->pdata[0], ==, keeper.lasts->pdata[0]);
  g_assert_nonnull (strstr (keeper.saved->pdata[0], "last-00000-00000002"));
  g_assert_cmpstr (keeper.saved->pdata[1], ==, keeper.lasts->pdata[1]);
  g_assert_nonnull (strstr (keeper.saved->pdata[1], "last-00000-00000003"));
}

static ThawAsk
answer_save_without_room (Keeper *keeper)
{
  if (keeper->state == 0 && strstr (keeper->events->str, "paused@")) {
    keeper->state = 1;
    return THAW_ASK_SAVE;
  }
  return THAW_ASK_NOTHING;
}

static void
test_save_without_room (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "save-room");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.answer = answer_save_without_room;
  set_room (3);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  thaw_train_tuning.free_bytes = real_free_bytes;
  g_assert_cmpuint (keeper.saved->len, ==, 1);
  g_assert_cmpstr (keeper.saved->pdata[0], ==, "");
}

/* --- Writing fails ------------------------------------------------------------------------- */

static void
lose_folder (Keeper *keeper, const ThawIteration *iteration)
{
  if (iteration->step + 1 == BATCHES)
    g_assert_cmpint (g_rmdir (keeper->user), ==, 0);
}

static ThawAsk
answer_find_folder (Keeper *keeper)
{
  if (strstr (keeper->events->str, "paused@") && !exists (keeper->user) && keeper->state++ == 5)
    g_assert_cmpint (g_mkdir (keeper->user, 0700), ==, 0);
  return THAW_ASK_NOTHING;
}

/* The folder is away for a while: said, waited for, and nothing is lost. */
static void
test_write_fails (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=2", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "away");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.on_iteration = lose_folder;
  keeper.answer = answer_find_folder;
  keeper.user = folder;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  g_assert_true (g_str_has_prefix (keeper.events->str, "paused@"));
  g_assert_nonnull (strstr (g_ptr_array_index (keeper.details, 0), "cannot be written"));
  g_assert_cmpuint (keeper.epochs->len, ==, 2);
  g_assert_true (exists (keeper_last (&keeper)));
}

/* A name that something has already is left alone. */
static void
test_name_taken (void)
{
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=1", NULL);
  g_autofree char *folder = fixture_folder (&fixture, "taken");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  touch (folder, "last-00001-00000004.safetensors");
  keeper_init (&keeper);
  run_expect (&run, &keeper, THAW_END_FINISHED);
  g_assert_true (g_str_has_suffix (keeper_last (&keeper), "/last-00001-00000004-2.safetensors"));
  g_assert_cmpuint (files_in (folder), ==, 3);
}

/* --- Hooks that refuse --------------------------------------------------------------------- */

static void
test_refusals (void)
{
  const char *hooks[] = {"event", "iteration", "epoch", "checkpoint", "retire", "test"};
  g_autoptr (ThawRecipe) recipe = short_recipe ("epochs=3", "freeze.epochs=1", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (hooks); i++) {
    g_autofree char *folder = fixture_folder (&fixture, "refusals");
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
    g_autoptr (GError) error = NULL;
    g_auto (Keeper) keeper;
    ThawTrainEnd end;
    keeper_init (&keeper);
    keeper.refuse = hooks[i];
    keeper.answer = g_str_equal (hooks[i], "checkpoint") ? answer_stop : NULL;
    keeper.at = 2;
    g_assert_false (run_try (&run, &keeper, &end, &error));
    g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_assert_nonnull (strstr (error->message, hooks[i]));
    /* What was offered is not deleted: it may have been committed all the same. */
    for (guint k = MAX (keeper.lasts->len, 2) - 2; k < keeper.lasts->len; k++)
      g_assert_true (exists (g_ptr_array_index (keeper.lasts, k)));
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  thaw_train_tuning.tick_us = 1000;
  thaw_train_tuning.room_us = 5000;
  fixture_open (&fixture);
  g_test_add_func ("/train/keeper/retired", test_retired);
  g_test_add_func ("/train/keeper/best-of-each-last", test_best_of_each_last);
  g_test_add_func ("/train/keeper/tidy", test_tidy);
  g_test_add_func ("/train/keeper/room-comes", test_room_comes);
  g_test_add_func ("/train/keeper/room-never-comes", test_room_never_comes);
  g_test_add_func ("/train/keeper/save", test_save);
  g_test_add_func ("/train/keeper/save-without-room", test_save_without_room);
  g_test_add_func ("/train/keeper/nobody-to-ask", test_room_nobody_to_ask);
  g_test_add_func ("/train/keeper/pause-without-room", test_pause_without_room);
  g_test_add_func ("/train/keeper/write-fails", test_write_fails);
  g_test_add_func ("/train/keeper/name-taken", test_name_taken);
  g_test_add_func ("/train/keeper/refusals", test_refusals);
  status = g_test_run ();
  fixture_close (&fixture);
  return status;
}
