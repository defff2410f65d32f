/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features of a frozen backbone: where they are, the same bits in any batch, and what is computed
 * from them is what is computed from the image. */
#include "thaw-models.h"

#include <string.h>

#define MOST 40
#define CLASSES 10

static ThawNet *
frozen_net (const ThawModel *model, int size, ThawPool *pool, bool hold)
{
  g_autoptr (GError) error = NULL;
  ThawModelShape shape = thaw_model_shape (model, NULL, CLASSES);
  ThawGraph *graph;
  ThawNet *net;

  shape.dropout = 0.3;
  shape.stochastic_depth = 0;
  graph = thaw_model_graph_shaped (model, &shape, size, &error);
  g_assert_no_error (error);
  net = thaw_net_new (graph, pool, &error);
  g_assert_no_error (error);
  thaw_model_initialise (model, net, 7);
  thaw_model_freeze (model, net, true);
  thaw_net_hold_batch_norm (net, hold);
  g_assert_true (thaw_net_plan (net, THAW_MODE_TRAIN, MOST, &error));
  return net;
}

/* Image `number` as sample i of n. */
static void
put_image (ThawNet *net, int size, int number, int i, int n)
{
  ThawRng rng = thaw_rng (3, THAW_RNG_TEST, (uint64_t) number, 0, 0);
  float *x = thaw_net_input (net);

  for (int p = 0; p < size * size; p++)
    for (int c = 0; c < 3; c++)
      x[((size_t) p * (size_t) n + (size_t) i) * 3 + (size_t) c] =
          (float) thaw_rng_uniform (&rng, -2, 2);
}

/* Features of images first, first + stride, ... as [n][pixels][channels], appended. */
static void
collect (ThawNet *net, int size, int first, int stride, int n, float *out)
{
  size_t pixels = 0, channels = 0;
  const float *features;

  g_assert_true (thaw_net_features_shape (net, &pixels, &channels));
  for (int i = 0; i < n; i++)
    put_image (net, size, first + i * stride, i, n);
  features = thaw_net_forward_to_features (net, n);
  for (size_t i = 0; i < (size_t) n; i++)
    for (size_t p = 0; p < pixels; p++)
      memcpy (out + (i * pixels + p) * channels, features + (p * (size_t) n + i) * channels,
              channels * sizeof (float));
}

/* One image's features lie at the same place of several batches, and at others. */
static void
test_batches (const void *data)
{
  const ThawModel *model = data;
  int size = MAX (32, model->min_size);
  g_autoptr (ThawPool) pool = thaw_pool_new (3);
  g_autoptr (ThawNet) net = frozen_net (model, size, pool, true);
  size_t pixels = 0, channels = 0, one;
  g_autofree float *whole = NULL, *part = NULL;
  static const int sizes[] = {1, 2, 7, 16, 31};

  g_assert_true (thaw_net_features_shape (net, &pixels, &channels));
  one = pixels * channels;
  whole = g_new (float, one *MOST);
  part = g_new (float, one *MOST);
  collect (net, size, 0, 1, MOST, whole);
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++) {
    collect (net, size, MOST - 1, -1, sizes[s], part);
    for (int i = 0; i < sizes[s]; i++)
      if (memcmp (part + (size_t) i * one, whole + (size_t) (MOST - 1 - i) * one,
                  one * sizeof (float)) != 0)
        g_error ("%s: features of image %d differ in a batch of %d", model->entry.name,
                 MOST - 1 - i, sizes[s]);
  }
}

static void
copy_in (ThawNet *net, const float *kept, int n)
{
  size_t pixels = 0, channels = 0;
  float *features = thaw_net_features (net);

  g_assert_true (thaw_net_features_shape (net, &pixels, &channels));
  for (size_t i = 0; i < (size_t) n; i++)
    for (size_t p = 0; p < pixels; p++)
      memcpy (features + (p * (size_t) n + i) * channels, kept + (i * pixels + p) * channels,
              channels * sizeof (float));
}

/* Logits in both modes and the head's gradients are those of the whole network. */
static void
test_whole (const void *data)
{
  const ThawModel *model = data;
  int size = MAX (32, model->min_size), n = 9;
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_autoptr (ThawNet) net = frozen_net (model, size, pool, true);
  size_t pixels = 0, channels = 0, bytes = (size_t) n * CLASSES * sizeof (float);
  float logits[9 * CLASSES], evaluated[9 * CLASSES], dlogits[9 * CLASSES];
  g_autofree float *kept = NULL;
  g_autoptr (GPtrArray) grads = g_ptr_array_new_with_free_func (g_free);
  guint seen = 0;

  g_assert_true (thaw_net_features_shape (net, &pixels, &channels));
  kept = g_new (float, pixels *channels *(size_t) n);
  for (int i = 0; i < n * CLASSES; i++)
    dlogits[i] = (float) (i % 7 - 3) / 100;
  for (int i = 0; i < n; i++)
    put_image (net, size, i, i, n);
  thaw_net_set_noise (net, 5, 6);
  memcpy (logits, thaw_net_forward (net, THAW_MODE_TRAIN, n), bytes);
  thaw_net_backward (net, dlogits, n);
  for (int i = 0; i < thaw_net_n_params (net); i++)
    if (thaw_net_param (net, i)->trainable)
      g_ptr_array_add (grads, g_memdup2 (thaw_net_param (net, i)->grad,
                                         thaw_net_param (net, i)->count * sizeof (float)));
  for (int i = 0; i < n; i++)
    put_image (net, size, i, i, n);
  memcpy (evaluated, thaw_net_forward (net, THAW_MODE_EVAL, n), bytes);

  collect (net, size, 0, 1, n, kept);
  copy_in (net, kept, n);
  g_assert_cmpmem (thaw_net_forward_from_features (net, THAW_MODE_TRAIN, n), bytes, logits, bytes);
  for (int i = 0; i < thaw_net_n_params (net); i++)
    if (thaw_net_param (net, i)->trainable)
      memset (thaw_net_param (net, i)->grad, 0x55, thaw_net_param (net, i)->count * sizeof (float));
  thaw_net_backward (net, dlogits, n);
  for (int i = 0; i < thaw_net_n_params (net); i++) {
    const ThawParam *param = thaw_net_param (net, i);
    if (param->trainable)
      g_assert_cmpmem (param->grad, param->count * sizeof (float), grads->pdata[seen++],
                       param->count * sizeof (float));
  }
  g_assert_cmpuint (seen, ==, grads->len);
  copy_in (net, kept, n);
  g_assert_cmpmem (thaw_net_forward_from_features (net, THAW_MODE_EVAL, n), bytes, evaluated,
                   bytes);
}

/* The features of a classifier on an average are that average. */
static void
test_where (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) resnet = frozen_net (thaw_model_find ("resnet18"), 32, pool, true);
  g_autoptr (ThawNet) mobile = frozen_net (thaw_model_find ("mobilenet_v3_small"), 64, pool, true);
  g_autoptr (ThawNet) moving = frozen_net (thaw_model_find ("resnet18"), 32, pool, false);
  size_t pixels = 0, channels = 0;

  g_assert_true (thaw_net_features_shape (resnet, &pixels, &channels));
  g_assert_cmpuint (pixels, ==, 1);
  g_assert_cmpuint (channels, ==, 512);
  g_assert_true (thaw_net_features_shape (mobile, &pixels, &channels));
  g_assert_cmpuint (pixels, ==, 1);
  g_assert_cmpuint (channels, ==, 576);
  /* its batch norms take statistics of each batch */
  g_assert_false (thaw_net_features_shape (moving, &pixels, &channels));
}

/* Paths of blocks that are left out at random: what comes out of a frozen backbone does not rest.
 */
static void
test_random (void)
{
  const ThawModel *model = thaw_model_find ("efficientnet_b0");
  ThawModelShape shape = thaw_model_shape (model, NULL, CLASSES);
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawNet) net = NULL;
  size_t pixels, channels;

  shape.stochastic_depth = 0.2;
  net = thaw_net_new (thaw_model_graph_shaped (model, &shape, 32, &error), pool, &error);
  g_assert_no_error (error);
  thaw_model_freeze (model, net, true);
  thaw_net_hold_batch_norm (net, true);
  g_assert_true (thaw_net_plan (net, THAW_MODE_TRAIN, 2, &error));
  g_assert_false (thaw_net_features_shape (net, &pixels, &channels));
}

int
main (int argc, char **argv)
{
  const ThawModel *const *models = thaw_models ();

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/features/where", test_where);
  g_test_add_func ("/nn/features/random", test_random);
  for (int i = 0; models[i] != NULL; i++) {
    g_autofree char *batches = g_strconcat ("/nn/features/batches/", models[i]->entry.name, NULL),
                    *whole = g_strconcat ("/nn/features/whole/", models[i]->entry.name, NULL);
    g_test_add_data_func (batches, models[i], test_batches);
    g_test_add_data_func (whole, models[i], test_whole);
  }
  return g_test_run ();
}
