/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many points a px as the band between the least and greatest of each column: what a line through
 * them all looks like, in far fewer strokes of a vector file. */
#pragma once

#include "frame.h"

G_BEGIN_DECLS

/* trace: as of thaw_trace_of (). */
void thaw_dense_draw (const ThawFrame *frame, const GArray *trace, ThawColor color, double alpha);

G_END_DECLS
