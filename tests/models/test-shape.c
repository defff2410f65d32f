/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a recipe changes about a backbone: first strides, the first convolution and its pooling,
 * widths. Which weights still load, where the last map ends, what is refused. */
#include "models-test.h"

#define CLASSES 10

/* The choice of a model with its published values. (transfer full) */
static ThawChoice
choice_of (const char *name)
{
  const ThawEntry *entry = &thaw_model_find (name)->entry;
  ThawChoice choice = {entry, g_malloc0 (sizeof *choice.values * (gsize) MAX (entry->n_params, 1))};

  for (int i = 0; i < entry->n_params; i++)
    memcpy (choice.values[i], entry->params[i].def, sizeof choice.values[i]);
  return choice;
}

/* NULL: there is no such parameter. */
static double *
values (const ThawChoice *choice, const char *param)
{
  for (int i = 0; i < choice->entry->n_params; i++)
    if (strcmp (choice->entry->params[i].name, param) == 0)
      return choice->values[i];
  return NULL;
}

static ThawGraph *
graph_of (const ThawChoice *choice, int size)
{
  g_autoptr (GError) error = NULL;
  ThawGraph *graph = thaw_model_graph_of (choice, CLASSES, size, -1, &error);

  g_assert_no_error (error);
  return graph;
}

/* Side of the last map that is pooled. */
static int
last_map (const ThawChoice *choice, int size)
{
  g_autoptr (ThawGraph) graph = graph_of (choice, size);
  g_autoptr (GArray) layers = thaw_graph_layers (graph);
  int side = 0, map = 0;

  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    if (strcmp (layer->kind, "AdaptiveAvgPool2d") == 0)
      map = side;
    side = layer->height;
  }
  return map;
}

static const struct {
  const char *name;
  int published, gentle; /* last map at 32 px */
} maps[] = {
    {"resnet18", 1, 4},           {"mobilenet_v2", 1, 4},       {"mobilenet_v3_small", 1, 4},
    {"mobilenet_v3_large", 1, 4}, {"efficientnet_b0", 1, 4},    {"efficientnet_lite0", 1, 4},
    {"shufflenet_v2_x0_5", 1, 4}, {"shufflenet_v2_x1_0", 1, 4}, {"squeezenet1_1", 1, 7},
    {"repvgg_a0", 1, 4},
};

/* The gentler network has the same tensors: the other's weights load, and it learns from them. */
static void
gentle (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (gsize k = 0; k < G_N_ELEMENTS (maps); k++) {
    const ThawModel *model = thaw_model_find (maps[k].name);
    ThawChoice choice = choice_of (maps[k].name);
    g_autoptr (ThawNet) published = net_new (maps[k].name, CLASSES, 32, pool), net = NULL;
    g_autoptr (ThawStateDict) dict = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (last_map (&choice, 32), ==, maps[k].published);
    *values (&choice, "stem") = 1;
    g_assert_cmpint (last_map (&choice, 32), ==, maps[k].gentle);
    thaw_model_initialise (model, published, 3);
    dict = thaw_net_save (published);
    net = thaw_net_new (graph_of (&choice, 32), pool, &error);
    thaw_model_load (model, net, dict, "w", 1, NULL, &error);
    g_assert_no_error (error);
    for (int i = 0; i < thaw_net_n_params (net); i++)
      g_assert_true (same_param (net, published, thaw_net_param (net, i)->name));
    g_free (choice.values);
  }
}

static void
resnet18_stem (void)
{
  enum { AUTO, KEEP, NONE };
  ThawChoice choice = choice_of ("resnet18");
  double *stem = values (&choice, "stem"), *pool = values (&choice, "first_pool");

  *pool = NONE;
  g_assert_cmpint (last_map (&choice, 32), ==, 2);
  *stem = 1;
  g_assert_cmpint (last_map (&choice, 32), ==, 4);
  *pool = KEEP;
  g_assert_cmpint (last_map (&choice, 32), ==, 2);
  *values (&choice, "first_kernel") = 3;
  *pool = AUTO;
  {
    g_autoptr (ThawPool) threads = thaw_pool_new (1);
    g_autoptr (ThawNet) net = thaw_net_new (graph_of (&choice, 32), threads, NULL);
    const ThawParam *conv1 = thaw_net_param (net, thaw_net_find_param (net, "conv1.weight"));
    g_assert_cmpuint (conv1->shape[2], ==, 3);
  }
  g_free (choice.values);
}

static void
refused (const ThawChoice *choice, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (thaw_model_graph_of (choice, CLASSES, 32, -1, &error));
  g_assert_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
}

/* Every width of every family can be another: the network builds, forward and backward run. */
static void
widths (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (int m = 0; thaw_models ()[m] != NULL; m++) {
    const ThawModel *model = thaw_models ()[m];
    ThawChoice choice = choice_of (model->entry.name);
    double *w = values (&choice, "widths");
    int step = MAX (model->width_unit, 1) * 8;
    g_autoptr (ThawNet) net = NULL;
    g_autofree float *dlogits = NULL;

    for (int i = 0; i < THAW_MAX_WIDTHS; i++)
      w[i] = w[i] > 0 ? w[i] + step : 0;
    net = thaw_net_new (graph_of (&choice, 32), pool, NULL);
    thaw_model_initialise (model, net, 1);
    g_assert_true (thaw_net_plan (net, THAW_MODE_TRAIN, 2, NULL));
    for (int i = 0; i < 32 * 32 * 2 * 3; i++)
      thaw_net_input (net)[i] = (float) (i % 7) - 3;
    g_assert_nonnull (thaw_net_forward (net, THAW_MODE_TRAIN, 2));
    dlogits = g_new0 (float, 2 * CLASSES);
    thaw_net_backward (net, dlogits, 2);
    if (model->first_skip) {
      w[1] += step;
      refused (&choice, "model.widths.1");
    }
    if (model->width_unit > 1) {
      w[2] += 1;
      refused (&choice, "model.widths.2");
    }
    g_free (choice.values);
  }
}

/* As in the detector's lesson: 96 to 64 and 160 to 96. */
static void
trimmed (void)
{
  ThawChoice choice = choice_of ("mobilenet_v2");
  double *w = values (&choice, "widths");
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net = NULL;
  const ThawParam *project;

  g_assert_cmpfloat (w[5], ==, 96);
  g_assert_cmpfloat (w[6], ==, 160);
  w[5] = 64;
  w[6] = 96;
  net = thaw_net_new (graph_of (&choice, 32), pool, NULL);
  project = thaw_net_param (net, thaw_net_find_param (net, "features.14.conv.2.weight"));
  g_assert_cmpuint (project->shape[0], ==, 96);
  g_assert_cmpuint (project->shape[1], ==, 6 * 64);
  g_free (choice.values);
}

static void
kernel (void)
{
  ThawChoice choice = choice_of ("resnet18");

  *values (&choice, "first_kernel") = 4;
  refused (&choice, "model.first_kernel");
  g_free (choice.values);
}

/* What cannot be folded is refused, naming what is missing. */
static void
fold_refuses (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net = net_new ("repvgg_a0", CLASSES, 32, pool);
  g_autoptr (ThawStateDict) dict = thaw_net_save (net), part = thaw_state_dict_new ();
  g_autoptr (GError) other = NULL, missing = NULL;

  g_assert_null (thaw_model_fold (thaw_model_find ("cnn3"), dict, "w.pth", &other));
  g_assert_error (other, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE);
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *from = thaw_state_dict_nth (dict, i);
    ThawTensor *to = thaw_tensor_new (from->name, from->dtype, from->ndim, from->shape);
    memcpy (to->data, from->data, from->bytes);
    if (strcmp (from->name, "stage2.1.rbr_1x1.bn.running_var") == 0 ||
        !thaw_state_dict_add (part, to))
      thaw_tensor_free (to);
  }
  g_assert_null (thaw_model_fold (thaw_model_find ("repvgg_a0"), part, "w.pth", &missing));
  g_assert_error (missing, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS);
  g_assert_nonnull (strstr (missing->message, "stage2.1.rbr_1x1.bn.running_var"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/shape/gentle", gentle);
  g_test_add_func ("/models/shape/resnet18-stem", resnet18_stem);
  g_test_add_func ("/models/shape/widths", widths);
  g_test_add_func ("/models/shape/trimmed", trimmed);
  g_test_add_func ("/models/shape/kernel", kernel);
  g_test_add_func ("/models/shape/fold-refuses", fold_refuses);
  return g_test_run ();
}
