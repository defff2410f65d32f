/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of one variant. */
#include "pixel-loops.h"

const ThawPixelLoops LOOP (loops) = {
    .name = LOOP_TEXT (THAW_VARIANT),
    .unpack = LOOP (unpack),
    .reverse = LOOP (reverse),
    .blend = LOOP (blend),
    .saturate = LOOP (saturate),
    .sum_grey = LOOP (sum_grey),
    .turn_hue = LOOP (turn_hue),
    .sample = LOOP (sample),
    .mask = LOOP (mask),
    .solarize = LOOP (solarize),
    .linear = LOOP (linear),
    .sharpen = LOOP (sharpen),
    .resample_rows = LOOP (resample_rows),
    .resample_columns = LOOP (resample_columns),
    .mix = LOOP (mix),
};
