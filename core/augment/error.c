/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-augment.h"

G_DEFINE_QUARK (thaw_augment_error_quark, thaw_augment_error)
