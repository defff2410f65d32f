/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of a store to read from. The bytes come through SQLite's own file methods: opening and
 * closing a database by other means would drop the locks that this process holds on it.
 * Source: sqlite.org/fileformat2.html, "The Database Header". */
#include "store-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { BLOCK_BYTES = 1 << 20, HEADER_BYTES = 100, LEAF = 13, INTERIOR = 5 };

static bool
has_room (const char *folder, gint64 bytes)
{
  struct statvfs fs;

  return statvfs (folder, &fs) == 0 && (double) fs.f_bavail * (double) fs.f_frsize / 2 > bytes;
}

static bool
write_all (int fd, const guchar *bytes, gsize n)
{
  while (n > 0) {
    ssize_t done = write (fd, bytes, n);
    if (done <= 0)
      return false;
    bytes += done;
    n -= (gsize) done;
  }
  return true;
}

static bool
copy_bytes (sqlite3_file *from, int to, const char *folder)
{
  g_autofree guchar *block = g_malloc (BLOCK_BYTES);
  sqlite3_int64 size = 0;

  if (from->pMethods->xFileSize (from, &size) != SQLITE_OK || !has_room (folder, size))
    return false;
  for (sqlite3_int64 at = 0; at < size; at += BLOCK_BYTES) {
    int n = (int) MIN (size - at, BLOCK_BYTES);
    int rc = from->pMethods->xRead (from, block, n, at);
    if ((rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ) || !write_all (to, block, (gsize) n))
      return false;
  }
  return true;
}

/* flags: what SQLite takes the file for. */
static bool
copy_file (const char *path, const char *folder, const char *name, int flags)
{
  g_autofree char *target = g_build_filename (folder, name, NULL);
  sqlite3_vfs *vfs = sqlite3_vfs_find (NULL);
  g_autofree sqlite3_file *file = g_malloc0 ((gsize) vfs->szOsFile);
  sqlite3_filename given = sqlite3_create_filename (path, "", "", 0, NULL);
  bool good = given != NULL &&
              vfs->xOpen (vfs, given, file, flags | SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;
  int fd = good ? open (target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;

  good = fd >= 0 && copy_bytes (file, fd, folder);
  if (fd >= 0)
    close (fd);
  if (file->pMethods != NULL)
    file->pMethods->xClose (file);
  sqlite3_free_filename (given);
  return good;
}

/* --- The header --- */

static void
put (guchar *at, guint32 value, int bytes)
{
  for (int i = bytes - 1; i >= 0; i--, value >>= 8)
    at[i] = (guchar) value;
}

/* The size of a page, by where pages of a tree begin; 0: this is no database. */
static guint32
guess_page_bytes (const guchar *bytes, gsize size)
{
  static const guint32 sizes[] = {4096, 1024, 2048, 8192, 16384, 32768, 512};

  if (size < 512 || (bytes[HEADER_BYTES] != LEAF && bytes[HEADER_BYTES] != INTERIOR))
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (size >= sizes[i] && size % sizes[i] == 0)
      return sizes[i];
  return 0;
}

static void
make_header (guchar *header, guint32 page_bytes, gsize size, bool wal)
{
  memset (header, 0, HEADER_BYTES);
  memcpy (header, "SQLite format 3", 16);
  put (header + 16, page_bytes, 2);
  header[18] = header[19] = wal ? 2 : 1;
  header[21] = 64;
  header[22] = header[23] = 32;
  put (header + 24, 1, 4); /* change counter */
  put (header + 28, (guint32) (size / page_bytes), 4);
  put (header + 40, 1, 4); /* schema cookie */
  put (header + 44, 4, 4); /* schema format */
  put (header + 56, 1, 4); /* UTF-8 */
  put (header + 60, THAW_STORE_VERSION, 4);
  put (header + 68, THAW_STORE_APPLICATION_ID, 4);
  put (header + 92, 1, 4); /* the page count holds for that counter */
  put (header + 96, (guint32) sqlite3_libversion_number (), 4);
}

/* What the header said can be known without it; of another program's file it could not be told that
 * it is not ours, so the tables have to be ours to the last column. */
static bool
mend (const char *folder, bool wal)
{
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  guchar start[512];
  int fd = open (path, O_RDWR | O_CLOEXEC);
  off_t size = fd >= 0 ? lseek (fd, 0, SEEK_END) : 0;
  guint32 page_bytes = 0;
  bool good = size >= (off_t) sizeof start && pread (fd, start, sizeof start, 0) == sizeof start;

  if (good)
    page_bytes = guess_page_bytes (start, (gsize) size);
  if (page_bytes != 0)
    make_header (start, page_bytes, (gsize) size, wal);
  good = page_bytes != 0 && pwrite (fd, start, HEADER_BYTES, 0) == HEADER_BYTES;
  if (fd >= 0)
    close (fd);
  return good;
}

char *
thaw_rescue_copy (ThawStore *store, bool mend_header)
{
  g_autofree char *folder = g_dir_make_tmp ("thaw-XXXXXX", NULL);
  g_autofree char *log = g_strconcat (store->path, "-wal", NULL);
  bool wal = thaw_file_has_bytes (store->path, "-wal");

  if (folder == NULL)
    return NULL;
  if (copy_file (store->path, folder, "store.db", SQLITE_OPEN_MAIN_DB) &&
      (!wal || copy_file (log, folder, "store.db-wal", SQLITE_OPEN_WAL)) &&
      (!mend_header || mend (folder, wal)))
    return g_steal_pointer (&folder);
  thaw_rescue_copy_remove (folder);
  return NULL;
}

void
thaw_rescue_copy_remove (const char *folder)
{
  thaw_folder_remove (folder, NULL, NULL);
}
