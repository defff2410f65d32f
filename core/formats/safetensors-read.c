/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .safetensors into tensors: all ranges are checked before the first is copied. */
#include "cursor.h"
#include "fail.h"
#include "safetensors.h"

#include <string.h>

#define FORMAT THAW_FORMATS_ERROR_FORMAT

gboolean
thaw_safetensors_sniff (const uint8_t *bytes, gsize length)
{
  return length >= 9 && bytes[8] == '{' && thaw_le (bytes, 8) <= UINT32_MAX;
}

static int
compare_begin (gconstpointer a, gconstpointer b)
{
  const ThawSafetensorsEntry *x = *(ThawSafetensorsEntry *const *) a;
  const ThawSafetensorsEntry *y = *(ThawSafetensorsEntry *const *) b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end; /* empty ranges first */
}

/* The range is as long as shape and type say. */
static gboolean
check_size (const ThawSafetensorsEntry *entry, const char *source, GError **error)
{
  uint64_t bytes = thaw_dtype_size (entry->dtype);

  for (int i = 0; i < entry->ndim; i++)
    if (__builtin_mul_overflow (bytes, entry->shape[i], &bytes))
      return thaw_fail (error, FORMAT, source, _ ("the size of tensor '%s' is beyond 64 bits"),
                        entry->name);
  if (entry->end < entry->begin || entry->end - entry->begin != bytes)
    return thaw_fail (
        error, FORMAT, source,
        _ ("tensor '%s' needs %" PRIu64 " bytes, its offsets are %" PRIu64 " to %" PRIu64),
        entry->name, bytes, entry->begin, entry->end);
  return TRUE;
}

/* Sorted, the ranges start at 0, touch without gap or overlap, and end where the file does. */
static gboolean
check_ranges (const ThawSafetensorsHeader *header,
              uint64_t length,
              const char *source,
              GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  uint64_t at = 0;

  for (guint i = 0; i < header->entries->len; i++) {
    if (!check_size (header->entries->pdata[i], source, error))
      return FALSE;
    g_ptr_array_add (sorted, header->entries->pdata[i]);
  }
  g_ptr_array_sort (sorted, compare_begin);
  for (guint i = 0; i < sorted->len; i++) {
    const ThawSafetensorsEntry *entry = sorted->pdata[i];
    if (entry->begin != at)
      return thaw_fail (error, FORMAT, source,
                        _ ("the data of tensor '%s' starts at %" PRIu64 ", expected %" PRIu64
                           " (no gap, no overlap)"),
                        entry->name, entry->begin, at);
    at = entry->end;
  }
  if (at != length)
    return thaw_fail (error, FORMAT, source,
                      _ ("has %" PRIu64 " bytes of data, its tensors need %" PRIu64), length, at);
  return TRUE;
}

static gboolean
add_tensor (ThawStateDict *dict,
            const ThawSafetensorsEntry *entry,
            const uint8_t *data,
            const char *source,
            GError **error)
{
  ThawTensor *tensor = thaw_tensor_new (entry->name, entry->dtype, entry->ndim, entry->shape);

  if (tensor == NULL)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, source, _ ("no memory for tensor '%s'"),
                      entry->name);
  if (tensor->bytes > 0)
    memcpy (tensor->data, data + entry->begin, tensor->bytes);
  if (thaw_state_dict_add (dict, tensor))
    return TRUE;
  thaw_tensor_free (tensor);
  return thaw_fail (error, FORMAT, source, _ ("the name '%s' is there twice"), entry->name);
}

static ThawStateDict *
publish (const ThawSafetensorsHeader *header,
         const uint8_t *data,
         const char *source,
         GError **error)
{
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < header->entries->len; i++)
    if (!add_tensor (dict, header->entries->pdata[i], data, source, error))
      return NULL;
  g_hash_table_iter_init (&iter, header->meta);
  while (g_hash_table_iter_next (&iter, &key, &value))
    thaw_state_dict_set_meta (dict, key, value);
  return g_steal_pointer (&dict);
}

ThawStateDict *
thaw_safetensors_parse (const uint8_t *bytes, gsize length, const char *source, GError **error)
{
  g_autoptr (ThawSafetensorsHeader) header = NULL;
  uint64_t size;

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);
  if (length < 8) {
    thaw_fail (error, FORMAT, source, _ ("has %zu bytes, a .safetensors file has at least 8"),
               length);
    return NULL;
  }
  size = thaw_le (bytes, 8);
  if (size > THAW_SAFETENSORS_MAX_HEADER || size > length - 8) {
    thaw_fail (error, size > length - 8 ? FORMAT : THAW_FORMATS_ERROR_LIMIT, source,
               _ ("claims a header of %" PRIu64 " bytes; the file has %zu"
                  " more, at most 16 MB are read"),
               size, length - 8);
    return NULL;
  }
  header = thaw_safetensors_header_parse (bytes + 8, size, 8, source, error);
  if (header == NULL || !check_ranges (header, length - 8 - size, source, error))
    return NULL;
  return publish (header, bytes + 8 + size, source, error);
}
