/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw compare: the lesson's table: accuracy, stability, overfitting, efficiency. What it says is
 * analysis/'s; the window says the same. */
#include "sweep.h"
#include "thaw-analysis.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  ThawRun *run;
  ThawFigures figures;
  GArray *epochs; /* of ThawEpochRow */
} Column;

static void
column_free (Column *column)
{
  thaw_run_free (column->run);
  g_clear_pointer (&column->epochs, g_array_unref);
  g_free (column);
}

static Column *
read_column (ThawStore *store, const char *which, GError **error)
{
  Column *column = g_new0 (Column, 1);
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

/* A run each, or the runs that differ by their seed alone. */
static ThawSides *
make_sides (GPtrArray *columns, bool seeds)
{
  guint n = columns->len;
  g_autofree const ThawRun **runs = g_new (const ThawRun *, n);
  g_autofree ThawFigures *figures = g_new (ThawFigures, n);
  g_autofree int *group = g_new (int, n);

  for (guint i = 0; i < n; i++) {
    const Column *column = columns->pdata[i];
    runs[i] = column->run;
    figures[i] = column->figures;
  }
  if (seeds)
    thaw_groups (runs, n, group);
  return thaw_sides_new (runs, figures, (int) n, seeds ? group : NULL, true);
}

/* --- JSON of groups --- */

static void
spread_json (CliJson *json, const char *name, const double *values, int n)
{
  ThawSpread spread = thaw_spread (values, (size_t) n);

  cli_json_begin_object (json, name);
  cli_json_real (json, "mean", spread.mean);
  cli_json_real (json, "deviation", spread.deviation);
  cli_json_int (json, "n", spread.n);
  cli_json_end_object (json);
}

static void
side_json (CliJson *json, const ThawSide *side)
{
  g_autofree double *best = g_new (double, side->n), *final = g_new (double, side->n),
                    *test = g_new (double, side->n);

  g_assert (side->runs[0] != NULL);
  cli_json_begin_object (json, NULL);
  cli_json_text (json, "name", side->name);
  cli_json_text (json, "model", side->runs[0]->model);
  cli_json_begin_array (json, "runs");
  for (int i = 0; i < side->n; i++) {
    best[i] = side->figures[i].best;
    final[i] = side->figures[i].final;
    test[i] = side->figures[i].test;
    cli_json_text (json, NULL, side->runs[i]->id);
  }
  cli_json_end_array (json);
  spread_json (json, "best_accuracy", best, side->n);
  spread_json (json, "final_accuracy", final, side->n);
  spread_json (json, "test_accuracy", test, side->n);
  cli_json_end_object (json);
}

static void
pair_json (CliJson *json, const char *name, const ThawPaired *paired)
{
  g_autofree char *text = thaw_paired_text (paired);

  cli_json_begin_object (json, name);
  cli_json_int (json, "n", paired->n);
  cli_json_real (json, "mean", paired->mean);
  cli_json_real (json, "deviation", paired->deviation);
  cli_json_real (json, "low", paired->low);
  cli_json_real (json, "high", paired->high);
  cli_json_bool (json, "told", paired->told);
  cli_json_text (json, "text", text);
  cli_json_end_object (json);
}

/* {"groups": [...], "pairs": [...]}: each group after the first against it. */
static void
groups_json (GPtrArray *columns)
{
  g_autoptr (ThawSides) all = make_sides (columns, true);
  CliJson *json = cli_json_new ();

  cli_json_begin_object (json, NULL);
  cli_json_begin_array (json, "groups");
  for (int g = 0; g < all->n; g++)
    side_json (json, &all->sides[g]);
  cli_json_end_array (json);
  cli_json_begin_array (json, "pairs");
  for (int g = 1; g < all->n; g++) {
    ThawPaired best = thaw_pair_best (&all->sides[0], &all->sides[g]),
               test = thaw_pair_test (&all->sides[0], &all->sides[g]);
    cli_json_begin_object (json, NULL);
    cli_json_text (json, "from", all->sides[0].name);
    cli_json_text (json, "to", all->sides[g].name);
    pair_json (json, "best_accuracy", &best);
    pair_json (json, "test_accuracy", &test);
    cli_json_end_object (json);
  }
  cli_json_end_array (json);
  cli_json_end_object (json);
  cli_json_print (json);
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

/* Head starts over the first side. */
static void
print_reach (GPtrArray *columns, const ThawSides *all, ThawSheetFormat format, int after)
{
  g_autofree const GArray **epochs = g_new0 (const GArray *, columns->len);
  g_autoptr (ThawSheet) sheet = NULL;
  g_autofree char *text = NULL;
  guint n = 0;

  for (int s = 0; s < all->n; s++)
    for (int i = 0; i < all->sides[s].n; i++, n++)
      for (guint c = 0; c < columns->len; c++) {
        const Column *column = columns->pdata[c];
        if (column->run == all->sides[s].runs[i])
          epochs[n] = column->epochs;
      }
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
  g_autoptr (ThawSides) all = make_sides (columns, seeds);
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
  Column *column = read_column (store, which, error);

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
    groups_json (columns);
  else if (json)
    columns_json (columns);
  else
    print_sheets (columns, format, seeds, recipes, reach);
  return CLI_OK;
}
