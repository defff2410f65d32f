/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A write: one short transaction, begun at once as a writer. */
#include "lock.h"
#include "store-private.h"

#include <errno.h>

enum { CHECKPOINT_WAIT_MS = 20 };

static gboolean
take_store_lock (ThawStore *store, GError **error)
{
  int failed = thaw_lock_take (store->lock_fd, THAW_BUSY_TIMEOUT_MS);

  if (failed == 0)
    return TRUE;
  if (failed == EAGAIN)
    return thaw_db_fail (store, SQLITE_BUSY, error);
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO,
               _ ("%s: its lock store.lock cannot be taken: %s"), store->path, g_strerror (failed));
  return FALSE;
}

static void
roll_back (ThawStore *store)
{
  /* After some errors SQLite has rolled back by itself. */
  if (!sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Another process may have brought a newer Thaw, and a newer schema, while we ran. */
static gboolean
check_version (ThawStore *store, GError **error)
{
  ThawSqlStep step = thaw_statement_step (store, store->version, error);
  int version = step == THAW_STEP_ROW ? sqlite3_column_int (store->version, 0) : 0;

  sqlite3_reset (store->version);
  return step == THAW_STEP_ROW &&
         thaw_schema_accept (store, true, THAW_STORE_APPLICATION_ID, version, error);
}

gboolean
thaw_store_check_writable (ThawStore *store, GError **error)
{
  if (store->mode == THAW_STORE_WRITE)
    return TRUE;
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: was opened for reading only"),
               store->path);
  return FALSE;
}

gboolean
thaw_transaction_begin (ThawStore *store, GError **error)
{
  if (!thaw_store_check_writable (store, error))
    return FALSE;
  if (store->serialise && !take_store_lock (store, error))
    return FALSE;
  if (thaw_statement_exec (store, "BEGIN IMMEDIATE", error)) {
    if (check_version (store, error))
      return TRUE;
    roll_back (store);
  }
  if (store->serialise)
    thaw_lock_drop (store->lock_fd);
  return FALSE;
}

gboolean
thaw_transaction_end (ThawStore *store, gboolean good, GError **error)
{
  if (good)
    good = thaw_statement_exec (store, "COMMIT", error);
  if (!good)
    roll_back (store);
  if (store->serialise) {
    if (store->wal_bytes >= store->checkpoint_at_bytes)
      thaw_transaction_checkpoint (store);
    thaw_lock_drop (store->lock_fd);
  }
  return good;
}

/* What was committed is safe in the log, so a checkpoint that fails is no error: the next one is
 * tried a little later. */
void
thaw_transaction_checkpoint (ThawStore *store)
{
  int rc;

  sqlite3_busy_timeout (store->db, CHECKPOINT_WAIT_MS);
  rc = sqlite3_wal_checkpoint_v2 (store->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  sqlite3_busy_timeout (store->db, THAW_BUSY_TIMEOUT_MS);
  if (rc == SQLITE_OK)
    store->wal_bytes = 0;
  store->checkpoint_at_bytes =
      rc == SQLITE_OK ? THAW_CHECKPOINT_BYTES : store->wal_bytes + THAW_CHECKPOINT_BYTES / 4;
}

int
thaw_transaction_wal_hook (void *user, sqlite3 *db, const char *name, int pages)
{
  ThawStore *store = user;

  store->wal_bytes = pages * store->page_bytes;
  return SQLITE_OK;
}

void
thaw_store_idle (ThawStore *store)
{
  g_return_if_fail (store != NULL);

  if (!store->serialise || store->wal_bytes == 0 || thaw_lock_take (store->lock_fd, 0) != 0)
    return;
  thaw_transaction_checkpoint (store);
  thaw_lock_drop (store->lock_fd);
}
