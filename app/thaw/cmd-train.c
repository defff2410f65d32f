/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw train: now, or by the queue. Everything is read and checked before the store is written: a
 * run that cannot start leaves no trace. */
#include "session.h"

#include <stdio.h>
#include <string.h>

#define MAX_SEEDS 100
#define MAX_SEED ((guint64) 1 << 53)

typedef struct {
  char *preset, *recipe, *like, *data, *name, *seeds_text;
  char **set;
  GArray *seeds; /* of guint64; NULL: the recipe's own */
  int threads;
  gboolean json, queue;
} TrainOptions;

static void
train_options_clear (TrainOptions *options)
{
  g_free (options->preset);
  g_free (options->recipe);
  g_free (options->like);
  g_free (options->data);
  g_free (options->name);
  g_free (options->seeds_text);
  g_strfreev (options->set);
  g_clear_pointer (&options->seeds, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrainOptions, train_options_clear)

/* --- What to train --- */

/* The recipe and the data of another run. */
static bool
take_after (Session *session, TrainOptions *options, GError **error)
{
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, error);
  g_autoptr (ThawRun) run = NULL;
  g_autoptr (ThawRecipe) recipe = NULL;

  run = store != NULL ? thaw_store_find_run (store, options->like, error) : NULL;
  if (run == NULL)
    return false;
  recipe = thaw_recipe_parse (run->recipe, -1, _ ("the run's recipe"), thaw_catalogues (), error);
  if (recipe == NULL)
    return false;
  session->recipe =
      options->set != NULL
          ? thaw_recipe_with (recipe, (const char *const *) options->set, thaw_catalogues (), error)
          : g_steal_pointer (&recipe);
  g_free (options->like);
  options->like = g_strdup (run->id);
  if (options->data == NULL)
    options->data = g_strdup (run->data_path);
  return session->recipe != NULL;
}

static bool
find_recipe (Session *session, TrainOptions *options, GError **error)
{
  if (options->like != NULL)
    return take_after (session, options, error);
  session->recipe =
      session_recipe (options->preset != NULL ? options->preset : "day44-mobilenet-v3-small",
                      options->recipe, (const char *const *) options->set, error);
  return session->recipe != NULL;
}

static bool
prepare (Session *session, TrainOptions *options, GError **error)
{
  ThawTrainSpec spec;

  if (!find_recipe (session, options, error) || !session_store_usable (error))
    return false;
  session->pool = thaw_pool_new (options->threads);
  if (!session_read_weights (session, error) || !session_read_data (session, options->data, error))
    return false;
  spec = session_spec (session, NULL, NULL);
  session->trainer = thaw_trainer_new (&spec, error);
  return session->trainer != NULL;
}

static ThawRun *
run_of (Session *session, const TrainOptions *options)
{
  return session_new_run (session, options->name,
                          options->recipe == NULL && options->like == NULL ? options->preset
                                                                           : NULL);
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
  if (!thaw_store_start_run (session->store, session->run, &session->lock, error) ||
      !thaw_store_set_state (session->store, session->run->id, THAW_RUN_RUNNING, NULL, error))
    return false;
  session->run->attempt = 1;
  folder = thaw_store_run_folder (session->store, session->run->id);
  thaw_trainer_set_folder (session->trainer, folder);
  return true;
}

/* --- By the queue --- */

static void
say_queued (const ThawRun *run, uint64_t seed, bool json)
{
  CliJson *line;

  if (!json) {
    printf (_ ("Run %.8s '%s' is queued. 'thaw queue --run' trains what is queued.\n"), run->id,
            run->name);
    return;
  }
  line = cli_json_new ();
  cli_json_begin_object (line, NULL);
  cli_json_text (line, "event", "queued");
  cli_json_text (line, "run", run->id);
  cli_json_text (line, "name", run->name);
  cli_json_int (line, "seed", (gint64) seed);
  cli_json_text (line, "group", run->group_id);
  cli_json_end_object (line);
  cli_json_print (line);
}

static bool
queue_one (Session *session, const TrainOptions *options, const char *group, GError **error)
{
  g_autoptr (ThawRun) run = run_of (session, options);

  run->group_id = g_strdup (group);
  if (group != NULL) {
    g_autofree char *name = g_steal_pointer (&run->name);

    run->name = g_strdup_printf (_ ("%s, seed %" PRIu64), name, session->recipe->seed);
  }
  if (!thaw_store_add_queued_run (session->store, run, error))
    return false;
  say_queued (run, session->recipe->seed, options->json);
  return true;
}

/* The trainer keeps the recipe that it was made with. */
static bool
queue_seed (
    Session *session, const TrainOptions *options, const char *group, guint64 seed, GError **error)
{
  g_autofree char *assignment = g_strdup_printf ("seed=%" G_GUINT64_FORMAT, seed);
  const char *assignments[] = {assignment, NULL};
  ThawRecipe *own = session->recipe;
  g_autoptr (ThawRecipe) seeded = thaw_recipe_with (own, assignments, thaw_catalogues (), error);
  bool done;

  if (seeded == NULL)
    return false;
  session->recipe = seeded;
  done = queue_one (session, options, group, error);
  session->recipe = own;
  return done;
}

/* The group that other seeds of a run join; a run that is alone begins one. (transfer full) */
static char *
group_of (Session *session, const TrainOptions *options, GError **error)
{
  g_autoptr (ThawRun) like = NULL;

  if (options->like == NULL)
    return g_uuid_string_random ();
  like = thaw_store_find_run (session->store, options->like, error);
  if (like == NULL)
    return NULL;
  if (like->group_id == NULL && !thaw_store_set_group (session->store, like->id, like->id, error))
    return NULL;
  return g_strdup (like->group_id != NULL ? like->group_id : like->id);
}

static int
queue_all (Session *session, const TrainOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *group = NULL;

  session->store = cli_store (THAW_STORE_WRITE, &error);
  if (session->store == NULL)
    return cli_fail (error);
  if (options->seeds == NULL)
    return queue_one (session, options, NULL, &error) ? CLI_OK : cli_fail (error);
  group = group_of (session, options, &error);
  if (group == NULL)
    return cli_fail (error);
  for (guint i = 0; i < options->seeds->len; i++)
    if (!queue_seed (session, options, group, g_array_index (options->seeds, guint64, i), &error))
      return cli_fail (error);
  return CLI_OK;
}

/* --- The command --- */

/* "0,1,2": each once. */
static bool
read_seeds (TrainOptions *options)
{
  g_auto (GStrv) parts = g_strsplit (options->seeds_text, ",", -1);

  options->seeds = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (char **part = parts; *part != NULL; part++) {
    guint64 seed;
    if (!g_ascii_string_to_unsigned (g_strstrip (*part), 10, 0, MAX_SEED, &seed, NULL) ||
        options->seeds->len == MAX_SEEDS)
      return false;
    for (guint i = 0; i < options->seeds->len; i++)
      if (g_array_index (options->seeds, guint64, i) == seed)
        return false;
    g_array_append_val (options->seeds, seed);
  }
  return options->seeds->len > 0;
}

/* CLI_OK, or the status of wrong usage. */
static int
check_options (TrainOptions *options)
{
  if ((options->preset != NULL) + (options->recipe != NULL) + (options->like != NULL) > 1)
    return cli_fail_usage (_ ("--preset, --recipe and --like exclude each other"));
  if (options->threads < 0 || options->threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"),
                           options->threads);
  if (options->seeds_text == NULL)
    return CLI_OK;
  if (!options->queue)
    return cli_fail_usage (_ ("--seeds makes several runs, which train one after the other: it "
                              "needs --queue"));
  if (!read_seeds (options))
    return cli_fail_usage (_ ("--seeds is '%s', expected up to %d whole numbers, each once, "
                              "separated by commas"),
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
      {"preset", 'p', 0, G_OPTION_ARG_STRING, &options.preset,
       N_ ("Start from a preset (see: thaw presets)"), N_ ("NAME")},
      {"recipe", 'r', 0, G_OPTION_ARG_FILENAME, &options.recipe, N_ ("Start from a recipe file"),
       N_ ("FILE")},
      {"like", 0, 0, G_OPTION_ARG_STRING, &options.like,
       N_ ("Start from the recipe and the data of a run"), N_ ("RUN")},
      {"set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.set,
       N_ ("Change a field of the recipe, e.g. --set epochs=3; may be repeated"),
       N_ ("KEY.PATH=VALUE")},
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,
       N_ ("The data set: an archive or a folder, or 'sample'"), N_ ("PATH")},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &options.name, N_ ("What to call the run"),
       N_ ("TEXT")},
      {"queue", 'q', 0, G_OPTION_ARG_NONE, &options.queue,
       N_ ("Check everything, then leave the run to 'thaw queue --run'"), NULL},
      {"seeds", 0, 0, G_OPTION_ARG_STRING, &options.seeds_text,
       N_ ("With --queue: a run for each seed, e.g. --seeds 0,1,2"), N_ ("LIST")},
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
    session_print_findings (session.recipe);
  if (options.queue)
    return queue_all (&session, &options);
  if (!register_run (&session, &options, &error))
    return cli_fail (error);
  return session_go (&session, options.json);
}
