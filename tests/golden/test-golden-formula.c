/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The check vector of the fixtures' README: if this fails, nothing else in the suite means
 * anything. */
#include "golden.h"

static void
near_floats (const float *found, const double *expected, int n)
{
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon ((double) found[i], expected[i], 6e-9 * 10);
}

static void
hashes (void)
{
  ThawRng rng = {0};

  g_assert_cmphex (thaw_fnv1a64 (""), ==, UINT64_C (0xcbf29ce484222325));
  g_assert_cmphex (thaw_fnv1a64 ("fc.weight"), ==, UINT64_C (0x79fb28a75603c7a0));
  g_assert_cmphex (thaw_rng_u64 (&rng), ==, UINT64_C (0xe220a8397b1dcdaf));
  g_assert_cmphex (thaw_rng_u64 (&rng), ==, UINT64_C (0x6e789e6aa1b965f4));
}

static void
tensors (void)
{
  static float out[64 * 3 * 49];
  const uint64_t conv[] = {64, 3, 7, 7}, linear[] = {10, 512}, vector[] = {64};

  golden_tensor (1, "conv1.weight", 4, conv, 1, out);
  near_floats (out, (const double[]){-0.171800792, 0.0776631311, -0.0663630292, -0.014887278}, 4);
  golden_tensor (1, "fc.weight", 2, linear, 1, out);
  near_floats (out, (const double[]){0.0431884713, 0.0745643303, 0.0759858191, -0.0324917473}, 4);
  golden_tensor (1, "bn1.weight", 1, vector, 1, out);
  near_floats (out, (const double[]){0.990069985, 0.886161745, 0.976950407, 0.942149878}, 4);
  golden_tensor (1, "bn1.bias", 1, vector, 1, out);
  near_floats (out, (const double[]){0.110375568, 0.0794311762, 0.113267601, 0.00429457426}, 4);
  golden_tensor (1, "bn1.running_mean", 1, vector, 1, out);
  near_floats (out, (const double[]){-0.0685322136, -0.0920227468, -0.0560731441, 0.10647957}, 4);
  golden_tensor (1, "bn1.running_var", 1, vector, 1, out);
  near_floats (out, (const double[]){1.33662724, 1.29729104, 1.05735338, 1.38949037}, 4);
}

static void
batches (void)
{
  static const int expected[] = {3, 7, 3, 5, 3, 6, 9, 5};
  float out[2 * 3 * 16];
  int labels[8];

  golden_values (1, "input/demo", 4, 2.0, out);
  near_floats (out, (const double[]){-1.36308622, -1.70360923, -1.86911392, -0.748310089}, 4);
  golden_batch (1, "demo", 2, 4, out);
  near_floats (out, (const double[]){0.285643101, 0.115381598, 0.0326292515, 0.593031168}, 4);
  golden_labels (1, "label/demo", 8, labels);
  g_assert_cmpmem (labels, sizeof labels, expected, sizeof expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/formula/hashes", hashes);
  g_test_add_func ("/golden/formula/tensors", tensors);
  g_test_add_func ("/golden/formula/batches", batches);
  return g_test_run ();
}
