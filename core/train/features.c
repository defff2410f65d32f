/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Features once": what a frozen backbone makes of the images that are trained on and evaluated,
 * computed once and kept, so that an epoch of the head costs next to nothing. The bits are those of
 * the backbone at work each time: whoever goes on from a checkpoint computes them again. */
#include "train-private.h"

#include <string.h>
#include <unistd.h>

struct _ThawFeatures {
  size_t pixels, channels; /* of one image */
  float *values;           /* [images][pixels][channels] */
  uint32_t *row;           /* [images of the set]: among the values */
};

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, sentence);
  return FALSE;
}

bool
thaw_features_due (const ThawTrainer *trainer, int epoch)
{
  const ThawRecipe *recipe = trainer->recipe;

  return recipe->freeze.features == THAW_FEATURES_ONCE && epoch < recipe->freeze.epochs &&
         thaw_plan_blocks (recipe, epoch) == 0;
}

uint64_t
thaw_features_bytes (const ThawTrainer *trainer)
{
  uint64_t images = (uint64_t) trainer->split->n_train + trainer->n_evaluated;
  size_t pixels, channels;

  if (!thaw_net_features_shape (trainer->net, &pixels, &channels))
    return 0;
  return images * pixels * channels * sizeof (float);
}

static uint64_t
most_bytes (void)
{
  if (thaw_train_tuning.feature_bytes > 0)
    return thaw_train_tuning.feature_bytes;
  return (uint64_t) sysconf (_SC_PHYS_PAGES) * (uint64_t) sysconf (_SC_PAGESIZE) / 2;
}

/* --- Whether a recipe can have them ------------------------------------------------------------
 */

static bool
has_statistics (ThawNet *net)
{
  for (int i = 0; i < thaw_net_n_params (net); i++)
    if (g_str_has_suffix (thaw_net_param (net, i)->name, ".running_mean"))
      return true;
  return false;
}

static gboolean
check_plan (const ThawRecipe *recipe, GError **error)
{
  if (recipe->freeze.epochs == 0)
    return refuse (error, _ ("freeze.features is \"once\", but freeze.epochs is 0: nothing is "
                             "frozen; expected \"live\", or some frozen epochs"));
  if (!g_str_equal (recipe->freeze.train, "head"))
    return refuse (error,
                   _ ("freeze.features is \"once\", but freeze.train is '%s': part of the "
                      "backbone trains; expected \"live\", or a freeze.train of head"),
                   recipe->freeze.train);
  if (*recipe->freeze.match != '\0')
    return refuse (error,
                   _ ("freeze.features is \"once\", but freeze.match is '%s', which may be "
                      "part of the backbone; expected \"live\", or no freeze.match"),
                   recipe->freeze.match);
  if (recipe->n_augment > 0)
    return refuse (error,
                   _ ("freeze.features is \"once\", but augment.0, %s, changes images at "
                      "random, and each epoch sees others; expected \"live\", or an empty "
                      "list"),
                   recipe->augment[0].entry->name);
  return TRUE;
}

gboolean
thaw_features_check (ThawTrainer *trainer, bool fresh, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;
  g_autofree char *needed = NULL, *most = NULL;

  if (recipe->freeze.features == THAW_FEATURES_LIVE)
    return TRUE;
  if (!check_plan (recipe, error))
    return FALSE;
  if (recipe->freeze.batch_norm == THAW_BN_UPDATE && has_statistics (trainer->net))
    return refuse (error, _ ("freeze.features is \"once\", but freeze.batch_norm is \"update\": "
                             "the frozen backbone changes with each batch; expected \"live\", or a "
                             "freeze.batch_norm of \"hold\""));
  if (thaw_features_bytes (trainer) == 0)
    return refuse (error,
                   _ ("freeze.features is \"once\", but %s leaves out parts at random even "
                      "while it is frozen; expected \"live\", or a model.stochastic_depth "
                      "of 0"),
                   trainer->model->entry.name);
  if (!fresh || thaw_features_bytes (trainer) <= most_bytes ())
    return TRUE;
  needed = g_format_size (thaw_features_bytes (trainer));
  most = g_format_size (most_bytes ());
  return refuse (error,
                 _ ("freeze.features is \"once\", but the features of all images take %s, "
                    "more than the %s that they may have here; expected \"live\", or smaller "
                    "images"),
                 needed, most);
}

/* --- Keeping them -------------------------------------------------------------------------------
 */

void
thaw_features_free (ThawFeatures *features)
{
  if (features == NULL)
    return;
  g_free (features->values);
  g_free (features->row);
  g_free (features);
}

/* NULL: there is no memory for them. */
static ThawFeatures *
features_new (ThawTrainer *trainer, const uint32_t *images, uint32_t n)
{
  ThawFeatures *features;

  if (thaw_features_bytes (trainer) > most_bytes ())
    return NULL;
  features = g_new0 (ThawFeatures, 1);
  thaw_net_features_shape (trainer->net, &features->pixels, &features->channels);
  features->values = g_try_malloc (thaw_features_bytes (trainer));
  features->row = g_try_new (uint32_t, thaw_dataset_count (trainer->set));
  if (features->values == NULL || features->row == NULL) {
    thaw_features_free (features);
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++)
    features->row[images[i]] = i;
  return features;
}

static float *
value_of (const ThawFeatures *features, uint32_t image)
{
  return features->values + features->row[image] * features->pixels * features->channels;
}

/* What the net has just made of a batch. */
static void
keep (ThawFeatures *features, const float *made, const ThawBatch *batch)
{
  size_t n = (size_t) batch->n, c = features->channels;

  for (size_t i = 0; i < n; i++) {
    float *to = value_of (features, batch->images[i]);
    for (size_t p = 0; p < features->pixels; p++)
      memcpy (to + p * c, made + (p * n + i) * c, c * sizeof (float));
  }
}

void
thaw_features_enter (const ThawFeatures *features, ThawNet *net, const ThawBatch *batch)
{
  size_t n = (size_t) batch->n, c = features->channels;
  float *to = thaw_net_features (net);

  for (size_t i = 0; i < n; i++) {
    const float *from = value_of (features, batch->images[i]);
    for (size_t p = 0; p < features->pixels; p++)
      memcpy (to + (p * n + i) * c, from + p * c, c * sizeof (float));
  }
}

/* --- Computing them -----------------------------------------------------------------------------
 */

static void
fill (void *user, const uint32_t *images, int count, float *x, int sample, int n)
{
  const ThawTrainer *trainer = user;
  const uint8_t *in[THAW_FILL_MOST];

  for (int i = 0; i < count; i++)
    in[i] = thaw_dataset_image (trainer->set, images[i]);
  thaw_pipeline_apply_many (trainer->plain_pipeline, in, images, count, 0, 0, x, sample, n);
}

static ThawFlow
compute (ThawTrainer *trainer, ThawFeatures *features, ThawLoader *loader, GError **error)
{
  const ThawBatch *batch;

  while ((batch = thaw_loader_next (loader)) != NULL) {
    ThawFlow flow;
    thaw_net_enter (trainer->net, batch->x, batch->n);
    keep (features, thaw_net_forward_to_features (trainer->net, batch->n), batch);
    flow = thaw_control_poll (trainer, error);
    if (flow != THAW_FLOW_ON)
      return flow;
  }
  return THAW_FLOW_ON;
}

ThawFlow
thaw_features_make (ThawTrainer *trainer, GError **error)
{
  const ThawSplit *split = trainer->split;
  uint32_t n = split->n_train + trainer->n_evaluated;
  g_autofree uint32_t *images = NULL;
  g_autoptr (ThawLoader) loader = NULL;
  g_autoptr (ThawFeatures) features = NULL;
  ThawLoaderSpec spec = {.set = trainer->set,
                         .n = n,
                         .batch_size = trainer->recipe->batch_size,
                         .channels = 3,
                         .fill = fill,
                         .user = trainer,
                         .threads = thaw_loader_threads (trainer->loader_threads),
                         .ahead = 4};
  ThawFlow flow;

  if (trainer->features != NULL || !thaw_features_due (trainer, trainer->at.epoch))
    return THAW_FLOW_ON;
  spec.order = images = g_new (uint32_t, n);
  memcpy (images, split->train, split->n_train * sizeof *images);
  memcpy (images + split->n_train, trainer->evaluated, trainer->n_evaluated * sizeof *images);
  features = features_new (trainer, images, n);
  if (features == NULL) /* no room: the backbone works each time, with the same result */
    return THAW_FLOW_ON;
  loader = thaw_loader_new (&spec);
  if (loader == NULL)
    return thaw_train_no_memory (spec.batch_size, error);
  flow = compute (trainer, features, loader, error);
  if (flow == THAW_FLOW_ON)
    trainer->features = g_steal_pointer (&features);
  return flow;
}
