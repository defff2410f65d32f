/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same bits on any number of threads, with any variant of the loops, in any plan. */
#include "nets.h"
#include "runner.h"
#include "thaw-kernels.h"

#include <string.h>

#define STEPS 2

/* Everything that two training steps leave behind. */
static GByteArray *
train (int threads, int n, int max_batch, bool taps)
{
  ThawGraph *graph = thaw_graph_new (NETS_CHANNELS, NETS_HEIGHT, NETS_WIDTH);
  g_autoptr (Runner) runner =
      runner_new (graph, nets_build (graph), NETS_CHANNELS, NETS_HEIGHT, NETS_WIDTH, threads);
  ThawRng rng = thaw_rng (1, THAW_RNG_TEST, 2, 3, 4);
  GByteArray *all = g_byte_array_new ();
  size_t pixels = NETS_CHANNELS * NETS_HEIGHT * NETS_WIDTH;

  runner_fill (runner, 21);
  thaw_net_keep_taps (runner->net, taps);
  runner_plan (runner, THAW_MODE_TRAIN, max_batch);
  for (int step = 0; step < STEPS; step++) {
    g_autofree float *x = runner_noise (&rng, (size_t) n * pixels, 1);
    g_autofree float *dy = runner_noise (&rng, (size_t) (n * NETS_CLASSES), 1);
    const float *logits;

    thaw_net_set_noise (runner->net, 77, (uint64_t) step);
    thaw_net_enter (runner->net, x, n);
    g_assert_cmpmem (thaw_net_input (runner->net), (size_t) n * pixels * sizeof *x, x,
                     (size_t) n * pixels * sizeof *x);
    logits = thaw_net_forward (runner->net, THAW_MODE_TRAIN, n);
    g_byte_array_append (all, (const guint8 *) logits, (guint) (n * NETS_CLASSES) * 4);
    thaw_net_backward (runner->net, dy, n);
    g_byte_array_append (all, (const guint8 *) thaw_net_input_grad (runner->net),
                         (guint) ((size_t) n * pixels * 4));
    for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
      ThawParam *param = thaw_net_param (runner->net, i);
      g_byte_array_append (all, (const guint8 *) param->value, (guint) param->count * 4);
      if (!param->buffer)
        g_byte_array_append (all, (const guint8 *) param->grad, (guint) param->count * 4);
    }
  }
  return all;
}

static void
assert_same (GByteArray *a, GByteArray *b)
{
  g_assert_cmpmem (a->data, a->len, b->data, b->len);
}

static void
test_threads (const void *data)
{
  int n = GPOINTER_TO_INT (data);
  static const int threads[] = {2, 3, 7};
  g_autoptr (GByteArray) one = train (1, n, n, false);

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++) {
    for (int again = 0; again < 3; again++) {
      g_autoptr (GByteArray) many = train (threads[i], n, n, false);
      assert_same (one, many);
    }
  }
}

/* The plan is for larger batches, for such that backward makes values anew, or keeps taps and fuses
 * less: other memory, the same values. */
static void
test_plans (void)
{
  g_autoptr (GByteArray) exact = train (2, 5, 5, false), large = train (2, 5, 33, false);
  g_autoptr (GByteArray) anew = train (2, 5, 3000, false), taps = train (2, 5, 5, true);

  assert_same (exact, large);
  assert_same (exact, anew);
  assert_same (exact, taps);
}

/* Each set of instructions against itself; those that round multiply and add once agree among
 * themselves, and the plain one is close. */
static void
test_variants (void)
{
  g_autoptr (GByteArray) best = train (2, 16, 16, false), avx2 = NULL, plain = NULL, again = NULL;
  unsigned int flags = thaw_cpu_flags ();
  const float *left, *right;

  thaw_cpu_set_mask (THAW_CPU_AVX2);
  avx2 = train (2, 16, 16, false);
  thaw_cpu_set_mask (0);
  g_assert_cmpstr (thaw_kernels ()->name, ==, "c");
  plain = train (2, 16, 16, false);
  again = train (3, 16, 16, false);
  thaw_cpu_set_mask (UINT32_MAX);
  assert_same (plain, again);
  if ((flags & THAW_CPU_AVX2) != 0)
    assert_same (best, avx2);
  left = (const float *) (void *) best->data;
  right = (const float *) (void *) plain->data;
  for (int j = 0; j < 16 * NETS_CLASSES; j++)
    g_assert_cmpfloat_with_epsilon (left[j], right[j], 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/nn/threads/batch-1", GINT_TO_POINTER (1), test_threads);
  g_test_add_data_func ("/nn/threads/batch-5", GINT_TO_POINTER (5), test_threads);
  g_test_add_data_func ("/nn/threads/batch-64", GINT_TO_POINTER (64), test_threads);
  g_test_add_func ("/nn/threads/plans", test_plans);
  g_test_add_func ("/nn/threads/variants", test_variants);
  return g_test_run ();
}
