/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A net whose dead taps wait for their steps, and whose parameters are stepped within backward,
 * learns what one learns that steps them all after it, on any number of threads, timed or not, and
 * whoever saves it sees no difference, whenever that is. */
#include "fixture.h"

#include <string.h>

#define SIDE 32
#define N 2

typedef struct {
  ThawNet *net;
  ThawOptimizer *optimizer;
  ThawOptimizerTask *tasks;
  int n_tasks, *task_of;
  bool defers;
} Learner;

static Learner
learner_new (const ThawRecipe *recipe, ThawPool *pool, bool defers)
{
  const ThawModel *model = thaw_model_find ("resnet18");
  g_autoptr (GError) error = NULL;
  Learner l = {.net = thaw_net_new (thaw_model_graph (model, 10, SIDE, -1, &error), pool, &error)};
  int n = thaw_net_n_params (l.net);
  g_autofree uint64_t *counts = g_new0 (uint64_t, n);
  g_autofree int *slots = g_new0 (int, n);

  g_assert_no_error (error);
  thaw_model_initialise (model, l.net, 1);
  g_assert_true (thaw_net_plan (l.net, THAW_MODE_TRAIN, N, &error));
  l.defers = defers;
  l.tasks = g_new0 (ThawOptimizerTask, n);
  l.task_of = g_new (int, n);
  for (int i = 0; i < n; i++) {
    const ThawParam *param = thaw_net_param (l.net, i);
    counts[i] = param->count;
    slots[i] = i;
    l.task_of[i] = param->buffer ? -1 : l.n_tasks;
    if (!param->buffer)
      l.tasks[l.n_tasks++] = (ThawOptimizerTask){i, param->value, param->grad};
  }
  l.optimizer = thaw_optimizer_new (&recipe->optimizer, counts, n);
  if (defers)
    thaw_train_defer (l.net, l.optimizer, slots, n);
  return l;
}

static void
learner_clear (Learner *l)
{
  thaw_net_free (l->net);
  thaw_optimizer_free (l->optimizer);
  g_free (l->tasks);
  g_free (l->task_of);
}

static double
learn (Learner *l, ThawPool *pool, int t)
{
  ThawRng rng = thaw_rng (3, THAW_RNG_TEST, (uint64_t) t, 0, 0);
  g_autoptr (GError) error = NULL;
  float dlogits[N * 10], *x = thaw_net_input (l->net);
  const float *logits;
  int labels[N], correct;
  gint64 spent = 0;
  ThawLearning learning = {.net = l->net,
                           .optimizer = l->optimizer,
                           .tasks = l->tasks,
                           .n_tasks = l->n_tasks,
                           .task_of = l->task_of,
                           .spent_us = &spent};
  double loss;

  for (int j = 0; j < N * 3 * SIDE * SIDE; j++)
    x[j] = (float) thaw_rng_uniform (&rng, -1, 1);
  for (int j = 0; j < N; j++)
    labels[j] = (int) thaw_rng_below (&rng, 10);
  logits = thaw_net_forward (l->net, THAW_MODE_TRAIN, N);
  loss = thaw_cross_entropy (logits, labels, N, 10, dlogits, &correct);
  if (l->defers) {
    thaw_train_backward (&learning, dlogits, N, 1e-3 / (1 + t), &error);
    g_assert_cmpint (spent, >, 0);
  } else {
    thaw_net_backward (l->net, dlogits, N);
    thaw_optimizer_step (l->optimizer, pool, l->tasks, l->n_tasks, 1e-3 / (1 + t), &error);
  }
  g_assert_no_error (error);
  return loss;
}

static void
assert_same_net (ThawNet *a, ThawNet *b)
{
  g_autoptr (ThawStateDict) left = thaw_net_save (a), right = thaw_net_save (b);

  for (size_t i = 0; i < thaw_state_dict_size (left); i++) {
    const ThawTensor *x = thaw_state_dict_nth (left, i), *y = thaw_state_dict_nth (right, i);
    g_assert_cmpstr (x->name, ==, y->name);
    g_assert_cmpmem (x->data, x->bytes, y->data, y->bytes);
  }
}

static void
same_net (const char *optimizer, int threads)
{
  g_autoptr (ThawRecipe) recipe = short_recipe (optimizer, "optimizer.weight_decay=0.05", NULL);
  g_autoptr (ThawPool) one = thaw_pool_new (1), pool = thaw_pool_new (threads);
  Learner now = learner_new (recipe, one, false), late = learner_new (recipe, pool, true);
  int conv = thaw_net_find_param (late.net, "layer4.1.conv2.weight");
  const float *a = thaw_net_param (now.net, conv)->value;
  const float *b = thaw_net_param (late.net, conv)->value;

  for (int t = 0; t < 13; t++) {
    g_assert_cmpfloat (learn (&now, one, t), ==, learn (&late, pool, t));
    if (t == 4)
      assert_same_net (now.net, late.net);
    if (t == 2 || t == 5)
      thaw_net_profile (late.net, t == 2);
  }
  /* Past all doors: something is behind. */
  g_assert_cmpint (memcmp (a, b, 512 * 512 * 9 * sizeof *a), !=, 0);
  assert_same_net (now.net, late.net);
  learner_clear (&now);
  learner_clear (&late);
}

static void
test_same_net (const void *data)
{
  same_net (data, 2);
}

static void
test_threads (void)
{
  same_net ("optimizer.name=Adam", 1);
  same_net ("optimizer.name=Adam", 3);
  same_net ("optimizer.name=Adam", 7);
}

/* The trainer itself defers: values that were got before lag behind until someone asks. */
typedef struct {
  const float *value;
  GArray *before, *after;
  bool lagged;
} Watch;

static void
watch_iteration (Keeper *keeper, const ThawIteration *iteration)
{
  Watch *watch = keeper->user;
  ThawNet *net = thaw_trainer_net (keeper->trainer);
  int conv = thaw_net_find_param (net, "layer4.1.conv2.weight");
  uint64_t bytes = UINT64_C (512) * 512 * 9 * sizeof (float);
  g_autofree float *seen = watch->value != NULL ? g_memdup2 (watch->value, bytes) : NULL;

  watch->value = thaw_net_param (net, conv)->value;
  watch->lagged = watch->lagged || (seen != NULL && memcmp (seen, watch->value, bytes) != 0);
}

static void
test_trainer (void)
{
  Fixture fixture;
  g_autoptr (ThawRecipe) recipe = NULL;
  g_auto (Keeper) keeper;
  g_autofree char *folder = NULL;
  Watch watch = {0};
  Run run;

  fixture_open (&fixture);
  folder = fixture_folder (&fixture, "run");
  recipe = short_recipe ("epochs=1", "freeze.epochs=0", "model.name=resnet18",
                         "optimizer.weight_decay=0.05", NULL);
  run = (Run){.fixture = &fixture, .recipe = recipe, .folder = folder};
  keeper_init (&keeper);
  keeper.on_iteration = watch_iteration;
  keeper.user = &watch;
  run_expect (&run, &keeper, THAW_END_FINISHED);
  g_assert_true (watch.lagged);
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/train/defer/adam", "optimizer.name=Adam", test_same_net);
  g_test_add_data_func ("/train/defer/adamw", "optimizer.name=AdamW", test_same_net);
  g_test_add_data_func ("/train/defer/sgd", "optimizer.name=SGD", test_same_net);
  g_test_add_func ("/train/defer/threads", test_threads);
  g_test_add_func ("/train/defer/trainer", test_trainer);
  return g_test_run ();
}
