/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zip archives with one thing wrong, or unusual and right. */
#include "bytes.h"

#include <string.h>

static GByteArray *pickle;
static const float four[4] = {1, 2, 3, 4};

/* data.pkl, data/0, version: all right. */
static void
fill (ZipRecord records[3])
{
  records[0] =
      (ZipRecord){.name = "archive/data.pkl", .bytes = pickle->data, .length = pickle->len};
  records[1] = (ZipRecord){.name = "archive/data/0", .bytes = (const uint8_t *) four, .length = 16};
  records[2] =
      (ZipRecord){.name = "archive/version", .bytes = (const uint8_t *) "3\n", .length = 2};
}

static void
accept (const ZipRecord *records, guint n, const ZipEnd *end, const char *what)
{
  g_autoptr (GByteArray) zip = zip_of (records, n, end);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = thaw_pth_parse (zip->data, zip->len, what, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (thaw_state_dict_find (dict, "w")->data, 16, four, 16);
}

static void
refuse (const ZipRecord *records, guint n, const ZipEnd *end, const char *what)
{
  g_autoptr (GByteArray) zip = zip_of (records, n, end);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = thaw_pth_parse (zip->data, zip->len, what, &error);

  if (dict != NULL)
    g_error ("accepted: %s", what);
  g_assert_true (error->domain == THAW_FORMATS_ERROR);
  g_assert_true (g_str_has_prefix (error->message, what));
  g_test_message ("%s", error->message);
}

static void
unusual (void)
{
  ZipRecord r[3];

  fill (r);
  accept (r, 3, NULL, "plain");
  accept (r, 2, NULL, "without a version");
  accept (r, 3, &(ZipEnd){.zip64 = true}, "zip64 end");
  accept (r, 3, &(ZipEnd){.comment = "made by hand"}, "comment");
  for (int form = 0; form < 4; form++) {
    fill (r);
    r[1].descriptor = true;
    r[1].descriptor_form = form;
    accept (r, 3, NULL, "descriptor");
  }
  fill (r);
  r[0].zip64 = r[1].zip64 = true;
  accept (r, 3, NULL, "zip64 sizes");
  fill (r);
  r[0].flags = r[1].flags = 0x800;
  accept (r, 3, NULL, "UTF-8 flag");
  fill (r);
  r[2] = (ZipRecord){.name = "archive/byteorder", .bytes = (const uint8_t *) "little", .length = 6};
  accept (r, 3, NULL, "little-endian");
}

static void
wrong_records (void)
{
  ZipRecord r[3];

#define REFUSE(what, ...)                                                                          \
  do {                                                                                             \
    fill (r);                                                                                      \
    __VA_ARGS__;                                                                                   \
    refuse (r, 3, NULL, what);                                                                     \
  } while (0)

  REFUSE ("deflated", r[1].method = 8);
  REFUSE ("deflated in the local header", r[1].local_method = 8);
  REFUSE ("encrypted", r[1].flags = 1);
  REFUSE ("other flags in the local header", r[1].local_flags = 0x800);
  REFUSE ("descriptor flag in the local header", r[1].local_flags = 8);
  REFUSE ("wrong CRC", r[1].crc_change = 1);
  REFUSE ("wrong CRC of an unused record", r[2].crc_change = 0x80000000);
  REFUSE ("local CRC differs", r[1].local_crc_change = 1);
  REFUSE ("size smaller", r[1].size_change = 16 ^ 15);
  REFUSE ("size larger", r[1].size_change = 16 ^ 17);
  REFUSE ("size beyond the file", r[1].size_change = 0x10000000);
  REFUSE ("other local name", r[1].local_name = "archive/data/1");
  REFUSE ("longer local name", r[1].local_name = "archive/data/00");
  REFUSE ("offset inside another", r[1].offset_change = -40);
  REFUSE ("offset of another", r[2].offset_change = -60);
  REFUSE ("offset beyond the data", r[1].offset_change = 100000);
  REFUSE ("offset not at a header", r[1].offset_change = 1);
  REFUSE ("descriptor with another CRC", r[1].descriptor = true; r[1].descriptor_change = 1);
  REFUSE ("two folders", r[2].name = "other/version");
  REFUSE ("no folder", r[2].name = "version");
  REFUSE ("absolute", r[2].name = "/archive/version");
  REFUSE ("up", r[2].name = "archive/../version");
  REFUSE ("here", r[2].name = "archive/./version");
  REFUSE ("a folder", r[2].name = "archive/data/");
  REFUSE ("backslash", r[2].name = "archive/data\\1");
  REFUSE ("control character", r[2].name = "archive/\x1b[1m");
  REFUSE ("not UTF-8", r[2].name = "archive/\xff\xfe");
  REFUSE ("empty name", r[2].name = "");
  REFUSE ("twice", r[2].name = "archive/data/0");
  REFUSE ("data.pkl twice", r[2].name = "archive/data.pkl");
  REFUSE ("no data.pkl", r[0].name = "archive/Data.pkl");
  REFUSE ("no storage", r[1].name = "archive/data/1");
  REFUSE ("storage too short", r[1].length = 12);
  REFUSE ("big-endian", r[2].name = "archive/byteorder"; r[2].bytes = (const uint8_t *) "big";
          r[2].length = 3);
  REFUSE ("odd byte order", r[2].name = "archive/byteorder");
}

static void
wrong_ends (void)
{
  ZipRecord r[3];

  fill (r);
  refuse (r, 0, NULL, "no records");
  refuse (r, 3, &(ZipEnd){.entries_change = 1}, "one more entry");
  refuse (r, 3, &(ZipEnd){.entries_change = -1}, "one entry less");
  refuse (r, 3, &(ZipEnd){.entries_change = 30000}, "too many entries");
  refuse (r, 3, &(ZipEnd){.entries_change = 0x7fffffff, .zip64 = true}, "2^31 entries");
  refuse (r, 3, &(ZipEnd){.entries_change = 1, .zip64 = true}, "one more in zip64");
  refuse (r, 3, &(ZipEnd){.size_change = 1}, "directory too long");
  refuse (r, 3, &(ZipEnd){.size_change = -1}, "directory too short");
  refuse (r, 3, &(ZipEnd){.size_change = -1, .zip64 = true}, "zip64 directory too short");
  refuse (r, 3, &(ZipEnd){.disk = 1}, "second disk");
}

static void
many_records (void)
{
  g_autofree ZipRecord *r = g_new0 (ZipRecord, 20001);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  fill (r);
  for (guint i = 3; i < 20001; i++) {
    g_ptr_array_add (names, g_strdup_printf ("archive/data/%u", i));
    r[i] = (ZipRecord){.name = names->pdata[i - 3], .bytes = (const uint8_t *) ""};
  }
  accept (r, 20000, NULL, "20,000 records");
  refuse (r, 20001, NULL, "20,001 records");
}

/* Cut anywhere, and every byte changed in three ways: refused, or the same tensor (there are a few
 * bytes that nothing depends on, like the time of a record). */
static void
every_byte (void)
{
  ZipRecord r[3];
  g_autoptr (GByteArray) zip = NULL;
  guint survived = 0;

  fill (r);
  r[1].descriptor = true;
  zip = zip_of (r, 3, &(ZipEnd){.zip64 = true});
  for (guint length = 0; length < zip->len; length++) {
    g_autofree uint8_t *exact = g_memdup2 (zip->data, MAX (length, 1));
    g_autoptr (ThawStateDict) dict = thaw_pth_parse (exact, length, "cut", NULL);
    g_assert_null (dict);
  }
  for (guint i = 0; i < 3 * zip->len; i++) {
    static const uint8_t change[] = {0x01, 0x80, 0xff};
    g_autoptr (ThawStateDict) dict = NULL;
    zip->data[i / 3] ^= change[i % 3];
    dict = thaw_pth_parse (zip->data, zip->len, "changed", NULL);
    zip->data[i / 3] ^= change[i % 3];
    if (dict == NULL)
      continue;
    survived++;
    g_assert_cmpuint (thaw_state_dict_size (dict), ==, 1);
    g_assert_cmpmem (thaw_state_dict_find (dict, "w")->data, 16, four, 16);
  }
  g_test_message ("%u of %u changes do not matter", survived, 3 * zip->len);
  g_assert_cmpuint (survived, <, 3 * zip->len / 4);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  pickle = tensor_pickle (4, 0, (int64_t[]){2, 2}, (int64_t[]){2, 1}, 2);
  g_test_add_func ("/formats/zip/unusual", unusual);
  g_test_add_func ("/formats/zip/wrong-records", wrong_records);
  g_test_add_func ("/formats/zip/wrong-ends", wrong_ends);
  g_test_add_func ("/formats/zip/many-records", many_records);
  g_test_add_func ("/formats/zip/every-byte", every_byte);
  status = g_test_run ();
  g_byte_array_unref (pickle);
  return status;
}
