/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons for programs. */
#include "compare.h"

#include <math.h>

/* A run's, beside `mark`; NaN: nobody got there. */
static void
reach_json (CliJson *json, const GArray *epochs, int after, double mark)
{
  int passed = thaw_epochs_to_pass (epochs, mark);

  cli_json_begin_object (json, "reach");
  cli_json_int (json, "after", after);
  cli_json_real (json, "accuracy", thaw_accuracy_after (epochs, after));
  cli_json_real (json, "mark", mark);
  cli_json_real (json, "epochs_to_pass", passed > 0 ? passed : NAN);
  cli_json_end_object (json);
}

void
compare_columns_json (GPtrArray *columns, int reach)
{
  CliJson *builder = cli_json_new ();
  double mark = NAN;

  if (columns->len > 0)
    mark = thaw_accuracy_after (((const CompareColumn *) columns->pdata[0])->epochs, reach);

  cli_json_begin_array (builder, NULL);
  for (guint i = 0; i < columns->len; i++) {
    const CompareColumn *c = columns->pdata[i];
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
    if (reach > 0)
      reach_json (builder, c->epochs, reach, mark);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
  cli_json_print (builder);
}

/* --- Groups --- */

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

/* Of a side's runs: what they had, and how soon each passed `mark`; null: never. */
static void
side_reach_json (CliJson *json, const GArray *const *epochs, int n, int after, double mark)
{
  g_autofree double *accuracy = g_new (double, n);

  cli_json_begin_object (json, "reach");
  cli_json_int (json, "after", after);
  for (int i = 0; i < n; i++)
    accuracy[i] = thaw_accuracy_after (epochs[i], after);
  spread_json (json, "accuracy", accuracy, n);
  cli_json_real (json, "mark", mark);
  cli_json_begin_array (json, "epochs_to_pass");
  for (int i = 0; i < n; i++) {
    int passed = thaw_epochs_to_pass (epochs[i], mark);
    cli_json_real (json, NULL, passed > 0 ? passed : NAN);
  }
  cli_json_end_array (json);
  cli_json_end_object (json);
}

/* Its object is left open. */
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

/* What the first side had; the mean over its runs. */
static double
mark_of (const ThawSides *all, const GArray *const *epochs, int after)
{
  g_autofree double *accuracy = g_new (double, all->sides[0].n);

  for (int i = 0; i < all->sides[0].n; i++)
    accuracy[i] = thaw_accuracy_after (epochs[i], after);
  return thaw_spread (accuracy, (size_t) all->sides[0].n).mean;
}

void
compare_groups_json (GPtrArray *columns, int reach)
{
  g_autoptr (ThawSides) all = compare_sides (columns, true);
  g_autofree const GArray **epochs = compare_epochs (columns, all);
  double mark = reach > 0 && all->n > 0 ? mark_of (all, epochs, reach) : NAN;
  CliJson *json = cli_json_new ();

  cli_json_begin_object (json, NULL);
  cli_json_begin_array (json, "groups");
  for (int g = 0, first = 0; g < all->n; first += all->sides[g++].n) {
    side_json (json, &all->sides[g]);
    if (reach > 0)
      side_reach_json (json, epochs + first, all->sides[g].n, reach, mark);
    cli_json_end_object (json);
  }
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
