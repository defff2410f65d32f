/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-db.h"

G_DEFINE_QUARK (thaw - db - error - quark, thaw_db_error)
