/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the processor offers, and the door through which tests take some of it away. */
#include "thaw-kernels.h"

#include <stdatomic.h>

static atomic_uint allowed = UINT32_MAX;

static unsigned int
detect (void)
{
  unsigned int flags = 0;

#if defined(__x86_64__)
  __builtin_cpu_init ();
  if (!__builtin_cpu_supports ("avx2") || !__builtin_cpu_supports ("fma"))
    return flags;
  flags |= THAW_CPU_AVX2;
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") &&
      __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl") &&
      __builtin_cpu_supports ("avx512cd"))
    flags |= THAW_CPU_AVX512;
#endif
  return flags;
}

unsigned int
thaw_cpu_flags (void)
{
  return detect () & atomic_load (&allowed);
}

void
thaw_cpu_set_mask (unsigned int mask)
{
  atomic_store (&allowed, mask);
}
