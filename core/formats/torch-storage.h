/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The storages that a PyTorch pickle names: each key once, with one element type and count. */
#pragma once

#include "pickle.h"

typedef struct {
  char *key;
  ThawDtype dtype;
  uint64_t count;       /* elements */
  const uint8_t *bytes; /* count * size of dtype, in the file's memory; NULL until found */
} ThawTorchStorage;

/* All storages that the machine met, key -> ThawTorchStorage. Keys are checked to be plain names,
 * counts to be possible in `length` bytes of file. (transfer full) */
GHashTable *thaw_torch_storages (const ThawPickle *pickle,
                                 uint64_t length,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
const ThawTorchStorage *thaw_torch_storage_find (GHashTable *storages, const ThawPickleValue *key);
