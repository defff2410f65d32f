/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Part file, fsync, rename, fsync. */
#include "out-file.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t) 1 << 18)
#define MAX_PARTS 10

struct _ThawOutFile {
  const char *path; /* the target, for messages   */
  char *name;       /* its last component         */
  char *part;       /* ".NAME.part"; NULL when there is none to remove */
  int folder, fd;   /* -1 when closed             */
  bool sync_failed; /* the kernel lost pages      */
  uint8_t *buffer;  /* what is not written yet    */
  size_t waiting;   /* bytes in it                */
  uint64_t written; /* bytes taken so far         */
  GChecksum *sum;
};

static gboolean
fail_errno (const ThawOutFile *out, GError **error, const char *sentence)
{
  return thaw_fail (error, THAW_FORMATS_ERROR_IO, out->path, "%s: %s", sentence,
                    g_strerror (errno));
}

/* Closes and removes whatever is left of an attempt. */
static void
out_abandon (ThawOutFile *out)
{
  if (out->fd >= 0)
    close (out->fd);
  out->fd = -1;
  if (out->part != NULL)
    unlinkat (out->folder, out->part, 0);
  g_clear_pointer (&out->part, g_free);
}

static void
out_clear (ThawOutFile *out)
{
  out_abandon (out);
  if (out->folder >= 0)
    close (out->folder);
  g_free (out->name);
  g_free (out->buffer);
  g_clear_pointer (&out->sum, g_checksum_free);
}

static gboolean
open_folder (ThawOutFile *out, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (out->path);

  out->name = g_path_get_basename (out->path);
  out->folder = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (out->folder < 0)
    return fail_errno (out, error, _ ("its folder cannot be opened"));
  return TRUE;
}

/* `.NAME.part`, or with a number when one is there: it may be another writer's, so it stays. */
static gboolean
open_part (ThawOutFile *out, int first, GError **error)
{
  for (int i = first; i < first + MAX_PARTS; i++) {
    g_autofree char *part = i == 0 ? g_strdup_printf (".%s.part", out->name)
                                   : g_strdup_printf (".%s.%d.part", out->name, i);
    out->fd =
        openat (out->folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (out->fd >= 0) {
      out->part = g_steal_pointer (&part);
      return TRUE;
    }
    if (errno != EEXIST)
      break;
  }
  return fail_errno (out, error, _ ("cannot be written: no part file in its folder"));
}

static gboolean
write_all (ThawOutFile *out, const uint8_t *bytes, size_t length, GError **error)
{
  g_checksum_update (out->sum, bytes, (gssize) length);
  while (length > 0) {
    ssize_t n = write (out->fd, bytes, MIN (length, (size_t) 1 << 20));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail_errno (out, error, _ ("cannot be written"));
    bytes += n;
    length -= (size_t) n;
  }
  return TRUE;
}

static gboolean
flush (ThawOutFile *out, GError **error)
{
  size_t waiting = out->waiting;

  out->waiting = 0;
  return write_all (out, out->buffer, waiting, error);
}

gboolean
thaw_out_write (ThawOutFile *out, gconstpointer bytes, uint64_t length, GError **error)
{
  if (length == 0)
    return TRUE;
  out->written += length;
  if (length > BUFFER_BYTES - out->waiting && !flush (out, error))
    return FALSE;
  if (length > BUFFER_BYTES)
    return write_all (out, bytes, length, error);
  memcpy (out->buffer + out->waiting, bytes, length);
  out->waiting += length;
  return TRUE;
}

uint64_t
thaw_out_tell (const ThawOutFile *out)
{
  return out->written;
}

/* Flush, fsync, close: after this the bytes are on the disk. */
static gboolean
seal (ThawOutFile *out, GError **error)
{
  int fd = out->fd;

  if (!flush (out, error))
    return FALSE;
  if (fsync (fd) != 0) {
    out->sync_failed = true;
    return fail_errno (out, error, _ ("cannot be brought to the disk"));
  }
  out->fd = -1;
  if (close (fd) != 0)
    return fail_errno (out, error, _ ("cannot be closed"));
  return TRUE;
}

static gboolean
attempt (ThawOutFile *out, int first, ThawOutBody body, gconstpointer user, GError **error)
{
  out->written = out->waiting = 0;
  out->sync_failed = false;
  g_checksum_reset (out->sum);
  if (open_part (out, first, error) && body (out, user, error) && seal (out, error))
    return TRUE;
  out_abandon (out);
  return FALSE;
}

static int
put_in_place (const ThawOutFile *out, ThawOutTarget target)
{
  if (target == THAW_OUT_NEW) {
    if (renameat2 (out->folder, out->part, out->folder, out->name, RENAME_NOREPLACE) == 0)
      return 0;
    if (errno != EINVAL && errno != ENOSYS)
      return -1;
    /* a file system that does not know the flag: looked at first, which is the most it lets do */
    if (faccessat (out->folder, out->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
      errno = EEXIST;
      return -1;
    }
  }
  return renameat (out->folder, out->part, out->folder, out->name);
}

/* Some file systems cannot fsync a folder and say EINVAL; there the rename is all there is. */
static gboolean
publish (ThawOutFile *out, ThawOutTarget target, GError **error)
{
  if (put_in_place (out, target) != 0)
    return fail_errno (out, error, _ ("cannot be put in place"));
  g_clear_pointer (&out->part, g_free);
  if (fsync (out->folder) != 0 && errno != EINVAL)
    return fail_errno (out, error, _ ("was written, but its folder cannot be brought to the disk"));
  return TRUE;
}

gboolean
thaw_out_run (const char *path,
              ThawOutTarget target,
              ThawOutBody body,
              gconstpointer user,
              char **sha256,
              uint64_t *length,
              GError **error)
{
  ThawOutFile out = {.path = path, .folder = -1, .fd = -1};
  g_autoptr (GError) first = NULL;
  gboolean ok;

  out.sum = g_checksum_new (G_CHECKSUM_SHA256);
  out.buffer = g_malloc (BUFFER_BYTES);
  ok = open_folder (&out, error);
  if (ok && !attempt (&out, 0, body, user, &first)) {
    ok = out.sync_failed && attempt (&out, 1, body, user, NULL);
    if (!ok)
      g_propagate_error (error, g_steal_pointer (&first));
  }
  ok = ok && publish (&out, target, error);
  if (ok && sha256 != NULL)
    *sha256 = g_strdup (g_checksum_get_string (out.sum));
  if (ok && length != NULL)
    *length = out.written;
  out_clear (&out);
  return ok;
}

static gboolean
write_bytes (ThawOutFile *out, gconstpointer user, GError **error)
{
  return thaw_out_write (out, g_bytes_get_data ((GBytes *) user, NULL),
                         g_bytes_get_size ((GBytes *) user), error);
}

gboolean
thaw_file_write_atomic (const char *path, const void *bytes, gsize length, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (bytes, length);

  g_return_val_if_fail (path != NULL && (bytes != NULL || length == 0), FALSE);
  return thaw_out_run (path, THAW_OUT_REPLACE, write_bytes, body, NULL, NULL, error);
}
