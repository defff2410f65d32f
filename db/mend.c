/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indices made anew. REINDEX cannot do it when a page of an index is torn: it has to read what it
 * clears. So the whole file is rebuilt from its tables elsewhere, and copied over in one
 * transaction of SQLite's backup, which every other connection sees as such; unless somebody wrote
 * since the rows were read. */
#include "lock.h"
#include "store-private.h"

enum { TRIES = 100, PAUSE_US = 50 * 1000 };

/* A connection that does nothing but watch for others' commits: data_version does not change with
 * those of the connection that asks. */
static sqlite3 *
watch (const ThawStore *store)
{
  g_autofree char *uri = thaw_connection_uri (store->path, NULL, NULL);
  sqlite3 *db = NULL;

  if (sqlite3_open_v2 (uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, store->options.vfs) ==
      SQLITE_OK)
    sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  else
    g_clear_pointer (&db, sqlite3_close);
  return db;
}

static gint64
version_seen (sqlite3 *db)
{
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (db == NULL ||
      sqlite3_prepare_v2 (db, "PRAGMA data_version", -1, &statement, NULL) != SQLITE_OK ||
      sqlite3_step (statement) != SQLITE_ROW)
    return -1;
  return sqlite3_column_int64 (statement, 0);
}

/* Takes the store's write lock, and copies no page yet. */
static int
begin (ThawStore *store, sqlite3_backup *backup)
{
  int rc = SQLITE_BUSY;

  sqlite3_busy_timeout (store->db, 0);
  for (int i = 0; i < TRIES && (rc == SQLITE_BUSY || rc == SQLITE_LOCKED); i++) {
    if (i > 0)
      g_usleep (PAUSE_US);
    rc = sqlite3_backup_step (backup, 0);
  }
  sqlite3_busy_timeout (store->db, THAW_BUSY_TIMEOUT_MS);
  return rc;
}

static gboolean
put_in_place (ThawStore *store, ThawStore *fresh, sqlite3 *watcher, gint64 seen, GError **error)
{
  sqlite3_backup *backup;
  int rc, finish;

  if (store->options.before_mending != NULL)
    store->options.before_mending (store);
  backup = sqlite3_backup_init (store->db, "main", fresh->db, "main");
  if (backup == NULL)
    return thaw_db_fail (store, sqlite3_errcode (store->db), error);
  rc = begin (store, backup);
  if (rc == SQLITE_OK && (seen < 0 || version_seen (watcher) != seen))
    rc = SQLITE_BUSY_SNAPSHOT;
  else if (rc == SQLITE_OK)
    rc = sqlite3_backup_step (backup, -1);
  finish = sqlite3_backup_finish (backup);
  if (rc == SQLITE_BUSY_SNAPSHOT) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_BUSY,
                 _ ("%s: was written to while it was being mended; nothing was changed, try again"),
                 store->path);
    return FALSE;
  }
  if (rc == SQLITE_DONE && finish == SQLITE_OK)
    return TRUE;
  return thaw_db_fail (store, rc == SQLITE_DONE ? finish : rc, error);
}

static gboolean
check (ThawStore *store, GError **error)
{
  g_autoptr (GPtrArray) found = thaw_check_integrity (store, false);

  if (found->len == 0)
    return TRUE;
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED,
               _ ("%s: is damaged still after its indices were made anew: %s"), store->path,
               (const char *) found->pdata[0]);
  return FALSE;
}

static gboolean
mend (ThawStore *store, char **copy, GError **error)
{
  sqlite3 *watcher = watch (store);
  gint64 seen = version_seen (watcher);
  ThawStore *fresh = thaw_rebuild (store, error);
  gboolean good = fresh != NULL && thaw_copy_beside (store, "store-before-repair", copy, error) &&
                  put_in_place (store, fresh, watcher, seen, error) && check (store, error);

  thaw_store_close (fresh);
  sqlite3_close (watcher);
  return good;
}

/* On a library with the WAL-reset bug nobody writes without the lock. */
static gboolean
mend_locked (ThawStore *store, char **copy, GError **error)
{
  gboolean good;
  int failed = store->serialise ? thaw_lock_take (store->lock_fd, THAW_BUSY_TIMEOUT_MS) : 0;

  if (failed != 0)
    return thaw_db_fail (store, SQLITE_BUSY, error);
  good = mend (store, copy, error);
  if (store->serialise)
    thaw_lock_drop (store->lock_fd);
  return good;
}

gboolean
thaw_store_mend_with (const char *home, const ThawStoreOptions *given, char **copy, GError **error)
{
  ThawStoreOptions options = *given;
  ThawStore *store;
  gboolean good;

  *copy = NULL;
  options.mend = true;
  store = thaw_store_open_with (home, THAW_STORE_WRITE, &options, error);
  if (store == NULL)
    return FALSE;
  good = mend_locked (store, copy, error);
  thaw_store_close (store);
  return good;
}

gboolean
thaw_store_mend (const char *home, char **copy, GError **error)
{
  static const ThawStoreOptions options;

  g_return_val_if_fail (home != NULL && copy != NULL, FALSE);
  return thaw_store_mend_with (home, &options, copy, error);
}
