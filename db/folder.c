/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things lie below the home, and making folders that survive a power cut. */
#include "store-private.h"

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

void
thaw_folder_sync (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

gboolean
thaw_folder_make (const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (!g_str_equal (parent, path) && !thaw_folder_make (parent, error))
    return FALSE;
  if (mkdir (path, 0700) != 0 && !(errno == EEXIST && g_file_test (path, G_FILE_TEST_IS_DIR))) {
    int number = errno;

    g_set_error (error, THAW_DB_ERROR,
                 number == ENOSPC || number == EDQUOT ? THAW_DB_ERROR_FULL : THAW_DB_ERROR_IO,
                 _ ("%s: the folder cannot be made: %s"), path, g_strerror (number));
    return FALSE;
  }
  thaw_folder_sync (parent);
  return TRUE;
}
