/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "predictor.h"
#include "thaw-catalogues.h"

void
predictor_clear (Predictor *predictor)
{
  thaw_checkpoint_info_clear (&predictor->info);
  g_clear_pointer (&predictor->p, g_free);
  g_clear_pointer (&predictor->pipeline, thaw_pipeline_free);
  g_clear_pointer (&predictor->net, thaw_net_free);
  g_clear_pointer (&predictor->recipe, thaw_recipe_free);
  g_clear_pointer (&predictor->pool, thaw_pool_free);
}

static bool
make_net (Predictor *predictor, const ThawStateDict *weights, const char *path, GError **error)
{
  const ThawRecipe *recipe = predictor->recipe;
  ThawGraph *graph = thaw_model_graph_of (&recipe->model.choice, predictor->info.n_classes,
                                          recipe->data.size, -1, error);

  if (graph == NULL)
    return false;
  predictor->pool = thaw_pool_new (0);
  predictor->net = thaw_net_new (graph, predictor->pool, error);
  if (predictor->net == NULL || !thaw_net_load (predictor->net, weights, path, error) ||
      !thaw_net_plan (predictor->net, THAW_MODE_EVAL, PREDICTOR_BATCH, error))
    return false;
  thaw_net_fold (predictor->net);
  return true;
}

bool
predictor_load (Predictor *predictor, ThawStore *store, const ThawRun *run, GError **error)
{
  g_autofree char *path = best_file (store, run, "best", error);
  g_autoptr (ThawStateDict) weights = NULL;

  if (path == NULL || !thaw_checkpoint_info (path, &predictor->info, error))
    return false;
  weights = thaw_checkpoint_weights (path, error);
  if (weights == NULL)
    return false;
  predictor->recipe =
      thaw_recipe_parse (run->recipe, -1, _ ("the run's recipe"), thaw_catalogues (), error);
  if (predictor->recipe == NULL || !make_net (predictor, weights, path, error))
    return false;
  predictor->p = g_new (float, (gsize) PREDICTOR_BATCH *(gsize) predictor->info.n_classes);
  predictor->pipeline = thaw_pipeline_new (NULL, 0, predictor->recipe->mean, predictor->recipe->std,
                                           predictor->recipe->data.size, error);
  return predictor->pipeline != NULL;
}

const float *
predictor_run (Predictor *predictor, const uint8_t *const *pictures, int n)
{
  int classes = predictor->info.n_classes;
  const float *logits;

  for (int i = 0; i < n; i++)
    thaw_pipeline_apply (predictor->pipeline, pictures[i], 0, 0, (uint64_t) i,
                         thaw_net_input (predictor->net), i, n);
  logits = thaw_net_forward (predictor->net, THAW_MODE_EVAL, n);
  for (int i = 0; i < n; i++)
    thaw_softmax (logits + (gsize) i * (gsize) classes, classes,
                  predictor->p + (gsize) i * (gsize) classes);
  return predictor->p;
}

typedef struct {
  float p;
  int class;
} Ranked;

static int
compare_ranked (const void *a, const void *b)
{
  const Ranked *one = a, *other = b;

  if (one->p != other->p)
    return one->p > other->p ? -1 : 1;
  return one->class - other->class;
}

void
predictor_rank (const Predictor *predictor, const float *p, int *order)
{
  int n = predictor->info.n_classes;
  g_autofree Ranked *ranked = g_new (Ranked, n);

  for (int i = 0; i < n; i++)
    ranked[i] = (Ranked){p[i], i};
  qsort (ranked, (size_t) n, sizeof *ranked, compare_ranked);
  for (int i = 0; i < n; i++)
    order[i] = ranked[i].class;
}

void
predictor_classes_json (
    const Predictor *predictor, CliJson *json, const char *member, const float *p, int top)
{
  int n = predictor->info.n_classes;
  g_autofree int *order = g_new0 (int, n);

  predictor_rank (predictor, p, order);
  cli_json_begin_array (json, member);
  for (int i = 0; i < (top > 0 ? MIN (top, n) : n); i++) {
    cli_json_begin_object (json, NULL);
    cli_json_text (json, "name", predictor->info.class_names[order[i]]);
    cli_json_int (json, "class", order[i]);
    cli_json_real (json, "probability", (double) p[order[i]]);
    cli_json_end_object (json);
  }
  cli_json_end_array (json);
}
