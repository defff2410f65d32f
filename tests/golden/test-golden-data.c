/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transforms.json: resizing and resized crops, byte for byte; files.json: the tiny CIFAR-10 files,
 * each opened as a whole set of six copies. */
#include "golden.h"
#include "thaw-data.h"

#include <glib/gstdio.h>
#include <string.h>

#define CIFAR_FILES 6

/* --- Resizing ----------------------------------------------------------------------------------*/

typedef struct {
  int h, w;
  uint8_t *px;
} Picture;

static Picture
load_picture (JsonObject *root, const char *name)
{
  JsonArray *images = golden_array (root, "images");
  gsize bytes;

  for (guint i = 0; i < json_array_get_length (images); i++) {
    JsonObject *image = json_array_get_object_element (images, i);
    JsonArray *size = golden_array (image, "size");
    if (strcmp (golden_text (image, "name"), name) == 0)
      return (Picture){(int) json_array_get_int_element (size, 0),
                       (int) json_array_get_int_element (size, 1),
                       g_base64_decode (golden_text (image, "data"), &bytes)};
  }
  g_error ("no image '%s'", name);
}

/* Cuts the box of a resized crop out of the picture. */
static void
cut (Picture *p, JsonObject *params)
{
  int top = golden_int (params, "top"), left = golden_int (params, "left");
  int h = golden_int (params, "height"), w = golden_int (params, "width");
  uint8_t *out = g_malloc ((gsize) h * w * 3);

  for (int y = 0; y < h; y++)
    memcpy (out + (gsize) y * w * 3, p->px + ((gsize) (top + y) * p->w + left) * 3, (gsize) w * 3);
  g_free (p->px);
  *p = (Picture){h, w, out};
}

/* All bytes where the fixture has them, else the first row; the checksum always. */
static void
compare (GoldenTally *tally, const char *name, const uint8_t *out, int size, JsonObject *item)
{
  gboolean whole = json_object_has_member (item, "out");
  gsize bytes = (gsize) size * size * 3, have;
  g_autofree guchar *expected = g_base64_decode (golden_text (item, whole ? "out" : "row0"), &have);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, out, bytes);

  g_assert_cmpuint (have, ==, whole ? bytes : (gsize) size * 3);
  for (gsize i = 0; i < have; i++)
    golden_check (tally, name, out[i], expected[i], 0);
  golden_check (tally, name, strcmp (sum, golden_text (item, "sha256")) == 0, 1, 0);
}

static void
resize_case (GoldenTally *tally, JsonObject *root, guint number, JsonObject *item)
{
  JsonObject *params = golden_object (item, "params");
  int size = golden_int (params, "size");
  const char *op = golden_text (item, "op");
  Picture picture = load_picture (root, golden_text (item, "image"));
  g_autofree uint8_t *out = g_malloc ((gsize) size * size * 3);
  g_autofree char *name = g_strdup_printf ("case %u: %s to %d", number, op, size);

  if (strcmp (op, "resized_crop") == 0)
    cut (&picture, params);
  thaw_resize_bilinear (picture.px, picture.h, picture.w, out, size, size);
  compare (tally, name, out, size, item);
  g_free (picture.px);
}

static void
resizing (void)
{
  GoldenTally tally = {.what = "resizing"};
  g_autoptr (JsonParser) parser = golden_load ("transforms.json");
  JsonObject *root = golden_root (parser);
  JsonArray *cases = golden_array (root, "cases");
  guint done = 0;

  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *item = json_array_get_object_element (cases, i);
    const char *op = golden_text (item, "op");
    if (strcmp (op, "resize") != 0 && strcmp (op, "resized_crop") != 0)
      continue;
    resize_case (&tally, root, i, item);
    done++;
  }
  g_test_message ("%u cases", done);
  golden_report (&tally);
}

/* --- CIFAR-10 ----------------------------------------------------------------------------------*/

/* A folder of six copies of a fixture, named as the batches of its form are. (transfer full) */
static char *
make_set (const char *file)
{
  const char *tail = g_str_has_suffix (file, ".bin") ? ".bin" : "";
  g_autofree char *path = g_build_filename (golden_dir (), "files", file, NULL);
  g_autofree char *bytes = NULL;
  char *dir = g_dir_make_tmp ("thaw-golden-XXXXXX", NULL);
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (int i = 1; i <= CIFAR_FILES; i++) {
    g_autofree char *name = i < CIFAR_FILES ? g_strdup_printf ("data_batch_%d%s", i, tail)
                                            : g_strconcat ("test_batch", tail, NULL);
    g_autofree char *copy = g_build_filename (dir, name, NULL);
    g_assert_true (g_file_set_contents (copy, bytes, (gssize) length, NULL));
  }
  return dir;
}

/* Also sees that reading has left nothing behind. */
static void
remove_set (char *dir)
{
  g_autoptr (GDir) names = g_dir_open (dir, 0, NULL);
  const char *name;
  int n = 0;

  while ((name = g_dir_read_name (names)) != NULL) {
    g_autofree char *path = g_build_filename (dir, name, NULL);
    g_assert_cmpint (g_remove (path), ==, 0);
    n++;
  }
  g_assert_cmpint (n, ==, CIFAR_FILES);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
  g_free (dir);
}

/* Back to three planes, as the file has them. out: [3][1024]. */
static void
to_planes (const uint8_t *image, uint8_t *out)
{
  for (int i = 0; i < 1024; i++)
    for (int c = 0; c < 3; c++)
      out[1024 * c + i] = image[3 * i + c];
}

/* Batch `which` of the set against the entry. */
static void
compare_batch (GoldenTally *tally, const ThawDataset *set, uint32_t which, JsonObject *entry)
{
  JsonArray *labels = golden_array (entry, "labels");
  JsonArray *first = golden_array (entry, "first_image_first_16");
  JsonArray *last = golden_array (entry, "last_image_last_16");
  guint n = json_array_get_length (labels);
  g_autofree uint8_t *planes = g_malloc ((gsize) n * 3072);
  g_autofree char *sum = NULL;

  for (guint i = 0; i < n; i++) {
    uint32_t image = which * n + i;
    golden_check (tally, "label", thaw_dataset_label (set, image),
                  (double) json_array_get_int_element (labels, i), 0);
    to_planes (thaw_dataset_image (set, image), planes + (gsize) i * 3072);
  }
  for (guint i = 0; i < 16; i++) {
    golden_check (tally, "first pixels", planes[i], (double) json_array_get_int_element (first, i),
                  0);
    golden_check (tally, "last pixels", planes[(gsize) n * 3072 - 16 + i],
                  (double) json_array_get_int_element (last, i), 0);
  }
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, planes, (gsize) n * 3072);
  golden_check (tally, "pixels", strcmp (sum, golden_text (entry, "pixels_sha256")) == 0, 1, 0);
}

static void
cifar_entry (GoldenTally *tally, JsonObject *entry)
{
  const char *file = golden_text (entry, "file");
  gboolean optional = json_object_has_member (entry, "optional");
  char *dir = make_set (file);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawDataset) set = thaw_dataset_open (dir, 32, NULL, &error);

  g_assert_true ((set == NULL) == (error != NULL));
  if (strcmp (golden_text (entry, "expect"), "load") == 0 && !(optional && set == NULL)) {
    guint n = json_array_get_length (golden_array (entry, "labels"));
    g_assert_no_error (error);
    g_assert_cmpuint (thaw_dataset_n_train (set), ==, (CIFAR_FILES - 1) * n);
    g_assert_cmpuint (thaw_dataset_n_test (set), ==, n);
    for (uint32_t which = 0; which < CIFAR_FILES; which++)
      compare_batch (tally, set, which, entry);
  } else if (set != NULL) {
    g_error ("%s was not refused", file);
  } else {
    golden_check (tally, file, strstr (error->message, "data_batch_1") != NULL, 1, 0);
  }
  remove_set (dir);
}

static void
cifar (void)
{
  GoldenTally tally = {.what = "CIFAR-10 files"};
  g_autoptr (JsonParser) parser = golden_load ("files.json");
  JsonArray *files = golden_array (golden_root (parser), "files");

  for (guint i = 0; i < json_array_get_length (files); i++) {
    JsonObject *entry = json_array_get_object_element (files, i);
    if (json_object_has_member (entry, "kind") &&
        strcmp (golden_text (entry, "kind"), "cifar") == 0)
      cifar_entry (&tally, entry);
  }
  golden_report (&tally);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/data/resizing", resizing);
  g_test_add_func ("/golden/data/cifar", cifar);
  return g_test_run ();
}
