/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries of a zip archive and their checks. */
#include "zip-read.h"
#include "cursor.h"
#include "fail.h"
#include "zip-directory.h"

#include <string.h>
#include <zlib.h>

#define MAX_ENTRIES 20000
#define MAX_NAME 1024
#define CENTRAL_SIGNATURE 0x02014b50u
#define CENTRAL_BYTES 46
#define LOCAL_SIGNATURE 0x04034b50u
#define LOCAL_BYTES 30
#define DESCRIPTOR_SIGNATURE 0x08074b50u
#define FLAG_DESCRIPTOR 0x0008
#define FLAGS_ALLOWED 0x080e /* descriptor, UTF-8 names, two bits that only deflate uses */
#define ONES32 0xffffffffu

#define FORMAT THAW_FORMATS_ERROR_FORMAT

/* The fields that both headers have. */
typedef struct {
  uint64_t flags, method, crc, packed, size, name_length, extra_length;
  const uint8_t *name, *extra;
} Header;

/* Bytes 0..21 of the common part start at the flags, in both headers. */
static void
read_common (const uint8_t *from, Header *header)
{
  header->flags = thaw_le (from, 2);
  header->method = thaw_le (from + 2, 2);
  header->crc = thaw_le (from + 8, 4);
  header->packed = thaw_le (from + 12, 4);
  header->size = thaw_le (from + 16, 4);
  header->name_length = thaw_le (from + 20, 2);
  header->extra_length = thaw_le (from + 22, 2);
}

/* Replaces the fields that are all ones by those of the zip64 extra field, in its fixed order. */
static gboolean
read_zip64 (const Header *header, uint64_t *fields[], int n)
{
  ThawCursor extra = {.bytes = header->extra, .length = header->extra_length};
  uint64_t id, size;
  const uint8_t *body;
  bool wanted = false;

  for (int i = 0; i < n; i++)
    wanted |= *fields[i] == ONES32;
  while (wanted && thaw_cursor_number (&extra, 2, &id) && thaw_cursor_number (&extra, 2, &size) &&
         thaw_cursor_take (&extra, size, &body)) {
    ThawCursor zip64 = {.bytes = body, .length = size};
    if (id != 1)
      continue;
    for (int i = 0; i < n; i++)
      if (*fields[i] == ONES32 && !thaw_cursor_number (&zip64, 8, fields[i]))
        return FALSE;
    return TRUE;
  }
  return !wanted;
}

/* One top folder, plain components: no absolute path, no "..", nothing odd. `name` is a string. */
static bool
name_is_plain (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  for (char **part = parts; *part != NULL; part++)
    if (**part == '\0' || strcmp (*part, "..") == 0 || strcmp (*part, ".") == 0)
      return false;
  for (const char *c = name; *c != '\0'; c++)
    if (*c == '\\' || g_ascii_iscntrl (*c))
      return false;
  return parts[0] != NULL && parts[1] != NULL;
}

/* Takes the root from the first name and insists on it in the others. */
static gboolean
set_name (ThawZip *zip, ThawZipEntry *entry, const Header *header, GError **error)
{
  g_autofree char *shown = thaw_quote (header->name, header->name_length);
  g_autofree char *name = NULL;
  char *slash;

  if (header->name_length == 0 || header->name_length > MAX_NAME ||
      !g_utf8_validate_len ((const char *) header->name, header->name_length, NULL))
    return thaw_fail (error, FORMAT, zip->source, _ ("the zip record name '%s' is not allowed"),
                      shown);
  name = g_strndup ((const char *) header->name, header->name_length);
  if (!name_is_plain (name))
    return thaw_fail (error, FORMAT, zip->source, _ ("the zip record name '%s' is not allowed"),
                      shown);
  slash = strchr (name, '/');
  *slash = '\0';
  if (zip->root == NULL)
    zip->root = g_strdup (name);
  if (strcmp (zip->root, name) != 0)
    return thaw_fail (error, FORMAT, zip->source,
                      _ ("the zip archive has two top folders, '%s' and '%s', expected one"),
                      zip->root, name);
  entry->name = g_strdup (slash + 1);
  if (g_hash_table_contains (zip->by_name, entry->name))
    return thaw_fail (error, FORMAT, zip->source, _ ("the zip record '%s' is there twice"), shown);
  return TRUE;
}

/* What follows the data when sizes were not known in advance: CRC and both sizes again, of 32 or 64
 * bits, usually after a signature. */
static gboolean
skip_descriptor (const ThawZip *zip, ThawZipEntry *entry)
{
  for (int form = 0; form < 4; form++) {
    int signature = form < 2 ? 4 : 0, width = form % 2 ? 8 : 4;
    uint64_t bytes = (uint64_t) (signature + 4 + 2 * width);
    const uint8_t *at = zip->bytes + entry->end;
    if (bytes > zip->directory - entry->end)
      continue;
    if (signature && thaw_le (at, 4) != DESCRIPTOR_SIGNATURE)
      continue;
    at += signature;
    if (thaw_le (at, 4) == entry->crc && thaw_le (at + 4, width) == entry->size &&
        thaw_le (at + 4 + width, width) == entry->size) {
      entry->end += bytes;
      return TRUE;
    }
  }
  return FALSE;
}

/* Whether the local header says what the directory says. With a descriptor its CRC and sizes may be
 * zero. */
static gboolean
same_headers (const Header *central, Header *local, const ThawZipEntry *entry)
{
  uint64_t *fields[] = {&local->size, &local->packed};
  bool blank = (central->flags & FLAG_DESCRIPTOR) && local->crc == 0 && local->packed == 0 &&
               local->size == 0;

  return read_zip64 (local, fields, 2) && local->flags == central->flags &&
         local->method == central->method && local->name_length == central->name_length &&
         memcmp (local->name, central->name, central->name_length) == 0 &&
         (blank ||
          (local->crc == entry->crc && local->size == entry->size && local->packed == entry->size));
}

/* Finds the data behind the local header and compares the two headers. */
static gboolean
read_local (ThawZip *zip, const Header *central, ThawZipEntry *entry, GError **error)
{
  ThawCursor in = {.bytes = zip->bytes, .length = zip->directory};
  const uint8_t *fixed;
  Header local;

  if (entry->local > zip->directory)
    return thaw_fail (error, FORMAT, zip->source,
                      _ ("the zip record '%s' lies beyond the data of the archive"), entry->name);
  in.at = entry->local;
  if (!thaw_cursor_take (&in, LOCAL_BYTES, &fixed) || thaw_le (fixed, 4) != LOCAL_SIGNATURE)
    return thaw_fail_at (error, FORMAT, zip->source, entry->local,
                         _ ("the zip record '%s' has no header here"), entry->name);
  read_common (fixed + 6, &local);
  if (!thaw_cursor_take (&in, local.name_length, &local.name) ||
      !thaw_cursor_take (&in, local.extra_length, &local.extra))
    return thaw_fail_at (error, FORMAT, zip->source, entry->local,
                         _ ("the header of zip record '%s' is cut short"), entry->name);
  if (!same_headers (central, &local, entry))
    return thaw_fail_at (error, FORMAT, zip->source, entry->local,
                         _ ("the header of zip record '%s' differs from the directory"),
                         entry->name);
  entry->data = in.at;
  if (!thaw_cursor_take (&in, entry->size, &entry->bytes))
    return thaw_fail_at (
        error, FORMAT, zip->source, entry->local,
        _ ("the zip record '%s' claims %" PRIu64 " bytes, more than the archive has"), entry->name,
        entry->size);
  entry->end = in.at;
  if ((central->flags & FLAG_DESCRIPTOR) && !skip_descriptor (zip, entry))
    return thaw_fail_at (error, FORMAT, zip->source, entry->end,
                         _ ("the data descriptor of zip record '%s' is wrong"), entry->name);
  return TRUE;
}

static void
entry_free (gpointer data)
{
  ThawZipEntry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

/* Reads one directory entry at the cursor and adds it. */
static gboolean
read_entry (ThawZip *zip, ThawCursor *in, GError **error)
{
  size_t at = in->at;
  const uint8_t *fixed, *comment;
  Header header;
  ThawZipEntry *entry = g_new0 (ThawZipEntry, 1);
  uint64_t *fields[] = {&header.size, &header.packed, &entry->local};

  g_ptr_array_add (zip->entries, entry);
  if (!thaw_cursor_take (in, CENTRAL_BYTES, &fixed) || thaw_le (fixed, 4) != CENTRAL_SIGNATURE)
    return thaw_fail_at (error, FORMAT, zip->source, at, _ ("the zip directory is damaged"));
  read_common (fixed + 8, &header);
  entry->local = thaw_le (fixed + 42, 4);
  if (!thaw_cursor_take (in, header.name_length, &header.name) ||
      !thaw_cursor_take (in, header.extra_length, &header.extra) ||
      !thaw_cursor_take (in, thaw_le (fixed + 32, 2), &comment) ||
      !read_zip64 (&header, fields, 3) || thaw_le (fixed + 34, 2) != 0)
    return thaw_fail_at (error, FORMAT, zip->source, at, _ ("the zip directory is damaged"));
  if (!set_name (zip, entry, &header, error))
    return FALSE;
  if (header.method != 0 || header.packed != header.size || (header.flags & ~FLAGS_ALLOWED))
    return thaw_fail (error, FORMAT, zip->source,
                      _ ("the zip record '%s' is compressed or encrypted; PyTorch stores plainly"),
                      entry->name);
  entry->crc = (uint32_t) header.crc;
  entry->size = header.size;
  if (!read_local (zip, &header, entry, error))
    return FALSE;
  g_hash_table_insert (zip->by_name, entry->name, entry);
  return TRUE;
}

static int
compare_local (gconstpointer a, gconstpointer b)
{
  const ThawZipEntry *x = *(ThawZipEntry *const *) a, *y = *(ThawZipEntry *const *) b;

  return x->local < y->local ? -1 : x->local > y->local;
}

static gboolean
check_overlap (const ThawZip *zip, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (zip->entries, NULL, NULL);

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_local);
  for (guint i = 1; i < sorted->len; i++) {
    const ThawZipEntry *one = sorted->pdata[i - 1], *next = sorted->pdata[i];
    if (one->end > next->local)
      return thaw_fail_at (error, FORMAT, zip->source, next->local,
                           _ ("the zip records '%s' and '%s' overlap"), one->name, next->name);
  }
  return TRUE;
}

static gboolean
check_sums (const ThawZip *zip, GError **error)
{
  for (guint i = 0; i < zip->entries->len; i++) {
    const ThawZipEntry *entry = zip->entries->pdata[i];
    uint32_t found = (uint32_t) crc32_z (0, entry->bytes, entry->size);
    if (found != entry->crc)
      return thaw_fail_at (error, FORMAT, zip->source, entry->data,
                           _ ("the zip record '%s' is damaged: its CRC is %08x, expected %08x"),
                           entry->name, found, entry->crc);
  }
  return TRUE;
}

static gboolean
read_entries (ThawZip *zip, const ThawZipDirectory *directory, GError **error)
{
  ThawCursor in = {.bytes = zip->bytes, .length = directory->offset + directory->size};

  in.at = directory->offset;
  for (uint64_t i = 0; i < directory->entries; i++)
    if (!read_entry (zip, &in, error))
      return FALSE;
  if (thaw_cursor_left (&in) != 0)
    return thaw_fail_at (error, FORMAT, zip->source, in.at,
                         _ ("the zip directory is longer than its %" PRIu64 " entries"),
                         directory->entries);
  return TRUE;
}

ThawZip *
thaw_zip_open (const uint8_t *bytes, uint64_t length, const char *source, GError **error)
{
  g_autoptr (ThawZip) zip = g_new0 (ThawZip, 1);
  ThawZipDirectory directory;

  zip->source = source;
  zip->bytes = bytes;
  zip->length = length;
  zip->entries = g_ptr_array_new_with_free_func (entry_free);
  zip->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (!thaw_zip_locate (bytes, length, source, &directory, error))
    return NULL;
  if (directory.entries > MAX_ENTRIES || directory.entries > directory.size / CENTRAL_BYTES) {
    thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, source,
               _ ("the zip archive claims %" PRIu64
                  " records; at most %d are read, and its directory must hold them"),
               directory.entries, MAX_ENTRIES);
    return NULL;
  }
  zip->directory = directory.offset;
  if (!read_entries (zip, &directory, error) || !check_overlap (zip, error) ||
      !check_sums (zip, error))
    return NULL;
  return g_steal_pointer (&zip);
}

void
thaw_zip_free (ThawZip *zip)
{
  if (zip == NULL)
    return;
  g_hash_table_unref (zip->by_name);
  g_ptr_array_unref (zip->entries);
  g_free (zip->root);
  g_free (zip);
}

const ThawZipEntry *
thaw_zip_find (const ThawZip *zip, const char *name)
{
  return g_hash_table_lookup (zip->by_name, name);
}
