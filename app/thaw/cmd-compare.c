/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw compare: the lesson's table: accuracy, stability, overfitting, efficiency. What it says is
 * analysis/'s; the window says the same. */
#include "compare.h"
#include "sweep.h"

#include <stdio.h>
#include <string.h>

static void
column_free (CompareColumn *column)
{
  thaw_run_free (column->run);
  g_clear_pointer (&column->epochs, g_array_unref);
  g_free (column);
}

static CompareColumn *
read_column (ThawStore *store, const char *which, GError **error)
{
  CompareColumn *column = g_new0 (CompareColumn, 1);
  g_autoptr (GArray) iterations = NULL, events = NULL;
  g_autoptr (GPtrArray) artifacts = NULL;

  column->run = thaw_store_find_run (store, which, error);
  if (column->run != NULL)
    column->epochs = thaw_store_epochs (store, column->run->id, error);
  if (column->epochs != NULL)
    iterations = thaw_store_iterations (store, column->run->id, -1, error);
  if (iterations != NULL)
    events = thaw_store_events (store, column->run->id, error);
  if (events != NULL)
    artifacts = thaw_store_artifacts (store, column->run->id, error);
  if (artifacts == NULL) {
    column_free (column);
    return NULL;
  }
  thaw_figures_compute (&(ThawRunRows){.run = column->run,
                                       .iterations = iterations,
                                       .epochs = column->epochs,
                                       .events = events,
                                       .artifacts = artifacts},
                        &column->figures);
  return column;
}

ThawSides *
compare_sides (GPtrArray *columns, bool seeds)
{
  guint n = columns->len;
  g_autofree const ThawRun **runs = g_new (const ThawRun *, n);
  g_autofree ThawFigures *figures = g_new (ThawFigures, n);
  g_autofree int *group = g_new (int, n);

  for (guint i = 0; i < n; i++) {
    const CompareColumn *column = columns->pdata[i];
    runs[i] = column->run;
    figures[i] = column->figures;
  }
  if (seeds)
    thaw_groups (runs, n, group);
  return thaw_sides_new (runs, figures, (int) n, seeds ? group : NULL, true);
}

/* The fields in which recipes differ, or NULL when there are none. */
static ThawSheet *
make_differences (GPtrArray *columns)
{
  guint n = columns->len;
  g_autofree const ThawRun **runs = g_new (const ThawRun *, n);
  g_autofree const char **names = g_new (const char *, n);
  g_autoptr (ThawSheet) sheet = NULL;

  for (guint i = 0; i < n; i++) {
    runs[i] = ((const CompareColumn *) columns->pdata[i])->run;
    names[i] = runs[i]->name;
  }
  sheet = thaw_recipe_sheet (runs, names, (int) n);
  thaw_sheet_keep_differences (sheet);
  return sheet->rows->len > 0 ? g_steal_pointer (&sheet) : NULL;
}

const GArray **
compare_epochs (GPtrArray *columns, const ThawSides *all)
{
  const GArray **epochs = g_new0 (const GArray *, columns->len);
  guint n = 0;

  for (int s = 0; s < all->n; s++)
    for (int i = 0; i < all->sides[s].n; i++, n++)
      for (guint c = 0; c < columns->len; c++) {
        const CompareColumn *column = columns->pdata[c];
        if (column->run == all->sides[s].runs[i])
          epochs[n] = column->epochs;
      }
  return epochs;
}

/* Head starts over the first side. */
static void
print_reach (GPtrArray *columns, const ThawSides *all, ThawSheetFormat format, int after)
{
  g_autofree const GArray **epochs = compare_epochs (columns, all);
  g_autoptr (ThawSheet) sheet = NULL;
  g_autofree char *text = NULL;

  sheet = thaw_reach_sheet (all->sides, all->n, epochs, after);
  text = thaw_sheet_write (sheet, format);
  printf ("\n%s", text);
}

static bool
find_format (const char *name, ThawSheetFormat *format)
{
  static const char *const names[] = {"text", "markdown", "latex", "csv"};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (name == NULL || strcmp (name, names[i]) == 0) {
      *format = (ThawSheetFormat) i;
      return true;
    }
  return false;
}

static void
print_sheets (GPtrArray *columns, ThawSheetFormat format, bool seeds, bool recipes, int reach)
{
  g_autoptr (ThawSides) all = compare_sides (columns, seeds);
  g_autoptr (ThawSheet) verdict = NULL, differences = recipes ? make_differences (columns) : NULL;
  g_autofree char *text = NULL;
  bool pairs = false; /* nothing can be said of one seed */

  verdict = thaw_verdict_sheet (all->sides, all->n);
  text = thaw_sheet_write (verdict, format);
  fputs (text, stdout);
  for (int i = 0; i < all->n; i++)
    pairs |= all->sides[i].n > 1;
  if (pairs && all->n > 1) {
    g_autoptr (ThawSheet) paired = thaw_paired_sheet (all->sides, all->n);
    g_autofree char *more = thaw_sheet_write (paired, format);
    printf ("\n%s", more);
  }
  if (reach > 0)
    print_reach (columns, all, format, reach);
  if (differences != NULL) {
    g_autofree char *more = thaw_sheet_write (differences, format);
    printf ("\n%s", more);
  } else if (recipes) {
    puts (_ ("Their recipes are the same."));
  }
}

static bool
add_column (GPtrArray *columns, ThawStore *store, const char *which, GError **error)
{
  CompareColumn *column = read_column (store, which, error);

  if (column != NULL)
    g_ptr_array_add (columns, column);
  return column != NULL;
}

/* Those of the command line, then those of a sweep (nullable). */
static bool
add_columns (
    GPtrArray *columns, ThawStore *store, char **which, int n, const char *sweep, GError **error)
{
  g_autoptr (GPtrArray) runs = NULL;

  for (int i = 0; i < n; i++)
    if (!add_column (columns, store, which[i], error))
      return false;
  if (sweep == NULL)
    return true;
  runs = sweep_runs (store, sweep, error);
  for (guint i = 0; runs != NULL && i < runs->len; i++)
    if (!add_column (columns, store, ((const ThawRun *) runs->pdata[i])->id, error))
      return false;
  return runs != NULL;
}

int
cmd_compare (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify) column_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *format_name = NULL, *sweep = NULL;
  gboolean json = FALSE, seeds = FALSE, recipes = FALSE;
  gint reach = 0;
  ThawSheetFormat format;
  int status;
  const GOptionEntry entries[] = {
      {"format", 0, 0, G_OPTION_ARG_STRING, &format_name,
       N_ ("How the table is written: text, markdown, latex, csv"), N_ ("FORMAT")},
      {"seeds", 0, 0, G_OPTION_ARG_NONE, &seeds,
       N_ ("Runs that differ by their seed alone as one column: mean and deviation; and the "
           "columns against the first, paired by seed"),
       NULL},
      {"sweep", 0, 0, G_OPTION_ARG_STRING, &sweep, N_ ("All runs of a sweep, as with --seeds"),
       N_ ("NAME")},
      {"recipes", 0, 0, G_OPTION_ARG_NONE, &recipes,
       N_ ("Add the fields in which the recipes differ"), NULL},
      {"reach", 0, 0, G_OPTION_ARG_INT, &reach,
       N_ ("Add how soon each passes what the first had after so many epochs"), N_ ("EPOCHS")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, -1, &status))
    return status;
  if (reach < 0)
    return cli_fail_usage (_ ("--reach is %d, expected 1 or more"), reach);
  if (argc == 1 && sweep == NULL)
    return cli_fail_usage (_ ("an argument is missing"));
  if (!find_format (format_name, &format))
    return cli_fail_usage (_ ("--format is %s, expected text, markdown, latex or csv"),
                           format_name);
  store = cli_store (THAW_STORE_READ, &error);
  if (store == NULL)
    return cli_fail (error);
  if (!add_columns (columns, store, argv + 1, argc - 1, sweep, &error))
    return cli_fail (error);
  seeds |= sweep != NULL;
  if (json && seeds)
    compare_groups_json (columns, reach);
  else if (json)
    compare_columns_json (columns, reach);
  else
    print_sheets (columns, format, seeds, recipes, reach);
  return CLI_OK;
}
