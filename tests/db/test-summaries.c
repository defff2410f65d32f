/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summaries: all runs at once, then only what changed, whoever changed it. */
#include "home.h"

#include <math.h>

static GPtrArray *
read_summaries (ThawStore *store, gint64 *revision)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *summaries = thaw_store_summaries (store, revision, &error);

  g_assert_no_error (error);
  return summaries;
}

/* Names of what changed, latest first; a deleted run is its number. */
static void
expect_changed (ThawStore *store, gint64 *revision, const char *names)
{
  g_autoptr (GPtrArray) summaries = read_summaries (store, revision);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < summaries->len; i++) {
    ThawRunSummary *summary = summaries->pdata[i];

    if (summary->gone)
      g_string_append_printf (found, "-%d", (int) summary->run->seq);
    else
      g_string_append (found, summary->run->name);
  }
  g_assert_cmpstr (found->str, ==, names);
}

static void
commit_epoch (ThawStore *store, const char *id, int epoch, double accuracy)
{
  g_autoptr (GError) error = NULL;
  ThawEpochRow row = sample_epoch (epoch, (epoch + 1) * 10);

  row.accuracy = accuracy;
  thaw_store_commit_epoch (store, id, 1, NULL, 0, &row, NULL, 0, &error);
  g_assert_no_error (error);
}

static void
test_fields (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *a = add_run (store, "a"), *b = add_run (store, "b");
  g_autoptr (GPtrArray) summaries = NULL;
  const char *const tags[] = {"x", "y", NULL};
  gint64 revision = 0, before_ms = thaw_now_ms ();
  ThawRunSummary *first, *second;

  commit_epoch (store, a, 0, 0.25);
  commit_epoch (store, a, 1, NAN);
  commit_epoch (store, a, 2, 0.5);
  g_assert_true (thaw_store_set_starred (store, a, TRUE, NULL));
  g_assert_true (thaw_store_set_tags (store, a, tags, NULL));
  g_assert_true (thaw_store_trash (store, a, NULL));
  summaries = read_summaries (store, &revision);
  g_assert_cmpint (summaries->len, ==, 2);
  first = summaries->pdata[0];
  second = summaries->pdata[1];
  g_assert_cmpstr (first->run->id, ==, b);
  g_assert_cmpint (first->n_epochs, ==, 0);
  g_assert_cmpint (first->ticked_ms, ==, 0);
  g_assert_cmpint (first->run->state, ==, THAW_RUN_INTERRUPTED);
  g_assert_cmpstr (second->run->id, ==, a);
  g_assert_cmpint (second->n_epochs, ==, 3);
  g_assert_cmpfloat (second->accuracy[0], ==, 0.25f);
  g_assert_true (isnan (second->accuracy[1]));
  g_assert_cmpfloat (second->accuracy[2], ==, 0.5f);
  g_assert_cmpint (second->ticked_ms, >=, before_ms);
  g_assert_true (second->run->starred);
  g_assert_cmpint (second->run->trashed_ms, >=, before_ms);
  g_assert_cmpstr (second->run->tags[1], ==, "y");
}

static void
test_changes (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) reader = open_store (home, THAW_STORE_READ);
  g_autoptr (ThawStore) store = NULL;
  g_autofree char *a = NULL, *b = NULL, *c = NULL;
  g_autoptr (ThawRun) queued = sample_run ("q");
  gint64 revision = 0, late = 0;

  expect_changed (reader, &revision, "");
  store = open_store (home, THAW_STORE_WRITE);
  a = add_run (store, "a");
  b = add_run (store, "b");
  c = add_run (store, "c");
  thaw_store_data_version (reader); /* finds the store that has appeared */
  expect_changed (reader, &revision, "cba");
  expect_changed (reader, &revision, "");
  add_steps (store, b, 1, 0, 0, 3);
  expect_changed (reader, &revision, "b");
  g_assert_true (thaw_store_add_iterations (store, a, 1, NULL, 0, NULL)); /* a tick */
  commit_epoch (store, c, 0, 0.5);
  expect_changed (reader, &revision, "ca");
  g_assert_true (thaw_store_rename (store, a, "A", NULL));
  expect_changed (reader, &revision, "A");
  g_assert_true (thaw_store_trash (store, b, NULL));
  expect_changed (reader, &revision, "b");
  g_assert_true (thaw_store_delete_run (store, b, NULL));
  expect_changed (reader, &revision, "-2");
  g_assert_true (thaw_store_add_queued_run (store, queued, NULL));
  expect_changed (reader, &revision, "q");
  g_assert_true (thaw_store_begin_attempt (store, a, 0, 0, NULL, NULL));
  g_assert_true (thaw_store_set_state (store, c, THAW_RUN_FAILED, "x", NULL));
  expect_changed (reader, &revision, "cA");
  expect_changed (reader, &revision, "");
  expect_changed (reader, &late, "qcA");
}

static void
fill (ThawStore *store, const char *home, int runs)
{
  g_autofree char *ignored = NULL;
  g_autofree char *text = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 40) "
      "INSERT INTO epoch SELECT seq, i - 1, 1, i * 390, i < 6, 0.001, 'validation', 10, 4000, 1, "
      "0, 0 FROM run, n; "
      "INSERT INTO metric SELECT run, 'accuracy', step, 1, epoch / 40.0, 0 FROM epoch; "
      "INSERT INTO metric SELECT run, 'loss', step, 1, epoch / 40.0, 0 FROM epoch");

  for (int i = 0; i < runs; i++) {
    g_autofree char *name = g_strdup_printf ("run %d", i), *id = add_run (store, name);

    if (i % 10 != 0)
      g_assert_true (thaw_store_set_state (store, id, THAW_RUN_FINISHED, NULL, NULL));
  }
  ignored = sql (home, "store.db", text);
}

static void
test_thousand (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (GPtrArray) summaries = NULL;
  gint64 revision = 0, start, all, none;

  fill (store, home, 1000);
  start = g_get_monotonic_time ();
  summaries = read_summaries (store, &revision);
  all = g_get_monotonic_time () - start;
  g_assert_cmpint (summaries->len, ==, 1000);
  for (guint i = 0; i < summaries->len; i++) {
    const ThawRunSummary *summary = summaries->pdata[i];

    g_assert_cmpint (summary->run->seq, ==, 1000 - i);
    g_assert_cmpint (summary->n_epochs, ==, 40);
    g_assert_cmpfloat (summary->accuracy[39], ==, 39 / 40.0f);
  }
  start = g_get_monotonic_time ();
  expect_changed (store, &revision, "");
  none = g_get_monotonic_time () - start;
  g_test_message ("a thousand runs of 40 epochs: %.1f ms; nothing new: %.3f ms",
                  (double) all / 1000, (double) none / 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  g_test_add_func ("/db/summaries/fields", test_fields);
  g_test_add_func ("/db/summaries/changes", test_changes);
  g_test_add_func ("/db/summaries/thousand", test_thousand);
  return g_test_run ();
}
