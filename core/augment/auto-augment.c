/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AutoAugment: one of 25 pairs of operations that a search had found to help on CIFAR-10; each of
 * the two runs with its own probability, at its own strength, one way or the other. Random numbers:
 * the pair, two of U(0, 1), two signs.
 * Source: torchvision.transforms.AutoAugment (AutoAugmentPolicy.CIFAR10); nearest neighbour, fill
 * 0.
 */
#include "policy.h"
#include "transforms.h"

#define BINS 10

static const char *const policies[] = {"cifar10", NULL};

static const ThawParamSpec params[] = {
    {.name = "policy",
     .help = N_ ("The data set for which the pairs of operations were found"),
     .kind = THAW_PARAM_CHOICE,
     .choices = policies},
};

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  const ThawPolicyStep *pair = thaw_policy_cifar10[thaw_rng_below (rng, THAW_POLICY_CIFAR10)];
  double u[2] = {thaw_rng_unit (rng), thaw_rng_unit (rng)};
  uint64_t plus[2] = {thaw_rng_below (rng, 2), thaw_rng_below (rng, 2)};

  for (int k = 0; k < 2; k++) {
    ThawPolicyOp op = pair[k].op;
    double magnitude;
    if (u[k] > pair[k].p)
      continue;
    magnitude =
        (double) thaw_policy_magnitude (op, THAW_POLICY_USUAL, BINS, pair[k].index, image->w);
    if (thaw_policy_signed (op) && plus[k] == 0)
      magnitude = -magnitude;
    thaw_policy_apply (op, magnitude, image, &scratch);
  }
}

const ThawTransform thaw_auto_augment = {
    .entry = {.name = "AutoAugment",
              .title = N_ ("AutoAugment"),
              .help = N_ ("One of 25 pairs of changes that a search found to help"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .apply = apply,
};
