/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The styles. Training stands out from the background by at least 3 to 1 at any rate. The hues were
 * searched so that any two differ by at least 28 (CIE76) to normal eyes and under protanopia,
 * deuteranopia and tritanopia (Machado, Oliveira, Fernandes 2009), and stand out from the
 * background by at least 2.8 to 1. */
#include "thaw-plots.h"

#include <math.h>

#define RGB(hex)                                                                                   \
  {                                                                                                \
    ((hex) >> 16 & 255) / 255.0, ((hex) >> 8 & 255) / 255.0, ((hex) &255) / 255.0, 1               \
  }
#define LIGHT_HUES                                                                                 \
  {                                                                                                \
    RGB (0x1036A1), RGB (0xA62803), RGB (0x17AC7A), RGB (0xAA85C6), RGB (0xC98A01),                \
        RGB (0x8682FE), RGB (0x762F6E), RGB (0x373023)                                             \
  }
#define DARK_HUES                                                                                  \
  {                                                                                                \
    RGB (0x6869FD), RGB (0xEB4618), RGB (0x2EEB8D), RGB (0xB26A8D), RGB (0xFCCB27),                \
        RGB (0xA6CBFD), RGB (0x7C5EB2), RGB (0xF6F2EE)                                             \
  }

static const ThawPlotStyle light = {
    .background = RGB (0xFFFFFF),
    .text = RGB (0x2A2A2E),
    .grid = RGB (0xE6E6E9),
    .axis = RGB (0x8A8A92),
    .shade = RGB (0xE7F1F9),
    .frozen = RGB (0xD3E5F4),
    .statistics = RGB (0x5B8FBE),
    .training = RGB (0x994A00),
    .training_least = RGB (0xD9730D),
    .hues = LIGHT_HUES,
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
    .frozen = RGB (0x2B4256),
    .statistics = RGB (0x7FB2DC),
    .training = RGB (0xF0913A),
    .training_least = RGB (0x9C6230),
    .hues = DARK_HUES,
    .line_width_px = 1.6,
    .font_px = 12,
    .font = "sans",
};

static const ThawPlotStyle light_contrast = {
    .background = RGB (0xFFFFFF),
    .text = RGB (0x000000),
    .grid = RGB (0xC4C4C8),
    .axis = RGB (0x3A3A40),
    .shade = RGB (0xD5E8F7),
    .frozen = RGB (0xBBD8EF),
    .statistics = RGB (0x1E5C93),
    .training = RGB (0x8F4100),
    .training_least = RGB (0xC96508),
    .hues = LIGHT_HUES,
    .line_width_px = 2.2,
    .font_px = 12,
    .font = "sans",
};

static const ThawPlotStyle dark_contrast = {
    .background = RGB (0x000000),
    .text = RGB (0xFFFFFF),
    .grid = RGB (0x4A4A52),
    .axis = RGB (0xC0C0C8),
    .shade = RGB (0x16324A),
    .frozen = RGB (0x1F4668),
    .statistics = RGB (0xA8D4F8),
    .training = RGB (0xFFA14D),
    .training_least = RGB (0x9C6230),
    .hues = DARK_HUES,
    .line_width_px = 2.2,
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

const ThawPlotStyle *
thaw_plot_style_high_contrast (bool is_dark)
{
  return is_dark ? &dark_contrast : &light_contrast;
}

char *
thaw_plot_style_hue_text (const ThawPlotStyle *style, int hue)
{
  ThawColor c;

  g_return_val_if_fail (style, NULL);
  c = style->hues[ABS (hue) % THAW_N_HUES];
  return g_strdup_printf ("#%02x%02x%02x", (unsigned) lround (c.r * 255),
                          (unsigned) lround (c.g * 255), (unsigned) lround (c.b * 255));
}
