/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pictures: images of a data set as small PNG files, for whoever shows them. */
#pragma once

#include "cli.h"
#include "thaw-data.h"

/* Images by number, deterministic in seed: `n` of the list, each class by its share, as far as that
 * goes; in mixed order. *n: how many there are. (transfer full) */
uint32_t *pictures_choose (
    const ThawDataset *set, const uint32_t *images, uint32_t count, uint64_t seed, uint32_t *n);
/* FOLDER/NNNNNN.png, N being the image's number; the folder is made if need be. The path (transfer
 * full) */
char *pictures_write (const ThawDataset *set, uint32_t image, const char *folder, GError **error);
