/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw pause, continue, stop, save: a request is a row that the worker reads after each batch and
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
    if (!thaw_run_alive (store, run_id)) {
      g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_BUSY,
                   _ ("the worker of run %.8s ended before it answered"), run_id);
      return false;
    }
    g_usleep (50000);
  }
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_BUSY,
               _ ("the worker of run %.8s did not answer within %d seconds; what was asked for is "
                  "done when it goes on"),
               run_id, ANSWER_WAIT_S);
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

/* Asks and waits for the answer. (transfer full); NULL after the error is said */
static char *
ask (const char *which, const char *verb, ThawStore **store, ThawRun **run)
{
  g_autoptr (GError) error = NULL;
  char *answer = NULL;
  gint64 id;

  *store = cli_store (THAW_STORE_WRITE, &error);
  *run = *store != NULL ? thaw_store_find_run (*store, which, &error) : NULL;
  if (*run != NULL && !thaw_run_alive (*store, (*run)->id)) {
    cli_note (_ ("thaw: run %.8s '%s' is not running: it is %s"), (*run)->id, (*run)->name,
              cli_state_text ((*run)->state));
    return NULL;
  }
  if (*run == NULL || !thaw_store_ask (*store, (*run)->id, verb, &id, &error) ||
      !wait_for_answer (*store, (*run)->id, id, &answer, &error))
    cli_fail (error);
  return answer;
}

static int
request (int argc, char **argv, const char *verb, const char *done_text)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL;
  g_autofree char *answer = ask (argv[1], verb, &store, &run);

  if (answer == NULL)
    return CLI_FAILED;
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

int
cmd_save (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL;
  g_autofree char *answer = NULL, *folder = NULL, *path = NULL;
  gboolean json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, 1, &status))
    return status;
  answer = ask (argv[1], "save", &store, &run);
  if (answer == NULL)
    return CLI_FAILED;
  folder = thaw_store_run_folder (store, run->id);
  path = g_build_filename (folder, answer, NULL);
  if (strchr (answer, ' ') != NULL) {
    cli_note (strcmp (answer, THAW_ANSWER_NO_ROOM) == 0
                  ? _ ("thaw: run %.8s '%s' was not saved: there is no room for a checkpoint")
                  : _ ("thaw: run %.8s '%s' was not saved: its worker had ended"),
              run->id, run->name);
    return CLI_FAILED;
  }
  if (json) {
    CliJson *builder = cli_json_new ();
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "run", run->id);
    cli_json_text (builder, "path", path);
    cli_json_end_object (builder);
    cli_json_print (builder);
  } else {
    printf (_ ("Run %.8s '%s' is saved: %s\n"), run->id, run->name, path);
  }
  return CLI_OK;
}
