/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw predict: what pictures show, by the best weights of a run. */
#include "best.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  ThawPool *pool;
  ThawRecipe *recipe;
  ThawNet *net;
  ThawPipeline *pipeline; /* ToTensor and Normalize alone */
  ThawCheckpointInfo info;
} Predictor;

static void
predictor_clear (Predictor *predictor)
{
  thaw_checkpoint_info_clear (&predictor->info);
  g_clear_pointer (&predictor->pipeline, thaw_pipeline_free);
  g_clear_pointer (&predictor->net, thaw_net_free);
  g_clear_pointer (&predictor->recipe, thaw_recipe_free);
  g_clear_pointer (&predictor->pool, thaw_pool_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Predictor, predictor_clear)

static bool
load (Predictor *predictor, ThawStore *store, const ThawRun *run, GError **error)
{
  g_autofree char *path = best_file (store, run, "best", error);
  g_autoptr (ThawStateDict) weights = NULL;
  const ThawModel *model;
  ThawGraph *graph;

  if (path == NULL || !thaw_checkpoint_info (path, &predictor->info, error))
    return false;
  weights = thaw_checkpoint_weights (path, error);
  if (weights == NULL)
    return false;
  predictor->recipe =
      thaw_recipe_parse (run->recipe, -1, _ ("the run's recipe"), thaw_catalogues (), error);
  if (predictor->recipe == NULL)
    return false;
  model = thaw_model_find (predictor->recipe->model.choice.entry->name);
  graph =
      thaw_model_graph (model, predictor->info.n_classes, predictor->recipe->data.size, -1, error);
  if (graph == NULL)
    return false;
  predictor->pool = thaw_pool_new (0);
  predictor->net = thaw_net_new (graph, predictor->pool, error);
  if (predictor->net == NULL || !thaw_net_load (predictor->net, weights, path, error) ||
      !thaw_net_plan (predictor->net, THAW_MODE_EVAL, 1, error))
    return false;
  predictor->pipeline = thaw_pipeline_new (NULL, 0, predictor->recipe->mean, predictor->recipe->std,
                                           predictor->recipe->data.size, error);
  return predictor->pipeline != NULL;
}

/* Class numbers by falling probability. order, p: [n], overwritten */
static void
rank (const float *p, int n, int *order)
{
  for (int i = 0; i < n; i++) {
    int at = i;
    while (at > 0 && p[order[at - 1]] < p[i]) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = i;
  }
}

static bool
predict (Predictor *predictor, const char *picture, int top, CliJson *builder, GError **error)
{
  int classes = predictor->info.n_classes;
  g_autofree uint8_t *pixels = thaw_picture_read (picture, predictor->recipe->data.size, error);
  g_autofree float *p = g_new (float, classes);
  g_autofree int *order = g_new0 (int, classes);

  if (pixels == NULL)
    return false;
  thaw_pipeline_apply (predictor->pipeline, pixels, 0, 0, 0, thaw_net_input (predictor->net), 0, 1);
  thaw_softmax (thaw_net_forward (predictor->net, THAW_MODE_EVAL, 1), classes, p);
  rank (p, classes, order);

  if (builder != NULL) {
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "picture", picture);
    cli_json_begin_array (builder, "classes");
  } else {
    printf ("%s\n", picture);
  }
  for (int i = 0; i < MIN (top, classes); i++) {
    const char *name = predictor->info.class_names[order[i]];
    g_autofree char *percent = cli_percent ((double) p[order[i]]);
    if (builder == NULL) {
      printf ("  %9s  %s\n", percent, name);
      continue;
    }
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "name", name);
    cli_json_int (builder, "class", order[i]);
    cli_json_real (builder, "probability", (double) p[order[i]]);
    cli_json_end_object (builder);
  }
  if (builder != NULL) {
    cli_json_end_array (builder);
    cli_json_end_object (builder);
  }
  return true;
}

int
cmd_predict (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CliJson) builder = NULL;
  g_auto (Predictor) predictor = {0};
  gboolean json = FALSE;
  int top = 3, status, failed = 0;
  const GOptionEntry entries[] = {
      {"top", 'k', 0, G_OPTION_ARG_INT, &top, N_ ("How many classes to name (3)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 2, -1, &status))
    return status;
  if (top < 1)
    return cli_fail_usage (_ ("--top is %d, expected 1 or more"), top);
  store = cli_store (THAW_STORE_READ, &error);
  run = store != NULL ? thaw_store_find_run (store, argv[1], &error) : NULL;
  if (run == NULL || !load (&predictor, store, run, &error))
    return cli_fail (error);
  if (json) {
    builder = cli_json_new ();
    cli_json_begin_array (builder, NULL);
  }
  for (int i = 2; i < argc; i++)
    if (!predict (&predictor, argv[i], top, builder, &error)) {
      cli_fail (error);
      g_clear_error (&error);
      failed++;
    }
  if (json) {
    cli_json_end_array (builder);
    cli_json_print (g_steal_pointer (&builder));
  }
  return failed > 0 ? CLI_FAILED : CLI_OK;
}
