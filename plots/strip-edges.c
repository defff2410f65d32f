/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edges of a thaw strip: found by a pointer, moved by it and by keys. */
#include "chart-private.h"

#include <math.h>

#define REACH_PX 8 /* how near a pointer must be */

static const ThawEdgeHandle *
edge_at (const ThawChart *strip, int edge)
{
  return &g_array_index (strip->strip->edges, ThawEdgeHandle, edge);
}

static bool
has_edge (const ThawChart *strip, int edge)
{
  return strip && strip->strip && edge >= 0 && edge < (int) strip->strip->edges->len;
}

static double
keep_within (const ThawEdgeHandle *edge, double x)
{
  if (edge->step > 0)
    x = round (x / edge->step) * edge->step;
  return CLAMP (x, edge->lo, edge->hi);
}

int
thaw_strip_add_edge (
    ThawChart *strip, double x, size_t first, size_t last, double lo, double hi, double step)
{
  ThawEdgeHandle edge = {.lo = lo, .hi = hi, .step = step, .first = first, .last = last};

  g_return_val_if_fail (strip && strip->strip && first <= last, -1);
  g_return_val_if_fail (last < strip->strip->rows->len && lo <= hi && thaw_plottable (x), -1);
  edge.x = CLAMP (x, lo, hi);
  g_array_append_val (strip->strip->edges, edge);
  return (int) strip->strip->edges->len - 1;
}

int
thaw_strip_n_edges (const ThawChart *strip)
{
  g_return_val_if_fail (strip && strip->strip, 0);
  return (int) strip->strip->edges->len;
}

double
thaw_strip_edge (const ThawChart *strip, int edge)
{
  g_return_val_if_fail (has_edge (strip, edge), NAN);
  return edge_at (strip, edge)->x;
}

int
thaw_strip_hit_edge (const ThawChart *strip, const ThawPlotArea *area, double x_px, double y_px)
{
  double nearest = REACH_PX, row;
  int found = -1;

  g_return_val_if_fail (strip && strip->strip && area, -1);
  row = thaw_plot_area_y (area, y_px);
  for (int i = 0; i < (int) strip->strip->edges->len; i++) {
    const ThawEdgeHandle *edge = edge_at (strip, i);
    double distance = fabs (thaw_plot_area_x_px (area, edge->x) - x_px);
    if (row < (double) edge->first || row > (double) edge->last + 1 || distance > nearest)
      continue;
    nearest = distance;
    found = i;
  }
  return found;
}

double
thaw_strip_edge_at (const ThawChart *strip, const ThawPlotArea *area, int edge, double x_px)
{
  g_return_val_if_fail (has_edge (strip, edge) && area, NAN);
  return keep_within (edge_at (strip, edge), thaw_plot_area_x (area, x_px));
}

double
thaw_strip_edge_by (const ThawChart *strip, int edge, int steps)
{
  const ThawEdgeHandle *handle;
  ThawAxis axis;

  g_return_val_if_fail (has_edge (strip, edge), NAN);
  handle = edge_at (strip, edge);
  axis = thaw_chart_x_axis (strip);
  return keep_within (
      handle, handle->x + steps * (handle->step > 0 ? handle->step : (axis.hi - axis.lo) / 50));
}

void
thaw_strip_set_active_edge (ThawChart *strip, int edge)
{
  g_return_if_fail (strip && strip->strip);
  strip->strip->active = edge;
}
