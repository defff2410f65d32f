/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CutMix: with probability p a box of each picture of a batch comes from the picture before it, the
 * same box for the batch: around a random pixel, sqrt (1 - lambda) of the sides, lambda of
 * Beta (alpha, alpha); what is outside is cut off, and lambda becomes the share that is left.
 * Source: Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable
 * Features" (2019); as in torchvision's references/classification/transforms.py (RandomCutmix). */
#include "transforms.h"

#include "beta.h"
#include "box.h"
#include "mix.h"

#include <math.h>

static const ThawParamSpec params[] = {
    {.name = "alpha",
     .help = N_ ("Shares are of Beta (alpha, alpha): 1 makes boxes of any area equally likely"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .exclusive_min = true,
     .max = 100,
     .def = {1}},
    {.name = "p",
     .help = N_ ("How likely a batch is mixed"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 1,
     .def = {1}},
};

void
thaw_mix_cut (ThawMix *mix, int side, double lambda, int y, int x)
{
  int half = (int) (0.5 * sqrt (1.0 - lambda) * side);

  mix->box = thaw_box_around (side, side, y, x, half, half);
  mix->lambda = 1.0 - (double) mix->box.h * mix->box.w / ((double) side * side);
}

static void
mix (const ThawChoice *choice, ThawRng *rng, int side, ThawMix *mix)
{
  double lambda;
  int x, y;

  if (thaw_rng_unit (rng) >= thaw_choice_real (choice, "p"))
    return;
  lambda = thaw_beta_draw (rng, thaw_choice_real (choice, "alpha"));
  x = (int) thaw_rng_below (rng, (uint64_t) side);
  y = (int) thaw_rng_below (rng, (uint64_t) side);
  thaw_mix_cut (mix, side, lambda, y, x);
}

const ThawTransform thaw_cutmix = {
    .entry = {.name = "CutMix",
              .title = N_ ("CutMix"),
              .help = N_ ("Replaces a box of each picture of a batch by its neighbour's, and mixes "
                          "the labels"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .mix = mix,
};
