/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights-check.h"
#include "session.h"
#include "thaw-models.h"

#include <stdio.h>

void
weights_check_clear (WeightsCheck *check)
{
  g_free (check->preset);
  g_free (check->recipe);
  g_strfreev (check->set);
}

/* The network that a run would make, with the weights in it. *note: (nullable) a sentence. */
static bool
load (Session *session, int classes, char **note, GError **error)
{
  const ThawRecipe *recipe = session->recipe;
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);
  ThawGraph *graph = thaw_model_graph_of (&recipe->model.choice, classes, recipe->data.size,
                                          recipe->model.dropout, error);
  g_autoptr (ThawNet) net = NULL;

  if (graph == NULL)
    return false; /* else the net takes it over */
  session->pool = thaw_pool_new (1);
  net = thaw_net_new (graph, session->pool, error);
  return net != NULL && thaw_model_load (model, net, session->weights, session->weights_path,
                                         recipe->seed, note, error);
}

static void
say (const Session *session, const char *note, bool json)
{
  const char *path = session->weights_path != NULL ? session->weights_path : "random";

  if (json) {
    CliJson *builder = cli_json_new ();
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "path", path);
    cli_json_text (builder, "model", session->recipe->model.choice.entry->name);
    cli_json_text (builder, "note", note);
    cli_json_end_object (builder);
    cli_json_print (builder);
    return;
  }
  printf (_ ("%s: fits %s\n"), path, session->recipe->model.choice.entry->name);
  if (note != NULL)
    puts (note);
}

int
weights_check (const WeightsCheck *check, bool json)
{
  g_auto (Session) session = {0};
  g_autoptr (GError) error = NULL;
  g_autofree char *note = NULL;

  if (check->preset != NULL && check->recipe != NULL)
    return cli_fail_usage (_ ("--preset and --recipe exclude each other"));
  if (check->classes < 2 || check->classes > 100000)
    return cli_fail_usage (_ ("--classes is %d, expected a number from 2 to 100000"),
                           check->classes);
  session.recipe =
      session_recipe (check->preset != NULL ? check->preset : "day44-mobilenet-v3-small",
                      check->recipe, (const char *const *) check->set, &error);
  if (session.recipe == NULL || !session_read_weights (&session, &error))
    return cli_fail (error);
  if (session.weights != NULL && !load (&session, check->classes, &note, &error))
    return cli_fail (error);
  say (&session, note, json);
  return CLI_OK;
}
