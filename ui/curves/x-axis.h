/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the choices for the x axis look in charts. */
#pragma once

#include "thaw-analysis.h"
#include "thaw-plots.h"

G_BEGIN_DECLS

ThawUnit thaw_x_axis_unit (ThawXKind kind);
void thaw_x_axis_apply (ThawChart *chart, ThawXKind kind); /* unit and label */

G_END_DECLS
