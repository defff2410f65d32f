/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person says about a run: name, tags, star. */
#include "run-fixture.h"

static void
expect_refused (gboolean done, GError **error, int code)
{
  g_assert_false (done);
  g_assert_error (*error, THAW_DB_ERROR, code);
  g_test_message ("%s", (*error)->message);
  g_clear_error (error);
}

static void
test_rename (RunFixture *fixture, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (THAW_NAME_MAX, 'x');
  g_autofree char *longer = g_strconcat (longest, "x", NULL);
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (GError) error = NULL;

  thaw_store_rename (fixture->store, fixture->id, "  基线 '); DROP TABLE run; -- ", &error);
  g_assert_no_error (error);
  run = run_fixture_run (fixture);
  g_assert_cmpstr (run->name, ==, "基线 '); DROP TABLE run; --");
  expect_refused (thaw_store_rename (fixture->store, fixture->id, " \t", &error), &error,
                  THAW_DB_ERROR_VALUE);
  expect_refused (thaw_store_rename (fixture->store, fixture->id, "a\nb", &error), &error,
                  THAW_DB_ERROR_VALUE);
  expect_refused (thaw_store_rename (fixture->store, fixture->id, longer, &error), &error,
                  THAW_DB_ERROR_VALUE);
  expect_refused (thaw_store_rename (fixture->store, "0123", "x", &error), &error,
                  THAW_DB_ERROR_NO_RUN);
  thaw_store_rename (fixture->store, fixture->id, longest, &error);
  g_assert_no_error (error);
  thaw_store_rename (fixture->store, fixture->id, "half \xe5\x86 a character", &error);
  g_assert_no_error (error);
  thaw_run_free (run);
  run = run_fixture_run (fixture);
  g_assert_true (g_utf8_validate (run->name, -1, NULL));
}

static char *
tags_of (RunFixture *fixture)
{
  g_autoptr (ThawRun) run = run_fixture_run (fixture);

  return g_strjoinv ("|", run->tags);
}

static void
set_tags (RunFixture *fixture, const char *text)
{
  g_auto (GStrv) tags = g_strsplit (text, "|", -1);
  g_autoptr (GError) error = NULL;

  thaw_store_set_tags (fixture->store, fixture->id, (const char *const *) tags, &error);
  g_assert_no_error (error);
}

static void
test_tags (RunFixture *fixture, gconstpointer data)
{
  static const char *const bad[] = {"", "  ", "a,b", "a\nb"};
  g_autofree char *none = tags_of (fixture), *some = NULL, *cleared = NULL;
  g_autoptr (GPtrArray) many = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (none, ==, "");
  set_tags (fixture, "lesson 44| baseline |基线|baseline|a'b\"c%s");
  some = tags_of (fixture);
  g_assert_cmpstr (some, ==, "a'b\"c%s|baseline|lesson 44|基线");
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    const char *const tags[] = {"good", bad[i], NULL};

    expect_refused (thaw_store_set_tags (fixture->store, fixture->id, tags, &error), &error,
                    THAW_DB_ERROR_VALUE);
  }
  for (int i = 0; i <= THAW_TAGS_MAX; i++)
    g_ptr_array_add (many, g_strdup_printf ("tag %d", i));
  g_ptr_array_add (many, NULL);
  expect_refused (
      thaw_store_set_tags (fixture->store, fixture->id, (const char *const *) many->pdata, &error),
      &error, THAW_DB_ERROR_VALUE);
  set_tags (fixture, "");
  cleared = tags_of (fixture);
  g_assert_cmpstr (cleared, ==, "");
}

static void
test_star (RunFixture *fixture, gconstpointer data)
{
  for (int starred = 1; starred >= 0; starred--) {
    g_autoptr (GError) error = NULL;
    g_autoptr (ThawRun) run = NULL;

    thaw_store_set_starred (fixture->store, fixture->id, starred != 0, &error);
    g_assert_no_error (error);
    run = run_fixture_run (fixture);
    g_assert_cmpint (run->starred, ==, starred);
  }
}

/* A store opened for reading changes nothing, and says so. */
static void
test_read_only (RunFixture *fixture, gconstpointer data)
{
  g_autoptr (ThawStore) reader = open_store (fixture->home, THAW_STORE_READ);
  const char *const tags[] = {"x", NULL};
  g_autoptr (GError) error = NULL;

  expect_refused (thaw_store_rename (reader, fixture->id, "x", &error), &error, THAW_DB_ERROR_IO);
  expect_refused (thaw_store_set_tags (reader, fixture->id, tags, &error), &error,
                  THAW_DB_ERROR_IO);
  expect_refused (thaw_store_set_starred (reader, fixture->id, TRUE, &error), &error,
                  THAW_DB_ERROR_IO);
  expect_refused (thaw_store_trash (reader, fixture->id, &error), &error, THAW_DB_ERROR_IO);
  expect_refused (thaw_store_delete_run (reader, fixture->id, &error), &error, THAW_DB_ERROR_IO);
  expect_refused (thaw_store_queue_run (reader, fixture->id, &error), &error, THAW_DB_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  run_fixture_add ("/db/marks/rename", test_rename);
  run_fixture_add ("/db/marks/tags", test_tags);
  run_fixture_add ("/db/marks/star", test_star);
  run_fixture_add ("/db/marks/read-only", test_read_only);
  return g_test_run ();
}
