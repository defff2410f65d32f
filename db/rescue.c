/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening for reading what cannot be opened as usual: newer, damaged, or in a place that may not be
 * written to. The file itself is opened quietly where that will do; else a copy, mended as far as
 * it takes to read it, and out of sight at once. Nothing beside the store changes. */
#include "store-private.h"

/* Every column that this room reads: a store that has them can be read, whatever its version. */
static const char *const known[] = {
    "SELECT " THAW_RUN_COLUMNS " FROM run",
    "SELECT run, number, epochs_done, steps_done, began_ms FROM attempt",
    "SELECT run, step, attempt, epoch, loss, loss_kind, lr FROM iteration",
    "SELECT run, epoch, step, frozen, lr, evaluated, seconds, images_per_second, trainable, best "
    "FROM epoch",
    "SELECT run, name, step, value, kind FROM metric",
    "SELECT run, seq, attempt, epoch, step, kind, detail, at_ms, undone FROM event",
    "SELECT run, seq, file, kind, epoch, step, bytes, sha256 FROM artifact",
    "SELECT latest FROM revision",
    "SELECT id, seq, revision FROM gone",
};

static bool
is_known (ThawStore *store)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, known[i], NULL);
    if (statement == NULL)
      return false;
  }
  return true;
}

static void
let_go (ThawStore *store)
{
  g_clear_pointer (&store->db, sqlite3_close);
}

/* writable_schema lets a file be read that is shorter than it says; the connection cannot write. */
static bool
open_quietly (ThawStore *store, const char *uri)
{
  let_go (store);
  if (sqlite3_open_v2 (uri, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                       store->options.vfs) != SQLITE_OK)
    return false;
  sqlite3_extended_result_codes (store->db, 1);
  sqlite3_busy_timeout (store->db, THAW_BUSY_TIMEOUT_MS);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_limit (store->db, SQLITE_LIMIT_ATTACHED, 0);
  return thaw_statement_exec (store,
                              "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; "
                              "PRAGMA query_only = ON",
                              NULL);
}

/* Ours, and with all that we read. */
static bool
take (ThawStore *store)
{
  int application_id = 0, version = 0;
  bool ours = false;

  if (thaw_schema_identify (store->db, &ours, &application_id, &version) != SQLITE_OK || !ours ||
      !is_known (store))
    return false;
  if (version > thaw_store_latest_version (store)) {
    store->trouble = THAW_STORE_NEWER;
    store->newer = version;
  }
  return true;
}

static bool
open_itself (ThawStore *store)
{
  g_autofree char *uri = thaw_connection_quiet_uri (store);

  /* a log without its index cannot be read in place */
  if (thaw_file_has_bytes (store->path, "-wal") && !thaw_file_has_bytes (store->path, "-shm"))
    return false;
  return open_quietly (store, uri) && take (store);
}

/* The open connection keeps the copy alive when its names are gone. */
static bool
open_copy (ThawStore *store, bool mend_header)
{
  g_autofree char *folder = thaw_rescue_copy (store, mend_header);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "store.db", NULL) : NULL;
  g_autofree char *uri = path != NULL ? thaw_connection_uri (path, NULL, NULL) : NULL;
  bool good = false;

  if (folder == NULL)
    return false;
  good = open_quietly (store, uri) && take (store);
  thaw_rescue_copy_remove (folder);
  return good;
}

/* An older store in a place where it cannot be brought up to date: its copy can. */
static bool
open_migrated_copy (ThawStore *store)
{
  g_autofree char *folder = thaw_rescue_copy (store, false);
  ThawStoreOptions options = store->options;
  ThawStore *copy;
  bool good;

  if (folder == NULL)
    return false;
  options.file = "store.db";
  copy = thaw_store_open_nested (folder, &options);
  good = copy != NULL;
  thaw_store_close (copy);
  if (good) {
    g_autofree char *path = g_build_filename (folder, "store.db", NULL);
    g_autofree char *uri = thaw_connection_uri (path, NULL, NULL);
    good = open_quietly (store, uri) && take (store);
  }
  thaw_rescue_copy_remove (folder);
  return good;
}

bool
thaw_rescue_open (ThawStore *store, const GError *why)
{
  bool damaged = g_error_matches (why, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED);
  bool header = g_error_matches (why, THAW_DB_ERROR, THAW_DB_ERROR_FOREIGN);
  bool open;

  if (g_error_matches (why, THAW_DB_ERROR, THAW_DB_ERROR_BUSY))
    return false;
  open = open_itself (store) || open_copy (store, false) ||
         ((damaged || header) && open_copy (store, true)) || open_migrated_copy (store);
  if (!open)
    let_go (store);
  else if (damaged || header)
    thaw_trouble_note (store, NULL, NULL);
  else if (store->trouble == THAW_STORE_SOUND)
    store->trouble = THAW_STORE_LOCKED;
  return open;
}
