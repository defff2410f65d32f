/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tensor out of a storage: any view (offset, sizes, strides; in elements) becomes a block of its
 * own in logical row-major order. */
#pragma once

#include "torch-storage.h"

/* Bytes that may still be materialised: expanded views (stride 0) can claim far more than the file
 * holds. */
typedef struct {
  uint64_t left;
} ThawTorchBudget;

/* 16 times the file plus 16 MB, at most 8 GB. */
ThawTorchBudget thaw_torch_budget (uint64_t file_bytes);

/* value: a TENSOR of the pickle machine. (transfer full) */
ThawTensor *thaw_torch_tensor (const char *source,
                               const char *name,
                               const ThawPickleValue *value,
                               GHashTable *storages,
                               ThawTorchBudget *budget,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
