/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program `thaw` as a child of the window. */
#include "engine.h"
#include "scratch.h"

#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  char *out;
  GError *error;
  bool done;
} Answer;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  Answer *answer = user;

  answer->out = thaw_engine_call_finish (result, &answer->error);
  answer->done = true;
}

static void
wait_for (Answer *answer)
{
  while (!answer->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_call (void)
{
  const char *args[] = {"runs", "--json", NULL};
  char *home = scratch_home_new ();
  Answer answer = {0};

  thaw_engine_call (home, args, NULL, answered_cb, &answer);
  wait_for (&answer);
  g_assert_no_error (answer.error);
  g_assert_nonnull (strchr (answer.out, '['));
  g_free (answer.out);
  scratch_home_free (home);
}

static void
test_sentence (void)
{
  const char *args[] = {"show", "nothing-of-that-name", NULL};
  char *home = scratch_home_new ();
  Answer answer = {0};

  thaw_engine_call (home, args, NULL, answered_cb, &answer);
  wait_for (&answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_null (answer.out);
  g_assert_nonnull (strstr (answer.error->message, "nothing-of-that-name"));
  g_assert_false (g_str_has_prefix (answer.error->message, "thaw:"));
  g_error_free (answer.error);
  scratch_home_free (home);
}

static void
test_cancel (void)
{
  const char *args[] = {"bench", NULL};
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  char *home = scratch_home_new ();
  Answer answer = {0};

  thaw_engine_call (home, args, cancel, answered_cb, &answer);
  g_cancellable_cancel (cancel);
  wait_for (&answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_error_free (answer.error);
  scratch_home_free (home);
}

static void
test_spawn (void)
{
  const char *args[] = {"presets", NULL};
  char *home = scratch_home_new ();
  g_autofree char *log = g_build_filename (home, "engine.log", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  thaw_engine_spawn (home, args, &error);
  g_assert_no_error (error);
  do {
    g_usleep (10000);
    g_clear_pointer (&text, g_free);
    g_file_get_contents (log, &text, NULL, &error);
    g_assert_no_error (error);
  } while (strstr (text, "quick") == NULL);
  g_usleep (100000);
  scratch_home_free (home);
}

static void
test_line (void)
{
  const char *args[] = {"train", "--set", "epochs=3", "--name", "It's mine", "", NULL};
  g_autofree char *line = thaw_engine_command_line (args);

  g_assert_cmpstr (line, ==, "thaw train --set epochs=3 --name 'It'\\''s mine' ''");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/engine/call", test_call);
  g_test_add_func ("/ui/engine/sentence", test_sentence);
  g_test_add_func ("/ui/engine/cancel", test_cancel);
  g_test_add_func ("/ui/engine/spawn", test_spawn);
  g_test_add_func ("/ui/engine/line", test_line);
  return g_test_run ();
}
