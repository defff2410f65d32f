/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a file whole or not at all. A disk that is full is played by a limit on file sizes, which
 * write() reports as EFBIG. */
#include "thaw-formats.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder, *path;

static guint
files_in_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
holds (const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
writes (void)
{
  g_autoptr (GError) error = NULL;
  struct stat st;

  g_assert_true (thaw_file_write_atomic (path, "one", 3, &error));
  g_assert_no_error (error);
  holds ("one");
  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0600);
  g_assert_true (thaw_file_write_atomic (path, "", 0, &error));
  holds ("");
  g_assert_true (thaw_file_write_atomic (path, "two", 3, &error));
  holds ("two");
  g_assert_cmpuint (files_in_folder (), ==, 1);
}

static void
large (void)
{
  gsize length = 3000001, got;
  g_autofree char *big = g_malloc (length), *text = NULL;

  for (gsize i = 0; i < length; i++)
    big[i] = (char) (i * 31);
  g_assert_true (thaw_file_write_atomic (path, big, length, NULL));
  g_assert_true (g_file_get_contents (path, &text, &got, NULL));
  g_assert_cmpmem (text, got, big, length);
}

/* The old file stays, and no part file is left. */
static void
full_disk (void)
{
  struct rlimit old, tight;
  g_autofree char *big = g_malloc0 (1 << 20);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  g_assert_true (thaw_file_write_atomic (path, "kept", 4, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  tight = (struct rlimit){.rlim_cur = 100000, .rlim_max = old.rlim_max};
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &tight), ==, 0);
  ok = thaw_file_write_atomic (path, big, 1 << 20, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_false (ok);
  g_assert_error (error, THAW_FORMATS_ERROR, THAW_FORMATS_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, path));
  holds ("kept");
  g_assert_cmpuint (files_in_folder (), ==, 1);
}

static void
stale_part (void)
{
  g_autofree char *part = g_build_filename (folder, ".file.part", NULL), *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (part, "another writer's", -1, NULL));
  g_assert_true (thaw_file_write_atomic (path, "new", 3, &error));
  g_assert_no_error (error);
  holds ("new");
  g_assert_true (g_file_get_contents (part, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "another writer's");
  g_unlink (part);
  g_assert_cmpuint (files_in_folder (), ==, 1);
}

/* A link where the part file would be is not followed; a link as the target is replaced. */
static void
links (void)
{
  g_autofree char *part = g_build_filename (folder, ".file.part", NULL);
  g_autofree char *victim = g_build_filename (folder, "victim", NULL), *text = NULL;
  g_autofree char *after = NULL;

  g_assert_true (g_file_set_contents (victim, "victim", -1, NULL));
  g_assert_cmpint (symlink (victim, part), ==, 0);
  g_assert_true (thaw_file_write_atomic (path, "new", 3, NULL));
  g_assert_true (g_file_get_contents (victim, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "victim");
  g_unlink (part);
  g_unlink (path);
  g_assert_cmpint (symlink (victim, path), ==, 0);
  g_assert_true (thaw_file_write_atomic (path, "new", 3, NULL));
  g_assert_true (g_file_get_contents (victim, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, "victim");
  holds ("new");
  g_unlink (victim);
}

static void
no_place (void)
{
  g_autofree char *nowhere = g_build_filename (folder, "no", "such", "file", NULL);
  g_autofree char *below = g_build_filename (path, "file", NULL);
  g_autofree char *taken = g_build_filename (folder, "taken", NULL);
  const char *paths[] = {nowhere, below, taken};

  g_assert_true (thaw_file_write_atomic (path, "kept", 4, NULL));
  g_assert_cmpint (g_mkdir (taken, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (thaw_file_write_atomic (paths[i], "x", 1, &error));
    g_assert_error (error, THAW_FORMATS_ERROR, THAW_FORMATS_ERROR_IO);
    g_assert_true (g_str_has_prefix (error->message, paths[i]));
  }
  g_assert_cmpint (g_rmdir (taken), ==, 0);
  g_assert_cmpuint (files_in_folder (), ==, 1);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("thaw-out-XXXXXX", NULL);
  path = g_build_filename (folder, "file", NULL);
  g_test_add_func ("/formats/out-file/writes", writes);
  g_test_add_func ("/formats/out-file/large", large);
  g_test_add_func ("/formats/out-file/full-disk", full_disk);
  g_test_add_func ("/formats/out-file/stale-part", stale_part);
  g_test_add_func ("/formats/out-file/links", links);
  g_test_add_func ("/formats/out-file/no-place", no_place);
  status = g_test_run ();
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
  g_free (path);
  return status;
}
