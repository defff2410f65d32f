/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting the helper with clean hands, waiting for its end, and making sure of it. */
#include "helper-private.h"
#include "confine-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WALL_BASE_S 60

/* What a helper keeps of the environment: language, and where libraries are. */
static const char *const kept[] = {"LANG",        "LANGUAGE", "LC_ALL",         "LC_CTYPE",
                                   "LC_MESSAGES", "LOCPATH",  "THAW_LOCALEDIR", "LD_LIBRARY_PATH"};

static char **
small_environment (void)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  char **list;

  for (size_t i = 0; i < G_N_ELEMENTS (kept); i++) {
    const char *value = g_getenv (kept[i]);
    g_autofree char *both = value != NULL ? g_strconcat (kept[i], "=", value, NULL) : NULL;
    if (both != NULL)
      g_strv_builder_add (builder, both);
  }
  list = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return list;
}

/* --- Start -------------------------------------------------------------------------------------*/

/* A session of its own: the terminal's Ctrl-C and its device are not for it. Signals as they were
 * when the machine was young. */
static void
prepare_attributes (posix_spawnattr_t *attributes)
{
  sigset_t none, all;

  sigemptyset (&none);
  sigfillset (&all);
  posix_spawnattr_init (attributes);
  posix_spawnattr_setsigmask (attributes, &none);
  posix_spawnattr_setsigdefault (attributes, &all);
  posix_spawnattr_setflags (attributes,
                            POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* fds: for the helper's descriptors from THAW_FD_QUESTION on, each beyond those. */
static void
prepare_files (posix_spawn_file_actions_t *actions, const int *fds, int n)
{
  posix_spawn_file_actions_init (actions);
  posix_spawn_file_actions_addopen (actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen (actions, 1, "/dev/null", O_WRONLY, 0);
  if (!THAW_CONFINE_SANITIZED) /* whose reports one wants to see */
    posix_spawn_file_actions_addopen (actions, 2, "/dev/null", O_WRONLY, 0);
  for (int i = 0; i < n; i++)
    posix_spawn_file_actions_adddup2 (actions, fds[i], THAW_FD_QUESTION + i);
}

static int
spawn (pid_t *pid, const int *fds, int n)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  g_auto (GStrv) environment = small_environment ();
  char *argv[] = {(char *) "thaw-reader", NULL};
  int number;

  prepare_files (&actions, fds, n);
  prepare_attributes (&attributes);
  number = posix_spawn (pid, thaw_confine_program (), &actions, &attributes, argv, environment);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  return number;
}

/* Moves descriptors out of the way of the numbers that the helper has for them, and starts it. 0 or
 * an error's number. */
static int
start (pid_t *pid, const int *given, int n)
{
  int fds[4] = {0}, number = 0, have = 0;

  g_assert (n <= (int) G_N_ELEMENTS (fds));
  for (; have < n; have++) {
    fds[have] = fcntl (given[have], F_DUPFD_CLOEXEC, THAW_FD_MORE);
    if (fds[have] < 0) {
      number = errno;
      break;
    }
  }
  if (number == 0)
    number = spawn (pid, fds, n);
  while (have-- > 0)
    close (fds[have]);
  return number;
}

/* --- End ---------------------------------------------------------------------------------------*/

/* Until nobody holds the other end of `alive`, the time is up or somebody cancels. TRUE: it ended
 * in time, or was cancelled. */
static bool
wait_for_end (const ThawConfineJob *job, int alive)
{
  const ThawConfineLimits *limits = &job->limits;
  gint64 wall_s = limits->wall_s > 0 ? limits->wall_s : WALL_BASE_S + (gint64) limits->cpu_s * 10;
  gint64 until_us = g_get_monotonic_time () + wall_s * G_USEC_PER_SEC;
  struct pollfd fds[2] = {{alive, POLLIN, 0}, {g_cancellable_get_fd (job->cancel), POLLIN, 0}};
  bool ended = false;

  while (!ended && !g_cancellable_is_cancelled (job->cancel)) {
    gint64 left_ms = (until_us - g_get_monotonic_time ()) / 1000;
    if (left_ms <= 0)
      break;
    if (poll (fds, 2, (int) MIN (left_ms, 60000)) > 0)
      ended = fds[0].revents != 0;
  }
  if (fds[1].fd >= 0)
    g_cancellable_release_fd (job->cancel);
  return ended || g_cancellable_is_cancelled (job->cancel);
}

static pid_t
wait_for (pid_t pid, int *status, int options)
{
  pid_t got;

  do
    got = waitpid (pid, status, options);
  while (got < 0 && errno == EINTR);
  return got;
}

/* Whatever it is at, it is over: what is ending already keeps its own status. Where somebody else
 * reaped it, or the system (SIGCHLD ignored), its number may be another's by now. */
static int
reap (pid_t pid)
{
  int status;
  pid_t got = wait_for (pid, &status, WNOHANG);

  if (got == 0) {
    kill (pid, SIGKILL);
    got = wait_for (pid, &status, 0);
  }
  return got == pid ? status : -1;
}

static gboolean
fail_start (const ThawConfineJob *job, int number, GError **error)
{
  g_set_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_START,
               _ ("%s: is not read, since the program that reads foreign files cannot be started: "
                  "%s: %s; install Thaw again"),
               job->subject, thaw_confine_program (), g_strerror (number));
  return FALSE;
}

gboolean
thaw_helper_run (
    const ThawConfineJob *job, int question, int answer, ThawHelperEnd *end, GError **error)
{
  int alive[2], given[4], number;
  pid_t pid;

  if (g_cancellable_set_error_if_cancelled (job->cancel, error))
    return FALSE;
  if (pipe2 (alive, O_CLOEXEC) != 0)
    return fail_start (job, errno, error);
  given[0] = question;
  given[1] = answer;
  given[2] = alive[1];
  given[3] = job->input;
  number = start (&pid, given, job->input >= 0 ? 4 : 3);
  close (alive[1]);
  if (number == 0) {
    end->late = !wait_for_end (job, alive[0]);
    end->status = reap (pid);
    end->whole = !end->late && (end->status == -1 || WIFEXITED (end->status));
  }
  close (alive[0]);
  if (number != 0)
    return fail_start (job, number, error);
  return !g_cancellable_set_error_if_cancelled (job->cancel, error);
}
