/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the lines of a chart are at an x. */
#pragma once

#include "chart-private.h"

G_BEGIN_DECLS

/* The shown point nearest to x; false where the line is not: before its first or after its last
 * point by more than `slack` of x. */
bool thaw_line_at (const ThawLine *line, double x, double slack, ThawPoint *point);
const char *thaw_line_name (const ThawLine *line);          /* "The curve" without a label */
char *thaw_chart_x_text (const ThawChart *chart, double x); /* with its unit */

G_END_DECLS
