/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs: making, listing, finding, their state and result. */
#include "home.h"

#include <math.h>

static const char name_zh[] = "第四十四天 · 冻结再解冻 ❄";

static void
test_round_trip (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (ThawStore) reader = open_store (home, THAW_STORE_READ);
  g_autoptr (ThawRun) run = sample_run (name_zh);
  g_autoptr (ThawRun) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  gint64 now_ms = g_get_real_time () / 1000;

  thaw_store_add_run (store, run, &error);
  g_assert_no_error (error);
  g_assert_true (thaw_run_id_is_valid (run->id));
  g_assert_cmpint (run->seq, ==, 1);
  g_assert_cmpint (run->attempt, ==, 1);
  g_assert_cmpint (ABS (run->created_ms - now_ms), <, 5000);
  folder = thaw_store_run_folder (store, run->id);
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));

  found = thaw_store_find_run (reader, run->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->id, ==, run->id);
  g_assert_cmpstr (found->name, ==, name_zh);
  g_assert_cmpstr (found->recipe, ==, run->recipe);
  g_assert_cmpstr (found->recipe_hash, ==, run->recipe_hash);
  g_assert_cmpstr (found->model, ==, run->model);
  g_assert_cmpstr (found->weights, ==, "random");
  g_assert_cmpstr (found->data_path, ==, run->data_path);
  g_assert_cmpstr (found->data_title, ==, run->data_title);
  g_assert_cmpstr (found->data_fingerprint, ==, run->data_fingerprint);
  g_assert_cmpstr (found->machine, ==, run->machine);
  g_assert_cmpstr (found->preset, ==, run->preset);
  g_assert_null (found->message);
  g_assert_cmpint (found->seq, ==, run->seq);
  g_assert_cmpint (found->epochs, ==, 40);
  g_assert_cmpint (found->epochs_done, ==, 0);
  g_assert_cmpint (found->parameters, ==, 1528106);
  g_assert_cmpint (found->trainable_frozen, ==, 601610);
  g_assert_cmpint (found->macs, ==, (gint64) 5 << 32);
  g_assert_cmpint (found->created_ms, ==, run->created_ms);
  g_assert_cmpint (found->ended_ms, ==, 0);
  g_assert_cmpint (found->best_epoch, ==, -1);
  g_assert_true (isnan (found->best_accuracy));
  g_assert_true (isnan (found->test_loss));
  g_assert_true (isnan (found->test_accuracy));
  g_assert_cmpint (found->test_opened, ==, 0);
}

/* Text from outside is only ever text. */
static void
test_hostile_names (void)
{
  static const char *const names[] = {"'); DROP TABLE run; --", "\"%s%n\"", "", "a\nb", "x' OR '1"};
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (GPtrArray) runs = NULL;
  g_autofree char *broken = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *id = add_run (store, names[i]);
    g_autoptr (ThawRun) found = thaw_store_find_run (store, names[i], NULL);

    g_assert_nonnull (found);
    g_assert_cmpstr (found->id, ==, id);
    g_assert_cmpstr (found->name, ==, names[i]);
  }
  broken = add_run (store, "half \xe5\x86 a character");
  runs = thaw_store_runs (store, NULL);
  g_assert_cmpint (runs->len, ==, G_N_ELEMENTS (names) + 1);
  g_assert_true (g_utf8_validate (((ThawRun *) runs->pdata[0])->name, -1, NULL));
}

static void
expect_found (ThawStore *store, const char *text, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = thaw_store_find_run (store, text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (run->id, ==, id);
}

static void
expect_none (ThawStore *store, const char *text, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (thaw_store_find_run (store, text, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
  g_test_message ("%s", error->message);
  if (strstr (error->message, word) == NULL)
    g_error ("'%s' lacks '%s'", error->message, word);
}

static void
test_find (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *first = NULL, *second = NULL, *third = NULL, *beginning = NULL, *upper = NULL;

  expect_none (store, "latest", "no runs yet");
  expect_none (store, "x", "no runs yet");
  first = add_run (store, "base");
  expect_none (store, "x", "1 run");
  second = add_run (store, "基线");
  third = add_run (store, "base");
  beginning = g_strndup (second, 6);
  upper = g_ascii_strup (second, -1);

  expect_found (store, first, first);
  expect_found (store, beginning, second);
  expect_found (store, upper, second);
  expect_found (store, "基线", second);
  expect_found (store, "latest", third);
  expect_found (store, "@1", third);
  expect_found (store, "@2", second);
  expect_found (store, "@3", first);
  expect_none (store, "@4", "3 runs");
  expect_none (store, "@0", "3 runs");
  expect_none (store, "@-1", "3 runs");
  expect_none (store, "@1x", "3 runs");
  expect_none (store, "@", "3 runs");
  expect_none (store, "@99999999999999999999", "3 runs");
  expect_none (store, "", "3 runs");
  expect_none (store, "zzzz", "3 runs");
  expect_none (store, "%", "3 runs");
  expect_none (store, "bas", "3 runs");
  beginning[3] = '\0';
  expect_none (store, beginning, "3 runs");
}

static void
test_ambiguous (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *a = add_run (store, "twice"), *b = add_run (store, "twice");
  g_autofree char *c = add_run (store, "alone"), *ignored = NULL;
  g_autofree char *short_a = g_strndup (a, 12), *short_b = g_strndup (b, 12), *many = NULL;

  expect_none (store, "twice", short_a);
  expect_none (store, "twice", short_b);
  expect_none (store, "twice", "2 runs");
  /* Two ids with the same beginning, and a name that is the beginning of another's id. */
  ignored =
      sql (home, "store.db",
           "UPDATE run SET id = 'cafe' || substr (id, 5) WHERE name = 'twice'; "
           "UPDATE run SET id = 'beef' || substr (id, 5), name = 'cafe' WHERE name = 'alone'");
  expect_none (store, "cafe", "3 runs");
  expect_none (store, "CAFE", "2 runs");
  many = g_strdup (c);
  memcpy (many, "beef", 4);
  expect_found (store, "beef", many);
  for (int i = 0; i < 10; i++)
    g_free (add_run (store, "many"));
  expect_none (store, "many", "10 runs");
  expect_none (store, "many", ", ...");
}

static void
test_state (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "x");
  g_autoptr (GError) error = NULL;

  for (int state = THAW_RUN_STARTING; state <= THAW_RUN_DIVERGED; state++) {
    g_autoptr (ThawRun) run = NULL;
    bool live = state <= THAW_RUN_PAUSED;

    thaw_store_set_state (store, id, (ThawRunState) state, "why 为什么", &error);
    g_assert_no_error (error);
    run = thaw_store_find_run (store, id, &error);
    g_assert_cmpint (run->state, ==, live ? THAW_RUN_INTERRUPTED : (ThawRunState) state);
    g_assert_cmpstr (run->message, ==, "why 为什么");
    g_assert_cmpint (run->ended_ms > 0, ==, !live);
    g_assert_nonnull (thaw_run_state_name ((ThawRunState) state));
  }
  g_assert_false (thaw_store_set_state (store, "0123", THAW_RUN_FAILED, NULL, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
}

static void
test_test_result (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "x");
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (GError) error = NULL;

  thaw_store_set_test (store, id, 0.5, 0.8125, &error);
  g_assert_no_error (error);
  thaw_store_set_test (store, id, INFINITY, 0.1, &error);
  g_assert_no_error (error);
  run = thaw_store_find_run (store, id, &error);
  g_assert_cmpint (run->test_opened, ==, 2);
  g_assert_true (isinf (run->test_loss));
  g_assert_cmpfloat (run->test_accuracy, ==, 0.1);
}

/* A word that this version does not know hides nothing. */
static void
test_unknown_state (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *a = add_run (store, "a"), *b = add_run (store, "b"), *ignored = NULL;
  g_autoptr (GPtrArray) runs = NULL;

  ignored = sql (home, "store.db", "UPDATE run SET state = 'dreaming' WHERE name = 'a'");
  runs = thaw_store_runs (store, NULL);
  g_assert_cmpint (runs->len, ==, 2);
  g_assert_cmpstr (((ThawRun *) runs->pdata[0])->id, ==, b);
  g_assert_cmpint (((ThawRun *) runs->pdata[1])->state, ==, THAW_RUN_INTERRUPTED);
}

static void
test_thousand (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start;

  for (int i = 0; i < 1000; i++) {
    g_autofree char *name = g_strdup_printf ("run %d", i), *id = add_run (store, name);

    /* A third of them died: the costly case. */
    if (i % 3 != 0)
      thaw_store_set_state (store, id, THAW_RUN_FINISHED, NULL, &error);
    g_assert_no_error (error);
  }
  start = g_get_monotonic_time ();
  runs = thaw_store_runs (store, &error);
  start = g_get_monotonic_time () - start;
  g_test_message ("a thousand runs: %d ms", (int) (start / 1000));
  g_assert_no_error (error);
  g_assert_cmpint (runs->len, ==, 1000);
  g_assert_cmpint (start, <, G_USEC_PER_SEC);
  for (guint i = 0; i < runs->len; i++) {
    ThawRun *run = g_ptr_array_index (runs, i);

    g_assert_cmpint (run->seq, ==, 1000 - i);
    g_assert_cmpint (run->state, ==,
                     (run->seq - 1) % 3 != 0 ? THAW_RUN_FINISHED : THAW_RUN_INTERRUPTED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  g_test_add_func ("/db/runs/round-trip", test_round_trip);
  g_test_add_func ("/db/runs/hostile-names", test_hostile_names);
  g_test_add_func ("/db/runs/find", test_find);
  g_test_add_func ("/db/runs/ambiguous", test_ambiguous);
  g_test_add_func ("/db/runs/state", test_state);
  g_test_add_func ("/db/runs/test-result", test_test_result);
  g_test_add_func ("/db/runs/unknown-state", test_unknown_state);
  g_test_add_func ("/db/runs/thousand", test_thousand);
  return g_test_run ();
}
