/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: the loops behind thaw_measure_*, once a variant. They are not part of ThawKernels,
 * because nothing that trains calls them, and because they are compiled with fused
 * multiply-add. */
#pragma once

#include "thaw-kernels.h"

typedef struct {
  uint64_t operations; /* a turn of `madds`: two for each multiply-add of a lane */
  /* Multiply-adds whose operands stay in registers, in chains that do not wait for each other.
   * seed: finite. What it returns depends on all of them. */
  float (*madds) (uint64_t turns, float seed);
  /* Reads each element once. x: 64-byte aligned, n a multiple of 64. */
  float (*read) (const float *x, size_t n);
  /* Reads and writes each element of all three once, as a step of Adam does. Aligned likewise. */
  void (*update) (float *p, float *m, float *v, size_t n);
} PeakLoops;

extern const PeakLoops thaw_peak_c;
#ifdef THAW_HAVE_X86_VARIANTS
extern const PeakLoops thaw_peak_avx2, thaw_peak_avx512;
#endif
