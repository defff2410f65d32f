/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw pause, continue, stop: a request is a row that the worker reads after each batch and
 * answers. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_WAIT_S 15
#define END_WAIT_S 60

static bool
wait_for_answer (
    ThawStore *store, const char *run_id, gint64 request, char **answer, GError **error)
{
  for (int i = 0; i < ANSWER_WAIT_S * 20; i++) {
    GError *local = NULL;
    *answer = thaw_store_request_answer (store, request, &local);
    if (local != NULL) {
      g_propagate_error (error, local);
      return false;
    }
    if (*answer != NULL)
      return true;
    if (!thaw_run_alive (store, run_id))
      break;
    g_usleep (50000);
  }
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_BUSY,
               _ ("the worker of run %.8s did not answer within %d seconds"), run_id,
               ANSWER_WAIT_S);
  return false;
}

/* TRUE when the run has reached the wanted state, or its worker is gone. */
static bool
reached (ThawStore *store, const char *run_id, const char *verb)
{
  g_autoptr (ThawRun) run = NULL;

  if (strcmp (verb, "stop") == 0 || strcmp (verb, "stop-epoch") == 0)
    return !thaw_run_alive (store, run_id);
  run = thaw_store_find_run (store, run_id, NULL);
  if (run == NULL)
    return true;
  return run->state != (strcmp (verb, "pause") == 0 ? THAW_RUN_RUNNING : THAW_RUN_PAUSED);
}

static int
request (int argc, char **argv, const char *verb, const char *done_text)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL;
  gint64 id;

  store = cli_store (THAW_STORE_WRITE, &error);
  if (store == NULL)
    return cli_fail (error);
  run = thaw_store_find_run (store, argv[1], &error);
  if (run == NULL)
    return cli_fail (error);
  if (!thaw_run_alive (store, run->id)) {
    cli_note (_ ("thaw: run %.8s '%s' is not running: it is %s"), run->id, run->name,
              cli_state_text (run->state));
    return CLI_FAILED;
  }
  if (!thaw_store_ask (store, run->id, verb, &id, &error) ||
      !wait_for_answer (store, run->id, id, &answer, &error))
    return cli_fail (error);
  if (strcmp (verb, "stop-epoch") != 0)
    for (int i = 0; i < END_WAIT_S * 20 && !reached (store, run->id, verb); i++)
      g_usleep (50000);
  printf (done_text, run->id, run->name);
  putchar ('\n');
  return CLI_OK;
}

int
cmd_pause (int argc, char **argv)
{
  int status;

  if (!cli_parse (NULL, NULL, &argc, &argv, 1, 1, &status))
    return status;
  return request (argc, argv, "pause", _ ("Run %.8s '%s' is paused."));
}

int
cmd_continue (int argc, char **argv)
{
  int status;

  if (!cli_parse (NULL, NULL, &argc, &argv, 1, 1, &status))
    return status;
  return request (argc, argv, "continue", _ ("Run %.8s '%s' goes on."));
}

int
cmd_stop (int argc, char **argv)
{
  gboolean after_epoch = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"after-epoch", 0, 0, G_OPTION_ARG_NONE, &after_epoch, N_ ("Finish the current epoch first"),
       NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, 1, &status))
    return status;
  return after_epoch
             ? request (argc, argv, "stop-epoch", _ ("Run %.8s '%s' stops after this epoch."))
             : request (argc, argv, "stop", _ ("Run %.8s '%s' is saved and stopped."));
}
