/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transforms there are, each a description in a file of its own. */
#pragma once

#include "thaw-augment.h"

G_BEGIN_DECLS

extern const ThawTransform thaw_random_crop;
extern const ThawTransform thaw_random_horizontal_flip;
extern const ThawTransform thaw_color_jitter;
extern const ThawTransform thaw_random_rotation;

/* (nullable) */
const ThawTransform *thaw_transform_find (const char *name);

G_END_DECLS
