/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw find-lr: the range test on a copy of the weights: of a recipe as it would begin, or of a run
 * as it stands. Nothing is written but the picture. */
#include "best.h"
#include "source.h"
#include "thaw-catalogues.h"
#include "thaw-plots.h"

#include <stdio.h>

typedef struct {
  Source source;
  char *output;
  double from, to;
  int steps, threads, width, height;
  gboolean dark, json;
} FindOptions;

static void
find_options_clear (FindOptions *options)
{
  source_clear (&options->source);
  g_free (options->output);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FindOptions, find_options_clear)

static const ThawRangePoint *
point_at (GArray *points, guint i)
{
  return &g_array_index (points, ThawRangePoint, i);
}

static const char *
hint_title (ThawRangeHintKind kind)
{
  static const char *const titles[] = {N_ ("Steepest"), N_ ("Least / 10"), N_ ("Valley")};

  return _ (titles[kind]);
}

/* --- The trainer --- */

/* A recipe's beginning. */
static bool
prepare_recipe (Session *session, FindOptions *options, GError **error)
{
  ThawTrainSpec spec;

  if (!source_read (&options->source, session, error) || !session_read_weights (session, error) ||
      !session_read_data (session, options->source.data, error))
    return false;
  spec = session_spec (session, NULL, NULL);
  session->trainer = thaw_trainer_new (&spec, error);
  return session->trainer != NULL;
}

/* A run where it stands: its newest checkpoint, read alone. */
static bool
prepare_run (Session *session, FindOptions *options, const char *which, GError **error)
{
  g_autoptr (ThawArtifact) last = NULL;
  g_autofree char *folder = NULL, *path = NULL;
  ThawTrainSpec spec;
  GError *local = NULL;

  session->store = cli_store (THAW_STORE_READ, error);
  session->run = session->store != NULL ? thaw_store_find_run (session->store, which, error) : NULL;
  if (session->run == NULL)
    return false;
  session->recipe = thaw_recipe_parse (session->run->recipe, -1, _ ("the run's recipe"),
                                       thaw_catalogues (), error);
  last = session->recipe != NULL ? last_sound (session->store, session->run, &local) : NULL;
  if (local != NULL)
    g_propagate_error (error, local);
  if (session->recipe == NULL || local != NULL ||
      (last == NULL && !session_read_weights (session, error)) ||
      !session_read_data (
          session, options->source.data != NULL ? options->source.data : session->run->data_path,
          error))
    return false;
  folder = thaw_store_run_folder (session->store, session->run->id);
  path = last != NULL ? g_build_filename (folder, last->file, NULL) : NULL;
  spec = session_spec (session, folder, path);
  session->trainer = thaw_trainer_new (&spec, error);
  return session->trainer != NULL;
}

/* --- What comes out --- */

static void
print_json (GArray *points, const ThawRangeHint *hints, const char *none)
{
  CliJson *json = cli_json_new ();

  cli_json_begin_object (json, NULL);
  cli_json_begin_array (json, "points");
  for (guint i = 0; i < points->len; i++) {
    cli_json_begin_object (json, NULL);
    cli_json_real (json, "lr", point_at (points, i)->lr);
    cli_json_real (json, "loss", point_at (points, i)->loss);
    cli_json_real (json, "smooth", point_at (points, i)->smooth);
    cli_json_end_object (json);
  }
  cli_json_end_array (json);
  cli_json_begin_array (json, "suggestions");
  for (int i = 0; none == NULL && i < THAW_N_RANGE_HINTS; i++) {
    cli_json_begin_object (json, NULL);
    cli_json_text (json, "name", thaw_range_hint_name ((ThawRangeHintKind) i));
    cli_json_text (json, "title", hint_title ((ThawRangeHintKind) i));
    cli_json_real (json, "lr", hints[i].lr);
    cli_json_text (json, "reason", hints[i].reason);
    cli_json_end_object (json);
  }
  cli_json_end_array (json);
  cli_json_text (json, "none", none);
  cli_json_end_object (json);
  cli_json_print (json);
}

static void
print_text (const ThawRangeHint *hints)
{
  CliTable *table = cli_table_new (3, "lrl");

  cli_table_add (table, _ ("Suggestion"), _ ("Rate"), _ ("Why"), NULL);
  cli_table_rule (table);
  for (int i = 0; i < THAW_N_RANGE_HINTS; i++) {
    g_autofree char *rate = g_strdup_printf ("%.2g", hints[i].lr);
    cli_table_add (table, hint_title ((ThawRangeHintKind) i), rate, hints[i].reason, NULL);
  }
  cli_table_print (table);
  puts (_ ("Weights and runs are as they were. '--set optimizer.lr=RATE' takes one."));
}

/* --- The picture --- */

static ThawChart *
chart_of (GArray *points)
{
  g_autofree double *rates = g_new (double, points->len), *losses = g_new (double, points->len),
                    *means = g_new (double, points->len);

  for (guint i = 0; i < points->len; i++) {
    rates[i] = point_at (points, i)->lr;
    losses[i] = point_at (points, i)->loss;
    means[i] = point_at (points, i)->smooth;
  }
  return thaw_range_test_chart (rates, losses, means, points->len);
}

static bool
draw (const FindOptions *options, GArray *points, const ThawRangeHint *hints, GError **error)
{
  ThawChart *chart = chart_of (points);
  bool saved;

  for (int i = 0; i < THAW_N_RANGE_HINTS; i++)
    if (hints[i].lr > 0)
      thaw_chart_mark (chart, hints[i].lr, hint_title ((ThawRangeHintKind) i));
  saved =
      thaw_charts_save (&chart, 1, options->output, options->width, options->height,
                        options->dark ? thaw_plot_style_dark () : thaw_plot_style_light (), error);
  thaw_chart_free (chart);
  return saved;
}

/* --- The command --- */

static int
find (Session *session, const FindOptions *options)
{
  const ThawRangeTest test = {
      .from = options->from, .to = options->to, .steps = options->steps, .stop = 4};
  ThawRangeHint hints[THAW_N_RANGE_HINTS] = {0};
  g_autoptr (GError) error = NULL, none = NULL;
  g_autoptr (GArray) points = thaw_trainer_range_test (session->trainer, &test, &error);
  int status = CLI_OK;

  if (points == NULL)
    return cli_fail (error);
  thaw_range_suggest (points, hints, &none);
  if (options->output != NULL && !draw (options, points, hints, &error))
    status = cli_fail (error);
  else if (options->json)
    print_json (points, hints, none != NULL ? none->message : NULL);
  else if (none != NULL)
    status = cli_fail (none);
  else
    print_text (hints);
  thaw_range_hints_clear (hints);
  return status;
}

/* CLI_OK, or the status of wrong usage. */
static int
check_options (const FindOptions *options, bool of_run)
{
  const Source *source = &options->source;
  int status = source_check (source);

  if (status != CLI_OK)
    return status;
  if (of_run && (source->preset != NULL || source->recipe != NULL || source->like != NULL ||
                 source->set != NULL))
    return cli_fail_usage (_ ("a run is tested as it stands: --preset, --recipe, --like and --set "
                              "are for recipes"));
  if (!(options->from > 0 && options->to > options->from && options->to <= 1e6))
    return cli_fail_usage (_ ("--from and --to are %g and %g, expected rates above 0, the second "
                              "larger"),
                           options->from, options->to);
  if (options->steps < 20 || options->steps > 10000)
    return cli_fail_usage (_ ("--steps is %d, expected a number from 20 to 10000"), options->steps);
  if (options->threads < 0 || options->threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"),
                           options->threads);
  if (options->width < 200 || options->width > 10000 || options->height < 100 ||
      options->height > 10000)
    return cli_fail_usage (
        _ ("--width and --height are %d and %d, expected 200 to 10000 and 100 to 10000"),
        options->width, options->height);
  return CLI_OK;
}

int
cmd_find_lr (int argc, char **argv)
{
  g_auto (FindOptions)
      options = {.from = 1e-7, .to = 10, .steps = 100, .width = 900, .height = 420};
  g_auto (Session) session = {0};
  g_autoptr (GError) error = NULL;
  int status;
  const GOptionEntry entries[] = {
      SOURCE_OPTIONS (&options.source),
      {"from", 0, 0, G_OPTION_ARG_DOUBLE, &options.from, N_ ("The first rate (1e-7)"), N_ ("RATE")},
      {"to", 0, 0, G_OPTION_ARG_DOUBLE, &options.to, N_ ("The last rate (10)"), N_ ("RATE")},
      {"steps", 0, 0, G_OPTION_ARG_INT, &options.steps, N_ ("How many steps lie between (100)"),
       N_ ("N")},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
       N_ ("Draw the curve: .png, .svg or .pdf"), N_ ("FILE")},
      {"width", 0, 0, G_OPTION_ARG_INT, &options.width, N_ ("Width in pixels (900)"), N_ ("N")},
      {"height", 0, 0, G_OPTION_ARG_INT, &options.height, N_ ("Height in pixels (420)"), N_ ("N")},
      {"dark", 0, 0, G_OPTION_ARG_NONE, &options.dark, N_ ("Light lines on a dark ground"), NULL},
      {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
       N_ ("Threads that compute (default: all cores)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 1, &status))
    return status;
  status = check_options (&options, argc > 1);
  if (status != CLI_OK)
    return status;
  session.pool = thaw_pool_new (options.threads);
  if (argc > 1 ? !prepare_run (&session, &options, argv[1], &error)
               : !prepare_recipe (&session, &options, &error))
    return cli_fail (error);
  return find (&session, &options);
}
