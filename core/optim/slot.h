/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slot: one parameter's state, cut into spans that the pool's threads step. A span that is deferred
 * may be behind by as many steps as the slot remembers. Private to the room. */
#pragma once

#include "rule.h"

typedef struct {
  uint64_t start, count;
  bool deferred;
  bool rests;  /* deferred, and no step without a gradient changes it */
  uint64_t at; /* deferred: the slot's steps that it has taken */
} OptimSpan;

typedef struct {
  uint64_t count;
  uint64_t steps;   /* 0: no state */
  float *block;     /* the buffers one after the other, each padded to 64 bytes;
                       NULL: no state */
  GArray *wait;     /* of ThawSpan: what was asked to be deferred; (nullable) */
  OptimSpan *spans; /* NULL: not cut yet */
  guint n_spans;
  float *value;                       /* of the last step */
  OptimScalars last[THAW_OPTIM_LATE]; /* of the last steps: step t at t % THAW_OPTIM_LATE */
} OptimSlot;

void thaw_slot_clear (OptimSlot *slot);
/* Forgets the state; what is cut stays so. */
void thaw_slot_forget (OptimSlot *slot);
/* State as after so many steps; whoever calls fills the buffers. */
void thaw_slot_restart (OptimSlot *slot, uint64_t steps);
/* Zeroed buffers and spans, unless it has them. FALSE: short of memory. */
bool thaw_slot_prepare (OptimSlot *slot, int n_buffers);
float *thaw_slot_buffer (const OptimSlot *slot, int b);
static inline OptimScalars *
thaw_slot_scalars (OptimSlot *slot, uint64_t step)
{
  return &slot->last[step % THAW_OPTIM_LATE];
}
/* Whether a deferred span's turn has come with this step of the slot. */
bool thaw_slot_is_due (const OptimSlot *slot, const OptimSpan *span);
/* The slot's newest step, of a span that is not deferred. */
void thaw_slot_step (OptimSlot *slot,
                     const OptimSpan *span,
                     const OptimRule *rule,
                     int n_buffers,
                     const float *grad);
/* All that a deferred span is behind. decays: values move without gradient and state. */
void thaw_slot_catch_up (
    OptimSlot *slot, OptimSpan *span, const OptimRule *rule, int n_buffers, bool decays);
