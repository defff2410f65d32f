/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a worker writes, and what an attempt that goes back drops. */
#include "home.h"

#include <math.h>

typedef struct {
  Home *home;
  ThawStore *store;
  char *id;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->home = home_new ();
  fixture->store = open_store (fixture->home, THAW_STORE_WRITE);
  fixture->id = add_run (fixture->store, "run");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  thaw_store_close (fixture->store);
  home_free (fixture->home);
  g_free (fixture->id);
}

static GArray *
iterations (Fixture *fixture, gint64 after)
{
  g_autoptr (GError) error = NULL;
  GArray *rows = thaw_store_iterations (fixture->store, fixture->id, after, &error);

  g_assert_no_error (error);
  return rows;
}

static GArray *
epochs (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GArray *rows = thaw_store_epochs (fixture->store, fixture->id, &error);

  g_assert_no_error (error);
  return rows;
}

static ThawRun *
run_of (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  ThawRun *run = thaw_store_find_run (fixture->store, fixture->id, &error);

  g_assert_no_error (error);
  return run;
}

static void
commit (Fixture *fixture, int attempt, ThawEpochRow epoch, const char *file)
{
  ThawArtifact last = sample_artifact (file, "last", epoch.epoch + 1, epoch.step);
  const ThawArtifact *const artifacts[] = {&last};
  g_autoptr (GError) error = NULL;

  thaw_store_commit_epoch (fixture->store, fixture->id, attempt, NULL, 0, &epoch, artifacts, 1,
                           &error);
  g_assert_no_error (error);
}

static void
test_iterations (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) all = NULL, late = NULL, none = NULL;
  g_autoptr (ThawRun) run = NULL;

  add_steps (fixture->store, fixture->id, 1, 0, 0, 10);
  add_steps (fixture->store, fixture->id, 1, 1, 10, 5);
  all = iterations (fixture, -1);
  g_assert_cmpint (all->len, ==, 15);
  for (guint i = 0; i < all->len; i++) {
    ThawIterationRow *row = &g_array_index (all, ThawIterationRow, i);

    g_assert_cmpint (row->step, ==, i);
    g_assert_cmpint (row->epoch, ==, i / 10);
    g_assert_cmpfloat (row->loss, ==, 1.0 / (i + 1));
    g_assert_cmpfloat (row->lr, ==, 1e-3);
  }
  late = iterations (fixture, 12);
  g_assert_cmpint (late->len, ==, 2);
  none = iterations (fixture, 14);
  g_assert_cmpint (none->len, ==, 0);
  run = run_of (fixture);
  g_assert_cmpint (run->steps_done, ==, 15);
  g_assert_cmpint (run->epochs_done, ==, 0);
}

/* SQLite has no NaN; the store does, and every finite number comes back bit by bit. */
static void
test_not_finite (Fixture *fixture, gconstpointer data)
{
  const double values[] = {1.5, NAN, INFINITY, -INFINITY, 0.0, 5e-324, 1.7976931348623157e308};
  ThawIterationRow rows[G_N_ELEMENTS (values)] = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) read = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    rows[i] = (ThawIterationRow){.step = (gint64) i, .loss = values[i], .lr = values[i]};
  thaw_store_add_iterations (fixture->store, fixture->id, 1, rows, G_N_ELEMENTS (rows), &error);
  g_assert_no_error (error);
  read = iterations (fixture, -1);
  g_assert_cmpint (read->len, ==, G_N_ELEMENTS (values));
  for (size_t i = 0; i < G_N_ELEMENTS (values); i++) {
    double loss = g_array_index (read, ThawIterationRow, i).loss;

    g_assert_cmpint (isnan (loss), ==, isnan (values[i]));
    if (!isnan (values[i]))
      g_assert_cmpmem (&loss, sizeof loss, &values[i], sizeof values[i]);
  }
  g_assert_cmpint (sql_int (fixture->home, "SELECT count (*) FROM iteration WHERE loss IS NULL"),
                   ==, 3);
}

static void
test_epochs (Fixture *fixture, gconstpointer data)
{
  ThawEpochRow first = sample_epoch (0, 10), second = sample_epoch (1, 20);
  g_autoptr (GArray) rows = NULL;
  g_autoptr (ThawRun) run = NULL;
  ThawEpochRow *row;

  first.best = true;
  second.clean_loss = 0.5;
  second.clean_accuracy = 0.75;
  second.loss = INFINITY;
  second.train_loss = NAN; /* beside an accuracy: measured, and not a number */
  commit (fixture, 1, first, "last-1");
  commit (fixture, 1, second, "last-2");
  rows = epochs (fixture);
  g_assert_cmpint (rows->len, ==, 2);
  row = &g_array_index (rows, ThawEpochRow, 0);
  g_assert_cmpint (row->epoch, ==, 0);
  g_assert_cmpint (row->step, ==, 10);
  g_assert_true (row->frozen);
  g_assert_true (row->best);
  g_assert_cmpfloat (row->lr, ==, 1e-3);
  g_assert_cmpfloat (row->train_loss, ==, 2.0);
  g_assert_cmpfloat (row->train_accuracy, ==, 0.25);
  g_assert_true (isnan (row->clean_loss) && isnan (row->clean_accuracy));
  g_assert_cmpfloat (row->loss, ==, 2.5);
  g_assert_cmpfloat (row->accuracy, ==, 0.01);
  g_assert_cmpstr (row->set, ==, "validation");
  g_assert_cmpfloat (row->seconds, ==, 1.5);
  g_assert_cmpfloat (row->images_per_second, ==, 30000);
  g_assert_cmpint (row->trainable, ==, 601610);
  row = &g_array_index (rows, ThawEpochRow, 1);
  g_assert_false (row->best);
  g_assert_true (isnan (row->train_loss));
  g_assert_cmpfloat (row->clean_loss, ==, 0.5);
  g_assert_cmpfloat (row->clean_accuracy, ==, 0.75);
  g_assert_true (isinf (row->loss));
  run = run_of (fixture);
  g_assert_cmpint (run->epochs_done, ==, 2);
  g_assert_cmpint (run->steps_done, ==, 20);
  g_assert_cmpint (run->best_epoch, ==, 0);
  g_assert_cmpfloat (run->best_accuracy, ==, 0.01);
  g_assert_cmpint (run->test_opened, ==, 0);
  /* Not measured leaves no row; NaN beside a number leaves one. */
  g_assert_cmpint (
      sql_int (fixture->home, "SELECT count (*) FROM metric WHERE name = 'clean_loss'"), ==, 1);
  g_assert_cmpint (sql_int (fixture->home,
                            "SELECT count (*) FROM metric WHERE name = 'train_loss' AND kind = 1"),
                   ==, 1);
}

static void
test_epoch_on_test_set_counts (Fixture *fixture, gconstpointer data)
{
  ThawEpochRow epoch = sample_epoch (0, 10);
  g_autoptr (ThawRun) run = NULL;

  epoch.set = (char *) "test";
  commit (fixture, 1, epoch, "last");
  run = run_of (fixture);
  g_assert_cmpint (run->test_opened, ==, 1);
}

static void
test_artifacts (Fixture *fixture, gconstpointer data)
{
  ThawArtifact middle = sample_artifact ("last-mid", "last", 1, 15);
  ThawIterationRow row = {.step = 14, .epoch = 1, .loss = 1, .lr = 1e-3};
  g_autoptr (GPtrArray) artifacts = NULL, fewer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = NULL;
  ThawArtifact *newest;

  commit (fixture, 1, sample_epoch (0, 10), "last-1");
  thaw_store_commit_checkpoint (fixture->store, fixture->id, 1, &row, 1, &middle, &error);
  g_assert_no_error (error);
  artifacts = thaw_store_artifacts (fixture->store, fixture->id, &error);
  g_assert_cmpint (artifacts->len, ==, 2);
  newest = artifacts->pdata[0];
  g_assert_cmpstr (newest->file, ==, "last-mid");
  g_assert_cmpstr (newest->kind, ==, "last");
  g_assert_cmpint (newest->epoch, ==, 1);
  g_assert_cmpint (newest->step, ==, 15);
  g_assert_cmpint (newest->bytes, ==, 6000000000);
  g_assert_cmpstr (newest->sha256, ==, "0123456789abcdef");
  run = run_of (fixture);
  g_assert_cmpint (run->steps_done, ==, 15);
  g_assert_cmpint (run->epochs_done, ==, 1);
  thaw_store_drop_artifact (fixture->store, fixture->id, "last-1", &error);
  g_assert_no_error (error);
  thaw_store_drop_artifact (fixture->store, fixture->id, "never was", &error);
  g_assert_no_error (error);
  fewer = thaw_store_artifacts (fixture->store, fixture->id, &error);
  g_assert_cmpint (fewer->len, ==, 1);
}

/* A part that fails takes the whole commit along. */
static void
test_all_or_nothing (Fixture *fixture, gconstpointer data)
{
  ThawIterationRow rows[] = {{.step = 10, .loss = 1}, {.step = 11, .loss = 1}};
  ThawArtifact again = sample_artifact ("last-1", "last", 2, 12);
  const ThawArtifact *const artifacts[] = {&again};
  ThawEpochRow second = sample_epoch (1, 12);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) steps = NULL, ends = NULL;
  g_autoptr (ThawRun) run = NULL;

  commit (fixture, 1, sample_epoch (0, 10), "last-1");
  g_assert_false (thaw_store_commit_epoch (fixture->store, fixture->id, 1, rows, 2, &second,
                                           artifacts, 1, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO);
  steps = iterations (fixture, -1);
  ends = epochs (fixture);
  run = run_of (fixture);
  g_assert_cmpint (steps->len, ==, 0);
  g_assert_cmpint (ends->len, ==, 1);
  g_assert_cmpint (run->epochs_done, ==, 1);
  g_clear_error (&error);
  again.file = (char *) "last-2";
  thaw_store_commit_epoch (fixture->store, fixture->id, 1, rows, 2, &second, artifacts, 1, &error);
  g_assert_no_error (error);
}

static void
add_event (Fixture *fixture, int attempt, gint64 step, const char *kind)
{
  g_autoptr (GError) error = NULL;

  thaw_store_add_event (fixture->store, fixture->id, attempt, (int) step / 10, step, kind, "细节",
                        &error);
  g_assert_no_error (error);
}

static void
train_three_epochs (Fixture *fixture)
{
  for (int epoch = 0; epoch < 3; epoch++) {
    g_autofree char *file = g_strdup_printf ("last-%d", epoch + 1);
    ThawEpochRow row = sample_epoch (epoch, (epoch + 1) * 10);

    row.best = true;
    add_steps (fixture->store, fixture->id, 1, epoch, epoch * 10, 10);
    commit (fixture, 1, row, file);
    add_event (fixture, 1, (epoch + 1) * 10, "rate-dropped");
  }
  add_steps (fixture->store, fixture->id, 1, 3, 30, 4);
}

static void
begin (Fixture *fixture, int epochs_done, gint64 steps_done, int number)
{
  g_autoptr (GError) error = NULL;
  int attempt = 0;

  thaw_store_begin_attempt (fixture->store, fixture->id, epochs_done, steps_done, &attempt, &error);
  g_assert_no_error (error);
  g_assert_cmpint (attempt, ==, number);
}

static void
test_attempt_drops_beyond (Fixture *fixture, gconstpointer data)
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

  steps = iterations (fixture, -1);
  g_assert_cmpint (steps->len, ==, 20);
  ends = epochs (fixture);
  g_assert_cmpint (ends->len, ==, 2);
  artifacts = thaw_store_artifacts (fixture->store, fixture->id, &error);
  g_assert_cmpint (artifacts->len, ==, 2);
  events = thaw_store_events (fixture->store, fixture->id, &error);
  g_assert_cmpint (events->len, ==, 2);
  g_assert_cmpint (sql_int (fixture->home, "SELECT undone FROM event WHERE step = 30"), ==, 2);
  g_assert_cmpint (sql_int (fixture->home, "SELECT count (*) FROM metric WHERE step > 20"), ==, 0);
  run = run_of (fixture);
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
  commit (fixture, 2, sample_epoch (2, 30), "last-3");
}

static void
test_attempt_in_mid_epoch (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) steps = NULL, ends = NULL;

  train_three_epochs (fixture);
  begin (fixture, 1, 15, 2);
  steps = iterations (fixture, -1);
  g_assert_cmpint (steps->len, ==, 15);
  ends = epochs (fixture);
  g_assert_cmpint (ends->len, ==, 1);
}

static void
test_attempt_from_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) steps = NULL;
  g_autoptr (ThawRun) run = NULL;

  train_three_epochs (fixture);
  begin (fixture, 0, 0, 2);
  steps = iterations (fixture, -1);
  g_assert_cmpint (steps->len, ==, 0);
  run = run_of (fixture);
  g_assert_cmpint (run->best_epoch, ==, -1);
  g_assert_true (isnan (run->best_accuracy));
  begin (fixture, 0, 0, 3);
}

/* Another run is not touched by one that goes back. */
static void
test_attempt_leaves_others (Fixture *fixture, gconstpointer data)
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
test_old_attempt_is_refused (Fixture *fixture, gconstpointer data)
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

static void
test_unknown_run (Fixture *fixture, gconstpointer data)
{
  static const char id[] = "00000000000000000000000000000000";
  ThawStore *store = fixture->store;
  g_autoptr (GError) error = NULL;

  g_assert_null (thaw_store_iterations (store, id, -1, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
  g_clear_error (&error);
  g_assert_null (thaw_store_epochs (store, id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
  g_clear_error (&error);
  g_assert_null (thaw_store_events (store, id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
  g_clear_error (&error);
  g_assert_null (thaw_store_artifacts (store, id, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
  g_clear_error (&error);
  g_assert_false (thaw_store_begin_attempt (store, id, 0, 0, NULL, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
      {"/db/metrics/iterations", test_iterations},
      {"/db/metrics/not-finite", test_not_finite},
      {"/db/metrics/epochs", test_epochs},
      {"/db/metrics/epoch-on-test-set-counts", test_epoch_on_test_set_counts},
      {"/db/metrics/artifacts", test_artifacts},
      {"/db/metrics/all-or-nothing", test_all_or_nothing},
      {"/db/metrics/attempt-drops-beyond", test_attempt_drops_beyond},
      {"/db/metrics/attempt-in-mid-epoch", test_attempt_in_mid_epoch},
      {"/db/metrics/attempt-from-nothing", test_attempt_from_nothing},
      {"/db/metrics/attempt-leaves-others", test_attempt_leaves_others},
      {"/db/metrics/old-attempt-is-refused", test_old_attempt_is_refused},
      {"/db/metrics/unknown-run", test_unknown_run},
  };

  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
