/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .pth since PyTorch 1.6: a zip archive of data.pkl and one record a storage. */
#include "fail.h"
#include "pth.h"
#include "torch-state.h"
#include "zip-read.h"

#include <string.h>

#define FORMAT THAW_FORMATS_ERROR_FORMAT

/* No record means little-endian, as PyTorch has it. */
static gboolean
check_byteorder (const ThawZip *zip, GError **error)
{
  const ThawZipEntry *entry = thaw_zip_find (zip, "byteorder");
  g_autofree char *shown = NULL;

  if (entry == NULL || (entry->size == 6 && memcmp (entry->bytes, "little", 6) == 0))
    return TRUE;
  shown = thaw_quote (entry->bytes, entry->size);
  return thaw_fail (error, FORMAT, zip->source,
                    _ ("its numbers are in the byte order '%s', only 'little' is read"), shown);
}

/* Gives each storage its record; the sizes must agree to the byte. */
static gboolean
find_records (const ThawZip *zip, GHashTable *storages, GError **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, storages);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    ThawTorchStorage *storage = value;
    g_autofree char *name = g_strconcat ("data/", storage->key, NULL);
    const ThawZipEntry *entry = thaw_zip_find (zip, name);
    uint64_t bytes = storage->count * thaw_dtype_size (storage->dtype);
    if (entry == NULL)
      return thaw_fail (error, FORMAT, zip->source, _ ("the record '%s' is missing"), name);
    if (entry->size != bytes)
      return thaw_fail (error, FORMAT, zip->source,
                        _ ("the record '%s' has %" PRIu64 " bytes, its storage needs %" PRIu64),
                        name, entry->size, bytes);
    storage->bytes = entry->bytes;
  }
  return TRUE;
}

static ThawPickle *
run_data (const ThawZip *zip, GError **error)
{
  const ThawZipEntry *entry = thaw_zip_find (zip, "data.pkl");
  g_autoptr (ThawPickle) pickle = NULL;
  size_t used;

  if (entry == NULL) {
    thaw_fail (error, FORMAT, zip->source,
               _ ("is a zip archive without the record 'data.pkl', so no PyTorch file"));
    return NULL;
  }
  if (entry->size > THAW_PICKLE_MAX_BYTES) {
    thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, zip->source,
               _ ("the record 'data.pkl' has %" PRIu64 " bytes, at most %zu"
                  " are read"),
               entry->size, THAW_PICKLE_MAX_BYTES);
    return NULL;
  }
  pickle = thaw_pickle_run (entry->bytes, entry->size, entry->data, THAW_PICKLE_TORCH, zip->source,
                            &used, error);
  if (pickle != NULL && used != entry->size) {
    thaw_fail_at (error, FORMAT, zip->source, entry->data + used,
                  _ ("the record 'data.pkl' goes on after the end of its pickle"));
    return NULL;
  }
  return g_steal_pointer (&pickle);
}

ThawStateDict *
thaw_pth_zip_parse (const uint8_t *bytes, gsize length, const char *source, GError **error)
{
  g_autoptr (ThawZip) zip = thaw_zip_open (bytes, length, source, error);
  g_autoptr (ThawPickle) pickle = NULL;
  g_autoptr (GHashTable) storages = NULL;

  if (zip == NULL || !check_byteorder (zip, error) || (pickle = run_data (zip, error)) == NULL)
    return NULL;
  storages = thaw_torch_storages (pickle, length, error);
  if (storages == NULL || !find_records (zip, storages, error))
    return NULL;
  return thaw_torch_state (pickle, storages, length, error);
}
