/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw sweep: the same recipe with other values of some fields, each combination a run. All are
 * checked before the first is made, and made all or none; the queue trains them. */
#include "over.h"
#include "queue-work.h"
#include "source.h"
#include "sweep.h"
#include "together.h"
#include "thaw-catalogues.h"

#include <stdio.h>
#include <string.h>

#define MOST_RUNS 500

typedef struct {
  Source source;
  char *name, *resume;
  char **over_texts;
  GPtrArray *overs; /* of Over */
  gboolean queue, json;
  int threads;
} SweepOptions;

static void
sweep_options_clear (SweepOptions *options)
{
  source_clear (&options->source);
  g_free (options->name);
  g_free (options->resume);
  g_strfreev (options->over_texts);
  g_clear_pointer (&options->overs, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SweepOptions, sweep_options_clear)

/* --- Combinations --- */

static guint
count_combinations (const GPtrArray *overs)
{
  guint n = 1;

  for (guint i = 0; i < overs->len; i++)
    n = MIN (n * ((const Over *) overs->pdata[i])->n, MOST_RUNS + 1);
  return n;
}

/* The k-th, as assignments; the last field turns fastest. (transfer full) */
static char **
combination (const GPtrArray *overs, guint k)
{
  char **assignments = g_new0 (char *, overs->len + 1);

  for (guint i = overs->len; i-- > 0;) {
    const Over *over = overs->pdata[i];
    assignments[i] = g_strconcat (over->key, "=", over->values[k % over->n], NULL);
    k /= over->n;
  }
  return assignments;
}

/* What a combination shares with others that differ by their seed alone. (transfer full) */
static char *
without_seed (char **assignments)
{
  GString *text = g_string_new (NULL);

  for (char **a = assignments; *a != NULL; a++)
    if (!g_str_has_prefix (*a, "seed="))
      g_string_append_printf (text, "%s\n", *a);
  return g_string_free (text, FALSE);
}

/* --- A run of each --- */

typedef struct {
  const SweepOptions *options;
  const char *name;
  ThawRecipe *base;
  Session session;
  char *set_wanted, *set_used; /* data.set of the recipe that the data were read for */
  char *weights_key;
  GHashTable *groups; /* without_seed -> group id */
  GPtrArray *runs;
} Maker;

static void
maker_clear (Maker *maker)
{
  session_clear (&maker->session);
  thaw_recipe_free (maker->base);
  g_free (maker->set_wanted);
  g_free (maker->set_used);
  g_free (maker->weights_key);
  g_clear_pointer (&maker->groups, g_hash_table_unref);
  g_clear_pointer (&maker->runs, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Maker, maker_clear)

/* Data that were read for the run before serve as long as the recipe asks for the same. */
static bool
read_data (Maker *maker, GError **error)
{
  Session *session = &maker->session;
  g_autofree char *wanted =
      g_strdup_printf ("%s %d", session->recipe->data.set, session->recipe->data.size);

  if (session->set != NULL && g_strcmp0 (wanted, maker->set_wanted) == 0) {
    g_autofree char *assignment = g_strconcat ("data.set=", maker->set_used, NULL);
    const char *assignments[] = {assignment, NULL};
    ThawRecipe *same = thaw_recipe_with (session->recipe, assignments, thaw_catalogues (), error);
    if (same == NULL)
      return false;
    thaw_recipe_free (session->recipe);
    session->recipe = same;
    return true;
  }
  g_clear_pointer (&session->set, thaw_dataset_free);
  if (!session_read_data (session, maker->options->source.data, error))
    return false;
  g_free (maker->set_wanted);
  g_free (maker->set_used);
  maker->set_wanted = g_steal_pointer (&wanted);
  maker->set_used = g_strdup (session->recipe->data.set);
  return true;
}

static bool
read_weights (Maker *maker, GError **error)
{
  Session *session = &maker->session;
  char *key = g_strdup_printf ("%s %s", session->recipe->model.choice.entry->name,
                               session->recipe->model.weights);
  bool same = g_strcmp0 (key, maker->weights_key) == 0;

  g_free (maker->weights_key);
  maker->weights_key = key;
  if (same)
    return true;
  g_clear_pointer (&session->weights, thaw_state_dict_free);
  g_clear_pointer (&session->weights_path, g_free);
  return session_read_weights (session, error);
}

static char *
group_of (Maker *maker, char **assignments)
{
  char *key = without_seed (assignments), *group = g_hash_table_lookup (maker->groups, key);

  if (group != NULL) {
    g_free (key);
    return g_strdup (group);
  }
  group = g_uuid_string_random ();
  g_hash_table_insert (maker->groups, key, group);
  return g_strdup (group);
}

/* The trainer is made to learn whether it can be, and what the graph says of itself. */
static bool
make_run (Maker *maker, char **assignments, GError **error)
{
  Session *session = &maker->session;
  g_autofree char *what = g_strjoinv (", ", assignments);
  g_autofree char *name = g_strdup_printf ("%s, %s", maker->name, what);
  ThawTrainSpec spec;
  ThawRun *run;

  g_clear_pointer (&session->recipe, thaw_recipe_free);
  session->recipe =
      thaw_recipe_with (maker->base, (const char *const *) assignments, thaw_catalogues (), error);
  if (session->recipe == NULL || !read_weights (maker, error) || !read_data (maker, error))
    return false;
  spec = session_spec (session, NULL, NULL);
  session->trainer = thaw_trainer_new (&spec, error);
  if (session->trainer == NULL)
    return false;
  if (g_utf8_strlen (name, -1) > THAW_NAME_MAX)
    *g_utf8_offset_to_pointer (name, THAW_NAME_MAX) = '\0';
  run = session_new_run (session, name, source_preset (&maker->options->source));
  run->group_id = group_of (maker, assignments);
  g_ptr_array_add (maker->runs, run);
  g_clear_pointer (&session->trainer, thaw_trainer_free);
  return true;
}

/* The trainer's recipe is the session's: it goes first. */
static bool
make_all (Maker *maker, GError **error)
{
  guint n = count_combinations (maker->options->overs);

  for (guint k = 0; k < n; k++) {
    g_auto (GStrv) assignments = combination (maker->options->overs, k);
    if (!make_run (maker, assignments, error)) {
      g_autofree char *what = g_strjoinv (", ", assignments);
      g_clear_pointer (&maker->session.trainer, thaw_trainer_free);
      g_prefix_error (error, _ ("with %s: "), what);
      return false;
    }
  }
  return true;
}

/* --- The command --- */

static bool
name_is_free (ThawStore *store, const char *name, GError **error)
{
  GError *local = NULL;
  g_autoptr (GPtrArray) runs = sweep_runs (store, name, &local);

  if (runs != NULL) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE,
                 _ ("there is a sweep '%s' already; --resume goes on with it"), name);
    return false;
  }
  if (g_error_matches (local, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN)) {
    g_clear_error (&local);
    return true;
  }
  g_propagate_error (error, local);
  return false;
}

static bool
find_name (SweepOptions *options, GError **error)
{
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, error);

  if (store == NULL)
    return false;
  if (options->name == NULL)
    return (options->name = sweep_free_name (store, error)) != NULL;
  return sweep_check_name (options->name, error) && name_is_free (store, options->name, error);
}

static bool
make_sweep (SweepOptions *options, GError **error)
{
  g_auto (Maker) maker = {.options = options, .name = options->name};
  g_autoptr (ThawStore) store = NULL;
  g_autofree char *tag = sweep_tag (options->name);

  if (!source_read (&options->source, &maker.session, error))
    return false;
  maker.base = g_steal_pointer (&maker.session.recipe);
  for (guint i = 0; i < options->overs->len; i++)
    maker.session.seed_drawn &=
        strcmp (((const Over *) options->overs->pdata[i])->key, "seed") != 0;
  maker.groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  maker.runs = together_new ();
  maker.session.pool = thaw_pool_new (options->threads);
  if (!make_all (&maker, error))
    return false;
  if (!options->json)
    session_print_findings (maker.base, maker.session.seed_drawn);
  store = cli_store (THAW_STORE_WRITE, error);
  return store != NULL &&
         together_queue (maker.runs, store, tag, maker.session.seed_drawn, options->json, error);
}

static int
say_sweep (const char *name, bool json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, &error);
  g_autoptr (GPtrArray) runs = store != NULL ? sweep_runs (store, name, &error) : NULL;

  if (runs == NULL)
    return cli_fail (error);
  sweep_say (name, runs, json);
  return CLI_OK;
}

static int
train_and_say (const SweepOptions *options, const char *name)
{
  int status = options->queue ? CLI_OK : queue_work (options->threads, options->json);
  int said = say_sweep (name, options->json);

  return status != CLI_OK ? status : said;
}

static int
resume (const SweepOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, &error);
  g_autoptr (GPtrArray) runs = store != NULL ? sweep_runs (store, options->resume, &error) : NULL;
  int n;

  if (runs == NULL)
    return cli_fail (error);
  thaw_store_close (store);
  store = cli_store (THAW_STORE_WRITE, &error);
  if (store == NULL || !sweep_requeue (store, options->resume, true, &n, &error))
    return cli_fail (error);
  g_clear_pointer (&store, thaw_store_close);
  return train_and_say (options, options->resume);
}

/* All sweeps, each once. */
static int
list_sweeps (bool json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, &error);
  g_autoptr (GPtrArray) runs = store != NULL ? thaw_store_runs (store, &error) : NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (runs == NULL)
    return cli_fail (error);
  for (guint i = 0; i < runs->len; i++) {
    const char *name = sweep_of (runs->pdata[i]);
    int status;
    if (name == NULL || !g_hash_table_add (seen, (gpointer) name))
      continue;
    status = say_sweep (name, json);
    if (status != CLI_OK)
      return status;
  }
  if (g_hash_table_size (seen) == 0 && !json)
    puts (
        _ ("There are no sweeps. 'thaw sweep --over seed=0..2 --over model.name=A,B' makes one."));
  return CLI_OK;
}

/* CLI_OK, or the status of wrong usage. */
static int
read_overs (SweepOptions *options)
{
  options->overs = g_ptr_array_new_with_free_func ((GDestroyNotify) over_free);
  for (char **text = options->over_texts; text != NULL && *text != NULL; text++) {
    g_autoptr (GError) error = NULL;
    Over *over = over_parse (*text, &error);
    if (over == NULL)
      return cli_fail_usage ("%s", error->message);
    for (guint i = 0; i < options->overs->len; i++)
      if (strcmp (((Over *) options->overs->pdata[i])->key, over->key) == 0) {
        over_free (over);
        return cli_fail_usage (_ ("--over '%s': the field is swept over already"), *text);
      }
    g_ptr_array_add (options->overs, over);
  }
  if (count_combinations (options->overs) > MOST_RUNS)
    return cli_fail_usage (_ ("--over makes more than %d runs"), MOST_RUNS);
  return CLI_OK;
}

static int
check_options (SweepOptions *options)
{
  int status = source_check (&options->source);
  const Source *source = &options->source;

  if (status != CLI_OK)
    return status;
  if (options->threads < 0 || options->threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"),
                           options->threads);
  if (options->resume != NULL &&
      (options->over_texts != NULL || options->name != NULL || source->preset != NULL ||
       source->recipe != NULL || source->like != NULL || source->set != NULL ||
       source->data != NULL))
    return cli_fail_usage (_ ("--resume goes on with a sweep as it was made, and takes no options "
                              "that would change it"));
  return read_overs (options);
}

int
cmd_sweep (int argc, char **argv)
{
  g_auto (SweepOptions) options = {0};
  g_autoptr (GError) error = NULL;
  int status;
  const GOptionEntry entries[] = {
      SOURCE_OPTIONS (&options.source),
      {"over", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &options.over_texts,
       N_ ("A field and its values: KEY=A,B or KEY=0..4; may be repeated"), N_ ("KEY=VALUES")},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &options.name, N_ ("What to call the sweep"),
       N_ ("TEXT")},
      {"resume", 0, 0, G_OPTION_ARG_STRING, &options.resume,
       N_ ("Go on with a sweep that was killed or stopped"), N_ ("NAME")},
      {"queue", 'q', 0, G_OPTION_ARG_NONE, &options.queue,
       N_ ("Check everything, then leave the runs to 'thaw queue --run'"), NULL},
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
  if (options.resume != NULL)
    return resume (&options);
  if (options.overs->len == 0)
    return list_sweeps (options.json);
  if (!find_name (&options, &error) || !make_sweep (&options, &error))
    return cli_fail (error);
  return train_and_say (&options, options.name);
}
