/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine behind every optimiser: slots, and a step cut into their spans for the pool. Spans are
 * the same whatever the number of threads, and rules work element by element, so the bits are the
 * same on any number of them, and whenever they run. */
#include "slot.h"

#include <math.h>
#include <string.h>

static const OptimRule *const rules[] = {&thaw_optim_sgd, &thaw_optim_adam, &thaw_optim_adamw};
static const ThawEntry *const entries[] = {&thaw_optim_sgd.entry, &thaw_optim_adam.entry,
                                           &thaw_optim_adamw.entry, NULL};

#define MOST_WAITING 256 /* spans, while their gradients are still in a cache */

typedef struct {
  OptimSlot *slot;
  OptimSpan *span;
  const float *grad; /* of the slot; NULL: the span catches up */
} Piece;

struct _ThawOptimizer {
  const OptimRule *rule;
  ThawChoice choice; /* a copy of our own */
  double *momentum;  /* in it, what a schedule may move; NULL: nothing */
  double own_momentum;
  bool decays; /* values move without gradient and state */
  int n_buffers, n_slots;
  OptimSlot *slots;
  Piece *pieces;  /* of the step under way, and of those that wait */
  int waiting;    /* pieces that may not be done yet, the first */
  size_t room;    /* pieces that fit: at least all spans of slots that have stepped */
  ThawPool *pool; /* of the last step */
  bool behind;    /* some span may be, or may rest */
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

/* The parameter that a schedule moves against the rate; NULL: none. */
static double *
find_momentum (const ThawChoice *choice)
{
  for (int i = 0; i < choice->entry->n_params; i++) {
    const char *name = choice->entry->params[i].name;
    if (g_str_equal (name, "betas") ||
        (g_str_equal (name, "momentum") && choice->values[i][0] != 0))
      return choice->values[i];
  }
  return NULL;
}

bool
thaw_optimizer_cycles (const ThawChoice *choice)
{
  return find_momentum (choice) != NULL;
}

void
thaw_optimizer_set_momentum (ThawOptimizer *optimizer, double momentum)
{
  if (optimizer->momentum != NULL)
    *optimizer->momentum = isnan (momentum) ? optimizer->own_momentum : momentum;
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
  optimizer->momentum = find_momentum (&optimizer->choice);
  optimizer->own_momentum = optimizer->momentum != NULL ? *optimizer->momentum : 0;
  optimizer->decays = thaw_choice_real (&optimizer->choice, "weight_decay") != 0;
  optimizer->n_slots = n_slots;
  optimizer->slots = g_new0 (OptimSlot, n_slots);
  for (int i = 0; i < n_slots; i++)
    optimizer->slots[i].count = counts[i];
  return optimizer;
}

void
thaw_optimizer_free (ThawOptimizer *optimizer)
{
  if (optimizer == NULL)
    return;
  thaw_optimizer_finish (optimizer);
  for (int i = 0; i < optimizer->n_slots; i++)
    thaw_slot_clear (&optimizer->slots[i]);
  g_free (optimizer->choice.values);
  g_free (optimizer->slots);
  g_free (optimizer->pieces);
  g_free (optimizer);
}

void
thaw_optimizer_reset (ThawOptimizer *optimizer)
{
  thaw_optimizer_catch_up (optimizer);
  for (int i = 0; i < optimizer->n_slots; i++)
    thaw_slot_forget (&optimizer->slots[i]);
}

void
thaw_optimizer_defer (ThawOptimizer *optimizer, int slot, const ThawSpan *spans, guint n)
{
  OptimSlot *s = &optimizer->slots[slot];

  g_return_if_fail (s->spans == NULL);
  if (s->wait == NULL)
    s->wait = g_array_new (FALSE, FALSE, sizeof (ThawSpan));
  g_array_set_size (s->wait, 0);
  if (n > 0)
    g_array_append_vals (s->wait, spans, n);
}

static gboolean
make_state (ThawOptimizer *optimizer, int i, GError **error)
{
  OptimSlot *slot = &optimizer->slots[i];

  if (thaw_slot_prepare (slot, optimizer->n_buffers))
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
        thaw_slot_forget (&optimizer->slots[tasks[t].slot]);
    return FALSE;
  }
  return TRUE;
}

/* For the spans of all slots that have stepped, or are about to. */
static gboolean
reserve_pieces (ThawOptimizer *optimizer, GError **error)
{
  uint64_t n = 0;
  Piece *pieces;

  for (int i = 0; i < optimizer->n_slots; i++)
    n += optimizer->slots[i].n_spans;
  if (n <= optimizer->room)
    return TRUE;
  thaw_optimizer_finish (optimizer);
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

  if (piece->grad == NULL)
    thaw_slot_catch_up (piece->slot, piece->span, optimizer->rule, optimizer->n_buffers,
                        optimizer->decays);
  else
    thaw_slot_step (piece->slot, piece->span, optimizer->rule, optimizer->n_buffers, piece->grad);
}

/* Pieces of a slot's newest step, put behind n others; how many there are then. */
static int
add_pieces (ThawOptimizer *optimizer, OptimSlot *slot, const float *grad, int n)
{
  for (guint i = 0; i < slot->n_spans; i++) {
    OptimSpan *span = &slot->spans[i];
    if (!span->deferred || thaw_slot_is_due (slot, span))
      optimizer->pieces[n++] = (Piece){slot, span, span->deferred ? NULL : grad};
    optimizer->behind = optimizer->behind || span->deferred;
  }
  return n;
}

gboolean
thaw_optimizer_prepare (ThawOptimizer *optimizer,
                        const ThawOptimizerTask *tasks,
                        int n_tasks,
                        GError **error)
{
  return make_states (optimizer, tasks, n_tasks, error) && reserve_pieces (optimizer, error);
}

/* Counts a step of all tasks, and puts its pieces behind those that wait; how many there are then.
 * -1: no memory. */
static int
begin_step (ThawOptimizer *optimizer,
            ThawPool *pool,
            const ThawOptimizerTask *tasks,
            int n_tasks,
            double lr,
            GError **error)
{
  int n_pieces;

  g_return_val_if_fail (n_tasks <= optimizer->n_slots, -1);
  if (!thaw_optimizer_prepare (optimizer, tasks, n_tasks, error))
    return -1;
  for (int t = 0; t < n_tasks; t++)
    if (optimizer->slots[tasks[t].slot].value != tasks[t].value)
      thaw_optimizer_catch_up (optimizer); /* while its values are where they were */
  optimizer->pool = pool;
  n_pieces = optimizer->waiting;
  for (int t = 0; t < n_tasks; t++) {
    OptimSlot *slot = &optimizer->slots[tasks[t].slot];
    slot->steps++;
    slot->value = tasks[t].value;
    *thaw_slot_scalars (slot, slot->steps) =
        optimizer->rule->scalars (&optimizer->choice, lr, slot->steps);
    n_pieces = add_pieces (optimizer, slot, tasks[t].grad, n_pieces);
  }
  return n_pieces;
}

gboolean
thaw_optimizer_step (ThawOptimizer *optimizer,
                     ThawPool *pool,
                     const ThawOptimizerTask *tasks,
                     int n_tasks,
                     double lr,
                     GError **error)
{
  int n_pieces;

  thaw_optimizer_finish (optimizer);
  n_pieces = begin_step (optimizer, pool, tasks, n_tasks, lr, error);
  if (n_pieces < 0)
    return FALSE;
  thaw_pool_run (pool, n_pieces, run_piece, optimizer);
  return TRUE;
}

gboolean
thaw_optimizer_step_later (ThawOptimizer *optimizer,
                           ThawPool *pool,
                           const ThawOptimizerTask *tasks,
                           int n_tasks,
                           double lr,
                           GError **error)
{
  int n_pieces = begin_step (optimizer, pool, tasks, n_tasks, lr, error), more;

  if (n_pieces < 0)
    return FALSE;
  more = n_pieces - optimizer->waiting;
  optimizer->waiting = n_pieces;
  thaw_pool_later (pool, more, run_piece, optimizer, MOST_WAITING);
  return TRUE;
}

void
thaw_optimizer_finish (ThawOptimizer *optimizer)
{
  if (optimizer->waiting > 0)
    thaw_pool_finish (optimizer->pool);
  optimizer->waiting = 0;
}

void
thaw_optimizer_catch_up (ThawOptimizer *optimizer)
{
  int n = 0;

  thaw_optimizer_finish (optimizer);
  if (!optimizer->behind)
    return;
  for (int i = 0; i < optimizer->n_slots; i++) {
    OptimSlot *slot = &optimizer->slots[i];
    for (guint j = 0; j < slot->n_spans; j++)
      if (slot->spans[j].deferred && slot->spans[j].at < slot->steps)
        optimizer->pieces[n++] = (Piece){slot, &slot->spans[j], NULL};
  }
  thaw_pool_run (optimizer->pool, n, run_piece, optimizer);
  /* Whoever asked may change values or state: nothing is known of them any more. */
  for (int i = 0; i < optimizer->n_slots; i++)
    for (guint j = 0; j < optimizer->slots[i].n_spans; j++)
      optimizer->slots[i].spans[j].rests = false;
  optimizer->behind = false;
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
  thaw_optimizer_catch_up (optimizer);
  if (optimizer->slots[slot].block == NULL)
    return NULL;
  return thaw_slot_buffer (&optimizer->slots[slot], b);
}

gboolean
thaw_optimizer_restore (ThawOptimizer *optimizer, int slot, uint64_t steps, GError **error)
{
  OptimSlot *s = &optimizer->slots[slot];

  thaw_optimizer_catch_up (optimizer);
  thaw_slot_forget (s);
  if (steps == 0)
    return TRUE;
  if (!make_state (optimizer, slot, error))
    return FALSE;
  thaw_slot_restart (s, steps);
  return TRUE;
}
