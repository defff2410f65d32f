/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies at a path, by content. */
#include "data-fixtures.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static void
check (const char *path, ThawSetKind kind, const char *id, const char *tail)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawSetInfo) info = thaw_set_probe (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (info->kind, ==, kind);
  g_assert_cmpstr (info->id, ==, id);
  if (!g_str_has_suffix (info->path, tail))
    g_error ("%s does not end with %s", info->path, tail);
}

static void
refuse (const char *path, int code, const char *part)
{
  GError *error = NULL;

  g_assert_null (thaw_set_probe (path, &error));
  check_error (error, code, part);
}

/* The best of several in one folder, as each better one arrives. */
static void
best_inside (void)
{
  char *dir = tmp_new ();
  g_autofree char *pictures = g_build_filename (dir, "pictures", NULL);
  g_autofree char *digits = g_build_filename (dir, "digits", NULL);
  g_autofree char *python = g_build_filename (dir, "cifar-10-batches-py", NULL);
  g_autofree char *binary = g_build_filename (dir, "cifar-10-batches-bin", NULL);
  g_autoptr (GByteArray) png = png_rgb (1, 8, 8);
  g_autoptr (GByteArray) python_archive = cifar_archive (THAW_SET_CIFAR10_PYTHON, 1, 1);
  g_autoptr (GByteArray) binary_archive = cifar_archive (THAW_SET_CIFAR10_BINARY, 1, 1);

  put_file (pictures, "a/1.png", png);
  put_file (pictures, "b/1.png", png);
  check (dir, THAW_SET_FOLDER, "folder", "/pictures");
  put_idx (digits, 10, 10, TRUE);
  check (dir, THAW_SET_IDX, "mnist", "/digits");
  put_file (dir, "b.tar.gz", python_archive);
  check (dir, THAW_SET_CIFAR10_PYTHON, "cifar-10", "/b.tar.gz");
  put_file (dir, "c.tgz", binary_archive);
  check (dir, THAW_SET_CIFAR10_BINARY, "cifar-10", "/c.tgz");
  put_cifar (python, THAW_SET_CIFAR10_PYTHON, 1, 1);
  check (dir, THAW_SET_CIFAR10_PYTHON, "cifar-10", "/cifar-10-batches-py");
  put_cifar (binary, THAW_SET_CIFAR10_BINARY, 1, 1);
  check (dir, THAW_SET_CIFAR10_BINARY, "cifar-10", "/cifar-10-batches-bin");
  tmp_remove (dir);
}

static void
archives_by_content (void)
{
  char *dir = tmp_new ();
  g_autoptr (GByteArray) plain = g_byte_array_new (), other = NULL;
  g_autoptr (GByteArray) binary = cifar_archive (THAW_SET_CIFAR10_BINARY, 1, 1);
  g_autofree char *named_right = g_build_filename (dir, "cifar-10-binary.tar.gz", NULL);
  g_autofree char *named_oddly = g_build_filename (dir, "download(1)", NULL);
  Tar *tar = tar_new (plain);

  tar_add_file (tar, "source/main.c", binary);
  tar_end (tar);
  other = gzip (plain);
  put_file (dir, "cifar-10-binary.tar.gz", other);
  put_file (dir, "download(1)", binary);
  refuse (named_right, THAW_DATA_ERROR_NOT_FOUND, "holds no data_batch_1.bin");
  check (named_oddly, THAW_SET_CIFAR10_BINARY, "cifar-10", "/download(1)");
  tmp_remove (dir);
}

static void
nothing_there (void)
{
  char *dir = tmp_new ();
  g_autofree char *none = g_build_filename (dir, "none", NULL);
  g_autofree char *fifo = g_build_filename (dir, "fifo", NULL);
  g_autofree char *text = g_build_filename (dir, "text", NULL);

  refuse (none, THAW_DATA_ERROR_NOT_FOUND, "does not exist");
  refuse (dir, THAW_DATA_ERROR_NOT_FOUND, "no known data set");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  refuse (fifo, THAW_DATA_ERROR_IO, "not a regular file");
  put_text (dir, "text", "data_batch_1.bin");
  refuse (text, THAW_DATA_ERROR_FORMAT, "gzip");
  tmp_remove (dir);
}

static const ThawSetInfo *
found (const GPtrArray *sets, const char *path)
{
  for (guint i = 0; i < sets->len; i++)
    if (strcmp (((ThawSetInfo *) sets->pdata[i])->path, path) == 0)
      return sets->pdata[i];
  return NULL;
}

static void
find (void)
{
  char *dir = tmp_new (), *direct = tmp_new ();
  g_autofree char *folder = g_build_filename (dir, "pictures", NULL);
  g_autofree char *digits = g_build_filename (dir, "fashion", NULL);
  g_autofree char *archive = g_build_filename (dir, "c.tar.gz", NULL);
  g_autoptr (GByteArray) png = png_rgb (1, 8, 8);
  g_autoptr (GByteArray) binary = cifar_archive (THAW_SET_CIFAR10_BINARY, 1, 1);
  const char *const folders[] = {dir, "/nonexistent", direct, dir, NULL};
  g_autoptr (GPtrArray) sets = NULL;
  guint ours = 0;

  put_file (folder, "train/a/1.png", png);
  put_text (dir, "broken.tar.gz", "no archive");
  put_text (dir, "code/train/loop/main.c", "no picture");
  put_idx (digits, 10, 10, FALSE);
  put_file (dir, "c.tar.gz", binary);
  put_cifar (direct, THAW_SET_CIFAR10_PYTHON, 1, 1);
  sets = thaw_sets_find (folders);
  g_assert_cmpint (found (sets, folder)->kind, ==, THAW_SET_FOLDER);
  g_assert_cmpstr (found (sets, folder)->title, ==, "pictures");
  g_assert_cmpstr (found (sets, digits)->id, ==, "fashion-mnist");
  g_assert_cmpint (found (sets, archive)->kind, ==, THAW_SET_CIFAR10_BINARY);
  g_assert_cmpint (found (sets, direct)->kind, ==, THAW_SET_CIFAR10_PYTHON);
  for (guint i = 0; i < sets->len; i++) {
    const char *path = ((ThawSetInfo *) sets->pdata[i])->path;
    ours += g_str_has_prefix (path, dir) || g_str_has_prefix (path, direct);
  }
  g_assert_cmpuint (ours, ==, 4);
  tmp_remove (dir);
  tmp_remove (direct);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/probe/best-inside", best_inside);
  g_test_add_func ("/data/probe/archives-by-content", archives_by_content);
  g_test_add_func ("/data/probe/nothing-there", nothing_there);
  g_test_add_func ("/data/probe/find", find);
  return g_test_run ();
}
