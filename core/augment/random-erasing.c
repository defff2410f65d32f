/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RandomErasing: with probability p a box of random area and proportions, up to ten tries for one
 * that is smaller than the picture both ways, filled AFTER Normalize: a value of 0 is the mean that
 * normalize.mean names, not black. Or with noise, N(0, 1) for each channel of each pixel. Random
 * numbers: p, then area and proportions for each try, the place, the noise.
 * Source: torchvision.transforms.RandomErasing (p, scale, ratio, value). */
#include "transforms.h"

#include "box.h"

static const ThawParamSpec params[] = {
    {.name = "p",
     .help = N_ ("How likely a picture loses a box"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 1,
     .def = {0.5}},
    {.name = "scale",
     .help = N_ ("Least and greatest share of the picture's area"),
     .kind = THAW_PARAM_REALS,
     .min = 0,
     .exclusive_min = true,
     .max = 1,
     .count = 2,
     .def = {0.02, 0.33}},
    {.name = "ratio",
     .help = N_ ("Least and greatest height for a width of 1"),
     .kind = THAW_PARAM_REALS,
     .min = 0.01,
     .max = 100,
     .count = 2,
     .def = {0.3, 3.3}},
    {.name = "value",
     .help = N_ ("What fills the box, after normalisation: 0 is the mean colour"),
     .kind = THAW_PARAM_REAL,
     .min = -100,
     .max = 100},
    {.name = "noise",
     .help = N_ ("Fill with normal noise instead (torchvision's value=\"random\")"),
     .kind = THAW_PARAM_BOOL},
};

static bool
erase (const ThawChoice *choice, ThawRng *rng, int side, ThawErasure *erasure)
{
  const double *scale = thaw_choice_reals (choice, "scale");
  const double *ratio = thaw_choice_reals (choice, "ratio");

  if (thaw_rng_unit (rng) >= thaw_choice_real (choice, "p"))
    return false;
  for (int i = 0; i < THAW_BOX_TRIES; i++) {
    ThawBox box = thaw_box_draw_size (rng, side, side, scale, ratio, false);
    if (box.h >= side || box.w >= side)
      continue;
    thaw_box_draw_place (rng, side, side, &box);
    *erasure = (ThawErasure){.box = box,
                             .value = (float) thaw_choice_real (choice, "value"),
                             .noise = thaw_choice_bool (choice, "noise"),
                             .rng = *rng};
    return true;
  }
  return false;
}

static gboolean
check (const ThawChoice *choice, int place, int side, GError **error)
{
  return thaw_check_range (choice, place, "scale", error) &&
         thaw_check_range (choice, place, "ratio", error);
}

const ThawTransform thaw_random_erasing = {
    .entry = {.name = "RandomErasing",
              .title = N_ ("Random erasing"),
              .help = N_ ("Fills a box of random size with one colour, after normalisation"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .erase = erase,
    .check = check,
};
