/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loss and accuracy over images, in eval mode. */
#include "train-private.h"

#include <math.h>
#include <string.h>

int
thaw_loader_threads (int wanted)
{
  /* The pool's threads do the mathematics; preparing a batch is a small part of a step. */
  return wanted > 0 ? wanted : thaw_cores () >= 4 ? 2 : 1;
}

ThawFlow
thaw_train_no_memory (int batch_size, GError **error)
{
  g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP,
               _ ("there is no memory to prepare a batch of %d images"), batch_size);
  return THAW_FLOW_FAILED;
}

static void
fill (void *user, const uint32_t *images, int count, float *x, int sample, int n)
{
  const ThawEvaluation *e = user;
  const uint8_t *in[THAW_FILL_MOST];

  for (int i = 0; i < count; i++)
    in[i] = thaw_dataset_image (e->set, images[i]);
  thaw_pipeline_apply_many (e->pipeline, in, images, count, 0, 0, x, sample, n);
}

typedef struct {
  double of_images, of_batches; /* sums of losses */
  uint64_t correct, batches, images;
} Sums;

static void
measure (const ThawEvaluation *e, const ThawBatch *batch, Sums *sums)
{
  size_t side = (size_t) thaw_dataset_size (e->set);
  const float *logits;
  double loss;
  int correct;

  memcpy (thaw_net_input (e->net), batch->x, side * side * 3 * (size_t) batch->n * sizeof (float));
  logits = thaw_net_forward (e->net, THAW_MODE_EVAL, batch->n);
  loss = thaw_cross_entropy (logits, batch->labels, batch->n, thaw_net_classes (e->net), NULL,
                             &correct);
  sums->of_images += loss * batch->n;
  sums->of_batches += loss;
  sums->correct += (uint64_t) correct;
  sums->batches += 1;
  sums->images += (uint64_t) batch->n;
}

static void
conclude (const Sums *sums, ThawLossMean mean, ThawScore *score)
{
  score->loss = mean == THAW_MEAN_IMAGES ? sums->of_images / (double) sums->images
                                         : sums->of_batches / (double) sums->batches;
  score->accuracy = (double) sums->correct / (double) sums->images;
}

ThawFlow
thaw_evaluation_run (const ThawEvaluation *e, ThawScore *score, GError **error)
{
  ThawLoaderSpec spec = {.set = e->set,
                         .order = e->images,
                         .n = e->n,
                         .batch_size = e->batch_size,
                         .channels = 3,
                         .fill = fill,
                         .user = (void *) e,
                         .threads = thaw_loader_threads (e->loader_threads),
                         .ahead = 4};
  g_autoptr (ThawLoader) loader = NULL;
  const ThawBatch *batch;
  Sums sums = {0};

  *score = (ThawScore){NAN, NAN};
  if (e->n == 0)
    return THAW_FLOW_ON;
  loader = thaw_loader_new (&spec);
  if (loader == NULL)
    return thaw_train_no_memory (e->batch_size, error);
  while ((batch = thaw_loader_next (loader)) != NULL) {
    measure (e, batch, &sums);
    if (e->tick != NULL) {
      ThawFlow flow = e->tick (e->user, (uint32_t) sums.images, error);
      if (flow != THAW_FLOW_ON)
        return flow;
    }
  }
  conclude (&sums, e->mean, score);
  return THAW_FLOW_ON;
}

void
thaw_evaluate (ThawNet *net,
               const ThawDataset *set,
               const uint32_t *images,
               uint32_t n,
               const ThawPipeline *pipeline,
               int batch_size,
               ThawLossMean mean,
               int loader_threads,
               ThawScore *score)
{
  ThawEvaluation evaluation = {.net = net,
                               .set = set,
                               .images = images,
                               .n = n,
                               .pipeline = pipeline,
                               .batch_size = batch_size,
                               .mean = mean,
                               .loader_threads = loader_threads};
  ThawFlow flow = thaw_evaluation_run (&evaluation, score, NULL);

  g_assert (flow == THAW_FLOW_ON || flow == THAW_FLOW_FAILED); /* nobody there to stop it */
}
