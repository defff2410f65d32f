/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The range test: training for a little while with a rate that rises by the same factor each step,
 * until the loss runs away. Weights, statistics and position are put back afterwards; the optimiser
 * is one of its own. Source: Smith, Cyclical Learning Rates (2015), section 3.3. */
#include "train-private.h"

#include <math.h>

#define SMOOTHING 0.95 /* weight of the losses so far */

typedef struct {
  ThawTrainer *trainer;
  const ThawRangeTest *range;
  ThawOptimizer *optimizer;
  GArray *points; /* of ThawRangePoint */
  double sum, weight, least;
} Test;

static double
rate_at (const ThawRangeTest *range, int step)
{
  if (range->steps < 2)
    return range->from;
  return range->from * pow (range->to / range->from, (double) step / (range->steps - 1));
}

static ThawOptimizer *
fresh_optimizer (const ThawTrainer *trainer)
{
  g_autofree uint64_t *counts = g_new (uint64_t, trainer->n_slots + 1);

  for (int s = 0; s < trainer->n_slots; s++)
    counts[s] = thaw_net_param (trainer->net, trainer->slots[s])->count;
  return thaw_optimizer_new (&trainer->recipe->optimizer, counts, trainer->n_slots);
}

/* false: the loss has run away. The mean of the losses so far, later ones weighing more. */
static bool
add_point (Test *test, double lr, double loss)
{
  ThawRangePoint point = {.lr = lr, .loss = loss};

  test->sum = SMOOTHING * test->sum + (1 - SMOOTHING) * loss;
  test->weight = SMOOTHING * test->weight + (1 - SMOOTHING);
  point.smooth = test->sum / test->weight;
  g_array_append_val (test->points, point);
  if (!isfinite (loss) || point.smooth > test->range->stop * test->least)
    return false;
  test->least = fmin (test->least, point.smooth);
  return true;
}

static ThawFlow
one_step (Test *test, const ThawBatch *batch, GError **error)
{
  ThawTrainer *trainer = test->trainer;
  double lr = rate_at (test->range, (int) test->points->len);
  ThawIteration it = thaw_epoch_forward (trainer, batch);
  ThawLearning learning = {.net = trainer->net,
                           .optimizer = test->optimizer,
                           .tasks = trainer->tasks,
                           .n_tasks = trainer->n_tasks,
                           .task_of = trainer->task_of,
                           .rates = trainer->rates,
                           .clip = {trainer->recipe->clip.norm, trainer->recipe->clip.value}};

  if (!add_point (test, lr, it.loss))
    return THAW_FLOW_STOP;
  if (!thaw_train_backward (&learning, trainer->dlogits, batch->n, lr, error))
    return THAW_FLOW_FAILED;
  trainer->at.batch += 1;
  trainer->at.step += 1;
  if (test->range->tick != NULL && !test->range->tick (test->range->user, test->points->len))
    return THAW_FLOW_STOP;
  return (int) test->points->len < test->range->steps ? THAW_FLOW_ON : THAW_FLOW_STOP;
}

/* As many epochs as it takes. */
static ThawFlow
all_steps (Test *test, GError **error)
{
  ThawTrainer *trainer = test->trainer;
  ThawFlow flow = THAW_FLOW_ON;

  while (flow == THAW_FLOW_ON) {
    ThawLoaderSpec spec = thaw_epoch_batches (trainer);
    ThawLoader *loader = thaw_loader_new (&spec);
    if (loader == NULL)
      return thaw_train_no_memory (trainer->recipe->batch_size, error);
    while (flow == THAW_FLOW_ON && trainer->at.batch < trainer->batches)
      flow = one_step (test, thaw_loader_next (loader), error);
    thaw_loader_free (loader);
    trainer->at.epoch += 1;
    trainer->at.batch = 0;
  }
  return flow;
}

GArray *
thaw_trainer_range_test (ThawTrainer *trainer, const ThawRangeTest *range, GError **error)
{
  g_autoptr (ThawStateDict) weights = NULL;
  g_autoptr (ThawOptimizer) optimizer = NULL;
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (ThawRangePoint));
  ThawPosition at = trainer->at;
  Test test = {.trainer = trainer, .range = range, .points = points, .least = INFINITY};
  ThawFlow flow;

  g_return_val_if_fail (!trainer->ran && range->steps > 0 && range->from > 0, NULL);

  if (!thaw_phase_set (trainer, MIN (at.epoch, trainer->recipe->epochs - 1), error))
    return NULL;
  weights = thaw_net_save (trainer->net);
  optimizer = test.optimizer = fresh_optimizer (trainer);
  trainer->at.batch = 0;
  flow = all_steps (&test, error);
  trainer->at = at;
  if (!thaw_net_load (trainer->net, weights, "range test", flow == THAW_FLOW_FAILED ? NULL : error))
    return NULL;
  return flow == THAW_FLOW_FAILED ? NULL : g_steal_pointer (&points);
}
