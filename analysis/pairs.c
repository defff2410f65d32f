/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two groups compared seed by seed: runs that share a seed share the order of their images and
 * their initial draws, so the difference within a pair is steadier than that of two means. */
#include "thaw-analysis.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define CONFIDENCE 0.95

/* P (|T| < t) for Student's t with `freedom` degrees. Source: Abramowitz and Stegun, 26.7.3 and
 * 26.7.4. */
static double
within (double t, int freedom)
{
  double angle = atan (t / sqrt (freedom)), c = cos (angle), term, sum = 0;

  if (freedom % 2 == 1) {
    term = c;
    for (int k = 1; k <= freedom - 2; k += 2, term *= c * c * (k - 1) / k)
      sum += term;
    return 2 / G_PI * (angle + sin (angle) * sum);
  }
  term = 1;
  for (int k = 0; k <= freedom - 2; k += 2, term *= c * c * (k - 1) / k)
    sum += term;
  return sin (angle) * sum;
}

double
thaw_student (double confidence, int freedom)
{
  double low = 0, high = 1;

  g_return_val_if_fail (freedom > 0 && confidence > 0 && confidence < 1, NAN);

  while (within (high, freedom) < confidence)
    high *= 2;
  for (int i = 0; i < 200 && low < high; i++) {
    double middle = low + (high - low) / 2;
    if (within (middle, freedom) < confidence)
      low = middle;
    else
      high = middle;
  }
  return high;
}

ThawPaired
thaw_paired (const double *differences, size_t n)
{
  ThawSpread spread = thaw_spread (differences, n);
  ThawPaired paired = {
      .n = spread.n, .mean = spread.mean, .deviation = spread.deviation, .low = NAN, .high = NAN};

  if (spread.n < 2)
    return paired;
  double reach = thaw_student (CONFIDENCE, spread.n - 1) * spread.deviation / sqrt (spread.n);
  paired.low = spread.mean - reach;
  paired.high = spread.mean + reach;
  paired.told = paired.low > 0 || paired.high < 0;
  return paired;
}

bool
thaw_run_seed (const ThawRun *run, uint64_t *seed)
{
  g_autoptr (JsonNode) root = run->recipe != NULL ? json_from_string (run->recipe, NULL) : NULL;
  JsonNode *node = NULL;

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    node = json_object_get_member (json_node_get_object (root), "seed");
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return false;
  *seed = (uint64_t) json_node_get_int (node);
  return true;
}

/* --- Tables --- */

typedef enum { BEST, LAST, TEST, N_MEASURES } Measure;

static double
measure (const ThawFigures *figures, Measure which)
{
  return which == BEST ? figures->best : which == LAST ? figures->final : figures->test;
}

/* The first run of a side with this seed, -1: none. */
static int
find_seed (const ThawSide *side, uint64_t seed, int before)
{
  for (int i = 0; i < before; i++) {
    uint64_t other;
    if (thaw_run_seed (side->runs[i], &other) && other == seed)
      return i;
  }
  return -1;
}

static ThawPaired
pair_sides (const ThawSide *from, const ThawSide *to, Measure which)
{
  g_autofree double *differences = g_new (double, MAX (to->n, 1));
  size_t n = 0;

  for (int i = 0; i < to->n; i++) {
    uint64_t seed;
    int other;
    if (!thaw_run_seed (to->runs[i], &seed) || find_seed (to, seed, i) >= 0)
      continue; /* each seed once */
    other = find_seed (from, seed, from->n);
    if (other < 0 || from->figures[other].on_test != to->figures[i].on_test)
      continue;
    differences[n++] = measure (&to->figures[i], which) - measure (&from->figures[other], which);
  }
  return thaw_paired (differences, n);
}

ThawPaired
thaw_pair_best (const ThawSide *from, const ThawSide *to)
{
  return pair_sides (from, to, BEST);
}

ThawPaired
thaw_pair_test (const ThawSide *from, const ThawSide *to)
{
  return pair_sides (from, to, TEST);
}

char *
thaw_paired_text (const ThawPaired *paired)
{
  g_autofree char *mean = thaw_text_points (paired->mean);
  const char *verdict;

  if (paired->n == 0)
    return g_strdup (_ ("no seed in common"));
  if (paired->n == 1)
    return g_strdup_printf (_ ("%s with one seed in common: not enough evidence"), mean);
  verdict = paired->told            ? paired->mean > 0 ? _ ("better") : _ ("worse")
                       : paired->deviation > 0 ? _ ("not enough evidence of a difference")
                                    : _ ("the same for each seed");
  /* Translators: difference, lower and upper end of the interval, number of seeds, verdict. */
  return g_strdup_printf (ngettext ("%s (%+.2f to %+.2f, %d seed): %s",
                                    "%s (%+.2f to %+.2f, %d seeds): %s", (gulong) paired->n),
                          mean, 100 * paired->low, 100 * paired->high, paired->n, verdict);
}

static void
add_row (ThawSheet *sheet, const ThawSide *sides, Measure which, const char *title)
{
  ThawSheetRow *row = g_new0 (ThawSheetRow, 1);

  row->title = g_strdup (title);
  row->cells = g_new0 (ThawSheetCell, sheet->n_columns);
  for (int c = 0; c < sheet->n_columns; c++) {
    ThawPaired paired = pair_sides (&sides[0], &sides[c + 1], which);
    row->cells[c].value = paired.mean;
    row->cells[c].text = thaw_paired_text (&paired);
    row->differs |= strcmp (row->cells[c].text, row->cells[0].text) != 0;
  }
  g_ptr_array_add (sheet->rows, row);
}

ThawSheet *
thaw_paired_sheet (const ThawSide *sides, int n)
{
  ThawSheet *sheet;

  g_return_val_if_fail (n >= 2, NULL);

  sheet = g_new0 (ThawSheet, 1);
  sheet->n_columns = n - 1;
  sheet->columns = g_new0 (char *, n);
  sheet->rows = g_ptr_array_new ();
  for (int c = 1; c < n; c++)
    sheet->columns[c - 1] = g_strdup_printf (_ ("%s less %s"), sides[c].name, sides[0].name);
  add_row (sheet, sides, BEST, _ ("Best epoch"));
  add_row (sheet, sides, LAST, _ ("Last epoch"));
  add_row (sheet, sides, TEST, _ ("Test set"));
  sheet->note = g_strdup (
      n == 2 ? /* xgettext:no-c-format */
          _ ("Accuracy, paired by seed: mean difference and its 95 % interval by Student's t.")
             : /* xgettext:no-c-format */
          _ ("Accuracy, paired by seed: mean difference and its 95 % interval by Student's t. "
             "Of twenty such comparisons one finds a difference where there is none."));
  return sheet;
}
