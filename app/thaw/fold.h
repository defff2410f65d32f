/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fold: weights of a network with branches as plain convolutions, and what shows that both are one
 * network. */
#pragma once

#include "thaw-models.h"

typedef struct {
  int pictures;               /* of noise, that both forms saw            */
  double difference;          /* the largest of two logits                */
  double largest;             /* the largest logit                        */
  double before_ms, after_ms; /* inference on all of them: a median */
} FoldProof;

/* NULL with a sentence when the recipe's model does not fold, or when the logits of the two forms
 * differ by more than rounding explains. path names the weights. (transfer full) */
ThawStateDict *fold_weights (const ThawRecipe *recipe,
                             int classes,
                             const ThawStateDict *weights,
                             const char *path,
                             FoldProof *proof,
                             GError **error);
