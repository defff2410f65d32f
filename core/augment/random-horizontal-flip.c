/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RandomHorizontalFlip: left and right change places when U(0, 1) < p.
 * Source: torchvision.transforms.RandomHorizontalFlip. */
#include "transforms.h"

#include "pixels.h"

static const ThawParamSpec params[] = {
    {.name = "p",
     .help = N_ ("Probability that a picture is mirrored"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 1,
     .def = {0.5}},
};

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  if (thaw_rng_unit (rng) < thaw_choice_real (choice, "p"))
    thaw_px_hflip (image->px, image->h, image->w);
}

const ThawTransform thaw_random_horizontal_flip = {
    .entry = {.name = "RandomHorizontalFlip",
              .title = N_ ("Random mirror"),
              .help = N_ ("Mirrors the picture left to right now and then"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .apply = apply,
};
