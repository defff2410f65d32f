/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue's worker holds HOME/queue.lock and nothing else: all that counts is in the store, so
 * that it may be killed at any time. The run that it started goes on by itself then, and whoever
 * works the queue next waits for it. */
#include "queue-work.h"
#include "signals.h"
#include "sweep.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_INTERVAL_US 500000  /* between two looks whether others still train */
#define CHILD_INTERVAL_US 100000 /* between two looks at our own */

/* --- What is next --- */

/* The first that nobody is starting; NULL without error when there is none. */
static ThawRun *
first_queued (ThawStore *store, GError **error)
{
  g_autoptr (GPtrArray) queue = thaw_store_queue (store, error);

  for (guint i = 0; queue != NULL && i < queue->len; i++)
    if (((ThawRun *) queue->pdata[i])->state == THAW_RUN_QUEUED)
      return g_ptr_array_steal_index (queue, i);
  return NULL;
}

/* Whether a run of this home computes just now: a paused one does not. */
static bool
somebody_trains (ThawStore *store, GError **error)
{
  g_autoptr (GPtrArray) live = thaw_store_live_runs (store, error);

  for (guint i = 0; live != NULL && i < live->len; i++)
    if (((ThawRun *) live->pdata[i])->state != THAW_RUN_PAUSED)
      return true;
  return false;
}

/* --- One run --- */

static GPid
spawn (const char *run_id, int threads, bool json, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%d", threads);
  char *arguments[8] = {(char *) "/proc/self/exe", (char *) "thaw", (char *) "resume",
                        (char *) run_id};
  int n = 4;
  GPid pid = 0;

  if (threads > 0)
    arguments[n++] = (char *) "--threads", arguments[n++] = number;
  if (json)
    arguments[n++] = (char *) "--json";
  g_spawn_async (NULL, arguments, NULL,
                 G_SPAWN_FILE_AND_ARGV_ZERO | G_SPAWN_DO_NOT_REAP_CHILD |
                     G_SPAWN_CHILD_INHERITS_STDIN,
                 NULL, NULL, &pid, error);
  return pid;
}

/* Passes a signal on, once, so that the run is saved. */
static int
wait_for_child (GPid pid)
{
  bool passed = false;
  int status = 0;

  while (waitpid (pid, &status, WNOHANG) == 0) {
    if (signals_asked () != 0 && !passed) {
      kill (pid, signals_asked () == SIGINT ? SIGINT : SIGTERM);
      passed = true;
    }
    g_usleep (CHILD_INTERVAL_US);
  }
  return status;
}

/* A run that could not even begin would be the next one for ever. One that somebody has touched
 * meanwhile is another matter: it began, or left the queue and was queued once more, even while we
 * had not seen yet that its worker ended. */
static gboolean
check_begun (ThawStore *store, const ThawRun *before, int status, GError **error)
{
  g_autoptr (ThawRun) run = thaw_store_find_run (store, before->id, error);
  g_autofree char *message = NULL;

  if (run == NULL) {
    bool gone = g_error_matches (*error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
    if (gone)
      g_clear_error (error);
    return gone; /* deleted meanwhile */
  }
  if (run->state != THAW_RUN_QUEUED || signals_asked () != 0)
    return TRUE;
  message = WIFSIGNALED (status)
                ? g_strdup_printf (_ ("the worker was ended by signal %d before the run began"),
                                   WTERMSIG (status))
                : g_strdup (_ ("the worker ended before the run began"));
  return thaw_store_set_state_if_as_seen (store, before, THAW_RUN_FAILED, message, error);
}

static gboolean
train (ThawStore *store, const ThawRun *run, int threads, bool json, GError **error)
{
  GPid pid = spawn (run->id, threads, json, error);
  int status;

  if (pid == 0)
    return FALSE;
  status = wait_for_child (pid);
  g_spawn_close_pid (pid);
  if (WIFEXITED (status) && WEXITSTATUS (status) == CLI_INTERRUPTED)
    raise (SIGINT); /* Ctrl-C is for the whole terminal */
  return check_begun (store, run, status, error);
}

/* --- The queue --- */

/* Trains all that is queued; FALSE with error when the store or the child failed. */
static gboolean
work_off (ThawStore *store, int threads, bool json, GError **error)
{
  GError *local = NULL;

  while (signals_asked () == 0) {
    g_autoptr (ThawRun) run = first_queued (store, &local);
    if (local == NULL && run != NULL && somebody_trains (store, &local)) {
      g_usleep (WAIT_INTERVAL_US);
      continue;
    }
    if (local == NULL && run == NULL)
      return TRUE;
    if (local != NULL || !train (store, run, threads, json, &local)) {
      g_propagate_error (error, local);
      return FALSE;
    }
  }
  return TRUE;
}

/* Runs of sweeps that a kill has interrupted go on by themselves: nobody watches each of them. */
static gboolean
take_up_sweeps (ThawStore *store, GError **error)
{
  int n;

  return sweep_requeue (store, NULL, false, &n, error);
}

/* Whoever queues a run just as we end finds the lock taken and leaves; so we look once more after
 * letting go. */
static gboolean
work (ThawStore *store, int threads, bool json, GError **error)
{
  for (;;) {
    g_autoptr (ThawRun) more = NULL;
    GError *local = NULL;
    ThawQueueLock *lock = thaw_queue_lock (store, &local);

    if (g_error_matches (local, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE)) {
      cli_note ("%s", local->message);
      g_clear_error (&local);
      return TRUE;
    }
    if (lock != NULL && take_up_sweeps (store, &local))
      work_off (store, threads, json, &local);
    thaw_queue_unlock (lock);
    if (local == NULL && signals_asked () == 0)
      more = first_queued (store, &local);
    if (local != NULL) {
      g_propagate_error (error, local);
      return FALSE;
    }
    if (more == NULL)
      return TRUE;
  }
}

int
queue_work (int threads, bool json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_WRITE, &error);

  if (store == NULL)
    return cli_fail (error);
  signals_catch ();
  if (!work (store, threads, json, &error))
    return cli_fail (error);
  if (signals_asked () == 0)
    return CLI_OK;
  return signals_asked () == SIGINT ? CLI_INTERRUPTED : CLI_STOPPED;
}
