/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records, directory, end record. */
#include "zip-write.h"
#include "fail.h"

#include <string.h>
#include <zlib.h>

#define ALIGNMENT 64
#define LOCAL_BYTES 30
#define VERSION 20 /* needed to extract: 2.0 */
#define FLAG_UTF8 0x0800
#define DOS_DATE 0x0021 /* 1980-01-01: no clock in the file, so equal weights give equal bytes */
#define MAX_OFFSET 0xfffffffeu
#define MAX_RECORDS 65534

static void
put (GByteArray *array, uint64_t value, int width)
{
  uint8_t bytes[8];

  for (int i = 0; i < width; i++)
    bytes[i] = (uint8_t) (value >> (8 * i));
  g_byte_array_append (array, bytes, (guint) width);
}

/* What both headers share, from "version needed" to the length of the extra field. */
static void
put_common (GByteArray *array, uint32_t crc, uint64_t length, size_t name_length, size_t extra)
{
  put (array, VERSION, 2);
  put (array, FLAG_UTF8, 2);
  put (array, 0, 2); /* stored */
  put (array, 0, 2); /* time   */
  put (array, DOS_DATE, 2);
  put (array, crc, 4);
  put (array, length, 4);
  put (array, length, 4);
  put (array, name_length, 2);
  put (array, extra, 2);
}

/* 'F', 'B', size, then as many 'Z' as it takes. */
static void
put_padding (GByteArray *array, size_t extra)
{
  put (array, 'F' | 'B' << 8, 2);
  put (array, extra - 4, 2);
  for (size_t i = 4; i < extra; i++)
    put (array, 'Z', 1);
}

void
thaw_zip_writer_init (ThawZipWriter *zip, ThawOutFile *out, const char *path, GByteArray *directory)
{
  *zip = (ThawZipWriter){.out = out, .path = path, .directory = directory};
}

static void
put_directory_entry (
    ThawZipWriter *zip, const char *name, uint32_t crc, uint64_t length, uint64_t offset)
{
  put (zip->directory, 0x02014b50, 4);
  put (zip->directory, VERSION, 2); /* made by */
  put_common (zip->directory, crc, length, strlen (name), 0);
  put (zip->directory, 0, 2); /* comment */
  put (zip->directory, 0, 2); /* disk */
  put (zip->directory, 0, 2); /* internal attributes */
  put (zip->directory, 0, 4); /* external attributes */
  put (zip->directory, offset, 4);
  g_byte_array_append (zip->directory, (const guint8 *) name, (guint) strlen (name));
}

gboolean
thaw_zip_writer_add (
    ThawZipWriter *zip, const char *name, gconstpointer bytes, uint64_t length, GError **error)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  uint64_t offset = thaw_out_tell (zip->out), plain = offset + LOCAL_BYTES + strlen (name) + 4;
  size_t extra = 4 + (ALIGNMENT - plain % ALIGNMENT) % ALIGNMENT;
  uint32_t crc = length > 0 ? (uint32_t) crc32_z (0, bytes, length) : 0;

  if (zip->records == MAX_RECORDS || length > MAX_OFFSET || plain + 64 + length > MAX_OFFSET)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, zip->path,
                      _ ("would be larger than 4 GB; save as .safetensors instead"));
  put (header, 0x04034b50, 4);
  put_common (header, crc, length, strlen (name), extra);
  g_byte_array_append (header, (const guint8 *) name, (guint) strlen (name));
  put_padding (header, extra);
  put_directory_entry (zip, name, crc, length, offset);
  zip->records++;
  return thaw_out_write (zip->out, header->data, header->len, error) &&
         thaw_out_write (zip->out, bytes, length, error);
}

gboolean
thaw_zip_writer_finish (ThawZipWriter *zip, GError **error)
{
  g_autoptr (GByteArray) end = g_byte_array_new ();
  uint64_t offset = thaw_out_tell (zip->out);

  put (end, 0x06054b50, 4);
  put (end, 0, 4); /* disks */
  put (end, zip->records, 2);
  put (end, zip->records, 2);
  put (end, zip->directory->len, 4);
  put (end, offset, 4);
  put (end, 0, 2); /* comment */
  if (offset + zip->directory->len > MAX_OFFSET)
    return thaw_fail (error, THAW_FORMATS_ERROR_LIMIT, zip->path,
                      _ ("would be larger than 4 GB; save as .safetensors instead"));
  return thaw_out_write (zip->out, zip->directory->data, zip->directory->len, error) &&
         thaw_out_write (zip->out, end->data, end->len, error);
}
