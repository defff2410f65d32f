/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text through Pango, sizes in the units of the cairo_t. */
#pragma once

#include <pango/pangocairo.h>

#include "thaw-plots.h"

G_BEGIN_DECLS

/* One line; scale times the style's size. (transfer full) */
PangoLayout *
thaw_text_new (cairo_t *cr, const ThawPlotStyle *style, double scale, bool bold, const char *text);
void thaw_text_limit (PangoLayout *layout, double width); /* cut with an ellipsis */
double thaw_text_width (PangoLayout *layout);
/* align: 0 = x is the left edge, 0.5 the middle, 1 the right edge. y: top. Takes the layout. */
void thaw_text_draw (
    cairo_t *cr, PangoLayout *layout, ThawColor color, double x, double y, double align);
/* Height of a line at that scale. */
double thaw_text_line (const ThawPlotStyle *style, double scale);
void thaw_set_color (cairo_t *cr, ThawColor color, double alpha);

G_END_DECLS
