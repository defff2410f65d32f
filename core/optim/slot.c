/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slots: how they are cut, and how a deferred span catches up. A part of it that fits into the
 * first cache goes through all its steps there; a span of zero state that nothing moves goes
 * through none of them, once it has gone through one: denormal values are zeros after that. */
#include "slot.h"

#include <string.h>

#define BLOCK 4096 /* of a span, at most: 2 us, for which a thread may be waited for */
#define SHORT 4096 /* spans below are not worth deferring */
#define PART 1024

static uint64_t
padded (uint64_t count)
{
  return (count + 15) / 16 * 16;
}

float *
thaw_slot_buffer (const OptimSlot *slot, int b)
{
  return slot->block + (uint64_t) b * padded (slot->count);
}

void
thaw_slot_restart (OptimSlot *slot, uint64_t steps)
{
  slot->steps = steps;
  for (guint i = 0; i < slot->n_spans; i++) {
    slot->spans[i].at = steps;
    slot->spans[i].rests = false;
  }
}

void
thaw_slot_forget (OptimSlot *slot)
{
  g_clear_pointer (&slot->block, thaw_aligned_free);
  thaw_slot_restart (slot, 0);
}

void
thaw_slot_clear (OptimSlot *slot)
{
  thaw_slot_forget (slot);
  g_clear_pointer (&slot->wait, g_array_unref);
  g_clear_pointer (&slot->spans, g_free);
}

/* --- Cutting ------------------------------------------------------------------------------------
 */

/* Counts where `spans` is NULL. */
static uint64_t
cut_range (OptimSpan *spans, uint64_t n, uint64_t start, uint64_t end, bool deferred)
{
  if (spans == NULL)
    return n + (end - start + BLOCK - 1) / BLOCK;
  for (; start < end; start += BLOCK)
    spans[n++] = (OptimSpan){start, MIN (BLOCK, end - start), deferred, false, 0};
  return n;
}

static uint64_t
cut (const OptimSlot *slot, OptimSpan *spans)
{
  uint64_t n = 0, at = 0;

  for (guint i = 0; slot->wait != NULL && i < slot->wait->len; i++) {
    const ThawSpan *wait = &g_array_index (slot->wait, ThawSpan, i);
    if (wait->count < SHORT)
      continue;
    n = cut_range (spans, n, at, wait->start, false);
    at = wait->start + wait->count;
    n = cut_range (spans, n, wait->start, at, true);
  }
  return cut_range (spans, n, at, slot->count, false);
}

static bool
make_spans (OptimSlot *slot)
{
  uint64_t n = cut (slot, NULL);

  if (slot->spans != NULL)
    return true;
  slot->spans = n < INT_MAX ? g_try_new (OptimSpan, MAX (n, 1)) : NULL;
  if (slot->spans == NULL)
    return false;
  slot->n_spans = (guint) cut (slot, slot->spans);
  return true;
}

static bool
make_block (OptimSlot *slot, int n_buffers)
{
  size_t bytes = 0;

  if (n_buffers == 0 || slot->count == 0 || slot->block != NULL)
    return true;
  if (g_size_checked_mul (&bytes, padded (slot->count), (size_t) n_buffers) &&
      g_size_checked_mul (&bytes, bytes, sizeof (float)))
    slot->block = thaw_aligned_new0 (bytes);
  return slot->block != NULL;
}

bool
thaw_slot_prepare (OptimSlot *slot, int n_buffers)
{
  return make_spans (slot) && make_block (slot, n_buffers);
}

/* --- Stepping -----------------------------------------------------------------------------------
 */

/* Some of the spans with each step, so that steps take equally long. */
bool
thaw_slot_is_due (const OptimSlot *slot, const OptimSpan *span)
{
  return slot->steps % THAW_OPTIM_LATE == (uint64_t) (span - slot->spans) % THAW_OPTIM_LATE;
}

static void
find_buffers (const OptimSlot *slot, uint64_t start, int n_buffers, float **buffers)
{
  for (int b = 0; b < OPTIM_MAX_BUFFERS; b++)
    buffers[b] = b < n_buffers ? thaw_slot_buffer (slot, b) + start : NULL;
}

void
thaw_slot_step (
    OptimSlot *slot, const OptimSpan *span, const OptimRule *rule, int n_buffers, const float *grad)
{
  float *buffers[OPTIM_MAX_BUFFERS];

  find_buffers (slot, span->start, n_buffers, buffers);
  rule->update (thaw_slot_scalars (slot, slot->steps), span->count, slot->value + span->start,
                grad + span->start, buffers);
}

/* +0 or -0, all of them. */
static bool
are_zero (const OptimSlot *slot, const OptimSpan *span, int n_buffers)
{
  for (int b = 0; b < n_buffers; b++) {
    const float *x = thaw_slot_buffer (slot, b) + span->start;
    for (uint64_t i = 0; i < span->count; i++)
      if (x[i] != 0)
        return false;
  }
  return true;
}

void
thaw_slot_catch_up (
    OptimSlot *slot, OptimSpan *span, const OptimRule *rule, int n_buffers, bool decays)
{
  static const float no_grad[PART];
  uint64_t end = span->start + span->count;

  g_assert (slot->steps - span->at <= THAW_OPTIM_LATE);
  for (uint64_t at = span->start; at < end && !span->rests; at += PART) {
    float *buffers[OPTIM_MAX_BUFFERS];
    find_buffers (slot, at, n_buffers, buffers);
    for (uint64_t step = span->at + 1; step <= slot->steps; step++)
      rule->update (thaw_slot_scalars (slot, step), MIN (PART, end - at), slot->value + at, no_grad,
                    buffers);
  }
  if (slot->steps > span->at && !decays && !span->rests)
    span->rests = are_zero (slot, span, n_buffers);
  span->at = slot->steps;
}
