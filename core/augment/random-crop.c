/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RandomCrop: a square from the picture with a black margin.
 * Source: torchvision.transforms.RandomCrop (size, padding), fill 0. */
#include "transforms.h"

#include "pixels.h"

static const ThawParamSpec params[] = {
    {.name = "size",
     .help = N_ ("Side of the square that is kept, in pixels"),
     .kind = THAW_PARAM_INT,
     .min = 1,
     .max = THAW_AUGMENT_MAX_SIDE,
     .def = {32}},
    {.name = "padding",
     .help = N_ ("Black margin added on each side before the cut, in pixels"),
     .kind = THAW_PARAM_INT,
     .min = 0,
     .max = 1024,
     .def = {4}},
};

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  int size = thaw_choice_int (choice, "size"), padding = thaw_choice_int (choice, "padding");
  int top = (int) thaw_rng_below (rng, (uint64_t) (image->h + 2 * padding - size + 1));
  int left = (int) thaw_rng_below (rng, (uint64_t) (image->w + 2 * padding - size + 1));

  thaw_px_crop (image->px, image->h, image->w, padding, top, left, size, scratch);
  *image = (ThawImage){.h = size, .w = size, .px = scratch};
}

static int
output_size (const ThawChoice *choice, int size)
{
  int wanted = thaw_choice_int (choice, "size");

  return wanted <= size + 2 * thaw_choice_int (choice, "padding") ? wanted : 0;
}

const ThawTransform thaw_random_crop = {
    .entry = {.name = "RandomCrop",
              .title = N_ ("Random crop"),
              .help = N_ ("Cuts a square out of the picture at a random place"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .apply = apply,
    .output_size = output_size,
};
