/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict table in the lesson's four terms: final accuracy, stability, overfitting,
 * efficiency. */
#include "thaw-analysis.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef enum { NO_BETTER, HIGHER, LOWER } Better;
typedef double (*Value) (const ThawRun *run, const ThawFigures *figures);
typedef char *(*Text) (double value);

static double
best_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->best;
}
static double
final_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->final;
}
static double
test_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->test;
}
static double
volatility_frozen_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->volatility_frozen;
}
static double
volatility_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->volatility;
}
static double
gap_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->gap;
}
static double
parameters_of (const ThawRun *run, const ThawFigures *figures)
{
  return run->parameters > 0 ? (double) run->parameters : NAN;
}
static double
macs_of (const ThawRun *run, const ThawFigures *figures)
{
  return run->macs > 0 ? (double) run->macs : NAN;
}
static double
bytes_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->bytes > 0 ? (double) figures->bytes : NAN;
}
static double
speed_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->images_per_second;
}
static double
seconds_of (const ThawRun *run, const ThawFigures *figures)
{
  return figures->seconds > 0 ? figures->seconds : NAN;
}

static char *
text_volatility (double value)
{
  return thaw_text_number (value, 4);
}
static char *
text_count (double value)
{
  return isfinite (value) ? thaw_text_count (llround (value)) : g_strdup ("–");
}
static char *
text_bytes (double value)
{
  return isfinite (value) ? g_format_size ((guint64) value) : g_strdup ("–");
}
static char *
text_duration (double value)
{
  return isfinite (value) ? thaw_text_duration (value) : g_strdup ("–");
}

static const struct {
  const char *term, *title, *help;
  Value value;
  Text text;
  Better better;
} lines[] = {
    {N_ ("Final accuracy"), N_ ("Best epoch"),
     N_ ("The best accuracy of all epochs on the set that was measured after each: validation, "
         "unless the recipe says test."),
     best_of, thaw_text_percent, HIGHER},
    {NULL, N_ ("Last epoch"), N_ ("The accuracy after the last epoch that was done."), final_of,
     thaw_text_percent, HIGHER},
    {NULL, N_ ("Test set"), N_ ("Measured once, at the end, with the best weights."), test_of,
     thaw_text_percent, HIGHER},
    {N_ ("Stability"), N_ ("Volatility of the loss, frozen"),
     N_ ("Spread of the loss of the iterations around its own trend while the backbone was "
         "frozen; less is steadier."),
     volatility_frozen_of, text_volatility, LOWER},
    {NULL, N_ ("Volatility of the loss, thawed"),
     N_ ("The same after the thaw, or of the whole run when nothing was frozen."), volatility_of,
     text_volatility, LOWER},
    {N_ ("Overfitting"), N_ ("Train less evaluated accuracy"),
     N_ ("At the best epoch. Train accuracy is of a clean second pass where there was one, else of "
         "the images as they were learned from."),
     gap_of, thaw_text_points, LOWER},
    {N_ ("Efficiency"), N_ ("Parameters"), NULL, parameters_of, text_count, LOWER},
    {NULL, N_ ("MACs an image"),
     N_ ("Multiply-accumulate operations for one image at the recipe's input size."), macs_of,
     text_count, LOWER},
    {NULL, N_ ("Size of the weights"), N_ ("The file of the best weights."), bytes_of, text_bytes,
     LOWER},
    {NULL, N_ ("Images per second, training"),
     N_ ("Measured on this machine after the thaw, or while frozen if there was no thaw."),
     speed_of, text_count, HIGHER},
    {NULL, N_ ("Time spent training"), N_ ("All epochs, without evaluation."), seconds_of,
     text_duration, LOWER},
};

static ThawSheetRow *
new_row (ThawSheet *sheet, const char *term, const char *title, const char *help)
{
  ThawSheetRow *row = g_new0 (ThawSheetRow, 1);

  row->term = g_strdup (term);
  row->title = g_strdup (title);
  row->help = g_strdup (help);
  row->cells = g_new0 (ThawSheetCell, sheet->n_columns);
  for (int c = 0; c < sheet->n_columns; c++)
    row->cells[c].value = NAN;
  g_ptr_array_add (sheet->rows, row);
  return row;
}

static void
see_differences (const ThawSheet *sheet, ThawSheetRow *row)
{
  for (int c = 1; c < sheet->n_columns; c++)
    row->differs |= strcmp (row->cells[c].text, row->cells[0].text) != 0;
}

static void
add_backbones (ThawSheet *sheet, const ThawSide *sides)
{
  ThawSheetRow *row = new_row (sheet, NULL, _ ("Backbone"), NULL);

  for (int c = 0; c < sheet->n_columns; c++)
    row->cells[c].text = g_strdup (sides[c].runs[0]->model);
  see_differences (sheet, row);
}

static void
add_epochs (ThawSheet *sheet, const ThawSide *sides)
{
  ThawSheetRow *row = new_row (sheet, NULL, _ ("Epochs"), NULL);

  for (int c = 0; c < sheet->n_columns; c++)
    row->cells[c].text =
        g_strdup_printf (_ ("%d of %d, %d frozen"), sides[c].runs[0]->epochs_done,
                         sides[c].runs[0]->epochs, sides[c].figures[0].frozen_epochs);
  see_differences (sheet, row);
}

static ThawSpread
spread_of (const ThawSide *side, Value value)
{
  g_autofree double *values = g_new (double, side->n);

  for (int i = 0; i < side->n; i++)
    values[i] = value (side->runs[i], &side->figures[i]);
  return thaw_spread (values, (size_t) side->n);
}

/* A run that was left early took less time for less. */
static bool
is_whole (const ThawSide *side)
{
  for (int i = 0; i < side->n; i++)
    if (side->runs[i]->state != THAW_RUN_FINISHED)
      return false;
  return true;
}

static char *
single_text (const ThawSide *side, Value value, const char *number)
{
  const ThawFigures *figures = &side->figures[0];

  if (value == best_of && isfinite (figures->best))
    return g_strdup_printf (_ ("%s (epoch %d)"), number, side->runs[0]->best_epoch + 1);
  if (value == seconds_of && isfinite (figures->seconds) && figures->seconds > 0 &&
      !is_whole (side))
    return g_strdup_printf (_ ("%s (not to its end)"), number);
  if (value == gap_of && isfinite (figures->gap) && !figures->gap_clean)
    return g_strdup_printf (_ ("%s (train accuracy while learning)"), number);
  return g_strdup (number);
}

/* A number of one run, or mean ± deviation of a group; equal values need no deviation. */
static char *
cell_text (const ThawSide *side, Value value, Text text, ThawSpread spread)
{
  g_autofree char *number = text (spread.mean);
  g_autofree char *deviation = NULL;

  if (side->n == 1)
    return single_text (side, value, number);
  if (spread.n < 2 || spread.deviation == 0)
    return g_strdup (number);
  deviation =
      value == gap_of ? thaw_text_number (100 * spread.deviation, 2) : text (spread.deviation);
  /* Translators: mean, deviation, number of runs. */
  return g_strdup_printf (ngettext ("%s ± %s (%d run)", "%s ± %s (%d runs)", (gulong) spread.n),
                          number, deviation, spread.n);
}

/* Marks the best of a row, and those that cannot be told from it; none when that would be all. */
static void
mark_best (ThawSheetRow *row, const ThawSpread *spreads, int n, Better better)
{
  int best = -1, told = 0, marked = 0;

  for (int c = 0; c < n && better != NO_BETTER; c++) {
    if (!isfinite (spreads[c].mean))
      continue;
    told++;
    if (best < 0 || (better == HIGHER ? spreads[c].mean > spreads[best].mean
                                      : spreads[c].mean < spreads[best].mean))
      best = c;
  }
  if (told < 2)
    return;
  for (int c = 0; c < n; c++) {
    double noise = fmax (isfinite (spreads[c].deviation) ? spreads[c].deviation : 0,
                         isfinite (spreads[best].deviation) ? spreads[best].deviation : 0);
    row->cells[c].best =
        isfinite (spreads[c].mean) && fabs (spreads[c].mean - spreads[best].mean) <= noise;
    marked += row->cells[c].best;
  }
  for (int c = 0; c < n && marked == told; c++)
    row->cells[c].best = false;
}

/* "Best epoch, validation": the set is said once where it is the same for all, else in each cell.
 */
static void
name_set (ThawSheetRow *row, bool best, const ThawSide *sides, int n)
{
  int on_test = 0;

  for (int c = 0; c < n; c++)
    on_test += sides[c].figures[0].on_test;
  if (on_test == 0 || on_test == n) {
    g_free (row->title);
    row->title = g_strdup (best ? on_test ? _ ("Best epoch, test") : _ ("Best epoch, validation")
                           : on_test ? _ ("Last epoch, test")
                                     : _ ("Last epoch, validation"));
    return;
  }
  for (int c = 0; c < n; c++) {
    char *text = row->cells[c].text;
    row->cells[c].text =
        g_strdup_printf (sides[c].figures[0].on_test ? _ ("%s, test") : _ ("%s, validation"), text);
    g_free (text);
  }
}

static void
add_line (ThawSheet *sheet, const ThawSide *sides, guint i)
{
  g_autofree ThawSpread *spreads = g_new0 (ThawSpread, sheet->n_columns);
  ThawSheetRow *row =
      new_row (sheet, lines[i].term != NULL ? _ (lines[i].term) : NULL, _ (lines[i].title),
               lines[i].help != NULL ? _ (lines[i].help) : NULL);

  for (int c = 0; c < sheet->n_columns; c++) {
    spreads[c] = spread_of (&sides[c], lines[i].value);
    row->cells[c].value = spreads[c].mean;
    row->cells[c].text = cell_text (&sides[c], lines[i].value, lines[i].text, spreads[c]);
  }
  for (int c = 0; c < sheet->n_columns; c++) /* the rest has no rank */
    if (lines[i].value == seconds_of && !is_whole (&sides[c]))
      spreads[c] = (ThawSpread){.mean = NAN, .deviation = NAN};
  if (lines[i].value == best_of || lines[i].value == final_of)
    name_set (row, lines[i].value == best_of, sides, sheet->n_columns);
  mark_best (row, spreads, sheet->n_columns, lines[i].better);
  see_differences (sheet, row);
}

ThawSheet *
thaw_verdict_sheet (const ThawSide *sides, int n)
{
  ThawSheet *sheet = g_new0 (ThawSheet, 1);
  bool groups = false;

  sheet->n_columns = n;
  sheet->columns = g_new0 (char *, n + 1);
  sheet->rows = g_ptr_array_new ();
  for (int c = 0; c < n; c++) {
    sheet->columns[c] = g_strdup (sides[c].name);
    groups |= sides[c].n > 1;
  }
  add_backbones (sheet, sides);
  add_epochs (sheet, sides);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    add_line (sheet, sides, i);
  sheet->note = g_strdup (
      groups ? _ ("Mean ± standard deviation over seeds. A value is marked best only where the "
                  "difference is larger than the deviation.")
             : _ ("One run each is one dot: differences smaller than the spread between seeds "
                  "mean nothing."));
  return sheet;
}
