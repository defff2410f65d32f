/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backward and the optimiser's step in one: parameters are stepped while the gradient that was just
 * written and the weights that were just read are still in a cache, a few at a time, by threads
 * that would wait for others otherwise. While parts of the net are timed, steps are not taken
 * beside them: what a part takes is its own. */
#include "train-private.h"

#define ENOUGH 32768 /* elements that are worth a phase */
#define MOST 16

typedef gboolean (*StepFunc) (
    ThawOptimizer *, ThawPool *, const ThawOptimizerTask *, int, double, GError **);

typedef struct {
  const ThawLearning *learning;
  StepFunc step;
  double lr;
  ThawOptimizerTask ready[MOST];
  int n_ready;
  uint64_t elements;
  double factor; /* of the rate of those that are ready */
  bool *stepped; /* [n_tasks] */
} Pass;

static void
take_step (Pass *pass)
{
  const ThawLearning *l = pass->learning;
  gint64 begin = g_get_monotonic_time ();

  if (pass->n_ready == 0)
    return;
  /* Memory is there: see thaw_train_backward. */
  if (!pass->step (l->optimizer, thaw_net_pool (l->net), pass->ready, pass->n_ready,
                   pass->lr * pass->factor, NULL))
    g_assert_not_reached ();
  pass->n_ready = 0;
  pass->elements = 0;
  if (l->spent_us != NULL)
    *l->spent_us += g_get_monotonic_time () - begin;
}

static void
finish (const ThawLearning *l)
{
  gint64 begin = g_get_monotonic_time ();

  thaw_optimizer_finish (l->optimizer);
  if (l->spent_us != NULL)
    *l->spent_us += g_get_monotonic_time () - begin;
}

static void
add_task (Pass *pass, int t, uint64_t count)
{
  const double *rates = pass->learning->rates;

  if (rates != NULL && rates[t] != pass->factor)
    take_step (pass);
  pass->factor = rates != NULL ? rates[t] : 1;
  pass->stepped[t] = true;
  pass->ready[pass->n_ready++] = pass->learning->tasks[t];
  pass->elements += count;
  if (pass->n_ready == MOST || pass->elements >= ENOUGH)
    take_step (pass);
}

static void
ready_cb (void *user, int param, uint64_t count)
{
  Pass *pass = user;
  int t = pass->learning->task_of[param];

  if (t >= 0)
    add_task (pass, t, count);
}

/* All gradients first: how far they are clipped may depend on each of them. */
static gboolean
backward_clipped (const ThawLearning *l, const float *dlogits, int n, double lr, GError **error)
{
  g_autofree uint64_t *counts = g_new (uint64_t, l->n_tasks + 1);
  gint64 begin;

  thaw_net_backward (l->net, dlogits, n);
  begin = g_get_monotonic_time ();
  for (int i = 0; i < thaw_net_n_params (l->net); i++)
    if (l->task_of[i] >= 0)
      counts[l->task_of[i]] = thaw_net_param (l->net, i)->count;
  thaw_clip_gradients (&l->clip, thaw_net_pool (l->net), l->tasks, counts, l->n_tasks);
  for (int t = 0, next; t < l->n_tasks; t = next) { /* runs of one rate */
    double factor = l->rates != NULL ? l->rates[t] : 1;
    for (next = t + 1; next < l->n_tasks && (l->rates == NULL || l->rates[next] == factor);)
      next++;
    if (!thaw_optimizer_step (l->optimizer, thaw_net_pool (l->net), l->tasks + t, next - t,
                              lr * factor, error))
      return FALSE;
  }
  if (l->spent_us != NULL)
    *l->spent_us += g_get_monotonic_time () - begin;
  return TRUE;
}

gboolean
thaw_train_backward (
    const ThawLearning *learning, const float *dlogits, int n, double lr, GError **error)
{
  g_autofree bool *stepped = g_new0 (bool, learning->n_tasks + 1);
  int timed;
  Pass pass = {.learning = learning, .lr = lr, .factor = 1, .stepped = stepped};

  if (!thaw_optimizer_prepare (learning->optimizer, learning->tasks, learning->n_tasks, error))
    return FALSE;
  if (learning->clip.norm > 0 || learning->clip.value > 0)
    return backward_clipped (learning, dlogits, n, lr, error);
  thaw_net_profile_times (learning->net, &timed);
  pass.step = timed > 0 ? thaw_optimizer_step : thaw_optimizer_step_later;
  thaw_net_backward_each (learning->net, dlogits, n, ready_cb, &pass);
  for (int t = 0; t < learning->n_tasks; t++) /* what no gradient reaches */
    if (!stepped[t])
      add_task (&pass, t, 0);
  take_step (&pass);
  finish (learning);
  return TRUE;
}
