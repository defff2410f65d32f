/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readers that get no memory: each allocation that may fail does so once, the first, the second and
 * so on until all are had. A sentence each time, and nothing kept. */
#include "data-fixtures.h"
#include "thaw-formats.h"

#include <dlfcn.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

/* --- What may fail: these names come before those of the libraries --- */

static int refuse_in = -1;  /* so many are let through; -1: all */
static bool refuse_aligned; /* tensors; a pool of threads is as small as what g_malloc gives */

static bool
is_refused (void)
{
  return refuse_in >= 0 && refuse_in-- == 0;
}

#define NEXT(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

gpointer
g_try_malloc (gsize bytes)
{
  return is_refused () ? NULL : NEXT (g_try_malloc) (bytes);
}

gpointer
g_try_malloc_n (gsize count, gsize bytes)
{
  return is_refused () ? NULL : NEXT (g_try_malloc_n) (count, bytes);
}

gpointer
g_try_realloc (gpointer block, gsize bytes)
{
  return is_refused () ? NULL : NEXT (g_try_realloc) (block, bytes);
}

gpointer
g_try_realloc_n (gpointer block, gsize count, gsize bytes)
{
  return is_refused () ? NULL : NEXT (g_try_realloc_n) (block, count, bytes);
}

int
posix_memalign (void **block, size_t alignment, size_t bytes)
{
  return refuse_aligned && is_refused () ? ENOMEM : NEXT (posix_memalign) (block, alignment, bytes);
}

int
inflateInit2_ (z_streamp stream, int bits, const char *version, int size)
{
  return is_refused () ? Z_MEM_ERROR : NEXT (inflateInit2_) (stream, bits, version, size);
}

png_structp
png_create_read_struct (png_const_charp version,
                        png_voidp user,
                        png_error_ptr error,
                        png_error_ptr warning)
{
  return is_refused () ? NULL : NEXT (png_create_read_struct) (version, user, error, warning);
}

png_infop
png_create_info_struct (png_const_structrp png)
{
  return is_refused () ? NULL : NEXT (png_create_info_struct) (png);
}

/* --- Readers --- */

typedef gboolean (*Read) (gconstpointer what, GError **error);

static void
try_each (Read read, gconstpointer what, int at_least)
{
  int refused = 0;

  for (;;) {
    g_autoptr (GError) error = NULL;
    gboolean good;

    refuse_in = refused;
    good = read (what, &error);
    if (refuse_in >= 0)
      break; /* all were had */
    refused++;
    g_assert_false (good);
    g_assert_nonnull (error);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, "memory"));
  }
  refuse_in = -1;
  g_assert_cmpint (refused, >=, at_least);
  g_assert_true (read (what, NULL));
}

static gboolean
read_picture (gconstpointer what, GError **error)
{
  const GByteArray *bytes = what;
  ThawPicture picture = {0};
  gboolean good = thaw_picture_decode (bytes->data, bytes->len, "x", &picture, error);

  g_assert_true (good == (picture.rgb != NULL));
  thaw_picture_clear (&picture);
  return good;
}

static void
test_pictures (void)
{
  g_autoptr (GByteArray) png = png_rgb (1, 5, 4), jpeg = jpeg_of (1, 9, 8, 3, FALSE);

  try_each (read_picture, png, 4);
  try_each (read_picture, jpeg, 1);
}

static gboolean
read_set (gconstpointer what, GError **error)
{
  g_autoptr (ThawDataset) set = thaw_dataset_open (what, 32, NULL, error);

  return set != NULL;
}

static void
test_sets (void)
{
  static const struct {
    ThawSetKind kind;
    const char *name;
  } archives[] = {{THAW_SET_CIFAR10_BINARY, "cifar-10-binary.tar.gz"},
                  {THAW_SET_CIFAR10_PYTHON, "cifar-10-python.tar.gz"}};

  for (int packed = 0; packed < 2; packed++) {
    char *folder = tmp_new ();
    put_idx (folder, 20, 10, packed != 0);
    try_each (read_set, folder, packed ? 11 : 7);
    tmp_remove (folder);
  }
  for (guint i = 0; i < G_N_ELEMENTS (archives); i++) {
    char *folder = tmp_new ();
    g_autofree char *path = g_build_filename (folder, archives[i].name, NULL);
    g_autoptr (GByteArray) bytes = cifar_archive (archives[i].kind, 400, 4);

    put_file (folder, archives[i].name, bytes);
    try_each (read_set, path, 12); /* members grow, too */
    tmp_remove (folder);
  }
}

static gboolean
read_weights (gconstpointer what, GError **error)
{
  g_autoptr (ThawStateDict) dict = thaw_weights_read (what, NULL, error);

  return dict != NULL;
}

static void
test_weights (void)
{
  static const char *const names[] = {"mixed_zip.pth", "mixed_legacy.pth", "tiny.safetensors"};

  refuse_aligned = true;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (GOLDEN, "files", names[i], NULL);
    try_each (read_weights, path, 3);
  }
  refuse_aligned = false;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/no-memory/pictures", test_pictures);
  g_test_add_func ("/data/no-memory/sets", test_sets);
  g_test_add_func ("/data/no-memory/weights", test_weights);
  return g_test_run ();
}
