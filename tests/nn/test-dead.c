/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no data reaches: as much as listings say, its gradient zero, its value without meaning; and
 * nobody gets at values that are behind. */
#include "runner.h"
#include "thaw-models.h"

#include <math.h>
#include <string.h>

#define BATCH 2

typedef struct {
  const char *model;
  int size;
} Case;

static const Case cases[] = {
    {"resnet18", 32}, {"resnet18", 33}, {"resnet18", 64}, {"mobilenet_v3_small", 32}};

static ThawNet *
net_of (const Case *c, ThawPool *pool)
{
  g_autoptr (GError) error = NULL;
  const ThawModel *model = thaw_model_find (c->model);
  ThawGraph *graph = thaw_model_graph (model, 10, c->size, -1, &error);
  ThawNet *net = thaw_net_new (graph, pool, &error);

  g_assert_no_error (error);
  thaw_model_initialise (model, net, 1);
  thaw_net_plan (net, THAW_MODE_TRAIN, BATCH, &error);
  g_assert_no_error (error);
  return net;
}

static uint64_t
dead_of (const ThawNet *net, int i, uint64_t count)
{
  g_autoptr (GArray) spans = thaw_net_dead_spans (net, i);
  uint64_t dead = 0, end = 0;

  for (guint s = 0; s < spans->len; s++) {
    ThawSpan span = g_array_index (spans, ThawSpan, s);
    g_assert_cmpuint (span.count, >, 0);
    g_assert_true (s == 0 || span.start > end); /* ascending, and joined where they touch */
    end = span.start + span.count;
    g_assert_cmpuint (end, <=, count);
    dead += span.count;
  }
  return dead;
}

static void
test_counts (const void *data)
{
  const Case *c = data;
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_autoptr (ThawNet) net = net_of (c, pool);
  g_autoptr (GArray) layers = thaw_graph_layers (thaw_net_graph (net));
  uint64_t dead = 0, listed = 0;

  for (int i = 0; i < thaw_net_n_params (net); i++)
    dead += dead_of (net, i, thaw_net_param (net, i)->count);
  for (guint l = 0; l < layers->len; l++) {
    const ThawLayerInfo *info = &g_array_index (layers, ThawLayerInfo, l);
    listed += info->parameters - info->live_parameters;
  }
  g_assert_cmpuint (dead, ==, listed);
}

/* Logits and gradients of one step. (transfer full) */
static float *
step (ThawNet *net, float *logits)
{
  size_t floats = 0, at = 0, side = (size_t) thaw_net_n_params (net);
  float dlogits[BATCH * 10], *grads;
  ThawRng rng = thaw_rng (5, THAW_RNG_TEST, 0, 0, 0);

  thaw_net_set_noise (net, 1, 1);
  for (size_t j = 0; j < BATCH * 10; j++)
    dlogits[j] = (float) thaw_rng_uniform (&rng, -1, 1);
  memcpy (logits, thaw_net_forward (net, THAW_MODE_TRAIN, BATCH), sizeof dlogits);
  thaw_net_backward (net, dlogits, BATCH);
  for (size_t i = 0; i < side; i++)
    floats += thaw_net_param (net, (int) i)->count;
  grads = g_new0 (float, floats);
  for (size_t i = 0; i < side; i++) {
    const ThawParam *param = thaw_net_param (net, (int) i);
    if (param->grad != NULL)
      memcpy (grads + at, param->grad, param->count * sizeof *grads);
    at += param->count;
  }
  return grads;
}

static void
fill_input (ThawNet *net, int size)
{
  ThawRng rng = thaw_rng (6, THAW_RNG_TEST, 0, 0, 0);
  float *x = thaw_net_input (net);

  for (int j = 0; j < BATCH * 3 * size * size; j++)
    x[j] = (float) thaw_rng_uniform (&rng, -1, 1);
}

/* NaN in dead elements shows nowhere, and their gradients are zero. */
static void
test_unread (const void *data)
{
  const Case *c = data;
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  g_autoptr (ThawNet) a = net_of (c, pool), b = net_of (c, pool);
  float left[BATCH * 10], right[BATCH * 10];
  g_autofree float *before = NULL, *after = NULL;
  size_t at = 0;

  for (int i = 0; i < thaw_net_n_params (b); i++) {
    g_autoptr (GArray) spans = thaw_net_dead_spans (b, i);
    for (guint s = 0; s < spans->len; s++) {
      ThawSpan span = g_array_index (spans, ThawSpan, s);
      for (uint64_t j = 0; j < span.count; j++)
        thaw_net_param (b, i)->value[span.start + j] = NAN;
    }
  }
  fill_input (a, c->size);
  fill_input (b, c->size);
  before = step (a, left);
  after = step (b, right);
  g_assert_cmpmem (left, sizeof left, right, sizeof right);
  for (int i = 0; i < thaw_net_n_params (a); i++) {
    const ThawParam *param = thaw_net_param (a, i);
    g_autoptr (GArray) spans = thaw_net_dead_spans (a, i);
    g_assert_cmpmem (before + at, param->count * sizeof (float), after + at,
                     param->count * sizeof (float));
    for (guint s = 0; s < spans->len; s++) {
      ThawSpan span = g_array_index (spans, ThawSpan, s);
      for (uint64_t j = 0; j < span.count; j++)
        g_assert_cmpfloat (before[at + span.start + j], ==, 0);
    }
    at += param->count;
  }
}

static void
count_cb (void *user)
{
  ++*(int *) user;
}

/* Every way to values goes past the one who has left some behind. */
static void
test_catch_up (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net = net_of (&cases[3], pool);
  g_autoptr (ThawStateDict) dict = NULL;
  g_autoptr (GError) error = NULL;
  int calls = 0, bias = thaw_net_find_param (net, "classifier.3.bias");
  const float *value = thaw_net_param (net, bias)->value;
  float torch[10];

  thaw_net_set_catch_up (net, count_cb, &calls);
  g_assert_cmpint (calls, ==, 0);
  thaw_net_param (net, bias);
  g_assert_cmpint (calls, ==, 1);
  thaw_net_to_torch (net, bias, value, torch);
  g_assert_cmpint (calls, ==, 2);
  thaw_net_from_torch (net, bias, torch, thaw_net_param (net, bias)->value);
  g_assert_cmpint (calls, ==, 4);
  dict = thaw_net_save (net);
  g_assert_cmpint (calls, >, 4);
  calls = 0;
  g_assert_true (thaw_net_load (net, dict, "test", &error));
  g_assert_cmpint (calls, >, 0);
  calls = 0;
  g_assert_true (thaw_net_plan (net, THAW_MODE_EVAL, BATCH, &error));
  g_assert_cmpint (calls, ==, 1);
  thaw_net_forward (net, THAW_MODE_EVAL, BATCH);
  g_assert_cmpint (calls, ==, 1);
  thaw_net_set_catch_up (net, NULL, NULL);
  g_assert_cmpint (calls, ==, 2);
  thaw_net_param (net, bias);
  g_assert_cmpint (calls, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *counts =
        g_strdup_printf ("/nn/dead/%s/%d/counts", cases[i].model, cases[i].size);
    g_autofree char *unread =
        g_strdup_printf ("/nn/dead/%s/%d/unread", cases[i].model, cases[i].size);
    g_test_add_data_func (counts, &cases[i], test_counts);
    g_test_add_data_func (unread, &cases[i], test_unread);
  }
  g_test_add_func ("/nn/dead/catch-up", test_catch_up);
  return g_test_run ();
}
