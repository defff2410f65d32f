/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIFAR-10's Python batches: a dictionary with `labels`, a list of numbers, and `data`, a numpy
 * array of bytes. Keys are text or byte strings, as Python 2 or 3 wrote them. */
#include "fail.h"
#include "pickle.h"

#include <string.h>

#define IMAGE_BYTES 3072
#define CLASSES 10
#define FORMAT THAW_FORMATS_ERROR_FORMAT

/* The rows of `data`: n x 3072, as many bytes. */
static gboolean
read_data (const ThawPickle *pickle, ThawCifarPickle *out, GError **error)
{
  const ThawPickleValue *data = thaw_pickle_dict_get (&pickle->result, "data"), *shape, *pixels;

  if (data == NULL || data->kind != THAW_PICKLE_NDARRAY || data->node->count != 2)
    return thaw_fail (error, FORMAT, pickle->source, _ ("has no array 'data'"));
  pixels = &data->node->items[1];
  if (!thaw_pickle_items (&data->node->items[0], 2, &shape) || shape[0].integer < 0 ||
      shape[1].integer != IMAGE_BYTES || pixels->length % IMAGE_BYTES != 0 ||
      (uint64_t) shape[0].integer != pixels->length / IMAGE_BYTES)
    return thaw_fail (error, FORMAT, pickle->source,
                      _ ("the array 'data' of %u bytes does not have the shape of images x %d"),
                      pixels->length, IMAGE_BYTES);
  out->n = (size_t) shape[0].integer;
  out->pixels = pixels->bytes;
  return TRUE;
}

/* One label an image, 0..9. */
static gboolean
read_labels (const ThawPickle *pickle, ThawCifarPickle *out, GError **error)
{
  const ThawPickleValue *list = thaw_pickle_dict_get (&pickle->result, "labels");
  g_autofree uint8_t *labels = NULL;

  if (list == NULL || list->kind != THAW_PICKLE_LIST)
    return thaw_fail (error, FORMAT, pickle->source, _ ("has no list 'labels'"));
  if (list->node->count != out->n)
    return thaw_fail (error, FORMAT, pickle->source, _ ("has %u labels for %zu images"),
                      list->node->count, out->n);
  labels = g_malloc (MAX (out->n, 1));
  for (size_t i = 0; i < out->n; i++) {
    const ThawPickleValue *label = &list->node->items[i];
    if (label->kind != THAW_PICKLE_INT || label->integer < 0 || label->integer >= CLASSES)
      return thaw_fail (error, FORMAT, pickle->source,
                        _ ("the label of image %zu is not a number from 0 to %d"), i, CLASSES - 1);
    labels[i] = (uint8_t) label->integer;
  }
  out->owner = g_steal_pointer (&labels);
  out->labels = out->owner;
  return TRUE;
}

gboolean
thaw_cifar_pickle_parse (
    const uint8_t *bytes, gsize length, const char *source, ThawCifarPickle *out, GError **error)
{
  g_autoptr (ThawPickle) pickle = NULL;
  ThawCifarPickle batch = {0};
  size_t used;

  g_return_val_if_fail ((bytes != NULL || length == 0) && out != NULL, FALSE);
  pickle = thaw_pickle_run (bytes, length, 0, THAW_PICKLE_CIFAR, source, &used, error);
  if (pickle == NULL)
    return FALSE;
  if (used != length)
    return thaw_fail_at (error, FORMAT, source, used, _ ("goes on after the end of its pickle"));
  if (!thaw_pickle_is_dict (&pickle->result))
    return thaw_fail (error, FORMAT, source, _ ("is not a dictionary, so no CIFAR-10 batch"));
  if (!read_data (pickle, &batch, error) || !read_labels (pickle, &batch, error))
    return FALSE;
  *out = batch;
  return TRUE;
}

void
thaw_cifar_pickle_clear (ThawCifarPickle *batch)
{
  g_free (batch->owner);
  *batch = (ThawCifarPickle){0};
}
