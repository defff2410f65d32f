/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of backbones. */
#include "models-private.h"

#include <string.h>

/* In the order of lists: the two of the lesson, then from small to large. */
#define ALL(member)                                                                                \
  &thaw_model_resnet18 member, &thaw_model_mobilenet_v3_small member, &thaw_model_cnn3 member,     \
      &thaw_model_resnet20 member, &thaw_model_shufflenet_v2_x0_5 member,                          \
      &thaw_model_squeezenet1_1 member, &thaw_model_shufflenet_v2_x1_0 member,                     \
      &thaw_model_mobilenet_v2 member, &thaw_model_efficientnet_lite0 member,                      \
      &thaw_model_efficientnet_b0 member, &thaw_model_mobilenet_v3_large member,                   \
      &thaw_model_repvgg_a0 member, NULL

static const ThawModel *const models[] = {ALL ()};
static const ThawEntry *const entries[] = {ALL (.entry)};

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
