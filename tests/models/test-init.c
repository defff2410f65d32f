/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random initialisation: torchvision's distributions, one stream a parameter. */
#include "models-test.h"

#include <math.h>

typedef struct {
  uint64_t n;
  double mean, deviation, largest;
} Statistics;

static Statistics
measure (ThawNet *net, const char *name)
{
  Statistics s = {0};
  g_autofree float *values = values_of (net, name, &s.n);
  double sum = 0, squares = 0;

  for (uint64_t i = 0; i < s.n; i++) {
    sum += (double) values[i];
    s.largest = fmax (s.largest, fabs ((double) values[i]));
  }
  s.mean = sum / (double) s.n;
  for (uint64_t i = 0; i < s.n; i++)
    squares += ((double) values[i] - s.mean) * ((double) values[i] - s.mean);
  s.deviation = sqrt (squares / (double) s.n);
  return s;
}

/* Mean 0 and this deviation, within five standard errors. */
static void
assert_normal (ThawNet *net, const char *name, double deviation)
{
  Statistics s = measure (net, name);
  double root = sqrt ((double) s.n);

  g_assert_cmpfloat (fabs (s.mean), <, 5 * deviation / root);
  g_assert_cmpfloat (fabs (s.deviation - deviation), <, 5 * deviation / (root * G_SQRT2));
  g_assert_cmpfloat (s.largest, >, 2 * deviation); /* tails: not uniform, whose end is at 1.73 */
}

static void
assert_uniform (ThawNet *net, const char *name, double bound)
{
  Statistics s = measure (net, name);
  double root = sqrt ((double) s.n);

  g_assert_cmpfloat (s.largest, <=, bound * (1 + 1e-6));
  g_assert_cmpfloat (fabs (s.mean), <, 5 * bound / (sqrt (3) * root));
  g_assert_cmpfloat (fabs (s.deviation - bound / sqrt (3)), <, 5 * bound / root);
}

static void
assert_constant (ThawNet *net, const char *name, float value)
{
  uint64_t n;
  g_autofree float *values = values_of (net, name, &n);

  for (uint64_t i = 0; i < n; i++)
    g_assert_cmpfloat (values[i], ==, value);
}

static void
resnet18 (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net = net_new ("resnet18", 100, 32, pool);

  thaw_model_initialise (thaw_model_find ("resnet18"), net, 3);
  assert_normal (net, "conv1.weight", sqrt (2. / (64 * 49)));
  assert_normal (net, "layer2.0.conv1.weight", sqrt (2. / (128 * 9)));
  assert_normal (net, "layer2.0.downsample.0.weight", sqrt (2. / 128));
  assert_normal (net, "layer4.1.conv2.weight", sqrt (2. / (512 * 9)));
  assert_uniform (net, "fc.weight", 1 / sqrt (512));
  assert_uniform (net, "fc.bias", 1 / sqrt (512));
  g_assert_cmpfloat (measure (net, "fc.weight").largest, >, 0.99 / sqrt (512));
  assert_constant (net, "layer3.0.bn2.weight", 1);
  assert_constant (net, "layer3.0.bn2.bias", 0);
  assert_constant (net, "layer3.0.bn2.running_mean", 0);
  assert_constant (net, "layer3.0.bn2.running_var", 1);
  assert_constant (net, "layer3.0.bn2.num_batches_tracked", 0);
}

static void
mobilenet_v3_small (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) net = net_new ("mobilenet_v3_small", 100, 32, pool);

  thaw_model_initialise (thaw_model_find ("mobilenet_v3_small"), net, 3);
  assert_normal (net, "features.0.0.weight", sqrt (2. / (16 * 9)));
  assert_normal (net, "features.10.block.1.0.weight", sqrt (2. / (576 * 25))); /* depthwise */
  assert_normal (net, "features.10.block.2.fc1.weight", sqrt (2. / 144));
  assert_constant (net, "features.10.block.2.fc1.bias", 0);
  assert_normal (net, "classifier.0.weight", 0.01);
  assert_constant (net, "classifier.0.bias", 0);
  assert_normal (net, "classifier.3.weight", 0.01);
  assert_constant (net, "classifier.3.bias", 0);
  assert_constant (net, "features.10.block.1.1.weight", 1);
  assert_constant (net, "features.10.block.1.1.bias", 0);
  assert_constant (net, "features.10.block.1.1.running_var", 1);
}

/* Values depend on seed and name, not on what else the net holds. */
static void
streams (void)
{
  const ThawModel *model = thaw_model_find ("mobilenet_v3_small");
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_autoptr (ThawNet) a = net_new ("mobilenet_v3_small", 10, 32, pool);
  g_autoptr (ThawNet) b = net_new ("mobilenet_v3_small", 200, 64, pool);
  g_autoptr (ThawNet) c = net_new ("mobilenet_v3_small", 10, 32, pool);

  thaw_model_initialise (model, a, 3);
  thaw_model_initialise (model, b, 3);
  thaw_model_initialise (model, c, 4);
  g_assert_true (same_param (a, b, "features.0.0.weight"));
  g_assert_true (same_param (a, b, "classifier.0.weight"));
  g_assert_false (same_param (a, c, "features.0.0.weight"));
  /* same shape, other name */
  {
    uint64_t n;
    g_autofree float *x = values_of (a, "features.5.block.0.0.weight", &n);
    g_autofree float *y = values_of (a, "features.6.block.0.0.weight", NULL);
    g_assert_cmpint (memcmp (x, y, n * sizeof (float)), !=, 0);
  }
}

/* The stream drawn number by number, on any number of threads. */
static void
threads (void)
{
  const ThawModel *model = thaw_model_find ("mobilenet_v3_small");
  ThawRng rng = thaw_rng (3, THAW_RNG_INIT, thaw_fnv1a64 ("classifier.0.weight"), 0, 0);
  g_autoptr (GArray) drawn = g_array_new (FALSE, FALSE, sizeof (float));

  for (int i = 0; i < 1024 * 576; i++) {
    float value = (float) (0.01 * thaw_rng_normal (&rng));
    g_array_append_val (drawn, value);
  }
  for (int n = 1; n <= 7; n += n == 1 ? 1 : 5) {
    g_autoptr (ThawPool) pool = thaw_pool_new (n);
    g_autoptr (ThawNet) net = net_new ("mobilenet_v3_small", 10, 32, pool);
    g_autofree float *values = NULL;
    uint64_t count;
    thaw_model_initialise (model, net, 3);
    values = values_of (net, "classifier.0.weight", &count);
    g_assert_cmpmem (values, count * sizeof (float), drawn->data, drawn->len * sizeof (float));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/init/resnet18", resnet18);
  g_test_add_func ("/models/init/mobilenet-v3-small", mobilenet_v3_small);
  g_test_add_func ("/models/init/streams", streams);
  g_test_add_func ("/models/init/threads", threads);
  return g_test_run ();
}
