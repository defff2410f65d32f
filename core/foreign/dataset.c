/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set through a helper: what is said of it, labels, and pixels where the answer has them. */
#include "foreign-private.h"

#define CLASSES_MOST 1000
#define SKIPPED_MOST 4000000

/* --- Helper --- */

void
thaw_pack_dataset (ThawParcel *parcel, const ThawDataset *set)
{
  ThawDatasetParts parts;
  size_t n = thaw_dataset_count (set), side;

  thaw_dataset_parts (set, &parts);
  side = (size_t) parts.size;
  thaw_pack_info (parcel, &parts.info);
  thaw_parcel_number (parcel, (uint64_t) parts.size);
  thaw_parcel_number (parcel, (uint64_t) parts.classes);
  for (int c = 0; c < parts.classes; c++)
    thaw_parcel_text (parcel, parts.class_names[c]);
  thaw_parcel_number (parcel, parts.n_train);
  thaw_parcel_number (parcel, parts.n_own_validation);
  thaw_parcel_number (parcel, parts.n_test);
  thaw_parcel_text (parcel, parts.fingerprint);
  thaw_parcel_number (parcel, parts.skipped->len);
  for (guint i = 0; i < parts.skipped->len; i++)
    thaw_parcel_text (parcel, parts.skipped->pdata[i]);
  thaw_parcel_block (parcel, (void *) parts.labels, n * sizeof *parts.labels);
  thaw_parcel_number (parcel, parts.here != NULL);
  if (parts.here != NULL)
    thaw_parcel_block (parcel, (void *) parts.here, n);
  thaw_parcel_units (parcel, parts.pixels, side * side * 3, n, parts.here);
}

/* --- Who asked --- */

typedef struct {
  ThawDatasetParts parts;
  const char **class_names;
  GPtrArray *skipped; /* what it holds belongs to the answer */
} Taken;

static void
taken_clear (Taken *taken)
{
  g_clear_pointer (&taken->class_names, g_free);
  g_clear_pointer (&taken->skipped, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taken, taken_clear)

static void
take_words (ThawParcelTaking *answer, Taken *taken)
{
  ThawDatasetParts *parts = &taken->parts;
  uint64_t n;

  thaw_take_info (answer, &parts->info);
  parts->size = (int) thaw_parcel_take_number (answer, THAW_MAX_SIDE);
  parts->classes = (int) thaw_parcel_take_number (answer, CLASSES_MOST);
  taken->class_names = g_new0 (const char *, parts->classes + 1);
  for (int c = 0; c < parts->classes; c++)
    taken->class_names[c] = thaw_parcel_take_words (answer, THAW_TEXT_MOST);
  parts->class_names = taken->class_names;
  parts->n_train = (uint32_t) thaw_parcel_take_number (answer, UINT32_MAX);
  parts->n_own_validation = (uint32_t) thaw_parcel_take_number (answer, UINT32_MAX);
  parts->n_test = (uint32_t) thaw_parcel_take_number (answer, UINT32_MAX);
  parts->fingerprint = thaw_parcel_take_text (answer, THAW_TEXT_MOST);
  n = thaw_parcel_take_number (answer, SKIPPED_MOST);
  taken->skipped = parts->skipped = g_ptr_array_new ();
  for (uint64_t i = 0; i < n && !answer->failed; i++)
    g_ptr_array_add (parts->skipped, (void *) thaw_parcel_take_words (answer, THAW_TEXT_MOST));
}

/* What they say of each image is checked when the parts are put together. */
static void
take_images (ThawParcelTaking *answer, ThawDatasetParts *parts)
{
  uint64_t n = (uint64_t) parts->n_train + parts->n_own_validation + parts->n_test, bytes;

  parts->labels = thaw_parcel_take_block (answer, n * sizeof *parts->labels);
  if (thaw_parcel_take_number (answer, 1) == 1)
    parts->here = thaw_parcel_take_block (answer, n);
  if (__builtin_mul_overflow (n, (uint64_t) parts->size * (uint64_t) parts->size * 3, &bytes))
    answer->failed = true;
  parts->pixels = thaw_parcel_take_block (answer, bytes);
}

ThawDataset *
thaw_take_dataset (ThawParcelTaking *answer, const char *path, int size, uint32_t each)
{
  g_auto (Taken) taken = {0};
  ThawDatasetParts *parts = &taken.parts;

  take_words (answer, &taken);
  take_images (answer, parts);
  if (!thaw_parcel_taken (answer) || parts->size != size || (parts->here != NULL) != (each > 0) ||
      !thaw_path_within (parts->info.path, path))
    return NULL;
  return thaw_dataset_from_parts (parts, answer->home, NULL);
}

static ThawDataset *
read_set (const char *path, int size, uint32_t each, GCancellable *cancel, GError **error)
{
  ThawQuestion question;
  g_auto (ThawParcelTaking) answer = {0};
  ThawDataset *set;

  g_return_val_if_fail (path != NULL && size >= 1 && size <= THAW_MAX_SIDE, NULL);
  if (!thaw_question_begin (&question, THAW_ASK_SET, path, cancel, error))
    return NULL;
  thaw_parcel_number (question.parcel, (uint64_t) size);
  thaw_parcel_number (question.parcel, each);
  thaw_parcel_text (question.parcel, path);
  if (!thaw_question_ask (&question, &answer, error))
    return NULL;
  set = thaw_take_dataset (&answer, path, size, each);
  if (set == NULL)
    thaw_answer_odd (path, error);
  return set;
}

ThawDataset *
thaw_foreign_dataset (const char *path, int size, GCancellable *cancel, GError **error)
{
  return read_set (path, size, 0, cancel, error);
}

ThawDataset *
thaw_foreign_sample (
    const char *path, int size, uint32_t each, GCancellable *cancel, GError **error)
{
  g_return_val_if_fail (each > 0, NULL);

  return read_set (path, size, each, cancel, error);
}
