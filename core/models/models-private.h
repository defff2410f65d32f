/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the room share. */
#pragma once

#include "thaw-models.h"

extern const ThawModel thaw_model_resnet18, thaw_model_mobilenet_v3_small;

/* torch.nn.Linear's and Conv2d's default for the parameter `name`, weight and bias alike: uniform
 * within 1 / sqrt (fan_in), from the parameter's own stream. out: count floats, overwritten. */
void thaw_init_torch_default (
    uint64_t seed, const char *name, uint64_t fan_in, uint64_t count, float *out);
