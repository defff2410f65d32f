/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The careful hands: a copy before a row changes, a move where others would delete. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool
doctor_copy_store (Doctor *doctor, GError **error)
{
  return doctor->copy != NULL || thaw_store_copy_beside (doctor->store, &doctor->copy, error);
}

static bool
fail (const char *path, const char *what, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s: %s", path, what,
               g_strerror (errno));
  return false;
}

/* HOME/set-aside-2026-11-22-191533, or one with a number after it. */
static bool
make_folder (Doctor *doctor, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stem = g_date_time_format (now, "set-aside-%Y-%m-%d-%H%M%S");

  for (int n = 1; doctor->aside == NULL; n++) {
    g_autofree char *again = n > 1 ? g_strdup_printf ("-%d", n) : g_strdup ("");
    g_autofree char *name = g_strconcat (stem, again, NULL);
    g_autofree char *path = g_build_filename (doctor->home, name, NULL);
    if (g_mkdir (path, 0700) == 0)
      doctor->aside = g_steal_pointer (&path);
    else if (errno != EEXIST || n > 1000)
      return fail (path, _ ("the folder cannot be made"), error);
  }
  return true;
}

static void
sync_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

bool
doctor_set_aside (Doctor *doctor, const char *path, const char *run_id, char **to, GError **error)
{
  g_autofree char *name = g_path_get_basename (path), *from = g_path_get_dirname (path);
  g_autofree char *folder = NULL, *target = NULL;

  if (!make_folder (doctor, error))
    return false;
  folder = g_build_filename (doctor->aside, run_id, NULL); /* a NULL ends the list */
  if (g_mkdir (folder, 0700) != 0 && errno != EEXIST)
    return fail (folder, _ ("the folder cannot be made"), error);
  target = g_build_filename (folder, name, NULL);
  if (renameat2 (AT_FDCWD, path, AT_FDCWD, target, RENAME_NOREPLACE) != 0)
    return fail (path, _ ("cannot be moved"), error);
  sync_folder (folder);
  sync_folder (from);
  *to = g_steal_pointer (&target);
  return true;
}
