/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that leave a chart: CSV, the table, a copy for another thread. */
#include "thaw-plots.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static char *folder;

static ThawChart *
loss_chart (void)
{
  const ThawPoint points[] = {{0.5, 2.25}, {1, 1.5}, {1.5, NAN}, {2, INFINITY}, {2.5, 0.1}};
  ThawChart *chart = thaw_chart_new ("Loss", "epoch", "loss");

  thaw_chart_add_series (chart, "run, \"A\"", points, 5, 0, 0, false, 0);
  return chart;
}

static ThawChart *
accuracy_chart (void)
{
  const ThawPoint points[] = {{1, 0.5}, {2, 0.75}, {3, 1}};
  ThawChart *chart = thaw_chart_new ("Accuracy", "epoch", "accuracy");
  g_autoptr (ThawSeries) series = thaw_series_new_from (points, 3);
  ThawLook look = {.label = "run", .smooth = 3, .smooth_text = "mean of 3 epochs"};

  thaw_chart_add_line (chart, series, &look);
  thaw_chart_set_percent (chart, true);
  return chart;
}

static ThawChart *
strip (void)
{
  const char *rows[] = {"head", "stem"};
  ThawChart *chart = thaw_strip_new ("Thaw map", "epoch", rows, 2);

  thaw_strip_add_cell (chart, 0, 0, 3, THAW_CELL_TRAINING, 0.001);
  thaw_strip_add_cell (chart, 1, 0, 2, THAW_CELL_FROZEN, 0);
  thaw_strip_add_cell (chart, 1, 2, 3, THAW_CELL_TRAINING, 0.0001);
  return chart;
}

static ThawChart *
scatter (void)
{
  ThawChart *chart = thaw_scatter_new ("Value", "parameters", "accuracy");
  const ThawDot one = {"ResNet18", 11.2e6, 0.9, 0, 0.01, 3, 0},
                two = {"lost", NAN, 0.5, 0, 0, 1, 1};

  thaw_chart_set_percent (chart, true);
  thaw_chart_set_x_unit (chart, THAW_UNIT_COUNT);
  thaw_scatter_add_dot (chart, &one);
  thaw_scatter_add_dot (chart, &two);
  return chart;
}

static void
check_csv (ThawChart *const *charts, size_t n, const char *expected)
{
  g_autofree char *path = g_build_filename (folder, "a.csv", NULL), *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (thaw_charts_save_csv (charts, n, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* A row an x, a column a line; the same in a locale with another decimal point. */
static void
csv (void)
{
  ThawChart *charts[] = {loss_chart (), accuracy_chart (), strip ()};
  const char *const locales[] = {"C.UTF-8", "de_DE.UTF-8", "zh_CN.UTF-8"};

  for (gsize i = 0; i < G_N_ELEMENTS (locales); i++) {
    if (!setlocale (LC_NUMERIC, locales[i]))
      continue;
    check_csv (charts, 1, "epoch,\"run, \"\"A\"\"\"\n0.5,2.25\n1,1.5\n1.5,nan\n2,inf\n2.5,0.1\n");
    check_csv (charts, 3,
               "epoch,\"Loss: run, \"\"A\"\"\",Accuracy: run,Accuracy: run (mean of 3 epochs),"
               "Thaw map: head,Thaw map: stem\n"
               "0,,,,0.001,0\n"
               "0.5,2.25,,,0.001,0\n"
               "1,1.5,0.5,0.625,0.001,0\n"
               "1.5,nan,,,0.001,0\n"
               "2,inf,0.75,0.75,0.001,0.0001\n"
               "2.5,0.1,,,0.001,0.0001\n"
               "3,,1,0.875,,\n");
  }
  setlocale (LC_NUMERIC, "C");
  for (int i = 0; i < 3; i++)
    thaw_chart_free (charts[i]);
}

/* What is exported is what is seen. */
static void
csv_view (void)
{
  ThawChart *charts[] = {loss_chart (), scatter ()};

  thaw_chart_set_x_range (charts[0], 0.9, 1.6);
  check_csv (charts, 2,
             "epoch,\"Loss: run, \"\"A\"\"\"\n1,1.5\n1.5,nan\n\n"
             "name,parameters,accuracy,x deviation,y deviation,runs\n"
             "ResNet18,11200000,0.9,0,0.01,3\nlost,nan,0.5,0,0,1\n");
  thaw_chart_free (charts[0]);
  thaw_chart_free (charts[1]);
}

/* Two points at one x are two rows. */
static void
csv_repeats (void)
{
  const ThawPoint points[] = {{1, 5}, {1, 6}, {2, 7}};
  ThawChart *chart = thaw_chart_new ("", "", "y");

  thaw_chart_add_series (chart, "", points, 3, 0, 0, false, 0);
  check_csv (&chart, 1, "x,y\n1,5\n1,6\n2,7\n");
  thaw_chart_free (chart);
}

static void
csv_refused (void)
{
  g_autofree char *path = g_build_filename (folder, "gone", "a.csv", NULL);
  ThawChart *chart = loss_chart ();
  g_autoptr (GError) error = NULL;

  g_assert_false (thaw_charts_save_csv (&chart, 1, path, &error));
  g_assert_error (error, THAW_PLOTS_ERROR, THAW_PLOTS_ERROR_IO);
  g_assert_nonnull (strstr (error->message, path));
  thaw_chart_free (chart);
}

/* --- tables --- */

/* "a|b;1|2" */
static void
check_table (ThawChart *chart, size_t most, const char *expected)
{
  g_autoptr (ThawTable) table = thaw_chart_table (chart, most);
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < table->n_columns; i++)
    g_string_append_printf (text, "%s%s", i ? "|" : "", table->head[i]);
  for (size_t i = 0; i < table->n_columns * table->n_rows; i++)
    g_string_append_printf (text, "%s%s", i % table->n_columns ? "|" : ";", table->cells[i]);
  g_assert_cmpstr (text->str, ==, expected);
  g_string_free (text, TRUE);
  thaw_chart_free (chart);
}

static void
tables (void)
{
  check_table (loss_chart (), 10,
               "epoch|run, \"A\";0.5|2.25;1|1.5;1.5|not a number;2|infinite;2.5|0.1");
  check_table (accuracy_chart (), 10, "epoch|run;1|50.0%;2|75.0%;3|100.0%");
  check_table (strip (), 10,
               "block|from|to|state|learning rate;head|0|3|training|0.001;stem|0|2|frozen|;"
               "stem|2|3|training|0.0001");
  check_table (scatter (), 10,
               "name|parameters|accuracy|deviation|runs;ResNet18|11.2 M|90.0%|1.0%|3;"
               "lost|not a number|50.0%||1");
  check_table (thaw_chart_new ("", "", ""), 10, "x");
}

/* More points than rows: stretches, and every point is in one of them. */
static void
table_stretches (void)
{
  ThawChart *chart = thaw_chart_new ("", "step", "loss");
  g_autoptr (ThawSeries) series = thaw_series_new ();

  for (int i = 0; i <= 100; i++) {
    ThawPoint p = {i, i == 20 ? NAN : i};
    g_assert_true (thaw_series_append (series, &p, 1));
  }
  thaw_chart_add_line (chart, series, &(ThawLook){.label = "run"});
  check_table (chart, 4,
               "step|run;0 to 25|11.67 (0 to 24, 1 not finite);25 to 50|37 (25 to 49);"
               "50 to 75|62 (50 to 74);75 to 100|87.5 (75 to 100)");
}

/* --- copies --- */

static void
check_same (ThawChart *chart)
{
  g_autoptr (ThawChart) copy = thaw_chart_snapshot (chart);
  g_autofree char *a = thaw_chart_describe (chart), *b = NULL, *x = NULL, *y = NULL;
  const char *names[] = {"a.png", "b.png"};
  char *bytes[2];
  gsize length[2];

  for (int i = 0; i < 2; i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);
    ThawChart *each = i ? copy : chart;
    g_assert_true (thaw_charts_save (&each, 1, path, 300, 200, thaw_plot_style_light (), NULL));
    g_assert_true (g_file_get_contents (path, &bytes[i], &length[i], NULL));
    g_unlink (path);
  }
  x = bytes[0];
  y = bytes[1];
  g_assert_true (length[0] == length[1] && memcmp (x, y, length[0]) == 0);
  thaw_chart_free (chart);
  b = thaw_chart_describe (copy);
  g_assert_cmpstr (a, ==, b);
}

/* A copy is the same picture and the same words, and outlives what it was made of. */
static void
snapshots (void)
{
  ThawChart *chart = loss_chart ();
  g_autoptr (ThawSeries) low = thaw_series_new_from ((ThawPoint[]){{0, 1}, {3, 1}}, 2);
  g_autoptr (ThawSeries) high = thaw_series_new_from ((ThawPoint[]){{0, 2}, {3, 2}}, 2);
  ThawChart *map = strip ();

  thaw_chart_add_band (chart, low, high, 2, "spread");
  thaw_chart_add_line (chart, low, &(ThawLook){.label = "other", .smooth = 2});
  thaw_chart_set_gap (chart, 0, 1);
  thaw_chart_shade (chart, 0, 1, "frozen");
  thaw_chart_add_mark (chart, THAW_MARK_BEST, 2, 1, 3, "best");
  thaw_chart_set_x_range (chart, 0.2, 2.8);
  thaw_chart_set_y_log (chart, true);
  check_same (chart);
  thaw_strip_set_rate (map, low, true);
  thaw_strip_set_moved (map, 1, 0.5);
  thaw_strip_add_edge (map, 2, 1, 1, 0, 3, 1);
  check_same (map);
  check_same (scatter ());
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("thaw-plots-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_test_add_func ("/plots/export/csv", csv);
  g_test_add_func ("/plots/export/csv-view", csv_view);
  g_test_add_func ("/plots/export/csv-repeats", csv_repeats);
  g_test_add_func ("/plots/export/csv-refused", csv_refused);
  g_test_add_func ("/plots/export/tables", tables);
  g_test_add_func ("/plots/export/table-stretches", table_stretches);
  g_test_add_func ("/plots/export/snapshots", snapshots);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
