/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tar.gz: good ones, and what an archive from a stranger may try. */
#include "data-fixtures.h"

#include <archive_entry.h>
#include <string.h>

static const char *const wanted[] = {"one", "two"};

static gboolean
read_tar_gz (const GByteArray *bytes, ThawBlob *out, guint *left_out, GError **error)
{
  ThawSource source;
  gboolean good;

  thaw_source_memory (&source, "x.tar.gz", bytes->data, bytes->len);
  good = thaw_archive_read (&source, wanted, 2, out, left_out, error);
  thaw_source_close (&source);
  return good;
}

static void
refuse (const GByteArray *bytes, int code, const char *part)
{
  ThawBlob out[2];
  guint left_out;
  GError *error = NULL;

  g_assert_false (read_tar_gz (bytes, out, &left_out, &error));
  g_assert_null (out[0].bytes);
  g_assert_null (out[1].bytes);
  g_assert_true (g_str_has_prefix (error->message, "x.tar.gz: "));
  check_error (error, code, part);
}

/* A tar of `name` holding "1" and whatever `more` adds. (transfer full) */
static GByteArray *
small_tar (const char *name)
{
  GByteArray *plain = g_byte_array_new ();
  Tar *tar = tar_new (plain);
  g_autoptr (GByteArray) bytes = bytes_of ("11", 2);

  tar_add_file (tar, name, bytes);
  tar_end (tar);
  return plain;
}

static void
good (void)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  g_autoptr (GByteArray) big = random_bytes (1, 3000000);
  g_autoptr (GByteArray) small = bytes_of ("", 0);
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GError) error = NULL;
  Tar *tar = tar_new (plain);
  ThawBlob out[2];
  guint left_out;

  tar_add_file (tar, "folder/readme.html", big);
  tar_add_file (tar, "folder/two", big);
  tar_add_file (tar, "folder/deeper/one", big);
  tar_add_file (tar, "./one", small);
  tar_end (tar);
  packed = gzip (plain);
  g_assert_true (read_tar_gz (packed, out, &left_out, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (left_out, ==, 0);
  g_assert_nonnull (out[0].bytes);
  g_assert_cmpuint (out[0].length, ==, 0);
  g_assert_cmpmem (out[1].bytes, out[1].length, big->data, big->len);
  thaw_blob_clear (&out[0]);
  thaw_blob_clear (&out[1]);
}

/* Names that lead elsewhere are no match, links and devices are left out: nothing is followed. */
static void
hostile_names (void)
{
  static const char *const names[] = {"../one",   "/one",    "../../one", "/etc/one",
                                      "a/../one", "a/b/one", "onE",       "one\n"};
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GByteArray) plain = small_tar (names[i]);
    g_autoptr (GByteArray) packed = gzip (plain);
    ThawBlob out[2];
    guint left_out;
    g_assert_true (read_tar_gz (packed, out, &left_out, &error));
    g_assert_no_error (error);
    g_assert_null (out[0].bytes);
  }
}

static void
links_and_devices (void)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GByteArray) bytes = bytes_of ("22", 2);
  g_autoptr (GError) error = NULL;
  Tar *tar = tar_new (plain);
  ThawBlob out[2];
  guint left_out;

  tar_add_link (tar, "one", "/etc/passwd", FALSE);
  tar_add_link (tar, "f/one", "/etc/passwd", TRUE);
  tar_add_special (tar, "one", AE_IFCHR);
  tar_add_special (tar, "one", AE_IFIFO);
  tar_add_file (tar, "two", bytes);
  tar_end (tar);
  packed = gzip (plain);
  g_assert_true (read_tar_gz (packed, out, &left_out, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (left_out, ==, 4);
  g_assert_null (out[0].bytes);
  g_assert_cmpmem (out[1].bytes, out[1].length, "22", 2);
  thaw_blob_clear (&out[1]);
}

static void
twice (void)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GByteArray) bytes = bytes_of ("22", 2);
  Tar *tar = tar_new (plain);

  tar_add_file (tar, "a/one", bytes);
  tar_add_file (tar, "b/one", bytes);
  tar_end (tar);
  packed = gzip (plain);
  refuse (packed, THAW_DATA_ERROR_FORMAT, "twice");
}

static void
claims (void)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GByteArray) lesser = g_byte_array_new ();
  g_autoptr (GByteArray) lesser_packed = NULL;

  tar_claim (plain, "one", UINT64_C (077777777777));
  packed = gzip (plain);
  refuse (packed, THAW_DATA_ERROR_LIMIT, "1 GB");
  tar_claim (lesser, "one", UINT64_C (1000000000));
  lesser_packed = gzip (lesser);
  refuse (lesser_packed, THAW_DATA_ERROR_FORMAT, "truncated");
}

static void
many_members (void)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;

  for (int i = 0; i <= 10000; i++)
    tar_claim (plain, "x", 0);
  g_byte_array_set_size (plain, plain->len + 1024);
  memset (plain->data + plain->len - 1024, 0, 1024);
  packed = gzip (plain);
  refuse (packed, THAW_DATA_ERROR_LIMIT, "10000 members");
}

static void
truncated (void)
{
  g_autoptr (GByteArray) plain = small_tar ("one");
  g_autoptr (GByteArray) noise = random_bytes (2, 200000);
  g_autoptr (GByteArray) packed = NULL;
  Tar *tar;

  g_byte_array_set_size (plain, 0);
  tar = tar_new (plain);
  tar_add_file (tar, "one", noise);
  tar_end (tar);
  packed = gzip (plain);
  for (guint length = 100; length < packed->len; length += 19991) {
    g_autoptr (GByteArray) part = bytes_of (packed->data, length);
    refuse (part, THAW_DATA_ERROR_FORMAT, "truncated");
  }
  g_byte_array_set_size (packed, packed->len - 1);
  refuse (packed, THAW_DATA_ERROR_FORMAT, "truncated");
}

/* The gzip stream is whole, the tar in it is not. */
static void
truncated_inside (void)
{
  g_autoptr (GByteArray) plain = small_tar ("one");
  g_autoptr (GByteArray) packed = NULL;

  g_byte_array_set_size (plain, 513);
  packed = gzip (plain);
  refuse (packed, THAW_DATA_ERROR_FORMAT, "truncated");
}

/* A good member, then a header that is none. */
static void
damaged_header (void)
{
  g_autoptr (GByteArray) plain = g_byte_array_new (), packed = NULL;
  g_autoptr (GByteArray) noise = random_bytes (4, 1024);
  ThawSource source;
  GError *error = NULL;
  int found;

  tar_claim (plain, "zero", 0);
  g_byte_array_append (plain, noise->data, noise->len);
  packed = gzip (plain);
  refuse (packed, THAW_DATA_ERROR_FORMAT, "after member 1");
  thaw_source_memory (&source, "x.tar.gz", packed->data, packed->len);
  g_assert_false (thaw_archive_find (&source, wanted, 2, &found, &error));
  thaw_source_close (&source);
  check_error (error, THAW_DATA_ERROR_FORMAT, "after member 1");
}

/* Asking what an archive is stops after 64 members. */
static void
looks_so_far (void)
{
  for (int before = 63; before <= 64; before++) {
    g_autoptr (GByteArray) plain = g_byte_array_new (), packed = NULL;
    g_autoptr (GError) error = NULL;
    ThawSource source;
    int found;
    for (int i = 0; i < before; i++)
      tar_claim (plain, "other", 0);
    tar_claim (plain, "two", 0);
    packed = gzip (plain);
    thaw_source_memory (&source, "x.tar.gz", packed->data, packed->len);
    g_assert_true (thaw_archive_find (&source, wanted, 2, &found, &error));
    g_assert_no_error (error);
    g_assert_cmpint (found, ==, before == 63 ? 1 : -1);
    thaw_source_close (&source);
  }
}

/* One flipped bit anywhere is noticed: by inflate, by tar's checksum or by gzip's. */
static void
flipped_bits (void)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  g_autoptr (GByteArray) noise = random_bytes (2, 2000);
  g_autoptr (GByteArray) packed = NULL;
  Tar *tar = tar_new (plain);
  guint noticed = 0, tried = 0;

  tar_add_file (tar, "one", noise);
  tar_end (tar);
  packed = gzip (plain);
  for (guint i = 10; i < packed->len; i += 7, tried++) {
    g_autoptr (GError) error = NULL;
    ThawBlob out[2];
    guint left_out;
    packed->data[i] ^= 0x10;
    if (read_tar_gz (packed, out, &left_out, &error))
      thaw_blob_clear (&out[0]);
    else
      noticed++;
    packed->data[i] ^= 0x10;
  }
  g_assert_cmpuint (noticed, ==, tried);
}

static void
other_contents (void)
{
  g_autoptr (GByteArray) text = bytes_of ("this is a text, not an archive at all", 37);
  g_autoptr (GByteArray) packed_text = gzip (text);
  g_autoptr (GByteArray) nothing = bytes_of ("", 0), one = bytes_of ("\x1f", 1);
  g_autoptr (GByteArray) almost = bytes_of ("\x1f\x8c and no more", 14);
  g_autoptr (GByteArray) dictionary = bytes_of ("\x1f\x8b\x08\0\0\0\0\0\0\x03\x07", 11);
  g_autoptr (GByteArray) plain = small_tar ("one");
  g_autoptr (GByteArray) packed = gzip (plain);
  g_autoptr (GByteArray) packed_twice = gzip (packed);

  refuse (text, THAW_DATA_ERROR_FORMAT, "gzip");
  refuse (nothing, THAW_DATA_ERROR_FORMAT, "gzip");
  refuse (one, THAW_DATA_ERROR_FORMAT, "gzip");
  refuse (almost, THAW_DATA_ERROR_FORMAT, "gzip");
  refuse (dictionary, THAW_DATA_ERROR_FORMAT, "damaged");
  refuse (plain, THAW_DATA_ERROR_FORMAT, "gzip");
  refuse (packed_text, THAW_DATA_ERROR_FORMAT, "tar");
  refuse (packed_twice, THAW_DATA_ERROR_FORMAT, "tar");
}

static void
cancelled (void)
{
  g_autoptr (GByteArray) plain = small_tar ("one");
  g_autoptr (GByteArray) packed = gzip (plain);
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  ThawSource source;
  ThawBlob out[2];
  guint left_out;

  thaw_source_memory (&source, "x.tar.gz", packed->data, packed->len);
  source.cancel = cancel;
  g_cancellable_cancel (cancel);
  g_assert_false (thaw_archive_read (&source, wanted, 2, out, &left_out, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  thaw_source_close (&source);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/archive/good", good);
  g_test_add_func ("/data/archive/hostile-names", hostile_names);
  g_test_add_func ("/data/archive/links-and-devices", links_and_devices);
  g_test_add_func ("/data/archive/twice", twice);
  g_test_add_func ("/data/archive/claims", claims);
  g_test_add_func ("/data/archive/many-members", many_members);
  g_test_add_func ("/data/archive/truncated", truncated);
  g_test_add_func ("/data/archive/truncated-inside", truncated_inside);
  g_test_add_func ("/data/archive/damaged-header", damaged_header);
  g_test_add_func ("/data/archive/looks-so-far", looks_so_far);
  g_test_add_func ("/data/archive/flipped-bits", flipped_bits);
  g_test_add_func ("/data/archive/other-contents", other_contents);
  g_test_add_func ("/data/archive/cancelled", cancelled);
  return g_test_run ();
}
