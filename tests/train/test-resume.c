/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interrupted anywhere and gone on: the same bits as never interrupted. Each part is a trainer of
 * its own, as after a restart. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define EPOCHS 3
#define STEPS (EPOCHS * BATCHES)

static Fixture fixture;
static ThawRecipe *recipe;
static Keeper whole; /* the run that nobody interrupts */

/* Events less the plateau rule's, which depend on the losses. (transfer full) */
static char *
without_rates (const char *events)
{
  g_auto (GStrv) words = g_strsplit (events, " ", -1);
  GString *left = g_string_new (NULL);

  for (int i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !g_str_has_prefix (words[i], "rate-dropped@"))
      g_string_append_printf (left, "%s ", words[i]);
  return g_string_free (left, FALSE);
}

/* Stops by `answer` at `at`, then goes on to the end. (transfer full) of the events */
static char *
interrupt_and_resume (ThawAsk (*answer) (Keeper *), uint64_t at, uint32_t batch)
{
  g_autofree char *folder = fixture_folder (&fixture, "parts");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (ThawCheckpointInfo) info = {0};
  g_auto (Keeper) first, second;
  g_autoptr (GError) error = NULL;

  keeper_init (&first);
  keeper_init (&second);
  first.answer = answer;
  first.at = at;
  run_expect (&run, &first, THAW_END_STOPPED);
  g_assert_nonnull (strstr (first.events->str, "stopped@"));
  thaw_checkpoint_info (keeper_last (&first), &info, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (info.step, ==, at);
  g_assert_cmpuint (info.batch, ==, batch);
  run.resume = keeper_last (&first);
  run.threads = 1;
  run_expect (&run, &second, THAW_END_FINISHED);
  g_assert_cmpuint (first.iterations->len + second.iterations->len, ==, STEPS);
  g_assert_true (g_str_has_prefix (second.events->str, "resumed@"));
  assert_same_end (&second, keeper_last (second.lasts->len > 0 ? &second : &first), &whole);
  g_string_append_printf (first.events, "| %s", second.events->str);
  return without_rates (first.events->str);
}

/* Also in the frozen phase (0-4), right before and after the thaw (4, 5), and after the last batch
 * of each epoch (4, 8, 12), where the evaluation is still to do. */
static void
test_every_position (void)
{
  for (uint64_t at = 1; at <= STEPS; at++) {
    g_autofree char *events =
        interrupt_and_resume (answer_stop, at, (uint32_t) ((at - 1) % BATCHES + 1));
    g_test_message ("%s", events);
  }
}

static void
test_before_first_batch (void)
{
  g_autofree char *events = interrupt_and_resume (answer_stop, 0, 0);

  g_assert_cmpstr (events, ==, "stopped@0 | resumed@0 frozen@0 thawed@1 test-opened@2 finished@2 ");
}

static ThawAsk
answer_stop_epoch (Keeper *keeper)
{
  if (keeper->state > 0 || keeper->iterations->len + 2 < keeper->at)
    return THAW_ASK_NOTHING;
  keeper->state = 1;
  return THAW_ASK_STOP_EPOCH;
}

static void
test_epoch_boundaries (void)
{
  const char *expected[] = {
      "frozen@0 stopped@1 | resumed@1 thawed@1 test-opened@2 finished@2 ",
      "frozen@0 thawed@1 stopped@2 | resumed@2 test-opened@2 finished@2 ",
  };

  for (int e = 1; e < EPOCHS; e++) {
    g_autofree char *events = interrupt_and_resume (answer_stop_epoch, (uint64_t) e * BATCHES, 0);
    g_assert_cmpstr (events, ==, expected[e - 1]);
  }
}

/* In the last epoch there is nothing left to stop. */
static void
test_stop_in_last_epoch (void)
{
  g_autofree char *folder = fixture_folder (&fixture, "parts");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.answer = answer_stop_epoch;
  keeper.at = STEPS;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  assert_same_end (&keeper, keeper_last (&keeper), &whole);
}

/* The first look at requests after the evaluation has begun. */
static ThawAsk
answer_stop_in_evaluation (Keeper *keeper)
{
  return keeper->iterations->len == keeper->at && keeper->evaluations > keeper->state
             ? THAW_ASK_STOP
             : (keeper->state = keeper->evaluations, THAW_ASK_NOTHING);
}

static void
test_in_evaluation (void)
{
  for (int e = 0; e < EPOCHS; e++) {
    g_autofree char *events =
        interrupt_and_resume (answer_stop_in_evaluation, (uint64_t) (e + 1) * BATCHES, BATCHES);
    g_test_message ("%s", events);
  }
}

/* The last epoch is committed, the test has begun: only the test is done again. */
static ThawAsk
answer_stop_in_test (Keeper *keeper)
{
  return strstr (keeper->events->str, "test-opened@") ? THAW_ASK_STOP : THAW_ASK_NOTHING;
}

static void
test_in_test (void)
{
  g_autofree char *events = interrupt_and_resume (answer_stop_in_test, STEPS, 0);

  g_assert_cmpstr (events, ==,
                   "frozen@0 thawed@1 test-opened@2 stopped@2 | resumed@2 test-opened@2 "
                   "finished@2 ");
}

/* Stopped again and again, five steps at a time. */
static void
test_many_parts (void)
{
  g_autofree char *folder = fixture_folder (&fixture, "parts");
  g_autofree char *resume = NULL;

  for (int part = 0;; part++) {
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder, .resume = resume};
    bool ends = part == STEPS / 5;
    g_auto (Keeper) keeper;
    keeper_init (&keeper);
    keeper.answer = ends ? NULL : answer_stop;
    keeper.at = 5;
    run_expect (&run, &keeper, ends ? THAW_END_FINISHED : THAW_END_STOPPED);
    if (ends) {
      assert_same_end (&keeper, keeper_last (&keeper), &whole);
      break;
    }
    g_free (resume);
    resume = g_strdup (keeper_last (&keeper));
  }
  g_assert_cmpuint (files_in (folder), <=, 4);
}

/* --- Pause --------------------------------------------------------------------------------- */

static ThawAsk
answer_pause (Keeper *keeper)
{
  if (keeper->state == 0 && keeper->iterations->len == keeper->at) {
    keeper->state = 1;
    return THAW_ASK_PAUSE;
  }
  if (keeper->state == 0 || keeper->state > 3)
    return THAW_ASK_NOTHING;
  keeper->state++;
  return keeper->state == 2   ? THAW_ASK_NOTHING
         : keeper->state == 3 ? THAW_ASK_PAUSE /* again: nothing new */
                              : THAW_ASK_CONTINUE;
}

static void
test_pause (void)
{
  const uint64_t places[] = {0, 2, BATCHES, 6};

  for (size_t i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autofree char *folder = fixture_folder (&fixture, "parts");
    Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
    g_auto (Keeper) keeper;
    keeper_init (&keeper);
    keeper.answer = answer_pause;
    keeper.at = places[i];
    run_expect (&run, &keeper, THAW_END_FINISHED);
    assert_same_end (&keeper, keeper_last (&keeper), &whole);
    g_assert_nonnull (strstr (keeper.events->str, "paused@"));
    g_assert_nonnull (strstr (keeper.events->str, "continued@"));
    g_assert_cmpuint (keeper.lasts->len, ==, EPOCHS + 1);
  }
}

static ThawAsk
answer_pause_then_stop (Keeper *keeper)
{
  if (keeper->iterations->len < keeper->at)
    return THAW_ASK_NOTHING;
  return keeper->state++ == 0 ? THAW_ASK_PAUSE : THAW_ASK_STOP;
}

static void
test_pause_then_stop (void)
{
  g_autofree char *events = interrupt_and_resume (answer_pause_then_stop, 6, 2);

  g_assert_cmpstr (events, ==,
                   "frozen@0 thawed@1 paused@1 stopped@1 | resumed@1 test-opened@2 finished@2 ");
}

static ThawAsk
answer_pause_in_evaluation (Keeper *keeper)
{
  if (keeper->iterations->len != BATCHES || keeper->evaluations == 0)
    return THAW_ASK_NOTHING;
  switch (keeper->state++) {
  case 0:
    return THAW_ASK_PAUSE;
  case 1:
    return THAW_ASK_CONTINUE;
  default:
    return THAW_ASK_NOTHING;
  }
}

static void
test_pause_in_evaluation (void)
{
  g_autofree char *folder = fixture_folder (&fixture, "parts");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) keeper;

  keeper_init (&keeper);
  keeper.answer = answer_pause_in_evaluation;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  assert_same_end (&keeper, keeper_last (&keeper), &whole);
  g_assert_true (g_str_has_prefix (keeper.events->str, "frozen@0 paused@0 continued@0 "));
}

/* A checkpoint after each batch changes nothing, and each is as good as the others. */
static void
test_interval (void)
{
  g_autofree char *folder = fixture_folder (&fixture, "parts");
  Run run = {.fixture = &fixture, .recipe = recipe, .folder = folder};
  gint64 interval = thaw_train_tuning.interval_us;
  g_auto (Keeper) first, second;

  thaw_train_tuning.interval_us = 0;
  keeper_init (&first);
  keeper_init (&second);
  run_expect (&run, &first, THAW_END_FINISHED);
  thaw_train_tuning.interval_us = interval;
  assert_same_end (&first, keeper_last (&first), &whole);
  g_assert_cmpuint (first.lasts->len, ==, STEPS + EPOCHS);
  /* The one before the newest is the last position within the last epoch. */
  run.resume = g_ptr_array_index (first.lasts, first.lasts->len - 2);
  run_expect (&run, &second, THAW_END_FINISHED);
  g_assert_cmpuint (second.iterations->len, ==, 0);
  assert_same_end (&second, keeper_last (&second), &whole);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  thaw_train_tuning.tick_us = 1000;
  fixture_open (&fixture);
  recipe = short_recipe ("epochs=3", "freeze.epochs=1", "schedule.patience=0", NULL);
  run_whole (&fixture, recipe, 0, &whole);
  g_test_add_func ("/train/resume/every-position", test_every_position);
  g_test_add_func ("/train/resume/before-first-batch", test_before_first_batch);
  g_test_add_func ("/train/resume/epoch-boundaries", test_epoch_boundaries);
  g_test_add_func ("/train/resume/stop-epoch-in-last", test_stop_in_last_epoch);
  g_test_add_func ("/train/resume/in-evaluation", test_in_evaluation);
  g_test_add_func ("/train/resume/in-test", test_in_test);
  g_test_add_func ("/train/resume/many-parts", test_many_parts);
  g_test_add_func ("/train/resume/pause", test_pause);
  g_test_add_func ("/train/resume/pause-then-stop", test_pause_then_stop);
  g_test_add_func ("/train/resume/pause-in-evaluation", test_pause_in_evaluation);
  g_test_add_func ("/train/resume/interval", test_interval);
  status = g_test_run ();
  keeper_clear (&whole);
  thaw_recipe_free (recipe);
  fixture_close (&fixture);
  return status;
}
