/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RandomResizedCrop: a part of random area and proportions, made `size` x `size` again. Up to ten
 * tries draw an area and a logarithm of the proportions; one that fits the picture then draws its
 * place. If none does, the greatest part in the middle whose proportions are allowed.
 * Source: torchvision.transforms.RandomResizedCrop (size, scale, ratio), bilinear, on PIL images.
 */
#include "transforms.h"

#include "box.h"
#include "pixels.h"

#include <math.h>

static const ThawParamSpec params[] = {
    {.name = "size",
     .help = N_ ("Side of the square that the part becomes, in pixels"),
     .kind = THAW_PARAM_INT,
     .min = 1,
     .max = THAW_AUGMENT_MAX_SIDE,
     .def = {32}},
    {.name = "scale",
     .help = N_ ("Least and greatest share of the picture's area"),
     .kind = THAW_PARAM_REALS,
     .min = 0,
     .exclusive_min = true,
     .max = 1,
     .count = 2,
     .def = {0.08, 1}},
    {.name = "ratio",
     .help = N_ ("Least and greatest width for a height of 1"),
     .kind = THAW_PARAM_REALS,
     .min = 0.01,
     .max = 100,
     .count = 2,
     .def = {0.75, 4.0 / 3.0}},
};

static ThawBox
centre (int h, int w, const double ratio[2])
{
  double found = (double) w / h;
  ThawBox box = {0, 0, h, w};

  if (found < ratio[0])
    box.h = MAX ((int) rint (w / ratio[0]), 1);
  else if (found > ratio[1])
    box.w = MAX ((int) rint (h * ratio[1]), 1);
  box.top = (h - box.h) / 2;
  box.left = (w - box.w) / 2;
  return box;
}

static ThawBox
draw_box (const ThawChoice *choice, ThawRng *rng, int h, int w)
{
  const double *scale = thaw_choice_reals (choice, "scale");
  const double *ratio = thaw_choice_reals (choice, "ratio");

  for (int i = 0; i < THAW_BOX_TRIES; i++) {
    ThawBox box = thaw_box_draw_size (rng, h, w, scale, ratio, true);
    if (box.w > 0 && box.w <= w && box.h > 0 && box.h <= h) {
      thaw_box_draw_place (rng, h, w, &box);
      return box;
    }
  }
  return centre (h, w, ratio);
}

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  int size = thaw_choice_int (choice, "size");
  ThawBox box = draw_box (choice, rng, image->h, image->w);

  image->px =
      thaw_px_resized_crop (image->px, image->w, box.top, box.left, box.h, box.w, size, scratch);
  image->h = image->w = size;
}

static int
output_size (const ThawChoice *choice, int size)
{
  return thaw_choice_int (choice, "size");
}

static gboolean
check (const ThawChoice *choice, int place, int side, GError **error)
{
  return thaw_check_range (choice, place, "scale", error) &&
         thaw_check_range (choice, place, "ratio", error);
}

const ThawTransform thaw_random_resized_crop = {
    .entry = {.name = "RandomResizedCrop",
              .title = N_ ("Random resized crop"),
              .help = N_ ("Cuts out a part of random size and proportions and makes it square"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .apply = apply,
    .output_size = output_size,
    .check = check,
};
