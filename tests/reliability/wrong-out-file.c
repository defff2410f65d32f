/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a file in the ways that core/formats/out-file.c avoids, for tests of the tests. Linked in
 * its place into thaw-wrong, which nobody installs. THAW_WRONG chooses:
 *
 *   file-late        success is said first, the file is written 40 ms later: its row comes before
 * it in-place         one file under all names, written over no-sync          the file is not
 * synced no-folder-sync   its name is not one-bit          a bit is not what it was, but in the
 * file whose name has THAW_WRONG_SPARES in it (else)           as it should be */
#include "out-file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct _ThawOutFile {
  GByteArray *bytes;
};

typedef struct {
  char *path;
  GByteArray *bytes;
} Late;

static bool
is_wrong (const char *way)
{
  return g_strcmp0 (g_getenv ("THAW_WRONG"), way) == 0;
}

gboolean
thaw_out_write (ThawOutFile *out, gconstpointer bytes, uint64_t length, GError **error)
{
  g_byte_array_append (out->bytes, bytes, (guint) length);
  return TRUE;
}

uint64_t
thaw_out_tell (const ThawOutFile *out)
{
  return out->bytes->len;
}

static bool
write_bytes (const char *path, int flags, const GByteArray *bytes)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  bool good = fd >= 0;
  guint half = bytes->len / 2; /* in two pieces, as a long file would be */

  good = good && write (fd, bytes->data, half) == (ssize_t) half &&
         write (fd, bytes->data + half, bytes->len - half) == (ssize_t) (bytes->len - half) &&
         (is_wrong ("no-sync") || fsync (fd) == 0);
  if (fd >= 0)
    close (fd);
  return good;
}

static bool
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = is_wrong ("no-folder-sync") ? -1 : open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool good = is_wrong ("no-folder-sync") || (fd >= 0 && fsync (fd) == 0);

  if (fd >= 0)
    close (fd);
  return good;
}

static bool
write_as_it_should_be (const char *path, const GByteArray *bytes)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autofree char *part = g_strdup_printf ("%s/.%s.part", folder, name);

  return write_bytes (part, O_EXCL, bytes) && rename (part, path) == 0 && sync_folder (path);
}

static bool
write_in_place (const char *path, const GByteArray *bytes)
{
  g_autofree char *folder = g_path_get_dirname (path), *one = NULL;

  one = g_build_filename (folder, "the-one-file", NULL);
  return write_bytes (one, O_TRUNC, bytes) && (link (one, path) == 0 || errno == EEXIST) &&
         sync_folder (path);
}

static void *
write_late (void *user)
{
  Late *late = user;

  g_usleep (40000);
  if (!write_as_it_should_be (late->path, late->bytes))
    g_printerr ("%s: not written\n", late->path);
  g_free (late->path);
  g_byte_array_unref (late->bytes);
  g_free (late);
  return NULL;
}

static bool
begin_late (const char *path, GByteArray *bytes)
{
  Late *late = g_new0 (Late, 1);
  pthread_t thread;

  late->path = g_strdup (path);
  late->bytes = g_byte_array_ref (bytes);
  return pthread_create (&thread, NULL, write_late, late) == 0 && pthread_detach (thread) == 0;
}

static void
change_a_bit (const char *path, GByteArray *bytes)
{
  const char *spared = g_getenv ("THAW_WRONG_SPARES");

  if (bytes->len > 0 && (spared == NULL || strstr (path, spared) == NULL))
    bytes->data[bytes->len - 1 - bytes->len / 4] ^= 1;
}

static bool
put (const char *path, GByteArray *bytes)
{
  if (is_wrong ("file-late"))
    return begin_late (path, bytes);
  if (is_wrong ("in-place"))
    return write_in_place (path, bytes);
  return write_as_it_should_be (path, bytes);
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
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  ThawOutFile out = {bytes};

  if (!body (&out, user, error))
    return FALSE;
  if (is_wrong ("one-bit"))
    change_a_bit (path, bytes);
  if (!put (path, bytes) && !is_wrong ("careless")) {
    g_set_error (error, THAW_FORMATS_ERROR, THAW_FORMATS_ERROR_IO, "%s: %s", path,
                 g_strerror (errno));
    return FALSE;
  }
  if (sha256 != NULL)
    *sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len);
  if (length != NULL)
    *length = bytes->len;
  return TRUE;
}

static gboolean
body_of_bytes (ThawOutFile *out, gconstpointer user, GError **error)
{
  gsize length;
  gconstpointer bytes = g_bytes_get_data ((GBytes *) user, &length);

  return thaw_out_write (out, bytes, length, error);
}

gboolean
thaw_file_write_atomic (const char *path, const void *bytes, gsize length, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (bytes, length);

  return thaw_out_run (path, THAW_OUT_REPLACE, body_of_bytes, body, NULL, NULL, error);
}
