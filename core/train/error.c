/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-train.h"

G_DEFINE_QUARK (thaw_train_error_quark, thaw_train_error)
