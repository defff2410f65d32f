/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw verify: does one epoch of a run again and compares what comes out, bit for bit. */
#include "verify.h"

static bool
find_run (Session *session, const char *which, GError **error)
{
  session->store = cli_store (THAW_STORE_READ, error);
  session->run = session->store != NULL ? thaw_store_find_run (session->store, which, error) : NULL;
  if (session->run == NULL)
    return false;
  if (!thaw_run_alive (session->store, session->run->id))
    return true;
  g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
               _ ("run %.8s '%s' is being trained: verify it when it has stopped"),
               session->run->id, session->run->name);
  return false;
}

int
cmd_verify (int argc, char **argv)
{
  g_auto (Session) session = {0};
  g_auto (Verify) verify = {.session = &session};
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  int threads = 0, epoch = 0, status;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
      {"epoch", 'e', 0, G_OPTION_ARG_INT, &epoch,
       N_ ("Which epoch, from 1 (default: the newest that can be)"), N_ ("N")},
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &data,
       N_ ("Where the data set is now, if it was moved"), N_ ("PATH")},
      {"threads", 't', 0, G_OPTION_ARG_INT, &threads,
       N_ ("Threads that compute (default: all cores)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object, for programs"), NULL},
      {NULL},
  };

  epoch = -1;
  if (!cli_parse (NULL, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (threads < 0 || threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"), threads);
  if (epoch == 0 || epoch < -1 || epoch > 1000000)
    return cli_fail_usage (_ ("--epoch is %d, expected a number from 1"), epoch);
  if (!find_run (&session, argv[1], &error) || !verify_choose (&verify, MAX (epoch, 0), &error))
    return cli_fail (error);
  verify.run_folder = thaw_store_run_folder (session.store, session.run->id);
  return verify_run (&verify, data, threads, json);
}
