/* SPDX-License-Identifier: GPL-3.0-or-later */
/* optim: optimisers and learning-rate schedules, PyTorch's names and arithmetic. */
#pragma once

#include "thaw-base.h"
#include "thaw-recipe.h"

G_BEGIN_DECLS

#define THAW_OPTIM_ERROR (thaw_optim_error_quark ())
GQuark thaw_optim_error_quark (void);
typedef enum {
  THAW_OPTIM_ERROR_STATE,   /* saved state that does not fit    */
  THAW_OPTIM_ERROR_MEMORY,  /* no memory for state              */
  THAW_OPTIM_ERROR_OPTIONS, /* parameters that exclude each other */
} ThawOptimError;

ThawCatalogue thaw_optimizers (void); /* each has "lr" */
ThawCatalogue thaw_schedules (void);

/* --- Optimiser -----------------------------------------------------------------------------------
 * One slot a parameter. State is made when a slot takes its first step, so a parameter that joins
 * later starts at t = 1. Scalars such as lr / (1 - b1^t) are computed in double and applied to
 * float32. A slot that takes no step is not touched at all: no decay, no count. */
typedef struct _ThawOptimizer ThawOptimizer;

/* What the ranges of single parameters cannot say: SGD's nesterov needs momentum and no dampening.
 * THAW_OPTIM_ERROR_OPTIONS with a sentence. Call it before a run is made of a choice. */
gboolean thaw_optimizer_check (const ThawChoice *choice, GError **error);

ThawOptimizer *thaw_optimizer_new (const ThawChoice *choice, const uint64_t *counts, int n_slots)
    G_GNUC_WARN_UNUSED_RESULT; /* counts: elements of each slot */
void thaw_optimizer_free (ThawOptimizer *optimizer);
typedef struct {
  int slot;
  float *value;      /* updated in place */
  const float *grad; /* read */
} ThawOptimizerTask;
/* Memory for the next step of these tasks: a step after that cannot fail, nor can steps of some of
 * them in turn. FALSE: THAW_OPTIM_ERROR_MEMORY; nothing has changed. */
gboolean thaw_optimizer_prepare (ThawOptimizer *optimizer,
                                 const ThawOptimizerTask *tasks,
                                 int n_tasks,
                                 GError **error);
/* One step of all tasks, a slot at most once, on the pool; bits do not depend on its threads. FALSE
 * when memory for new state is short (THAW_OPTIM_ERROR_MEMORY); nothing has changed then. */
gboolean thaw_optimizer_step (ThawOptimizer *optimizer,
                              ThawPool *pool,
                              const ThawOptimizerTask *tasks,
                              int n_tasks,
                              double lr,
                              GError **error);
/* The same, but threads of the pool take these steps while they would wait for one another, in
 * whatever runs on it, and the last of them in thaw_optimizer_finish (): until then values, state
 * and gradients of the tasks are read and changed by nobody else, and the pool stays. A slot once
 * until then, after thaw_optimizer_prepare. All else that one asks of the optimiser finishes first.
 */
gboolean thaw_optimizer_step_later (ThawOptimizer *optimizer,
                                    ThawPool *pool,
                                    const ThawOptimizerTask *tasks,
                                    int n_tasks,
                                    double lr,
                                    GError **error);
void thaw_optimizer_finish (ThawOptimizer *optimizer);
/* Momentum (SGD) or the first beta (Adam, AdamW) from the next step on; NaN: the recipe's own. An
 * SGD that was made without momentum stays so: see thaw_optimizer_cycles. */
void thaw_optimizer_set_momentum (ThawOptimizer *optimizer, double momentum);
/* Whether a choice has a momentum that a schedule can move. */
bool thaw_optimizer_cycles (const ThawChoice *choice);
void thaw_optimizer_reset (ThawOptimizer *optimizer); /* catches up, then forgets all state */

/* Elements of a slot whose gradient is exactly zero at every step, and whose values nobody reads
 * meanwhile: they move by weight decay and by what their averages still hold, and that can wait. A
 * step takes the last THAW_OPTIM_LATE steps of some of them at once, each with its own scalars, so
 * that a step is as long as the next; their gradients are not read. The same operations on the same
 * numbers: the bits are those of ordinary steps. Short spans are stepped as all others. Before the
 * slot's first step. */
#define THAW_OPTIM_LATE 8
void thaw_optimizer_defer (ThawOptimizer *optimizer, int slot, const ThawSpan *spans, guint n);
/* Brings all values and state up to date, on the pool of the last step, into the values of the last
 * step: both must still be there. What reads or sets state does it by itself; whoever reads values
 * has to see to it. Freeing the optimiser does not catch up. */
void thaw_optimizer_catch_up (ThawOptimizer *optimizer);

/* State, for checkpoints. Buffers are in the same order as the values that were stepped. */
int thaw_optimizer_n_buffers (const ThawOptimizer *optimizer); /* Adam 2 (amsgrad 3) */
const char *thaw_optimizer_buffer_name (const ThawOptimizer *optimizer,
                                        int b); /* "exp_avg", "exp_avg_sq" */
uint64_t thaw_optimizer_steps (const ThawOptimizer *optimizer, int slot); /* 0: no state */
float *thaw_optimizer_buffer (ThawOptimizer *optimizer, int slot, int b); /* NULL: no state yet */
/* Makes state for a slot with this step count; buffers zeroed, to be filled by the caller. */
gboolean
thaw_optimizer_restore (ThawOptimizer *optimizer, int slot, uint64_t steps, GError **error);

/* Gradients clipped in place, between backward and a step; by norm or by value, 0: not. counts:
 * elements of each task's gradient. Returns the L2 norm of all of them before. Formulas: clip.c. */
typedef struct {
  double norm, value;
} ThawClip;
double thaw_clip_gradients (const ThawClip *clip,
                            ThawPool *pool,
                            const ThawOptimizerTask *tasks,
                            const uint64_t *counts,
                            int n_tasks);

/* --- Average of weights -------------------------------------------------------------------------
 */
typedef struct _ThawEma ThawEma;
typedef struct {
  float *value; /* read, and written by thaw_ema_swap; must stay where it is */
  uint64_t count;
  bool whole; /* whole numbers, whose average is cut to one */
} ThawEmaItem;
/* Formulas: ema.c. NULL: THAW_OPTIM_ERROR_MEMORY. (transfer full) */
ThawEma *thaw_ema_new (double decay,
                       ThawEmaStart start,
                       const ThawEmaItem *items,
                       int n,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_ema_free (ThawEma *ema);
/* The averages become the values: before the first step. */
void thaw_ema_begin (ThawEma *ema, ThawPool *pool);
void thaw_ema_update (ThawEma *ema, ThawPool *pool);
/* Values and averages change places, so that whoever reads values reads averages; twice: back. */
void thaw_ema_swap (ThawEma *ema, ThawPool *pool);
/* State, for checkpoints: the number of updates and [count] averages of item i. */
uint64_t thaw_ema_updates (const ThawEma *ema);
void thaw_ema_restore (ThawEma *ema, uint64_t updates);
float *thaw_ema_average (ThawEma *ema, int i);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawEma, thaw_ema_free)

/* --- Schedule ------------------------------------------------------------------------------------
 * Says the rate of each batch. Curves are known in closed form, so that the epochs ended and one
 * base rate are all of their state; a plateau remembers what it has seen. */
typedef struct _ThawSchedule ThawSchedule;

/* What the ranges of single fields cannot say, such as more warm-up than epochs:
 * THAW_OPTIM_ERROR_OPTIONS with a sentence that names the field. Before a run is made of a recipe.
 */
gboolean thaw_schedule_check (const ThawRecipe *recipe, GError **error);
/* epochs: the planned length, for schedules that follow it. One batch an epoch, no warm-up. */
ThawSchedule *
thaw_schedule_new (const ThawChoice *choice, double base_lr, int epochs) G_GNUC_WARN_UNUSED_RESULT;
/* A recipe's, with its warm-up: a line from the factor times the rate to all of it, batch by batch,
 * after which the schedule begins. */
ThawSchedule *thaw_schedule_of (const ThawRecipe *recipe,
                                uint32_t batches) G_GNUC_WARN_UNUSED_RESULT;
void thaw_schedule_free (ThawSchedule *schedule);
/* The rate of a batch of the epoch under way, and of its first batch. */
double thaw_schedule_lr_at (const ThawSchedule *schedule, uint32_t batch);
double thaw_schedule_lr (const ThawSchedule *schedule);
/* Momentum or Adam's first beta that this batch is to have; NaN: the optimiser's own. */
double thaw_schedule_momentum_at (const ThawSchedule *schedule, uint32_t batch);
bool thaw_schedule_by_batch (const ThawSchedule *schedule); /* the rate changes within this epoch */
/* As the lesson does at the thaw: the rate is `lr` here, and what follows of a curve is scaled
 * alike; the rest of its state stays. */
void thaw_schedule_set_lr (ThawSchedule *schedule, double lr);
/* End of an epoch, with the metric that steers (loss for mode min, accuracy for max); NaN is never
 * better. TRUE: the rate dropped by a leap, which is worth an event. Warm-up epochs do not count.
 */
bool thaw_schedule_epoch_end (ThawSchedule *schedule, double metric);
/* Whether the plateau rule of this schedule watches the loss (min) or the accuracy (max); false for
 * others. */
bool thaw_schedule_wants_accuracy (const ThawSchedule *schedule);
/* The rate over a whole run as a recipe plans it, with what each thaw sets: for drawings. */
typedef struct {
  double epoch;        /* from 0; where it begins to hold, up to the next point or the run's end */
  double lr, momentum; /* momentum NaN: the optimiser's own */
} ThawRatePoint;
/* batches: of an epoch, as finely as it is drawn where the rate changes within epochs. improves:
 * what a plateau watches gets better each epoch; else it never does. Of ThawRatePoint, in order.
 * (transfer full) */
GArray *thaw_rate_course (const ThawRecipe *recipe, uint32_t batches, bool improves);
/* The recipe check, as far as the schedule shows traps. Adds to findings, of ThawFinding. */
void thaw_schedule_findings (const ThawRecipe *recipe, GPtrArray *findings);
/* All state as one line of text that restores exactly, for checkpoints. (transfer full) */
char *thaw_schedule_save (const ThawSchedule *schedule);
gboolean thaw_schedule_restore (ThawSchedule *schedule, const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawOptimizer, thaw_optimizer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawSchedule, thaw_schedule_free)

G_END_DECLS
