/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an attempt that goes back drops, and what it leaves. */
#include "run-fixture.h"

#include <math.h>

static void
add_event (RunFixture *fixture, int attempt, gint64 step, const char *kind)
{
  g_autoptr (GError) error = NULL;

  thaw_store_add_event (fixture->store, fixture->id, attempt, (int) step / 10, step, kind, "细节",
                        &error);
  g_assert_no_error (error);
}

static void
train_three_epochs (RunFixture *fixture)
{
  for (int epoch = 0; epoch < 3; epoch++) {
    g_autofree char *file = g_strdup_printf ("last-%d", epoch + 1);
    ThawEpochRow row = sample_epoch (epoch, (epoch + 1) * 10);

    row.best = true;
    add_steps (fixture->store, fixture->id, 1, epoch, epoch * 10, 10);
    run_fixture_commit (fixture, 1, row, file);
    add_event (fixture, 1, (epoch + 1) * 10, "rate-dropped");
  }
  add_steps (fixture->store, fixture->id, 1, 3, 30, 4);
}

static void
begin (RunFixture *fixture, int epochs_done, gint64 steps_done, int number)
{
  g_autoptr (GError) error = NULL;
  int attempt = 0;

  thaw_store_begin_attempt (fixture->store, fixture->id, epochs_done, steps_done, &attempt, &error);
  g_assert_no_error (error);
  g_assert_cmpint (attempt, ==, number);
}

static void
test_attempt_drops_beyond (RunFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) steps = NULL, ends = NULL, events = NULL, attempts = NULL;
  g_autoptr (GPtrArray) artifacts = NULL;
  g_autoptr (ThawRun) run = NULL;
  ThawAttemptRow *second;

  train_three_epochs (fixture);
  thaw_store_set_test (fixture->store, fixture->id, 1, 0.5, &error);
  thaw_store_set_state (fixture->store, fixture->id, THAW_RUN_FAILED, "broken", &error);
  g_assert_no_error (error);
  begin (fixture, 2, 20, 2);

  steps = run_fixture_iterations (fixture, -1);
  g_assert_cmpint (steps->len, ==, 20);
  ends = run_fixture_epochs (fixture);
  g_assert_cmpint (ends->len, ==, 2);
  artifacts = thaw_store_artifacts (fixture->store, fixture->id, &error);
  g_assert_cmpint (artifacts->len, ==, 2);
  events = thaw_store_events (fixture->store, fixture->id, &error);
  g_assert_cmpint (events->len, ==, 2);
  g_assert_cmpint (sql_int (fixture->home, "SELECT undone FROM event WHERE step = 30"), ==, 2);
  g_assert_cmpint (sql_int (fixture->home, "SELECT count (*) FROM metric WHERE step > 20"), ==, 0);
  run = run_fixture_run (fixture);
  g_assert_cmpint (run->state, ==, THAW_RUN_INTERRUPTED); /* running, and nobody holds the lock */
  g_assert_cmpint (sql_int (fixture->home, "SELECT state = 'running' FROM run"), ==, 1);
  g_assert_null (run->message);
  g_assert_cmpint (run->ended_ms, ==, 0);
  g_assert_cmpint (run->attempt, ==, 2);
  g_assert_cmpint (run->epochs_done, ==, 2);
  g_assert_cmpint (run->steps_done, ==, 20);
  g_assert_cmpint (run->best_epoch, ==, 1);
  g_assert_cmpfloat (run->best_accuracy, ==, 0.02);
  g_assert_true (isnan (run->test_accuracy));
  g_assert_cmpint (run->test_opened, ==, 1);
  attempts = thaw_store_attempts (fixture->store, fixture->id, &error);
  g_assert_cmpint (attempts->len, ==, 2);
  second = &g_array_index (attempts, ThawAttemptRow, 1);
  g_assert_cmpint (second->number, ==, 2);
  g_assert_cmpint (second->epochs_done, ==, 2);
  g_assert_cmpint (second->steps_done, ==, 20);
  g_assert_cmpint (second->began_ms, >, 0);
  /* And on from there, over the same numbers. */
  add_steps (fixture->store, fixture->id, 2, 2, 20, 10);
  run_fixture_commit (fixture, 2, sample_epoch (2, 30), "last-3");
}

static void
test_attempt_in_mid_epoch (RunFixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) steps = NULL, ends = NULL;

  train_three_epochs (fixture);
  begin (fixture, 1, 15, 2);
  steps = run_fixture_iterations (fixture, -1);
  g_assert_cmpint (steps->len, ==, 15);
  ends = run_fixture_epochs (fixture);
  g_assert_cmpint (ends->len, ==, 1);
}

static void
test_attempt_from_nothing (RunFixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) steps = NULL;
  g_autoptr (ThawRun) run = NULL;

  train_three_epochs (fixture);
  begin (fixture, 0, 0, 2);
  steps = run_fixture_iterations (fixture, -1);
  g_assert_cmpint (steps->len, ==, 0);
  run = run_fixture_run (fixture);
  g_assert_cmpint (run->best_epoch, ==, -1);
  g_assert_true (isnan (run->best_accuracy));
  begin (fixture, 0, 0, 3);
}

/* Another run is not touched by one that goes back. */
static void
test_attempt_leaves_others (RunFixture *fixture, gconstpointer data)
{
  g_autofree char *other = add_run (fixture->store, "other");
  g_autoptr (GArray) rows = NULL;

  add_steps (fixture->store, other, 1, 0, 0, 7);
  train_three_epochs (fixture);
  begin (fixture, 0, 0, 2);
  rows = thaw_store_iterations (fixture->store, other, -1, NULL);
  g_assert_cmpint (rows->len, ==, 7);
}

/* A worker that was thought dead cannot write into the next attempt. */
static void
test_old_attempt_is_refused (RunFixture *fixture, gconstpointer data)
{
  ThawIterationRow row = {.step = 0, .loss = 1};
  ThawEpochRow epoch = sample_epoch (0, 1);
  ThawArtifact file = sample_artifact ("last", "last", 0, 1);
  ThawStore *store = fixture->store;
  g_autoptr (GError) error = NULL;
  gboolean written[4];

  begin (fixture, 0, 0, 2);
  for (int i = 0; i < 4; i++) {
    g_clear_error (&error);
    if (i == 0)
      written[i] = thaw_store_add_iterations (store, fixture->id, 1, &row, 1, &error);
    else if (i == 1)
      written[i] =
          thaw_store_commit_epoch (store, fixture->id, 1, &row, 1, &epoch, NULL, 0, &error);
    else if (i == 2)
      written[i] = thaw_store_commit_checkpoint (store, fixture->id, 1, &row, 1, &file, &error);
    else
      written[i] = thaw_store_add_event (store, fixture->id, 1, 0, 0, "paused", NULL, &error);
    g_assert_false (written[i]);
    g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE);
  }
  g_assert_cmpint (sql_int (fixture->home, "SELECT count (*) FROM iteration"), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*test) (RunFixture *, gconstpointer);
  } tests[] = {
      {"/db/attempts/drops-beyond", test_attempt_drops_beyond},
      {"/db/attempts/in-mid-epoch", test_attempt_in_mid_epoch},
      {"/db/attempts/from-nothing", test_attempt_from_nothing},
      {"/db/attempts/leaves-others", test_attempt_leaves_others},
      {"/db/attempts/old-is-refused", test_old_attempt_is_refused},
  };

  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, RunFixture, NULL, run_fixture_set_up, tests[i].test,
                run_fixture_tear_down);
  return g_test_run ();
}
