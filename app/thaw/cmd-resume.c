/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw resume: goes on with a run from its newest sound checkpoint, or begins one that was queued.
 */
#include "best.h"
#include "session.h"
#include "thaw-catalogues.h"

#include <string.h>

static void
tidy (Session *session, const char *folder)
{
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (session->store, session->run->id, NULL);
  g_autoptr (GPtrArray) keep = g_ptr_array_new ();

  if (artifacts == NULL)
    return;
  for (guint i = 0; i < artifacts->len; i++)
    g_ptr_array_add (keep, ((ThawArtifact *) artifacts->pdata[i])->file);
  g_ptr_array_add (keep, NULL);
  thaw_checkpoints_tidy (folder, (const char *const *) keep->pdata);
}

/* The run as it is once its lock is ours: nobody changes its state from then on. */
static bool
take_run (Session *session, const char *which, GError **error)
{
  g_autoptr (ThawRun) run = NULL;

  session->store = cli_store (THAW_STORE_WRITE, error);
  run = session->store != NULL ? thaw_store_find_run (session->store, which, error) : NULL;
  if (run == NULL)
    return false;
  if (run->trashed_ms != 0) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
                 _ ("run %.8s '%s' is in the trash: 'thaw restore' takes it back"), run->id,
                 run->name);
    return false;
  }
  session->lock = thaw_run_lock (session->store, run->id, error);
  session->run =
      session->lock != NULL ? thaw_store_find_run (session->store, run->id, error) : NULL;
  if (session->run == NULL)
    return false;
  if (session->run->state == THAW_RUN_FINISHED) {
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
                 _ ("run %.8s '%s' is finished: there is nothing to resume"), session->run->id,
                 session->run->name);
    return false;
  }
  return true;
}

static bool
prepare_resume (Session *session, const char *data, int threads, GError **error)
{
  g_autoptr (ThawArtifact) from = NULL;
  g_autofree char *folder = NULL, *path = NULL;
  ThawTrainSpec spec;
  GError *local = NULL;

  session->recipe = thaw_recipe_parse (session->run->recipe, -1, _ ("the run's recipe"),
                                       thaw_catalogues (), error);
  if (session->recipe == NULL)
    return false;
  from = last_sound (session->store, session->run, &local);
  if (local != NULL) {
    g_propagate_error (error, local);
    return false;
  }
  session->pool = thaw_pool_new (threads);
  if (from == NULL && !session_read_weights (session, error))
    return false;
  if (!session_read_data (session, data != NULL ? data : session->run->data_path, error) ||
      !session_check_data (session, error))
    return false;
  folder = thaw_store_run_folder (session->store, session->run->id);
  path = from != NULL ? g_build_filename (folder, from->file, NULL) : NULL;
  tidy (session, folder);
  spec = session_spec (session, folder, path);
  session->trainer = thaw_trainer_new (&spec, error);
  if (session->trainer == NULL)
    return false;
  worker_catch_signals ();
  return thaw_store_begin_attempt (session->store, session->run->id, from != NULL ? from->epoch : 0,
                                   from != NULL ? from->step : 0, &session->run->attempt, error);
}

/* A queued run that cannot begin says why, and makes way for the next one. */
static void
leave_queue (Session *session, const GError *why)
{
  if (session->run->queue_place != 0)
    thaw_store_set_state (session->store, session->run->id, THAW_RUN_FAILED, why->message, NULL);
}

int
cmd_resume (int argc, char **argv)
{
  g_auto (Session) session = {0};
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  int threads = 0, status;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &data,
       N_ ("Where the data set is now, if it was moved"), N_ ("PATH")},
      {"threads", 't', 0, G_OPTION_ARG_INT, &threads,
       N_ ("Threads that compute (default: all cores)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a line, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (threads < 0 || threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"), threads);
  if (!take_run (&session, argv[1], &error))
    return cli_fail (error);
  if (!prepare_resume (&session, data, threads, &error)) {
    leave_queue (&session, error);
    return cli_fail (error);
  }
  return session_go (&session, json);
}
