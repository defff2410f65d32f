/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of a helper, as weights, as a set and as a sample. Magic and length are put right, so
 * that inputs get beyond them; what is believed is read from end to end. */
#include "foreign-private.h"
#include "parcel-private.h"

#include <stdlib.h>
#include <string.h>

#define PATH "/set"
#define SIDE 4

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* At a multiple of 64 and of exactly that size. */
static GBytes *
aligned_copy (const uint8_t *data, size_t size)
{
  size_t length = MAX (size, THAW_PARCEL_HEAD) & ~(size_t) 7;
  const uint64_t head[2] = {THAW_PARCEL_MAGIC, length};
  uint8_t *copy;

  if (posix_memalign ((void **) &copy, 64, length) != 0)
    abort ();
  memset (copy, 0, length);
  memcpy (copy, data, MIN (size, length));
  memcpy (copy, head, sizeof head);
  return g_bytes_new_with_free_func (copy, length, free, copy);
}

static void
read_weights (const ThawStateDict *dict)
{
  for (size_t i = 0; dict != NULL && i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    g_autofree void *copy = g_memdup2 (tensor->data, tensor->bytes);
    g_assert_true (g_utf8_validate (tensor->name, -1, NULL));
  }
}

static void
read_set (const ThawDataset *set)
{
  for (uint32_t i = 0; set != NULL && i < thaw_dataset_count (set); i++) {
    g_autofree void *copy = NULL;
    g_assert_cmpint (thaw_dataset_label (set, i), <, thaw_dataset_classes (set));
    if (thaw_dataset_has_image (set, i))
      copy = g_memdup2 (thaw_dataset_image (set, i), SIDE * SIDE * 3);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = aligned_copy (data, size);

  for (int kind = 0; kind < 3; kind++) {
    g_auto (ThawParcelTaking) answer = {0};
    g_autoptr (ThawStateDict) dict = NULL;
    g_autoptr (ThawDataset) set = NULL;

    thaw_parcel_open (&answer, bytes);
    thaw_parcel_take_number (&answer, UINT64_MAX); /* how it ended */
    if (kind == 0)
      dict = thaw_take_weights (&answer, NULL);
    else
      set = thaw_take_dataset (&answer, PATH, SIDE, kind == 1 ? 0 : 2);
    read_weights (dict);
    read_set (set);
  }
  return 0;
}
