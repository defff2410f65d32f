/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See fixture.h. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define SIDE 28
#define TEST_IMAGES 20

/* --- Data ---------------------------------------------------------------------------------- */

static void
put_be32 (GByteArray *bytes, uint32_t value)
{
  uint32_t big = GUINT32_TO_BE (value);

  g_byte_array_append (bytes, (const uint8_t *) &big, 4);
}

/* A class is a bright block in its own place over noise. */
static void
put_image (GByteArray *bytes, int label, ThawRng *rng)
{
  int top = label / 4 * 9, left = label % 4 * 7;

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      bool block = y >= top && y < top + 9 && x >= left && x < left + 7;
      uint8_t v = (uint8_t) (thaw_rng_below (rng, 60) + (block ? 190 : 0));
      g_byte_array_append (bytes, &v, 1);
    }
}

static void
write_bytes (const char *folder, const char *name, const GByteArray *bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gboolean written = g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL);

  g_assert_true (written);
}

static void
write_part (const char *folder, const char *part, uint32_t n, int change)
{
  g_autoptr (GByteArray) images = g_byte_array_new (), labels = g_byte_array_new ();
  g_autofree char *image_name = g_strdup_printf ("%s-images-idx3-ubyte", part);
  g_autofree char *label_name = g_strdup_printf ("%s-labels-idx1-ubyte", part);
  ThawRng rng = thaw_rng (7, THAW_RNG_TEST, n, 0, 0);

  put_be32 (images, 0x803);
  put_be32 (images, n);
  put_be32 (images, SIDE);
  put_be32 (images, SIDE);
  put_be32 (labels, 0x801);
  put_be32 (labels, n);
  for (uint32_t i = 0; i < n; i++) {
    uint8_t label = (uint8_t) (i % 10);
    put_image (images, label, &rng);
    g_byte_array_append (labels, &label, 1);
  }
  images->data[images->len - 1] ^= (uint8_t) change;
  write_bytes (folder, image_name, images);
  write_bytes (folder, label_name, labels);
}

static ThawDataset *
make_set (const char *home, const char *name, int change)
{
  g_autofree char *folder = g_build_filename (home, name, NULL);
  g_autoptr (GError) error = NULL;
  ThawDataset *set;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  write_part (folder, "train", TRAIN_IMAGES, change);
  write_part (folder, "t10k", TEST_IMAGES, 0);
  set = thaw_dataset_open (folder, 32, NULL, &error);
  g_assert_no_error (error);
  return set;
}

void
fixture_open (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->home = g_dir_make_tmp ("thaw-train-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->set = make_set (fixture->home, "data", 0);
  fixture->other = make_set (fixture->home, "other", 1);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inner = g_build_filename (path, name, NULL);
    remove_tree (inner);
  }
  g_remove (path);
}

void
fixture_close (Fixture *fixture)
{
  thaw_dataset_free (fixture->set);
  thaw_dataset_free (fixture->other);
  remove_tree (fixture->home);
  g_free (fixture->home);
}

char *
fixture_folder (const Fixture *fixture, const char *name)
{
  char *folder = g_build_filename (fixture->home, name, NULL);

  remove_tree (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  return folder;
}

guint
files_in (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* --- Tensors ------------------------------------------------------------------------------- */

bool
same_tensors (const char *a, const char *b, const char *prefix)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) left = thaw_weights_read (a, NULL, &error);
  g_autoptr (ThawStateDict) right = thaw_weights_read (b, NULL, &error);
  size_t seen = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (thaw_state_dict_size (left), ==, thaw_state_dict_size (right));
  for (size_t i = 0; i < thaw_state_dict_size (left); i++) {
    const ThawTensor *x = thaw_state_dict_nth (left, i);
    const ThawTensor *y = thaw_state_dict_find (right, x->name);
    if (!g_str_has_prefix (x->name, prefix))
      continue;
    seen++;
    g_assert_nonnull (y);
    g_assert_cmpuint (x->bytes, ==, y->bytes);
    if (memcmp (x->data, y->data, x->bytes) != 0) {
      g_test_message ("'%s' differs", x->name);
      return false;
    }
  }
  g_assert_cmpuint (seen, >, 0);
  return true;
}

void
assert_same_tensors (const char *a, const char *b, const char *prefix)
{
  g_assert_true (same_tensors (a, b, prefix));
}
