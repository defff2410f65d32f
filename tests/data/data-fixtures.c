/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders, CIFAR-10, tar and IDX on the spot. */
#include "data-fixtures.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

char *
tmp_new (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("thaw-data-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

static void
remove_tree (const char *path)
{
  struct stat st;

  if (lstat (path, &st) == 0 && S_ISDIR (st.st_mode)) {
    g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  }
  g_remove (path);
}

void
tmp_remove (char *path)
{
  remove_tree (path);
  g_free (path);
}

void
put_file (const char *dir, const char *name, const GByteArray *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, (const char *) bytes->data, bytes->len, &error);
  g_assert_no_error (error);
}

void
put_text (const char *dir, const char *name, const char *text)
{
  g_autoptr (GByteArray) bytes = bytes_of (text, strlen (text));

  put_file (dir, name, bytes);
}

GByteArray *
bytes_of (const void *bytes, size_t length)
{
  GByteArray *array = g_byte_array_new ();

  return g_byte_array_append (array, bytes, (guint) length);
}

GByteArray *
random_bytes (uint64_t seed, size_t length)
{
  ThawRng rng = thaw_rng (seed, THAW_RNG_TEST, length, 0, 0);
  GByteArray *array = g_byte_array_new ();

  g_byte_array_set_size (array, (guint) length);
  for (size_t i = 0; i < length; i++)
    array->data[i] = (uint8_t) thaw_rng_u64 (&rng);
  return array;
}

GByteArray *
gzip (const GByteArray *bytes)
{
  z_stream z = {0};
  GByteArray *out = g_byte_array_new ();

  g_assert_cmpint (deflateInit2 (&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  g_byte_array_set_size (out, (guint) deflateBound (&z, bytes->len));
  z.next_in = bytes->data;
  z.avail_in = bytes->len;
  z.next_out = out->data;
  z.avail_out = out->len;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) z.total_out);
  deflateEnd (&z);
  return out;
}

/* --- CIFAR-10 ----------------------------------------------------------------------------------*/

GByteArray *
cifar_binary (uint64_t seed, uint32_t n)
{
  GByteArray *bytes = random_bytes (seed, (size_t) n * THAW_CIFAR_RECORD);

  for (uint32_t i = 0; i < n; i++)
    bytes->data[(size_t) i * THAW_CIFAR_RECORD] = (uint8_t) (i % 10);
  return bytes;
}

static void
add (GByteArray *out, const char *bytes, size_t length)
{
  g_byte_array_append (out, (const guint8 *) bytes, (guint) length);
}
#define ADD(out, literal) add (out, literal, sizeof (literal) - 1)

static void
add_le32 (GByteArray *out, char opcode, uint32_t value)
{
  const char bytes[] = {opcode, (char) value, (char) (value >> 8), (char) (value >> 16),
                        (char) (value >> 24)};

  add (out, bytes, sizeof bytes);
}

GByteArray *
cifar_python (const GByteArray *binary)
{
  GByteArray *out = g_byte_array_new ();
  uint32_t n = binary->len / THAW_CIFAR_RECORD;

  ADD (out, "\x80\x02}(U\x06labels](");
  for (uint32_t i = 0; i < n; i++) {
    const char label[] = {'K', (char) binary->data[(size_t) i * THAW_CIFAR_RECORD]};
    add (out, label, 2);
  }
  ADD (out, "eU\x04"
            "datacnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01"
            "btR");
  ADD (out, "(K\x01(");
  add_le32 (out, 'J', n);
  add_le32 (out, 'J', THAW_CIFAR_PIXELS);
  ADD (out, "tcnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|"
            "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89");
  add_le32 (out, 'T', n * THAW_CIFAR_PIXELS);
  for (uint32_t i = 0; i < n; i++)
    g_byte_array_append (out, binary->data + (size_t) i * THAW_CIFAR_RECORD + 1, THAW_CIFAR_PIXELS);
  ADD (out, "tbu.");
  return out;
}

GByteArray *
cifar_file (ThawSetKind kind, int which, uint32_t n, uint32_t n_test)
{
  g_autoptr (GByteArray) binary =
      cifar_binary (100 + (uint64_t) which, which == THAW_CIFAR_FILES - 1 ? n_test : n);

  return kind == THAW_SET_CIFAR10_BINARY ? g_steal_pointer (&binary) : cifar_python (binary);
}

void
put_cifar (const char *dir, ThawSetKind kind, uint32_t n, uint32_t n_test)
{
  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    g_autoptr (GByteArray) bytes = cifar_file (kind, i, n, n_test);
    put_file (dir, thaw_cifar_names (kind)[i], bytes);
  }
}

/* --- tar ---------------------------------------------------------------------------------------*/

static la_ssize_t
tar_write_cb (struct archive *tar, void *user, const void *bytes, size_t length)
{
  g_byte_array_append (user, bytes, (guint) length);
  return (la_ssize_t) length;
}

Tar *
tar_new (GByteArray *out)
{
  Tar *tar = archive_write_new ();

  archive_write_set_format_pax_restricted (tar);
  archive_write_set_bytes_per_block (tar, 512);
  g_assert_cmpint (archive_write_open (tar, out, NULL, tar_write_cb, NULL), ==, ARCHIVE_OK);
  return tar;
}

static void
tar_add (Tar *tar, struct archive_entry *entry, const GByteArray *bytes)
{
  archive_entry_set_perm (entry, 0644);
  g_assert_cmpint (archive_write_header (tar, entry), ==, ARCHIVE_OK);
  if (bytes != NULL)
    g_assert_cmpint (archive_write_data (tar, bytes->data, bytes->len), ==, bytes->len);
  archive_entry_free (entry);
}

void
tar_add_file (Tar *tar, const char *name, const GByteArray *bytes)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_size (entry, bytes->len);
  tar_add (tar, entry, bytes);
}

void
tar_add_link (Tar *tar, const char *name, const char *target, gboolean hard)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_size (entry, 0);
  archive_entry_set_filetype (entry, hard ? AE_IFREG : AE_IFLNK);
  if (hard)
    archive_entry_set_hardlink (entry, target);
  else
    archive_entry_set_symlink (entry, target);
  tar_add (tar, entry, NULL);
}

void
tar_add_special (Tar *tar, const char *name, unsigned int type)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_size (entry, 0);
  archive_entry_set_filetype (entry, type);
  archive_entry_set_rdevmajor (entry, 1);
  archive_entry_set_rdevminor (entry, 5);
  tar_add (tar, entry, NULL);
}

void
tar_end (Tar *tar)
{
  g_assert_cmpint (archive_write_close (tar), ==, ARCHIVE_OK);
  archive_write_free (tar);
}

void
tar_claim (GByteArray *out, const char *name, uint64_t size)
{
  char head[512] = {0};
  unsigned int sum = 0;

  g_strlcpy (head, name, 100);
  g_strlcpy (head + 100, "0000644", 8);
  g_strlcpy (head + 108, "0000000", 8);
  g_strlcpy (head + 116, "0000000", 8);
  g_snprintf (head + 124, 12, "%011" G_GINT64_MODIFIER "o", size);
  g_strlcpy (head + 136, "00000000000", 12);
  memset (head + 148, ' ', 8);
  head[156] = '0';
  g_strlcpy (head + 257, "ustar", 6);
  head[263] = head[264] = '0';
  for (size_t i = 0; i < sizeof head; i++)
    sum += (unsigned char) head[i];
  g_snprintf (head + 148, 8, "%06o", sum);
  g_byte_array_append (out, (const guint8 *) head, sizeof head);
}

GByteArray *
cifar_archive (ThawSetKind kind, uint32_t n, uint32_t n_test)
{
  static const int order[THAW_CIFAR_FILES] = {3, 5, 0, 4, 1, 2};
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  Tar *tar = tar_new (plain);

  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    g_autoptr (GByteArray) bytes = cifar_file (kind, order[i], n, n_test);
    g_autofree char *name = g_strconcat (kind == THAW_SET_CIFAR10_BINARY ? "cifar-10-batches-bin/"
                                                                         : "cifar-10-batches-py/",
                                         thaw_cifar_names (kind)[order[i]], NULL);
    tar_add_file (tar, name, bytes);
  }
  tar_end (tar);
  return gzip (plain);
}

/* --- IDX ---------------------------------------------------------------------------------------*/

static void
add_be32 (GByteArray *out, uint32_t value)
{
  uint32_t big = GUINT32_TO_BE (value);

  g_byte_array_append (out, (const guint8 *) &big, sizeof big);
}

GByteArray *
idx_images (uint32_t n, uint32_t h, uint32_t w, const uint8_t *pixels)
{
  GByteArray *out = g_byte_array_new ();

  add_be32 (out, 0x803);
  add_be32 (out, n);
  add_be32 (out, h);
  add_be32 (out, w);
  return g_byte_array_append (out, pixels, n * h * w);
}

GByteArray *
idx_labels (uint32_t n, const uint8_t *labels)
{
  GByteArray *out = g_byte_array_new ();

  add_be32 (out, 0x801);
  add_be32 (out, n);
  return g_byte_array_append (out, labels, n);
}

static void
put_part (const char *dir, const char *stem, uint32_t n, uint64_t seed, gboolean packed)
{
  g_autoptr (GByteArray) pixels = random_bytes (seed, (size_t) n * 784);
  g_autoptr (GByteArray) labels = random_bytes (seed, n);
  g_autofree char *images_name =
      g_strconcat (stem, "-images-idx3-ubyte", packed ? ".gz" : "", NULL);
  g_autofree char *labels_name =
      g_strconcat (stem, "-labels-idx1-ubyte", packed ? ".gz" : "", NULL);
  g_autoptr (GByteArray) images_file = NULL;
  g_autoptr (GByteArray) labels_file = NULL;

  for (uint32_t i = 0; i < n; i++)
    labels->data[i] = (uint8_t) (i % 10);
  images_file = idx_images (n, 28, 28, pixels->data);
  labels_file = idx_labels (n, labels->data);
  if (packed) {
    g_autoptr (GByteArray) images_gz = gzip (images_file);
    g_autoptr (GByteArray) labels_gz = gzip (labels_file);
    put_file (dir, images_name, images_gz);
    put_file (dir, labels_name, labels_gz);
  } else {
    put_file (dir, images_name, images_file);
    put_file (dir, labels_name, labels_file);
  }
}

void
put_idx (const char *dir, uint32_t n, uint32_t n_test, gboolean packed)
{
  put_part (dir, "train", n, 11, packed);
  put_part (dir, "t10k", n_test, 12, packed);
}

void
check_error (GError *error, int code, const char *part)
{
  g_assert_error (error, THAW_DATA_ERROR, code);
  if (strstr (error->message, part) == NULL)
    g_error ("'%s' does not say '%s'", error->message, part);
  g_error_free (error);
}
