/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps as training and prediction take them, with a clock beside. */
#include "course.h"
#include "thaw-catalogues.h"

#include <math.h>
#include <string.h>

#define SEED 1
#define WARM_UP_STEPS 3
#define ROUND_US 250000
#define ROUND_MAX_STEPS 2000

void
course_free (Course *course)
{
  if (course == NULL)
    return;
  thaw_net_free (course->net);
  thaw_aligned_free (course->x);
  g_free (course->labels);
  g_free (course->dlogits);
  thaw_optimizer_free (course->optimizer);
  thaw_recipe_free (course->recipe);
  g_free (course->tasks);
  g_free (course->task_of);
  g_array_unref (course->rounds);
  g_array_unref (course->parts);
  g_free (course);
}
/* Noise as a normalised picture has it, labels in turn. */
static gboolean
prepare_batch (Course *course, const BenchSpec *spec, GError **error)
{
  ThawRng rng = thaw_rng (SEED, THAW_RNG_TEST, 0, 0, 0);

  course->floats = (size_t) spec->size * (size_t) spec->size * 3 * (size_t) course->n;
  course->x = thaw_aligned_new0 (course->floats * sizeof (float));
  if (course->x == NULL) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY, _ ("No memory for a batch of %d"),
                 course->n);
    return FALSE;
  }
  for (size_t i = 0; i < course->floats; i++)
    course->x[i] = (float) thaw_rng_uniform (&rng, -2, 2);
  course->labels = g_new (int, course->n);
  for (int i = 0; i < course->n; i++)
    course->labels[i] = i % spec->classes;
  course->dlogits = g_new (float, (size_t) course->n *(size_t) spec->classes);
  return TRUE;
}

/* Adam with weight decay, as the lesson has it. */
static gboolean
prepare_optimizer (Course *course, GError **error)
{
  static const char *const lesson[] = {"optimizer.name=Adam", "optimizer.lr=0.001",
                                       "optimizer.weight_decay=0.0001", NULL};
  g_autoptr (ThawRecipe) plain = thaw_recipe_new (thaw_catalogues ());
  int n_params = thaw_net_n_params (course->net);
  g_autofree uint64_t *counts = g_new0 (uint64_t, n_params);
  g_autofree int *slots = g_new0 (int, n_params);

  course->recipe = thaw_recipe_with (plain, lesson, thaw_catalogues (), error);
  if (course->recipe == NULL)
    return FALSE;
  course->tasks = g_new0 (ThawOptimizerTask, n_params);
  course->task_of = g_new (int, n_params);
  for (int i = 0; i < n_params; i++) {
    const ThawParam *param = thaw_net_param (course->net, i);
    counts[i] = param->count;
    slots[i] = i;
    course->task_of[i] = param->trainable ? course->n_tasks : -1;
    if (param->trainable)
      course->tasks[course->n_tasks++] = (ThawOptimizerTask){i, param->value, param->grad};
  }
  course->optimizer = thaw_optimizer_new (&course->recipe->optimizer, counts, n_params);
  thaw_train_defer (course->net, course->optimizer, slots, n_params);
  return TRUE;
}

Course *
course_new (const BenchSpec *spec, ThawMode mode, ThawPool *pool, GError **error)
{
  g_autoptr (Course) course = g_new0 (Course, 1);
  ThawGraph *graph = spec->choice != NULL
                         ? thaw_model_graph_of (spec->choice, spec->classes, spec->size, -1, error)
                         : thaw_model_graph (spec->model, spec->classes, spec->size, -1, error);

  course->mode = mode;
  course->n = spec->batch;
  course->rounds = g_array_new (FALSE, FALSE, sizeof (double));
  course->parts = g_array_new (FALSE, FALSE, sizeof (double));
  if (graph == NULL)
    return NULL;
  course->net = thaw_net_new (graph, pool, error);
  if (course->net == NULL)
    return NULL;
  thaw_model_initialise (spec->model, course->net, SEED);
  thaw_model_freeze (spec->model, course->net, spec->frozen);
  if (mode == THAW_MODE_TRAIN && thaw_net_batch_too_small (course->net, spec->batch)) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
                 _ ("%s cannot train on batches of %d at %d px: a batch norm would see one value a "
                    "channel; --inference measures inference alone"),
                 spec->model->entry.name, spec->batch, spec->size);
    return NULL;
  }
  if (!thaw_net_plan (course->net, mode, spec->batch, error) ||
      !prepare_batch (course, spec, error))
    return NULL;
  if (mode == THAW_MODE_TRAIN && !prepare_optimizer (course, error))
    return NULL;
  if (mode == THAW_MODE_EVAL)
    thaw_net_fold (course->net);
  return g_steal_pointer (&course);
}

/* One step; the batch lies in place when the clock starts. */
static gboolean
take_step (Course *course, ThawPool *pool, double *ms, GError **error)
{
  int classes = thaw_net_classes (course->net);
  ThawLearning learning = {.net = course->net,
                           .optimizer = course->optimizer,
                           .tasks = course->tasks,
                           .n_tasks = course->n_tasks,
                           .task_of = course->task_of,
                           .spent_us = &course->optimizer_us};
  gint64 begin;
  const float *logits;

  thaw_net_enter (course->net, course->x, course->n);
  begin = g_get_monotonic_time ();
  thaw_net_set_noise (course->net, SEED, course->step++);
  logits = thaw_net_forward (course->net, course->mode, course->n);
  if (course->mode == THAW_MODE_TRAIN) {
    thaw_cross_entropy (logits, course->labels, course->n, classes, course->dlogits, NULL);
    if (!thaw_train_backward (&learning, course->dlogits, course->n, 1e-3, error))
      return FALSE;
  }
  *ms = (double) MAX (g_get_monotonic_time () - begin, 1) / 1000;
  return TRUE;
}

static int
compare_reals (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

BenchSpread
bench_spread (GArray *values)
{
  const double *sorted = (const double *) values->data;
  guint n = values->len;

  if (n == 0)
    return (BenchSpread){NAN, NAN, NAN};
  g_array_sort (values, compare_reals);
  return (BenchSpread){(sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1]};
}

/* A step that wakes threads and caches, then steps until the round's time is over. */
gboolean
course_round (Course *course, ThawPool *pool, GError **error)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (double));
  gint64 end = 0;
  double ms;

  if (!take_step (course, pool, &ms, error))
    return FALSE;
  end = g_get_monotonic_time () + ROUND_US;
  do {
    if (!take_step (course, pool, &ms, error))
      return FALSE;
    g_array_append_val (steps, ms);
  } while (g_get_monotonic_time () < end && steps->len < ROUND_MAX_STEPS);
  ms = bench_spread (steps).median;
  g_array_append_val (course->rounds, ms);
  return TRUE;
}

/* Milliseconds a step of all that was timed since profiling began. */
static void
add_parts (Course *course, gint64 optimizer_us, int n_steps)
{
  int n_times;
  const ThawStepTime *times = thaw_net_profile_times (course->net, &n_times);
  double optimizer = (double) (course->optimizer_us - optimizer_us) / 1e3 / n_steps;

  for (int i = 0; i < n_times; i++) {
    double both[] = {(double) times[i].forward_ns / 1e6 / n_steps,
                     (double) times[i].backward_ns / 1e6 / n_steps};
    g_array_append_vals (course->parts, both, 2);
  }
  g_array_append_val (course->parts, optimizer);
}

gboolean
course_profile (Course *course, ThawPool *pool, GError **error)
{
  gint64 optimizer_us = course->optimizer_us, end = g_get_monotonic_time () + ROUND_US;
  int n_steps = 0;
  double ms;

  thaw_net_profile (course->net, true);
  do {
    if (!take_step (course, pool, &ms, error))
      return FALSE;
    n_steps++;
  } while (g_get_monotonic_time () < end && n_steps < ROUND_MAX_STEPS);
  add_parts (course, optimizer_us, n_steps);
  thaw_net_profile (course->net, false);
  return TRUE;
}

gboolean
course_warm_up (Course *course, ThawPool *pool, GError **error)
{
  double ms;

  for (int i = 0; i < WARM_UP_STEPS; i++)
    if (!take_step (course, pool, &ms, error))
      return FALSE;
  return TRUE;
}
