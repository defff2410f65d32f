/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-nn.h"

G_DEFINE_QUARK (thaw_nn_error_quark, thaw_nn_error)
