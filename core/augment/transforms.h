/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transforms there are, each a description in a file of its own. */
#pragma once

#include "thaw-augment.h"

G_BEGIN_DECLS

extern const ThawTransform thaw_random_crop;
extern const ThawTransform thaw_random_horizontal_flip;
extern const ThawTransform thaw_color_jitter;
extern const ThawTransform thaw_random_rotation;
extern const ThawTransform thaw_random_resized_crop;
extern const ThawTransform thaw_random_brightness_contrast;
extern const ThawTransform thaw_auto_augment;
extern const ThawTransform thaw_rand_augment;
extern const ThawTransform thaw_trivial_augment_wide;
extern const ThawTransform thaw_random_erasing;
extern const ThawTransform thaw_cutout;
extern const ThawTransform thaw_mixup;
extern const ThawTransform thaw_cutmix;

/* (nullable) */
const ThawTransform *thaw_transform_find (const char *name);
/* For check: a list of two numbers, the smaller one first. */
gboolean thaw_check_range (const ThawChoice *choice, int place, const char *param, GError **error);

G_END_DECLS
