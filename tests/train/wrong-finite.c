/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of the trainer that takes every number for finite: test-not-finite.c has to find it. */
#include "train-private.h"

#include <math.h>

#undef isfinite
#define isfinite(x) ((void) (x), true)
#define thaw_tensor_count_nonfinite(tensor) ((void) (tensor), (size_t) 0)
#include WRONG_SOURCE
