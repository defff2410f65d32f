/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw compare: the lesson's table: accuracy, stability, overfitting, efficiency. What it says is
 * analysis/'s; the window says the same. */
#include "cli.h"
#include "thaw-analysis.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  ThawRun *run;
  ThawFigures figures;
} Column;

static void
column_free (Column *column)
{
  thaw_run_free (column->run);
  g_free (column);
}

static Column *
read_column (ThawStore *store, const char *which, GError **error)
{
  Column *column = g_new0 (Column, 1);
  g_autoptr (GArray) epochs = NULL, iterations = NULL, events = NULL;
  g_autoptr (GPtrArray) artifacts = NULL;

  column->run = thaw_store_find_run (store, which, error);
  if (column->run != NULL)
    epochs = thaw_store_epochs (store, column->run->id, error);
  if (epochs != NULL)
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
                                       .epochs = epochs,
                                       .events = events,
                                       .artifacts = artifacts},
                        &column->figures);
  return column;
}

static void
columns_json (GPtrArray *columns)
{
  CliJson *builder = cli_json_new ();

  cli_json_begin_array (builder, NULL);
  for (guint i = 0; i < columns->len; i++) {
    const Column *c = columns->pdata[i];
    const ThawFigures *f = &c->figures;
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "id", c->run->id);
    cli_json_text (builder, "name", c->run->name);
    cli_json_text (builder, "model", c->run->model);
    cli_json_text (builder, "state", thaw_run_state_name (c->run->state));
    cli_json_int (builder, "epochs_done", c->run->epochs_done);
    cli_json_int (builder, "epochs_frozen", f->frozen_epochs);
    cli_json_text (builder, "set", f->on_test ? "test" : "validation");
    cli_json_real (builder, "best_accuracy", f->best);
    cli_json_int (builder, "best_epoch", c->run->best_epoch + 1);
    cli_json_real (builder, "final_accuracy", f->final);
    cli_json_real (builder, "test_accuracy", f->test);
    cli_json_real (builder, "volatility_frozen", f->volatility_frozen);
    cli_json_real (builder, "volatility", f->volatility);
    cli_json_real (builder, "overfitting_gap", f->gap);
    cli_json_bool (builder, "overfitting_gap_clean", f->gap_clean);
    cli_json_int (builder, "parameters", c->run->parameters);
    cli_json_int (builder, "macs", c->run->macs);
    cli_json_int (builder, "weights_bytes", f->bytes);
    cli_json_real (builder, "images_per_second", f->images_per_second);
    cli_json_real (builder, "train_seconds", f->seconds);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
  cli_json_print (builder);
}

/* One column a run, or one a group of seeds. */
static ThawSheet *
make_sheet (GPtrArray *columns, bool seeds)
{
  guint n = columns->len;
  g_autofree const ThawRun **runs = g_new (const ThawRun *, n),
                           **sorted = g_new (const ThawRun *, n);
  g_autofree ThawFigures *figures = g_new (ThawFigures, n);
  g_autofree ThawSide *sides = g_new0 (ThawSide, n);
  g_autofree int *group = g_new (int, n);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int n_groups = (int) n, at = 0;

  for (guint i = 0; i < n; i++) {
    runs[i] = ((const Column *) columns->pdata[i])->run;
    group[i] = (int) i;
  }
  if (seeds)
    n_groups = thaw_groups (runs, n, group);
  for (int g = 0; g < n_groups; g++) {
    sides[g] = (ThawSide){.runs = &sorted[at], .figures = &figures[at]};
    for (guint i = 0; i < n; i++)
      if (group[i] == g) {
        sorted[at] = runs[i];
        figures[at++] = ((const Column *) columns->pdata[i])->figures;
        sides[g].n++;
      }
    g_assert (sides[g].n > 0); /* groups have members */
    g_ptr_array_add (names,
                     g_strdup_printf ("%.8s %s", sides[g].runs[0]->id, sides[g].runs[0]->name));
    sides[g].name = names->pdata[g];
  }
  return thaw_verdict_sheet (sides, n_groups);
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
    runs[i] = ((const Column *) columns->pdata[i])->run;
    names[i] = runs[i]->name;
  }
  sheet = thaw_recipe_sheet (runs, names, (int) n);
  thaw_sheet_keep_differences (sheet);
  return sheet->rows->len > 0 ? g_steal_pointer (&sheet) : NULL;
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
print_sheets (GPtrArray *columns, ThawSheetFormat format, bool seeds, bool recipes)
{
  g_autoptr (ThawSheet) verdict = make_sheet (columns, seeds);
  g_autoptr (ThawSheet) differences = recipes ? make_differences (columns) : NULL;
  g_autofree char *text = thaw_sheet_write (verdict, format);

  fputs (text, stdout);
  if (differences != NULL) {
    g_autofree char *more = thaw_sheet_write (differences, format);
    printf ("\n%s", more);
  } else if (recipes) {
    puts (_ ("Their recipes are the same."));
  }
}

int
cmd_compare (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify) column_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *format_name = NULL;
  gboolean json = FALSE, seeds = FALSE, recipes = FALSE;
  ThawSheetFormat format;
  int status;
  const GOptionEntry entries[] = {
      {"format", 0, 0, G_OPTION_ARG_STRING, &format_name,
       N_ ("How the table is written: text, markdown, latex, csv"), N_ ("FORMAT")},
      {"seeds", 0, 0, G_OPTION_ARG_NONE, &seeds,
       N_ ("Runs that differ by their seed alone as one column: mean and deviation"), NULL},
      {"recipes", 0, 0, G_OPTION_ARG_NONE, &recipes,
       N_ ("Add the fields in which the recipes differ"), NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, -1, &status))
    return status;
  if (!find_format (format_name, &format))
    return cli_fail_usage (_ ("--format is %s, expected text, markdown, latex or csv"),
                           format_name);
  store = cli_store (THAW_STORE_READ, &error);
  if (store == NULL)
    return cli_fail (error);
  for (int i = 1; i < argc; i++) {
    Column *column = read_column (store, argv[i], &error);
    if (column == NULL)
      return cli_fail (error);
    g_ptr_array_add (columns, column);
  }
  if (json)
    columns_json (columns);
  else
    print_sheets (columns, format, seeds, recipes);
  return CLI_OK;
}
