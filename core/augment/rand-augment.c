/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RandAugment: some operations at random, all as strong as each other. Random numbers, for each:
 * which of 14, then, for what goes both ways, the sign.
 * Source: torchvision.transforms.RandAugment; nearest neighbour, fill 0. */
#include "policy.h"
#include "transforms.h"

static const ThawParamSpec params[] = {
    {.name = "num_ops",
     .help = N_ ("How many changes a picture gets"),
     .kind = THAW_PARAM_INT,
     .min = 1,
     .max = 10,
     .def = {2}},
    {.name = "magnitude",
     .help = N_ ("How strong they are: a step from 0 to num_magnitude_bins - 1"),
     .kind = THAW_PARAM_INT,
     .min = 0,
     .max = 999,
     .def = {9}},
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
  int n = thaw_choice_int (choice, "num_ops"), index = thaw_choice_int (choice, "magnitude");
  int bins = thaw_choice_int (choice, "num_magnitude_bins");

  for (int i = 0; i < n; i++) {
    ThawPolicyOp op = (ThawPolicyOp) thaw_rng_below (rng, THAW_POLICY_N_RANDOM);
    double magnitude =
        (double) thaw_policy_magnitude (op, THAW_POLICY_USUAL, bins, index, image->w);
    if (thaw_policy_signed (op) && thaw_rng_below (rng, 2) == 1)
      magnitude = -magnitude;
    thaw_policy_apply (op, magnitude, image, &scratch);
  }
}

static gboolean
check (const ThawChoice *choice, int place, int side, GError **error)
{
  int index = thaw_choice_int (choice, "magnitude");
  int bins = thaw_choice_int (choice, "num_magnitude_bins");

  if (index < bins)
    return TRUE;
  g_set_error (error, THAW_AUGMENT_ERROR, THAW_AUGMENT_ERROR_VALUE,
               _ ("augment.%d.magnitude is %d, expected a step from 0 to %d (augment.%d."
                  "num_magnitude_bins is %d)"),
               place, index, bins - 1, place, bins);
  return FALSE;
}

const ThawTransform thaw_rand_augment = {
    .entry = {.name = "RandAugment",
              .title = N_ ("RandAugment"),
              .help = N_ ("Some changes out of 14 at random, all equally strong"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .apply = apply,
    .check = check,
};
