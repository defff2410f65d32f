/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of a .safetensors file. */
#include "fail.h"
#include "json-cursor.h"
#include "safetensors.h"

#include <string.h>

enum { FIELD_DTYPE = 1, FIELD_SHAPE = 2, FIELD_OFFSETS = 4, FIELDS_ALL = 7 };

static void
entry_free (gpointer data)
{
  ThawSafetensorsEntry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

void
thaw_safetensors_header_free (ThawSafetensorsHeader *header)
{
  if (header == NULL)
    return;
  g_ptr_array_unref (header->entries);
  g_hash_table_unref (header->meta);
  g_free (header);
}

static gboolean
fail_quoted (const ThawJson *json, GError **error, const char *format, const char *text)
{
  g_autofree char *shown = thaw_quote ((const uint8_t *) text, strlen (text));

  return thaw_fail_at (error, THAW_FORMATS_ERROR_FORMAT, json->source, json->offset + json->at,
                       format, shown);
}

gboolean
thaw_safetensors_dtype (const char *name, ThawDtype *dtype)
{
  for (int i = 0; i < THAW_N_DTYPES; i++)
    if (strcmp (name, thaw_dtype_name ((ThawDtype) i)) == 0) {
      *dtype = (ThawDtype) i;
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_dtype (ThawJson *json, ThawSafetensorsEntry *entry, GError **error)
{
  g_autofree char *name = thaw_json_string (json, error);

  if (name == NULL)
    return FALSE;
  if (!thaw_safetensors_dtype (name, &entry->dtype))
    return fail_quoted (json, error, _ ("the element type '%s' is not known"), name);
  return TRUE;
}

/* "[1, 2, 3]" of at most `most` numbers. */
static gboolean
read_numbers (ThawJson *json, uint64_t *numbers, int most, int *count, GError **error)
{
  *count = 0;
  if (!thaw_json_expect (json, '[', error))
    return FALSE;
  if (thaw_json_take (json, ']'))
    return TRUE;
  do {
    if (*count == most)
      return thaw_json_fail (json, error, _ ("the header has a list that is too long"));
    if (!thaw_json_unsigned (json, &numbers[(*count)++], error))
      return FALSE;
  } while (thaw_json_take (json, ','));
  return thaw_json_expect (json, ']', error);
}

static gboolean
read_offsets (ThawJson *json, ThawSafetensorsEntry *entry, GError **error)
{
  uint64_t offsets[2] = {0};
  int count;

  if (!read_numbers (json, offsets, 2, &count, error))
    return FALSE;
  if (count != 2)
    return thaw_json_fail (json, error, _ ("data_offsets should hold two numbers"));
  entry->begin = offsets[0];
  entry->end = offsets[1];
  return TRUE;
}

static gboolean
read_field (ThawJson *json, ThawSafetensorsEntry *entry, int *seen, GError **error)
{
  g_autofree char *key = thaw_json_string (json, error);
  int field;

  if (key == NULL || !thaw_json_expect (json, ':', error))
    return FALSE;
  field = strcmp (key, "dtype") == 0          ? FIELD_DTYPE
          : strcmp (key, "shape") == 0        ? FIELD_SHAPE
          : strcmp (key, "data_offsets") == 0 ? FIELD_OFFSETS
                                              : 0;
  if (field == 0 || (*seen & field))
    return fail_quoted (json, error, _ ("the field '%s' is not known or there twice"), key);
  *seen |= field;
  if (field == FIELD_DTYPE)
    return read_dtype (json, entry, error);
  if (field == FIELD_SHAPE)
    return read_numbers (json, entry->shape, THAW_MAX_DIMS, &entry->ndim, error);
  return read_offsets (json, entry, error);
}

/* The object of one tensor; the entry has its name already. */
static gboolean
read_entry (ThawJson *json, ThawSafetensorsEntry *entry, GError **error)
{
  int seen = 0;

  if (!thaw_json_expect (json, '{', error))
    return FALSE;
  if (!thaw_json_take (json, '}')) {
    do
      if (!read_field (json, entry, &seen, error))
        return FALSE;
    while (thaw_json_take (json, ','));
    if (!thaw_json_expect (json, '}', error))
      return FALSE;
  }
  if (seen != FIELDS_ALL)
    return fail_quoted (json, error, _ ("tensor '%s' lacks its dtype, shape or data_offsets"),
                        entry->name);
  return TRUE;
}

static gboolean
read_meta (ThawJson *json, GHashTable *meta, GError **error)
{
  if (!thaw_json_expect (json, '{', error))
    return FALSE;
  if (thaw_json_take (json, '}'))
    return TRUE;
  do {
    g_autofree char *value = NULL;
    g_autofree char *key = thaw_json_string (json, error);
    if (key == NULL || !thaw_json_expect (json, ':', error) ||
        (value = thaw_json_string (json, error)) == NULL)
      return FALSE;
    if (g_hash_table_contains (meta, key))
      return fail_quoted (json, error, _ ("the metadata key '%s' is there twice"), key);
    g_hash_table_insert (meta, g_steal_pointer (&key), g_steal_pointer (&value));
  } while (thaw_json_take (json, ','));
  return thaw_json_expect (json, '}', error);
}

/* One "name": {...} of the header. `names`: those seen so far, owned by the entries. */
static gboolean
read_member (ThawJson *json, ThawSafetensorsHeader *header, GHashTable *names, GError **error)
{
  g_autofree char *name = thaw_json_string (json, error);
  ThawSafetensorsEntry *entry;

  if (name == NULL || !thaw_json_expect (json, ':', error))
    return FALSE;
  if (g_hash_table_contains (names, name))
    return fail_quoted (json, error, _ ("the name '%s' is there twice"), name);
  if (strlen (name) > THAW_MAX_NAME_BYTES || header->entries->len >= THAW_MAX_TENSORS)
    return thaw_json_fail (json, error, _ ("a name is too long, or there are too many tensors"));
  if (strcmp (name, THAW_SAFETENSORS_META) == 0) {
    g_hash_table_add (names, (gpointer) THAW_SAFETENSORS_META);
    return read_meta (json, header->meta, error);
  }
  entry = g_new0 (ThawSafetensorsEntry, 1);
  entry->name = g_steal_pointer (&name);
  g_ptr_array_add (header->entries, entry);
  g_hash_table_add (names, entry->name);
  return read_entry (json, entry, error);
}

static gboolean
read_members (ThawJson *json, ThawSafetensorsHeader *header, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (thaw_json_take (json, '}'))
    return TRUE;
  do
    if (!read_member (json, header, names, error))
      return FALSE;
  while (thaw_json_take (json, ','));
  return thaw_json_expect (json, '}', error);
}

ThawSafetensorsHeader *
thaw_safetensors_header_parse (
    const uint8_t *text, gsize length, gsize offset, const char *source, GError **error)
{
  ThawJson json = {.source = source, .text = text, .length = length, .offset = offset};
  g_autoptr (ThawSafetensorsHeader) header = g_new0 (ThawSafetensorsHeader, 1);

  header->entries = g_ptr_array_new_with_free_func (entry_free);
  header->meta = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (length == 0 || text[0] != '{') {
    thaw_json_fail (&json, error, _ ("the header should start with '{'"));
    return NULL;
  }
  if (!g_utf8_validate_len ((const char *) text, length, NULL)) {
    thaw_json_fail (&json, error, _ ("the header is not UTF-8"));
    return NULL;
  }
  if (!thaw_json_expect (&json, '{', error) || !read_members (&json, header, error))
    return NULL;
  while (json.at < length && text[json.at] == ' ')
    json.at++;
  if (json.at != length) {
    thaw_json_fail (&json, error, _ ("the header goes on after its closing brace"));
    return NULL;
  }
  return g_steal_pointer (&header);
}
