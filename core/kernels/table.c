/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which table runs here: C first, then better ones as the processor allows. */
#include "thaw-kernels.h"

extern const ThawKernels thaw_kernels_c;
#ifdef THAW_HAVE_X86_VARIANTS
extern const ThawKernels thaw_kernels_avx2, thaw_kernels_avx512;
#endif

const ThawKernels *
thaw_kernels (void)
{
  const ThawKernels *best = &thaw_kernels_c;

#ifdef THAW_HAVE_X86_VARIANTS
  unsigned int flags = thaw_cpu_flags ();

  if ((flags & THAW_CPU_AVX2) == 0)
    return best;
  best = &thaw_kernels_avx2;
  if ((flags & THAW_CPU_AVX512) == 0)
    return best;
  best = &thaw_kernels_avx512;
#endif
  return best;
}
