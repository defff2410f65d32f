/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw compare: the lesson's table: accuracy, stability, overfitting, cost. */
#include "cli.h"
#include "thaw-base.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What one column says. */
typedef struct {
  ThawRun *run;
  int frozen_epochs;
  double best, final, test; /* accuracies */
  const char *set;          /* what they were measured on */
  double volatility_frozen,
      volatility; /* of the iteration loss, frozen and thawed phase; NaN: no such phase */
  double gap;     /* train accuracy less evaluated accuracy at the best epoch */
  bool gap_clean; /* train accuracy from a clean second pass */
  double images_per_second, seconds; /* of thawed epochs (all, if none); of everything */
  gint64 bytes;                      /* of the best weights, 0: none */
} Column;

static void
column_free (Column *column)
{
  thaw_run_free (column->run);
  g_free (column);
}

static double
volatility_of (GArray *iterations, int first_epoch, int end_epoch)
{
  g_autoptr (GArray) losses = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < iterations->len; i++) {
    const ThawIterationRow *row = &g_array_index (iterations, ThawIterationRow, i);
    if (row->epoch >= first_epoch && row->epoch < end_epoch)
      g_array_append_val (losses, row->loss);
  }
  return losses->len < 3 ? NAN : thaw_volatility ((const double *) losses->data, losses->len, 0);
}

static void
read_epochs (Column *column, GArray *epochs)
{
  double seconds[2] = {0}, images[2] = {0};

  column->best = column->final = column->gap = NAN;
  for (guint i = 0; i < epochs->len; i++) {
    const ThawEpochRow *row = &g_array_index (epochs, ThawEpochRow, i);
    column->final = row->accuracy;
    column->set = strcmp (row->set, "test") == 0 ? "test" : "validation";
    column->frozen_epochs += row->frozen;
    column->seconds += row->seconds;
    seconds[row->frozen] += row->seconds;
    images[row->frozen] += row->seconds * row->images_per_second;
    if (row->epoch == column->run->best_epoch) {
      column->best = row->accuracy;
      column->gap_clean = isfinite (row->clean_accuracy);
      column->gap = (column->gap_clean ? row->clean_accuracy : row->train_accuracy) - row->accuracy;
    }
  }
  int phase = seconds[0] > 0 ? 0 : 1;
  column->images_per_second = seconds[phase] > 0 ? images[phase] / seconds[phase] : NAN;
}

static Column *
read_column (ThawStore *store, const char *which, GError **error)
{
  Column *column = g_new0 (Column, 1);
  g_autoptr (GArray) epochs = NULL, iterations = NULL;
  g_autoptr (GPtrArray) artifacts = NULL;

  column->set = "validation";
  column->run = thaw_store_find_run (store, which, error);
  if (column->run != NULL)
    epochs = thaw_store_epochs (store, column->run->id, error);
  if (epochs != NULL)
    iterations = thaw_store_iterations (store, column->run->id, -1, error);
  if (iterations != NULL)
    artifacts = thaw_store_artifacts (store, column->run->id, error);
  if (artifacts == NULL) {
    column_free (column);
    return NULL;
  }
  read_epochs (column, epochs);
  column->test = column->run->test_accuracy;
  column->volatility_frozen = volatility_of (iterations, 0, column->frozen_epochs);
  column->volatility = volatility_of (iterations, column->frozen_epochs, G_MAXINT);
  for (guint i = 0; i < artifacts->len; i++) {
    const ThawArtifact *artifact = artifacts->pdata[i];
    if (strcmp (artifact->kind, "best") == 0)
      column->bytes = MAX (column->bytes, artifact->bytes);
  }
  return column;
}

static void
columns_json (GPtrArray *columns)
{
  CliJson *builder = cli_json_new ();

  cli_json_begin_array (builder, NULL);
  for (guint i = 0; i < columns->len; i++) {
    const Column *c = columns->pdata[i];
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "id", c->run->id);
    cli_json_text (builder, "name", c->run->name);
    cli_json_text (builder, "model", c->run->model);
    cli_json_text (builder, "state", thaw_run_state_name (c->run->state));
    cli_json_int (builder, "epochs_done", c->run->epochs_done);
    cli_json_int (builder, "epochs_frozen", c->frozen_epochs);
    cli_json_text (builder, "set", c->set);
    cli_json_real (builder, "best_accuracy", c->best);
    cli_json_int (builder, "best_epoch", c->run->best_epoch + 1);
    cli_json_real (builder, "final_accuracy", c->final);
    cli_json_real (builder, "test_accuracy", c->test);
    cli_json_real (builder, "volatility_frozen", c->volatility_frozen);
    cli_json_real (builder, "volatility", c->volatility);
    cli_json_real (builder, "overfitting_gap", c->gap);
    cli_json_bool (builder, "overfitting_gap_clean", c->gap_clean);
    cli_json_int (builder, "parameters", c->run->parameters);
    cli_json_int (builder, "macs", c->run->macs);
    cli_json_int (builder, "weights_bytes", c->bytes);
    cli_json_real (builder, "images_per_second", c->images_per_second);
    cli_json_real (builder, "train_seconds", c->seconds);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
  cli_json_print (builder);
}

typedef char *(*CellFunc) (const Column *column);

static char *
cell_name (const Column *c)
{
  return g_strdup_printf ("%.8s %s", c->run->id, c->run->name);
}
static char *
cell_model (const Column *c)
{
  return g_strdup (c->run->model);
}
static char *
cell_epochs (const Column *c)
{
  return g_strdup_printf (_ ("%d of %d, %d frozen"), c->run->epochs_done, c->run->epochs,
                          c->frozen_epochs);
}
static char *
cell_best (const Column *c)
{
  g_autofree char *percent = cli_percent (c->best);

  return g_strdup_printf (_ ("%s (%s, epoch %d)"), percent,
                          strcmp (c->set, "test") == 0 ? _ ("test") : _ ("validation"),
                          c->run->best_epoch + 1);
}
static char *
cell_final (const Column *c)
{
  return cli_percent (c->final);
}
static char *
cell_test (const Column *c)
{
  return cli_percent (c->test);
}
static char *
cell_volatility_frozen (const Column *c)
{
  return cli_number (c->volatility_frozen, 4);
}
static char *
cell_volatility (const Column *c)
{
  return cli_number (c->volatility, 4);
}
static char *
cell_gap (const Column *c)
{
  if (!isfinite (c->gap))
    return g_strdup ("–");
  return g_strdup_printf (c->gap_clean ? _ ("%+.2f points")
                                       : _ ("%+.2f points (train accuracy while learning)"),
                          100 * c->gap);
}
static char *
cell_parameters (const Column *c)
{
  return cli_count (c->run->parameters);
}
static char *
cell_macs (const Column *c)
{
  return cli_count (c->run->macs);
}
static char *
cell_bytes (const Column *c)
{
  return c->bytes > 0 ? cli_bytes ((guint64) c->bytes) : g_strdup ("–");
}
static char *
cell_speed (const Column *c)
{
  return isfinite (c->images_per_second) ? cli_count (lround (c->images_per_second))
                                         : g_strdup ("–");
}
static char *
cell_time (const Column *c)
{
  return cli_duration (c->seconds);
}

static void
columns_text (GPtrArray *columns)
{
  static const struct {
    const char *title;
    CellFunc cell;
  } rows[] = {
      {N_ ("Run"), cell_name},
      {N_ ("Backbone"), cell_model},
      {N_ ("Epochs"), cell_epochs},
      {N_ ("Accuracy, best"), cell_best},
      {N_ ("Accuracy, last epoch"), cell_final},
      {N_ ("Accuracy, test set"), cell_test},
      {N_ ("Stability: volatility of the loss, frozen"), cell_volatility_frozen},
      {N_ ("Stability: volatility of the loss, thawed"), cell_volatility},
      {N_ ("Overfitting: train less evaluated"), cell_gap},
      {N_ ("Parameters"), cell_parameters},
      {N_ ("MACs an image"), cell_macs},
      {N_ ("Size of the weights"), cell_bytes},
      {N_ ("Images per second, training"), cell_speed},
      {N_ ("Time spent training"), cell_time},
  };
  int n = (int) columns->len + 1;
  g_autofree char *alignment = g_strnfill ((gsize) n, 'l');
  CliTable *table = cli_table_new (n, alignment);

  for (size_t r = 0; r < G_N_ELEMENTS (rows); r++) {
    g_auto (GStrv) cells = g_new0 (char *, n + 1);
    cells[0] = g_strdup (_ (rows[r].title));
    for (guint i = 0; i < columns->len; i++)
      cells[i + 1] = rows[r].cell (columns->pdata[i]);
    cli_table_row (table, (const char *const *) cells);
    if (r == 2)
      cli_table_rule (table);
  }
  cli_table_print (table);
  puts (_ (
      "One run each is one dot: differences smaller than the spread between seeds mean nothing."));
}

int
cmd_compare (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify) column_free);
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, -1, &status))
    return status;
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
    columns_text (columns);
  return CLI_OK;
}
