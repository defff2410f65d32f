/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every weight file of the fixtures, good and hostile, is read from its path and again from a block
 * of exactly its size. `load`: names, types, shapes, values and metadata are exactly those listed.
 * `reject`: a sentence, nothing else. Nothing may ever create a file called PWNED. CIFAR pickles
 * are read here too, CIFAR binaries by the data room's tests. */
#include "golden.h"
#include "thaw-formats.h"

#include <glib/gstdio.h>
#include <string.h>

static JsonObject *root;
static char *start_dir, *scratch;
static GoldenTally tally = {.what = "weight files"};
static guint loaded, rejected, left_out;

static char *
entry_path (JsonObject *entry)
{
  g_autofree char *name = g_strdup (golden_text (entry, "file"));

  return g_build_filename (golden_dir (), golden_text (root, "folder"), name, NULL);
}

static void
no_trace (void)
{
  g_autofree char *here = g_build_filename (scratch, "PWNED", NULL);
  g_autofree char *there =
      g_build_filename (golden_dir (), golden_text (root, "folder"), "PWNED", NULL);

  g_assert_false (g_file_test (here, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (there, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test ("PWNED", G_FILE_TEST_EXISTS));
}

/* A sentence in the room's domain that starts with what it is about. */
static void
is_sentence (const GError *error, const char *source)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == THAW_FORMATS_ERROR);
  g_assert_true (g_str_has_prefix (error->message, source));
  g_assert_cmpuint (strlen (error->message), >, strlen (source) + 8);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* An element as a double, which holds all but 64-bit integers exactly. */
static double
element (const ThawTensor *tensor, uint64_t i)
{
  float rounded;
  ThawTensor one = *tensor;

  switch (tensor->dtype) {
  case THAW_DTYPE_F64:
    return ((const double *) tensor->data)[i];
  case THAW_DTYPE_I32:
    return ((const int32_t *) tensor->data)[i];
  case THAW_DTYPE_U32:
    return ((const uint32_t *) tensor->data)[i];
  default:
    one.data = (char *) tensor->data + i * thaw_dtype_size (tensor->dtype);
    one.count = 1;
    one.bytes = thaw_dtype_size (tensor->dtype);
    thaw_tensor_to_f32 (&one, &rounded);
    return (double) rounded;
  }
}

static void
compare_values (const ThawTensor *tensor, JsonArray *values)
{
  g_assert_cmpuint (tensor->count, ==, json_array_get_length (values));
  for (guint i = 0; i < tensor->count; i++) {
    JsonNode *node = json_array_get_element (values, i);
    if (tensor->dtype == THAW_DTYPE_I64) {
      int64_t found = ((const int64_t *) tensor->data)[i];
      golden_check (&tally, tensor->name, found == json_node_get_int (node), 1, 0);
    } else {
      golden_check (&tally, tensor->name, element (tensor, i), golden_node_real (node), 0);
    }
  }
}

static void
compare_tensor (const ThawStateDict *dict, JsonObject *wanted)
{
  const ThawTensor *tensor = thaw_state_dict_find (dict, golden_text (wanted, "name"));
  JsonArray *shape = golden_array (wanted, "shape");

  g_assert_nonnull (tensor);
  g_assert_cmpstr (thaw_dtype_name (tensor->dtype), ==, golden_text (wanted, "dtype"));
  g_assert_cmpint (tensor->ndim, ==, (int) json_array_get_length (shape));
  for (int i = 0; i < tensor->ndim; i++)
    g_assert_cmpuint (tensor->shape[i], ==,
                      (uint64_t) json_array_get_int_element (shape, (guint) i));
  compare_values (tensor, golden_array (wanted, "values"));
}

static void
compare_dict (const ThawStateDict *dict, JsonObject *entry)
{
  JsonArray *tensors = golden_array (entry, "tensors");
  g_autoptr (GList) keys = thaw_state_dict_meta_keys (dict);

  g_assert_cmpuint (thaw_state_dict_size (dict), ==, json_array_get_length (tensors));
  for (guint i = 0; i < json_array_get_length (tensors); i++)
    compare_tensor (dict, json_array_get_object_element (tensors, i));
  if (!json_object_has_member (entry, "metadata")) {
    g_assert_null (keys);
    return;
  }
  g_assert_cmpuint (g_list_length (keys), ==,
                    json_object_get_size (golden_object (entry, "metadata")));
  for (GList *l = keys; l != NULL; l = l->next)
    g_assert_cmpstr (thaw_state_dict_meta (dict, l->data), ==,
                     golden_text (golden_object (entry, "metadata"), l->data));
}

static uint64_t
nonfinite (const ThawStateDict *dict)
{
  uint64_t found = 0;

  for (size_t i = 0; i < thaw_state_dict_size (dict); i++)
    found += thaw_tensor_count_nonfinite (thaw_state_dict_nth (dict, i));
  return found;
}

static void
judge (JsonObject *entry, const ThawStateDict *dict, const GError *error, const char *source)
{
  const char *expect = golden_text (entry, "expect");

  g_assert_true ((dict == NULL) == (error != NULL));
  if (dict == NULL)
    is_sentence (error, source);
  if (g_str_equal (expect, "load")) {
    g_assert_no_error (error);
    compare_dict (dict, entry);
  } else if (g_str_equal (expect, "load_and_flag_nonfinite")) {
    g_assert_no_error (error);
    g_assert_cmpuint (nonfinite (dict), >, 0);
  } else if (g_str_equal (expect, "reject") || g_str_equal (expect, "reject_or_swap")) {
    g_assert_null (dict);
  } else {
    g_assert_cmpstr (expect, ==, "reject_or_load");
  }
  no_trace ();
}

/* From memory, in a block that ends where the file does. */
static void
judge_bytes (JsonObject *entry, const char *path)
{
  g_autofree char *contents = NULL;
  g_autofree uint8_t *exact = NULL;
  g_autoptr (ThawStateDict) dict = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpuint (length, ==, (gsize) golden_int (entry, "bytes"));
  exact = g_malloc (MAX (length, 1));
  memcpy (exact, contents, length);
  if (g_str_has_suffix (path, ".safetensors"))
    dict = thaw_safetensors_parse (exact, length, "bytes", &error);
  else
    dict = thaw_pth_parse (exact, length, "bytes", &error);
  judge (entry, dict, error, "bytes");
}

static void
weight_file (gconstpointer data)
{
  JsonObject *entry = (JsonObject *) data;
  g_autofree char *path = entry_path (entry);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = thaw_weights_read (path, NULL, &error);

  judge (entry, dict, error, path);
  judge_bytes (entry, path);
  loaded += dict != NULL;
  rejected += dict == NULL;
  if (error != NULL)
    g_test_message ("%s", error->message + strlen (golden_dir ()) + 1);
}

static void
compare_batch (const ThawCifarPickle *batch, JsonObject *entry)
{
  JsonArray *labels = golden_array (entry, "labels");
  JsonArray *first = golden_array (entry, "first_image_first_16");
  JsonArray *last = golden_array (entry, "last_image_last_16");
  g_autofree char *sum =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, batch->pixels, batch->n * 3072);

  g_assert_cmpuint (batch->n, ==, json_array_get_length (labels));
  for (guint i = 0; i < batch->n; i++)
    golden_check (&tally, "label", batch->labels[i],
                  (double) json_array_get_int_element (labels, i), 0);
  g_assert_cmpstr (sum, ==, golden_text (entry, "pixels_sha256"));
  for (guint i = 0; i < 16; i++) {
    golden_check (&tally, "first pixels", batch->pixels[i],
                  (double) json_array_get_int_element (first, i), 0);
    golden_check (&tally, "last pixels", batch->pixels[batch->n * 3072 - 16 + i],
                  (double) json_array_get_int_element (last, i), 0);
  }
}

static void
cifar_pickle (gconstpointer data)
{
  JsonObject *entry = (JsonObject *) data;
  g_autofree char *path = entry_path (entry);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  ThawCifarPickle batch = {0};
  gsize length;
  gboolean ok;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  ok = thaw_cifar_pickle_parse ((const uint8_t *) contents, length, path, &batch, &error);
  g_assert_true (ok == (error == NULL));
  if (g_str_equal (golden_text (entry, "expect"), "load")) {
    g_assert_no_error (error);
    compare_batch (&batch, entry);
  } else {
    g_assert_false (ok);
    is_sentence (error, path);
  }
  loaded += ok ? 1 : 0;
  rejected += ok ? 0 : 1;
  thaw_cifar_pickle_clear (&batch);
  no_trace ();
}

static void
summary (void)
{
  g_test_message ("%u files loaded, %u rejected, %u CIFAR binaries left to the data room", loaded,
                  rejected, left_out);
  g_assert_cmpuint (loaded, >, 0);
  g_assert_cmpuint (rejected, >, 0);
  golden_report (&tally);
}

static void
add_entry (JsonObject *entry)
{
  const char *file = golden_text (entry, "file");
  g_autofree char *path = g_strdup_printf ("/golden/files/%s", file);

  if (!json_object_has_member (entry, "kind"))
    g_test_add_data_func (path, entry, weight_file);
  else if (g_str_has_suffix (file, ".pkl"))
    g_test_add_data_func (path, entry, cifar_pickle);
  else
    left_out++;
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *files;
  int status;

  g_test_init (&argc, &argv, NULL);
  parser = golden_load ("files.json");
  root = golden_root (parser);
  start_dir = g_get_current_dir ();
  scratch = g_dir_make_tmp ("thaw-golden-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (scratch), ==, 0);
  files = golden_array (root, "files");
  for (guint i = 0; i < json_array_get_length (files); i++)
    add_entry (json_array_get_object_element (files, i));
  g_test_add_func ("/golden/files/summary", summary);
  status = g_test_run ();
  g_assert_cmpint (g_chdir (start_dir), ==, 0);
  g_rmdir (scratch);
  g_free (scratch);
  g_free (start_dir);
  return status;
}
