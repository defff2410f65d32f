/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end records of a zip archive: end of central directory, zip64 locator, zip64 record. */
#include "zip-directory.h"
#include "cursor.h"
#include "fail.h"

#define END_SIGNATURE 0x06054b50u
#define END_BYTES 22
#define END64_SIGNATURE 0x06064b50u
#define END64_BYTES 56
#define LOCATOR_SIGNATURE 0x07064b50u
#define LOCATOR_BYTES 20

#define FORMAT THAW_FORMATS_ERROR_FORMAT

/* The last record whose comment reaches exactly to the end of the file. */
static gboolean
find_end (const uint8_t *bytes, uint64_t length, uint64_t *at)
{
  for (uint64_t back = END_BYTES; back <= length && back <= END_BYTES + 65535; back++) {
    const uint8_t *record = bytes + length - back;
    if (thaw_le (record, 4) == END_SIGNATURE && thaw_le (record + 20, 2) == back - END_BYTES) {
      *at = length - back;
      return TRUE;
    }
  }
  return FALSE;
}

/* Whether a 16- or 32-bit field leaves the word to zip64 or says the same. */
static bool
agrees (uint64_t small, uint64_t all_ones, uint64_t value)
{
  return small == all_ones || small == value;
}

/* The zip64 record that the locator before `end` points to; *start is where it begins. */
static gboolean
read_end64 (const uint8_t *bytes, uint64_t end, ThawZipDirectory *directory, uint64_t *start)
{
  uint64_t locator = end - LOCATOR_BYTES, at = thaw_le (bytes + locator + 8, 8), size;
  const uint8_t *record;

  if (thaw_le (bytes + locator + 4, 4) != 0 || thaw_le (bytes + locator + 16, 4) != 1 ||
      at > locator || locator - at < END64_BYTES)
    return FALSE;
  record = bytes + at;
  size = thaw_le (record + 4, 8);
  if (thaw_le (record, 4) != END64_SIGNATURE || size != locator - at - 12 ||
      thaw_le (record + 16, 8) != 0)
    return FALSE;
  directory->entries = thaw_le (record + 32, 8);
  directory->size = thaw_le (record + 40, 8);
  directory->offset = thaw_le (record + 48, 8);
  *start = at;
  return thaw_le (record + 24, 8) == directory->entries;
}

gboolean
thaw_zip_locate (const uint8_t *bytes,
                 uint64_t length,
                 const char *source,
                 ThawZipDirectory *directory,
                 GError **error)
{
  uint64_t end, start, stop;
  const uint8_t *record;

  if (!find_end (bytes, length, &end))
    return thaw_fail (error, FORMAT, source,
                      _ ("the zip archive is cut short: it has no end record"));
  record = bytes + end;
  directory->entries = thaw_le (record + 10, 2);
  directory->size = thaw_le (record + 12, 4);
  directory->offset = thaw_le (record + 16, 4);
  start = end;
  if (end >= LOCATOR_BYTES && thaw_le (bytes + end - LOCATOR_BYTES, 4) == LOCATOR_SIGNATURE) {
    if (!read_end64 (bytes, end, directory, &start))
      return thaw_fail_at (error, FORMAT, source, end - LOCATOR_BYTES,
                           _ ("the zip64 end record is damaged"));
  }
  if (thaw_le (record + 4, 4) != 0 || thaw_le (record + 8, 2) != thaw_le (record + 10, 2) ||
      !agrees (thaw_le (record + 10, 2), 0xffff, directory->entries) ||
      !agrees (thaw_le (record + 12, 4), 0xffffffff, directory->size) ||
      !agrees (thaw_le (record + 16, 4), 0xffffffff, directory->offset))
    return thaw_fail_at (error, FORMAT, source, end, _ ("the zip end record is damaged"));
  if (__builtin_add_overflow (directory->offset, directory->size, &stop) || stop != start)
    return thaw_fail_at (error, FORMAT, source, end,
                         _ ("the zip directory (offset %" PRIu64 ", %" PRIu64
                            " bytes) does not end where the end records start (%" PRIu64 ")"),
                         directory->offset, directory->size, start);
  return TRUE;
}
