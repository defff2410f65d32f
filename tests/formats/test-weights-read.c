/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are no weights: named and refused, without hanging on any of them. */
#include "bytes.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder, *path;

static void
refuse (const char *file, const char *word)
{
  g_autoptr (GError) error = NULL;
  ThawFormat format = THAW_FORMAT_PTH_LEGACY;
  g_autoptr (ThawStateDict) dict = thaw_weights_read (file, &format, &error);

  g_assert_null (dict);
  g_assert_true (error->domain == THAW_FORMATS_ERROR);
  g_assert_true (g_str_has_prefix (error->message, file));
  if (strstr (error->message, word) == NULL)
    g_error ("'%s' does not say '%s'", error->message, word);
}

static void
refuse_bytes (const uint8_t *bytes, gsize length, const char *word)
{
  g_assert_true (g_file_set_contents (path, (const char *) bytes, (gssize) length, NULL));
  refuse (path, word);
}

static void
strangers (void)
{
  g_autofree char *tar = g_malloc0 (1024);

  memcpy (tar + 257, "ustar", 5);
  refuse_bytes ((const uint8_t *) tar, 1024, "tar archive");
  refuse_bytes (LITERAL (""), "empty");
  refuse_bytes (LITERAL ("7z\xbc\xaf\x27\x1c\0\0\0\0"), "7z");
  refuse_bytes (LITERAL ("\x1f\x8b\x08\0\0\0\0\0\0\0"), "gzip");
  refuse_bytes (LITERAL ("\xfd"
                         "7zXZ\0\0\0\0\0"),
                "xz");
  refuse_bytes (LITERAL ("BZh91AY"), "bzip2");
  refuse_bytes (LITERAL ("\x28\xb5\x2f\xfd\0\0\0"), "zstd");
  refuse_bytes (LITERAL ("\x89HDF\r\n\x1a\n"), "HDF5");
  refuse_bytes (LITERAL ("\x93NUMPY\x01\0"), "NumPy");
  refuse_bytes (LITERAL ("version https://git-lfs.github.com/spec/v1\n"), "Git LFS");
  refuse_bytes (LITERAL ("<!DOCTYPE html><html>"), "web page");
  refuse_bytes (LITERAL ("\n  <HTML><body>404"), "web page");
  refuse_bytes (LITERAL ("<?xml version=\"1.0\"?>"), "web page");
  refuse_bytes (LITERAL ("hello, these are my weights"), "neither");
  refuse_bytes (LITERAL ("P"), "neither");
  refuse_bytes (LITERAL ("\x80\x02}."), "magic number");
  refuse_bytes (LITERAL ("PK\x03\x04 but no more"), "cut short");
}

static void
other_name (void)
{
  g_autofree char *named = g_build_filename (folder, "x.safetensors", NULL);

  g_assert_true (g_file_set_contents (named, "short", -1, NULL));
  refuse (named, "at least 8");
  g_assert_true (g_file_set_contents (named, "<html>not found</html>", -1, NULL));
  refuse (named, "web page");
  g_unlink (named);
}

static void
not_files (void)
{
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autofree char *nothing = g_build_filename (folder, "nothing", NULL);

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  refuse (fifo, "regular");
  refuse (folder, "regular");
  refuse ("/dev/zero", "regular");
  refuse (nothing, "opened");
  g_unlink (fifo);
}

/* Larger than any weights are read: refused by its size, before a byte is. */
static void
too_large (void)
{
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  if (truncate (path, ((off_t) 4 << 30) + 1) != 0) {
    g_test_skip ("no file of 4 GB can be made here");
    return;
  }
  refuse (path, "at most");
}

static void
format_names (void)
{
  g_assert_cmpstr (thaw_format_name (THAW_FORMAT_SAFETENSORS), ==, "safetensors");
  g_assert_cmpstr (thaw_format_name (THAW_FORMAT_PTH_ZIP), ==, "PyTorch (zip)");
  g_assert_cmpstr (thaw_format_name (THAW_FORMAT_PTH_LEGACY), ==, "PyTorch (legacy)");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("thaw-read-XXXXXX", NULL);
  path = g_build_filename (folder, "file", NULL);
  g_test_add_func ("/formats/weights-read/strangers", strangers);
  g_test_add_func ("/formats/weights-read/other-name", other_name);
  g_test_add_func ("/formats/weights-read/not-files", not_files);
  g_test_add_func ("/formats/weights-read/too-large", too_large);
  g_test_add_func ("/formats/weights-read/format-names", format_names);
  status = g_test_run ();
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
  g_free (path);
  return status;
}
