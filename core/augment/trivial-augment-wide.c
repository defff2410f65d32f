/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TrivialAugmentWide: one operation at random, at a random strength out of a wide range. Random
 * numbers: which of 14, the strength, then, for what goes both ways, the sign.
 * Source: torchvision.transforms.TrivialAugmentWide; nearest neighbour, fill 0. */
#include "policy.h"
#include "transforms.h"

static const ThawParamSpec params[] = {
    {.name = "num_magnitude_bins",
     .help = N_ ("Into how many steps each change's range is cut"),
     .kind = THAW_PARAM_INT,
     .min = 2,
     .max = 1000,
     .def = {31}},
};

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  int bins = thaw_choice_int (choice, "num_magnitude_bins");
  ThawPolicyOp op = (ThawPolicyOp) thaw_rng_below (rng, THAW_POLICY_N_RANDOM);
  int index = (int) thaw_rng_below (rng, (uint64_t) bins);
  double magnitude = (double) thaw_policy_magnitude (op, THAW_POLICY_WIDE, bins, index, image->w);

  if (thaw_policy_signed (op) && thaw_rng_below (rng, 2) == 1)
    magnitude = -magnitude;
  thaw_policy_apply (op, magnitude, image, &scratch);
}

const ThawTransform thaw_trivial_augment_wide = {
    .entry = {.name = "TrivialAugmentWide",
              .title = N_ ("TrivialAugment (wide)"),
              .help = N_ ("One change out of 14 at random, weak or very strong"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .apply = apply,
};
