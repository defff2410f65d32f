/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a parcel lies in its file: magic and length, then what it holds, then an end mark. Numbers
 * are 64 bits of this machine; a text is its length, its bytes, a NUL and zeros up to a multiple of
 * 8; a block its length, zeros up to a multiple of 64, its bytes, zeros up to a multiple of 8.
 * Private. */
#pragma once

#include "thaw-confine.h"

#define THAW_PARCEL_MAGIC UINT64_C (0x316c637261507754) /* "TwParcl1" */
#define THAW_PARCEL_END UINT64_C (0x21646e4564)
#define THAW_PARCEL_NULL UINT64_MAX
#define THAW_PARCEL_HEAD 16
#define THAW_PARCEL_ALIGN 64

/* Maps all of a file; it must not change any more. NULL with errno. (transfer full) */
GBytes *thaw_parcel_map (int fd, uint64_t length);
