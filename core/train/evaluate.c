/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loss and accuracy over images, in eval mode. */
#include "train-private.h"

#include <float.h>
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
  thaw_pipeline_apply_many (e->pipeline, in, images, count, e->seed, e->epoch, x, sample, n);
}

typedef struct {
  double of_images, of_batches; /* sums of losses */
  uint64_t correct, batches, images;
} Sums;

/* x: [h][w][n][3]; columns change places. */
static const float *
look (const ThawEvaluation *e, const ThawBatch *batch, bool mirrored)
{
  size_t side = (size_t) thaw_dataset_size (e->set), column = (size_t) batch->n * 3;
  float *x = thaw_net_input (e->net);

  if (batch->x == NULL) {
    thaw_features_enter (e->features, e->net, batch);
    return thaw_net_forward_from_features (e->net, THAW_MODE_EVAL, batch->n);
  }
  if (!mirrored)
    thaw_net_enter (e->net, batch->x, batch->n);
  for (size_t i = 0; mirrored && i < side * side; i++)
    memcpy (x + i * column, batch->x + (i / side * side + side - 1 - i % side) * column,
            column * sizeof (float));
  return thaw_net_forward (e->net, THAW_MODE_EVAL, batch->n);
}

/* Of the mean of the probabilities; their logarithms serve as logits. */
static double
measure_both (const ThawEvaluation *e, const ThawBatch *batch, int *correct)
{
  int classes = thaw_net_classes (e->net);
  size_t n = (size_t) batch->n * (size_t) classes;
  g_autofree float *mean = g_new0 (float, n), *p = g_new0 (float, classes);
  const float *logits = look (e, batch, false);

  for (int i = 0; i < batch->n; i++)
    thaw_softmax (logits + (size_t) i * (size_t) classes, classes,
                  mean + (size_t) i * (size_t) classes);
  logits = look (e, batch, true);
  for (int i = 0; i < batch->n; i++) {
    float *row = mean + (size_t) i * (size_t) classes;
    thaw_softmax (logits + (size_t) i * (size_t) classes, classes, p);
    for (int c = 0; c < classes; c++) { /* nothing is impossible, so that no loss is infinite */
      float both = (row[c] + p[c]) / 2;
      row[c] = logf (both < FLT_MIN ? FLT_MIN : both);
    }
  }
  return thaw_cross_entropy (mean, batch->labels, batch->n, classes, NULL, correct);
}

static void
measure (const ThawEvaluation *e, const ThawBatch *batch, Sums *sums)
{
  double loss;
  int correct;

  if (e->flip)
    loss = measure_both (e, batch, &correct);
  else
    loss = thaw_cross_entropy (look (e, batch, false), batch->labels, batch->n,
                               thaw_net_classes (e->net), NULL, &correct);
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
  g_auto (ThawFeed) feed = {0};
  const ThawFeatures *features = e->flip ? NULL : e->features;
  const ThawBatch *batch;
  ThawFlow flow = THAW_FLOW_ON;
  Sums sums = {0};

  *score = (ThawScore){NAN, NAN};
  if (e->n == 0)
    return THAW_FLOW_ON;
  if (!thaw_feed_open (&feed, &spec, features, error))
    return THAW_FLOW_FAILED;
  if (features == NULL)
    thaw_net_fold (e->net);
  while (flow == THAW_FLOW_ON && (batch = thaw_feed_next (&feed)) != NULL) {
    measure (e, batch, &sums);
    if (e->tick != NULL)
      flow = e->tick (e->user, (uint32_t) sums.images, error);
  }
  thaw_net_unfold (e->net);
  if (flow == THAW_FLOW_ON)
    conclude (&sums, e->mean, score);
  return flow;
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
