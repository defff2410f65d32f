/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text through Pango, sizes in the units of the cairo_t. A chart that is panned writes the same few
 * hundred texts again and again: laid-out ones are kept, for each thread by itself. */
#pragma once

#include <pango/pangocairo.h>

#include "thaw-plots.h"

G_BEGIN_DECLS

/* One line; scale times the style's size. Shared: not to be changed. (transfer full) */
PangoLayout *thaw_text_new (const ThawPlotStyle *style, double scale, bool bold, const char *text);
/* The same cut with an ellipsis, at its end or at its start; takes the layout. (transfer full) */
PangoLayout *thaw_text_limit (PangoLayout *layout, double width);
PangoLayout *thaw_text_limit_start (PangoLayout *layout, double width);
double thaw_text_width (PangoLayout *layout);
double thaw_text_width_of (const ThawPlotStyle *style, double scale, const char *text);
/* align: 0 = x is the left edge, 0.5 the middle, 1 the right edge. y: top. Takes the layout. */
void thaw_text_draw (
    cairo_t *cr, PangoLayout *layout, ThawColor color, double x, double y, double align);
/* Height of a line at that scale. */
double thaw_text_line (const ThawPlotStyle *style, double scale);
void thaw_set_color (cairo_t *cr, ThawColor color, double alpha);
/* A mixture: share of b. */
ThawColor thaw_color_mix (ThawColor a, ThawColor b, double share);

G_END_DECLS
