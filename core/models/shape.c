/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a recipe's choice to the shape of a backbone, and whether its widths fit together. */
#include "models-private.h"

#include <string.h>

#define GENTLE_HALVINGS 2

const char *const thaw_stem_names[] = {"imagenet", "cifar", NULL};

/* Values of a parameter: the choice's, or as published. NULL: the family has no such parameter. */
static const double *
values_of (const ThawModel *model, const ThawChoice *choice, const char *name)
{
  for (int i = 0; i < model->entry.n_params; i++)
    if (strcmp (model->entry.params[i].name, name) == 0)
      return choice != NULL ? choice->values[i] : model->entry.params[i].def;
  return NULL;
}

static int
n_widths (const ThawModel *model)
{
  for (int i = 0; i < model->entry.n_params; i++)
    if (strcmp (model->entry.params[i].name, "widths") == 0)
      return model->entry.params[i].count;
  return 0;
}

ThawModelShape
thaw_model_shape (const ThawModel *model, const ThawChoice *choice, int classes)
{
  const double *stem = values_of (model, choice, "stem");
  const double *kernel = values_of (model, choice, "first_kernel");
  const double *pool = values_of (model, choice, "first_pool");
  const double *depth = values_of (model, choice, "stochastic_depth");
  const double *widths = values_of (model, choice, "widths");
  bool cifar = stem != NULL && strcmp (thaw_stem_names[(int) *stem], "cifar") == 0;
  ThawModelShape shape = {.classes = classes,
                          .dropout = model->dropout,
                          .stochastic_depth = depth != NULL ? *depth : 0,
                          .gentle = cifar ? GENTLE_HALVINGS : 0,
                          .first_kernel = kernel != NULL ? (int) *kernel : 0,
                          .first_pool = !cifar};

  if (pool != NULL && *pool != THAW_POOL_AUTO)
    shape.first_pool = *pool == THAW_POOL_KEEP;
  for (int i = 0; widths != NULL && i < n_widths (model); i++)
    shape.widths[i] = (int) widths[i];
  return shape;
}

static gboolean
check_kernel (const ThawModel *model, const ThawModelShape *shape, GError **error)
{
  if (values_of (model, NULL, "first_kernel") == NULL || shape->first_kernel % 2 == 1)
    return TRUE;
  g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
               _ ("model.first_kernel is %d, expected an odd number"), shape->first_kernel);
  return FALSE;
}

static gboolean
check_widths (const ThawModel *model, const ThawModelShape *shape, GError **error)
{
  const int *widths = shape->widths;

  if (model->first_skip && widths[0] != widths[1]) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
                 _ ("model.widths.1 is %d, expected %d, as model.widths.0: a skip connection of %s "
                    "adds the two"),
                 widths[1], widths[0], model->entry.name);
    return FALSE;
  }
  for (int i = 1; model->width_unit > 1 && i < n_widths (model); i++) {
    if (widths[i] % model->width_unit == 0)
      continue;
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
                 _ ("model.widths.%d is %d, expected a multiple of %d: %s splits its channels"), i,
                 widths[i], model->width_unit, model->entry.name);
    return FALSE;
  }
  return TRUE;
}

ThawGraph *
thaw_model_graph_shaped (const ThawModel *model,
                         const ThawModelShape *shape,
                         int size,
                         GError **error)
{
  g_autoptr (ThawGraph) graph = NULL;
  ThawNode logits;

  if (size < model->min_size) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
                 _ ("%s takes images of %d px or more, found %d px"), model->entry.name,
                 model->min_size, size);
    return NULL;
  }
  if (shape->classes < 1) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
                 _ ("%s needs one class or more, found %d"), model->entry.name, shape->classes);
    return NULL;
  }
  if (!check_kernel (model, shape, error) || !check_widths (model, shape, error))
    return NULL;
  graph = thaw_graph_new (3, size, size);
  logits = model->build (graph, shape);
  if (!thaw_graph_finish (graph, logits, error)) {
    g_prefix_error (error, "%s: ", model->entry.name);
    return NULL;
  }
  return g_steal_pointer (&graph);
}

static ThawGraph *
graph_of (const ThawModel *model,
          const ThawChoice *choice,
          int classes,
          int size,
          double dropout,
          GError **error)
{
  ThawModelShape shape = thaw_model_shape (model, choice, classes);

  if (dropout >= 0)
    shape.dropout = dropout;
  return thaw_model_graph_shaped (model, &shape, size, error);
}

ThawGraph *
thaw_model_graph (const ThawModel *model, int classes, int size, double dropout, GError **error)
{
  return graph_of (model, NULL, classes, size, dropout, error);
}

ThawGraph *
thaw_model_graph_of (
    const ThawChoice *choice, int classes, int size, double dropout, GError **error)
{
  return graph_of (thaw_model_find (choice->entry->name), choice, classes, size, dropout, error);
}
