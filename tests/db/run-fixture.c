/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-fixture.h"

void
run_fixture_set_up (RunFixture *fixture, gconstpointer data)
{
  fixture->home = home_new ();
  fixture->store = open_store (fixture->home, THAW_STORE_WRITE);
  fixture->id = add_run (fixture->store, "run");
}

void
run_fixture_tear_down (RunFixture *fixture, gconstpointer data)
{
  thaw_store_close (fixture->store);
  home_free (fixture->home);
  g_free (fixture->id);
}

GArray *
run_fixture_iterations (RunFixture *fixture, gint64 after)
{
  g_autoptr (GError) error = NULL;
  GArray *rows = thaw_store_iterations (fixture->store, fixture->id, after, &error);

  g_assert_no_error (error);
  return rows;
}

GArray *
run_fixture_epochs (RunFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GArray *rows = thaw_store_epochs (fixture->store, fixture->id, &error);

  g_assert_no_error (error);
  return rows;
}

ThawRun *
run_fixture_run (RunFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  ThawRun *run = thaw_store_find_run (fixture->store, fixture->id, &error);

  g_assert_no_error (error);
  return run;
}

void
run_fixture_commit (RunFixture *fixture, int attempt, ThawEpochRow epoch, const char *file)
{
  ThawArtifact last = sample_artifact (file, "last", epoch.epoch + 1, epoch.step);
  const ThawArtifact *const artifacts[] = {&last};
  g_autoptr (GError) error = NULL;

  thaw_store_commit_epoch (fixture->store, fixture->id, attempt, NULL, 0, &epoch, artifacts, 1,
                           &error);
  g_assert_no_error (error);
}

void
run_fixture_add (const char *path, void (*test) (RunFixture *, gconstpointer))
{
  g_test_add (path, RunFixture, NULL, run_fixture_set_up, test, run_fixture_tear_down);
}
