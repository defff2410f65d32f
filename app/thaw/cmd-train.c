/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw train: now, or by the queue. Everything is read and checked before the store is written: a
 * run that cannot start leaves no trace. */
#include "queue-work.h"
#include "source.h"
#include "together.h"
#include "thaw-catalogues.h"

#include <stdio.h>
#include <string.h>

#define MAX_SEEDS 100
#define MAX_SEED ((guint64) 1 << 53)

typedef struct {
  Source source;
  char *name, *seeds_text;
  GArray *seeds;   /* of guint64; NULL: the recipe's own */
  guint64 n_seeds; /* so many from the recipe's own on; 0: `seeds` */
  int threads;
  gboolean json, queue;
} TrainOptions;

static void
train_options_clear (TrainOptions *options)
{
  source_clear (&options->source);
  g_free (options->name);
  g_free (options->seeds_text);
  g_clear_pointer (&options->seeds, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrainOptions, train_options_clear)

/* --- What to train --- */

/* "--seeds 3" goes on from the recipe's seed. */
static bool
count_seeds (TrainOptions *options, const ThawRecipe *recipe, GError **error)
{
  if (options->n_seeds == 0)
    return true;
  if (recipe->seed > MAX_SEED - options->n_seeds) {
    g_set_error (error, THAW_RECIPE_ERROR, THAW_RECIPE_ERROR_VALUE,
                 _ ("seed is %" PRIu64 ", too large for %u seeds from there on"), recipe->seed,
                 (guint) options->n_seeds);
    return false;
  }
  for (guint64 i = 0; i < options->n_seeds; i++) {
    guint64 seed = recipe->seed + i;
    g_array_append_val (options->seeds, seed);
  }
  return true;
}

static bool
prepare (Session *session, TrainOptions *options, GError **error)
{
  ThawTrainSpec spec;

  if (!source_read (&options->source, session, error) ||
      !count_seeds (options, session->recipe, error) || !session_store_usable (error))
    return false;
  session->seed_drawn &= options->seeds == NULL || options->n_seeds > 0;
  session->pool = thaw_pool_new (options->threads);
  if (!session_read_weights (session, error) ||
      !session_read_data (session, options->source.data, error))
    return false;
  spec = session_spec (session, NULL, NULL);
  session->trainer = thaw_trainer_new (&spec, error);
  return session->trainer != NULL;
}

static ThawRun *
run_of (Session *session, const TrainOptions *options)
{
  return session_new_run (session, options->name, source_preset (&options->source));
}

/* --- Now --- */

static bool
register_run (Session *session, const TrainOptions *options, GError **error)
{
  g_autofree char *folder = NULL;

  session->store = cli_store (THAW_STORE_WRITE, error);
  if (session->store == NULL)
    return false;
  session->run = run_of (session, options);
  worker_catch_signals ();
  if (!thaw_store_start_run (session->store, session->run, &session->lock, error) ||
      !thaw_store_set_state (session->store, session->run->id, THAW_RUN_RUNNING, NULL, error))
    return false;
  session->run->attempt = 1;
  folder = thaw_store_run_folder (session->store, session->run->id);
  thaw_trainer_set_folder (session->trainer, folder);
  return true;
}

/* --- By the queue --- */

/* The trainer keeps the recipe that it was made with. */
static ThawRun *
seed_run (
    Session *session, const TrainOptions *options, const char *group, guint64 seed, GError **error)
{
  g_autofree char *assignment = g_strdup_printf ("seed=%" G_GUINT64_FORMAT, seed), *name = NULL;
  const char *assignments[] = {assignment, NULL};
  ThawRecipe *own = session->recipe;
  g_autoptr (ThawRecipe) seeded = thaw_recipe_with (own, assignments, thaw_catalogues (), error);
  ThawRun *run;

  if (seeded == NULL)
    return NULL;
  session->recipe = seeded;
  run = run_of (session, options);
  session->recipe = own;
  run->group_id = g_strdup (group);
  name = g_steal_pointer (&run->name);
  run->name = g_strdup_printf (_ ("%s, seed %" PRIu64), name, seed);
  return run;
}

/* The group that other seeds of a run join; a run that is alone begins one. (transfer full) */
static char *
group_of (Session *session, const TrainOptions *options, GError **error)
{
  g_autoptr (ThawRun) like = NULL;

  if (options->source.like == NULL)
    return g_uuid_string_random ();
  like = thaw_store_find_run (session->store, options->source.like, error);
  if (like == NULL)
    return NULL;
  if (like->group_id == NULL && !thaw_store_set_group (session->store, like->id, like->id, error))
    return NULL;
  return g_strdup (like->group_id != NULL ? like->group_id : like->id);
}

static bool
add_seeds (Session *session, const TrainOptions *options, GPtrArray *runs, GError **error)
{
  g_autofree char *group = group_of (session, options, error);

  for (guint i = 0; group != NULL && i < options->seeds->len; i++) {
    ThawRun *run =
        seed_run (session, options, group, g_array_index (options->seeds, guint64, i), error);
    if (run == NULL)
      return false;
    g_ptr_array_add (runs, run);
  }
  return group != NULL;
}

static int
queue_all (Session *session, const TrainOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = together_new ();

  session->store = cli_store (THAW_STORE_WRITE, &error);
  if (session->store == NULL)
    return cli_fail (error);
  if (options->seeds == NULL)
    g_ptr_array_add (runs, run_of (session, options));
  else if (!add_seeds (session, options, runs, &error))
    return cli_fail (error);
  if (!together_queue (runs, session->store, NULL, session->seed_drawn, options->json, &error))
    return cli_fail (error);
  if (options->queue && !options->json)
    puts (_ ("'thaw queue --run' trains what is queued."));
  return CLI_OK;
}

/* Several seeds train one after the other, each in a process of its own: ours is no longer needed
 * in memory. */
static int
train_seeds (Session *session, const TrainOptions *options)
{
  int status = queue_all (session, options);

  if (status != CLI_OK || options->queue)
    return status;
  session_clear (session);
  return queue_work (options->threads, options->json);
}

/* --- The command --- */

/* "0,1,2": each once. "3": so many from the recipe's seed on; "3,": the seed 3 alone. */
static bool
read_seeds (TrainOptions *options)
{
  g_auto (GStrv) parts = g_strsplit (options->seeds_text, ",", -1);
  guint n = g_strv_length (parts);

  options->seeds = g_array_new (FALSE, FALSE, sizeof (guint64));
  if (n == 1)
    return g_ascii_string_to_unsigned (g_strstrip (parts[0]), 10, 1, MAX_SEEDS, &options->n_seeds,
                                       NULL);
  if (*g_strstrip (parts[n - 1]) == '\0')
    n--;
  for (guint i = 0; i < n; i++) {
    guint64 seed;
    if (!g_ascii_string_to_unsigned (g_strstrip (parts[i]), 10, 0, MAX_SEED, &seed, NULL) ||
        options->seeds->len == MAX_SEEDS)
      return false;
    for (guint k = 0; k < options->seeds->len; k++)
      if (g_array_index (options->seeds, guint64, k) == seed)
        return false;
    g_array_append_val (options->seeds, seed);
  }
  return true;
}

/* CLI_OK, or the status of wrong usage. */
static int
check_options (TrainOptions *options)
{
  int status = source_check (&options->source);

  if (status != CLI_OK)
    return status;
  if (options->threads < 0 || options->threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"),
                           options->threads);
  if (options->seeds_text != NULL && !read_seeds (options))
    return cli_fail_usage (_ ("--seeds is '%s', expected how many, from 1 to %d, or as many whole "
                              "numbers, each once, separated by commas"),
                           options->seeds_text, MAX_SEEDS);
  return CLI_OK;
}

int
cmd_train (int argc, char **argv)
{
  g_auto (TrainOptions) options = {0};
  g_auto (Session) session = {0};
  g_autoptr (GError) error = NULL;
  int status;
  const GOptionEntry entries[] = {
      SOURCE_OPTIONS (&options.source),
      {"name", 'n', 0, G_OPTION_ARG_STRING, &options.name, N_ ("What to call the run"),
       N_ ("TEXT")},
      {"queue", 'q', 0, G_OPTION_ARG_NONE, &options.queue,
       N_ ("Check everything, then leave the run to 'thaw queue --run'"), NULL},
      {"seeds", 0, 0, G_OPTION_ARG_STRING, &options.seeds_text,
       N_ ("A run for each of N seeds, one after the other; or of a list, e.g. --seeds 0,1,2"),
       N_ ("SEEDS")},
      {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
       N_ ("Threads that compute (default: all cores)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a line, for programs"),
       NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  status = check_options (&options);
  if (status != CLI_OK)
    return status;
  if (!prepare (&session, &options, &error))
    return cli_fail (error);
  if (!options.json)
    session_print_findings (session.recipe, session.seed_drawn);
  if (options.queue || options.seeds != NULL)
    return train_seeds (&session, &options);
  if (!register_run (&session, &options, &error))
    return cli_fail (error);
  return session_go (&session, options.json);
}
