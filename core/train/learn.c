/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backward and the optimiser's step in one: parameters are stepped while the gradient that was just
 * written and the weights that were just read are still in a cache, a few at a time. */
#include "train-private.h"

#define ENOUGH 32768 /* elements that are worth a phase */
#define MOST 16

typedef struct {
  const ThawLearning *learning;
  double lr;
  ThawOptimizerTask ready[MOST];
  int n_ready;
  uint64_t elements;
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
  if (!thaw_optimizer_step (l->optimizer, thaw_net_pool (l->net), pass->ready, pass->n_ready,
                            pass->lr, NULL))
    g_assert_not_reached ();
  pass->n_ready = 0;
  pass->elements = 0;
  if (l->spent_us != NULL)
    *l->spent_us += g_get_monotonic_time () - begin;
}

static void
add_task (Pass *pass, int t, uint64_t count)
{
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

gboolean
thaw_train_backward (
    const ThawLearning *learning, const float *dlogits, int n, double lr, GError **error)
{
  g_autofree bool *stepped = g_new0 (bool, learning->n_tasks + 1);
  Pass pass = {.learning = learning, .lr = lr, .stepped = stepped};

  if (!thaw_optimizer_prepare (learning->optimizer, learning->tasks, learning->n_tasks, error))
    return FALSE;
  thaw_net_backward_each (learning->net, dlogits, n, ready_cb, &pass);
  for (int t = 0; t < learning->n_tasks; t++) /* what no gradient reaches */
    if (!stepped[t])
      add_task (&pass, t, 0);
  take_step (&pass);
  return TRUE;
}
