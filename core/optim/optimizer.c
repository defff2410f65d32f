/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine behind every optimiser: slots, their state, and a step cut into blocks for the pool.
 * A block is BLOCK elements of one slot whatever the number of threads, and rules work element by
 * element, so the bits are the same on any number of them. */
#include "rule.h"

#include <string.h>

#define BLOCK 16384

static const OptimRule *const rules[] = {&thaw_optim_sgd, &thaw_optim_adam, &thaw_optim_adamw};
static const ThawEntry *const entries[] = {&thaw_optim_sgd.entry, &thaw_optim_adam.entry,
                                           &thaw_optim_adamw.entry, NULL};

typedef struct {
  uint64_t count;
  uint64_t steps; /* 0: no state */
  float *block;   /* the buffers one after the other, each padded to 64 bytes; NULL: no state */
} Slot;

typedef struct {
  int task;
  uint64_t start; /* first element */
} Piece;

struct _ThawOptimizer {
  const OptimRule *rule;
  ThawChoice choice; /* a copy of our own */
  int n_buffers, n_slots;
  Slot *slots;
  Piece *pieces;         /* of the step under way */
  size_t room;           /* pieces that fit        */
  OptimScalars *scalars; /* one a task */
  const ThawOptimizerTask *tasks;
};

ThawCatalogue
thaw_optimizers (void)
{
  return (ThawCatalogue){entries};
}

static const OptimRule *
find_rule (const ThawEntry *entry)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rules); i++)
    if (&rules[i]->entry == entry)
      return rules[i];
  return NULL;
}

gboolean
thaw_optimizer_check (const ThawChoice *choice, GError **error)
{
  if (&thaw_optim_sgd.entry != choice->entry || !thaw_choice_bool (choice, "nesterov"))
    return TRUE;
  if (thaw_choice_real (choice, "momentum") != 0 && thaw_choice_real (choice, "dampening") == 0)
    return TRUE;
  g_set_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_OPTIONS,
               _ ("SGD with nesterov needs a momentum above 0 and a dampening of 0, found momentum "
                  "%g and dampening %g"),
               thaw_choice_real (choice, "momentum"), thaw_choice_real (choice, "dampening"));
  return FALSE;
}

ThawOptimizer *
thaw_optimizer_new (const ThawChoice *choice, const uint64_t *counts, int n_slots)
{
  const OptimRule *rule = find_rule (choice->entry);
  ThawOptimizer *optimizer;

  g_return_val_if_fail (rule != NULL && n_slots >= 0, NULL);
  optimizer = g_new0 (ThawOptimizer, 1);
  optimizer->rule = rule;
  optimizer->choice.entry = choice->entry;
  optimizer->choice.values = g_memdup2 (choice->values, (size_t) choice->entry->n_params *
                                                            sizeof *optimizer->choice.values);
  optimizer->n_buffers = rule->n_buffers (&optimizer->choice);
  optimizer->n_slots = n_slots;
  optimizer->slots = g_new0 (Slot, n_slots);
  for (int i = 0; i < n_slots; i++)
    optimizer->slots[i].count = counts[i];
  optimizer->scalars = g_new0 (OptimScalars, n_slots);
  return optimizer;
}

static void
drop_state (Slot *slot)
{
  g_clear_pointer (&slot->block, thaw_aligned_free);
  slot->steps = 0;
}

void
thaw_optimizer_free (ThawOptimizer *optimizer)
{
  if (optimizer == NULL)
    return;
  thaw_optimizer_reset (optimizer);
  g_free (optimizer->choice.values);
  g_free (optimizer->slots);
  g_free (optimizer->pieces);
  g_free (optimizer->scalars);
  g_free (optimizer);
}

void
thaw_optimizer_reset (ThawOptimizer *optimizer)
{
  for (int i = 0; i < optimizer->n_slots; i++)
    drop_state (&optimizer->slots[i]);
}

static uint64_t
padded (uint64_t count)
{
  return (count + 15) / 16 * 16;
}

static float *
slot_buffer (const Slot *slot, int b)
{
  return slot->block + (uint64_t) b * padded (slot->count);
}

/* Zeroed buffers for a slot that has none. */
static gboolean
make_state (ThawOptimizer *optimizer, int i, GError **error)
{
  Slot *slot = &optimizer->slots[i];
  size_t bytes = 0;

  if (optimizer->n_buffers == 0 || slot->count == 0 || slot->block != NULL)
    return TRUE;
  if (g_size_checked_mul (&bytes, padded (slot->count), (size_t) optimizer->n_buffers) &&
      g_size_checked_mul (&bytes, bytes, sizeof (float)))
    slot->block = thaw_aligned_new0 (bytes);
  if (slot->block != NULL)
    return TRUE;
  g_set_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_MEMORY,
               _ ("No memory for the state of %s: %d x %" PRIu64 " numbers for a parameter"),
               optimizer->choice.entry->name, optimizer->n_buffers, slot->count);
  return FALSE;
}

static gboolean
make_states (ThawOptimizer *optimizer, const ThawOptimizerTask *tasks, int n_tasks, GError **error)
{
  for (int t = 0; t < n_tasks; t++) {
    if (make_state (optimizer, tasks[t].slot, error))
      continue;
    while (t-- > 0) /* what this call made goes again */
      if (optimizer->slots[tasks[t].slot].steps == 0)
        drop_state (&optimizer->slots[tasks[t].slot]);
    return FALSE;
  }
  return TRUE;
}

static uint64_t
count_pieces (const ThawOptimizer *optimizer, const ThawOptimizerTask *tasks, int n_tasks)
{
  uint64_t n = 0;

  for (int t = 0; t < n_tasks; t++)
    n += (optimizer->slots[tasks[t].slot].count + BLOCK - 1) / BLOCK;
  return n;
}

static gboolean
reserve_pieces (ThawOptimizer *optimizer, uint64_t n, GError **error)
{
  Piece *pieces;

  if (n <= optimizer->room)
    return TRUE;
  pieces = n <= INT_MAX ? g_try_realloc_n (optimizer->pieces, n, sizeof *pieces) : NULL;
  if (pieces == NULL) {
    g_set_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_MEMORY,
                 _ ("No memory for a step of %s over %" PRIu64 " pieces"),
                 optimizer->choice.entry->name, n);
    return FALSE;
  }
  optimizer->pieces = pieces;
  optimizer->room = n;
  return TRUE;
}

static void
run_piece (void *user, int p, int worker)
{
  ThawOptimizer *optimizer = user;
  const Piece *piece = &optimizer->pieces[p];
  const ThawOptimizerTask *task = &optimizer->tasks[piece->task];
  const Slot *slot = &optimizer->slots[task->slot];
  float *buffers[OPTIM_MAX_BUFFERS] = {NULL};

  for (int b = 0; b < optimizer->n_buffers; b++)
    buffers[b] = slot_buffer (slot, b) + piece->start;
  optimizer->rule->update (&optimizer->scalars[piece->task],
                           MIN (BLOCK, slot->count - piece->start), task->value + piece->start,
                           task->grad + piece->start, buffers);
}

gboolean
thaw_optimizer_step (ThawOptimizer *optimizer,
                     ThawPool *pool,
                     const ThawOptimizerTask *tasks,
                     int n_tasks,
                     double lr,
                     GError **error)
{
  int n_pieces = 0;

  g_return_val_if_fail (n_tasks <= optimizer->n_slots, FALSE);
  if (!reserve_pieces (optimizer, count_pieces (optimizer, tasks, n_tasks), error) ||
      !make_states (optimizer, tasks, n_tasks, error))
    return FALSE;
  for (int t = 0; t < n_tasks; t++) {
    Slot *slot = &optimizer->slots[tasks[t].slot];
    slot->steps++;
    optimizer->scalars[t] = optimizer->rule->scalars (&optimizer->choice, lr, slot->steps);
    for (uint64_t start = 0; start < slot->count; start += BLOCK)
      optimizer->pieces[n_pieces++] = (Piece){t, start};
  }
  optimizer->tasks = tasks;
  thaw_pool_run (pool, n_pieces, run_piece, optimizer);
  optimizer->tasks = NULL;
  return TRUE;
}

int
thaw_optimizer_n_buffers (const ThawOptimizer *optimizer)
{
  return optimizer->n_buffers;
}

const char *
thaw_optimizer_buffer_name (const ThawOptimizer *optimizer, int b)
{
  g_return_val_if_fail (b >= 0 && b < optimizer->n_buffers, NULL);
  return optimizer->rule->buffer_names[b];
}

uint64_t
thaw_optimizer_steps (const ThawOptimizer *optimizer, int slot)
{
  return optimizer->slots[slot].steps;
}

float *
thaw_optimizer_buffer (ThawOptimizer *optimizer, int slot, int b)
{
  g_return_val_if_fail (b >= 0 && b < optimizer->n_buffers, NULL);
  if (optimizer->slots[slot].block == NULL)
    return NULL;
  return slot_buffer (&optimizer->slots[slot], b);
}

gboolean
thaw_optimizer_restore (ThawOptimizer *optimizer, int slot, uint64_t steps, GError **error)
{
  Slot *s = &optimizer->slots[slot];

  drop_state (s);
  if (steps == 0)
    return TRUE;
  if (!make_state (optimizer, slot, error))
    return FALSE;
  s->steps = steps;
  return TRUE;
}
