/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Head starts: how soon runs pass what others had after so many epochs. */
#include "thaw-analysis.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

double
thaw_accuracy_after (const GArray *epochs, int n)
{
  return n >= 1 && epochs != NULL && (guint) n <= epochs->len
             ? g_array_index (epochs, ThawEpochRow, n - 1).accuracy
             : NAN;
}

int
thaw_epochs_to_pass (const GArray *epochs, double mark)
{
  for (guint i = 0; epochs != NULL && i < epochs->len; i++)
    if (g_array_index (epochs, ThawEpochRow, i).accuracy > mark)
      return (int) i + 1;
  return 0;
}

/* --- The table --- */

static ThawSheetRow *
new_row (ThawSheet *sheet, char *title)
{
  ThawSheetRow *row = g_new0 (ThawSheetRow, 1);

  row->title = title;
  row->cells = g_new0 (ThawSheetCell, sheet->n_columns);
  g_ptr_array_add (sheet->rows, row);
  return row;
}

/* (transfer full) */
static char *
accuracies_text (ThawSpread spread)
{
  g_autofree char *mean = thaw_text_percent (spread.mean),
                  *deviation = thaw_text_percent (spread.deviation);

  if (spread.n < 2 || spread.deviation == 0)
    return g_steal_pointer (&mean);
  return g_strdup_printf (ngettext ("%s ± %s (%d run)", "%s ± %s (%d runs)", (gulong) spread.n),
                          mean, deviation, spread.n);
}

/* "7: 2 after the thaw"; of several runs the mean. (transfer full) */
static char *
passed_text (const ThawSide *side, const GArray *const *epochs, double mark, double *value)
{
  double all = 0, after = 0;
  int passed = 0;
  g_autofree char *number = NULL, *thawed = NULL;

  for (int i = 0; i < side->n; i++) {
    int n = thaw_epochs_to_pass (epochs[i], mark);
    if (n == 0)
      continue;
    passed++;
    all += n;
    after += n - side->figures[i].frozen_epochs;
  }
  *value = passed > 0 ? all / passed : NAN;
  if (passed == 0)
    return g_strdup (_ ("never"));
  number = thaw_text_number (*value, side->n > 1 ? 1 : 0);
  thawed = thaw_text_number (after / passed, side->n > 1 ? 1 : 0);
  if (passed < side->n)
    /* Translators: epochs, epochs after the thaw, how many runs did, of how many. */
    return g_strdup_printf (_ ("%s, %s after the thaw (%d of %d runs)"), number, thawed, passed,
                            side->n);
  if (after <= 0)
    return g_strdup_printf (_ ("%s, while frozen"), number);
  if (after == all)
    return g_steal_pointer (&number);
  return g_strdup_printf (_ ("%s, %s after the thaw"), number, thawed);
}

ThawSheet *
thaw_reach_sheet (const ThawSide *sides, int n, const GArray *const *epochs, int after)
{
  ThawSheet *sheet;
  ThawSheetRow *had, *passed;
  double mark = NAN;

  g_return_val_if_fail (n >= 1 && after >= 1, NULL);

  sheet = g_new0 (ThawSheet, 1);
  sheet->n_columns = n;
  sheet->columns = g_new0 (char *, n + 1);
  sheet->rows = g_ptr_array_new ();
  had = new_row (sheet, g_strdup_printf (_ ("Accuracy after epoch %d"), after));
  passed = new_row (sheet, g_strdup_printf (_ ("Epochs to pass that of %s"), sides[0].name));
  for (int c = 0; c < n; c++) {
    g_autofree double *accuracy = g_new (double, MAX (sides[c].n, 1));
    ThawSpread spread;
    for (int i = 0; i < sides[c].n; i++)
      accuracy[i] = thaw_accuracy_after (epochs[i], after);
    spread = thaw_spread (accuracy, (size_t) sides[c].n);
    if (c == 0)
      mark = spread.mean;
    sheet->columns[c] = g_strdup (sides[c].name);
    had->cells[c].value = spread.mean;
    had->cells[c].text = accuracies_text (spread);
    passed->cells[c].value = NAN;
    passed->cells[c].text = c == 0 || isnan (mark)
                                ? g_strdup ("–")
                                : passed_text (&sides[c], epochs, mark, &passed->cells[c].value);
    had->differs |= strcmp (had->cells[c].text, had->cells[0].text) != 0;
    passed->differs |= strcmp (passed->cells[c].text, passed->cells[0].text) != 0;
    epochs += sides[c].n;
  }
  return sheet;
}
