/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

static const ThawSheetRow *
find (const ThawSheet *sheet, const char *title)
{
  for (guint r = 0; r < sheet->rows->len; r++) {
    const ThawSheetRow *row = sheet->rows->pdata[r];
    if (strcmp (row->title, title) == 0)
      return row;
  }
  g_error ("no row %s", title);
}

/* Two runs, the second better in the best epoch and smaller. */
static void
two_runs (void)
{
  Made a, b;
  ThawFigures figures[2];

  made_init (&a, 4, 1, 10);
  made_init (&b, 6, 1, 10);
  b.run.parameters = 10;
  thaw_figures_compute (&a.rows, &figures[0]);
  thaw_figures_compute (&b.rows, &figures[1]);
  const ThawRun *runs[] = {&a.run, &b.run};
  ThawSide sides[] = {{"A & B", &runs[0], &figures[0], 1}, {"二", &runs[1], &figures[1], 1}};
  g_autoptr (ThawSheet) sheet = thaw_verdict_sheet (sides, 2);
  const ThawSheetRow *best = find (sheet, "Best epoch, validation");
  g_assert_cmpstr (best->cells[1].text, ==, "55.00 % (epoch 6)");
  g_assert_true (best->cells[1].best && !best->cells[0].best);
  g_assert_cmpstr (best->term, ==, "Final accuracy");
  g_assert_true (find (sheet, "Parameters")->cells[1].best);
  g_assert_false (find (sheet, "MACs an image")->cells[0].best); /* equal: nobody is */
  g_assert_false (find (sheet, "Test set")->cells[0].best);      /* not measured     */

  g_autofree char *text = thaw_sheet_write (sheet, THAW_SHEET_TEXT);
  g_autofree char *markdown = thaw_sheet_write (sheet, THAW_SHEET_MARKDOWN);
  g_autofree char *latex = thaw_sheet_write (sheet, THAW_SHEET_LATEX);
  g_assert_nonnull (strstr (text, "55.00 % (epoch 6) (best)"));
  g_assert_nonnull (strstr (markdown, "**55.00 % (epoch 6) (best)**"));
  g_assert_nonnull (strstr (latex, "A \\& B"));
  g_assert_nonnull (strstr (latex, "\\textbf{55.00 \\% (epoch 6) (best)}"));
  made_clear (&a);
  made_clear (&b);
}

/* Three seeds against three: the mean is marked only where it stands out of the deviation. */
static void
groups_of_seeds (void)
{
  Made made;
  ThawFigures figures[6];
  const ThawRun *runs[6];
  const double best[] = {0.70, 0.72, 0.74, 0.73, 0.74, 0.75};

  made_init (&made, 3, 0, 10);
  for (int i = 0; i < 6; i++) {
    runs[i] = &made.run;
    thaw_figures_compute (&made.rows, &figures[i]);
    figures[i].best = best[i];
    figures[i].volatility = i < 3 ? 0.1 : 0.2;
    figures[i].images_per_second = 100 + i;
  }
  ThawSide sides[] = {{"a", runs, figures, 3}, {"b", runs + 3, figures + 3, 3}};
  g_autoptr (ThawSheet) sheet = thaw_verdict_sheet (sides, 2);
  const ThawSheetRow *row = find (sheet, "Best epoch, validation");
  g_assert_cmpstr (row->cells[0].text, ==, "72.00 % ± 2.00 % (3 runs)");
  g_assert_false (row->cells[0].best || row->cells[1].best); /* 2 points, deviation 2 */
  g_assert_true (find (sheet, "Volatility of the loss, thawed")->cells[0].best);
  g_assert_true (find (sheet, "Images per second, training")->cells[1].best);
  made_clear (&made);
}

/* A run that was stopped has its time said as such, and does not win by it. */
static void
stopped_early (void)
{
  Made made, other;
  ThawFigures figures[2];

  made_init (&made, 3, 0, 10);
  made_init (&other, 3, 0, 10);
  const ThawRun *runs[] = {&made.run, &other.run};
  for (int i = 0; i < 2; i++) {
    thaw_figures_compute (i ? &other.rows : &made.rows, &figures[i]);
    figures[i].seconds = i ? 600 : 60;
  }
  ThawSide sides[] = {{"a", &runs[0], &figures[0], 1}, {"b", &runs[1], &figures[1], 1}};
  for (int stopped = 0; stopped < 2; stopped++) {
    made.run.state = stopped ? THAW_RUN_STOPPED : THAW_RUN_FINISHED;
    other.run.state = THAW_RUN_FINISHED;
    g_autoptr (ThawSheet) sheet = thaw_verdict_sheet (sides, 2);
    const ThawSheetRow *row = find (sheet, "Time spent training");
    g_assert_true (row->cells[0].best == !stopped);
    g_assert_false (row->cells[1].best);
    g_assert_true ((strstr (row->cells[0].text, "not to its end") != NULL) == stopped);
    g_assert_null (strstr (row->cells[1].text, "not to its end"));
  }
  made_clear (&made);
  made_clear (&other);
}

static void
recipes (void)
{
  ThawRun one = {.recipe =
                     (char *) "{\"name\": \"x\", \"epochs\": 4, \"model\": {\"name\": \"a\"}, "
                              "\"augment\": [{\"name\": \"Flip\", \"p\": 0.5}], \"mean\": "
                              "[1, 2]}"};
  ThawRun two = {.recipe =
                     (char *) "{\"name\": \"y\", \"epochs\": 4, \"model\": {\"name\": \"b\"}, "
                              "\"augment\": [], \"mean\": [1, 2]}"};
  ThawRun damaged = {.recipe = (char *) "{"};
  const ThawRun *runs[] = {&one, &two, &damaged};
  const char *names[] = {"one", "two", "three"};
  g_autoptr (ThawSheet) sheet = thaw_recipe_sheet (runs, names, 2);

  g_assert_false (find (sheet, "epochs")->differs);
  g_assert_false (find (sheet, "mean")->differs);
  g_assert_cmpstr (find (sheet, "mean")->cells[0].text, ==, "[1,2]");
  g_assert_true (find (sheet, "model.name")->differs);
  g_assert_cmpstr (find (sheet, "augment.Flip.p")->cells[0].text, ==, "0.5");
  g_assert_cmpstr (find (sheet, "augment.Flip.p")->cells[1].text, ==, "–");
  thaw_sheet_keep_differences (sheet);
  for (guint r = 0; r < sheet->rows->len; r++)
    g_assert_true (((ThawSheetRow *) sheet->rows->pdata[r])->differs);
  g_assert_cmpuint (sheet->rows->len, >=, 2);
  g_autoptr (ThawSheet) three = thaw_recipe_sheet (runs, names, 3);
  g_assert_cmpstr (find (three, "epochs")->cells[2].text, ==, "–");
}

/* Many runs are lines: headings of several words in several lines, the best of a column starred,
 * what nobody has left out. */
static void
many_runs (void)
{
  Made made[6];
  ThawFigures figures[6];
  const ThawRun *runs[6];
  ThawSide sides[6];

  for (int i = 0; i < 6; i++) {
    made_init (&made[i], 3 + i, 1, 10);
    made[i].run.parameters = 100 - i;
    thaw_figures_compute (&made[i].rows, &figures[i]);
    runs[i] = &made[i].run;
    sides[i] = (ThawSide){i == 3 ? "四" : "run", &runs[i], &figures[i], 1};
  }
  g_autoptr (ThawSheet) sheet = thaw_verdict_sheet (sides, 6);
  g_autofree char *text = thaw_sheet_write (sheet, THAW_SHEET_TEXT);
  g_autofree char *markdown = thaw_sheet_write (sheet, THAW_SHEET_MARKDOWN);
  g_autofree char *csv = thaw_sheet_write (sheet, THAW_SHEET_CSV);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  int n = 0, with_star = 0;

  g_assert_null (strstr (text, "Test set")); /* not measured */
  g_assert_null (strstr (text, "Final accuracy"));
  for (char **line = lines; *line != NULL; line++) {
    n += g_str_has_prefix (*line, "run ") || g_str_has_prefix (*line, "四 ");
    with_star += strstr (*line, " 95 *") != NULL;
  }
  g_assert_cmpint (n, ==, 6);
  g_assert_cmpint (with_star, ==, 1);
  g_assert_true (strstr (text, "Parameters") != NULL && strstr (text, "validation") != NULL);
  g_assert_null (strstr (text, "Volatility of the loss")); /* in several lines */
  g_assert_nonnull (strstr (markdown, "| 四 |"));
  g_assert_nonnull (strstr (markdown, "**95 \\***"));
  g_assert_nonnull (strstr (csv, "\nParameters,100,99,98,97,96,95\n"));
  for (int i = 0; i < 6; i++)
    made_clear (&made[i]);
}

/* Names are a person's: nothing in them may break a format. */
static void
hostile_names (void)
{
  Made made;
  ThawFigures figures;
  const ThawRun *run = &made.run;
  const char *name = "a|b\\c_$%#{}~^,\"\nnext `x` <y> [z]*";

  made_init (&made, 2, 0, 5);
  thaw_figures_compute (&made.rows, &figures);
  ThawSide side = {name, &run, &figures, 1};
  g_autoptr (ThawSheet) sheet = thaw_verdict_sheet (&side, 1);
  g_autofree char *markdown = thaw_sheet_write (sheet, THAW_SHEET_MARKDOWN);
  g_autofree char *latex = thaw_sheet_write (sheet, THAW_SHEET_LATEX);
  g_autofree char *csv = thaw_sheet_write (sheet, THAW_SHEET_CSV);
  g_auto (GStrv) lines = g_strsplit (markdown, "\n", 2);
  g_assert_nonnull (strstr (lines[0], "a\\|b\\\\c\\_"));
  g_assert_null (strstr (lines[0], " |b"));
  g_assert_nonnull (strstr (latex, "\\textbackslash{}c\\_\\$\\%\\#\\{\\}"));
  g_assert_nonnull (strstr (csv, "\"a|b\\c_$%#{}~^,\"\"\nnext"));
  made_clear (&made);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/sheet/two-runs", two_runs);
  g_test_add_func ("/analysis/sheet/groups-of-seeds", groups_of_seeds);
  g_test_add_func ("/analysis/sheet/stopped-early", stopped_early);
  g_test_add_func ("/analysis/sheet/recipes", recipes);
  g_test_add_func ("/analysis/sheet/many-runs", many_runs);
  g_test_add_func ("/analysis/sheet/hostile-names", hostile_names);
  return g_test_run ();
}
