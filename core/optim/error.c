/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-optim.h"

G_DEFINE_QUARK (thaw_optim_error_quark, thaw_optim_error)
