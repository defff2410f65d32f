/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw models: the backbones, and the layers of one. */
#include "cli.h"
#include "model-change.h"
#include "model-totals.h"

#include <stdio.h>
#include <string.h>

static void
layers_json (CliJson *builder, GArray *layers)
{
  cli_json_begin_array (builder, "layers");
  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    cli_json_begin_object (builder, NULL);
    cli_json_text (builder, "name", layer->name);
    cli_json_text (builder, "kind", layer->kind);
    cli_json_begin_array (builder, "shape");
    cli_json_int (builder, NULL, layer->channels);
    cli_json_int (builder, NULL, layer->height);
    cli_json_int (builder, NULL, layer->width);
    cli_json_end_array (builder);
    cli_json_int (builder, "parameters", (gint64) layer->parameters);
    cli_json_int (builder, "live_parameters", (gint64) layer->live_parameters);
    cli_json_int (builder, "macs", (gint64) layer->macs);
    cli_json_int (builder, "live_macs", (gint64) layer->live_macs);
    cli_json_end_object (builder);
  }
  cli_json_end_array (builder);
}

/* What published weights there are, and whether they are on this computer. */
static void
weights_json (CliJson *builder, const ThawModel *model)
{
  g_autofree char *folder = cli_weights_folder (), *path = NULL;
  bool there = false;

  cli_json_text (builder, "weights", model->weights != NULL ? model->weights->name : NULL);
  if (model->weights != NULL) {
    path = g_build_filename (folder, model->weights->name, NULL);
    there = g_file_test (path, G_FILE_TEST_IS_REGULAR);
    cli_json_int (builder, "weights_bytes", (gint64) model->weights->bytes);
  }
  cli_json_bool (builder, "weights_there", there);
}

static void
model_json (CliJson *builder,
            const ThawModel *model,
            const char *shape,
            GArray *layers,
            bool each,
            int size,
            int classes)
{
  ModelTotals totals = model_totals (model, layers);

  cli_json_begin_object (builder, NULL);
  cli_json_text (builder, "name", model->entry.name);
  cli_json_text (builder, "title", _ (model->entry.title));
  cli_json_text (builder, "help", _ (model->entry.help));
  cli_json_int (builder, "size", size);
  cli_json_int (builder, "classes", classes);
  cli_json_int (builder, "min_size", model->min_size);
  cli_json_text (builder, "shape", *shape != '\0' ? shape : NULL);
  cli_json_int (builder, "parameters", (gint64) totals.parameters);
  cli_json_int (builder, "live_parameters", (gint64) totals.live_parameters);
  cli_json_int (builder, "macs", (gint64) totals.macs);
  cli_json_int (builder, "live_macs", (gint64) totals.live_macs);
  cli_json_int (builder, "final_map", totals.map);
  cli_json_real (builder, "live_share",
                 (double) totals.live_parameters / (double) MAX (totals.parameters, 1));
  cli_json_int (builder, "head_parameters", (gint64) totals.head);
  cli_json_int (builder, "file_bytes", (gint64) totals.file_bytes);
  weights_json (builder, model);
  if (each)
    layers_json (builder, layers);
  cli_json_end_object (builder);
}

static void
print_layers (const ThawModel *model, const char *shape, GArray *layers, int size)
{
  ModelTotals totals = model_totals (model, layers);
  CliTable *table = cli_table_new (6, "lllrrr");
  g_autofree char *parameters = cli_count ((gint64) totals.parameters),
                  *live = cli_count ((gint64) totals.live_parameters);
  g_autofree char *macs = cli_count ((gint64) totals.macs),
                  *inside = cli_count ((gint64) totals.live_macs);

  printf ("%s: %s\n", model->entry.name, _ (model->entry.help));
  printf (*shape != '\0' ? "%s\n\n" : "\n", shape);
  cli_table_add (table, _ ("Layer"), _ ("Kind"), _ ("Output"), _ ("Parameters"),
                 _ ("of them see data"), _ ("MACs"), NULL);
  cli_table_rule (table);
  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    g_autofree char *output =
        g_strdup_printf ("%d×%d×%d", layer->channels, layer->height, layer->width);
    g_autofree char *p = cli_count ((gint64) layer->parameters),
                    *l = cli_count ((gint64) layer->live_parameters);
    g_autofree char *m = cli_count ((gint64) layer->macs);
    cli_table_add (table, layer->name, layer->kind, output, p, l, m, NULL);
  }
  cli_table_rule (table);
  cli_table_add (table, _ ("Sum"), "", "", parameters, live, macs, NULL);
  cli_table_print (table);
  printf (
      _ ("\nAt %d×%d pixels, %s of the MACs fall inside the picture; the others meet padding.\n"),
      size, size, inside);
}

/* The graph of a backbone with the changes; *shape says what they come to. */
static ThawGraph *
changed_graph (const ThawModel *model,
               const ModelChange *change,
               int size,
               int classes,
               char **shape,
               GError **error)
{
  g_autoptr (ThawRecipe) recipe = model_change_apply (change, model, error);

  if (recipe == NULL)
    return NULL;
  *shape = model_change_say (recipe);
  return thaw_model_graph_of (&recipe->model.choice, classes, size, recipe->model.dropout, error);
}

static void
add_model (CliTable *table, const ThawModel *model, const char *shape, GArray *layers)
{
  ModelTotals totals = model_totals (model, layers);
  g_autofree char *parameters = cli_count ((gint64) totals.parameters),
                  *live = cli_count ((gint64) totals.live_parameters);
  g_autofree char *macs = cli_count ((gint64) totals.macs),
                  *map = g_strdup_printf ("%d×%d", totals.map, totals.map);

  cli_table_add (table, model->entry.name, parameters, live, macs, map,
                 *shape != '\0' ? shape : _ (model->entry.help), NULL);
}

static int
list_models (const ModelChange *change, bool json, int size, int classes)
{
  CliJson *builder = cli_json_new ();
  CliTable *table = cli_table_new (6, "lrrrll");
  GError *error = NULL;

  cli_json_begin_array (builder, NULL);
  cli_table_add (table, _ ("Backbone"), _ ("Parameters"), _ ("of them see data"),
                 _ ("MACs an image"), _ ("Last map"), _ ("About"), NULL);
  cli_table_rule (table);
  for (const ThawModel *const *m = thaw_models (); *m != NULL; m++) {
    g_autofree char *shape = NULL;
    g_autoptr (ThawGraph) graph = changed_graph (*m, change, size, classes, &shape, &error);
    g_autoptr (GArray) layers = NULL;
    if (graph == NULL) {
      cli_note ("%s: %s", (*m)->entry.name, error->message);
      g_clear_error (&error);
      continue;
    }
    layers = thaw_graph_layers (graph);
    model_json (builder, *m, shape, layers, false, size, classes);
    add_model (table, *m, shape, layers);
  }
  cli_json_end_array (builder);
  if (json)
    cli_json_print (builder);
  else
    cli_json_free (builder);
  if (!json)
    printf (_ ("For pictures of %d×%d pixels and %d classes:\n\n"), size, size, classes);
  if (!json)
    cli_table_print (table);
  else
    cli_table_free (table);
  return CLI_OK;
}

static int
show_model (const char *name, const ModelChange *change, bool json, int size, int classes)
{
  const ThawModel *model = thaw_model_find (name);
  g_autoptr (ThawGraph) graph = NULL;
  g_autoptr (GArray) layers = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *shape = NULL;

  if (model == NULL) {
    cli_note (_ ("thaw: there is no backbone '%s'; 'thaw models' lists them"), name);
    return CLI_FAILED;
  }
  if (!model_change_is_for (change, model))
    return cli_fail_usage (_ ("--stem is '%s', but %s has no stem to choose"), change->stem, name);
  graph = changed_graph (model, change, size, classes, &shape, &error);
  if (graph == NULL)
    return cli_fail (error);
  layers = thaw_graph_layers (graph);
  if (json) {
    CliJson *builder = cli_json_new ();
    model_json (builder, model, shape, layers, true, size, classes);
    cli_json_print (builder);
  } else {
    print_layers (model, shape, layers, size);
  }
  return CLI_OK;
}

int
cmd_models (int argc, char **argv)
{
  g_auto (ModelChange) change = {0};
  gboolean json = FALSE;
  int size = 32, classes = 10, status;
  const GOptionEntry entries[] = {
      {"size", 0, 0, G_OPTION_ARG_INT, &size, N_ ("Side of the input in pixels (32)"), N_ ("N")},
      {"classes", 0, 0, G_OPTION_ARG_INT, &classes, N_ ("Number of classes (10)"), N_ ("N")},
      MODEL_CHANGE_OPTIONS (&change),
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON document, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 1, &status))
    return status;
  if (size < 1 || size > 4096 || classes < 2 || classes > 100000)
    return cli_fail_usage (
        _ ("--size and --classes are %d and %d, expected 1 to 4096 and 2 to 100000"), size,
        classes);
  if ((status = model_change_check (&change)) != CLI_OK)
    return status;
  return argc > 1 ? show_model (argv[1], &change, json, size, classes)
                  : list_models (&change, json, size, classes);
}
