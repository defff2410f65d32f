/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-formats.h"

G_DEFINE_QUARK (thaw - formats - error - quark, thaw_formats_error)
