/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define BACK 5 /* of 19 */

static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, "thaw", NULL) : NULL;
  const char *named = g_getenv ("THAW_PROGRAM");
  char *found;

  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  if (named != NULL && *named != '\0')
    return g_strdup (named);
  found = g_find_program_in_path ("thaw");
  if (found == NULL)
    found = g_strdup ("thaw");
  return found;
}

const char *
thaw_engine_program (void)
{
  static char *program = NULL;
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    program = find_program ();
    g_once_init_leave (&once, 1);
  }
  return program;
}

/* (transfer full), the array alone */
static GPtrArray *
full_command (const char *const *args)
{
  GPtrArray *argv = g_ptr_array_new ();

  g_ptr_array_add (argv, (gpointer) thaw_engine_program ());
  for (; *args != NULL; args++)
    g_ptr_array_add (argv, (gpointer) *args);
  g_ptr_array_add (argv, NULL);
  return argv;
}

/* --- A command that answers --- */

/* The last line it wrote, without the name of the program: what it could not do. */
static char *
sentence_of (GBytes *written)
{
  gsize length = 0;
  const char *bytes = written != NULL ? g_bytes_get_data (written, &length) : NULL;
  g_autofree char *text = g_utf8_make_valid (bytes != NULL ? bytes : "", (gssize) length);
  const char *line;

  g_strstrip (text);
  line = strrchr (text, '\n');
  line = line != NULL ? line + 1 : text;
  if (g_str_has_prefix (line, "thaw: "))
    line += strlen ("thaw: ");
  return g_strdup (line);
}

static void
communicated_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (GTask) task = user;
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) err = NULL;
  GSubprocess *child = G_SUBPROCESS (source);
  GError *error = NULL;

  if (!g_subprocess_communicate_finish (child, result, &out, &err, &error)) {
    g_subprocess_force_exit (child);
    g_task_return_error (task, error);
  } else if (!g_subprocess_get_successful (child)) {
    g_autofree char *sentence = sentence_of (err);
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             *sentence != '\0' ? sentence : _ ("The engine ended without a word."));
  } else {
    gsize length = 0;
    const char *bytes = g_bytes_get_data (out, &length);
    g_task_return_pointer (task, g_utf8_make_valid (bytes != NULL ? bytes : "", (gssize) length),
                           g_free);
  }
}

void
thaw_engine_call (const char *home,
                  const char *const *args,
                  GCancellable *cancel,
                  GAsyncReadyCallback done,
                  gpointer user)
{
  GTask *task = g_task_new (NULL, cancel, done, user);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GPtrArray) argv = full_command (args);
  g_autoptr (GSubprocess) child = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, thaw_engine_call);
  g_subprocess_launcher_setenv (launcher, "THAW_HOME", home, TRUE);
  child =
      g_subprocess_launcher_spawnv (launcher, (const char *const *) (gpointer) argv->pdata, &error);
  if (child == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_subprocess_communicate_async (child, NULL, cancel, communicated_cb, task);
}

char *
thaw_engine_call_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- A command that lives on --- */

/* Whoever trains takes all cores: it leaves them first to who looks at it. Alone, it is as fast.
 * The kernel weighs sessions against each other before processes, so both are told. Between fork
 * and exec: only plain calls. */
static void
step_back (void)
{
  static const char back[] = G_STRINGIFY (BACK);
  int group = open ("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);

  setpriority (PRIO_PROCESS, 0, BACK);
  if (group < 0)
    return; /* a kernel without such groups */
  if (write (group, back, sizeof back - 1) < 0)
    errno = 0; /* refused: as fast as everybody, then */
  close (group);
}

static void
leave_session (gpointer data)
{
  setsid ();
  step_back ();
}

static int
open_log (const char *home, GError **error)
{
  g_autofree char *path = g_build_filename (home, "engine.log", NULL);
  int fd;

  if (g_mkdir_with_parents (home, 0700) != 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("%s: cannot be made: %s"),
                 home, g_strerror (errno));
    return -1;
  }
  fd = g_open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("%s: cannot be opened: %s"),
                 path, g_strerror (errno));
  return fd;
}

gboolean
thaw_engine_spawn (const char *home, const char *const *args, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GPtrArray) argv = full_command (args);
  g_autoptr (GSubprocess) child = NULL;
  int log = open_log (home, error);

  if (log < 0)
    return FALSE;
  g_subprocess_launcher_take_stdout_fd (launcher, log);
  g_subprocess_launcher_setenv (launcher, "THAW_HOME", home, TRUE);
  g_subprocess_launcher_set_child_setup (launcher, leave_session, NULL, NULL);
  child =
      g_subprocess_launcher_spawnv (launcher, (const char *const *) (gpointer) argv->pdata, error);
  return child != NULL;
}

/* --- A command to read --- */

static bool
is_plain (const char *text)
{
  const char *plain = "@%+=:,./-_";

  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (plain, *p) == NULL)
      return false;
  return *text != '\0';
}

char *
thaw_engine_command_line (const char *const *args)
{
  GString *line = g_string_new ("thaw");

  for (; *args != NULL; args++) {
    g_autofree char *quoted = is_plain (*args) ? g_strdup (*args) : g_shell_quote (*args);
    g_string_append_c (line, ' ');
    g_string_append (line, quoted);
  }
  return g_string_free (line, FALSE);
}
