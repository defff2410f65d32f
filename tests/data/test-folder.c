/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Class folders: layouts, order, unreadable pictures among good ones, links, and what is refused.
 */
#include "data-fixtures.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ThawDataset *
open_good (const char *path, int size)
{
  g_autoptr (GError) error = NULL;
  ThawDataset *set = thaw_dataset_open (path, size, NULL, &error);

  g_assert_no_error (error);
  return set;
}

static void
refuse (const char *path, int code, const char *part)
{
  GError *error = NULL;

  g_assert_null (thaw_dataset_open (path, 16, NULL, &error));
  check_error (error, code, part);
}

/* A picture of 16 x 16 from a seed, at DIR/NAME. */
static void
put_png (const char *dir, const char *name, uint64_t seed)
{
  g_autoptr (GByteArray) png = png_rgb (seed, 16, 16);

  put_file (dir, name, png);
}

static void
check_image (const ThawDataset *set, uint32_t i, uint64_t seed, int label)
{
  g_autoptr (GByteArray) pixels = random_bytes (seed, 16 * 16 * 3);

  g_assert_cmpint (thaw_dataset_label (set, i), ==, label);
  g_assert_cmpmem (thaw_dataset_image (set, i), 16 * 16 * 3, pixels->data, pixels->len);
}

/* Bytewise order: upper case first; names of files too. */
static void
one_level (void)
{
  char *dir = tmp_new ();
  g_autoptr (ThawDataset) set = NULL;

  put_png (dir, "dog/2.png", 1);
  put_png (dir, "dog/10.PNG", 2);
  put_png (dir, "cat/a.png", 3);
  put_png (dir, "Zebra/x.png", 4);
  put_png (dir, ".hidden/x.png", 5);
  put_png (dir, "cat/.a.png", 6);
  put_text (dir, "cat/notes.txt", "no picture");
  put_text (dir, "classes.txt", "no folder");
  set = open_good (dir, 16);
  g_assert_cmpint (thaw_dataset_classes (set), ==, 3);
  g_assert_cmpstr (thaw_dataset_class_name (set, 0), ==, "Zebra");
  g_assert_cmpstr (thaw_dataset_class_name (set, 1), ==, "cat");
  g_assert_cmpstr (thaw_dataset_class_name (set, 2), ==, "dog");
  g_assert_cmpuint (thaw_dataset_n_train (set), ==, 4);
  g_assert_cmpuint (thaw_dataset_count (set), ==, 4);
  g_assert_cmpuint (thaw_dataset_skipped (set)->len, ==, 0);
  check_image (set, 0, 4, 0);
  check_image (set, 1, 3, 1);
  check_image (set, 2, 2, 2);
  check_image (set, 3, 1, 2);
  tmp_remove (dir);
}

static void
parts (void)
{
  char *dir = tmp_new ();
  g_autoptr (ThawDataset) two = NULL, three = NULL;

  put_png (dir, "train/a/1.png", 1);
  put_png (dir, "train/a/2.png", 2);
  put_png (dir, "train/b/1.png", 3);
  put_png (dir, "val/a/1.png", 4);
  put_png (dir, "val/b/1.png", 5);
  two = open_good (dir, 16);
  g_assert_cmpuint (thaw_dataset_n_train (two), ==, 3);
  g_assert_cmpuint (thaw_dataset_n_own_validation (two), ==, 2);
  g_assert_cmpuint (thaw_dataset_n_test (two), ==, 0);
  check_image (two, 3, 4, 0);
  check_image (two, 4, 5, 1);
  put_png (dir, "test/a/1.png", 6);
  put_png (dir, "test/b/1.png", 7);
  three = open_good (dir, 16);
  g_assert_cmpuint (thaw_dataset_n_test (three), ==, 2);
  check_image (three, 6, 7, 1);
  tmp_remove (dir);
}

/* JPEG in .png and PNG in .jpg: content decides. Other sizes are fitted. */
static void
contents (void)
{
  char *dir = tmp_new ();
  g_autoptr (GByteArray) jpeg = jpeg_of (8, 50, 30, 3, FALSE);
  g_autoptr (ThawDataset) set = NULL;
  ThawPicture picture;
  uint8_t expected[16 * 16 * 3];

  put_png (dir, "a/1.jpg", 1);
  put_file (dir, "b/1.png", jpeg);
  set = open_good (dir, 16);
  check_image (set, 0, 1, 0);
  g_assert_true (thaw_jpeg_decode (jpeg->data, jpeg->len, "b", &picture, NULL));
  thaw_picture_fit (picture.rgb, picture.h, picture.w, expected, 16);
  thaw_picture_clear (&picture);
  g_assert_cmpmem (thaw_dataset_image (set, 1), sizeof expected, expected, sizeof expected);
  tmp_remove (dir);
}

static gboolean
is_told (const ThawDataset *set, const char *part)
{
  const GPtrArray *skipped = thaw_dataset_skipped (set);

  for (guint i = 0; i < skipped->len; i++)
    if (strstr (skipped->pdata[i], part) != NULL)
      return TRUE;
  return FALSE;
}

static void
unreadable (void)
{
  char *dir = tmp_new ();
  g_autofree char *huge = g_build_filename (dir, "b", "5.png", NULL);
  g_autoptr (GByteArray) png = png_rgb (3, 16, 16);
  g_autoptr (ThawDataset) set = NULL, without = NULL;

  put_png (dir, "a/1.png", 1);
  put_png (dir, "a/3.png", 2);
  put_png (dir, "b/2.png", 4);
  put_png (dir, "b/4.png", 5);
  without = open_good (dir, 16);
  put_text (dir, "a/2.png", "this is a text");
  put_text (dir, "b/1.jpeg", "");
  g_byte_array_set_size (png, png->len / 2);
  put_file (dir, "b/3.png", png);
  put_text (dir, "b/5.png", "a hole follows");
  g_assert_cmpint (truncate (huge, (off_t) THAW_PICTURE_MAX_BYTES + 1), ==, 0);
  set = open_good (dir, 16);
  g_assert_cmpuint (thaw_dataset_count (set), ==, 4);
  g_assert_cmpuint (thaw_dataset_skipped (set)->len, ==, 4);
  g_assert_true (is_told (set, "b/5.png: has 67108865 bytes, at most"));
  g_assert_true (is_told (set, "a/2.png: is neither"));
  g_assert_true (is_told (set, "b/1.jpeg: is neither"));
  g_assert_true (is_told (set, "b/3.png: cannot be read as PNG"));
  check_image (set, 0, 1, 0);
  check_image (set, 1, 2, 0);
  check_image (set, 2, 4, 1);
  check_image (set, 3, 5, 1);
  g_assert_cmpstr (thaw_dataset_fingerprint (set), ==, thaw_dataset_fingerprint (without));
  tmp_remove (dir);
}

static void
links (void)
{
  char *dir = tmp_new (), *elsewhere = tmp_new ();
  g_autofree char *outside = g_build_filename (elsewhere, "x.png", NULL);
  g_autofree char *in = g_build_filename (dir, "a", "in.png", NULL);
  g_autofree char *out = g_build_filename (dir, "a", "out.png", NULL);
  g_autofree char *broken = g_build_filename (dir, "a", "broken.png", NULL);
  g_autofree char *fifo = g_build_filename (dir, "a", "fifo.png", NULL);
  g_autofree char *folder = g_build_filename (dir, "c", NULL);
  g_autoptr (ThawDataset) set = NULL;

  put_png (dir, "a/1.png", 1);
  put_png (dir, "b/1.png", 2);
  put_png (elsewhere, "x.png", 3);
  g_assert_cmpint (symlink ("../b/1.png", in), ==, 0);
  g_assert_cmpint (symlink (outside, out), ==, 0);
  g_assert_cmpint (symlink ("nowhere", broken), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink (elsewhere, folder), ==, 0);
  set = open_good (dir, 16);
  g_assert_cmpuint (thaw_dataset_count (set), ==, 3);
  g_assert_cmpint (thaw_dataset_classes (set), ==, 2);
  check_image (set, 1, 2, 0);
  g_assert_cmpuint (thaw_dataset_skipped (set)->len, ==, 4);
  g_assert_true (is_told (set, "a/out.png: is a link"));
  g_assert_true (is_told (set, "a/broken.png: is a link"));
  g_assert_true (is_told (set, "a/fifo.png: is not a regular file"));
  g_assert_true (is_told (set, "/c: is a link to a folder"));
  tmp_remove (dir);
  tmp_remove (elsewhere);
}

static void
empty_class (void)
{
  char *dir = tmp_new ();

  put_png (dir, "a/1.png", 1);
  put_png (dir, "b/1.png", 2);
  put_text (dir, "c/readme.txt", "no picture");
  refuse (dir, THAW_DATA_ERROR_FORMAT, "/c: this class folder holds no");
  put_text (dir, "c/1.png", "no picture either");
  refuse (dir, THAW_DATA_ERROR_FORMAT, "/c: no picture of this class folder can be read");
  tmp_remove (dir);
}

static void
other_classes (void)
{
  char *dir = tmp_new (), *more = tmp_new (), *fewer = tmp_new ();

  put_png (dir, "a/1.png", 1);
  refuse (dir, THAW_DATA_ERROR_FORMAT, "has 1 class folders");
  put_png (more, "train/a/1.png", 1);
  put_png (more, "train/c/1.png", 1);
  put_png (more, "val/a/1.png", 1);
  put_png (more, "val/b/1.png", 1);
  put_png (more, "val/c/1.png", 1);
  refuse (more, THAW_DATA_ERROR_FORMAT, "val: has a class folder 'b'");
  put_png (fewer, "train/a/1.png", 1);
  put_png (fewer, "train/c/1.png", 1);
  put_png (fewer, "test/a/1.png", 1);
  refuse (fewer, THAW_DATA_ERROR_FORMAT, "test: has no class folder 'c'");
  tmp_remove (dir);
  tmp_remove (more);
  tmp_remove (fewer);
}

static void
cancelled (void)
{
  char *dir = tmp_new ();
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  put_png (dir, "a/1.png", 1);
  put_png (dir, "b/1.png", 2);
  g_cancellable_cancel (cancel);
  g_assert_null (thaw_dataset_open (dir, 16, cancel, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tmp_remove (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/folder/one-level", one_level);
  g_test_add_func ("/data/folder/parts", parts);
  g_test_add_func ("/data/folder/contents", contents);
  g_test_add_func ("/data/folder/unreadable", unreadable);
  g_test_add_func ("/data/folder/links", links);
  g_test_add_func ("/data/folder/empty-class", empty_class);
  g_test_add_func ("/data/folder/other-classes", other_classes);
  g_test_add_func ("/data/folder/cancelled", cancelled);
  return g_test_run ();
}
