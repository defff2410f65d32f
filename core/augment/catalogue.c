/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of transforms: for the recipe reader, the command line, forms and the pipeline. */
#include "transforms.h"

#include <string.h>

static const ThawTransform *const transforms[] = {
    &thaw_random_crop,
    &thaw_random_resized_crop,
    &thaw_random_horizontal_flip,
    &thaw_color_jitter,
    &thaw_random_brightness_contrast,
    &thaw_random_rotation,
    &thaw_auto_augment,
    &thaw_rand_augment,
    &thaw_trivial_augment_wide,
    &thaw_random_erasing,
    &thaw_cutout,
    &thaw_mixup,
    &thaw_cutmix,
    NULL,
};

static const ThawEntry *const entries[] = {
    &thaw_random_crop.entry,
    &thaw_random_resized_crop.entry,
    &thaw_random_horizontal_flip.entry,
    &thaw_color_jitter.entry,
    &thaw_random_brightness_contrast.entry,
    &thaw_random_rotation.entry,
    &thaw_auto_augment.entry,
    &thaw_rand_augment.entry,
    &thaw_trivial_augment_wide.entry,
    &thaw_random_erasing.entry,
    &thaw_cutout.entry,
    &thaw_mixup.entry,
    &thaw_cutmix.entry,
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

ThawStage
thaw_transform_stage (const ThawEntry *entry)
{
  const ThawTransform *transform = thaw_transform_find (entry->name);

  g_return_val_if_fail (transform != NULL, THAW_STAGE_PICTURE);
  if (transform->mix != NULL)
    return THAW_STAGE_BATCH;
  return transform->erase != NULL ? THAW_STAGE_TENSOR : THAW_STAGE_PICTURE;
}
