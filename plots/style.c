/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two styles. The hues were searched so that any two differ by at least 28 (CIE76) to normal
 * eyes and under protanopia, deuteranopia and tritanopia (Machado, Oliveira, Fernandes 2009), and
 * stand out from the background by at least 2.8 to 1. */
#include "thaw-plots.h"

#define RGB(hex)                                                                                   \
  {                                                                                                \
    ((hex) >> 16 & 255) / 255.0, ((hex) >> 8 & 255) / 255.0, ((hex) &255) / 255.0, 1               \
  }

static const ThawPlotStyle light = {
    .background = RGB (0xFFFFFF),
    .text = RGB (0x2A2A2E),
    .grid = RGB (0xE6E6E9),
    .axis = RGB (0x8A8A92),
    .shade = RGB (0xE7F1F9),
    .hues = {RGB (0x1036A1), RGB (0xA62803), RGB (0x17AC7A), RGB (0xAA85C6), RGB (0xC98A01),
             RGB (0x8682FE), RGB (0x762F6E), RGB (0x373023)},
    .line_width_px = 1.6,
    .font_px = 12,
    .font = "sans",
};

static const ThawPlotStyle dark = {
    .background = RGB (0x1E1E1E),
    .text = RGB (0xECECEE),
    .grid = RGB (0x35353A),
    .axis = RGB (0x85858E),
    .shade = RGB (0x24333F),
    .hues = {RGB (0x6869FD), RGB (0xEB4618), RGB (0x2EEB8D), RGB (0xB26A8D), RGB (0xFCCB27),
             RGB (0xA6CBFD), RGB (0x7C5EB2), RGB (0xF6F2EE)},
    .line_width_px = 1.6,
    .font_px = 12,
    .font = "sans",
};

const ThawPlotStyle *
thaw_plot_style_light (void)
{
  return &light;
}

const ThawPlotStyle *
thaw_plot_style_dark (void)
{
  return &dark;
}
