/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the sample beside its place and renames the folder: whoever looks sees all of it or
 * nothing. */
#include "sample.h"
#include "thaw-data.h"
#include "thaw-resources.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

static gboolean
is_whole (const char *folder)
{
  for (int i = 0; i < THAW_SAMPLE_FILES; i++) {
    const char *name;
    g_autoptr (GBytes) bytes = thaw_sample_file (i, &name);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *there = NULL;
    gsize length;

    if (!g_file_get_contents (path, &there, &length, NULL) || length != g_bytes_get_size (bytes) ||
        memcmp (there, g_bytes_get_data (bytes, NULL), length) != 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_files (const char *folder, GError **error)
{
  for (int i = 0; i < THAW_SAMPLE_FILES; i++) {
    const char *name;
    g_autoptr (GBytes) bytes = thaw_sample_file (i, &name);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    gsize length;
    const char *data = g_bytes_get_data (bytes, &length);

    if (!g_file_set_contents_full (path, data, (gssize) length,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0644, error))
      return FALSE;
  }
  return TRUE;
}

static void
delete_files (const char *folder)
{
  for (int i = 0; i < THAW_SAMPLE_FILES; i++) {
    const char *name;
    g_autoptr (GBytes) bytes = thaw_sample_file (i, &name);
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
}

static void
fail (const char *path, int number, GError **error)
{
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_IO,
               _ ("%s: the built-in sample cannot be written: %s"), path, g_strerror (number));
}

/* A folder in the way that is not the sample is mended file by file. */
static gboolean
put_in_place (const char *part, const char *folder, GError **error)
{
  if (g_rename (part, folder) == 0)
    return TRUE;
  if (errno != ENOTEMPTY && errno != EEXIST) {
    fail (folder, errno, error);
    return FALSE;
  }
  return is_whole (folder) || write_files (folder, error);
}

char *
sample_write (GError **error)
{
  g_autofree char *home = thaw_store_default_home ();
  g_autofree char *sets = g_build_filename (home, "datasets", NULL);
  g_autofree char *folder = g_build_filename (sets, THAW_SAMPLE_FOLDER, NULL);
  g_autofree char *part = g_build_filename (sets, ".sample-XXXXXX", NULL);
  gboolean good;

  if (is_whole (folder))
    return g_steal_pointer (&folder);
  if (g_mkdir_with_parents (sets, 0700) != 0 || g_mkdtemp_full (part, 0755) == NULL) {
    fail (sets, errno, error);
    return NULL;
  }
  good = write_files (part, error) && put_in_place (part, folder, error);
  delete_files (part);
  return good ? g_steal_pointer (&folder) : NULL;
}
