/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the processor offers, and the door through which tests take some of it away. */
#include "thaw-base.h"

#include <pthread.h>
#include <stdatomic.h>

static atomic_uint allowed = UINT32_MAX;

/* THAW_CPU names the best set that may be used: "c", "avx2", "avx512"; anything else allows all. */
static unsigned int
wished (void)
{
  const char *wish = g_getenv ("THAW_CPU");

  if (g_strcmp0 (wish, "c") == 0)
    return 0;
  return g_strcmp0 (wish, "avx2") == 0 ? THAW_CPU_AVX2 : UINT32_MAX;
}

static unsigned int
detect (void)
{
  unsigned int found = 0;

#if defined(__x86_64__)
  __builtin_cpu_init ();
  if (!__builtin_cpu_supports ("avx2") || !__builtin_cpu_supports ("fma"))
    return found;
  found |= THAW_CPU_AVX2;
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") &&
      __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl") &&
      __builtin_cpu_supports ("avx512cd"))
    found |= THAW_CPU_AVX512;
#endif
  return found;
}

static unsigned int flags;

static void
find_flags (void)
{
  flags = detect () & wished ();
}

unsigned int
thaw_cpu_flags (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, find_flags);
  return flags & atomic_load (&allowed);
}

void
thaw_cpu_set_mask (unsigned int mask)
{
  atomic_store (&allowed, mask);
}
