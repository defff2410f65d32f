/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fold.h"

#include <math.h>

#define PICTURES 64
#define STEPS 15
#define SEED 44
#define LIMIT 1e-3 /* of the largest logit: rounding stays far below, a mistake far above */

typedef struct {
  ThawNet *net;
  float *logits; /* [PICTURES][classes] */
  double ms[STEPS];
} Form;

static void
form_clear (Form *form)
{
  g_clear_pointer (&form->net, thaw_net_free);
  g_clear_pointer (&form->logits, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Form, form_clear)

static gboolean
form_make (Form *form,
           const ThawRecipe *recipe,
           int classes,
           bool folded,
           const ThawStateDict *weights,
           const char *path,
           ThawPool *pool,
           GError **error)
{
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);
  ThawModelShape shape = thaw_model_shape (model, &recipe->model.choice, classes);
  ThawGraph *graph;

  shape.folded = folded;
  graph = thaw_model_graph_shaped (model, &shape, recipe->data.size, error);
  if (graph == NULL)
    return FALSE;
  form->net = thaw_net_new (graph, pool, error);
  if (form->net == NULL || !thaw_net_load (form->net, weights, path, error) ||
      !thaw_net_plan (form->net, THAW_MODE_EVAL, PICTURES, error))
    return FALSE;
  form->logits = g_new (float, (gsize) PICTURES *(gsize) classes);
  return TRUE;
}

/* The same noise each time; the logits of the last are kept. */
static void
form_run (Form *form, int step, int size, int classes)
{
  ThawRng rng = thaw_rng (SEED, THAW_RNG_TEST, 0, 0, 0);
  size_t count = (size_t) size * (size_t) size * PICTURES * 3;
  float *input = thaw_net_input (form->net);
  const float *logits;
  gint64 start;

  for (size_t i = 0; i < count; i++)
    input[i] = (float) thaw_rng_normal (&rng);
  start = g_get_monotonic_time ();
  logits = thaw_net_forward (form->net, THAW_MODE_EVAL, PICTURES);
  form->ms[step] = (double) (g_get_monotonic_time () - start) / 1000;
  memcpy (form->logits, logits, (size_t) PICTURES * (size_t) classes * sizeof *logits);
}

static int
by_size (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static double
median (double *ms)
{
  qsort (ms, STEPS, sizeof *ms, by_size);
  return ms[STEPS / 2];
}

static gboolean
compare (Form *before, Form *after, int classes, const char *path, FoldProof *proof, GError **error)
{
  *proof = (FoldProof){
      .pictures = PICTURES, .before_ms = median (before->ms), .after_ms = median (after->ms)};
  for (int i = 0; i < PICTURES * classes; i++) {
    double difference = fabs ((double) before->logits[i] - (double) after->logits[i]);
    proof->difference = isnan (difference) ? NAN : fmax (proof->difference, difference);
    proof->largest = fmax (proof->largest, fabs ((double) before->logits[i]));
    if (isnan (difference))
      break;
  }
  if (proof->difference <= LIMIT * proof->largest)
    return TRUE;
  g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
               _ ("%s: folded, a logit differs by %g where the largest is %g; nothing was written"),
               path, proof->difference, proof->largest);
  return FALSE;
}

ThawStateDict *
fold_weights (const ThawRecipe *recipe,
              int classes,
              const ThawStateDict *weights,
              const char *path,
              FoldProof *proof,
              GError **error)
{
  const ThawModel *model = thaw_model_find (recipe->model.choice.entry->name);
  g_autoptr (ThawStateDict) folded = thaw_model_fold (model, weights, path, error);
  g_autoptr (ThawPool) pool = NULL;
  g_auto (Form) before = {0}, after = {0};

  if (folded == NULL)
    return NULL;
  pool = thaw_pool_new (0);
  if (!form_make (&before, recipe, classes, false, weights, path, pool, error) ||
      !form_make (&after, recipe, classes, true, folded, path, pool, error)) {
    form_clear (&before); /* before the pool goes */
    form_clear (&after);
    return NULL;
  }
  for (int step = 0; step < STEPS; step++) {
    form_run (&before, step, recipe->data.size, classes);
    form_run (&after, step, recipe->data.size, classes);
  }
  if (!compare (&before, &after, classes, path, proof, error))
    return NULL;
  return g_steal_pointer (&folded);
}
