/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDX files, plain and packed, and headers that lie. */
#include "data-fixtures.h"

#include <glib/gstdio.h>
#include <string.h>

static ThawDataset *
open_good (const char *path, int size)
{
  g_autoptr (GError) error = NULL;
  ThawDataset *set = thaw_dataset_open (path, size, NULL, &error);

  g_assert_no_error (error);
  return set;
}

static void
refuse_set (const char *path, int code, const char *part)
{
  GError *error = NULL;

  g_assert_null (thaw_dataset_open (path, 32, NULL, &error));
  check_error (error, code, part);
}

static gboolean
read_idx (const GByteArray *bytes, gboolean images, ThawIdx *idx, GError **error)
{
  ThawSource source;
  gboolean good;

  thaw_source_memory (&source, "x-idx", bytes->data, bytes->len);
  good = thaw_idx_read (&source, images, idx, error);
  thaw_source_close (&source);
  return good;
}

static void
refuse (const GByteArray *bytes, gboolean images, int code, const char *part)
{
  ThawIdx idx;
  GError *error = NULL;

  g_assert_false (read_idx (bytes, images, &idx, &error));
  g_assert_null (idx.bytes);
  check_error (error, code, part);
}

/* 28 x 28 in the middle of 32 x 32, black round it, three equal channels. */
static void
check_image (const uint8_t *image, const uint8_t *grey)
{
  for (int y = 0; y < 32; y++)
    for (int x = 0; x < 32; x++) {
      gboolean inside = y >= 2 && y < 30 && x >= 2 && x < 30;
      int expected = inside ? grey[(y - 2) * 28 + x - 2] : 0;
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (image[(y * 32 + x) * 3 + c], ==, expected);
    }
}

static void
check_folder (gboolean packed)
{
  char *dir = tmp_new ();
  g_autoptr (ThawDataset) set = NULL;
  g_autoptr (GByteArray) pixels = random_bytes (11, 15 * 784);
  g_autoptr (GByteArray) test_pixels = random_bytes (12, 10 * 784);

  put_idx (dir, 15, 10, packed);
  set = open_good (dir, 32);
  g_assert_cmpuint (thaw_dataset_n_train (set), ==, 15);
  g_assert_cmpuint (thaw_dataset_n_test (set), ==, 10);
  g_assert_cmpint (thaw_dataset_classes (set), ==, 10);
  g_assert_cmpstr (thaw_dataset_class_name (set, 3), ==, "3");
  g_assert_cmpstr (thaw_dataset_info (set)->id, ==, "mnist");
  for (uint32_t i = 0; i < 25; i++) {
    const uint8_t *grey =
        i < 15 ? pixels->data + (size_t) i * 784 : test_pixels->data + (size_t) (i - 15) * 784;
    check_image (thaw_dataset_image (set, i), grey);
    g_assert_cmpint (thaw_dataset_label (set, i), ==, (int) (i < 15 ? i : i - 15) % 10);
  }
  tmp_remove (dir);
}

static void
plain (void)
{
  check_folder (FALSE);
}

static void
packed (void)
{
  check_folder (TRUE);
}

static void
fashion (void)
{
  char *dir = tmp_new ();
  g_autofree char *folder = g_build_filename (dir, "Fashion-MNIST", NULL);
  g_autoptr (ThawDataset) set = NULL;

  put_idx (folder, 12, 10, TRUE);
  set = open_good (folder, 40);
  g_assert_cmpstr (thaw_dataset_info (set)->id, ==, "fashion-mnist");
  g_assert_cmpstr (thaw_dataset_class_name (set, 0), ==, "T-shirt/top");
  g_assert_cmpstr (thaw_dataset_class_name (set, 9), ==, "Ankle boot");
  g_assert_cmpint (thaw_dataset_size (set), ==, 40);
  tmp_remove (dir);
}

/* Padded first, then resized. */
static void
resized (void)
{
  char *dir = tmp_new ();
  g_autoptr (ThawDataset) set = NULL, small = NULL;
  uint8_t expected[64 * 64 * 3];

  put_idx (dir, 10, 10, FALSE);
  small = open_good (dir, 32);
  set = open_good (dir, 64);
  for (uint32_t i = 0; i < 20; i++) {
    thaw_resize_bilinear (thaw_dataset_image (small, i), 32, 32, expected, 64, 64);
    g_assert_cmpmem (thaw_dataset_image (set, i), sizeof expected, expected, sizeof expected);
  }
  tmp_remove (dir);
}

static void
missing (void)
{
  char *dir = tmp_new ();
  g_autofree char *path = g_build_filename (dir, "t10k-labels-idx1-ubyte", NULL);

  put_idx (dir, 10, 10, FALSE);
  g_remove (path);
  refuse_set (dir, THAW_DATA_ERROR_FORMAT, "t10k-labels-idx1-ubyte");
  tmp_remove (dir);
}

static void
do_not_fit (void)
{
  char *dir = tmp_new ();
  const uint8_t labels[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1}, zeros[10] = {0};
  uint8_t pixels[10 * 30] = {0};
  g_autoptr (GByteArray) eleven = idx_labels (11, labels);
  g_autoptr (GByteArray) same = idx_labels (10, zeros);
  g_autoptr (GByteArray) narrow = idx_images (10, 6, 5, pixels);
  g_autoptr (GByteArray) tall = idx_images (10, 6, 4, pixels);

  put_idx (dir, 10, 10, FALSE);
  put_file (dir, "t10k-labels-idx1-ubyte", eleven);
  refuse_set (dir, THAW_DATA_ERROR_FORMAT, "10 images and 11 labels");
  put_file (dir, "t10k-labels-idx1-ubyte", same);
  put_file (dir, "train-labels-idx1-ubyte", same);
  refuse_set (dir, THAW_DATA_ERROR_FORMAT, "two classes");
  put_idx (dir, 10, 10, FALSE);
  put_file (dir, "t10k-images-idx3-ubyte", narrow);
  refuse_set (dir, THAW_DATA_ERROR_FORMAT, "test images 6 x 5");
  put_file (dir, "train-images-idx3-ubyte", tall);
  refuse_set (dir, THAW_DATA_ERROR_FORMAT, "training images are 6 x 4");
  put_idx (dir, 10, 10, FALSE);
  put_file (dir, "train-labels-idx1-ubyte", eleven);
  refuse_set (dir, THAW_DATA_ERROR_FORMAT, "the train files hold 10 images and 11 labels");
  tmp_remove (dir);
}

/* Other sides than MNIST's are fitted as they are, other classes counted. */
static void
other_sides (void)
{
  static const struct {
    uint32_t h, w;
  } sides[] = {{28, 27}, {27, 28}, {6, 5}};
  const uint8_t labels[4] = {0, 1, 2, 1}, pixels[4 * 28 * 28] = {0};

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++) {
    char *dir = tmp_new ();
    g_autoptr (GByteArray) images = idx_images (4, sides[i].h, sides[i].w, pixels);
    g_autoptr (GByteArray) numbers = idx_labels (4, labels);
    g_autoptr (ThawDataset) set = NULL;

    put_file (dir, "train-images-idx3-ubyte", images);
    put_file (dir, "train-labels-idx1-ubyte", numbers);
    put_file (dir, "t10k-images-idx3-ubyte", images);
    put_file (dir, "t10k-labels-idx1-ubyte", numbers);
    set = open_good (dir, 32);
    g_assert_cmpuint (thaw_dataset_count (set), ==, 8);
    g_assert_cmpint (thaw_dataset_classes (set), ==, 3);
    tmp_remove (dir);
  }
}

/* A file that may not be opened is named. */
static void
unreadable (void)
{
  char *dir = tmp_new ();
  g_autofree char *path = g_build_filename (dir, "t10k-labels-idx1-ubyte", NULL);

  put_idx (dir, 10, 10, FALSE);
  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  if (g_access (path, R_OK) != 0) /* root may open it all the same */
    refuse_set (dir, THAW_DATA_ERROR_IO, "t10k-labels-idx1-ubyte");
  tmp_remove (dir);
}

static void
fashion_label (void)
{
  char *dir = tmp_new ();
  g_autofree char *folder = g_build_filename (dir, "fashion", NULL);
  const uint8_t labels[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10};
  g_autoptr (GByteArray) bytes = idx_labels (10, labels);

  put_idx (folder, 10, 10, FALSE);
  put_file (folder, "train-labels-idx1-ubyte", bytes);
  refuse_set (folder, THAW_DATA_ERROR_FORMAT, "largest label is 10");
  tmp_remove (dir);
}

static void
cancelled (void)
{
  char *dir = tmp_new ();
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  put_idx (dir, 10, 10, TRUE);
  g_cancellable_cancel (cancel);
  g_assert_null (thaw_dataset_open (dir, 32, cancel, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tmp_remove (dir);
}

static void
set_be32 (GByteArray *bytes, guint at, uint32_t value)
{
  uint32_t big = GUINT32_TO_BE (value);

  memcpy (bytes->data + at, &big, 4);
}

static void
lying_heads (void)
{
  g_autoptr (GByteArray) pixels = random_bytes (1, 5 * 12);
  g_autoptr (GByteArray) idx = idx_images (5, 4, 3, pixels->data);

  refuse (idx, FALSE, THAW_DATA_ERROR_FORMAT, "0x00000803, expected 0x00000801");
  set_be32 (idx, 4, 6);
  refuse (idx, TRUE, THAW_DATA_ERROR_FORMAT, "cannot");
  set_be32 (idx, 4, 4);
  refuse (idx, TRUE, THAW_DATA_ERROR_FORMAT, "more bytes");
  set_be32 (idx, 4, 0);
  refuse (idx, TRUE, THAW_DATA_ERROR_FORMAT, "says 0 images");
  set_be32 (idx, 4, 0xffffffff);
  set_be32 (idx, 8, 4096);
  set_be32 (idx, 12, 4096);
  refuse (idx, TRUE, THAW_DATA_ERROR_LIMIT, "1 GB");
  set_be32 (idx, 8, 0xffffffff);
  refuse (idx, TRUE, THAW_DATA_ERROR_FORMAT, "4096 pixels a side");
  set_be32 (idx, 0, 0x80003);
  refuse (idx, TRUE, THAW_DATA_ERROR_FORMAT, "0x00080003");
  g_byte_array_set_size (idx, 15);
  refuse (idx, TRUE, THAW_DATA_ERROR_FORMAT, "truncated");
}

static void
packed_lies (void)
{
  g_autoptr (GByteArray) pixels = random_bytes (1, 5000 * 12);
  g_autoptr (GByteArray) idx = idx_images (5000, 4, 3, pixels->data);
  g_autoptr (GByteArray) good = gzip (idx), claims = NULL, follows = NULL, longer = NULL;
  ThawIdx out;
  g_autoptr (GError) error = NULL;

  g_assert_true (read_idx (good, TRUE, &out, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (out.bytes, 60000, pixels->data, 60000);
  thaw_idx_clear (&out);

  follows = bytes_of (good->data, good->len);
  g_byte_array_append (follows, good->data, good->len);
  refuse (follows, TRUE, THAW_DATA_ERROR_FORMAT, "more bytes");
  g_byte_array_set_size (follows, good->len - 5);
  refuse (follows, TRUE, THAW_DATA_ERROR_FORMAT, "is truncated");
  g_byte_array_set_size (follows, good->len / 2);
  refuse (follows, TRUE, THAW_DATA_ERROR_FORMAT, "is truncated");
  good->data[good->len / 2] ^= 4;
  refuse (good, TRUE, THAW_DATA_ERROR_FORMAT, "is damaged");
  g_byte_array_append (idx, (const guint8 *) "x", 1);
  longer = gzip (idx);
  refuse (longer, TRUE, THAW_DATA_ERROR_FORMAT, "more bytes");
  set_be32 (idx, 4, 80000000);
  claims = gzip (idx);
  refuse (claims, TRUE, THAW_DATA_ERROR_FORMAT, "cannot");
}

static void
mutations (void)
{
  g_autoptr (GByteArray) pixels = random_bytes (1, 5 * 12);
  g_autoptr (GByteArray) idx = idx_images (5, 4, 3, pixels->data);
  g_autoptr (GByteArray) packed_idx = gzip (idx);
  const GByteArray *seeds[] = {idx, packed_idx};
  ThawRng rng = thaw_rng (31, THAW_RNG_TEST, 0, 0, 0);

  g_test_message ("seed 31");
  for (int i = 0; i < 5000; i++) {
    g_autoptr (GByteArray) bytes = bytes_of (seeds[i % 2]->data, seeds[i % 2]->len);
    g_autoptr (GError) error = NULL;
    ThawIdx out;
    for (uint64_t k = 0, n = 1 + thaw_rng_below (&rng, 3); k < n; k++)
      bytes->data[thaw_rng_below (&rng, bytes->len)] = (uint8_t) thaw_rng_u64 (&rng);
    if (read_idx (bytes, TRUE, &out, &error))
      thaw_idx_clear (&out);
    else
      g_assert_nonnull (error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/idx/plain", plain);
  g_test_add_func ("/data/idx/packed", packed);
  g_test_add_func ("/data/idx/fashion", fashion);
  g_test_add_func ("/data/idx/resized", resized);
  g_test_add_func ("/data/idx/missing", missing);
  g_test_add_func ("/data/idx/do-not-fit", do_not_fit);
  g_test_add_func ("/data/idx/other-sides", other_sides);
  g_test_add_func ("/data/idx/unreadable", unreadable);
  g_test_add_func ("/data/idx/fashion-label", fashion_label);
  g_test_add_func ("/data/idx/cancelled", cancelled);
  g_test_add_func ("/data/idx/lying-heads", lying_heads);
  g_test_add_func ("/data/idx/packed-lies", packed_lies);
  g_test_add_func ("/data/idx/mutations", mutations);
  return g_test_run ();
}
