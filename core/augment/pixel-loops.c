/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which loops over pixels run here: those of every processor first, then better ones. */
#include "pixel-loops.h"

extern const ThawPixelLoops thaw_px_loops_c;
#ifdef THAW_HAVE_X86_VARIANTS
extern const ThawPixelLoops thaw_px_loops_avx2, thaw_px_loops_avx512;
#endif

const ThawPixelLoops *
thaw_pixel_loops (void)
{
  const ThawPixelLoops *best = &thaw_px_loops_c;

#ifdef THAW_HAVE_X86_VARIANTS
  unsigned int flags = thaw_cpu_flags ();

  if ((flags & THAW_CPU_AVX2) == 0)
    return best;
  best = &thaw_px_loops_avx2;
  if ((flags & THAW_CPU_AVX512) == 0)
    return best;
  best = &thaw_px_loops_avx512;
#endif
  return best;
}
