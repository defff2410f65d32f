/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

static GArray *
epochs_of (const double *accuracy, guint n)
{
  GArray *epochs = g_array_new (FALSE, TRUE, sizeof (ThawEpochRow));

  for (guint i = 0; i < n; i++) {
    ThawEpochRow row = {.epoch = (int) i, .accuracy = accuracy[i]};
    g_array_append_val (epochs, row);
  }
  return epochs;
}

static void
passing (void)
{
  const double values[] = {0.1, NAN, 0.3, 0.5, 0.4};
  g_autoptr (GArray) epochs = epochs_of (values, 5);

  g_assert_cmpfloat (thaw_accuracy_after (epochs, 4), ==, 0.5);
  g_assert_true (isnan (thaw_accuracy_after (epochs, 6)));
  g_assert_true (isnan (thaw_accuracy_after (epochs, 0)));
  g_assert_true (isnan (thaw_accuracy_after (NULL, 1)));
  g_assert_cmpint (thaw_epochs_to_pass (epochs, 0.2), ==, 3);
  g_assert_cmpint (thaw_epochs_to_pass (epochs, 0.3), ==, 4); /* as good is not past it */
  g_assert_cmpint (thaw_epochs_to_pass (epochs, 0.5), ==, 0);
  g_assert_cmpint (thaw_epochs_to_pass (epochs, NAN), ==, 0);
  g_assert_cmpint (thaw_epochs_to_pass (NULL, 0), ==, 0);
}

/* From scratch, two seeds; pretrained and frozen for an epoch, two seeds; one that never does; one
 * that does while frozen. */
static void
table (void)
{
  const double values[][4] = {{0.1, 0.2, 0.30, 0.40}, {0.1, 0.2, 0.34, 0.4}, {0.2, 0.33, 0.4, 0.5},
                              {0.2, 0.3, 0.33, 0.50}, {0.0, 0.1, 0.10, 0.1}, {0.4, 0.5, 0.6, 0.7},
                              {0.1, 0.1, 0.33, 0.00}, {0.1, 0.1, 0.10, 0.1}};
  const ThawFigures frozen[] = {{.frozen_epochs = 1}, {.frozen_epochs = 1}}, none[2] = {{0}, {0}};
  const ThawSide sides[] = {{.name = "Scratch", .figures = none, .n = 2},
                            {.name = "Starter", .figures = frozen, .n = 2},
                            {.name = "Bad", .figures = none, .n = 1},
                            {.name = "Fast", .figures = frozen, .n = 1},
                            {.name = "Half", .figures = none, .n = 2}};
  static const char *const expected[2][5] = {
      {"32.00 % ± 2.83 % (2 runs)", "36.50 % ± 4.95 % (2 runs)", "10.00 %", "60.00 %",
       "21.50 % ± 16.26 % (2 runs)"},
      {"–", "2.5, 1.5 after the thaw", "never", "1, while frozen",
       "3.0, 3.0 after the thaw (1 of 2 runs)"}};
  const GArray *epochs[8];

  for (guint i = 0; i < 8; i++)
    epochs[i] = epochs_of (values[i], 4);
  g_autoptr (ThawSheet) sheet = thaw_reach_sheet (sides, 5, epochs, 3);
  g_assert_cmpint (sheet->n_columns, ==, 5);
  g_assert_cmpuint (sheet->rows->len, ==, 2);
  for (int r = 0; r < 2; r++)
    for (int c = 0; c < 5; c++)
      g_assert_cmpstr (((ThawSheetRow *) sheet->rows->pdata[r])->cells[c].text, ==, expected[r][c]);
  g_assert_cmpstr (((ThawSheetRow *) sheet->rows->pdata[1])->title, ==,
                   "Epochs to pass that of Scratch");
  g_autoptr (ThawSheet) late = thaw_reach_sheet (sides, 5, epochs, 9); /* nobody got there */
  g_assert_cmpstr (((ThawSheetRow *) late->rows->pdata[1])->cells[1].text, ==, "–");
  for (guint i = 0; i < 8; i++)
    g_array_unref ((GArray *) epochs[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/reach/passing", passing);
  g_test_add_func ("/analysis/reach/table", table);
  return g_test_run ();
}
