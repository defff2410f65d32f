/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw bench: what a step takes here, against what it has to take at least. */
#include "bench.h"
#include "cli.h"
#include "model-change.h"

#define MAX_BATCH 4096
#define MAX_ROUNDS 1000
#define CLASSES 10

static int
check_numbers (const BenchSpec *spec)
{
  const struct {
    const char *option;
    int value, min, max;
  } numbers[] = {{"--batch", spec->batch, 1, MAX_BATCH},
                 {"--size", spec->size, 1, 4096},
                 {"--threads", spec->threads, 0, 1024},
                 {"--rounds", spec->rounds, 1, MAX_ROUNDS}};

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (numbers[i].value < numbers[i].min || numbers[i].value > numbers[i].max)
      return cli_fail_usage (_ ("%s is %d, expected %d to %d"), numbers[i].option, numbers[i].value,
                             numbers[i].min, numbers[i].max);
  return CLI_OK;
}

static int
run_bench (const BenchSpec *spec, bool json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Bench) bench = bench_run (spec, &error);

  if (bench == NULL)
    return cli_fail (error);
  if (json)
    bench_print_json (bench);
  else
    bench_print_text (bench);
  return CLI_OK;
}

int
cmd_bench (int argc, char **argv)
{
  BenchSpec spec = {.batch = 64, .size = 32, .classes = CLASSES, .rounds = 7};
  g_auto (ModelChange) change = {0};
  g_autoptr (ThawRecipe) recipe = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *model = NULL, *shape = NULL;
  gboolean inference = FALSE, frozen = FALSE, layers = FALSE, json = FALSE;
  int status;
  const GOptionEntry entries[] = {
      {"model", 'm', 0, G_OPTION_ARG_STRING, &model, N_ ("Backbone (mobilenet_v3_small)"),
       N_ ("NAME")},
      MODEL_CHANGE_OPTIONS (&change),
      {"batch", 'b', 0, G_OPTION_ARG_INT, &spec.batch, N_ ("Images of a batch (64)"), N_ ("N")},
      {"size", 0, 0, G_OPTION_ARG_INT, &spec.size, N_ ("Side of the input in pixels (32)"),
       N_ ("N")},
      {"threads", 't', 0, G_OPTION_ARG_INT, &spec.threads,
       N_ ("Threads that compute (one for each core)"), N_ ("N")},
      {"rounds", 0, 0, G_OPTION_ARG_INT, &spec.rounds, N_ ("Rounds to measure (7)"), N_ ("N")},
      {"inference", 0, 0, G_OPTION_ARG_NONE, &inference, N_ ("Inference alone, no training"), NULL},
      {"frozen", 0, 0, G_OPTION_ARG_NONE, &frozen, N_ ("Train the head alone"), NULL},
      {"layers", 0, 0, G_OPTION_ARG_NONE, &layers, N_ ("Also time and floor of each layer"), NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON document, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  if (inference && frozen)
    return cli_fail_usage (_ ("--inference and --frozen exclude each other"));
  status = check_numbers (&spec);
  if (status != CLI_OK)
    return status;
  spec.train = !inference;
  spec.frozen = frozen;
  spec.layers = layers;
  spec.model = thaw_model_find (model != NULL ? model : "mobilenet_v3_small");
  if (spec.model == NULL) {
    cli_note (_ ("thaw: there is no backbone '%s'; 'thaw models' lists them"), model);
    return CLI_FAILED;
  }
  if ((status = model_change_check (&change)) != CLI_OK)
    return status;
  if (!model_change_is_for (&change, spec.model))
    return cli_fail_usage (_ ("--stem is '%s', but %s has no stem to choose"), change.stem,
                           spec.model->entry.name);
  recipe = model_change_apply (&change, spec.model, &error);
  if (recipe == NULL)
    return cli_fail (error);
  spec.choice = &recipe->model.choice;
  spec.shape = shape = model_change_say (recipe);
  return run_bench (&spec, json);
}
