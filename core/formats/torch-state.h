/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the object of a PyTorch pickle to named tensors. */
#pragma once

#include "torch-tensor.h"

/* Dictionaries inside dictionaries: names joined with dots, whole-number keys as decimal; what is
 * not a tensor is left out. An error when two tensors get one name, a name is not valid or longer
 * than 512 bytes, there are more than 20,000 tensors, or none. (transfer full) */
ThawStateDict *thaw_torch_state (const ThawPickle *pickle,
                                 GHashTable *storages,
                                 uint64_t file_bytes,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
