/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .pth as it is written: what our reader finds in it, and the layout that PyTorch expects. */
#include "bytes.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder, *path;

static ThawTensor *
add (ThawStateDict *dict, const char *name, ThawDtype dtype, int ndim, const uint64_t *shape)
{
  ThawTensor *tensor = thaw_tensor_new (name, dtype, ndim, shape);

  for (uint64_t i = 0; i < tensor->bytes; i++)
    ((uint8_t *) tensor->data)[i] = (uint8_t) (i * 5 + name[0]);
  g_assert_true (thaw_state_dict_add (dict, tensor));
  return tensor;
}

static const ThawDtype types[] = {THAW_DTYPE_BOOL, THAW_DTYPE_U8,   THAW_DTYPE_I8,  THAW_DTYPE_I16,
                                  THAW_DTYPE_F16,  THAW_DTYPE_BF16, THAW_DTYPE_I32, THAW_DTYPE_F32,
                                  THAW_DTYPE_F64,  THAW_DTYPE_I64};

static ThawStateDict *
sample (void)
{
  ThawStateDict *dict = thaw_state_dict_new ();

  add (dict, "features.0.0.weight", THAW_DTYPE_F32, 4, (uint64_t[]){4, 3, 3, 3});
  add (dict, "features.0.1.num_batches_tracked", THAW_DTYPE_I64, 0, NULL);
  add (dict, "empty", THAW_DTYPE_F32, 3, (uint64_t[]){2, 0, 3});
  add (dict, "large", THAW_DTYPE_U8, 2, (uint64_t[]){70000, 2});
  add (dict, "eight", THAW_DTYPE_I16, 8, (uint64_t[]){1, 2, 1, 2, 1, 2, 1, 2});
  add (dict, "\xe4\xb8\xad", THAW_DTYPE_F16, 1, (uint64_t[]){3});
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    add (dict, thaw_dtype_name (types[i]), types[i], 2, (uint64_t[]){2, 3});
  return dict;
}

static void
round_trip (void)
{
  g_autoptr (ThawStateDict) dict = sample (), back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sha = NULL, *real = NULL;
  uint64_t bytes, real_bytes;
  ThawFormat format;

  g_assert_true (thaw_pth_write (dict, path, &sha, &bytes, &error));
  g_assert_no_error (error);
  real = thaw_file_sha256 (path, &real_bytes, NULL);
  g_assert_cmpstr (sha, ==, real);
  g_assert_cmpuint (bytes, ==, real_bytes);
  back = thaw_weights_read (path, &format, &error);
  g_assert_no_error (error);
  g_assert_cmpint ((int) format, ==, THAW_FORMAT_PTH_ZIP);
  g_assert_cmpuint (thaw_state_dict_size (back), ==, thaw_state_dict_size (dict));
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *x = thaw_state_dict_nth (dict, i), *y = thaw_state_dict_nth (back, i);
    g_assert_cmpstr (x->name, ==, y->name);
    g_assert_cmpint ((int) x->dtype, ==, (int) y->dtype);
    g_assert_cmpint (x->ndim, ==, y->ndim);
    g_assert_cmpmem (x->shape, sizeof x->shape, y->shape, sizeof y->shape);
    g_assert_cmpmem (x->data, x->bytes, y->data, y->bytes);
  }
  g_unlink (path);
}

/* Data of each record at a multiple of 64, and the same dictionary gives the same bytes. */
static void
layout (void)
{
  g_autoptr (ThawStateDict) dict = sample ();
  g_autofree char *text = NULL, *one = NULL, *two = NULL;
  gsize length, records = 0;

  g_assert_true (thaw_pth_write (dict, path, &one, NULL, NULL));
  g_assert_true (thaw_pth_write (dict, path, &two, NULL, NULL));
  g_assert_cmpstr (one, ==, two);
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  for (gsize i = 0; i + 30 < length && memcmp (text + i, "PK\3\4", 4) == 0; records++) {
    gsize name = (uint8_t) text[i + 26], extra = (uint8_t) text[i + 28], size = 0;
    for (int k = 3; k >= 0; k--)
      size = size << 8 | (uint8_t) text[i + 18 + (gsize) k];
    g_assert_cmpuint ((i + 30 + name + extra) % 64, ==, 0);
    g_assert_true (g_str_has_prefix (text + i + 30, "archive/"));
    i += 30 + name + extra + size;
  }
  g_assert_cmpuint (records, ==, thaw_state_dict_size (dict) + 3);
  g_unlink (path);
}

static void
no_such_types (void)
{
  static const ThawDtype absent[] = {THAW_DTYPE_U16, THAW_DTYPE_U32, THAW_DTYPE_U64};

  for (guint i = 0; i < G_N_ELEMENTS (absent); i++) {
    g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
    g_autoptr (GError) error = NULL;
    add (dict, "w", absent[i], 0, NULL);
    g_assert_false (thaw_pth_write (dict, path, NULL, NULL, &error));
    g_assert_true (error->domain == THAW_FORMATS_ERROR);
    g_assert_nonnull (strstr (error->message, "'w'"));
    g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("thaw-pth-XXXXXX", NULL);
  path = g_build_filename (folder, "w.pth", NULL);
  g_test_add_func ("/formats/pth-write/round-trip", round_trip);
  g_test_add_func ("/formats/pth-write/layout", layout);
  g_test_add_func ("/formats/pth-write/no-such-types", no_such_types);
  status = g_test_run ();
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
  g_free (path);
  return status;
}
