/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backbones against torchvision's lists: every name, shape and place of the state_dict, parameter
 * and multiply-add totals, any class count and input size. */
#include "models-test.h"

#include <math.h>

static const struct {
  const char *name, *list;
  uint64_t parameters, parameters_1000; /* with 10 and 1000 classes */
  uint64_t head;                        /* trainable while frozen   */
  uint64_t macs_32, macs_224;           /* 10 classes               */
} known[] = {
    {"resnet18", "resnet18.txt", 11181642, 11689512, 5130, 37016576, 1813566464},
    {"mobilenet_v3_small", "mobilenet_v3_small.txt", 1528106, 2542856, 601098, 2169792, 55496640},
    {"mobilenet_v3_large", "mobilenet_v3_large.txt", 4214842, 5483032, 1242890, 7087040, 215322560},
    {"mobilenet_v2", "mobilenet_v2.txt", 2236682, 3504872, 12810, 6124928, 299507072},
    {"efficientnet_b0", "efficientnet_b0.txt", 4020358, 5288548, 12810, 8474848, 384547552},
    {"efficientnet_lite0", "efficientnet_lite0.txt", 3383818, 4652008, 12810, 7847648, 383920352},
    {"repvgg_a0", "repvgg_a0.txt", 7840778, 9108968, 12810, 30855680, 1511313920},
    {"shufflenet_v2_x0_5", "shufflenet_v2_x0_5.txt", 352042, 1366792, 10250, 815392, 39462688},
    {"shufflenet_v2_x1_0", "shufflenet_v2_x1_0.txt", 1263854, 2278604, 10250, 2946648, 143894232},
    {"squeezenet1_1", "squeezenet1_1.txt", 727626, 1235496, 5130, 2995904, 263489216},
    {"cnn3", "cnn3.txt", 373834, 628264, 2570, 39520768, 1936394752},
};

static uint64_t
count_parameters (ThawNet *net)
{
  uint64_t sum = 0;

  for (int i = 0; i < thaw_net_n_params (net); i++)
    if (!thaw_net_param (net, i)->buffer)
      sum += thaw_net_param (net, i)->count;
  return sum;
}

/* --- Registry --------------------------------------------------------------------------------- */

static void
registry (void)
{
  const ThawModel *const *models = thaw_models ();
  const ThawEntry *const *entries = thaw_models_catalogue ().entries;
  int n = 0;

  for (; models[n] != NULL; n++) {
    g_assert_true (thaw_model_find (models[n]->entry.name) == models[n]);
    g_assert_true (entries[n] == &models[n]->entry);
  }
  g_assert_null (entries[n]);
  g_assert_null (thaw_model_find ("resnet19"));
  for (size_t k = 0; k < G_N_ELEMENTS (known); k++)
    g_assert_nonnull (thaw_model_find (known[k].name));
}

static void
weights_catalogue (void)
{
  const ThawWeightsFile *const *files = thaw_weights_catalogue ();
  int n = 0;

  for (; files[n] != NULL; n++) {
    const char *dash = strrchr (files[n]->name, '-');
    g_autofree char *url =
        g_strconcat ("https://download.pytorch.org/models/", files[n]->name, NULL);
    g_assert_cmpstr (files[n]->url, ==, url);
    g_assert_cmpuint (strlen (files[n]->sha256), ==, 64);
    g_assert_cmpuint (strspn (files[n]->sha256, "0123456789abcdef"), ==, 64);
    g_assert_true (strncmp (dash + 1, files[n]->sha256, 8) == 0); /* torch's own convention */
  }
  g_assert_cmpint (n, ==, 6);
  g_assert_cmpuint (thaw_model_find ("resnet18")->weights->bytes, ==, 46830571);
  g_assert_cmpuint (thaw_model_find ("mobilenet_v3_small")->weights->bytes, ==, 10306551);
}

/* --- Names, shapes, totals -------------------------------------------------------------------- */

static void
check_line (const char *line, const ThawParam *param)
{
  g_auto (GStrv) fields = g_strsplit (line, "\t", 4); /* name, kind, type, shape */
  g_autoptr (GString) shape = g_string_new (param->ndim == 0 ? "scalar" : NULL);

  for (int d = 0; d < param->ndim; d++)
    g_string_append_printf (shape, "%s%" G_GUINT64_FORMAT, d > 0 ? "," : "", param->shape[d]);
  g_assert_cmpstr (param->name, ==, fields[0]);
  g_assert_cmpstr (param->buffer ? "buffer" : "param", ==, fields[1]);
  g_assert_cmpstr (shape->str, ==, fields[3]);
}

static void
lists (void)
{
  for (size_t k = 0; k < G_N_ELEMENTS (known); k++) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "models", known[k].list, NULL);
    g_autofree char *text = NULL;
    g_auto (GStrv) lines = NULL;
    g_autoptr (ThawPool) pool = thaw_pool_new (1);
    g_autoptr (ThawNet) net = net_new (known[k].name, 10, 32, pool);
    g_autoptr (ThawStateDict) dict = thaw_net_save (net);
    g_autoptr (GError) error = NULL;

    g_file_get_contents (path, &text, NULL, &error);
    g_assert_no_error (error);
    lines = g_strsplit (g_strchomp (text), "\n", -1);
    g_assert_cmpint (thaw_net_n_params (net), ==, g_strv_length (lines));
    g_assert_cmpuint (thaw_state_dict_size (dict), ==, g_strv_length (lines));
    for (int i = 0; lines[i] != NULL; i++) {
      const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
      check_line (lines[i], thaw_net_param (net, i));
      g_assert_cmpstr (tensor->name, ==, thaw_net_param (net, i)->name);
      g_assert_cmpstr (thaw_dtype_name (tensor->dtype), ==,
                       strstr (lines[i], "\tI64\t") != NULL ? "I64" : "F32");
    }
  }
}

static void
parameters (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);

  for (size_t k = 0; k < G_N_ELEMENTS (known); k++) {
    g_autoptr (ThawNet) ten = net_new (known[k].name, 10, 32, pool);
    g_autoptr (ThawNet) thousand = net_new (known[k].name, 1000, 32, pool);
    g_assert_cmpuint (count_parameters (ten), ==, known[k].parameters);
    g_assert_cmpuint (count_parameters (thousand), ==, known[k].parameters_1000);
  }
}

static void
freeze (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);

  for (size_t k = 0; k < G_N_ELEMENTS (known); k++) {
    const ThawModel *model = thaw_model_find (known[k].name);
    g_autoptr (ThawNet) net = net_new (known[k].name, 10, 32, pool);
    g_assert_cmpuint (thaw_model_freeze (model, net, true), ==, known[k].head);
    for (int i = 0; i < thaw_net_n_params (net); i++) {
      const ThawParam *param = thaw_net_param (net, i);
      bool head = g_str_has_prefix (param->name, "fc.") ||
                  g_str_has_prefix (param->name, "linear.") ||
                  g_str_has_prefix (param->name, "classifier."); /* the lesson's substrings */
      g_assert_true (param->trainable == head);
    }
    g_assert_cmpuint (thaw_model_freeze (model, net, false), ==, known[k].parameters);
    for (int i = 0; i < thaw_net_n_params (net); i++)
      g_assert_true (thaw_net_param (net, i)->trainable != thaw_net_param (net, i)->buffer);
  }
}

/* The parameters of a layer are of its block; and the names say which that is. */
static void
check_blocks (const ThawModel *model, ThawNet *net)
{
  g_autoptr (GArray) layers = thaw_graph_layers (thaw_net_graph (net));
  g_autofree int *of_params = g_new (int, thaw_net_n_params (net)),
                 *of_layers = g_new (int, layers->len);
  g_autoptr (GPtrArray) names = thaw_model_layer_blocks (model, layers, of_layers);
  int n = thaw_model_blocks (model, net, of_params), met = 0;

  g_assert_cmpint ((int) names->len, ==, n);
  for (guint i = 0; i < layers->len; i++) {
    const ThawLayerInfo *layer = &g_array_index (layers, ThawLayerInfo, i);
    g_autofree char *prefix = g_strconcat (layer->name, ".", NULL);
    for (int p = 0; p < thaw_net_n_params (net); p++) {
      if (!g_str_has_prefix (thaw_net_param (net, p)->name, prefix))
        continue;
      g_assert_cmpint (of_layers[i], ==, of_params[p]);
      met++;
    }
    if (strcmp (layer->kind, "Conv2d") == 0 && of_layers[i] > 0)
      g_assert_true (g_str_has_prefix (layer->name, names->pdata[of_layers[i] - 1]));
  }
  g_assert_cmpint (met, ==, thaw_net_n_params (net));
}

static void
blocks (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);

  for (size_t k = 0; k < G_N_ELEMENTS (known); k++) {
    g_autoptr (ThawNet) net = net_new (known[k].name, 10, 32, pool);
    check_blocks (thaw_model_find (known[k].name), net);
  }
  g_autoptr (ThawNet) net = net_new ("resnet18", 10, 32, pool);
  g_autoptr (GArray) layers = thaw_graph_layers (thaw_net_graph (net));
  g_autofree int *of_layers = g_new (int, layers->len);
  g_autoptr (GPtrArray) names =
      thaw_model_layer_blocks (thaw_model_find ("resnet18"), layers, of_layers);
  g_assert_cmpstr (names->pdata[0], ==, "layer4");
  g_assert_cmpstr (names->pdata[3], ==, "layer1");
  g_assert_cmpstr (names->pdata[4], ==, "conv1");
}

static uint64_t
count_macs (const char *name, int size)
{
  g_autoptr (ThawGraph) graph = thaw_model_graph (thaw_model_find (name), 10, size, -1, NULL);
  g_autoptr (GArray) layers = thaw_graph_layers (graph);
  uint64_t macs = 0, live = 0;

  for (guint i = 0; i < layers->len; i++) {
    macs += g_array_index (layers, ThawLayerInfo, i).macs;
    live += g_array_index (layers, ThawLayerInfo, i).live_macs;
  }
  g_assert_cmpuint (live, >, macs / 4);
  g_assert_cmpuint (live, <, macs); /* some tap always falls on padding */
  return macs;
}

static void
macs (void)
{
  for (size_t k = 0; k < G_N_ELEMENTS (known); k++) {
    g_assert_cmpuint (count_macs (known[k].name, 32), ==, known[k].macs_32);
    g_assert_cmpuint (count_macs (known[k].name, 224), ==, known[k].macs_224);
  }
}

/* --- Class counts and sizes ------------------------------------------------------------------- */

static void
forward_is_finite (const char *name, int classes, int size, ThawPool *pool)
{
  g_autoptr (ThawNet) net = net_new (name, classes, size, pool);
  const int n = 2;
  const float *logits;
  float *input;

  g_assert_cmpint (thaw_net_classes (net), ==, classes);
  thaw_model_initialise (thaw_model_find (name), net, 5);
  g_assert_true (thaw_net_plan (net, THAW_MODE_EVAL, n, NULL));
  input = thaw_net_input (net);
  for (int i = 0; i < size * size * n * 3; i++)
    input[i] = (float) sin (0.7 * i);
  logits = thaw_net_forward (net, THAW_MODE_EVAL, n);
  for (int i = 0; i < n * classes; i++)
    g_assert_true (isfinite (logits[i]));
}

static void
sizes (void)
{
  static const int all_sizes[] = {32, 33, 64, 224}, all_classes[] = {2, 10, 200};
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (size_t k = 0; k < G_N_ELEMENTS (known); k++)
    for (size_t s = 0; s < G_N_ELEMENTS (all_sizes); s++)
      for (size_t c = 0; c < G_N_ELEMENTS (all_classes); c++)
        if (all_sizes[s] < 224 || all_classes[c] == 2) /* the large ones once */
          forward_is_finite (known[k].name, all_classes[c], all_sizes[s], pool);
}

static void
refuses (void)
{
  for (size_t k = 0; k < G_N_ELEMENTS (known); k++) {
    const ThawModel *model = thaw_model_find (known[k].name);
    g_autoptr (GError) small = NULL, none = NULL;
    g_assert_null (thaw_model_graph (model, 10, 31, -1, &small));
    g_assert_error (small, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE);
    g_assert_nonnull (strstr (small->message, "31"));
    g_assert_null (thaw_model_graph (model, 0, 32, -1, &none));
    g_assert_error (none, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/registry", registry);
  g_test_add_func ("/models/weights-catalogue", weights_catalogue);
  g_test_add_func ("/models/lists", lists);
  g_test_add_func ("/models/parameters", parameters);
  g_test_add_func ("/models/freeze", freeze);
  g_test_add_func ("/models/blocks", blocks);
  g_test_add_func ("/models/macs", macs);
  g_test_add_func ("/models/sizes", sizes);
  g_test_add_func ("/models/refuses", refuses);
  return g_test_run ();
}
