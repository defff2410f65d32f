/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-data.h"

G_DEFINE_QUARK (thaw - data - error - quark, thaw_data_error)
