/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products through OpenBLAS, one thread a call: parallelism is the pool's alone, because
 * OpenBLAS' threads inside the pool's cost far more than they bring, and would cut sums
 * differently on another machine. */
#include "thaw-kernels.h"

#include <cblas.h>
#include <pthread.h>

/* OpenBLAS chooses its kernels when it is loaded, and an OPENBLAS_CORETYPE that happens to be in
 * the environment decides, silently: a forgotten "Haswell" halves the speed of a processor with
 * AVX-512. Builds for many processors export these two, by which it can be made to choose anew. */
extern void gotoblas_dynamic_quit (void) __attribute__ ((weak));
extern void gotoblas_dynamic_init (void) __attribute__ ((weak));

static bool
has_avx512_kernels (const char *core)
{
  static const char *const cores[] = {"SkylakeX", "Cooperlake", "SapphireRapids"};

  for (gsize i = 0; i < G_N_ELEMENTS (cores); i++)
    if (g_ascii_strcasecmp (core, cores[i]) == 0)
      return true;
  return false;
}

static void
use_core (const char *core)
{
  g_autofree char *before = g_strdup (g_getenv ("OPENBLAS_CORETYPE"));

  g_setenv ("OPENBLAS_CORETYPE", core, TRUE);
  gotoblas_dynamic_quit ();
  gotoblas_dynamic_init ();
  if (before != NULL)
    g_setenv ("OPENBLAS_CORETYPE", before, TRUE);
  else
    g_unsetenv ("OPENBLAS_CORETYPE");
}

/* Kernels that the processor cannot run end in SIGILL: asked for only where all they need is there.
 */
static void
choose_core (void)
{
  bool wanted = g_strcmp0 (g_getenv ("THAW_BLAS_CORE"), "keep") != 0;

  if (wanted && gotoblas_dynamic_quit != NULL && gotoblas_dynamic_init != NULL &&
      (thaw_cpu_flags () & THAW_CPU_AVX512) != 0 && !has_avx512_kernels (thaw_blas_core ()))
    use_core ("SkylakeX");
}

static void
start_blas (void)
{
  const float one[1] = {1};
  float c[1] = {0};

  choose_core ();
  openblas_set_num_threads (1);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, 1, 1, 1, one, 1, one, 1, 0, c, 1);
}

void
thaw_blas_init (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, start_blas);
}

const char *
thaw_blas_core (void)
{
  return openblas_get_corename ();
}

/* By name, of those that OpenBLAS has for x86: what it takes where it finds nothing better. */
bool
thaw_blas_core_suits (void)
{
  static const char *const old[] = {
      "Prescott",  "Core2",      "Penryn",     "Dunnington",   "Nehalem",   "Atom",
      "Bobcat",    "Nano",       "Opteron",    "Opteron_SSE3", "Barcelona", "Athlon",
      "Katmai",    "Coppermine", "Northwood",  "Banias",       "generic",   "Sandybridge",
      "Bulldozer", "Piledriver", "Steamroller"};
  unsigned int flags = thaw_cpu_flags ();

  if ((flags & THAW_CPU_AVX512) != 0)
    return has_avx512_kernels (thaw_blas_core ());
  for (gsize i = 0; (flags & THAW_CPU_AVX2) != 0 && i < G_N_ELEMENTS (old); i++)
    if (g_ascii_strcasecmp (thaw_blas_core (), old[i]) == 0)
      return false;
  return true;
}

const char *
thaw_blas_config (void)
{
  return openblas_get_config ();
}

void
thaw_gemm (bool transpose_a,
           bool transpose_b,
           int m,
           int n,
           int k,
           const float *a,
           int lda,
           const float *b,
           int ldb,
           float beta,
           float *c,
           int ldc)
{
  cblas_sgemm (CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
               transpose_b ? CblasTrans : CblasNoTrans, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}
