/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an optimiser is to the engine in optimizer.c: a catalogue entry, the state it keeps, and two
 * functions. Each has a parameter "weight_decay": at 0, elements whose gradient is zero and whose
 * state is all zeros rest. Private to the room. */
#pragma once

#include "thaw-kernels.h"
#include "thaw-optim.h"

#define OPTIM_MAX_BUFFERS 3

/* The numbers of one slot's step, made once a step in double and rounded once to float32, as torch
 * rounds a Python scalar before it meets a float32 tensor. Each rule uses what it needs of them. */
typedef struct {
  bool first;    /* this is the slot's step 1 */
  float k[4];    /* the rule's constants      */
  bool flags[2]; /* the rule's switches       */
  ThawAdam adam; /* Adam's and AdamW's        */
  const ThawKernels *kernels;
} OptimScalars;

typedef struct {
  ThawEntry entry;
  const char *const *buffer_names; /* state tensors, torch's names */
  int (*n_buffers) (const ThawChoice *choice);
  /* step counts from 1 */
  OptimScalars (*scalars) (const ThawChoice *choice, double lr, uint64_t step);
  /* One block of n elements, elementwise: value and the buffers updated in place. The same
   * arithmetic for each element, wherever it lies in the block. */
  void (*update) (const OptimScalars *scalars,
                  size_t n,
                  float *restrict value,
                  const float *restrict grad,
                  float *const *buffers);
} OptimRule;

/* Parameters that several rules share; "lr" has a default of its own in each. */
#define OPTIM_PARAM_LR(value)                                                                      \
  {                                                                                                \
    "lr", N_ ("Learning rate: the size of a step"), THAW_PARAM_REAL, 0, 1e9, true, 1, {value},     \
        NULL, true                                                                                 \
  }
#define OPTIM_PARAM_WEIGHT_DECAY(value, words)                                                     \
  {                                                                                                \
    "weight_decay", words, THAW_PARAM_REAL, 0, 1, false, 1, {value}, NULL, true                    \
  }

extern const OptimRule thaw_optim_sgd, thaw_optim_adam, thaw_optim_adamw;
