/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products through OpenBLAS, one thread a call: parallelism is the pool's alone, because
 * OpenBLAS' threads inside the pool's cost far more than they bring, and would cut sums
 * differently on another machine. */
#include "thaw-kernels.h"

#include <cblas.h>
#include <pthread.h>

static void
start_blas (void)
{
  const float one[1] = {1};
  float c[1] = {0};

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
