/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate: how long a step of a recipe takes here, from a second or two of real steps; kept for
 * each machine and version in the cache folder (XDG_CACHE_HOME/thaw). */
#pragma once

#include "thaw-train.h"

typedef struct {
  double frozen_ms, thawed_ms, eval_ms; /* a step of a whole batch */
  double augment_us, plain_us;          /* an image, on one thread, with and without transforms */
  uint64_t activation_bytes;            /* of the larger of the training plans */
  double took_ms;
  bool cached;
} Calibration;

/* keep: nothing else computes on this machine now, as far as we know, so the figures are worth
 * keeping. FALSE with error when the model does not fit the size or memory. */
bool calibrate (const ThawRecipe *recipe,
                int classes,
                ThawPool *pool,
                bool keep,
                Calibration *out,
                GError **error);
