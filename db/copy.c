/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of the store beside itself: before it is brought to another version, or mended. */
#include "store-private.h"

#include <errno.h>
#include <glib/gstdio.h>

/* A name that is not taken: STEM.db, STEM-2.db, ... */
static char *
free_path (const ThawStore *store, const char *stem)
{
  g_autofree char *name = g_strconcat (stem, ".db", NULL);
  char *path = g_build_filename (store->home, name, NULL);

  for (int n = 2; g_file_test (path, G_FILE_TEST_EXISTS); n++) {
    g_autofree char *next = g_strdup_printf ("%s-%d.db", stem, n);

    g_free (path);
    path = g_build_filename (store->home, next, NULL);
  }
  return path;
}

static int
copy_pages (sqlite3 *from, sqlite3 *to)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");
  int rc, finish;

  if (backup == NULL)
    return sqlite3_errcode (to);
  rc = sqlite3_backup_step (backup, -1);
  finish = sqlite3_backup_finish (backup);
  return rc == SQLITE_DONE ? finish : rc;
}

static int
copy_to (ThawStore *store, ThawStore *copy)
{
  g_autofree char *uri = thaw_connection_uri (copy->path, "modeof", store->path);
  int rc =
      sqlite3_open_v2 (uri, &copy->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI,
                       store->options.vfs);

  if (rc == SQLITE_OK)
    rc = sqlite3_extended_result_codes (copy->db, 1);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec (copy->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
  return rc == SQLITE_OK ? copy_pages (store->db, copy->db) : rc;
}

gboolean
thaw_copy_beside (ThawStore *store, const char *stem, char **path, GError **error)
{
  g_autofree char *name = free_path (store, stem);
  g_autofree char *part = g_strconcat (name, ".part", NULL);
  ThawStore copy = {.path = part};
  int rc;

  g_unlink (part);
  rc = copy_to (store, &copy);
  if (rc != SQLITE_OK)
    thaw_db_fail (&copy, rc, error);
  sqlite3_close (copy.db);
  if (rc == SQLITE_OK && g_rename (part, name) != 0) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: cannot be made: %s"), name,
                 g_strerror (errno));
    rc = SQLITE_IOERR;
  }
  if (rc != SQLITE_OK) {
    g_unlink (part);
    return FALSE;
  }
  thaw_folder_sync (store->home);
  *path = g_steal_pointer (&name);
  return TRUE;
}

gboolean
thaw_store_copy_beside (ThawStore *store, char **path, GError **error)
{
  g_return_val_if_fail (store != NULL && path != NULL, FALSE);

  return thaw_copy_beside (store, "store-before-repair", path, error);
}
