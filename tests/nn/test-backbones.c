/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listings of the real backbones add up to the published numbers. */
#include "thaw-models.h"

typedef struct {
  const char *model;
  int size;
  uint64_t macs, parameters;
  double live_parameters_k; /* of convolutions and linear layers, thousands; < 0: not known */
} Expected;

static const Expected expected[] = {
    {"resnet18", 32, 37016576, 11181642, 4225},
    {"resnet18", 224, 1813566464, 11181642, -1},
    {"mobilenet_v3_small", 32, 2169792, 1528106, -1},
    {"mobilenet_v3_small", 224, 55496640, 1528106, -1},
};

static void
test_totals (const void *data)
{
  const Expected *e = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawGraph) graph =
      thaw_model_graph (thaw_model_find (e->model), 10, e->size, -1, &error);
  g_autoptr (GArray) layers = NULL;
  uint64_t macs = 0, parameters = 0, live = 0;

  g_assert_no_error (error);
  layers = thaw_graph_layers (graph);
  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    macs += layer->macs;
    parameters += layer->parameters;
    g_assert_cmpuint (layer->live_macs, <=, layer->macs);
    if (g_strcmp0 (layer->kind, "BatchNorm2d") != 0)
      live += layer->live_parameters;
  }
  g_assert_cmpuint (macs, ==, e->macs);
  g_assert_cmpuint (parameters, ==, e->parameters);
  if (e->live_parameters_k > 0)
    g_assert_cmpfloat_with_epsilon ((double) live / 1000, e->live_parameters_k, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_autofree char *path =
        g_strdup_printf ("/nn/backbones/%s/%d", expected[i].model, expected[i].size);
    g_test_add_data_func (path, &expected[i], test_totals);
  }
  return g_test_run ();
}
