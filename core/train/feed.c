/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches of an epoch or of an evaluation: of images that a loader prepares, or of features that
 * are there already. */
#include "train-private.h"

gboolean
thaw_feed_open (ThawFeed *feed,
                const ThawLoaderSpec *spec,
                const ThawFeatures *features,
                GError **error)
{
  *feed = (ThawFeed){.features = features, .spec = *spec};
  if (features != NULL) {
    feed->next.number = spec->first_batch;
    feed->next.labels = g_new (int, spec->batch_size);
    return TRUE;
  }
  feed->loader = thaw_loader_new (spec);
  return feed->loader != NULL || thaw_train_no_memory (spec->batch_size, error) == THAW_FLOW_ON;
}

const ThawBatch *
thaw_feed_next (ThawFeed *feed)
{
  const ThawLoaderSpec *spec = &feed->spec;
  ThawBatch *batch = &feed->next;
  uint32_t size = (uint32_t) spec->batch_size, begin;

  if (feed->loader != NULL)
    return thaw_loader_next (feed->loader);
  batch->number += batch->n > 0;
  begin = batch->number * size;
  if (begin >= spec->n)
    return NULL;
  batch->n = (int) MIN (size, spec->n - begin);
  batch->images = spec->order + begin;
  for (int i = 0; i < batch->n; i++)
    batch->labels[i] = thaw_dataset_label (spec->set, batch->images[i]);
  return batch;
}

void
thaw_feed_close (ThawFeed *feed)
{
  g_clear_pointer (&feed->loader, thaw_loader_free);
  g_clear_pointer (&feed->next.labels, g_free);
}
