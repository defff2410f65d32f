/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-fetch.h"

/* clang-format off */
G_DEFINE_QUARK (thaw-fetch-error-quark, thaw_fetch_error)
