/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A full disk and other failures below SQLite: a clear sentence, nothing damaged, nothing called
 * saved that is not, and all is well once there is room again. */
#include "faulty-vfs.h"
#include "home.h"

#include <errno.h>

/* A real limit, found by SQLite itself. */
static void
test_page_limit (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "x");
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) rows = NULL;
  int done = 0;

  thaw_statement_exec (store, "PRAGMA max_page_count = 40", &error);
  g_assert_no_error (error);
  while (error == NULL && done < 1000) {
    ThawIterationRow block[50];

    for (int i = 0; i < 50; i++)
      block[i] = (ThawIterationRow){.step = done * 50 + i, .loss = 1};
    if (thaw_store_add_iterations (store, id, 1, block, 50, &error))
      done++;
  }
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_FULL);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, home));
  g_assert_cmpint (done, >, 0);
  rows = thaw_store_iterations (store, id, -1, NULL);
  g_assert_cmpint (rows->len, ==, done * 50);
  g_clear_error (&error);
  thaw_statement_exec (store, "PRAGMA max_page_count = 100000", &error);
  add_steps (store, id, 1, 0, done * 50, 50);
}

static ThawStore *
open_faulty (const char *home, ThawChoose remote, GError **error)
{
  ThawStoreOptions options = {.vfs = "faulty", .remote = remote};

  return thaw_store_open_with (home, THAW_STORE_WRITE, &options, error);
}

/* How many runs and rows were called saved, and one error that says why it went no further. */
typedef struct {
  int runs, blocks, epochs;
  GError *error;
} Saved;

/* A short life of a store: opened, two runs, some rows, an epoch, closed. Stops at the first
 * error. */
static void
live (const char *home, ThawChoose remote, Saved *saved)
{
  g_autoptr (ThawStore) store = open_faulty (home, remote, &saved->error);
  ThawEpochRow epoch = sample_epoch (0, 40);

  for (int run = 0; store != NULL && run < 2; run++) {
    g_autoptr (ThawRun) row = sample_run ("x");

    if (!thaw_store_add_run (store, row, &saved->error))
      return;
    saved->runs++;
    for (int block = 0; block < 2; block++) {
      ThawIterationRow rows[20];

      for (int i = 0; i < 20; i++)
        rows[i] = (ThawIterationRow){.step = block * 20 + i, .loss = 1};
      if (!thaw_store_add_iterations (store, row->id, 1, rows, 20, &saved->error))
        return;
      saved->blocks++;
    }
    if (!thaw_store_commit_epoch (store, row->id, 1, NULL, 0, &epoch, NULL, 0, &saved->error))
      return;
    saved->epochs++;
  }
}

static gint64
count (const char *home, const char *table)
{
  g_autofree char *text = g_strdup_printf ("SELECT count (*) FROM %s", table);

  return sql_int (home, text);
}

/* With room again the store opens, holds what was called saved, and takes more. A failed sync may
 * leave a commit that was reported as failed: that is allowed, half a commit is not. */
static void
expect_sound (const char *home, const Saved *saved)
{
  g_autofree char *check = NULL;
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  gint64 runs = count (home, "run"), steps = count (home, "iteration");

  g_assert_cmpint (runs, >=, saved->runs);
  g_assert_cmpint (runs, <=, saved->runs + 1);
  g_assert_cmpint (steps % 20, ==, 0);
  g_assert_cmpint (steps, >=, saved->blocks * 20);
  g_assert_cmpint (steps, <=, saved->blocks * 20 + 20);
  g_assert_cmpint (count (home, "epoch"), >=, saved->epochs);
  g_free (add_run (store, "after"));
  thaw_store_close (store);
  check = sql (home, "store.db", "PRAGMA integrity_check");
  g_assert_cmpstr (check, ==, "ok");
}

typedef struct {
  const char *path;
  bool for_good;
  int result, number, code;
  ThawChoose remote;
} Fault;

static const Fault faults[] = {
    {"/db/faults/full-once", false, SQLITE_FULL, ENOSPC, THAW_DB_ERROR_FULL, THAW_NO},
    {"/db/faults/full-for-good", true, SQLITE_FULL, ENOSPC, THAW_DB_ERROR_FULL, THAW_NO},
    {"/db/faults/quota", true, SQLITE_IOERR_WRITE, EDQUOT, THAW_DB_ERROR_FULL, THAW_NO},
    {"/db/faults/sync-full", true, SQLITE_IOERR_FSYNC, ENOSPC, THAW_DB_ERROR_FULL, THAW_NO},
    {"/db/faults/io-error", false, SQLITE_IOERR_WRITE, EIO, THAW_DB_ERROR_IO, THAW_NO},
    {"/db/faults/remote-full", true, SQLITE_FULL, ENOSPC, THAW_DB_ERROR_FULL, THAW_YES},
    {"/db/faults/remote-io-error", false, SQLITE_IOERR_FSYNC, EIO, THAW_DB_ERROR_IO, THAW_YES},
};

/* Every operation of the store's life fails once, one life each. */
static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  int points = 0, stopped = 0;

  for (int at = 1; points == 0 || at <= points; at++) {
    g_autoptr (Home) home = home_new ();
    Saved saved = {0};

    if (points == 0) { /* a life without a fault tells how many operations there are */
      g_autoptr (Home) first = home_new ();

      faulty_vfs_fail (0, false, SQLITE_OK, 0);
      live (first, fault->remote, &saved);
      g_assert_no_error (saved.error);
      g_assert_cmpint (saved.epochs, ==, 2);
      points = faulty_vfs_operations ();
      saved = (Saved){0};
    }
    faulty_vfs_fail (at, fault->for_good, fault->result, fault->number);
    live (home, fault->remote, &saved);
    faulty_vfs_fail (0, false, SQLITE_OK, 0);
    if (saved.error != NULL) {
      stopped++;
      g_assert_error (saved.error, THAW_DB_ERROR, fault->code);
      g_clear_error (&saved.error);
    } else {
      g_assert_cmpint (saved.epochs, ==, 2);
    }
    expect_sound (home, &saved);
  }
  g_test_message ("%d fault points, %d stopped a call, corrupt 0, silent success 0", points,
                  stopped);
  g_assert_cmpint (points, >, 20);
  g_assert_cmpint (stopped, >, points / 2);
}

/* The same store goes on once there is room, without being opened again. */
static void
test_room_again (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = open_faulty (home, THAW_NO, &error);
  g_autofree char *id = add_run (store, "x");
  ThawIterationRow row = {.step = 0, .loss = 1};

  faulty_vfs_fail (1, true, SQLITE_FULL, ENOSPC);
  for (int i = 0; i < 3; i++) {
    g_assert_false (thaw_store_add_iterations (store, id, 1, &row, 1, &error));
    g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_FULL);
    g_clear_error (&error);
  }
  faulty_vfs_fail (0, false, SQLITE_OK, 0);
  thaw_store_add_iterations (store, id, 1, &row, 1, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  faulty_vfs_register ();
  g_test_add_func ("/db/faults/page-limit", test_page_limit);
  g_test_add_func ("/db/faults/room-again", test_room_again);
  for (size_t i = 0; i < G_N_ELEMENTS (faults); i++)
    g_test_add_data_func (faults[i].path, &faults[i], test_fault);
  return g_test_run ();
}
