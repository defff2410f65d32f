/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "samples.h"
#include "thaw-foreign.h"

static void
class_free (void *data)
{
  ThawSampleClass *item = data;

  g_free (item->name);
  g_ptr_array_unref (item->pictures);
  g_free (item);
}

static void
add_picture (ThawSamples *samples, const ThawDataset *set, uint32_t i)
{
  int label = thaw_dataset_label (set, i);
  ThawSampleClass *item = samples->classes->pdata[label];
  size_t bytes = (size_t) samples->size * samples->size * 3;

  if (label < THAW_SAMPLES_CLASSES && thaw_dataset_has_image (set, i) &&
      item->pictures->len < THAW_SAMPLES_EACH)
    g_ptr_array_add (item->pictures, g_bytes_new (thaw_dataset_image (set, i), bytes));
}

static void
gather (ThawSamples *samples, const ThawDataset *set)
{
  uint32_t n_train = thaw_dataset_n_train (set);

  for (int c = 0; c < thaw_dataset_classes (set); c++) {
    ThawSampleClass *item = g_new0 (ThawSampleClass, 1);
    item->name = g_utf8_make_valid (thaw_dataset_class_name (set, c), -1);
    item->pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
    g_ptr_array_add (samples->classes, item);
  }
  for (uint32_t i = 0; i < thaw_dataset_count (set); i++) {
    ThawSampleClass *item = samples->classes->pdata[thaw_dataset_label (set, i)];
    item->n_all++;
    if (i >= n_train)
      continue;
    item->n_train++;
    add_picture (samples, set, i);
  }
}

ThawSamples *
thaw_samples_read (const char *path, int size, GCancellable *cancel, GError **error)
{
  g_autoptr (ThawDataset) set = thaw_foreign_sample (path, size, THAW_SAMPLES_EACH, cancel, error);
  ThawSamples *samples;

  if (set == NULL)
    return NULL;
  samples = g_new0 (ThawSamples, 1);
  g_atomic_ref_count_init (&samples->count);
  samples->path = g_strdup (path);
  samples->title = g_strdup (thaw_dataset_info (set)->title);
  samples->size = size;
  samples->classes = g_ptr_array_new_with_free_func (class_free);
  samples->n_train = thaw_dataset_n_train (set);
  samples->n_validation = thaw_dataset_n_own_validation (set);
  samples->n_test = thaw_dataset_n_test (set);
  samples->n_skipped = thaw_dataset_skipped (set)->len;
  gather (samples, set);
  return samples;
}

ThawSamples *
thaw_samples_ref (ThawSamples *samples)
{
  g_atomic_ref_count_inc (&samples->count);
  return samples;
}

void
thaw_samples_unref (ThawSamples *samples)
{
  if (samples == NULL || !g_atomic_ref_count_dec (&samples->count))
    return;
  g_free (samples->path);
  g_free (samples->title);
  g_ptr_array_unref (samples->classes);
  g_free (samples);
}

GBytes *
thaw_samples_mixed (const ThawSamples *samples, guint k)
{
  guint n = MIN (samples->classes->len, THAW_SAMPLES_CLASSES);

  if (n == 0)
    return NULL;
  const ThawSampleClass *item = samples->classes->pdata[k % n];
  guint at = k / n;
  return at < item->pictures->len ? item->pictures->pdata[at] : NULL;
}

void
thaw_samples_facts (const ThawSamples *samples, ThawDataFacts *facts)
{
  *facts = (ThawDataFacts){
      .known = true,
      .title = g_strdup (samples->title),
      .classes = (int) samples->classes->len,
      .n_train = samples->n_train,
      .n_validation = samples->n_validation,
      .n_test = samples->n_test,
  };
  for (guint i = 0; i < samples->classes->len && facts->empty_class == NULL; i++) {
    const ThawSampleClass *item = samples->classes->pdata[i];
    if (item->n_train == 0)
      facts->empty_class = g_strdup (item->name);
  }
}
