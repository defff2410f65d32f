/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RandomBrightnessContrast: v becomes alpha v + add, alpha = 1 + U(-contrast_limit,
 * contrast_limit), add = U(-brightness_limit, brightness_limit) times 255, or times the mean of all
 * bytes of the picture; with probability p. Unlike ColorJitter it adds to brightness, and contrast
 * goes from black. Random numbers: p, alpha, beta.
 * Source: albumentations.RandomBrightnessContrast. */
#include "transforms.h"

#include "pixels.h"

static const ThawParamSpec params[] = {
    {.name = "brightness_limit",
     .help = N_ ("Greatest change of brightness, as a share of white; 0.2 adds or takes up to 51"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 1,
     .def = {0.2}},
    {.name = "contrast_limit",
     .help = N_ ("Greatest change of contrast; 0.2 is a factor from 0.8 to 1.2"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 1,
     .def = {0.2}},
    {.name = "brightness_by_max",
     .help = N_ ("Brightness as a share of white; otherwise of the picture's mean"),
     .kind = THAW_PARAM_BOOL,
     .def = {1}},
    {.name = "p",
     .help = N_ ("How likely a picture is changed"),
     .kind = THAW_PARAM_REAL,
     .min = 0,
     .max = 1,
     .def = {0.5}},
};

static void
apply (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch)
{
  double bright = thaw_choice_real (choice, "brightness_limit");
  double contrast = thaw_choice_real (choice, "contrast_limit"), alpha, beta, unit;

  if (thaw_rng_unit (rng) >= thaw_choice_real (choice, "p"))
    return;
  alpha = 1.0 + thaw_rng_uniform (rng, -contrast, contrast);
  beta = thaw_rng_uniform (rng, -bright, bright);
  unit = thaw_choice_bool (choice, "brightness_by_max")
             ? 255.0
             : thaw_px_mean_byte (image->px, image->h, image->w);
  thaw_px_linear (image->px, image->h, image->w, (float) alpha, (float) (beta * unit));
}

const ThawTransform thaw_random_brightness_contrast = {
    .entry = {.name = "RandomBrightnessContrast",
              .title = N_ ("Random brightness and contrast"),
              .help = N_ ("Scales and shifts all values of a picture, as albumentations does"),
              .params = params,
              .n_params = G_N_ELEMENTS (params)},
    .apply = apply,
};
