/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scatter as data: dots, and which of them no other beats. */
#include "chart-private.h"

#include <math.h>

static void
clear_dot (gpointer dot)
{
  g_free ((char *) ((ThawDot *) dot)->label);
}

ThawScatter *
thaw_scatter_data_new (void)
{
  ThawScatter *scatter = g_new0 (ThawScatter, 1);

  scatter->dots = g_array_new (FALSE, FALSE, sizeof (ThawDot));
  g_array_set_clear_func (scatter->dots, clear_dot);
  scatter->frontier_label = g_strdup ("");
  return scatter;
}

void
thaw_scatter_data_empty (ThawScatter *scatter)
{
  g_array_set_size (scatter->dots, 0);
}

void
thaw_scatter_data_free (ThawScatter *scatter)
{
  if (!scatter)
    return;
  g_array_unref (scatter->dots);
  g_free (scatter->frontier_label);
  g_free (scatter);
}

ThawChart *
thaw_scatter_new (const char *title, const char *x_label, const char *y_label)
{
  ThawChart *chart = thaw_chart_new (title, x_label, y_label);

  chart->kind = THAW_CHART_SCATTER;
  chart->scatter = thaw_scatter_data_new ();
  return chart;
}

static double
deviation (double d)
{
  return thaw_plottable (d) && d > 0 ? d : 0;
}

int
thaw_scatter_add_dot (ThawChart *scatter, const ThawDot *dot)
{
  ThawDot copy;

  g_return_val_if_fail (scatter && scatter->scatter && dot, -1);
  copy = *dot;
  copy.label = g_strdup (dot->label ? dot->label : "");
  copy.hue = ABS (dot->hue);
  copy.x_deviation = deviation (dot->x_deviation);
  copy.y_deviation = deviation (dot->y_deviation);
  g_array_append_val (scatter->scatter->dots, copy);
  return (int) scatter->scatter->dots->len - 1;
}

void
thaw_scatter_set_frontier (ThawChart *scatter, bool shown, const char *label)
{
  char *copy;

  g_return_if_fail (scatter && scatter->scatter);
  copy = g_strdup (label ? label : "");
  g_free (scatter->scatter->frontier_label);
  scatter->scatter->frontier_label = copy;
  scatter->scatter->frontier = shown;
}

bool
thaw_dot_has_place (const ThawChart *chart, const ThawDot *dot)
{
  return thaw_plottable (dot->x) && thaw_plottable (dot->y) && !(chart->x_log && dot->x <= 0) &&
         !(chart->y_log && dot->y <= 0);
}

/* Less x first, of equals more y first. */
static int
compare (gconstpointer a, gconstpointer b, gpointer chart)
{
  const ThawDot *p = thaw_scatter_dot (chart, *(const guint *) a);
  const ThawDot *q = thaw_scatter_dot (chart, *(const guint *) b);

  if (p->x != q->x)
    return p->x < q->x ? -1 : 1;
  return (p->y < q->y) - (p->y > q->y);
}

GArray *
thaw_scatter_frontier (const ThawChart *chart)
{
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  GArray *best = g_array_new (FALSE, FALSE, sizeof (guint));
  double reached = -INFINITY;

  for (guint i = 0; i < chart->scatter->dots->len; i++)
    if (thaw_dot_has_place (chart, thaw_scatter_dot (chart, i)))
      g_array_append_val (order, i);
  g_array_sort_with_data (order, compare, (gpointer) chart);
  for (guint k = 0; k < order->len; k++) {
    guint i = g_array_index (order, guint, k);
    if (thaw_scatter_dot (chart, i)->y > reached) {
      reached = thaw_scatter_dot (chart, i)->y;
      g_array_append_val (best, i);
    }
  }
  return best;
}
