/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things lie below the home, and making folders that survive a power cut. */
#include "store-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

char *
thaw_store_default_home (void)
{
  const char *home = g_getenv ("THAW_HOME");

  if (home != NULL && home[0] != '\0')
    return g_strdup (home);
  return g_build_filename (g_get_user_data_dir (), "thaw", NULL);
}

bool
thaw_run_id_is_valid (const char *id)
{
  return id != NULL && strlen (id) == 32 && strspn (id, "0123456789abcdef") == 32;
}

char *
thaw_store_run_folder (const ThawStore *store, const char *run_id)
{
  g_return_val_if_fail (store != NULL, NULL);
  g_return_val_if_fail (thaw_run_id_is_valid (run_id), NULL);

  return g_build_filename (store->home, "runs", run_id, NULL);
}

int
thaw_folder_sync (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), number = 0;

  if (fd < 0)
    return errno == EACCES ? 0 : errno;   /* may be written to and not read: nothing can be done */
  if (fsync (fd) != 0 && errno != EINVAL) /* some file systems have no such thing */
    number = errno;
  close (fd);
  return number;
}

static gboolean
cannot_make (const char *path, int number, GError **error)
{
  g_set_error (error, THAW_DB_ERROR,
               number == ENOSPC || number == EDQUOT ? THAW_DB_ERROR_FULL : THAW_DB_ERROR_IO,
               _ ("%s: the folder cannot be made: %s"), path, g_strerror (number));
  return FALSE;
}

gboolean
thaw_folder_make (const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int number;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (!g_str_equal (parent, path) && !thaw_folder_make (parent, error))
    return FALSE;
  if (mkdir (path, 0700) != 0 && !(errno == EEXIST && g_file_test (path, G_FILE_TEST_IS_DIR)))
    return cannot_make (path, errno, error);
  number = thaw_folder_sync (parent);
  if (number == 0)
    return TRUE;
  rmdir (path); /* else it would be taken for one that is safe */
  return cannot_make (path, number, error);
}

/* --- Deleting -----------------------------------------------------------------------------------
 */

enum { DEEPEST = 16 };

static int remove_entry (int parent, const char *name, dev_t device, int depth);

/* Empties an open folder but for `last`. 0 or a number of errno. */
static int
empty_folder (int fd, const char *last, dev_t device, int depth)
{
  DIR *folder = fdopendir (fd);
  struct dirent *entry;
  int failed = 0;

  if (folder == NULL) {
    failed = errno;
    close (fd);
    return failed;
  }
  while (failed == 0 && (errno = 0, entry = readdir (folder)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0 &&
        g_strcmp0 (entry->d_name, last) != 0)
      failed = remove_entry (dirfd (folder), entry->d_name, device, depth);
  if (failed == 0 && errno != 0)
    failed = errno;
  if (failed == 0 && last != NULL && unlinkat (dirfd (folder), last, 0) != 0 && errno != ENOENT)
    failed = errno;
  closedir (folder);
  return failed;
}

static int
remove_entry (int parent, const char *name, dev_t device, int depth)
{
  struct stat st;
  int fd, failed;

  if (unlinkat (parent, name, 0) == 0 || errno == ENOENT)
    return 0;
  if (errno != EISDIR && errno != EPERM)
    return errno == EACCES ? 0 : errno; /* may be written to and not read: nothing can be done */
  fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return errno == EACCES ? 0 : errno; /* may be written to and not read: nothing can be done */
  if (fstat (fd, &st) != 0 || st.st_dev != device || depth == 0) {
    close (fd);
    return depth == 0 ? ELOOP : EXDEV;
  }
  failed = empty_folder (fd, NULL, device, depth - 1);
  if (failed == 0 && unlinkat (parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
    failed = errno;
  return failed;
}

static int
remove_folder (const char *path, const char *last)
{
  struct stat st;
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), failed;

  if (fd < 0)
    return errno == ENOENT ? 0 : errno;
  if (fstat (fd, &st) != 0) {
    failed = errno;
    close (fd);
    return failed;
  }
  failed = empty_folder (fd, last, st.st_dev, DEEPEST);
  if (failed == 0 && rmdir (path) != 0 && errno != ENOENT)
    failed = errno;
  return failed;
}

gboolean
thaw_folder_remove (const char *path, const char *last, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int failed = remove_folder (path, last);

  if (failed != 0) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_IO, _ ("%s: cannot be deleted: %s"), path,
                 g_strerror (failed));
    return FALSE;
  }
  thaw_folder_sync (parent);
  return TRUE;
}
