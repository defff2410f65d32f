/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ColorJitter: brightness, contrast, saturation and hue, each by a random factor, in random order.
 * A number b means U(max (0, 1 - b), 1 + b), for hue U(-b, b); [low, high] means U(low, high). What
 * changes nothing, 0, [1, 1] or for hue [0, 0], is left out and draws nothing. Random numbers: the
 * order of the four, then the factors of those that are in, in the order brightness, contrast,
 * saturation, hue. Source: torchvision.transforms.ColorJitter. */
#include "transforms.h"

#include "pixels.h"

enum { BRIGHTNESS, CONTRAST, SATURATION, HUE, N_OPS };

#define MAX_STRENGTH 10.0

static const ThawParamSpec params[N_OPS] = {
    [BRIGHTNESS] = {.name = "brightness",
                    .help = N_ ("Greatest change of brightness; 0.2 is a factor from 0.8 to 1.2"),
                    .kind = THAW_PARAM_REAL,
                    .min = 0,
                    .max = MAX_STRENGTH,
                    .pair = true,
                    .pair_max = 1.0 + MAX_STRENGTH,
                    .def = {0.2}},
    [CONTRAST] = {.name = "contrast",
                  .help = N_ ("Greatest change of contrast; 0.2 is a factor from 0.8 to 1.2"),
                  .kind = THAW_PARAM_REAL,
                  .min = 0,
                  .max = MAX_STRENGTH,
                  .pair = true,
                  .pair_max = 1.0 + MAX_STRENGTH,
                  .def = {0.2}},
    [SATURATION] = {.name = "saturation",
                    .help = N_ ("Greatest change of saturation; 0.2 is a factor from 0.8 to 1.2"),
                    .kind = THAW_PARAM_REAL,
                    .min = 0,
                    .max = MAX_STRENGTH,
                    .pair = true,
                    .pair_max = 1.0 + MAX_STRENGTH,
                    .def = {0.2}},
    [HUE] = {.name = "hue",
             .help = N_ ("Greatest turn of the hue, in turns of the colour circle"),
             .kind = THAW_PARAM_REAL,
             .min = 0,
             .max = 0.5,
             .pair = true,
             .pair_min = -0.5,
             .pair_max = 0.5,
             .def = {0.1}},
};

/* What a factor is drawn from; false: it would change nothing. */
static bool
find_range (const ThawChoice *choice, int op, double range[2])
{
  double neutral = op == HUE ? 0.0 : 1.0;

  if (!thaw_choice_pair (choice, params[op].name, range)) {
    double strength = range[0];
    range[0] = op == HUE ? -strength : MAX (0.0, 1.0 - strength);
    range[1] = neutral + strength;
  }
  return range[0] != neutral || range[1] != neutral;
}

static void
apply_one (ThawImage *image, int op, double factor)
{
  switch (op) {
  case BRIGHTNESS:
    thaw_px_brightness (image->px, image->h, image->w, (float) factor);
    break;
  case CONTRAST:
    thaw_px_contrast (image->px, image->h, image->w, (float) factor);
    break;
  case SATURATION:
    thaw_px_saturation (image->px, image->h, image->w, (float) factor);
    break;
  default:
    thaw_px_hue (image->px, image->h, image->w, factor);
  }
}

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  uint32_t order[N_OPS] = {BRIGHTNESS, CONTRAST, SATURATION, HUE};
  double factor[N_OPS] = {0};
  bool in[N_OPS];

  thaw_rng_shuffle (rng, order, N_OPS);
  for (int op = 0; op < N_OPS; op++) {
    double range[2];
    in[op] = find_range (choice, op, range);
    if (in[op])
      factor[op] = thaw_rng_uniform (rng, range[0], range[1]);
  }
  for (int i = 0; i < N_OPS; i++)
    if (in[order[i]])
      apply_one (image, (int) order[i], factor[order[i]]);
}

const ThawTransform thaw_color_jitter = {
    .entry = {.name = "ColorJitter",
              .title = N_ ("Colour jitter"),
              .help = N_ ("Changes brightness, contrast, saturation and hue at random"),
              .params = params,
              .n_params = N_OPS},
    .apply = apply,
};
