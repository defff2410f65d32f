/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The `.part` file of one download. */
#include "part.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define CHUNK (1024 * 1024)
#define SPARE_BYTES (16 * 1024 * 1024) /* left free on a disk */

/* Always FALSE: "FOLDER/NAME: what", with the system's reason. */
static gboolean
fail_errno (const ThawPart *part, const char *name, GError **error)
{
  int reason = errno;

  g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_IO, "%s%s%s: %s", part->folder,
               *name != 0 ? "/" : "", name, g_strerror (reason));
  return FALSE;
}

gboolean
thaw_part_init (ThawPart *part, const char *path, GError **error)
{
  *part = (ThawPart){.folder = g_path_get_dirname (path),
                     .name = g_path_get_basename (path),
                     .folder_fd = -1,
                     .fd = -1};
  part->part_name = g_strconcat (part->name, ".part", NULL);
  part->folder_fd = open (part->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return part->folder_fd >= 0 || fail_errno (part, "", error);
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

void
thaw_part_clear (ThawPart *part)
{
  close_fd (&part->fd);
  close_fd (&part->folder_fd);
  g_clear_pointer (&part->folder, g_free);
  g_clear_pointer (&part->name, g_free);
  g_clear_pointer (&part->part_name, g_free);
}

/* (transfer full) */
static char *
hash_fd (const ThawPart *part, const char *name, int fd, GCancellable *cancel, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *chunk = g_malloc (CHUNK);
  off_t at = 0;

  for (;;) {
    if (g_cancellable_set_error_if_cancelled (cancel, error))
      return NULL;
    ssize_t got = pread (fd, chunk, CHUNK, at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      fail_errno (part, name, error);
      return NULL;
    }
    if (got == 0)
      return g_strdup (g_checksum_get_string (sum));
    g_checksum_update (sum, chunk, got);
    at += got;
  }
}

gboolean
thaw_part_is_done (
    ThawPart *part, uint64_t bytes, const char *sha256, GCancellable *cancel, GError **error)
{
  struct stat info;
  int fd = openat (part->folder_fd, part->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  g_autofree char *found = NULL;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) &&
      (bytes == 0 || (uint64_t) info.st_size == bytes))
    found = hash_fd (part, part->name, fd, cancel, error);
  else if (S_ISDIR (info.st_mode))
    g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_IO,
                 _ ("%s/%s is a folder, expected a file or nothing"), part->folder, part->name);
  close (fd);
  return found != NULL && g_ascii_strcasecmp (found, sha256) == 0;
}

/* One download at a time may write: the lock goes with the open file, so nobody has to clean up. */
static bool
lock_busy (int fd)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

  return fcntl (fd, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES);
}

/* Whether the name still leads to the open file: another download may have published it between
 * our open and our lock. */
static bool
name_is_ours (const ThawPart *part, const struct stat *info)
{
  struct stat named;

  return fstatat (part->folder_fd, part->part_name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         named.st_dev == info->st_dev && named.st_ino == info->st_ino;
}

gboolean
thaw_part_open (ThawPart *part, GError **error)
{
  struct stat info;

  for (int tries = 0; tries < 5; tries++) {
    part->fd = openat (part->folder_fd, part->part_name,
                       O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (part->fd < 0 || fstat (part->fd, &info) != 0)
      return fail_errno (part, part->part_name, error);
    if (!S_ISREG (info.st_mode) || info.st_nlink > 1) {
      g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_IO,
                   _ ("%s/%s is not a file of its own, expected what an earlier download left"),
                   part->folder, part->part_name);
      return FALSE;
    }
    if (lock_busy (part->fd))
      break;
    if (name_is_ours (part, &info)) {
      part->size = (uint64_t) info.st_size;
      return TRUE;
    }
    close_fd (&part->fd);
  }
  g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_IO,
               _ ("%s/%s is in use: another download of the same file is under way"), part->folder,
               part->part_name);
  return FALSE;
}

gboolean
thaw_part_truncate (ThawPart *part, GError **error)
{
  if (ftruncate (part->fd, 0) != 0)
    return fail_errno (part, part->part_name, error);
  part->size = 0;
  return TRUE;
}

gboolean
thaw_part_append (ThawPart *part, const void *bytes, gsize n, GError **error)
{
  const char *at = bytes;

  while (n > 0) {
    ssize_t put = pwrite (part->fd, at, n, (off_t) part->size);
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      return fail_errno (part, part->part_name, error);
    at += put;
    n -= (gsize) put;
    part->size += (uint64_t) put;
  }
  return TRUE;
}

char *
thaw_part_sha256 (ThawPart *part, GCancellable *cancel, GError **error)
{
  return hash_fd (part, part->part_name, part->fd, cancel, error);
}

gboolean
thaw_part_publish (ThawPart *part, GError **error)
{
  if (fsync (part->fd) != 0)
    return fail_errno (part, part->part_name, error);
  if (renameat (part->folder_fd, part->part_name, part->folder_fd, part->name) != 0)
    return fail_errno (part, part->name, error);
  if (fsync (part->folder_fd) != 0)
    return fail_errno (part, "", error);
  return TRUE;
}

void
thaw_part_remove (ThawPart *part)
{
  (void) unlinkat (part->folder_fd, part->part_name, 0);
}

gboolean
thaw_part_check_space (const ThawPart *part, uint64_t more, GError **error)
{
  struct statvfs disk;

  if (fstatvfs (part->folder_fd, &disk) != 0)
    return TRUE; /* not known: the write will tell */
  uint64_t available = (uint64_t) disk.f_bavail * disk.f_frsize;
  if (more == 0 || (available > SPARE_BYTES && available - SPARE_BYTES >= more))
    return TRUE;
  g_autofree char *have = g_format_size (available), *want = g_format_size (more);
  g_set_error (error, THAW_FETCH_ERROR, THAW_FETCH_ERROR_IO,
               _ ("%s has %s of free space, expected %s for the download and a little more"),
               part->folder, have, want);
  return FALSE;
}
