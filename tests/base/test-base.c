/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers, half precision, named tensors, files, statistics. */
#include "thaw-base.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

static void
rng_is_a_function (void)
{
  ThawRng a = thaw_rng (7, THAW_RNG_AUGMENT, 3, 11, 0),
          b = thaw_rng (7, THAW_RNG_AUGMENT, 3, 11, 0);
  ThawRng others[] = {
      thaw_rng (8, THAW_RNG_AUGMENT, 3, 11, 0), thaw_rng (7, THAW_RNG_ORDER, 3, 11, 0),
      thaw_rng (7, THAW_RNG_AUGMENT, 4, 11, 0), thaw_rng (7, THAW_RNG_AUGMENT, 3, 12, 0),
      thaw_rng (7, THAW_RNG_AUGMENT, 3, 11, 1), thaw_rng (7, THAW_RNG_AUGMENT, 11, 3, 0)};
  uint64_t first = thaw_rng_u64 (&a);

  g_assert_cmphex (first, ==, thaw_rng_u64 (&b));
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmphex (first, !=, thaw_rng_u64 (&others[i]));
}

static void
rng_distributions (void)
{
  ThawRng rng = thaw_rng (1, THAW_RNG_TEST, 0, 0, 0);
  int counts[9] = {0}, n = 90000;
  double sum = 0, squares = 0, chi = 0;

  for (int i = 0; i < n; i++) {
    double u = thaw_rng_unit (&rng);
    g_assert_true (u >= 0 && u < 1);
    counts[thaw_rng_below (&rng, 9)]++;
  }
  for (int k = 0; k < 9; k++)
    chi += (counts[k] - n / 9.0) * (counts[k] - n / 9.0) / (n / 9.0);
  g_assert_cmpfloat (chi, <, 26.1); /* 8 degrees of freedom, 0.1 % */
  for (int i = 0; i < n; i++) {
    double z = thaw_rng_normal (&rng);
    sum += z;
    squares += z * z;
  }
  g_assert_cmpfloat (fabs (sum / n), <, 0.015);
  g_assert_cmpfloat (fabs (squares / n - 1), <, 0.02);
}

static void
rng_shuffle (void)
{
  uint32_t items[100], again[100], seen[100] = {0};
  ThawRng a = thaw_rng (5, THAW_RNG_ORDER, 0, 0, 0), b = a;

  for (uint32_t i = 0; i < 100; i++)
    items[i] = again[i] = i;
  thaw_rng_shuffle (&a, items, 100);
  thaw_rng_shuffle (&b, again, 100);
  g_assert_cmpmem (items, sizeof items, again, sizeof again);
  for (int i = 0; i < 100; i++)
    seen[items[i]]++;
  for (int i = 0; i < 100; i++)
    g_assert_cmpuint (seen[i], ==, 1);
}

static void
half_round_trip (void)
{
  for (uint32_t h = 0; h <= 0xFFFF; h++) {
    float value = thaw_f16_to_f32 ((uint16_t) h);
    if (isnan (value))
      g_assert_true (isnan (thaw_f16_to_f32 (thaw_f32_to_f16 (value))));
    else
      g_assert_cmphex (thaw_f32_to_f16 (value), ==, h);
  }
}

static void
half_tensors (void)
{
  const uint64_t shape[] = {2, 3};
  const float values[] = {1.0f, -0.1f, 65519.0f, 1e-7f, INFINITY, NAN};
  g_autoptr (ThawTensor) tensor = thaw_tensor_new ("w", THAW_DTYPE_F32, 2, shape);
  g_autoptr (ThawTensor) half = NULL;
  float back[6];
  int64_t at;

  memcpy (tensor->data, values, sizeof values);
  half = thaw_tensor_to_f16 (tensor, &at);
  g_assert_nonnull (half);
  g_assert_cmpint (at, ==, -1);
  g_assert_cmpint (half->dtype, ==, THAW_DTYPE_F16);
  g_assert_cmpint (half->ndim, ==, 2);
  g_assert_cmpuint (half->bytes, ==, 12);
  thaw_tensor_to_f32 (half, back);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (back[i], values[i], fabsf (values[i]) * 0x1p-11f + 0x1p-25f);
  g_assert_true (isinf (back[4]) && isnan (back[5]));

  ((float *) tensor->data)[2] = -65520.0f;
  g_assert_null (thaw_tensor_to_f16 (tensor, &at));
  g_assert_cmpint (at, ==, 2);
}

static void
half_rounding (void)
{
  g_assert_cmphex (thaw_f32_to_f16 (1.0f + 0x1p-11f), ==, 0x3C00); /* tie to even: down */
  g_assert_cmphex (thaw_f32_to_f16 (1.0f + 0x1p-10f + 0x1p-11f), ==, 0x3C02); /* tie to even: up */
  g_assert_cmphex (thaw_f32_to_f16 (1.0f + 0x1p-11f + 0x1p-20f), ==, 0x3C01);
  g_assert_cmphex (thaw_f32_to_f16 (65519.0f), ==, 0x7BFF);
  g_assert_cmphex (thaw_f32_to_f16 (65520.0f), ==, 0x7C00);
  g_assert_cmphex (thaw_f32_to_f16 (0x1p-25f), ==, 0);
  g_assert_cmphex (thaw_f32_to_f16 (0x1.8p-25f), ==, 1);
  g_assert_cmphex (thaw_f32_to_f16 (-0.0f), ==, 0x8000);
}

static void
tensor_sizes (void)
{
  const uint64_t wraps[] = {UINT64_C (1) << 32, UINT64_C (1) << 32}, shape[] = {2, 3},
                 none[] = {0, 5};
  g_autoptr (ThawTensor) tensor = thaw_tensor_new ("t", THAW_DTYPE_F16, 2, shape);
  g_autoptr (ThawTensor) empty = thaw_tensor_new ("e", THAW_DTYPE_F32, 2, none);
  g_autoptr (ThawTensor) scalar = thaw_tensor_new ("s", THAW_DTYPE_I64, 0, NULL);
  g_autofree char *text = thaw_tensor_shape_text (tensor);

  g_assert_null (thaw_tensor_new ("w", THAW_DTYPE_F32, 2, wraps));
  g_assert_cmpuint (tensor->bytes, ==, 12);
  g_assert_cmpuint ((uintptr_t) tensor->data % 64, ==, 0);
  g_assert_cmpuint (empty->bytes, ==, 0);
  g_assert_cmpuint (scalar->count, ==, 1);
  g_assert_cmpstr (text, ==, "(2, 3)");
}

static void
tensor_conversion (void)
{
  const uint64_t shape[] = {4};
  g_autoptr (ThawTensor) bf16 = thaw_tensor_new ("b", THAW_DTYPE_BF16, 1, shape);
  g_autoptr (ThawTensor) i64 = thaw_tensor_new ("i", THAW_DTYPE_I64, 1, shape);
  float out[4];

  memcpy (bf16->data, (const uint16_t[]){0x3F80, 0xC000, 0x7F80, 0x7FC0}, 8);
  thaw_tensor_to_f32 (bf16, out);
  g_assert_true (out[0] == 1 && out[1] == -2 && isinf (out[2]) && isnan (out[3]));
  g_assert_cmpuint (thaw_tensor_count_nonfinite (bf16), ==, 2);
  memcpy (i64->data, (const int64_t[]){-3, 0, 7, 1 << 20}, 32);
  thaw_tensor_to_f32 (i64, out);
  g_assert_true (out[0] == -3 && out[3] == 1 << 20);
  g_assert_cmpuint (thaw_tensor_count_nonfinite (i64), ==, 0);
}

static void
state_dict (void)
{
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
  g_autoptr (ThawTensor) twin = thaw_tensor_new ("a", THAW_DTYPE_F32, 0, NULL);

  g_assert_true (thaw_state_dict_add (dict, thaw_tensor_new ("b", THAW_DTYPE_F32, 0, NULL)));
  g_assert_true (thaw_state_dict_add (dict, thaw_tensor_new ("a", THAW_DTYPE_F32, 0, NULL)));
  g_assert_false (thaw_state_dict_add (dict, twin));
  g_assert_cmpuint (thaw_state_dict_size (dict), ==, 2);
  g_assert_cmpstr (thaw_state_dict_nth (dict, 0)->name, ==, "b");
  g_assert_true (thaw_state_dict_find (dict, "a") == thaw_state_dict_nth (dict, 1));
  g_assert_null (thaw_state_dict_find (dict, "c"));
  thaw_state_dict_set_meta (dict, "k", "v");
  g_assert_cmpstr (thaw_state_dict_meta (dict, "k"), ==, "v");
}

static void
files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("thaw-base-XXXXXX", NULL),
                  *path = g_build_filename (folder, "f", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL), *text = NULL, *sum = NULL;
  g_autoptr (GError) error = NULL;
  size_t length;
  uint64_t bytes;

  g_assert_true (g_file_set_contents (path, "abc", 3, NULL));
  text = thaw_file_read (path, 3, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "abc");
  g_assert_cmpuint (length, ==, 3);
  sum = thaw_file_sha256 (path, &bytes, &error);
  g_assert_cmpstr (sum, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  g_assert_cmpuint (bytes, ==, 3);

  g_assert_null (thaw_file_read (path, 2, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_clear_error (&error);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_null (thaw_file_read (fifo, 10, NULL, &error)); /* returns at once */
  g_assert_nonnull (strstr (error->message, fifo));
  g_clear_error (&error);
  g_assert_null (thaw_file_read ("/nonexistent/x", 10, NULL, &error));
  g_assert_nonnull (error);
  g_remove (path);
  g_remove (fifo);
  g_rmdir (folder);
}

static void
volatility (void)
{
  double line[200], saw[200];

  for (int i = 0; i < 200; i++) {
    line[i] = 3 - 0.01 * i;
    saw[i] = line[i] + (i % 2 ? 0.5 : -0.5);
  }
  g_assert_cmpfloat (thaw_volatility (line, 200, 0), <, 1e-12);
  g_assert_cmpfloat_with_epsilon (thaw_volatility (saw, 200, 0), 0.5, 0.06);
  saw[20] = NAN;
  saw[21] = INFINITY;
  g_assert_true (isfinite (thaw_volatility (saw, 200, 0)));
  g_assert_true (thaw_volatility (line, 2, 0) == 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/rng/function", rng_is_a_function);
  g_test_add_func ("/base/rng/distributions", rng_distributions);
  g_test_add_func ("/base/rng/shuffle", rng_shuffle);
  g_test_add_func ("/base/half/round-trip", half_round_trip);
  g_test_add_func ("/base/half/tensors", half_tensors);
  g_test_add_func ("/base/half/rounding", half_rounding);
  g_test_add_func ("/base/tensor/sizes", tensor_sizes);
  g_test_add_func ("/base/tensor/conversion", tensor_conversion);
  g_test_add_func ("/base/tensor/state-dict", state_dict);
  g_test_add_func ("/base/files", files);
  g_test_add_func ("/base/volatility", volatility);
  return g_test_run ();
}
