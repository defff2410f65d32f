/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of transforms: for the recipe reader, the command line, forms and the pipeline. */
#include "transforms.h"

#include <string.h>

static const ThawTransform *const transforms[] = {
    &thaw_random_crop,
    &thaw_random_horizontal_flip,
    &thaw_color_jitter,
    &thaw_random_rotation,
    NULL,
};

static const ThawEntry *const entries[] = {
    &thaw_random_crop.entry,
    &thaw_random_horizontal_flip.entry,
    &thaw_color_jitter.entry,
    &thaw_random_rotation.entry,
    NULL,
};

const ThawTransform *const *
thaw_transforms (void)
{
  return transforms;
}

ThawCatalogue
thaw_transforms_catalogue (void)
{
  return (ThawCatalogue){.entries = entries};
}

const ThawTransform *
thaw_transform_find (const char *name)
{
  for (int i = 0; transforms[i]; i++)
    if (strcmp (transforms[i]->entry.name, name) == 0)
      return transforms[i];
  return NULL;
}
