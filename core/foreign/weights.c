/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights through a helper: names, types, shapes, and the values where the answer has them. */
#include "foreign-private.h"

#define TENSORS_MOST 20000
#define META_MOST 100000
#define META_TEXT_MOST (16 << 20) /* as the header of a .safetensors file may be */
#define NAME_MOST 512

/* --- Helper --- */

void
thaw_pack_weights (ThawParcel *parcel, const ThawStateDict *dict, ThawFormat format)
{
  g_autoptr (GList) keys = thaw_state_dict_meta_keys (dict);

  thaw_parcel_number (parcel, format);
  thaw_parcel_number (parcel, g_list_length (keys));
  for (GList *l = keys; l != NULL; l = l->next) {
    thaw_parcel_text (parcel, l->data);
    thaw_parcel_text (parcel, thaw_state_dict_meta (dict, l->data));
  }
  thaw_parcel_number (parcel, thaw_state_dict_size (dict));
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    thaw_parcel_text (parcel, tensor->name);
    thaw_parcel_number (parcel, tensor->dtype);
    thaw_parcel_number (parcel, (uint64_t) tensor->ndim);
    for (int d = 0; d < tensor->ndim; d++)
      thaw_parcel_number (parcel, tensor->shape[d]);
    thaw_parcel_block (parcel, tensor->data, tensor->bytes);
  }
}

/* --- Who asked --- */

static bool
take_tensor (ThawParcelTaking *answer, ThawStateDict *dict)
{
  const char *name = thaw_parcel_take_words (answer, NAME_MOST);
  ThawDtype dtype = (ThawDtype) thaw_parcel_take_number (answer, THAW_N_DTYPES - 1);
  int ndim = (int) thaw_parcel_take_number (answer, THAW_MAX_DIMS);
  uint64_t shape[THAW_MAX_DIMS], bytes;
  ThawTensor *tensor;
  void *data;

  for (int d = 0; d < ndim; d++)
    shape[d] = thaw_parcel_take_number (answer, UINT64_MAX);
  if (answer->failed || !thaw_tensor_bytes (dtype, ndim, shape, &bytes))
    return false;
  data = thaw_parcel_take_block (answer, bytes);
  if (answer->failed)
    return false;
  tensor = thaw_tensor_over (name, dtype, ndim, shape, answer->home, data);
  if (tensor == NULL)
    return false;
  if (thaw_state_dict_add (dict, tensor))
    return true;
  thaw_tensor_free (tensor); /* the name is there already */
  return false;
}

static bool
take_meta (ThawParcelTaking *answer, ThawStateDict *dict)
{
  uint64_t n = thaw_parcel_take_number (answer, META_MOST);

  for (uint64_t i = 0; i < n && !answer->failed; i++) {
    const char *key = thaw_parcel_take_words (answer, META_TEXT_MOST);
    const char *value = thaw_parcel_take_words (answer, META_TEXT_MOST);
    if (!answer->failed)
      thaw_state_dict_set_meta (dict, key, value);
  }
  return !answer->failed;
}

ThawStateDict *
thaw_take_weights (ThawParcelTaking *answer, ThawFormat *format)
{
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
  ThawFormat found = (ThawFormat) thaw_parcel_take_number (answer, THAW_FORMAT_PTH_LEGACY);
  uint64_t n;

  if (!take_meta (answer, dict))
    return NULL;
  n = thaw_parcel_take_number (answer, TENSORS_MOST);
  for (uint64_t i = 0; i < n; i++)
    if (!take_tensor (answer, dict))
      return NULL;
  if (!thaw_parcel_taken (answer))
    return NULL;
  if (format != NULL)
    *format = found;
  return g_steal_pointer (&dict);
}

ThawStateDict *
thaw_foreign_weights (const char *path, ThawFormat *format, GError **error)
{
  ThawQuestion question;
  g_auto (ThawParcelTaking) answer = {0};
  ThawStateDict *dict;

  g_return_val_if_fail (path != NULL, NULL);
  if (!thaw_question_begin (&question, THAW_ASK_WEIGHTS, path, NULL, error))
    return NULL;
  thaw_parcel_text (question.parcel, path);
  if (!thaw_question_ask (&question, &answer, error))
    return NULL;
  dict = thaw_take_weights (&answer, format);
  if (dict == NULL)
    thaw_answer_odd (path, error);
  return dict;
}
