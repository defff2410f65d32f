/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw queue: the list, its order, and who works it. */
#include "queue-work.h"
#include "run-json.h"

#include <stdio.h>

typedef struct {
  gboolean work, first, up, down, last, remove, json;
  int threads;
} QueueOptions;

static void
print_queue (GPtrArray *queue)
{
  CliTable *table = cli_table_new (6, "rlllrl");

  cli_table_add (table, _ ("Place"), _ ("Run"), _ ("Name"), _ ("Backbone"), _ ("Epochs"),
                 _ ("State"), NULL);
  cli_table_rule (table);
  for (guint i = 0; i < queue->len; i++) {
    const ThawRun *run = queue->pdata[i];
    g_autofree char *place = g_strdup_printf ("%u", i + 1), *id = g_strndup (run->id, 8);
    g_autofree char *epochs = g_strdup_printf ("%d/%d", run->epochs_done, run->epochs);
    cli_table_add (table, place, id, run->name, run->model, epochs, cli_state_text (run->state),
                   NULL);
  }
  cli_table_print (table);
}

static int
list_queue (bool json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_READ, &error);
  g_autoptr (GPtrArray) queue = store != NULL ? thaw_store_queue (store, &error) : NULL;

  if (queue == NULL)
    return cli_fail (error);
  if (json) {
    runs_json (queue);
    return CLI_OK;
  }
  if (queue->len == 0) {
    puts (_ ("The queue is empty. 'thaw train --queue' puts a run in it."));
    return CLI_OK;
  }
  print_queue (queue);
  puts (thaw_queue_alive (store) ? _ ("A process works the queue.")
                                 : _ ("Nobody works the queue; 'thaw queue --run' does."));
  return CLI_OK;
}

static gboolean
change (ThawStore *store, const char *run_id, const QueueOptions *options, GError **error)
{
  if (options->remove)
    return thaw_store_queue_remove (store, run_id, error);
  if (options->first)
    return thaw_store_queue_move (store, run_id, THAW_QUEUE_FIRST, error);
  if (options->up)
    return thaw_store_queue_move (store, run_id, THAW_QUEUE_UP, error);
  if (options->down)
    return thaw_store_queue_move (store, run_id, THAW_QUEUE_DOWN, error);
  if (options->last)
    return thaw_store_queue_move (store, run_id, THAW_QUEUE_LAST, error);
  return thaw_store_queue_run (store, run_id, error);
}

static int
change_run (const char *which, const QueueOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = cli_store (THAW_STORE_WRITE, &error);
  g_autoptr (ThawRun) run = store != NULL ? thaw_store_find_run (store, which, &error) : NULL;

  if (run == NULL || !change (store, run->id, options, &error))
    return cli_fail (error);
  return CLI_OK;
}

int
cmd_queue (int argc, char **argv)
{
  QueueOptions options = {0};
  int status, orders;
  const GOptionEntry entries[] = {
      {"run", 0, 0, G_OPTION_ARG_NONE, &options.work,
       N_ ("Train what is queued, one run after the other, until the queue is empty"), NULL},
      {"first", 0, 0, G_OPTION_ARG_NONE, &options.first, N_ ("Move the run to the front"), NULL},
      {"up", 0, 0, G_OPTION_ARG_NONE, &options.up, N_ ("Move the run one place forward"), NULL},
      {"down", 0, 0, G_OPTION_ARG_NONE, &options.down, N_ ("Move the run one place back"), NULL},
      {"last", 0, 0, G_OPTION_ARG_NONE, &options.last, N_ ("Move the run to the end"), NULL},
      {"remove", 0, 0, G_OPTION_ARG_NONE, &options.remove,
       N_ ("Take the run out of the queue; it stays, as a stopped run"), NULL},
      {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
       N_ ("With --run: threads that compute (default: all cores)"), N_ ("N")},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("JSON, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 1, &status))
    return status;
  orders = options.first + options.up + options.down + options.last + options.remove;
  if (orders > 1)
    return cli_fail_usage (_ ("--first, --up, --down, --last and --remove exclude each other"));
  if (orders == 1 && argc == 1)
    return cli_fail_usage (_ ("which run? 'thaw queue' lists those that are queued"));
  if (options.work && argc > 1)
    return cli_fail_usage (_ ("--run trains what is queued and takes no run; 'thaw resume' trains "
                              "one at once"));
  if (options.threads < 0 || options.threads > 1024)
    return cli_fail_usage (_ ("--threads is %d, expected a number from 1 to 1024"),
                           options.threads);
  if (options.work)
    return queue_work (options.threads, options.json);
  return argc > 1 ? change_run (argv[1], &options) : list_queue (options.json);
}
