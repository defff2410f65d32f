/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .pth before PyTorch 1.6: five pickles (magic number, protocol, system, object, storage keys),
 * then for each key an int64 count and that many elements, to the exact end of the file. */
#include "fail.h"
#include "pth.h"
#include "torch-state.h"

#include <string.h>

#define FORMAT THAW_FORMATS_ERROR_FORMAT
#define PROTOCOL 1001

/* 0x1950a86a20f9469cfc6c, little-endian */
static const uint8_t magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

typedef struct {
  const char *source;
  ThawCursor in;
} Legacy;

static ThawPickle *
next_pickle (Legacy *legacy, GError **error)
{
  size_t used = 0, left = thaw_cursor_left (&legacy->in);
  ThawPickle *pickle =
      thaw_pickle_run (legacy->in.bytes + legacy->in.at, MIN (left, THAW_PICKLE_MAX_BYTES),
                       legacy->in.at, THAW_PICKLE_TORCH, legacy->source, &used, error);

  legacy->in.at += used;
  return pickle;
}

static gboolean
check_magic (Legacy *legacy, GError **error)
{
  g_autoptr (ThawPickle) pickle = next_pickle (legacy, error);

  if (pickle == NULL)
    return FALSE;
  if (pickle->result.kind != THAW_PICKLE_BIG || pickle->result.length != sizeof magic ||
      memcmp (pickle->result.bytes, magic, sizeof magic) != 0)
    return thaw_fail (error, FORMAT, legacy->source,
                      _ ("is a pickle without PyTorch's magic number, so no PyTorch file"));
  return TRUE;
}

static gboolean
check_protocol (Legacy *legacy, GError **error)
{
  g_autoptr (ThawPickle) pickle = next_pickle (legacy, error);

  if (pickle == NULL)
    return FALSE;
  if (pickle->result.kind != THAW_PICKLE_INT || pickle->result.integer != PROTOCOL)
    return thaw_fail (error, FORMAT, legacy->source,
                      _ ("its PyTorch file protocol is not %d, the only one there was"), PROTOCOL);
  return TRUE;
}

static gboolean
check_system (Legacy *legacy, GError **error)
{
  g_autoptr (ThawPickle) pickle = next_pickle (legacy, error);
  const ThawPickleValue *little;

  if (pickle == NULL)
    return FALSE;
  if (!thaw_pickle_is_dict (&pickle->result))
    return thaw_fail (error, FORMAT, legacy->source,
                      _ ("is damaged: its third pickle is not a dictionary"));
  little = thaw_pickle_dict_get (&pickle->result, "little_endian");
  if (little != NULL && (little->kind != THAW_PICKLE_BOOL || !little->integer))
    return thaw_fail (error, FORMAT, legacy->source,
                      _ ("its numbers are not little-endian, only those are read"));
  return TRUE;
}

/* Count and elements of one storage at the cursor. */
static gboolean
read_storage (Legacy *legacy, GHashTable *storages, const ThawPickleValue *key, GError **error)
{
  g_autofree char *shown = thaw_quote (key->bytes, key->length);
  ThawTorchStorage *storage = (ThawTorchStorage *) thaw_torch_storage_find (storages, key);
  size_t at = legacy->in.at;
  uint64_t count;

  if (storage == NULL || storage->bytes != NULL)
    return thaw_fail (error, FORMAT, legacy->source,
                      _ ("the list of storages names '%s' twice or for no tensor"), shown);
  if (!thaw_cursor_number (&legacy->in, 8, &count))
    return thaw_fail_at (error, FORMAT, legacy->source, at, _ ("cut short before storage '%s'"),
                         shown);
  if (count != storage->count)
    return thaw_fail_at (
        error, FORMAT, legacy->source, at,
        _ ("storage '%s' has %" PRIu64 " elements here and %" PRIu64 " in the pickle"), shown,
        count, storage->count);
  if (!thaw_cursor_take (&legacy->in, count * thaw_dtype_size (storage->dtype), &storage->bytes))
    return thaw_fail_at (error, FORMAT, legacy->source, at, _ ("cut short inside storage '%s'"),
                         shown);
  return TRUE;
}

/* Every key once, every storage keyed, nothing left over. */
static gboolean
read_storages (Legacy *legacy, GHashTable *storages, GError **error)
{
  g_autoptr (ThawPickle) keys = next_pickle (legacy, error);
  const ThawPickleNode *list;

  if (keys == NULL)
    return FALSE;
  list = keys->result.kind == THAW_PICKLE_LIST ? keys->result.node : NULL;
  if (list == NULL || list->count != g_hash_table_size (storages))
    return thaw_fail (error, FORMAT, legacy->source,
                      _ ("its list of storages does not match the %u that its tensors use"),
                      g_hash_table_size (storages));
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->items[i].kind != THAW_PICKLE_TEXT)
      return thaw_fail (error, FORMAT, legacy->source, _ ("a storage key is not text"));
    if (!read_storage (legacy, storages, &list->items[i], error))
      return FALSE;
  }
  if (thaw_cursor_left (&legacy->in) != 0)
    return thaw_fail_at (error, FORMAT, legacy->source, legacy->in.at,
                         _ ("%zu bytes follow the last storage"), thaw_cursor_left (&legacy->in));
  return TRUE;
}

ThawStateDict *
thaw_pth_legacy_parse (const uint8_t *bytes, gsize length, const char *source, GError **error)
{
  Legacy legacy = {.source = source, .in = {.bytes = bytes, .length = length}};
  g_autoptr (ThawPickle) object = NULL;
  g_autoptr (GHashTable) storages = NULL;

  if (!check_magic (&legacy, error) || !check_protocol (&legacy, error) ||
      !check_system (&legacy, error) || (object = next_pickle (&legacy, error)) == NULL)
    return NULL;
  storages = thaw_torch_storages (object, length, error);
  if (storages == NULL || !read_storages (&legacy, storages, error))
    return NULL;
  return thaw_torch_state (object, storages, length, error);
}
