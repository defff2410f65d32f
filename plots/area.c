/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plot area of a chart in a size, and the way between px and values. */
#include "frame.h"

void
thaw_chart_measure (
    ThawChart *chart, double width, double height, const ThawPlotStyle *style, ThawPlotArea *area)
{
  const double box[] = {0, 0, width, height};
  ThawFrame frame;

  g_return_if_fail (chart && style && area && width > 0 && height > 0);
  thaw_frame_plan (&frame, chart, NULL, box, style);
  *area = (ThawPlotArea){.left = frame.left,
                         .top = frame.top,
                         .width = frame.width,
                         .height = frame.height,
                         .x_lo = frame.x.lo,
                         .x_hi = frame.x.hi,
                         .y_lo = chart->strip ? frame.y.hi : frame.y.lo, /* rows count downwards */
                         .y_hi = chart->strip ? frame.y.lo : frame.y.hi,
                         .x_log = frame.x.log,
                         .y_log = frame.y.log};
  thaw_frame_clear (&frame);
}

static ThawAxis
x_axis (const ThawPlotArea *area)
{
  return (ThawAxis){.lo = area->x_lo, .hi = area->x_hi, .log = area->x_log};
}

static ThawAxis
y_axis (const ThawPlotArea *area)
{
  return (ThawAxis){.lo = area->y_lo, .hi = area->y_hi, .log = area->y_log};
}

double
thaw_plot_area_x_px (const ThawPlotArea *area, double x)
{
  ThawAxis axis = x_axis (area);

  return area->left + area->width * thaw_axis_place (&axis, x);
}

double
thaw_plot_area_y_px (const ThawPlotArea *area, double y)
{
  ThawAxis axis = y_axis (area);

  return area->top + area->height * (1 - thaw_axis_place (&axis, y));
}

double
thaw_plot_area_x (const ThawPlotArea *area, double x_px)
{
  ThawAxis axis = x_axis (area);

  return thaw_axis_value (&axis, (x_px - area->left) / area->width);
}

double
thaw_plot_area_y (const ThawPlotArea *area, double y_px)
{
  ThawAxis axis = y_axis (area);

  return thaw_axis_value (&axis, 1 - (y_px - area->top) / area->height);
}

/* --- zoom --- */

#define NEAREST 1e-6

static ThawRange
within (ThawRange view, ThawRange full)
{
  double size = MIN (view.hi - view.lo, full.hi - full.lo);

  view.lo = CLAMP (view.lo, full.lo, full.hi - size);
  return (ThawRange){view.lo, MIN (view.lo + size, full.hi)};
}

ThawRange
thaw_range_zoom (ThawRange view, ThawRange full, double at, double factor)
{
  double size = view.hi - view.lo, least = (full.hi - full.lo) * NEAREST, share;

  g_return_val_if_fail (view.lo < view.hi && full.lo < full.hi && factor > 0, view);
  at = CLAMP (at, view.lo, view.hi);
  share = (at - view.lo) / size;
  size = CLAMP (size * factor, least, full.hi - full.lo);
  return within ((ThawRange){at - share * size, at + (1 - share) * size}, full);
}

ThawRange
thaw_range_pan (ThawRange view, ThawRange full, double by)
{
  g_return_val_if_fail (view.lo < view.hi && full.lo < full.hi, view);
  return within ((ThawRange){view.lo + by, view.hi + by}, full);
}
