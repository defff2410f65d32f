/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scatters: which dots no other beats, names that cover nothing, arrow keys. */
#include "chart-private.h"
#include "labels.h"

#include <math.h>

static GRand *
seeded (void)
{
  guint32 seed = g_test_rand_int ();

  g_test_message ("seed %u", seed);
  return g_rand_new_with_seed (seed);
}

static bool
is_beaten (const ThawChart *chart, guint i)
{
  const ThawDot *mine = thaw_scatter_dot (chart, i);

  for (guint k = 0; k < chart->scatter->dots->len; k++) {
    const ThawDot *other = thaw_scatter_dot (chart, k);
    if (k != i && thaw_dot_has_place (chart, other) && other->x <= mine->x && other->y >= mine->y &&
        (other->x < mine->x || other->y > mine->y || k < i))
      return true;
  }
  return false;
}

/* Against the plain definition, with equal dots and dots without a place among them. */
static void
frontier (void)
{
  g_autoptr (GRand) rand = seeded ();

  for (int round = 0; round < 300; round++) {
    g_autoptr (ThawChart) chart = thaw_scatter_new ("", "cost", "accuracy");
    g_autoptr (GArray) best = NULL;
    int n = g_rand_int_range (rand, 0, 12);
    guint expected = 0;
    for (int i = 0; i < n; i++) {
      ThawDot dot = {"", g_rand_int_range (rand, 1, 6), g_rand_int_range (rand, 1, 6), 0, 0, 1, i};
      dot.x = g_rand_int_range (rand, 0, 10) == 0 ? NAN : dot.x;
      thaw_scatter_add_dot (chart, &dot);
    }
    best = thaw_scatter_frontier (chart);
    for (guint i = 0; i < chart->scatter->dots->len; i++)
      expected += thaw_dot_has_place (chart, thaw_scatter_dot (chart, i)) && !is_beaten (chart, i);
    g_assert_cmpuint (best->len, ==, expected);
    for (guint k = 0; k < best->len; k++) {
      const ThawDot *dot = thaw_scatter_dot (chart, g_array_index (best, guint, k));
      const ThawDot *before =
          k ? thaw_scatter_dot (chart, g_array_index (best, guint, k - 1)) : NULL;
      g_assert_true (!before || (before->x < dot->x && before->y < dot->y));
    }
  }
}

static bool
meet (const ThawBox *a, const ThawBox *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
         b->y < a->y + a->height;
}

/* No name covers another, a dot, or leaves the plot, however crowded; one alone is placed, and of
 * all a good part. */
static void
names_apart (void)
{
  g_autoptr (GRand) rand = seeded ();
  int all = 0, all_placed = 0;

  for (int round = 0; round < 200; round++) {
    int n = g_rand_int_range (rand, 1, 40), placed = 0;
    g_autofree ThawBox *boxes = g_new (ThawBox, 2 * n);
    ThawLabels labels;
    thaw_labels_init (&labels, (ThawBox){0, 0, 600, 300});
    for (int i = 0; i < n; i++) {
      boxes[i] =
          (ThawBox){g_rand_double_range (rand, 5, 585), g_rand_double_range (rand, 5, 285), 10, 10};
      thaw_labels_take (&labels, boxes[i]);
    }
    for (int i = 0; i < n; i++) {
      ThawBox *box = &boxes[n + placed];
      if (!thaw_labels_place (&labels, boxes[i].x + 5, boxes[i].y + 5, 8, 70, 14, box))
        continue;
      g_assert_true (box->x >= 0 && box->y >= 0 && box->x + 70 <= 600 && box->y + 14 <= 300);
      for (int k = 0; k < n + placed; k++)
        g_assert_false (meet (box, &boxes[k]));
      placed++;
    }
    g_assert_cmpint (placed, >=, 1);
    all += n;
    all_placed += placed;
    thaw_labels_clear (&labels);
  }
  g_test_message ("%d of %d names placed", all_placed, all);
  g_assert_cmpint (2 * all_placed, >=, all);
}

static void
keys (void)
{
  g_autoptr (ThawChart) chart = thaw_scatter_new ("Value", "parameters", "accuracy");
  const ThawDot dots[] = {{"b", 2, 0.9, 0, 0, 1, 0},
                          {"lost", NAN, 0.1, 0, 0, 1, 1},
                          {"a", 1, 0.5, 0, 0.1, 4, 2},
                          {"c", 3, 0.2, 0, 0, 1, 3}};
  const ThawWalk walks[] = {THAW_WALK_FIRST, THAW_WALK_NEXT, THAW_WALK_NEXT, THAW_WALK_NEXT,
                            THAW_WALK_UP,    THAW_WALK_UP,   THAW_WALK_DOWN, THAW_WALK_LAST};
  const int wanted[] = {2, 0, 3, 2, 0, 3, 0, 3};
  ThawPlotArea area;
  ThawHit hit = {.line = -1};
  g_autofree char *text = NULL, *group = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (dots); i++)
    thaw_scatter_add_dot (chart, &dots[i]);
  thaw_chart_set_percent (chart, true);
  thaw_chart_measure (chart, 400, 300, thaw_plot_style_light (), &area);
  for (gsize i = 0; i < G_N_ELEMENTS (walks); i++) {
    g_assert_true (thaw_chart_walk (chart, &area, walks[i], &hit));
    g_assert_cmpint (hit.line, ==, wanted[i]);
  }
  text = thaw_chart_point_text (chart, &hit);
  g_assert_cmpstr (text, ==, "c: accuracy 20.0%, parameters 3, one run");
  hit.line = 2;
  group = thaw_chart_point_text (chart, &hit);
  g_assert_cmpstr (group, ==, "a: accuracy 50.0% ± 10.0%, parameters 1, 4 runs");
  g_assert_true (thaw_chart_hit (chart, &area, thaw_plot_area_x_px (&area, 2) + 3,
                                 thaw_plot_area_y_px (&area, 0.9), 8, &hit));
  g_assert_cmpint (hit.line, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plots/scatter/frontier", frontier);
  g_test_add_func ("/plots/scatter/names-apart", names_apart);
  g_test_add_func ("/plots/scatter/keys", keys);
  return g_test_run ();
}
