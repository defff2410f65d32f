/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mixup: with probability p each picture of a batch becomes lambda of itself and 1 - lambda of the
 * picture before it, lambda of Beta (alpha, alpha), one for the batch.
 * Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization" (2018); partners and
 * probability as in torchvision's references/classification/transforms.py (RandomMixup). */
#include "transforms.h"

#include "beta.h"

static const ThawParamSpec params[] = {
    {.name = "alpha",
     .help = N_ ("Shares are of Beta (alpha, alpha): small values mix little, 1 anything"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .exclusive_min = true,
     .max = 100,
     .def = {0.2}},
    {.name = "p",
     .help = N_ ("How likely a batch is mixed"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 1,
     .def = {1}},
};

static void
mix (const ThawChoice *choice, ThawRng *rng, int side, ThawMix *mix)
{
  if (thaw_rng_unit (rng) < thaw_choice_real (choice, "p"))
    mix->lambda = thaw_beta_draw (rng, thaw_choice_real (choice, "alpha"));
}

const ThawTransform thaw_mixup = {
    .entry = {.name = "Mixup",
              .title = N_ ("Mixup"),
              .help = N_ ("Blends the pictures and labels of a batch, each with its neighbour's"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .mix = mix,
};
