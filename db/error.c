/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain, and a sentence for each way in which SQLite can fail. */
#include "store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* clang-format off */
G_DEFINE_QUARK (thaw-db-error-quark, thaw_db_error)
/* clang-format on */

/* A write past the quota, or a full disk noticed by fsync, is an I/O error to SQLite, which keeps
 * the system's number for some calls and not for COMMIT: `number` is errno just after the call. */
static bool
is_full (ThawStore *store, int rc, int number)
{
  int primary = rc & 0xff;
  int kept = sqlite3_system_errno (store->db);

  if (primary == SQLITE_FULL)
    return true;
  if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)
    return false;
  return number == ENOSPC || number == EDQUOT || kept == ENOSPC || kept == EDQUOT;
}

/* What the system said, beside SQLite's own words. */
static char *
reason (ThawStore *store, int rc)
{
  int primary = rc & 0xff;
  bool latest = store->db != NULL && sqlite3_extended_errcode (store->db) == rc;
  const char *text = latest ? sqlite3_errmsg (store->db) : sqlite3_errstr (rc);
  int number = store->db != NULL ? sqlite3_system_errno (store->db) : 0;

  if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && number != 0)
    return g_strdup_printf ("%s (%s)", text, g_strerror (number));
  return g_strdup (text);
}

/* SQLite makes a log or a journal beside the store; when that fails it tries to open the file for
 * reading, and says that it is not there. Why, asked again: errno, 0 when it can be made by now. */
static int
why_not_beside (const ThawStore *store)
{
  g_autofree char *path = g_strconcat (store->path, "-probe", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0)
    return errno == EEXIST ? 0 : errno; /* somebody asks at the same time */
  close (fd);
  unlink (path);
  return 0;
}

static void
fail_beside (const ThawStore *store, GError **error)
{
  int number = why_not_beside (store);

  if (number == 0)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO,
                 _ ("%s: a file beside it could not be made a moment ago"), store->path);
  else
    g_set_error (error, THAW_DB_ERROR,
                 number == ENOSPC || number == EDQUOT ? THAW_DB_ERROR_FULL : THAW_DB_ERROR_IO,
                 _ ("%s: no file can be made beside it: %s"), store->path, g_strerror (number));
}

/* SQLite opens a log for reading that it could not open for writing, keeps the reason to itself,
 * and refuses to write much later. */
static void
fail_to_write (const ThawStore *store, GError **error)
{
  if (access (store->path, W_OK) != 0)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: cannot be written: %s"),
                 store->path, g_strerror (errno));
  else
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO,
                 _ ("%s: a file beside it could not be opened for writing a moment ago"),
                 store->path);
}

gboolean
thaw_db_fail (ThawStore *store, int rc, GError **error)
{
  int number = errno;
  g_autofree char *why = reason (store, rc);

  /* SQLite makes damage of a page that the disk does not give (SQLITE_IOERR_CORRUPTFS). */
  if ((rc & 0xff) == SQLITE_CORRUPT && number == EIO) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, "%s: %s (%s)", store->path,
                 sqlite3_errstr (SQLITE_IOERR), g_strerror (EIO));
    return FALSE;
  }
  if ((rc & 0xff) == SQLITE_CANTOPEN && store->db != NULL &&
      sqlite3_system_errno (store->db) == ENOENT && store->mode == THAW_STORE_WRITE &&
      g_file_test (store->path, G_FILE_TEST_EXISTS)) {
    fail_beside (store, error);
    return FALSE;
  }
  if (store->db != NULL && is_full (store, rc, number)) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_FULL,
                 _ ("%s: the disk is full; this change was not saved, all earlier ones are"),
                 store->path);
    return FALSE;
  }
  switch (rc & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_PROTOCOL:
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_BUSY,
                 _ ("%s: has been in use by another program for more than %d seconds"), store->path,
                 THAW_BUSY_TIMEOUT_MS / 1000);
    break;
  case SQLITE_NOTADB:
    g_set_error (
        error, THAW_DB_ERROR, THAW_DB_ERROR_FOREIGN,
        _ ("%s: is not an SQLite database, expected a store of Thaw; it was left untouched"),
        store->path);
    break;
  case SQLITE_CORRUPT:
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED, _ ("%s: is damaged: %s"), store->path,
                 why);
    break;
  case SQLITE_READONLY:
    fail_to_write (store, error);
    break;
  case SQLITE_CANTOPEN:
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: cannot be opened: %s"),
                 store->path, why);
    break;
  default:
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, "%s: %s", store->path, why);
    break;
  }
  return FALSE;
}
