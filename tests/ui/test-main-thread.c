/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test of main-thread-shim: it notes what the main thread does, and nothing else. */
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* A lock and a sync, as somebody would do them by mistake. */
static gpointer
wait_for_disk (gpointer data)
{
  const char *path = data;
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_OFD_SETLK, &lock), ==, 0);
  g_assert_cmpint (fsync (fd), ==, 0);
  close (fd);
  return NULL;
}

static int
child (const char *where, const char *path)
{
  if (g_str_equal (where, "main"))
    wait_for_disk ((gpointer) path);
  else
    g_thread_join (g_thread_new ("other", wait_for_disk, (gpointer) path));
  return 0;
}

static char *self, *shim;

/* What was noted of this program, run as `program` with the calls in a thread. */
static char *
noted (const char *where, const char *program)
{
  g_autofree char *folder = g_dir_make_tmp ("thaw-main-XXXXXX", NULL);
  g_autofree char *log = g_build_filename (folder, "log", NULL);
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_auto (GStrv) environment = g_get_environ ();
  char *arguments[] = {self, (char *) where, file, NULL};
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  int status;

  environment = g_environ_setenv (environment, "LD_PRELOAD", shim, TRUE);
  environment = g_environ_setenv (environment, "THAW_MAIN_LOG", log, TRUE);
  environment = g_environ_setenv (environment, "THAW_MAIN_PROGRAM", program, TRUE);
  g_spawn_sync (NULL, arguments, environment, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  if (!g_file_get_contents (log, &text, NULL, NULL))
    text = g_strdup ("");
  g_remove (log);
  g_remove (file);
  g_rmdir (folder);
  return text;
}

static void
test_main_thread_is_noted (void)
{
  g_autofree char *text = noted ("main", "test-ui-main-thread");

  g_assert_nonnull (strstr (text, "lock\n"));
  g_assert_nonnull (strstr (text, "fsync\n"));
}

static void
test_others_are_not (void)
{
  g_autofree char *thread = noted ("thread", "test-ui-main-thread");
  g_autofree char *other = noted ("main", "another-program");

  g_assert_cmpstr (thread, ==, "");
  g_assert_cmpstr (other, ==, "");
}

int
main (int argc, char **argv)
{
  if (argc == 3)
    return child (argv[1], argv[2]);
  shim = g_canonicalize_filename (g_getenv ("THAW_MAIN_SHIM"), NULL);
  self = g_canonicalize_filename (argv[0], NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/main-thread/is-noted", test_main_thread_is_noted);
  g_test_add_func ("/ui/main-thread/others-are-not", test_others_are_not);
  return g_test_run ();
}
