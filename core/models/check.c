/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe check, as far as the network itself shows traps: a last map of one pixel, and layers
 * picked by a part of their name. */
#include "models-private.h"

#include <string.h>

/* Side of the map that the last pooling over all pixels gets; 0: there is none. */
static int
last_map (const GArray *layers)
{
  for (guint i = layers->len; i-- > 1;) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    const ThawLayerInfo *before = &g_array_index (layers, ThawLayerInfo, i - 1);
    if (strcmp (layer->kind, "AdaptiveAvgPool2d") == 0)
      return MIN (before->height, before->width);
  }
  return 0;
}

/* The choice "imagenet" of a parameter "stem" has a gentler one beside it. */
static bool
has_gentle_stem (const ThawChoice *choice)
{
  for (int i = 0; i < choice->entry->n_params; i++)
    if (strcmp (choice->entry->params[i].name, "stem") == 0)
      return strcmp (thaw_choice_name (choice, "stem"), "imagenet") == 0;
  return false;
}

static void
find_map (const ThawRecipe *recipe, const GArray *layers, GPtrArray *findings)
{
  g_autofree char *sentence = NULL, *size = NULL, *larger = NULL;

  if (last_map (layers) != 1)
    return;
  sentence = g_strdup_printf (_ ("At %d px the last map of %s is a single pixel: its last filters "
                                 "see mostly padding, and nothing is left to average."),
                              recipe->data.size, recipe->model.choice.entry->name);
  if (has_gentle_stem (&recipe->model.choice)) {
    thaw_finding_add (findings, "map-is-one-pixel", "model.stem", sentence,
                      _ ("Take Smaller Strides"), "model.stem=cifar", NULL);
    return;
  }
  size = g_strdup_printf ("data.size=%d", recipe->data.size * 2);
  larger = g_strdup_printf (_ ("Use %d px"), recipe->data.size * 2);
  thaw_finding_add (findings, "map-is-one-pixel", "data.size", sentence,
                    recipe->data.size <= 512 ? larger : NULL, size, NULL);
}

static bool
in_head (const ThawModel *model, const char *name)
{
  for (int i = 0; model->head_modules[i] != NULL; i++) {
    size_t n = strlen (model->head_modules[i]);
    if (strncmp (name, model->head_modules[i], n) == 0 && (name[n] == '\0' || name[n] == '.'))
      return true;
  }
  return false;
}

static void
find_match (const ThawRecipe *recipe, const GArray *layers, GPtrArray *findings)
{
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);
  const char *text = recipe->freeze.match, *first = NULL;
  int beside = 0, all = 0;

  if (recipe->freeze.epochs == 0 || *text == '\0')
    return;
  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    if (layer->parameters == 0 || strstr (layer->name, text) == NULL)
      continue;
    all++;
    if (in_head (model, layer->name))
      continue;
    first = first != NULL ? first : layer->name;
    beside++;
  }
  if (all == 0) {
    g_autofree char *sentence =
        g_strdup_printf (_ ("No layer of %s has “%s” in its name: nothing is trainable while the "
                            "rest is frozen."),
                         model->entry.name, text);
    thaw_finding_add (findings, "nothing-trains", "freeze.match", sentence, _ ("Train the Head"),
                      "freeze.match=\"\"", NULL);
  } else if (beside > 0) {
    g_autofree char *sentence = g_strdup_printf (
        ngettext ("“%s” is also part of the name of %d layer that is not of the head, such as %s: "
                  "it trains while the rest is frozen.",
                  "“%s” is also part of the names of %d layers that are not of the head, such as "
                  "%s: they train while the rest is frozen.",
                  (unsigned) beside),
        text, beside, first);
    thaw_finding_add (findings, "name-matches-too-much", "freeze.match", sentence,
                      _ ("Train the Head"), "freeze.match=\"\"", NULL);
  }
}

/* Without batch norm the usual rate of Adam throws weights about before anything is learned. */
static void
find_rate (const ThawRecipe *recipe, GPtrArray *findings)
{
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *sentence = NULL, *remedy = NULL, *change = NULL;
  double lr = thaw_choice_real (&recipe->optimizer, "lr");

  if (model->most_lr == 0 || lr <= model->most_lr ||
      strcmp (recipe->model.weights, "random") != 0 ||
      !g_str_has_prefix (recipe->optimizer.entry->name, "Adam"))
    return;
  g_ascii_formatd (digits, sizeof digits, "%g", model->most_lr);
  sentence =
      g_strdup_printf (_ ("From random weights %s learns little or nothing at a rate of %g: it "
                          "has no batch norm, and %s or less does better."),
                       model->entry.name, lr, digits);
  remedy = g_strdup_printf (_ ("Use %s"), digits);
  change = g_strconcat ("optimizer.lr=", digits, NULL);
  thaw_finding_add (findings, "rate-too-high-for-model", "optimizer.lr", sentence, remedy, change,
                    NULL);
}

void
thaw_model_findings (const ThawRecipe *recipe, int classes, GPtrArray *findings)
{
  g_autoptr (ThawGraph) graph = thaw_model_graph_of (
      &recipe->model.choice, classes, recipe->data.size, recipe->model.dropout, NULL);
  g_autoptr (GArray) layers = graph != NULL ? thaw_graph_layers (graph) : NULL;

  if (layers == NULL)
    return;
  find_map (recipe, layers, findings);
  find_match (recipe, layers, findings);
  find_rate (recipe, findings);
}
