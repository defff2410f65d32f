/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model-change: a backbone in another shape than the published one, for commands that take no
 * recipe: --stem, and --set for every field below "model". */
#pragma once

#include "thaw-models.h"

typedef struct {
  char *stem; /* (nullable) */
  char **set; /* (nullable) assignments "model.FIELD=VALUE" */
} ModelChange;

void model_change_clear (ModelChange *change);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ModelChange, model_change_clear)
#define MODEL_CHANGE_OPTIONS(change)                                                               \
  {"stem",                                                                                         \
   0,                                                                                              \
   0,                                                                                              \
   G_OPTION_ARG_STRING,                                                                            \
   &(change)->stem,                                                                                \
   N_ ("First strides: imagenet, as published, or cifar"),                                         \
   N_ ("NAME")},                                                                                   \
  {                                                                                                \
    "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &(change)->set,                                      \
        N_ ("Change a field of the model, e.g. --set model.stem=cifar; may be repeated"),          \
        N_ ("KEY.PATH=VALUE")                                                                      \
  }
/* CLI_OK, or the status of wrong usage, which was explained. */
int model_change_check (const ModelChange *change);
/* Whether there is something for this backbone: a stem is nothing to one that has none. */
bool model_change_is_for (const ModelChange *change, const ThawModel *model);
/* A recipe whose "model" is the backbone with all changes. (transfer full) */
ThawRecipe *model_change_apply (const ModelChange *change, const ThawModel *model, GError **error);
/* "stem cifar, widths [16, 32, 64]": what differs from the published shape; "" for nothing.
 * (transfer full) */
char *model_change_say (const ThawRecipe *recipe);
