/* SPDX-License-Identifier: GPL-3.0-or-later */
/* predictor: a run's best weights, ready to name what pictures show. Reads only. */
#pragma once

#include "best.h"

typedef struct {
  ThawPool *pool;
  ThawRecipe *recipe;
  ThawNet *net;           /* planned for batches of up to PREDICTOR_BATCH */
  ThawPipeline *pipeline; /* ToTensor and Normalize alone */
  ThawCheckpointInfo info;
  float *p; /* [batch][classes] of the latest predictor_run */
} Predictor;

#define PREDICTOR_BATCH 32

bool predictor_load (Predictor *predictor, ThawStore *store, const ThawRun *run, GError **error);
void predictor_clear (Predictor *predictor);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Predictor, predictor_clear)
/* Probabilities of n <= PREDICTOR_BATCH pictures, each [size][size][3]: [n][classes] (transfer
 * none), valid until the next call. */
const float *predictor_run (Predictor *predictor, const uint8_t *const *pictures, int n);
/* Class numbers by falling probability; equals by number. p, order: [classes]; order overwritten */
void predictor_rank (const Predictor *predictor, const float *p, int *order);
/* An array of {name, class, probability}: the `top` likeliest; top 0: all. */
void predictor_classes_json (
    const Predictor *predictor, CliJson *json, const char *member, const float *p, int top);
