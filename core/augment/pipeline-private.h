/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: what a pipeline is. */
#pragma once

#include "normalize.h"
#include "transforms.h"

#define THAW_PIPELINE_MOST 32 /* transforms in a list, as recipes have it */

struct _ThawPipeline {
  const ThawChoice *choices;
  const ThawTransform **transforms; /* by stages; ends with NULL          */
  int n, n_picture, n_tensor;       /* of all, of the first two stages    */
  int size;                         /* side of what comes in and goes out */
  int max_side;                     /* greatest side on the way           */
  double mean[3], std[3];
  ThawNormalizeTable table;
};
