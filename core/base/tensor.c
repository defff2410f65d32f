/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named tensors and ordered collections of them. */
#include "thaw-base.h"

#include <math.h>
#include <string.h>

static const struct {
  const char *name;
  size_t size;
} dtypes[THAW_N_DTYPES] = {
    [THAW_DTYPE_BOOL] = {"BOOL", 1}, [THAW_DTYPE_U8] = {"U8", 1},   [THAW_DTYPE_I8] = {"I8", 1},
    [THAW_DTYPE_I16] = {"I16", 2},   [THAW_DTYPE_U16] = {"U16", 2}, [THAW_DTYPE_F16] = {"F16", 2},
    [THAW_DTYPE_BF16] = {"BF16", 2}, [THAW_DTYPE_I32] = {"I32", 4}, [THAW_DTYPE_U32] = {"U32", 4},
    [THAW_DTYPE_F32] = {"F32", 4},   [THAW_DTYPE_F64] = {"F64", 8}, [THAW_DTYPE_I64] = {"I64", 8},
    [THAW_DTYPE_U64] = {"U64", 8},
};

struct _ThawStateDict {
  GPtrArray *tensors;
  GHashTable *by_name; /* name -> tensor, both owned by the array */
  GHashTable *meta;    /* char * -> char *                        */
};

const char *
thaw_dtype_name (ThawDtype dtype)
{
  return dtypes[dtype].name;
}

size_t
thaw_dtype_size (ThawDtype dtype)
{
  return dtypes[dtype].size;
}

bool
thaw_tensor_bytes (ThawDtype dtype, int ndim, const uint64_t *shape, uint64_t *bytes)
{
  *bytes = dtypes[dtype].size;
  for (int i = 0; i < ndim; i++)
    if (__builtin_mul_overflow (*bytes, shape[i], bytes))
      return false;
  return *bytes <= G_MAXSSIZE;
}

/* All but its memory; NULL when the size overflows. (transfer full) */
static ThawTensor *
describe (const char *name, ThawDtype dtype, int ndim, const uint64_t *shape)
{
  ThawTensor *tensor;
  uint64_t bytes;

  if (!thaw_tensor_bytes (dtype, ndim, shape, &bytes))
    return NULL;
  tensor = g_new0 (ThawTensor, 1);
  tensor->name = g_strdup (name);
  tensor->dtype = dtype;
  tensor->ndim = ndim;
  for (int i = 0; i < ndim; i++) /* a scalar may come without */
    tensor->shape[i] = shape[i];
  tensor->count = bytes / dtypes[dtype].size;
  tensor->bytes = bytes;
  return tensor;
}

ThawTensor *
thaw_tensor_new (const char *name, ThawDtype dtype, int ndim, const uint64_t *shape)
{
  g_autoptr (ThawTensor) tensor = NULL;

  g_return_val_if_fail (ndim >= 0 && ndim <= THAW_MAX_DIMS, NULL);
  tensor = describe (name, dtype, ndim, shape);
  if (tensor == NULL)
    return NULL;
  if (tensor->bytes > 0 && (tensor->data = thaw_aligned_new0 (tensor->bytes)) == NULL)
    return NULL;
  return g_steal_pointer (&tensor);
}

ThawTensor *
thaw_tensor_over (
    const char *name, ThawDtype dtype, int ndim, const uint64_t *shape, GBytes *home, void *data)
{
  ThawTensor *tensor;

  g_return_val_if_fail (ndim >= 0 && ndim <= THAW_MAX_DIMS && (uintptr_t) data % 64 == 0, NULL);
  tensor = describe (name, dtype, ndim, shape);
  if (tensor == NULL || tensor->bytes == 0)
    return tensor;
  tensor->data = data;
  tensor->home = g_bytes_ref (home);
  return tensor;
}

void
thaw_tensor_free (ThawTensor *tensor)
{
  if (tensor == NULL)
    return;
  if (tensor->home != NULL)
    g_bytes_unref (tensor->home);
  else
    thaw_aligned_free (tensor->data);
  g_free (tensor->name);
  g_free (tensor);
}

char *
thaw_tensor_shape_text (const ThawTensor *tensor)
{
  GString *text = g_string_new ("(");

  for (int i = 0; i < tensor->ndim; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i ? ", " : "", tensor->shape[i]);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

#define CONVERT(ctype)                                                                             \
  do {                                                                                             \
    const ctype *from = tensor->data;                                                              \
    for (uint64_t i = 0; i < tensor->count; i++)                                                   \
      out[i] = (float) from[i];                                                                    \
  } while (0)

void
thaw_tensor_to_f32 (const ThawTensor *tensor, float *out)
{
  switch (tensor->dtype) {
  case THAW_DTYPE_BOOL:
  case THAW_DTYPE_U8:
    CONVERT (uint8_t);
    break;
  case THAW_DTYPE_I8:
    CONVERT (int8_t);
    break;
  case THAW_DTYPE_I16:
    CONVERT (int16_t);
    break;
  case THAW_DTYPE_U16:
    CONVERT (uint16_t);
    break;
  case THAW_DTYPE_I32:
    CONVERT (int32_t);
    break;
  case THAW_DTYPE_U32:
    CONVERT (uint32_t);
    break;
  case THAW_DTYPE_I64:
    CONVERT (int64_t);
    break;
  case THAW_DTYPE_U64:
    CONVERT (uint64_t);
    break;
  case THAW_DTYPE_F32:
    if (tensor->bytes > 0)
      memcpy (out, tensor->data, tensor->bytes);
    break;
  case THAW_DTYPE_F64:
    CONVERT (double);
    break;
  case THAW_DTYPE_F16:
    for (uint64_t i = 0; i < tensor->count; i++)
      out[i] = thaw_f16_to_f32 (((const uint16_t *) tensor->data)[i]);
    break;
  case THAW_DTYPE_BF16:
    for (uint64_t i = 0; i < tensor->count; i++) {
      uint32_t bits = (uint32_t) ((const uint16_t *) tensor->data)[i] << 16;
      memcpy (&out[i], &bits, 4);
    }
    break;
  case THAW_N_DTYPES:
  default:
    g_assert_not_reached ();
  }
}

ThawTensor *
thaw_tensor_to_f16 (const ThawTensor *tensor, int64_t *at)
{
  g_autoptr (ThawTensor) half = NULL;
  const float *from = tensor->data;
  uint16_t *to;

  *at = -1;
  g_return_val_if_fail (tensor->dtype == THAW_DTYPE_F32, NULL);
  half = thaw_tensor_new (tensor->name, THAW_DTYPE_F16, tensor->ndim, tensor->shape);
  if (half == NULL)
    return NULL;
  to = half->data;
  if (to == NULL)
    return g_steal_pointer (&half); /* no elements */
  for (uint64_t i = 0; i < tensor->count; i++) {
    to[i] = thaw_f32_to_f16 (from[i]);
    if (isfinite (from[i]) && (to[i] & 0x7FFF) == 0x7C00) {
      *at = (int64_t) i;
      return NULL;
    }
  }
  return g_steal_pointer (&half);
}

uint64_t
thaw_tensor_count_nonfinite (const ThawTensor *tensor)
{
  uint64_t found = 0;

  for (uint64_t i = 0; i < tensor->count; i++)
    switch (tensor->dtype) {
    case THAW_DTYPE_F32:
      found += !isfinite (((const float *) tensor->data)[i]);
      break;
    case THAW_DTYPE_F64:
      found += !isfinite (((const double *) tensor->data)[i]);
      break;
    case THAW_DTYPE_F16:
      found += (((const uint16_t *) tensor->data)[i] & 0x7C00) == 0x7C00;
      break;
    case THAW_DTYPE_BF16:
      found += (((const uint16_t *) tensor->data)[i] & 0x7F80) == 0x7F80;
      break;
    default:
      return 0;
    }
  return found;
}

ThawStateDict *
thaw_state_dict_new (void)
{
  ThawStateDict *dict = g_new0 (ThawStateDict, 1);

  dict->tensors = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_tensor_free);
  dict->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  dict->meta = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return dict;
}

void
thaw_state_dict_free (ThawStateDict *dict)
{
  if (dict == NULL)
    return;
  g_hash_table_unref (dict->by_name);
  g_hash_table_unref (dict->meta);
  g_ptr_array_unref (dict->tensors);
  g_free (dict);
}

bool
thaw_state_dict_add (ThawStateDict *dict, ThawTensor *tensor)
{
  if (g_hash_table_contains (dict->by_name, tensor->name))
    return false;
  g_ptr_array_add (dict->tensors, tensor);
  g_hash_table_insert (dict->by_name, tensor->name, tensor);
  return true;
}

ThawStateDict *
thaw_state_dict_take (ThawStateDict *dict, const char *prefix)
{
  ThawStateDict *taken = thaw_state_dict_new ();
  GPtrArray *all = dict->tensors;

  g_hash_table_remove_all (dict->by_name);
  dict->tensors = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_tensor_free);
  g_ptr_array_set_free_func (all, NULL);
  for (guint i = 0; i < all->len; i++) {
    ThawTensor *tensor = g_ptr_array_index (all, i);
    ThawStateDict *home = dict;

    if (g_str_has_prefix (tensor->name, prefix)) {
      char *rest = g_strdup (tensor->name + strlen (prefix));
      g_free (tensor->name);
      tensor->name = rest;
      home = taken;
    }
    g_ptr_array_add (home->tensors, tensor);
    g_hash_table_insert (home->by_name, tensor->name, tensor);
  }
  g_ptr_array_unref (all);
  return taken;
}

void
thaw_state_dict_add_prefix (ThawStateDict *dict, const char *prefix)
{
  g_hash_table_remove_all (dict->by_name);
  for (guint i = 0; i < dict->tensors->len; i++) {
    ThawTensor *tensor = g_ptr_array_index (dict->tensors, i);
    char *name = g_strconcat (prefix, tensor->name, NULL);

    g_free (tensor->name);
    tensor->name = name;
    g_hash_table_insert (dict->by_name, tensor->name, tensor);
  }
}

size_t
thaw_state_dict_size (const ThawStateDict *dict)
{
  return dict->tensors->len;
}

ThawTensor *
thaw_state_dict_nth (const ThawStateDict *dict, size_t i)
{
  g_return_val_if_fail (i < dict->tensors->len, NULL);
  return g_ptr_array_index (dict->tensors, i);
}

ThawTensor *
thaw_state_dict_find (const ThawStateDict *dict, const char *name)
{
  return g_hash_table_lookup (dict->by_name, name);
}

void
thaw_state_dict_set_meta (ThawStateDict *dict, const char *key, const char *value)
{
  g_hash_table_insert (dict->meta, g_strdup (key), g_strdup (value));
}

const char *
thaw_state_dict_meta (const ThawStateDict *dict, const char *key)
{
  return g_hash_table_lookup (dict->meta, key);
}

GList *
thaw_state_dict_meta_keys (const ThawStateDict *dict)
{
  return g_list_sort (g_hash_table_get_keys (dict->meta), (GCompareFunc) g_strcmp0);
}
