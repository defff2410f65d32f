/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run's lock: whoever holds HOME/runs/ID/lock is its worker, and while nobody does, no worker
 * is alive. The process number in the file is for people only; nothing trusts it. */
#include "lock.h"
#include "store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct _ThawRunLock {
  int fd;
};

static char *
lock_path (ThawStore *store, const char *run_id)
{
  return g_build_filename (store->home, "runs", run_id, "lock", NULL);
}

static long
read_pid (int fd)
{
  char text[32] = "";
  ssize_t n = pread (fd, text, sizeof text - 1, 0);

  return n > 0 ? strtol (text, NULL, 10) : 0;
}

static void
write_pid (int fd)
{
  g_autofree char *text = g_strdup_printf ("%ld\n", (long) getpid ());

  /* A full disk must not keep a run from its lock. */
  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, strlen (text), 0) < 0)
    g_debug ("the process number could not be written");
}

/* The file at `path` is still the one that we have open. */
static bool
is_same_file (int fd, const char *path)
{
  struct stat open_file, there;

  return fstat (fd, &open_file) == 0 && stat (path, &there) == 0 &&
         open_file.st_ino == there.st_ino && open_file.st_dev == there.st_dev;
}

static gboolean
fail (const char *path, const char *run_id, int fd, int number, GError **error)
{
  if (number == EAGAIN) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE,
                 _ ("Run %.8s is being trained already, by process %ld"), run_id, read_pid (fd));
    return FALSE;
  }
  g_set_error (error, THAW_DB_ERROR,
               number == ENOSPC || number == EDQUOT ? THAW_DB_ERROR_FULL : THAW_DB_ERROR_IO,
               _ ("%s: cannot be locked: %s"), path, g_strerror (number));
  return FALSE;
}

/* The names on the way to the run's folder. Who made a folder may have been killed before it was on
 * the disk, and a later power cut would take what has been committed since. */
static gboolean
seal_folders (const ThawStore *store, const char *folder, GError **error)
{
  g_autofree char *runs = g_path_get_dirname (folder), *above = g_path_get_dirname (store->home);
  const char *const paths[] = {runs, store->home, above};

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++) {
    int number = thaw_folder_sync (paths[i]);
    if (number != 0) {
      g_set_error (error, THAW_DB_ERROR,
                   number == ENOSPC || number == EDQUOT ? THAW_DB_ERROR_FULL : THAW_DB_ERROR_IO,
                   _ ("%s: the folder cannot be brought to the disk: %s"), paths[i],
                   g_strerror (number));
      return FALSE;
    }
  }
  return TRUE;
}

ThawRunLock *
thaw_run_lock (ThawStore *store, const char *run_id, GError **error)
{
  g_autofree char *path = NULL, *folder = NULL;
  ThawRunLock *lock;
  int fd, number;

  g_return_val_if_fail (store != NULL && thaw_run_id_is_valid (run_id), NULL);

  path = lock_path (store, run_id);
  folder = thaw_store_run_folder (store, run_id);
  if (!thaw_folder_make (folder, error) || !seal_folders (store, folder, error))
    return NULL;
  do {
    fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    number = fd < 0 ? errno : thaw_lock_take (fd, 0);
    if (number != 0) {
      fail (path, run_id, fd, number, error);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
    if (is_same_file (fd, path))
      break;
    close (fd);
  } while (TRUE);
  write_pid (fd);
  lock = g_new0 (ThawRunLock, 1);
  lock->fd = fd;
  return lock;
}

void
thaw_run_unlock (ThawRunLock *lock)
{
  if (lock == NULL)
    return;
  close (lock->fd);
  g_free (lock);
}

bool
thaw_run_alive (ThawStore *store, const char *run_id)
{
  g_autofree char *path = NULL;
  bool held;
  int fd;

  g_return_val_if_fail (store != NULL, false);
  if (!thaw_run_id_is_valid (run_id))
    return false;
  path = lock_path (store, run_id);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return false;
  held = thaw_lock_is_held (fd);
  close (fd);
  return held;
}
