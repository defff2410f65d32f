/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .safetensors: the header's grammar, the ranges, the writer's layout, a round trip. */
#include "bytes.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static ThawStateDict *
parse (const char *header, gsize header_length, gsize data, GError **error)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();

  put_number (file, header_length, 8);
  put_bytes (file, header, header_length);
  for (gsize i = 0; i < data; i++)
    put_number (file, i + 1, 1);
  return thaw_safetensors_parse (file->data, file->len, "bytes", error);
}

static const struct {
  const char *header;
  gsize data;
  int tensors;
} good[] = {
    {"{}", 0, 0},
    {"{}      ", 0, 0},
    {"{\"__metadata__\":{}}", 0, 0},
    {"{ \"a\" :\n{\"shape\":[ ],\"data_offsets\":[0 , 4],\t\"dtype\":\"F32\"}\r}", 4, 1},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, 1},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[18446744073709551615,0],\"data_offsets\":[0,0]}}", 0, 1},
    {"{\"a\":{\"dtype\":\"I64\",\"shape\":[1,1,1,1,1,1,1,2],\"data_offsets\":[0,16]}}", 16, 1},
    {"{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]},"
     "\"e\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[1,1]},"
     "\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
     3, 3},
    {"{\"__metadata__\":{\"a\":\"1\",\"b\":\"\"},\"\":{\"dtype\":\"BOOL\",\"shape\":[1],"
     "\"data_offsets\":[0,1]}}",
     1, 1},
};

static void
good_headers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (ThawStateDict) dict =
        parse (good[i].header, strlen (good[i].header), good[i].data, &error);
    g_assert_no_error (error);
    g_assert_cmpint ((int) thaw_state_dict_size (dict), ==, good[i].tensors);
  }
}

#define A "\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}"

static const struct {
  const char *header;
  gsize data;
} bad[] = {
    {"", 0},
    {" {}", 0},
    {"[]", 0},
    {"{", 0},
    {"}", 0},
    {"{}{}", 0},
    {"{}\n", 0},
    {"{},", 0},
    {"{" A, 2},
    {"{" A ",}", 2},
    {"{," A "}", 2},
    {"{" A "," A "}", 2},
    {"{" A ",\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 2},
    {"{" A "}", 1},
    {"{" A "}", 3},
    {"{" A "}", 0},
    {"{\"a\":[]}", 0},
    {"{\"a\":null}", 0},
    {"{\"a\":{}}", 0},
    {"{a:{}}", 0},
    {"{\"a\" {}}", 0},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2],\"more\":1}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":2,\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":8,\"shape\":[2],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"u8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2,],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[02],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[+2],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[-2],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2.0],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2e0],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[\"2\"],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[[2]],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[18446744073709551616],\"data_offsets\":[0,0]}}", 0},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]}}", 0},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2,2]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,0]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 3},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[18446744073709551615,1]}}", 2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
     "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
     2},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
     "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
     3},
    {"{\"__metadata__\":[]}", 0},
    {"{\"__metadata__\":{\"a\":1}}", 0},
    {"{\"__metadata__\":{\"a\":null}}", 0},
    {"{\"__metadata__\":{\"a\":{}}}", 0},
    {"{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0},
    {"{\"a\\u0000\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
    {"{\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
    {"{\"\\udc00\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
    {"{\"\\ud800\\u0041\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
    {"{\"\\x41\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
    {"{\"\\u00\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
    {"{\"tab\there\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
    {"{\"\xff\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
    {"{\"open", 0},
    {"{\"open\\", 0},
    {"{\"open\\u00", 0},
};

static void
bad_headers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (ThawStateDict) dict =
        parse (bad[i].header, strlen (bad[i].header), bad[i].data, &error);
    if (dict != NULL)
      g_error ("accepted: %s", bad[i].header);
    g_assert_true (error->domain == THAW_FORMATS_ERROR);
    g_assert_true (g_str_has_prefix (error->message, "bytes"));
  }
}

static void
header_lengths (void)
{
  static const uint64_t lengths[] = {
      1, 3, 4, 1000, (16 << 20) + 1, UINT32_MAX, UINT64_MAX, UINT64_MAX - 7};
  g_autofree char *big = g_strnfill ((16 << 20) + 8, ' ');

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (GByteArray) file = g_byte_array_new ();
    g_autoptr (ThawStateDict) dict = NULL;
    put_number (file, lengths[i], 8);
    put_bytes (file, "{}", 2);
    dict = thaw_safetensors_parse (file->data, file->len, "bytes", NULL);
    g_assert_null (dict);
  }
  memcpy (big, "{}", 2);
  for (int over = 0; over < 2; over++) {
    g_autoptr (ThawStateDict) dict = parse (big, (16 << 20) + (gsize) over, 0, NULL);
    g_assert_true ((dict != NULL) == !over);
  }
}

static void
escapes (void)
{
  const char *header =
      "{\"__metadata__\":{\"k\\\"\\\\\\/\\b\\f\\n\\r\\t\":\"\\u00e9\\ud83d\\ude00\"},"
      "\"\\u0061\\u4e2d\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}";
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = parse (header, strlen (header), 1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (thaw_state_dict_find (dict, "a\xe4\xb8\xad"));
  g_assert_cmpstr (thaw_state_dict_meta (dict, "k\"\\/\b\f\n\r\t"), ==, "\xc3\xa9\xf0\x9f\x98\x80");
}

static void
many_tensors (void)
{
  g_autoptr (GString) header = g_string_new ("{");

  for (int i = 0; i < 20001; i++) {
    g_autoptr (ThawStateDict) dict = NULL;
    g_string_append_printf (header,
                            "%s\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}",
                            i ? "," : "", i);
    if (i < 19999)
      continue;
    g_string_append_c (header, '}');
    dict = parse (header->str, header->len, 0, NULL);
    g_assert_true ((dict != NULL) == (i == 19999));
    g_string_truncate (header, header->len - 1);
  }
}

static ThawTensor *
add (ThawStateDict *dict, const char *name, ThawDtype dtype, int ndim, const uint64_t *shape)
{
  ThawTensor *tensor = thaw_tensor_new (name, dtype, ndim, shape);

  for (uint64_t i = 0; i < tensor->bytes; i++)
    ((uint8_t *) tensor->data)[i] = (uint8_t) (i * 7 + name[0]);
  g_assert_true (thaw_state_dict_add (dict, tensor));
  return tensor;
}

static ThawStateDict *
sample (void)
{
  ThawStateDict *dict = thaw_state_dict_new ();

  add (dict, "layer.0.weight", THAW_DTYPE_F32, 4, (uint64_t[]){2, 3, 1, 1});
  add (dict, "z", THAW_DTYPE_I64, 0, NULL);
  add (dict, "half", THAW_DTYPE_F16, 1, (uint64_t[]){3});
  add (dict, "a \"quoted\"\n\\name", THAW_DTYPE_F64, 1, (uint64_t[]){2});
  add (dict, "empty", THAW_DTYPE_F32, 2, (uint64_t[]){0, 3});
  add (dict, "\xe4\xb8\xad", THAW_DTYPE_BOOL, 1, (uint64_t[]){5});
  add (dict, "b", THAW_DTYPE_U64, 1, (uint64_t[]){1});
  thaw_state_dict_set_meta (dict, "format", "pt");
  thaw_state_dict_set_meta (dict, "note", "\"x\"\t\x01");
  return dict;
}

static void
same_dicts (const ThawStateDict *one, const ThawStateDict *two)
{
  g_assert_cmpuint (thaw_state_dict_size (one), ==, thaw_state_dict_size (two));
  for (size_t i = 0; i < thaw_state_dict_size (one); i++) {
    const ThawTensor *x = thaw_state_dict_nth (one, i), *y = thaw_state_dict_find (two, x->name);
    g_assert_nonnull (y);
    g_assert_cmpint ((int) x->dtype, ==, (int) y->dtype);
    g_assert_cmpint (x->ndim, ==, y->ndim);
    g_assert_cmpmem (x->shape, sizeof x->shape, y->shape, sizeof y->shape);
    g_assert_cmpmem (x->data, x->bytes, y->data, y->bytes);
  }
}

static void
round_trip (void)
{
  g_autofree char *folder = g_dir_make_tmp ("thaw-safetensors-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "w.safetensors", NULL), *sha = NULL;
  g_autofree char *real_sha = NULL, *text = NULL;
  g_autoptr (ThawStateDict) dict = sample (), back = NULL;
  g_autoptr (GError) error = NULL;
  uint64_t bytes, header;
  ThawFormat format;
  gsize length;

  g_assert_true (thaw_safetensors_write (dict, path, &sha, &bytes, &error));
  g_assert_no_error (error);
  real_sha = thaw_file_sha256 (path, NULL, NULL);
  g_assert_cmpstr (sha, ==, real_sha);
  back = thaw_weights_read (path, &format, &error);
  g_assert_no_error (error);
  g_assert_cmpint ((int) format, ==, THAW_FORMAT_SAFETENSORS);
  same_dicts (dict, back);
  g_assert_cmpstr (thaw_state_dict_meta (back, "note"), ==, "\"x\"\t\x01");

  /* layout: header padded to 8, then by element size and name */
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_cmpuint (bytes, ==, length);
  memcpy (&header, text, 8);
  header = GUINT64_FROM_LE (header);
  g_assert_cmpuint (header % 8, ==, 0);
  g_assert_cmpuint (8 + header + 8 + 24 + 6 + 16 + 0 + 5 + 8, ==, length);
  g_assert_true (g_str_has_prefix (text + 8, "{\"__metadata__\":{\"format\":\"pt\",\"note\":"));
  {
    const char *a = strstr (text + 8, "\"a \\\"quoted"), *b = strstr (text + 8, "\"b\":");
    const char *z = strstr (text + 8, "\"z\":"), *e = strstr (text + 8, "\"empty\"");
    const char *l = strstr (text + 8, "\"layer.0"), *h = strstr (text + 8, "\"half\"");
    g_assert_true (a && a < b && b < z && z < e && e < l && l < h);
  }
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* What must be new replaces nothing, and leaves nothing beside it. */
static void
new_only (void)
{
  g_autofree char *folder = g_dir_make_tmp ("thaw-safetensors-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "w.safetensors", NULL);
  g_autofree char *before = NULL, *after = NULL, *sha = NULL;
  g_autoptr (ThawStateDict) dict = sample (), other = thaw_state_dict_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (thaw_safetensors_write_new (dict, path, &before, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (thaw_safetensors_write_new (other, path, &sha, NULL, &error));
  g_assert_error (error, THAW_FORMATS_ERROR, THAW_FORMATS_ERROR_IO);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_null (sha);
  after = thaw_file_sha256 (path, NULL, NULL);
  g_assert_cmpstr (after, ==, before);
  g_clear_error (&error);
  g_assert_true (thaw_safetensors_write (other, path, NULL, NULL, &error)); /* others may */
  g_unlink (path);
  g_assert_cmpint (symlink ("nowhere", path), ==, 0); /* a name is a name, wherever it leads */
  g_assert_false (thaw_safetensors_write_new (dict, path, NULL, NULL, NULL));
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
no_such_names (void)
{
  g_autofree char *folder = g_dir_make_tmp ("thaw-safetensors-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "w.safetensors", NULL);
  g_autofree char *long_name = g_strnfill (513, 'x');
  const char *names[] = {"__metadata__", "\xff", long_name};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
    g_autoptr (GError) error = NULL;
    add (dict, names[i], THAW_DTYPE_F32, 0, NULL);
    g_assert_false (thaw_safetensors_write (dict, path, NULL, NULL, &error));
    g_assert_true (error->domain == THAW_FORMATS_ERROR);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing was left in it */
}

/* Every byte of a file changed in three ways: refused, or a file whose values are where the header
 * says; cut anywhere: refused. */
static void
every_byte (void)
{
  const char *header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}";
  g_autoptr (GByteArray) file = g_byte_array_new ();

  put_number (file, strlen (header), 8);
  put_bytes (file, header, strlen (header));
  put_bytes (file, "xyz", 3);
  for (guint length = 0; length < file->len; length++) {
    g_autofree uint8_t *exact = g_memdup2 (file->data, MAX (length, 1));
    g_autoptr (ThawStateDict) dict = thaw_safetensors_parse (exact, length, "cut", NULL);
    g_assert_null (dict);
  }
  for (guint i = 0; i < 3 * file->len; i++) {
    static const uint8_t change[] = {0x01, 0x20, 0xff};
    g_autoptr (ThawStateDict) dict = NULL;
    file->data[i / 3] ^= change[i % 3];
    dict = thaw_safetensors_parse (file->data, file->len, "changed", NULL);
    file->data[i / 3] ^= change[i % 3];
    if (dict != NULL)
      g_assert_cmpuint (thaw_state_dict_nth (dict, 0)->bytes, ==, 3);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/formats/safetensors/good-headers", good_headers);
  g_test_add_func ("/formats/safetensors/bad-headers", bad_headers);
  g_test_add_func ("/formats/safetensors/header-lengths", header_lengths);
  g_test_add_func ("/formats/safetensors/escapes", escapes);
  g_test_add_func ("/formats/safetensors/many-tensors", many_tensors);
  g_test_add_func ("/formats/safetensors/round-trip", round_trip);
  g_test_add_func ("/formats/safetensors/new-only", new_only);
  g_test_add_func ("/formats/safetensors/no-such-names", no_such_names);
  g_test_add_func ("/formats/safetensors/every-byte", every_byte);
  return g_test_run ();
}
