/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set taken apart and put together: the same set; with any part wrong: none, and a sentence.
 */
#include "data-fixtures.h"

#include <string.h>

typedef struct {
  char *folder;
  ThawDataset *set;
  ThawDatasetParts parts; /* good ones, to be changed */
  GBytes *home;           /* of the pixels, which begin at byte 3 of it */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  size_t bytes;
  uint8_t *home;

  f->folder = tmp_new ();
  put_idx (f->folder, 4, 3, FALSE);
  f->set = thaw_dataset_open (f->folder, 8, NULL, &error);
  g_assert_no_error (error);
  thaw_dataset_parts (f->set, &f->parts);
  bytes = 7 * 8 * 8 * 3;
  home = g_malloc (bytes + 3);
  memcpy (home + 3, f->parts.pixels, bytes);
  f->home = g_bytes_new_take (home, bytes + 3);
  f->parts.pixels = home + 3;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_bytes_unref (f->home);
  thaw_dataset_free (f->set);
  tmp_remove (f->folder);
}

static void
test_same (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawDataset) again = thaw_dataset_from_parts (&f->parts, f->home, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (thaw_dataset_count (again), ==, thaw_dataset_count (f->set));
  g_assert_cmpstr (thaw_dataset_fingerprint (again), ==, thaw_dataset_fingerprint (f->set));
  for (uint32_t i = 0; i < thaw_dataset_count (again); i++) {
    g_assert_cmpint (thaw_dataset_label (again, i), ==, thaw_dataset_label (f->set, i));
    g_assert_cmpmem (thaw_dataset_image (again, i), 8 * 8 * 3, thaw_dataset_image (f->set, i),
                     8 * 8 * 3);
  }
}

static void
refuse (const Fixture *f, const ThawDatasetParts *parts, const char *what)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (thaw_dataset_from_parts (parts, f->home, &error));
  g_assert_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT);
  g_assert_true (g_str_has_suffix (error->message, what));
}

#define REFUSE(what, ...)                                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    ThawDatasetParts wrong = f->parts;                                                             \
    __VA_ARGS__;                                                                                   \
    refuse (f, &wrong, what);                                                                      \
  }                                                                                                \
  G_STMT_END

static void
test_words (Fixture *f, gconstpointer data)
{
  static char not_utf8[] = "\xff", other[] = "other";
  static const char *const no_name[1000] = {"a", NULL}, *const odd_name[1000] = {"a", "\xff"};
  g_autofree char *capitals = g_ascii_strup (f->parts.fingerprint, -1);

  REFUSE ("info", wrong.info.kind = (ThawSetKind) 99);
  REFUSE ("info", wrong.info.id = NULL);
  REFUSE ("info", wrong.info.id = other);
  REFUSE ("info", wrong.info.path = NULL);
  REFUSE ("info", wrong.info.title = NULL);
  REFUSE ("info", wrong.info.title = not_utf8);
  REFUSE ("classes", wrong.classes = 0);
  REFUSE ("classes", wrong.classes = 1001);
  REFUSE ("class_names", wrong.class_names = no_name);
  REFUSE ("class_names", wrong.class_names = odd_name);
  REFUSE ("fingerprint", wrong.fingerprint = NULL);
  REFUSE ("fingerprint", wrong.fingerprint = "abc");
  REFUSE ("fingerprint", wrong.fingerprint = capitals);
}

static void
test_images (Fixture *f, gconstpointer data)
{
  const uint16_t labels[7] = {0, 1, 2, 3, 0, 1, 1000};
  const uint8_t here[7] = {1, 1, 1, 1, 1, 1, 2};

  REFUSE ("size", wrong.size = 0);
  REFUSE ("size", wrong.size = THAW_MAX_SIDE + 1);
  REFUSE ("count", wrong.n_train = UINT32_MAX);
  REFUSE ("count", wrong.size = THAW_MAX_SIDE, wrong.n_train = UINT32_MAX, wrong.n_test = 1);
  REFUSE ("pixels", wrong.n_test = 4);
  REFUSE ("pixels", wrong.size = 9);
  REFUSE ("pixels", wrong.pixels -= 4);
  REFUSE ("pixels", wrong.pixels += 1);
  REFUSE ("labels", wrong.labels = labels);
  REFUSE ("labels", wrong.here = here, wrong.fingerprint = NULL);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/data/parts/same", test_same);
  add ("/data/parts/words", test_words);
  add ("/data/parts/images", test_images);
  return g_test_run ();
}
