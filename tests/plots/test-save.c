/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as files, and as words. */
#include "thaw-plots.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static char *folder;

static ThawChart *
sample_chart (void)
{
  const ThawPoint points[] = {{1, 0.31}, {2, 0.45}, {3, 0.42}, {4, 0.8125}};
  ThawChart *chart = thaw_chart_new ("Accuracy", "Epoch", "Share of pictures");

  thaw_chart_set_percent (chart, true);
  thaw_chart_add_series (chart, "ResNet18, validation", points, 4, 0, 0, true, 0);
  thaw_chart_shade (chart, 0, 2, "frozen");
  thaw_chart_mark (chart, 2, "thawed");
  return chart;
}

static int
files_in_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static char *
save (const char *name, int width, int height, gsize *length)
{
  g_autoptr (ThawChart) a = sample_chart (), b = sample_chart ();
  ThawChart *charts[] = {a, b};
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *bytes;
  gboolean ok = thaw_charts_save (charts, 2, path, width, height, thaw_plot_style_light (), &error);

  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_true (g_file_get_contents (path, &bytes, length, NULL));
  g_assert_cmpint (files_in_folder (), ==, 1);
  return bytes;
}

static void
clean (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (files_in_folder (), ==, 0);
}

/* Twice the logical size; also under an ending in capitals, and over an older file. */
static void
png (void)
{
  for (int round = 0; round < 2; round++) {
    gsize length;
    g_autofree char *bytes = save ("chart.PNG", 300 + round, 120, &length);
    g_autofree char *path = g_build_filename (folder, "chart.PNG", NULL);
    cairo_surface_t *surface = cairo_image_surface_create_from_png (path);
    g_assert_cmpmem (bytes, 8, "\x89PNG\r\n\x1a\n", 8);
    g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 2 * (300 + round));
    g_assert_cmpint (cairo_image_surface_get_height (surface), ==, 2 * 240);
    cairo_surface_destroy (surface);
  }
  clean ("chart.PNG");
}

static void
svg (void)
{
  gsize length;
  g_autofree char *bytes = save ("chart.svg", 300, 120, &length);

  g_assert_nonnull (strstr (bytes, "<svg"));
  g_assert_nonnull (strstr (bytes, "width=\"300px\" height=\"240px\""));
  g_assert_nonnull (g_strrstr_len (bytes, (gssize) length, "</svg>"));
  clean ("chart.svg");
}

static void
pdf (void)
{
  gsize length;
  g_autofree char *bytes = save ("chart.pdf", 400, 120, &length);

  g_assert_cmpmem (bytes, 5, "%PDF-", 5);
  g_assert_nonnull (memmem (bytes, length, "%%EOF", 5));
  g_assert_nonnull (memmem (bytes, length, "/MediaBox [ 0 0 300 180 ]", 25));
  clean ("chart.pdf");
}

static void
check_error (
    const char *path, size_t n, int width, int height, ThawPlotsError code, const char *words)
{
  g_autoptr (ThawChart) a = sample_chart ();
  ThawChart *charts[] = {a};
  g_autoptr (GError) error = NULL;

  g_assert_false (
      thaw_charts_save (charts, n, path, width, height, thaw_plot_style_light (), &error));
  g_assert_error (error, THAW_PLOTS_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, words));
}

static void
refused (void)
{
  const char *names[] = {"chart.jpg", "chart", "png", ".png", "chart.png.txt", ""};

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);
    check_error (path, 1, 300, 100, THAW_PLOTS_ERROR_FORMAT, ".png, .svg or .pdf");
  }
  check_error ("x.png", 0, 300, 100, THAW_PLOTS_ERROR_SIZE, "at least one chart");
  check_error ("x.png", 1, 0, 100, THAW_PLOTS_ERROR_SIZE, "0 × 100");
  check_error ("x.png", 1, 300, -1, THAW_PLOTS_ERROR_SIZE, "300 × -1");
  check_error ("x.png", 1, 20000, 100, THAW_PLOTS_ERROR_SIZE, "20000 × 100");
  g_assert_cmpint (files_in_folder (), ==, 0);
}

/* No folder, a file where a folder should be, a folder where the file should be, a folder that may
 * not be written: an error, and no trace. */
static void
unwritable (void)
{
  g_autofree char *gone = g_build_filename (folder, "gone", "x.png", NULL);
  g_autofree char *taken = g_build_filename (folder, "taken.svg", NULL);
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *below = g_build_filename (file, "x.pdf", NULL);
  g_autofree char *inside = g_build_filename (taken, "x.png", NULL);

  check_error (gone, 1, 300, 100, THAW_PLOTS_ERROR_IO, "No such file or directory");
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  check_error (below, 1, 300, 100, THAW_PLOTS_ERROR_IO, "Not a directory");
  g_assert_cmpint (g_mkdir (taken, 0755), ==, 0);
  check_error (taken, 1, 300, 100, THAW_PLOTS_ERROR_IO, "Is a directory");
  g_assert_cmpint (files_in_folder (), ==, 2);
  if (geteuid () != 0) {
    g_assert_cmpint (g_chmod (taken, 0555), ==, 0);
    check_error (inside, 1, 300, 100, THAW_PLOTS_ERROR_IO, "Permission denied");
    g_assert_cmpint (g_chmod (taken, 0755), ==, 0);
  }
  g_assert_cmpint (g_rmdir (taken), ==, 0);
  clean ("file");
}

static void
check_words (ThawChart *chart, const char *expected)
{
  g_autofree char *words = thaw_chart_describe (chart);

  g_assert_cmpstr (words, ==, expected);
  thaw_chart_free (chart);
}

static void
words (void)
{
  const ThawPoint points[] = {{0, 2.5}, {100, NAN}, {200, 0.25}, {300, INFINITY}, {400, 1.0 / 3}};
  ThawChart *chart = sample_chart ();

  check_words (
      chart, "Accuracy: Share of pictures over Epoch from 1 to 4. ResNet18, validation starts at "
             "31.0% and ends at 81.2%; lowest 31.0% at 1, highest 81.2% at 4. Shaded from 0 to 2: "
             "frozen. Marked at 2: thawed.");
  chart = thaw_chart_new ("Loss", "Iteration", "Loss");
  check_words (chart, "Loss: no data yet.");
  chart = thaw_chart_new ("Loss", "Iteration", "Loss");
  thaw_chart_add_series (chart, "run", points, 5, 0, 0, false, 3);
  thaw_chart_add_series (chart, "other", points, 2, 1, 0, false, 0);
  thaw_chart_add_series (chart, "third", NULL, 0, 2, 0, false, 0);
  check_words (
      chart, "Loss over Iteration from 0 to 400. run starts at 2.5 and ends at 0.3333; lowest 0.25 "
             "at 200, highest 2.5 at 0. run has 2 values that are not finite numbers. other is a "
             "single point at 2.5. other has 1 value that is not a finite number. third has no "
             "points yet.");
}

/* Told by rows, in whatever order the cells came; rows with the same lot at once. */
static void
words_of_strip (void)
{
  static const char *const rows[] = {"conv1", "layer1", "layer2", "fc"};
  ThawChart *chart = thaw_strip_new ("Thaw Map", "epochs", rows, 4);

  for (int epoch = 0; epoch < 4; epoch++)
    for (size_t row = 0; row < 4; row++)
      thaw_strip_add_cell (chart, row, epoch, epoch + 1,
                           row < 3 && epoch < 2 ? THAW_CELL_FROZEN : THAW_CELL_TRAINING,
                           row == 2 ? 1e-4 : 1e-3 / (1 + epoch));
  check_words (chart,
               "Thaw Map. Each of conv1 to layer1 is frozen from 0 to 2. Each of conv1 to layer1 "
               "trains from 2 to 4, at first with rate 0.0003333. layer2 is frozen from 0 to 2. "
               "layer2 trains from 2 to 4, at first with rate 0.0001. fc trains from 0 to 4, at "
               "first with rate 0.001.");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("thaw-plots-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_test_add_func ("/plots/save/png", png);
  g_test_add_func ("/plots/save/svg", svg);
  g_test_add_func ("/plots/save/pdf", pdf);
  g_test_add_func ("/plots/save/refused", refused);
  g_test_add_func ("/plots/save/unwritable", unwritable);
  g_test_add_func ("/plots/save/words", words);
  g_test_add_func ("/plots/save/words-of-strip", words_of_strip);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
