/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutout: a square around a random pixel of every picture becomes 0 AFTER Normalize, which is the
 * mean that normalize.mean names; what is outside the picture is cut off. An odd length loses one
 * pixel, as in the paper's code. Random numbers: centre y, centre x.
 * Source: DeVries, Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout"
 * (2017). */
#include "transforms.h"

#include "box.h"

static const ThawParamSpec params[] = {
    {.name = "length",
     .help = N_ ("Side of the square, in pixels"),
     .kind = THAW_PARAM_INT,
     .min = 2,
     .max = THAW_AUGMENT_MAX_SIDE,
     .def = {16}},
};

static bool
erase (const ThawChoice *choice, ThawRng *rng, int side, ThawErasure *erasure)
{
  int half = thaw_choice_int (choice, "length") / 2;
  int y = (int) thaw_rng_below (rng, (uint64_t) side);
  int x = (int) thaw_rng_below (rng, (uint64_t) side);

  *erasure = (ThawErasure){.box = thaw_box_around (side, side, y, x, half, half)};
  return true;
}

static gboolean
check (const ThawChoice *choice, int place, int side, GError **error)
{
  int length = thaw_choice_int (choice, "length");

  if (length <= side)
    return TRUE;
  g_set_error (error, THAW_AUGMENT_ERROR, THAW_AUGMENT_ERROR_SIZE,
               _ ("augment.%d.length is %d, expected at most the pictures' side of %d pixels"),
               place, length, side);
  return FALSE;
}

const ThawTransform thaw_cutout = {
    .entry = {.name = "Cutout",
              .title = N_ ("Cutout"),
              .help = N_ ("Fills a square at a random place with the mean colour"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .erase = erase,
    .check = check,
};
