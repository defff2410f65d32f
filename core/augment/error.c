/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-augment.h"

G_DEFINE_QUARK (thaw - augment - error - quark, thaw_augment_error)
