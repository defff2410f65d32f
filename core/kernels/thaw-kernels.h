/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernels: the hot loops. One table of function pointers, filled with the C reference and
 * overridden per CPU; GEMM through OpenBLAS, single-threaded, called from the pool's pieces. */
#pragma once

#include "thaw-base.h"

G_BEGIN_DECLS

G_END_DECLS
