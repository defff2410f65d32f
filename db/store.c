/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing a store. */
#include "lock.h"
#include "store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { CLOSE_WAIT_MS = 1000 };

/* One opening at a time in this process: while one thread peeks with a read-only shared-memory
 * file, another's real connection would inherit it. */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

gint64
thaw_now_ms (void)
{
  return g_get_real_time () / 1000;
}

int
thaw_store_latest_version (const ThawStore *store)
{
  return store->options.n_steps;
}

const char *
thaw_store_home (const ThawStore *store)
{
  g_return_val_if_fail (store != NULL, NULL);
  return store->home;
}

static ThawStore *
new_store (const char *home, ThawStoreMode mode, const ThawStoreOptions *options)
{
  ThawStore *store = g_new0 (ThawStore, 1);

  store->home = g_canonicalize_filename (home, NULL);
  store->path = options->file != NULL ? g_build_filename (store->home, options->file, NULL)
                                      : thaw_store_file (store->home);
  store->mode = mode;
  store->options = *options;
  store->lock_fd = -1;
  store->checkpoint_at_bytes = THAW_CHECKPOINT_BYTES;
  if (store->options.steps == NULL) {
    store->options.steps = thaw_schema_steps;
    store->options.n_steps = thaw_schema_n_steps;
  }
  if (store->options.wal_reset_bug == THAW_AUTO)
    store->options.wal_reset_bug =
        thaw_sqlite_has_wal_reset_bug (sqlite3_libversion_number ()) ? THAW_YES : THAW_NO;
  return store;
}

static gboolean
look_at_filesystem (ThawStore *store, GError **error)
{
  struct statfs fs;

  if (store->options.remote != THAW_AUTO)
    return TRUE;
  if (statfs (store->home, &fs) != 0) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: cannot be opened: %s"),
                 store->home, g_strerror (errno));
    return FALSE;
  }
  store->options.remote =
      thaw_filesystem_is_remote ((unsigned long) (unsigned int) fs.f_type) ? THAW_YES : THAW_NO;
  return TRUE;
}

static gboolean
take_lock_file (ThawStore *store, GError **error)
{
  g_autofree char *path = g_build_filename (store->home, "store.lock", NULL);
  int failed;

  store->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  failed = store->lock_fd < 0 ? errno : thaw_lock_take (store->lock_fd, THAW_BUSY_TIMEOUT_MS);
  if (failed == 0)
    return TRUE;
  if (failed == EAGAIN)
    return thaw_db_fail (store, SQLITE_BUSY, error);
  g_set_error (error, THAW_DB_ERROR,
               failed == ENOSPC || failed == EDQUOT ? THAW_DB_ERROR_FULL : THAW_DB_ERROR_IO,
               _ ("%s: cannot be locked: %s"), path, g_strerror (failed));
  return FALSE;
}

static gboolean
prepare_statements (ThawStore *store, GError **error)
{
  store->version = thaw_statement_new (store, "PRAGMA user_version", error);
  if (store->version == NULL)
    return FALSE;
  store->data_version = thaw_statement_new (store, "PRAGMA data_version", error);
  return store->data_version != NULL;
}

static gboolean
read_page_size (ThawStore *store, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, "PRAGMA page_size", error);

  if (statement == NULL || thaw_statement_step (store, statement, error) != THAW_STEP_ROW)
    return FALSE;
  store->page_bytes = sqlite3_column_int (statement, 0);
  return TRUE;
}

/* On a library with the WAL-reset bug nobody checkpoints but us, under our lock. */
static void
set_checkpoints (ThawStore *store)
{
  store->serialise = store->wal && store->options.wal_reset_bug == THAW_YES;
  if (store->serialise) {
    sqlite3_wal_autocheckpoint (store->db, 0);
    sqlite3_wal_hook (store->db, thaw_transaction_wal_hook, store);
  }
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
}

/* Damage is no reason for whoever mends it; but nothing is built on it. */
static gboolean
may_write (ThawStore *store, int version, GError **error)
{
  if (!store->options.mend)
    return thaw_look_before_writing (store, error);
  if (version == thaw_store_latest_version (store))
    return TRUE;
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE,
               _ ("%s: is of version %d; only a store of version %d is mended"), store->path,
               version, thaw_store_latest_version (store));
  return FALSE;
}

/* The caller holds store.lock: of two programs that start together, one makes the tables. */
static gboolean
open_locked (ThawStore *store, GError **error)
{
  int version;

  if (!thaw_connection_open (store, &version, error) || !may_write (store, version, error) ||
      !thaw_connection_set_journal (store, error) || !read_page_size (store, error))
    return FALSE;
  set_checkpoints (store);
  return thaw_schema_migrate (store, version, error) && prepare_statements (store, error);
}

static gboolean
open_for_writing (ThawStore *store, GError **error)
{
  int version;
  gboolean good;

  if (!thaw_connection_peek (store, &version, error) || !thaw_folder_make (store->home, error) ||
      !look_at_filesystem (store, error) || !take_lock_file (store, error))
    return FALSE;
  good = open_locked (store, error);
  thaw_lock_drop (store->lock_fd);
  return good;
}

/* An older store is brought up to date by opening it for writing once. */
static gboolean
migrate_first (ThawStore *store, GError **error)
{
  ThawStore *writer = new_store (store->home, THAW_STORE_WRITE, &store->options);
  gboolean good = open_for_writing (writer, error);

  thaw_store_close (writer);
  return good;
}

static gboolean
open_existing (ThawStore *store, int *version, GError **error)
{
  g_clear_pointer (&store->db, sqlite3_close);
  return thaw_connection_open (store, version, error);
}

static gboolean
leave_old (ThawStore *store, int version, GError **error)
{
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE,
               _ ("%s: is of version %d, and was to stay so"), store->path, version);
  return FALSE;
}

static gboolean
open_plainly (ThawStore *store, GError **error)
{
  int version;

  if (!thaw_connection_peek (store, &version, error))
    return FALSE;
  if (version != THAW_VERSION_FRESH && !open_existing (store, &version, error))
    return FALSE;
  store->version_found = version;
  if (version != THAW_VERSION_FRESH && version < thaw_store_latest_version (store) &&
      store->options.look_only)
    return leave_old (store, version, error);
  if (version != THAW_VERSION_FRESH && version < thaw_store_latest_version (store) &&
      (!migrate_first (store, error) || !open_existing (store, &version, error)))
    return FALSE;
  return version != THAW_VERSION_FRESH || thaw_connection_open_memory (store, error);
}

static gboolean
open_for_reading (ThawStore *store, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (open_plainly (store, &why) || thaw_rescue_open (store, why))
    return prepare_statements (store, error);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* For rescue.c, which is called within an opening. */
ThawStore *
thaw_store_open_nested (const char *home, const ThawStoreOptions *options)
{
  ThawStore *store = new_store (home, THAW_STORE_WRITE, options);

  if (!open_for_writing (store, NULL))
    g_clear_pointer (&store, thaw_store_close);
  return store;
}

ThawStore *
thaw_store_open_with (const char *home,
                      ThawStoreMode mode,
                      const ThawStoreOptions *options,
                      GError **error)
{
  ThawStore *store = new_store (home, mode, options);
  gboolean good;

  pthread_mutex_lock (&opening);
  good =
      mode == THAW_STORE_WRITE ? open_for_writing (store, error) : open_for_reading (store, error);
  pthread_mutex_unlock (&opening);
  if (!good)
    g_clear_pointer (&store, thaw_store_close);
  return store;
}

ThawStore *
thaw_store_open (const char *home, ThawStoreMode mode, GError **error)
{
  static const ThawStoreOptions options;

  g_return_val_if_fail (home != NULL, NULL);
  return thaw_store_open_with (home, mode, &options, error);
}

/* The last connection to leave empties the log and removes it; under store.lock, like every
 * checkpoint on a library with the WAL-reset bug. */
static void
close_connection (ThawStore *store)
{
  bool locked = false;

  if (store->serialise) {
    locked = thaw_lock_take (store->lock_fd, CLOSE_WAIT_MS) == 0;
    if (locked)
      thaw_transaction_checkpoint (store);
    else
      sqlite3_db_config (store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  }
  sqlite3_close (store->db);
  if (locked)
    thaw_lock_drop (store->lock_fd);
}

void
thaw_store_close (ThawStore *store)
{
  if (store == NULL)
    return;
  sqlite3_finalize (store->version);
  sqlite3_finalize (store->data_version);
  close_connection (store);
  if (store->lock_fd >= 0)
    close (store->lock_fd);
  thaw_trouble_clear (store);
  g_free (store->home);
  g_free (store->path);
  g_free (store);
}

/* A home that had no store has one now: look at that one from here on. */
static void
look_again (ThawStore *store)
{
  ThawStore *found = NULL;
  gint64 base = store->data_version_base;

  if (g_file_test (store->path, G_FILE_TEST_EXISTS))
    found = thaw_store_open_with (store->home, THAW_STORE_READ, &store->options, NULL);
  if (found != NULL && !found->in_memory) {
    ThawStore old = *store;

    *store = *found;
    *found = old;
    store->data_version_base = base + ((gint64) 1 << 40);
  }
  thaw_store_close (found);
}

gint64
thaw_store_data_version (ThawStore *store)
{
  g_return_val_if_fail (store != NULL, 0);
  if (store->in_memory)
    look_again (store);
  if (sqlite3_step (store->data_version) == SQLITE_ROW)
    store->last_data_version =
        store->data_version_base + sqlite3_column_int64 (store->data_version, 0);
  sqlite3_reset (store->data_version);
  return store->last_data_version;
}
