/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collecting and checking storages. */
#include "torch-storage.h"
#include "fail.h"

#include <string.h>

#define MAX_KEY 128

static void
storage_free (gpointer data)
{
  ThawTorchStorage *storage = data;

  g_free (storage->key);
  g_free (storage);
}

/* Keys become record names: opaque, but never a path. */
static char *
plain_key (const ThawPickleValue *key)
{
  g_autofree char *text = NULL;

  if (key->length == 0 || key->length > MAX_KEY)
    return NULL;
  text = g_strndup ((const char *) key->bytes, key->length);
  if (strpbrk (text, "/\\") != NULL || strcmp (text, ".") == 0 || strstr (text, "..") != NULL)
    return NULL;
  for (const char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      return NULL;
  return g_steal_pointer (&text);
}

/* items: type token, key, element count, view. */
static ThawTorchStorage *
storage_new (const ThawPickle *pickle,
             const ThawPickleValue *items,
             uint64_t length,
             GError **error)
{
  g_autofree char *key = plain_key (&items[1]);
  ThawDtype dtype = (ThawDtype) (items[0].integer - THAW_TOKEN_STORAGE);
  uint64_t count = (uint64_t) items[2].integer;
  ThawTorchStorage *storage;

  if (key == NULL) {
    g_autofree char *shown = thaw_quote (items[1].bytes, items[1].length);
    thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, pickle->source,
               _ ("the storage key '%s' is not a plain name"), shown);
    return NULL;
  }
  if (items[2].integer < 0 || count > length / thaw_dtype_size (dtype)) {
    thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, pickle->source,
               _ ("storage '%s' claims %" PRId64 " elements, more than a file of %" PRIu64
                  " bytes can hold"),
               key, items[2].integer, length);
    return NULL;
  }
  storage = g_new0 (ThawTorchStorage, 1);
  storage->key = g_steal_pointer (&key);
  storage->dtype = dtype;
  storage->count = count;
  return storage;
}

GHashTable *
thaw_torch_storages (const ThawPickle *pickle, uint64_t length, GError **error)
{
  g_autoptr (GHashTable) storages =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, storage_free);

  for (guint i = 0; i < pickle->storages->len; i++) {
    const ThawPickleNode *node = pickle->storages->pdata[i];
    ThawTorchStorage *storage = storage_new (pickle, node->items, length, error), *known;
    if (storage == NULL)
      return NULL;
    known = g_hash_table_lookup (storages, storage->key);
    if (known == NULL) {
      g_hash_table_insert (storages, storage->key, storage);
      continue;
    }
    if (known->dtype != storage->dtype || known->count != storage->count) {
      thaw_fail (error, THAW_FORMATS_ERROR_FORMAT, pickle->source,
                 _ ("storage '%s' is named twice with different types or sizes"), known->key);
      storage_free (storage);
      return NULL;
    }
    storage_free (storage);
  }
  return g_steal_pointer (&storages);
}

const ThawTorchStorage *
thaw_torch_storage_find (GHashTable *storages, const ThawPickleValue *key)
{
  g_autofree char *text = plain_key (key);

  return text != NULL ? g_hash_table_lookup (storages, text) : NULL;
}
