/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's error domain. */
#include "thaw-plots.h"

G_DEFINE_QUARK (thaw_plots_error_quark, thaw_plots_error)
