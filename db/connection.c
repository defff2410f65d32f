/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SQLite connection: whose file it is, its settings, its journal. */
#include "store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* SQLite 3.7.0 to 3.51.2, but for the corrected releases of two older series.
 * Source: sqlite.org/wal.html, "The WAL-reset bug". */
bool
thaw_sqlite_has_wal_reset_bug (int libversion_number)
{
  if (libversion_number < 3007000 || libversion_number >= 3051003)
    return false;
  if (libversion_number >= 3044006 && libversion_number < 3045000)
    return false;
  return !(libversion_number >= 3050007 && libversion_number < 3051000);
}

bool
thaw_filesystem_is_remote (unsigned long type)
{
  /* Source: statfs(2) and linux/magic.h. */
  static const unsigned long remote[] = {
      0x6969,     /* NFS      */
      0x517b,     /* SMB      */
      0xff534d42, /* CIFS     */
      0xfe534d42, /* SMB2     */
      0x65735546, /* FUSE     */
      0x01021997, /* 9p       */
      0x5346414f, /* AFS      */
      0x6b414653, /* kAFS     */
      0x73757245, /* Coda     */
      0x564c,     /* NCP      */
      0x00c36400, /* Ceph     */
      0x0bd00bd0, /* Lustre   */
      0x01161970, /* GFS2     */
      0x7461636f, /* OCFS2    */
      0x786f4256, /* VirtualBox shared folder */
  };

  for (size_t i = 0; i < G_N_ELEMENTS (remote); i++)
    if (remote[i] == type)
      return true;
  return false;
}

char *
thaw_connection_uri (const char *path, const char *key, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *parameter = NULL;

  if (key == NULL)
    return g_strconcat ("file:", escaped, NULL);
  parameter = g_uri_escape_string (value, "/", FALSE);
  return g_strconcat ("file:", escaped, "?", key, "=", parameter, NULL);
}

bool
thaw_file_has_bytes (const char *path, const char *suffix)
{
  g_autofree char *name = g_strconcat (path, suffix, NULL);
  struct stat st;

  return stat (name, &st) == 0 && st.st_size > 0;
}

/* With a live log beside it the parameter readonly_shm reads through the log, which may hold a
 * newer header; else immutable. */
char *
thaw_connection_quiet_uri (ThawStore *store)
{
  if (thaw_file_has_bytes (store->path, "-wal") && thaw_file_has_bytes (store->path, "-shm"))
    return thaw_connection_uri (store->path, "readonly_shm", "1");
  return thaw_connection_uri (store->path, "immutable", "1");
}

/* Reading the header with open() and close() would drop the locks that SQLite holds on the same
 * file for another thread's store; SQLite itself knows how to close. */
gboolean
thaw_connection_peek (ThawStore *store, int *version, GError **error)
{
  g_autofree char *uri = NULL;
  sqlite3 *db = NULL;
  struct stat st;
  bool ours = false;
  int rc, application_id = 0;

  *version = THAW_VERSION_FRESH;
  if (stat (store->path, &st) != 0) {
    if (errno == ENOENT)
      return TRUE;
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: cannot be opened: %s"),
                 store->path, g_strerror (errno));
    return FALSE;
  }
  if (!S_ISREG (st.st_mode)) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_FOREIGN,
                 _ ("%s: is not a regular file, expected a store of Thaw"), store->path);
    return FALSE;
  }
  if (st.st_size == 0)
    return TRUE;
  uri = thaw_connection_quiet_uri (store);
  rc = sqlite3_open_v2 (uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, store->options.vfs);
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (rc == SQLITE_OK)
    rc = thaw_schema_identify (db, &ours, &application_id, version);
  sqlite3_close (db);
  if (rc == SQLITE_NOTADB)
    return thaw_db_fail (store, rc, error);
  /* Anything else may come from looking without locks: the real connection decides. */
  if (rc != SQLITE_OK) {
    *version = THAW_VERSION_UNKNOWN;
    return TRUE;
  }
  return thaw_schema_accept (store, ours, application_id, *version, error);
}

/* Settings of the connection, none of which touches the file. */
static gboolean
configure (ThawStore *store, GError **error)
{
  sqlite3_extended_result_codes (store->db, 1);
  sqlite3_busy_timeout (store->db, THAW_BUSY_TIMEOUT_MS);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  sqlite3_limit (store->db, SQLITE_LIMIT_ATTACHED, 0);
  if (!thaw_statement_exec (store,
                            "PRAGMA trusted_schema = OFF;"
                            "PRAGMA foreign_keys = ON;"
                            "PRAGMA cell_size_check = ON;"
                            "PRAGMA mmap_size = 0;"
                            "PRAGMA synchronous = FULL;",
                            error))
    return FALSE;
  return store->mode == THAW_STORE_WRITE ||
         thaw_statement_exec (store, "PRAGMA query_only = ON", error);
}

/* Never checkpoints a stranger's log on the way out; store.c lifts this for a store of ours. */
static gboolean
check (ThawStore *store, int *version, GError **error)
{
  bool ours = false;
  int application_id = 0;
  int rc;

  sqlite3_db_config (store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  rc = thaw_schema_identify (store->db, &ours, &application_id, version);
  if (rc != SQLITE_OK)
    return thaw_db_fail (store, rc, error);
  return thaw_schema_accept (store, ours, application_id, *version, error);
}

/* SQLite cannot say why a file could not be made: it tries to open it for reading then, and says
 * that it is not there. A new file has no locks that closing it could drop. */
static gboolean
make_file (ThawStore *store, GError **error)
{
  int fd, number;

  if (g_file_test (store->path, G_FILE_TEST_EXISTS))
    return TRUE;
  fd = open (store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  number = errno;
  if (fd >= 0)
    close (fd);
  if (fd >= 0 || number == EEXIST)
    return TRUE;
  g_set_error (error, THAW_DB_ERROR,
               number == ENOSPC || number == EDQUOT ? THAW_DB_ERROR_FULL : THAW_DB_ERROR_IO,
               _ ("%s: cannot be made: %s"), store->path, g_strerror (number));
  return FALSE;
}

/* SQLite opens for reading what it could not open for writing, and keeps the reason to itself. */
static bool
is_only_read (ThawStore *store)
{
  return store->mode == THAW_STORE_WRITE && sqlite3_db_readonly (store->db, "main") == 1 &&
         access (store->path, W_OK) == 0;
}

/* Where the file may be written and was opened for reading all the same, an error has hit that very
 * call: it is tried once more. */
static gboolean
open_file (ThawStore *store, const char *uri, int flags, GError **error)
{
  int rc = sqlite3_open_v2 (uri, &store->db, flags | SQLITE_OPEN_URI, store->options.vfs), number;

  if (rc == SQLITE_OK && is_only_read (store)) {
    sqlite3_close (store->db);
    store->db = NULL;
    errno = 0;
    rc = sqlite3_open_v2 (uri, &store->db, flags | SQLITE_OPEN_URI, store->options.vfs);
    number = errno;
    if (rc == SQLITE_OK && is_only_read (store)) {
      g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: cannot be written: %s"),
                   store->path, g_strerror (number != 0 ? number : EIO));
      return FALSE;
    }
  }
  return rc == SQLITE_OK || thaw_db_fail (store, rc, error);
}

gboolean
thaw_connection_open (ThawStore *store, int *version, GError **error)
{
  g_autofree char *lock = g_build_filename (store->home, "store.lock", NULL);
  bool writes = store->mode == THAW_STORE_WRITE;
  /* A new file gets the lock file's mode, 0600, and those beside it follow. */
  g_autofree char *uri = thaw_connection_uri (store->path, writes ? "modeof" : NULL, lock);
  int flags = writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;

  if (writes && !make_file (store, error))
    return FALSE;
  if (!open_file (store, uri, flags, error))
    return FALSE;
  return configure (store, error) && check (store, version, error);
}

gboolean
thaw_connection_open_memory (ThawStore *store, GError **error)
{
  int rc = sqlite3_open_v2 (":memory:", &store->db,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, NULL);

  if (rc != SQLITE_OK)
    return thaw_db_fail (store, rc, error);
  store->in_memory = true;
  return thaw_schema_migrate (store, 0, error) && configure (store, error);
}

ThawStore *
thaw_connection_new_temporary (const ThawStore *like, gint64 page_bytes, GError **error)
{
  ThawStore *store = g_new0 (ThawStore, 1);
  g_autofree char *size = g_strdup_printf ("PRAGMA page_size = %d", (int) page_bytes);
  int rc;

  store->home = g_strdup (like->home);
  store->path = g_strdup (like->path);
  store->options = like->options;
  store->mode = THAW_STORE_WRITE;
  store->lock_fd = -1;
  rc = sqlite3_open_v2 ("", &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  if (rc != SQLITE_OK)
    thaw_db_fail (store, rc, error);
  else if (thaw_statement_exec (store, size, error) && thaw_schema_migrate (store, 0, error)) {
    sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
    sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    return store;
  }
  thaw_store_close (store);
  return NULL;
}

/* Asks for a journal mode; the answer is the one in force. (transfer full) */
static char *
journal_answer (ThawStore *store, const char *sql, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, sql, error);

  if (statement == NULL || thaw_statement_step (store, statement, error) != THAW_STEP_ROW)
    return NULL;
  return thaw_column_text (statement, 0);
}

gboolean
thaw_connection_set_journal (ThawStore *store, GError **error)
{
  bool remote = store->options.remote == THAW_YES;
  g_autofree char *answer = NULL;

  if (!remote)
    answer = journal_answer (store, "PRAGMA journal_mode = WAL", error);
  if (!remote && answer == NULL)
    return FALSE;
  store->wal = g_strcmp0 (answer, "wal") == 0;
  if (!store->wal) {
    g_free (answer);
    answer = journal_answer (store, "PRAGMA journal_mode = TRUNCATE", error);
    if (answer == NULL)
      return FALSE;
    if (!g_str_equal (answer, "truncate")) {
      g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO,
                   _ ("%s: its journal mode is %s, expected truncate on this file system"),
                   store->path, answer);
      return FALSE;
    }
  }
  return thaw_statement_exec (store, "PRAGMA journal_size_limit = 16777216", error);
}
