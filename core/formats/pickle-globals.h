/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The complete list of names that a pickle may mention. Each becomes a token; nothing is looked up,
 * imported or called. Any other name refuses the file. */
#pragma once

#include "thaw-formats.h"

typedef enum {
  THAW_TOKEN_ORDERED_DICT,
  THAW_TOKEN_REBUILD_TENSOR,
  THAW_TOKEN_REBUILD_PARAMETER,
  THAW_TOKEN_RECONSTRUCT,
  THAW_TOKEN_NDARRAY,
  THAW_TOKEN_DTYPE,
  THAW_TOKEN_STORAGE, /* THAW_TOKEN_STORAGE + a ThawDtype */
} ThawToken;

/* The token of a name (not NUL-terminated), or -1 when this flavour does not have it. */
int thaw_pickle_global (ThawPickleFlavour flavour,
                        const uint8_t *module,
                        size_t module_length,
                        const uint8_t *name,
                        size_t name_length);
/* "FloatStorage"; NULL for a type that PyTorch 1.13 does not have. */
const char *thaw_torch_storage_name (ThawDtype dtype);
