/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters out to a state_dict and in again; what does not fit changes nothing. */
#include "nets.h"
#include "runner.h"

#include <math.h>
#include <string.h>

static Runner *
nets_runner (uint64_t seed)
{
  ThawGraph *graph = thaw_graph_new (NETS_CHANNELS, NETS_HEIGHT, NETS_WIDTH);
  Runner *runner =
      runner_new (graph, nets_build (graph), NETS_CHANNELS, NETS_HEIGHT, NETS_WIDTH, 1);

  runner_fill (runner, seed);
  return runner;
}

static bool
same_values (Runner *a, Runner *b)
{
  for (int i = 0; i < thaw_net_n_params (a->net); i++) {
    ThawParam *left = thaw_net_param (a->net, i), *right = thaw_net_param (b->net, i);
    if (memcmp (left->value, right->value, left->count * sizeof (float)) != 0)
      return false;
  }
  return true;
}

/* A copy of `dict` without `drop` (nullable). */
static ThawStateDict *
copy_without (const ThawStateDict *dict, const char *drop)
{
  ThawStateDict *copy = thaw_state_dict_new ();

  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    ThawTensor *from = thaw_state_dict_nth (dict, i), *to;
    if (g_strcmp0 (from->name, drop) == 0)
      continue;
    to = thaw_tensor_new (from->name, from->dtype, from->ndim, from->shape);
    memcpy (to->data, from->data, from->bytes);
    g_assert_true (thaw_state_dict_add (copy, to));
  }
  return copy;
}

static void
test_round_trip (void)
{
  g_autoptr (Runner) a = nets_runner (1), b = nets_runner (2);
  g_autoptr (ThawStateDict) dict = NULL;
  g_autoptr (GError) error = NULL;
  ThawTensor *counter, *weight;

  *runner_param (a, "stem_bn.num_batches_tracked")->value = 7813;
  dict = thaw_net_save (a->net);
  g_assert_cmpint ((int) thaw_state_dict_size (dict), ==, thaw_net_n_params (a->net));
  counter = thaw_state_dict_find (dict, "stem_bn.num_batches_tracked");
  g_assert_cmpint (counter->dtype, ==, THAW_DTYPE_I64);
  g_assert_cmpint (counter->ndim, ==, 0);
  g_assert_cmpint (*(int64_t *) counter->data, ==, 7813);
  weight = thaw_state_dict_find (dict, "c.weight");
  g_assert_cmpint (weight->ndim, ==, 4);
  g_assert_cmpuint (weight->shape[0], ==, 16);
  g_assert_cmpuint (weight->shape[1], ==, 12);
  g_assert_false (same_values (a, b));
  g_assert_true (thaw_net_load (b->net, dict, "here", &error));
  g_assert_no_error (error);
  g_assert_true (same_values (a, b));
}

static void
test_orders (void)
{
  g_autoptr (Runner) runner = nets_runner (1);

  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    ThawParam *param = thaw_net_param (runner->net, i);
    g_autofree float *torch = g_new (float, param->count), *own = g_new (float, param->count);
    thaw_net_to_torch (runner->net, i, param->value, torch);
    thaw_net_from_torch (runner->net, i, torch, own);
    g_assert_cmpmem (own, param->count * 4, param->value, param->count * 4);
  }
}

/* The order of a state_dict, and its names. */
static void
test_names (void)
{
  g_autoptr (Runner) runner = nets_runner (1);
  static const char *const first[] = {"stem.weight",
                                      "stem_bn.weight",
                                      "stem_bn.bias",
                                      "stem_bn.running_mean",
                                      "stem_bn.running_var",
                                      "stem_bn.num_batches_tracked",
                                      "a1.weight"};

  for (gsize i = 0; i < G_N_ELEMENTS (first); i++)
    g_assert_cmpstr (thaw_net_param (runner->net, (int) i)->name, ==, first[i]);
  g_assert_cmpint (thaw_net_find_param (runner->net, "a1.weight"), ==, 6);
  g_assert_cmpint (thaw_net_find_param (runner->net, "a1.bias"), ==, -1);
  g_assert_true (runner_param (runner, "stem_bn.running_var")->buffer);
  g_assert_null (runner_param (runner, "stem_bn.running_var")->grad);
  g_assert_cmpint (thaw_net_classes (runner->net), ==, NETS_CLASSES);
}

static void
assert_refused (ThawStateDict *dict, const char *const *words)
{
  g_autoptr (Runner) runner = nets_runner (2), before = nets_runner (2);
  g_autoptr (GError) error = NULL;

  g_assert_false (thaw_net_load (runner->net, dict, "some.pth", &error));
  g_assert_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "some.pth"));
  for (; *words != NULL; words++)
    g_assert_nonnull (strstr (error->message, *words));
  g_assert_true (same_values (runner, before));
}

static void
test_missing (void)
{
  g_autoptr (Runner) runner = nets_runner (1);
  g_autoptr (ThawStateDict) dict = thaw_net_save (runner->net);
  g_autoptr (ThawStateDict) less = copy_without (dict, "b2.weight");
  g_autoptr (ThawStateDict) empty = thaw_state_dict_new ();

  assert_refused (less, (const char *const[]){"1 tensor missing: b2.weight", NULL});
  assert_refused (empty,
                  (const char *const[]){"tensors missing: stem.weight, stem_bn.weight", "…", NULL});
}

static void
test_counter_may_miss (void)
{
  g_autoptr (Runner) a = nets_runner (1), b = nets_runner (2);
  g_autoptr (ThawStateDict) dict = thaw_net_save (a->net);
  g_autoptr (ThawStateDict) less = copy_without (dict, "stem_bn.num_batches_tracked");
  g_autoptr (GError) error = NULL;

  *runner_param (b, "stem_bn.num_batches_tracked")->value = 5;
  g_assert_true (thaw_net_load (b->net, less, "here", &error));
  g_assert_true (same_values (a, b)); /* 0, as in a */
}

static void
test_extra (void)
{
  g_autoptr (Runner) runner = nets_runner (1);
  g_autoptr (ThawStateDict) dict = thaw_net_save (runner->net);

  thaw_state_dict_add (dict, thaw_tensor_new ("layer9.weight", THAW_DTYPE_F32, 1, (uint64_t[]){3}));
  assert_refused (dict, (const char *const[]){"1 tensor unknown: layer9.weight", NULL});
}

static void
test_shape (void)
{
  g_autoptr (Runner) runner = nets_runner (1);
  g_autoptr (ThawStateDict) dict = thaw_net_save (runner->net);
  g_autoptr (ThawStateDict) other = copy_without (dict, "fc.weight");

  thaw_state_dict_add (other,
                       thaw_tensor_new ("fc.weight", THAW_DTYPE_F32, 2, (uint64_t[]){1000, 16}));
  assert_refused (other,
                  (const char *const[]){"fc.weight", "(1000, 16)", "expected (5, 16)", NULL});
}

static void
test_type (void)
{
  g_autoptr (Runner) runner = nets_runner (1);
  g_autoptr (ThawStateDict) dict = thaw_net_save (runner->net);
  g_autoptr (ThawStateDict) other = copy_without (dict, "fc.bias");

  thaw_state_dict_add (other, thaw_tensor_new ("fc.bias", THAW_DTYPE_I8, 1, (uint64_t[]){5}));
  assert_refused (other, (const char *const[]){"fc.bias", "I8", NULL});
}

static void
test_not_finite (void)
{
  g_autoptr (Runner) runner = nets_runner (1);
  g_autoptr (ThawStateDict) dict = thaw_net_save (runner->net);
  g_autoptr (ThawStateDict) wide = copy_without (dict, "fc.bias");
  ThawTensor *huge = thaw_tensor_new ("fc.bias", THAW_DTYPE_F64, 1, (uint64_t[]){5});

  ((float *) thaw_state_dict_find (dict, "b3.weight")->data)[17] = NAN;
  assert_refused (dict, (const char *const[]){"'b3.weight' has 1 value", NULL});
  ((double *) huge->data)[2] = 1e300; /* infinite in float32 */
  ((double *) huge->data)[3] = -1e300;
  thaw_state_dict_add (wide, huge);
  assert_refused (wide, (const char *const[]){"'fc.bias' has 2 values", NULL});
}

/* Half precision is widened exactly. */
static void
test_half (void)
{
  g_autoptr (Runner) runner = nets_runner (1);
  g_autoptr (ThawStateDict) dict = thaw_net_save (runner->net);
  g_autoptr (ThawStateDict) other = copy_without (dict, "fc.bias");
  ThawTensor *half = thaw_tensor_new ("fc.bias", THAW_DTYPE_F16, 1, (uint64_t[]){5});
  g_autoptr (GError) error = NULL;

  ((uint16_t *) half->data)[1] = thaw_f32_to_f16 (-1.5f);
  thaw_state_dict_add (other, half);
  g_assert_true (thaw_net_load (runner->net, other, "here", &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (runner_param (runner, "fc.bias")->value[1], ==, -1.5f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/state/round-trip", test_round_trip);
  g_test_add_func ("/nn/state/orders", test_orders);
  g_test_add_func ("/nn/state/names", test_names);
  g_test_add_func ("/nn/state/missing", test_missing);
  g_test_add_func ("/nn/state/counter-may-miss", test_counter_may_miss);
  g_test_add_func ("/nn/state/extra", test_extra);
  g_test_add_func ("/nn/state/shape", test_shape);
  g_test_add_func ("/nn/state/type", test_type);
  g_test_add_func ("/nn/state/not-finite", test_not_finite);
  g_test_add_func ("/nn/state/half", test_half);
  return g_test_run ();
}
