/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data.pkl of a state_dict: protocol 2, an OrderedDict of _rebuild_tensor_v2 calls, tensor i in
 * storage "i", contiguous, on the CPU. */
#pragma once

#include "thaw-formats.h"

/* FALSE and error when PyTorch has no storage of a tensor's type. `out` is appended to. */
gboolean thaw_pickle_state_dict (GByteArray *out,
                                 const ThawStateDict *dict,
                                 const char *path,
                                 GError **error);
