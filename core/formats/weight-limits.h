/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits that all weight files share. */
#pragma once

#include <stdint.h>

#define THAW_MAX_TENSORS 20000
#define THAW_MAX_NAME_BYTES 512
#define THAW_MAX_FILE_BYTES ((uint64_t) 4 << 30)
