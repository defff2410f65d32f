/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of backbones, and graphs made from it. */
#include "models-private.h"

#include <string.h>

static const ThawModel *const models[] = {&thaw_model_resnet18, &thaw_model_mobilenet_v3_small,
                                          NULL};
static const ThawEntry *const entries[] = {&thaw_model_resnet18.entry,
                                           &thaw_model_mobilenet_v3_small.entry, NULL};

const ThawModel *const *
thaw_models (void)
{
  return models;
}

const ThawModel *
thaw_model_find (const char *name)
{
  for (int i = 0; models[i] != NULL; i++)
    if (strcmp (models[i]->entry.name, name) == 0)
      return models[i];
  return NULL;
}

ThawCatalogue
thaw_models_catalogue (void)
{
  return (ThawCatalogue){entries};
}

const ThawWeightsFile *const *
thaw_weights_catalogue (void)
{
  static const ThawWeightsFile *files[G_N_ELEMENTS (models)]; /* the last stays NULL */
  static gsize once;

  if (g_once_init_enter (&once)) {
    for (int i = 0, n = 0; models[i] != NULL; i++)
      if (models[i]->weights != NULL)
        files[n++] = models[i]->weights;
    g_once_init_leave (&once, 1);
  }
  return files;
}

ThawGraph *
thaw_model_graph (const ThawModel *model, int classes, int size, double dropout, GError **error)
{
  g_autoptr (ThawGraph) graph = NULL;
  ThawNode logits;

  if (size < model->min_size) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
                 _ ("%s takes images of %d px or more, found %d px"), model->entry.name,
                 model->min_size, size);
    return NULL;
  }
  if (classes < 1) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
                 _ ("%s needs one class or more, found %d"), model->entry.name, classes);
    return NULL;
  }
  graph = thaw_graph_new (3, size, size);
  logits = model->build (graph, classes, dropout < 0 ? model->dropout : dropout);
  if (!thaw_graph_finish (graph, logits, error)) {
    g_prefix_error (error, "%s: ", model->entry.name);
    return NULL;
  }
  return g_steal_pointer (&graph);
}
