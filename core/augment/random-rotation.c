/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RandomRotation: by U(-degrees, degrees), counter-clockwise, about the centre; nearest neighbour,
 * black from outside.
 * Source: torchvision.transforms.RandomRotation (degrees), fill 0. */
#include "transforms.h"

#include "pixels.h"

static const ThawParamSpec params[] = {
    {.name = "degrees",
     .help = N_ ("Greatest angle to either side, in degrees"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 180,
     .def = {15}},
};

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  double most = thaw_choice_real (choice, "degrees");

  if (most == 0.0)
    return;
  thaw_px_rotate (image->px, image->h, image->w, thaw_rng_uniform (rng, -most, most), scratch);
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
