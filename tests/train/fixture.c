/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See fixture.h. */
#include "fixture.h"
#include "thaw-catalogues.h"

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

void
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

/* --- Whole runs, and parts of them -----------------------------------------------------------
 */

ThawRecipe *
recipe_with (const ThawRecipe *recipe, const char *const *more)
{
  g_autoptr (GError) error = NULL;
  ThawRecipe *changed = thaw_recipe_with (recipe, more, thaw_catalogues (), &error);

  g_assert_no_error (error);
  return changed;
}

void
run_whole (const Fixture *fixture, const ThawRecipe *recipe, int threads, Keeper *keeper)
{
  static int n_runs;
  g_autofree char *name = g_strdup_printf ("whole-%d", n_runs++);
  Run run = {.fixture = fixture, .recipe = recipe, .threads = threads};

  keeper_init (keeper);
  keeper->folder = fixture_folder (fixture, name);
  run.folder = keeper->folder;
  run_expect (&run, keeper, THAW_END_FINISHED);
}

void
run_interrupted (const Fixture *fixture,
                 const ThawRecipe *recipe,
                 ThawAsk (*answer) (Keeper *keeper),
                 uint64_t at,
                 const Keeper *whole)
{
  g_autofree char *folder = fixture_folder (fixture, "parts");
  Run run = {.fixture = fixture, .recipe = recipe, .folder = folder};
  g_auto (Keeper) first, second;

  keeper_init (&first);
  keeper_init (&second);
  first.answer = answer;
  first.at = at;
  run_expect (&run, &first, THAW_END_STOPPED);
  run.resume = keeper_last (&first);
  run.threads = 3;
  run_expect (&run, &second, THAW_END_FINISHED);
  g_assert_cmpuint (first.epochs->len + second.epochs->len, ==, whole->epochs->len);
  g_assert_cmpuint (first.iterations->len + second.iterations->len, ==, whole->iterations->len);
  assert_same_course (&first, whole);
  assert_same_end (&second, keeper_last (second.lasts->len > 0 ? &second : &first), whole);
}

/* Also those that are not a number, because nothing was measured. */
void
assert_same_number (double a, double b)
{
  if (memcmp (&a, &b, sizeof a) != 0)
    g_assert_cmpfloat (a, ==, b);
}

static void
assert_same_epoch (const ThawEpoch *a, const ThawEpoch *b)
{
  g_assert_cmpuint (a->step, ==, b->step);
  g_assert_cmpuint (a->trainable, ==, b->trainable);
  g_assert_true (a->frozen == b->frozen && a->best == b->best &&
                 a->best_averaged == b->best_averaged);
  assert_same_number (a->lr, b->lr);
  assert_same_number (a->train_loss, b->train_loss);
  assert_same_number (a->train_accuracy, b->train_accuracy);
  assert_same_number (a->clean_loss, b->clean_loss);
  assert_same_number (a->clean_accuracy, b->clean_accuracy);
  assert_same_number (a->loss, b->loss);
  assert_same_number (a->accuracy, b->accuracy);
  assert_same_number (a->ema_loss, b->ema_loss);
  assert_same_number (a->ema_accuracy, b->ema_accuracy);
}

void
assert_same_course (const Keeper *part, const Keeper *whole)
{
  for (guint i = 0; i < part->epochs->len; i++) {
    const ThawEpoch *epoch = &g_array_index (part->epochs, ThawEpoch, i);
    g_assert_cmpint (epoch->epoch, <, (int) whole->epochs->len);
    assert_same_epoch (epoch, &g_array_index (whole->epochs, ThawEpoch, epoch->epoch));
  }
  for (guint i = 0; i < part->iterations->len; i++) {
    const ThawIteration *it = &g_array_index (part->iterations, ThawIteration, i), *other;
    g_assert_cmpuint (it->step, <, whole->iterations->len);
    other = &g_array_index (whole->iterations, ThawIteration, it->step);
    assert_same_number (it->loss, other->loss);
    assert_same_number (it->lr, other->lr);
    g_assert_cmpint (it->correct, ==, other->correct);
  }
}

void
assert_same_end (const Keeper *part, const char *last, const Keeper *whole)
{
  assert_same_course (part, whole);
  assert_same_tensors (last, keeper_last (whole), "");
  assert_same_number (part->test_loss, whole->test_loss);
  assert_same_number (part->test_accuracy, whole->test_accuracy);
}
