/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RandomRotation: by U(-degrees, degrees), or U(low, high) of degrees [low, high],
 * counter-clockwise, about the centre; nearest neighbour, black from outside. Source:
 * torchvision.transforms.RandomRotation (degrees), fill 0. */
#include "transforms.h"

#include "pixels.h"

static const ThawParamSpec params[] = {
    {.name = "degrees",
     .help = N_ ("Greatest angle to either side, in degrees"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 180,
     .pair = true,
     .pair_min = -360,
     .pair_max = 360,
     .def = {15}},
};

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  double range[2];

  if (!thaw_choice_pair (choice, "degrees", range)) {
    range[1] = range[0];
    range[0] = -range[1];
  }
  if (range[0] == 0.0 && range[1] == 0.0)
    return;
  thaw_px_rotate (image->px, image->h, image->w, thaw_rng_uniform (rng, range[0], range[1]),
                  scratch);
  image->px = scratch;
}

const ThawTransform thaw_random_rotation = {
    .entry = {.name = "RandomRotation",
              .title = N_ ("Random rotation"),
              .help = N_ ("Turns the picture about its centre by a random angle"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .apply = apply,
};
