/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the machine can do at best: figures that are possible, on any variant and any slice. */
#include "thaw-kernels.h"

#include <math.h>

static void
test_isas (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  g_assert_true (thaw_isa_available (THAW_ISA_BASE));
  for (int isa = 0; isa < THAW_N_ISAS; isa++) {
    g_assert_nonnull (thaw_isa_name ((ThawIsa) isa));
    if (!thaw_isa_available ((ThawIsa) isa))
      continue;
    for (int threads = 1; threads <= 2; threads++) {
      double gflops = thaw_measure_gflops ((ThawIsa) isa, pool, threads);
      g_assert_cmpfloat (gflops, >, 0.01);
      g_assert_cmpfloat (gflops, <, 10000);
    }
  }
}

/* One thread has nobody to tell; two that have to share a core end in time all the same. */
static void
test_round_trip (void)
{
  g_autoptr (ThawPool) one = thaw_pool_new (1), several = thaw_pool_new (3);

  g_assert_true (isnan (thaw_measure_round_trip (one)));
  for (int i = 0; i < 5; i++) {
    double ns = thaw_measure_round_trip (several);
    g_assert_true (isnan (ns) || (ns > 1 && ns < 20e6));
  }
}

static void
test_mask (void)
{
  thaw_cpu_set_mask (THAW_CPU_AVX2);
  g_assert_false (thaw_isa_available (THAW_ISA_AVX512));
  thaw_cpu_set_mask (0);
  g_assert_false (thaw_isa_available (THAW_ISA_AVX2));
  g_assert_true (thaw_isa_available (THAW_ISA_BASE));
  thaw_cpu_set_mask (UINT32_MAX);
}

/* Buffers of exactly the bytes that are named, so that a sanitizer sees what lies outside. */
static void
test_traffic (void)
{
  static const size_t sizes[] = {2048, 4000, 100000, 3000000};
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    float *buffer = thaw_aligned_new0 (sizes[i]);
    for (size_t j = 0; j < sizes[i] / sizeof *buffer; j++)
      buffer[j] = (float) (j % 7);
    for (int threads = 1; threads <= 2; threads++)
      for (int traffic = THAW_TRAFFIC_READ; traffic < THAW_N_TRAFFICS; traffic++) {
        double gbs =
            thaw_measure_bandwidth ((ThawTraffic) traffic, pool, threads, buffer, sizes[i]);
        g_assert_cmpfloat (gbs, >, 0.001);
        g_assert_cmpfloat (gbs, <, 100000);
      }
    for (size_t j = 0; j < sizes[i] / sizeof *buffer; j++) /* averages stay among the values */
      g_assert_true (buffer[j] >= -1 && buffer[j] <= 6);
    thaw_aligned_free (buffer);
  }
}

static void
test_caches (void)
{
  for (int level = 1; level <= 3; level++) {
    g_assert_cmpuint (thaw_cache_bytes (level), >=, 4096);
    g_assert_cmpuint (thaw_cache_bytes (level), <=, (size_t) 4 << 30);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/peak/isas", test_isas);
  g_test_add_func ("/kernels/peak/round-trip", test_round_trip);
  g_test_add_func ("/kernels/peak/mask", test_mask);
  g_test_add_func ("/kernels/peak/traffic", test_traffic);
  g_test_add_func ("/kernels/peak/caches", test_caches);
  return g_test_run ();
}
