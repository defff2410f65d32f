/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights that come with Thaw: the files that the registry names, whole, in half precision;
 * they fit, and give the logits that torchvision's own models give with them. */
#include "models-test.h"
#include "thaw-formats.h"

#include <math.h>

#define SIZE 32
#define CLASSES 200
#define SHOWN 6

/* Logits 0, 37, 74, … of two pictures made by make_pictures (), from torchvision 0.14 on
 * PyTorch 1.13 with these files (tests/bench/starter-torch.py --show). */
static const struct {
  const char *name;
  double logits[2][SHOWN];
} known[] = {
    {"resnet18",
     {{-1.241046, -2.362722, -2.334284, -4.310076, -0.364251, 3.316927},
      {-1.032733, -2.695476, -1.564332, -4.675654, 0.112579, 3.324966}}},
    {"mobilenet_v3_small",
     {{-2.261145, -0.657040, -1.204659, -3.223355, 1.031731, -1.231050},
      {-1.478973, -0.042017, -0.989174, -3.064259, 1.088823, -0.630304}}},
};

/* nchw: [2][3][SIZE][SIZE] in the net's order; the same numbers as starter-torch.py's. */
static void
make_pictures (float *out)
{
  size_t plane = SIZE * SIZE;

  for (size_t pixel = 0; pixel < plane; pixel++)
    for (size_t channel = 0; channel < 6; channel++)
      *out++ = (float) ((int) ((channel * plane + pixel) * 37 % 255) - 127) / 64;
}

static char *
path_of (const ThawModel *model)
{
  return g_test_build_filename (G_TEST_DIST, "..", "data", "weights", model->starter->name, NULL);
}

static ThawStateDict *
read_starter (const ThawModel *model)
{
  g_autofree char *path = path_of (model);
  g_autoptr (GError) error = NULL;
  ThawFormat format;
  ThawStateDict *dict = thaw_weights_read (path, &format, &error);

  g_assert_no_error (error);
  g_assert_cmpint (format, ==, THAW_FORMAT_SAFETENSORS);
  return dict;
}

static void
test_file (const void *data)
{
  const ThawModel *model = thaw_model_find (data);
  g_autofree char *path = path_of (model), *bytes = NULL, *sha256 = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, &error));
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  g_assert_cmpuint (size, ==, model->starter->bytes);
  g_assert_cmpstr (sha256, ==, model->starter->sha256);
  g_assert_null (model->starter->url);
}

/* Its card says so, too. */
static void
test_card (const void *data)
{
  const ThawModel *model = thaw_model_find (data);
  g_autofree char *path = path_of (model), *card = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_str_has_suffix (path, ".safetensors"));
  path[strlen (path) - strlen (".safetensors")] = '\0';
  card = g_strconcat (path, ".md", NULL);
  g_assert_true (g_file_get_contents (card, &text, NULL, &error));
  g_assert_nonnull (strstr (text, model->starter->sha256));
  g_assert_nonnull (strstr (text, model->starter->name));
}

static void
test_half (const void *data)
{
  g_autoptr (ThawStateDict) dict = read_starter (thaw_model_find (data));
  uint64_t half = 0, all = 0;

  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    all += tensor->bytes;
    half += tensor->dtype == THAW_DTYPE_F16 ? tensor->bytes : 0;
  }
  g_assert_cmpuint (half * 100, >, all * 95);
}

static ThawNet *
load (const char *name, int classes, ThawPool *pool, char **note)
{
  const ThawModel *model = thaw_model_find (name);
  g_autoptr (ThawStateDict) dict = read_starter (model);
  g_autoptr (GError) error = NULL;
  ThawNet *net = net_new (name, classes, SIZE, pool);

  thaw_model_initialise (model, net, 1);
  g_assert_true (thaw_model_load (model, net, dict, model->starter->name, 1, note, &error));
  g_assert_no_error (error);
  return net;
}

static void
test_logits (const void *data)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_autofree char *note = NULL;
  g_autoptr (ThawNet) net = load (data, CLASSES, pool, &note);
  g_autoptr (GError) error = NULL;
  const float *logits;
  double worst = 0;

  g_assert_null (note);
  g_assert_true (thaw_net_plan (net, THAW_MODE_EVAL, 2, &error));
  make_pictures (thaw_net_input (net));
  logits = thaw_net_forward (net, THAW_MODE_EVAL, 2);
  for (size_t k = 0; k < G_N_ELEMENTS (known); k++)
    for (int i = 0; strcmp (known[k].name, data) == 0 && i < 2 * SHOWN; i++) {
      double found = logits[i / SHOWN * CLASSES + i % SHOWN * 37];
      worst = fmax (worst, fabs (found - known[k].logits[i / SHOWN][i % SHOWN]));
    }
  g_test_message ("largest difference of a logit: %g", worst);
  g_assert_cmpfloat (worst, <, 2e-4);
}

/* Another number of classes gets a head of its own; all else is the file's. */
static void
test_new_head (const void *data)
{
  const ThawModel *model = thaw_model_find (data);
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autofree char *note = NULL, *no_note = NULL;
  g_autoptr (ThawNet) net = load (data, 10, pool, &note),
                      whole = load (data, CLASSES, pool, &no_note);

  g_assert_nonnull (note);
  for (int i = 0; i < thaw_net_n_params (net); i++) {
    const char *name = thaw_net_param (net, i)->name;
    if (!g_str_has_prefix (name, model->final_linear))
      g_assert_true (same_param (net, whole, name));
  }
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    GTestDataFunc test;
  } tests[] = {{"file", test_file},
               {"card", test_card},
               {"half", test_half},
               {"logits", test_logits},
               {"new-head", test_new_head}};
  int with_starter = 0;

  g_test_init (&argc, &argv, NULL);
  for (const ThawModel *const *model = thaw_models (); *model != NULL; model++) {
    if ((*model)->starter == NULL)
      continue;
    with_starter++;
    for (size_t i = 0; i < G_N_ELEMENTS (tests); i++) {
      g_autofree char *path =
          g_strdup_printf ("/models/starter/%s/%s", tests[i].name, (*model)->entry.name);
      g_test_add_data_func (path, (*model)->entry.name, tests[i].test);
    }
  }
  g_assert_cmpint (with_starter, ==, G_N_ELEMENTS (known));
  return g_test_run ();
}
