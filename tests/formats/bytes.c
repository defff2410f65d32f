/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files made by hand. */
#include "bytes.h"

#include <string.h>
#include <zlib.h>

static const float four[4] = {1, 2, 3, 4};

void
put_bytes (GByteArray *to, const void *bytes, gsize length)
{
  if (length > 0)
    g_byte_array_append (to, bytes, (guint) length);
}

void
put_number (GByteArray *to, uint64_t value, int width)
{
  for (int i = 0; i < width; i++) {
    uint8_t byte = (uint8_t) (value >> (8 * i));
    g_byte_array_append (to, &byte, 1);
  }
}

void
put_text (GByteArray *to, const char *text)
{
  put_number (to, 'X', 1);
  put_number (to, strlen (text), 4);
  put_bytes (to, text, strlen (text));
}

/* From the flags to the sizes, as both headers have them. */
static void
put_common (GByteArray *to, int flags, int method, uint32_t crc, uint32_t size)
{
  put_number (to, (uint64_t) flags, 2);
  put_number (to, (uint64_t) method, 2);
  put_number (to, 0, 4);
  put_number (to, crc, 4);
  put_number (to, size, 4);
  put_number (to, size, 4);
}

static void
put_zip64 (GByteArray *to, uint64_t size)
{
  put_number (to, 1, 2);
  put_number (to, 16, 2);
  put_number (to, size, 8);
  put_number (to, size, 8);
}

static void
put_descriptor (GByteArray *to, const ZipRecord *record, uint32_t crc, uint32_t size)
{
  int width = record->descriptor_form % 2 ? 8 : 4;

  if (record->descriptor_form < 2)
    put_number (to, 0x08074b50, 4);
  put_number (to, crc ^ record->descriptor_change, 4);
  put_number (to, size, width);
  put_number (to, size, width);
}

static void
put_record (GByteArray *to, GByteArray *directory, const ZipRecord *record)
{
  uint32_t crc = (uint32_t) crc32 (0, record->bytes, (uInt) record->length) ^ record->crc_change;
  uint32_t size = (uint32_t) record->length ^ record->size_change;
  const char *local = record->local_name ? record->local_name : record->name;
  int flags = record->flags | (record->descriptor ? 8 : 0);
  uint64_t offset = to->len + (uint64_t) record->offset_change;
  uint32_t shown = record->zip64 ? 0xffffffff : size;

  put_number (to, 0x04034b50, 4);
  put_number (to, 20, 2);
  if (record->descriptor)
    put_common (to, flags | record->local_flags, record->method | record->local_method, 0, 0);
  else
    put_common (to, flags | record->local_flags, record->method | record->local_method,
                crc ^ record->local_crc_change, shown);
  put_number (to, strlen (local), 2);
  put_number (to, record->zip64 ? 20 : 0, 2);
  put_bytes (to, local, strlen (local));
  if (record->zip64)
    put_zip64 (to, size);
  put_bytes (to, record->bytes, record->length);
  if (record->descriptor)
    put_descriptor (to, record, crc, size);

  put_number (directory, 0x02014b50, 4);
  put_number (directory, 20, 2);
  put_number (directory, 20, 2);
  put_common (directory, flags, record->method, crc, shown);
  put_number (directory, strlen (record->name), 2);
  put_number (directory, record->zip64 ? 20 : 0, 2);
  put_number (directory, 0, 8);
  put_number (directory, 0, 2);
  put_number (directory, offset, 4);
  put_bytes (directory, record->name, strlen (record->name));
  if (record->zip64)
    put_zip64 (directory, size);
}

static void
put_end64 (GByteArray *to, uint64_t entries, uint64_t size, uint64_t offset)
{
  uint64_t at = to->len;

  put_number (to, 0x06064b50, 4);
  put_number (to, 44, 8);
  put_number (to, 0x2d032d, 4);
  put_number (to, 0, 8);
  put_number (to, entries, 8);
  put_number (to, entries, 8);
  put_number (to, size, 8);
  put_number (to, offset, 8);
  put_number (to, 0x07064b50, 4);
  put_number (to, 0, 4);
  put_number (to, at, 8);
  put_number (to, 1, 4);
}

GByteArray *
zip_of (const ZipRecord *records, guint n, const ZipEnd *end)
{
  GByteArray *to = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  const char *comment = end && end->comment ? end->comment : "";
  uint64_t entries = n + (uint64_t) (end ? end->entries_change : 0), offset, size;

  for (guint i = 0; i < n; i++)
    put_record (to, directory, &records[i]);
  offset = to->len;
  size = directory->len + (uint64_t) (end ? end->size_change : 0);
  put_bytes (to, directory->data, directory->len);
  if (end && end->zip64)
    put_end64 (to, entries, size, offset);
  put_number (to, 0x06054b50, 4);
  put_number (to, (uint64_t) (end ? end->disk : 0), 2);
  put_number (to, 0, 2);
  put_number (to, end && end->zip64 ? 0xffff : entries, 2);
  put_number (to, end && end->zip64 ? 0xffff : entries, 2);
  put_number (to, end && end->zip64 ? 0xffffffff : size, 4);
  put_number (to, end && end->zip64 ? 0xffffffff : offset, 4);
  put_number (to, strlen (comment), 2);
  put_bytes (to, comment, strlen (comment));
  return to;
}

GByteArray *
zip_of_pickle (const uint8_t *pickle, gsize length)
{
  const ZipRecord records[] = {
      {.name = "archive/data.pkl", .bytes = pickle, .length = length},
      {.name = "archive/data/0", .bytes = (const uint8_t *) four, .length = sizeof four},
      {.name = "archive/version", .bytes = (const uint8_t *) "3\n", .length = 2}};

  return zip_of (records, G_N_ELEMENTS (records), NULL);
}

GByteArray *
legacy_of_pickle (const uint8_t *pickle, gsize length)
{
  GByteArray *to = g_byte_array_new ();

  put_bytes (to, LITERAL ("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."));
  put_bytes (to, LITERAL ("\x80\x02M\xe9\x03."));
  put_bytes (to, LITERAL ("\x80\x02}X\x0d\0\0\0little_endian\x88s."));
  put_bytes (to, pickle, length);
  put_bytes (to, LITERAL ("\x80\x02]X\x01\0\0\0"
                          "0a."));
  put_number (to, 4, 8);
  put_bytes (to, four, sizeof four);
  return to;
}

static void
put_int (GByteArray *to, int64_t value)
{
  put_bytes (to, LITERAL ("\x8a\x08"));
  put_number (to, (uint64_t) value, 8);
}

static void
put_ints (GByteArray *to, const int64_t *values, int n)
{
  put_number (to, '(', 1);
  for (int i = 0; i < n; i++)
    put_int (to, values[i]);
  put_number (to, 't', 1);
}

GByteArray *
tensor_pickle (int64_t count, int64_t offset, const int64_t *sizes, const int64_t *strides, int n)
{
  GByteArray *to = g_byte_array_new ();

  put_bytes (to, LITERAL ("\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(("));
  put_text (to, "storage");
  put_bytes (to, LITERAL ("ctorch\nFloatStorage\n"));
  put_text (to, "0");
  put_text (to, "cpu");
  put_int (to, count);
  put_bytes (to, LITERAL ("tQ"));
  put_int (to, offset);
  put_ints (to, sizes, n);
  put_ints (to, strides, n);
  put_bytes (to, LITERAL ("\x89"
                          "ccollections\nOrderedDict\n)RtRs."));
  return to;
}
