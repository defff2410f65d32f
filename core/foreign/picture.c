/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One picture through a helper. */
#include "foreign-private.h"

/* A block of the answer, which lasts as long as it. */
static GBytes *
part_of (const ThawParcelTaking *answer, const void *block, size_t bytes)
{
  return g_bytes_new_from_bytes (answer->home, (gsize) ((const uint8_t *) block - answer->bytes),
                                 bytes);
}

static GBytes *
read_picture (
    ThawAsk ask, const char *path, int side, int *h, int *w, GCancellable *cancel, GError **error)
{
  ThawQuestion question;
  g_auto (ThawParcelTaking) answer = {0};
  size_t bytes;
  const void *block;

  g_return_val_if_fail (path != NULL && side >= 1 && side <= THAW_MAX_SIDE, NULL);
  if (!thaw_question_begin (&question, ask, path, cancel, error))
    return NULL;
  thaw_parcel_number (question.parcel, (uint64_t) side);
  thaw_parcel_text (question.parcel, path);
  if (!thaw_question_ask (&question, &answer, error))
    return NULL;
  *h = (int) thaw_parcel_take_number (&answer, (uint64_t) side);
  *w = (int) thaw_parcel_take_number (&answer, (uint64_t) side);
  bytes = (size_t) *h * (size_t) *w * 3;
  block = thaw_parcel_take_block (&answer, bytes);
  if (thaw_parcel_taken (&answer) && bytes > 0)
    return part_of (&answer, block, bytes);
  thaw_answer_odd (path, error);
  return NULL;
}

GBytes *
thaw_foreign_picture (const char *path, int size, GError **error)
{
  int h = 0, w = 0;
  g_autoptr (GBytes) pixels = read_picture (THAW_ASK_PICTURE, path, size, &h, &w, NULL, error);

  if (pixels == NULL || (h == size && w == size))
    return g_steal_pointer (&pixels);
  thaw_answer_odd (path, error);
  return NULL;
}

GBytes *
thaw_foreign_picture_whole (
    const char *path, int most, int *h, int *w, GCancellable *cancel, GError **error)
{
  return read_picture (THAW_ASK_WHOLE, path, most, h, w, cancel, error);
}
