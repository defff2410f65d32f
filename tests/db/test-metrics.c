/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a worker writes. */
#include "run-fixture.h"

#include <math.h>

static void
test_iterations (RunFixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) all = NULL, late = NULL, none = NULL;
  g_autoptr (ThawRun) run = NULL;

  add_steps (fixture->store, fixture->id, 1, 0, 0, 10);
  add_steps (fixture->store, fixture->id, 1, 1, 10, 5);
  all = run_fixture_iterations (fixture, -1);
  g_assert_cmpint (all->len, ==, 15);
  for (guint i = 0; i < all->len; i++) {
    ThawIterationRow *row = &g_array_index (all, ThawIterationRow, i);

    g_assert_cmpint (row->step, ==, i);
    g_assert_cmpint (row->epoch, ==, i / 10);
    g_assert_cmpfloat (row->loss, ==, 1.0 / (i + 1));
    g_assert_cmpfloat (row->lr, ==, 1e-3);
  }
  late = run_fixture_iterations (fixture, 12);
  g_assert_cmpint (late->len, ==, 2);
  none = run_fixture_iterations (fixture, 14);
  g_assert_cmpint (none->len, ==, 0);
  run = run_fixture_run (fixture);
  g_assert_cmpint (run->steps_done, ==, 15);
  g_assert_cmpint (run->epochs_done, ==, 0);
}

/* SQLite has no NaN; the store does, and every finite number comes back bit by bit. */
static void
test_not_finite (RunFixture *fixture, gconstpointer data)
{
  const double values[] = {1.5, NAN, INFINITY, -INFINITY, 0.0, 5e-324, 1.7976931348623157e308};
  ThawIterationRow rows[G_N_ELEMENTS (values)] = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) read = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    rows[i] = (ThawIterationRow){.step = (gint64) i, .loss = values[i], .lr = values[i]};
  thaw_store_add_iterations (fixture->store, fixture->id, 1, rows, G_N_ELEMENTS (rows), &error);
  g_assert_no_error (error);
  read = run_fixture_iterations (fixture, -1);
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
test_epochs (RunFixture *fixture, gconstpointer data)
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
  run_fixture_commit (fixture, 1, first, "last-1");
  run_fixture_commit (fixture, 1, second, "last-2");
  rows = run_fixture_epochs (fixture);
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
  run = run_fixture_run (fixture);
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
test_epoch_on_test_set_counts (RunFixture *fixture, gconstpointer data)
{
  ThawEpochRow epoch = sample_epoch (0, 10);
  g_autoptr (ThawRun) run = NULL;

  epoch.set = (char *) "test";
  run_fixture_commit (fixture, 1, epoch, "last");
  run = run_fixture_run (fixture);
  g_assert_cmpint (run->test_opened, ==, 1);
}

static void
test_artifacts (RunFixture *fixture, gconstpointer data)
{
  ThawArtifact middle = sample_artifact ("last-mid", "last", 1, 15);
  ThawIterationRow row = {.step = 14, .epoch = 1, .loss = 1, .lr = 1e-3};
  g_autoptr (GPtrArray) artifacts = NULL, fewer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = NULL;
  ThawArtifact *newest;

  run_fixture_commit (fixture, 1, sample_epoch (0, 10), "last-1");
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
  run = run_fixture_run (fixture);
  g_assert_cmpint (run->steps_done, ==, 15);
  g_assert_cmpint (run->epochs_done, ==, 1);
  thaw_store_drop_artifact (fixture->store, fixture->id, "last-1", &error);
  g_assert_no_error (error);
  thaw_store_drop_artifact (fixture->store, fixture->id, "never was", &error);
  g_assert_no_error (error);
  fewer = thaw_store_artifacts (fixture->store, fixture->id, &error);
  g_assert_cmpint (fewer->len, ==, 1);
  middle.file = (char *) "saved-mid", middle.kind = (char *) "saved";
  thaw_store_add_artifact (fixture->store, fixture->id, 1, &middle, &error);
  g_assert_no_error (error);
  g_assert_false (thaw_store_add_artifact (fixture->store, fixture->id, 1, &middle, NULL));
  g_ptr_array_unref (fewer);
  fewer = thaw_store_artifacts (fixture->store, fixture->id, &error);
  g_assert_cmpint (fewer->len, ==, 2);
}

/* A part that fails takes the whole commit along. */
static void
test_all_or_nothing (RunFixture *fixture, gconstpointer data)
{
  ThawIterationRow rows[] = {{.step = 10, .loss = 1}, {.step = 11, .loss = 1}};
  ThawArtifact again = sample_artifact ("last-1", "last", 2, 12);
  const ThawArtifact *const artifacts[] = {&again};
  ThawEpochRow second = sample_epoch (1, 12);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) steps = NULL, ends = NULL;
  g_autoptr (ThawRun) run = NULL;

  run_fixture_commit (fixture, 1, sample_epoch (0, 10), "last-1");
  g_assert_false (thaw_store_commit_epoch (fixture->store, fixture->id, 1, rows, 2, &second,
                                           artifacts, 1, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO);
  steps = run_fixture_iterations (fixture, -1);
  ends = run_fixture_epochs (fixture);
  run = run_fixture_run (fixture);
  g_assert_cmpint (steps->len, ==, 0);
  g_assert_cmpint (ends->len, ==, 1);
  g_assert_cmpint (run->epochs_done, ==, 1);
  g_clear_error (&error);
  again.file = (char *) "last-2";
  thaw_store_commit_epoch (fixture->store, fixture->id, 1, rows, 2, &second, artifacts, 1, &error);
  g_assert_no_error (error);
}

static void
test_unknown_run (RunFixture *fixture, gconstpointer data)
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
    void (*test) (RunFixture *, gconstpointer);
  } tests[] = {
      {"/db/metrics/iterations", test_iterations},
      {"/db/metrics/not-finite", test_not_finite},
      {"/db/metrics/epochs", test_epochs},
      {"/db/metrics/epoch-on-test-set-counts", test_epoch_on_test_set_counts},
      {"/db/metrics/artifacts", test_artifacts},
      {"/db/metrics/all-or-nothing", test_all_or_nothing},
      {"/db/metrics/unknown-run", test_unknown_run},
  };

  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, RunFixture, NULL, run_fixture_set_up, tests[i].test,
                run_fixture_tear_down);
  return g_test_run ();
}
