/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIFAR-10 in four wrappings: the same images, the same fingerprint; and damaged ones. */
#include "data-fixtures.h"

#include <archive_entry.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N 7
#define N_TEST 4

static ThawDataset *
open_good (const char *path, int size)
{
  g_autoptr (GError) error = NULL;
  ThawDataset *set = thaw_dataset_open (path, size, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (set);
  return set;
}

static void
refuse (const char *path, int code, const char *part)
{
  GError *error = NULL;

  g_assert_null (thaw_dataset_open (path, 32, NULL, &error));
  check_error (error, code, part);
}

/* Against the records themselves. */
static void
check_images (const ThawDataset *set)
{
  uint32_t image = 0;

  for (int f = 0; f < THAW_CIFAR_FILES; f++) {
    g_autoptr (GByteArray) file = cifar_file (THAW_SET_CIFAR10_BINARY, f, N, N_TEST);
    for (uint32_t at = 0; at < file->len; at += THAW_CIFAR_RECORD, image++) {
      const uint8_t *pixels = thaw_dataset_image (set, image);
      g_assert_cmpint (thaw_dataset_label (set, image), ==, file->data[at]);
      for (int i = 0; i < 1024; i++)
        for (int c = 0; c < 3; c++)
          g_assert_cmpint (pixels[3 * i + c], ==, file->data[at + 1 + 1024 * c + i]);
    }
  }
  g_assert_cmpuint (image, ==, thaw_dataset_count (set));
}

static void
check_set (const char *path, const char *title)
{
  g_autoptr (ThawDataset) set = open_good (path, 32);

  g_assert_cmpuint (thaw_dataset_n_train (set), ==, 5 * N);
  g_assert_cmpuint (thaw_dataset_n_own_validation (set), ==, 0);
  g_assert_cmpuint (thaw_dataset_n_test (set), ==, N_TEST);
  g_assert_cmpint (thaw_dataset_classes (set), ==, 10);
  g_assert_cmpint (thaw_dataset_size (set), ==, 32);
  g_assert_cmpstr (thaw_dataset_class_name (set, 0), ==, "airplane");
  g_assert_cmpstr (thaw_dataset_class_name (set, 9), ==, "truck");
  g_assert_cmpstr (thaw_dataset_info (set)->id, ==, "cifar-10");
  g_assert_cmpstr (thaw_dataset_info (set)->title, ==, title);
  check_images (set);
}

static void
binary_folder (void)
{
  char *dir = tmp_new ();

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  check_set (dir, "CIFAR-10 (binary)");
  tmp_remove (dir);
}

/* A sample has the first pictures of each class, and labels and counts of all. */
static void
sample (void)
{
  char *dir = tmp_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawDataset) whole = NULL, few = NULL;
  uint32_t seen[10] = {0}, kept = 0;

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  whole = open_good (dir, 32);
  few = thaw_dataset_sample (dir, 32, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (thaw_dataset_count (few), ==, thaw_dataset_count (whole));
  g_assert_cmpuint (thaw_dataset_n_train (few), ==, thaw_dataset_n_train (whole));
  g_assert_null (thaw_dataset_fingerprint (few));
  for (uint32_t i = 0; i < thaw_dataset_count (whole); i++) {
    int label = thaw_dataset_label (whole, i);
    g_assert_cmpint (thaw_dataset_label (few, i), ==, label);
    g_assert_true (thaw_dataset_has_image (whole, i));
    g_assert_true (thaw_dataset_has_image (few, i) == (seen[label] < 2));
    if (seen[label]++ < 2) {
      g_assert_cmpmem (thaw_dataset_image (few, i), 32 * 32 * 3, thaw_dataset_image (whole, i),
                       32 * 32 * 3);
      kept++;
    }
  }
  g_assert_cmpuint (kept, <, thaw_dataset_count (whole));
  tmp_remove (dir);
}

static void
python_folder (void)
{
  char *dir = tmp_new ();

  put_cifar (dir, THAW_SET_CIFAR10_PYTHON, N, N_TEST);
  check_set (dir, "CIFAR-10 (Python)");
  tmp_remove (dir);
}

/* The archive's name says nothing: what is inside decides. */
static void
archives (void)
{
  char *dir = tmp_new ();
  g_autoptr (GByteArray) binary = cifar_archive (THAW_SET_CIFAR10_BINARY, N, N_TEST);
  g_autoptr (GByteArray) python = cifar_archive (THAW_SET_CIFAR10_PYTHON, N, N_TEST);
  g_autofree char *binary_path = g_build_filename (dir, "cifar-10-python.tar.gz", NULL);
  g_autofree char *python_path = g_build_filename (dir, "whatever.tgz", NULL);

  put_file (dir, "cifar-10-python.tar.gz", binary);
  put_file (dir, "whatever.tgz", python);
  check_set (binary_path, "CIFAR-10 (binary)");
  check_set (python_path, "CIFAR-10 (Python)");
  tmp_remove (dir);
}

/* Same images: same fingerprint in any form and at any size; one changed pixel or label: another.
 */
static void
fingerprints (void)
{
  char *binary_dir = tmp_new (), *python_dir = tmp_new ();
  g_autoptr (ThawDataset) binary = NULL, python = NULL, larger = NULL, changed = NULL, moved = NULL;
  g_autoptr (GByteArray) file = cifar_file (THAW_SET_CIFAR10_BINARY, 2, N, N_TEST);

  put_cifar (binary_dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  put_cifar (python_dir, THAW_SET_CIFAR10_PYTHON, N, N_TEST);
  binary = open_good (binary_dir, 32);
  python = open_good (python_dir, 32);
  larger = open_good (binary_dir, 48);
  g_assert_cmpuint (strlen (thaw_dataset_fingerprint (binary)), ==, 64);
  g_assert_cmpstr (thaw_dataset_fingerprint (binary), ==, thaw_dataset_fingerprint (python));
  g_assert_cmpstr (thaw_dataset_fingerprint (binary), ==, thaw_dataset_fingerprint (larger));

  file->data[100] ^= 1;
  put_file (binary_dir, "data_batch_3.bin", file);
  changed = open_good (binary_dir, 32);
  g_assert_cmpstr (thaw_dataset_fingerprint (binary), !=, thaw_dataset_fingerprint (changed));
  file->data[100] ^= 1;
  file->data[0] ^= 1;
  put_file (binary_dir, "data_batch_3.bin", file);
  moved = open_good (binary_dir, 32);
  g_assert_cmpstr (thaw_dataset_fingerprint (binary), !=, thaw_dataset_fingerprint (moved));
  tmp_remove (binary_dir);
  tmp_remove (python_dir);
}

static void
resized (void)
{
  char *dir = tmp_new ();
  g_autoptr (ThawDataset) set = NULL, plain = NULL;
  uint8_t expected[48 * 48 * 3];

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  set = open_good (dir, 48);
  plain = open_good (dir, 32);
  for (uint32_t i = 0; i < thaw_dataset_count (set); i++) {
    thaw_resize_bilinear (thaw_dataset_image (plain, i), 32, 32, expected, 48, 48);
    g_assert_cmpmem (thaw_dataset_image (set, i), sizeof expected, expected, sizeof expected);
  }
  tmp_remove (dir);
}

static void
names_of_classes (void)
{
  char *dir = tmp_new ();
  g_autoptr (ThawDataset) named = NULL, nine = NULL;

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  put_text (dir, "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  named = open_good (dir, 32);
  g_assert_cmpstr (thaw_dataset_class_name (named, 0), ==, "a");
  g_assert_cmpstr (thaw_dataset_class_name (named, 9), ==, "j");
  put_text (dir, "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\n");
  nine = open_good (dir, 32);
  g_assert_cmpstr (thaw_dataset_class_name (nine, 0), ==, "airplane");
  tmp_remove (dir);
}

static void
missing_file (void)
{
  char *dir = tmp_new ();
  g_autofree char *batch = g_build_filename (dir, "data_batch_4.bin", NULL);
  g_autofree char *test = g_build_filename (dir, "test_batch.bin", NULL);

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  g_remove (test);
  refuse (dir, THAW_DATA_ERROR_FORMAT, "test_batch.bin: is missing");
  g_remove (batch);
  refuse (dir, THAW_DATA_ERROR_FORMAT, "data_batch_4.bin: is missing");
  tmp_remove (dir);
}

static void
wrong_sizes (void)
{
  char *dir = tmp_new ();
  g_autoptr (GByteArray) file = cifar_file (THAW_SET_CIFAR10_BINARY, 1, N, N_TEST);

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  g_byte_array_set_size (file, file->len - 1);
  put_file (dir, "data_batch_2.bin", file);
  refuse (dir, THAW_DATA_ERROR_FORMAT, "multiple of 3073");
  g_byte_array_set_size (file, (N - 1) * THAW_CIFAR_RECORD);
  put_file (dir, "data_batch_2.bin", file);
  refuse (dir, THAW_DATA_ERROR_FORMAT, "data_batch_2.bin: holds 6 images");
  g_byte_array_set_size (file, 0);
  put_file (dir, "data_batch_2.bin", file);
  refuse (dir, THAW_DATA_ERROR_FORMAT, "has 0 bytes");
  put_text (dir, "data_batch_2.bin", "not a batch, a text");
  refuse (dir, THAW_DATA_ERROR_FORMAT, "multiple of 3073");
  tmp_remove (dir);
}

static void
label_out_of_range (void)
{
  char *dir = tmp_new ();
  g_autoptr (GByteArray) file = cifar_file (THAW_SET_CIFAR10_BINARY, 4, N, N_TEST);

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  file->data[3 * THAW_CIFAR_RECORD] = 10;
  put_file (dir, "data_batch_5.bin", file);
  refuse (dir, THAW_DATA_ERROR_FORMAT, "image 3 has label 10");
  tmp_remove (dir);
}

static void
bad_pickle (void)
{
  char *dir = tmp_new ();
  GError *error = NULL;

  put_cifar (dir, THAW_SET_CIFAR10_PYTHON, N, N_TEST);
  put_text (dir, "data_batch_3", "cposix\nsystem\n(S'true'\ntR.");
  g_assert_null (thaw_dataset_open (dir, 32, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "data_batch_3"));
  g_error_free (error);
  tmp_remove (dir);
}

static void
damaged_archives (void)
{
  char *dir = tmp_new ();
  g_autoptr (GByteArray) whole = cifar_archive (THAW_SET_CIFAR10_BINARY, N, N_TEST);
  g_autofree char *path = g_build_filename (dir, "cifar-10-binary.tar.gz", NULL);
  g_autoptr (GByteArray) plain = g_byte_array_new (), few = NULL;
  g_autoptr (GByteArray) batch = cifar_file (THAW_SET_CIFAR10_BINARY, 0, N, N_TEST);
  Tar *tar = tar_new (plain);

  g_byte_array_set_size (whole, whole->len / 2);
  put_file (dir, "cifar-10-binary.tar.gz", whole);
  refuse (path, THAW_DATA_ERROR_FORMAT, "is truncated");
  put_text (dir, "cifar-10-binary.tar.gz", "<html>404 not found</html>");
  refuse (path, THAW_DATA_ERROR_FORMAT, "not compressed by gzip");
  refuse (dir, THAW_DATA_ERROR_FORMAT, "not compressed by gzip");
  tar_add_file (tar, "cifar-10-batches-bin/data_batch_1.bin", batch);
  tar_end (tar);
  few = gzip (plain);
  put_file (dir, "cifar-10-binary.tar.gz", few);
  refuse (path, THAW_DATA_ERROR_FORMAT, "has no data_batch_2.bin");
  tmp_remove (dir);
}

/* Links beside the batches are left out and told; folders are no matter. */
static void
links_in_archive (void)
{
  char *dir = tmp_new ();
  g_autofree char *path = g_build_filename (dir, "c.tgz", NULL);
  g_autoptr (GByteArray) plain = g_byte_array_new (), packed = NULL;
  g_autoptr (ThawDataset) set = NULL;
  Tar *tar = tar_new (plain);

  tar_add_special (tar, "cifar-10-batches-bin", AE_IFDIR);
  tar_add_link (tar, "cifar-10-batches-bin/data_batch_1.bin", "/etc/passwd", FALSE);
  for (int i = 0; i < THAW_CIFAR_FILES; i++) {
    g_autoptr (GByteArray) bytes = cifar_file (THAW_SET_CIFAR10_BINARY, i, N, N_TEST);
    tar_add_file (tar, thaw_cifar_names (THAW_SET_CIFAR10_BINARY)[i], bytes);
  }
  tar_end (tar);
  packed = gzip (plain);
  put_file (dir, "c.tgz", packed);
  set = open_good (path, 32);
  check_images (set);
  g_assert_cmpuint (thaw_dataset_skipped (set)->len, ==, 1);
  g_assert_nonnull (strstr (thaw_dataset_skipped (set)->pdata[0], "1 member"));
  tmp_remove (dir);
}

/* A file with a hole: its size alone is refused, nothing is read or allocated. */
static void
huge_file (void)
{
  char *dir = tmp_new ();
  g_autofree char *path = g_build_filename (dir, "data_batch_2.bin", NULL);

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  g_assert_cmpint (truncate (path, (off_t) THAW_CIFAR_RECORD * 400000), ==, 0);
  refuse (dir, THAW_DATA_ERROR_LIMIT, "data_batch_2.bin: is larger than 1 GB");
  tmp_remove (dir);
}

static void
too_large_for_memory (void)
{
  char *dir = tmp_new ();

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  thaw_data_set_memory_limit (100000);
  refuse (dir, THAW_DATA_ERROR_LIMIT, "of memory");
  thaw_data_set_memory_limit (0);
  tmp_remove (dir);
}

static void
cancelled (void)
{
  char *dir = tmp_new ();
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  put_cifar (dir, THAW_SET_CIFAR10_BINARY, N, N_TEST);
  g_cancellable_cancel (cancel);
  g_assert_null (thaw_dataset_open (dir, 32, cancel, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tmp_remove (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/cifar/binary-folder", binary_folder);
  g_test_add_func ("/data/cifar/python-folder", python_folder);
  g_test_add_func ("/data/cifar/sample", sample);
  g_test_add_func ("/data/cifar/archives", archives);
  g_test_add_func ("/data/cifar/fingerprints", fingerprints);
  g_test_add_func ("/data/cifar/resized", resized);
  g_test_add_func ("/data/cifar/names-of-classes", names_of_classes);
  g_test_add_func ("/data/cifar/missing-file", missing_file);
  g_test_add_func ("/data/cifar/wrong-sizes", wrong_sizes);
  g_test_add_func ("/data/cifar/label-out-of-range", label_out_of_range);
  g_test_add_func ("/data/cifar/bad-pickle", bad_pickle);
  g_test_add_func ("/data/cifar/damaged-archives", damaged_archives);
  g_test_add_func ("/data/cifar/links-in-archive", links_in_archive);
  g_test_add_func ("/data/cifar/huge-file", huge_file);
  g_test_add_func ("/data/cifar/too-large-for-memory", too_large_for_memory);
  g_test_add_func ("/data/cifar/cancelled", cancelled);
  return g_test_run ();
}
