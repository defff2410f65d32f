/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-data.h"

/* clang-format takes the hyphens for minus signs. */
/* clang-format off */
G_DEFINE_QUARK (thaw-data-error-quark, thaw_data_error)
/* clang-format on */
