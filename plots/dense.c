/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The band of a dense line. */
#include "dense.h"

#include <math.h>

typedef struct {
  double x0, x1, top, bottom;
} Column;

/* Columns of one unbroken run from i on; each reaches to where the one before ended. Returns the
 * index after the run. */
static guint
run_columns (const GArray *trace, guint i, double least, GArray *columns)
{
  double last = NAN;
  int column = G_MININT;

  g_array_set_size (columns, 0);
  for (; i < trace->len; i++) {
    ThawPoint p = g_array_index (trace, ThawPoint, i);
    Column *c;
    if (isnan (p.y))
      break;
    if ((int) floor (p.x) != column || columns->len == 0) {
      Column fresh = {floor (p.x), floor (p.x) + 1, fmin (p.y, last) - least,
                      fmax (p.y, last) + least};
      if (columns->len)
        g_array_index (columns, Column, columns->len - 1).x1 = fresh.x0;
      g_array_append_val (columns, fresh);
      column = (int) floor (p.x);
    }
    c = &g_array_index (columns, Column, columns->len - 1);
    c->top = MIN (c->top, p.y - least);
    c->bottom = MAX (c->bottom, p.y + least);
    last = p.y;
  }
  return i;
}

static void
add_band (cairo_t *cr, const GArray *columns)
{
  cairo_new_sub_path (cr);
  for (guint k = 0; k < columns->len; k++) {
    const Column *c = &g_array_index (columns, Column, k);
    cairo_line_to (cr, c->x0, c->top);
    cairo_line_to (cr, c->x1, c->top);
  }
  for (guint k = columns->len; k-- > 0;) {
    const Column *c = &g_array_index (columns, Column, k);
    cairo_line_to (cr, c->x1, c->bottom);
    cairo_line_to (cr, c->x0, c->bottom);
  }
  cairo_close_path (cr);
}

void
thaw_dense_draw (const ThawFrame *frame, const GArray *trace, ThawColor color, double alpha)
{
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (Column));

  cairo_new_path (frame->cr);
  for (guint i = 0; i < trace->len;) {
    if (isnan (g_array_index (trace, ThawPoint, i).y)) {
      i++;
      continue;
    }
    i = run_columns (trace, i, frame->style->line_width_px * 0.25, columns);
    add_band (frame->cr, columns);
  }
  thaw_set_color (frame->cr, color, alpha);
  cairo_fill (frame->cr);
}
