/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transforms.json: pixel operations with given parameters, byte for byte, and the table of ToTensor
 * with Normalize, bit for bit. */
#include "golden.h"

#include "on-bytes.h"
#include "thaw-augment.h"

#include <string.h>

/* A picture in a buffer of its own. */
typedef struct {
  int h, w;
  uint8_t *px;
} Picture;

static void
picture_clear (Picture *picture)
{
  g_clear_pointer (&picture->px, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

static JsonObject *root;

static Picture
load_picture (const char *name)
{
  JsonArray *images = golden_array (root, "images");
  Picture picture = {0};

  for (guint i = 0; i < json_array_get_length (images); i++) {
    JsonObject *image = json_array_get_object_element (images, i);
    g_autofree char *sum = NULL;
    gsize bytes;
    if (strcmp (golden_text (image, "name"), name) != 0)
      continue;
    picture.h = (int) json_array_get_int_element (golden_array (image, "size"), 0);
    picture.w = (int) json_array_get_int_element (golden_array (image, "size"), 1);
    picture.px = g_base64_decode (golden_text (image, "data"), &bytes);
    g_assert_cmpuint (bytes, ==, (gsize) picture.h * picture.w * 3);
    sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, picture.px, bytes);
    g_assert_cmpstr (sum, ==, golden_text (image, "sha256"));
  }
  g_assert_nonnull (picture.px);
  return picture;
}

static void
replace (Picture *picture, int h, int w, uint8_t *px)
{
  g_free (picture->px);
  *picture = (Picture){h, w, px};
}

static void
crop (Picture *p, int top, int left, int size, int padding)
{
  uint8_t *out = g_malloc ((gsize) size * size * 3);

  bytes_crop (p->px, p->h, p->w, padding, top, left, size, out);
  replace (p, size, size, out);
}

static void
crop_case (Picture *p, JsonObject *params)
{
  crop (p, golden_int (params, "top"), golden_int (params, "left"), golden_int (params, "size"),
        golden_int (params, "padding"));
}

static void
hflip_case (Picture *p, JsonObject *params)
{
  bytes_hflip (p->px, p->h, p->w);
}

static void
brightness_case (Picture *p, JsonObject *params)
{
  bytes_brightness (p->px, p->h, p->w, (float) golden_real (params, "factor"));
}

static void
contrast_case (Picture *p, JsonObject *params)
{
  bytes_contrast (p->px, p->h, p->w, (float) golden_real (params, "factor"));
}

static void
saturation_case (Picture *p, JsonObject *params)
{
  bytes_saturation (p->px, p->h, p->w, (float) golden_real (params, "factor"));
}

static void
hue_case (Picture *p, JsonObject *params)
{
  bytes_hue (p->px, p->h, p->w, golden_real (params, "factor"));
}

static void
rotate_case (Picture *p, JsonObject *params)
{
  uint8_t *out = g_malloc ((gsize) p->h * p->w * 3);

  bytes_rotate (p->px, p->h, p->w, golden_real (params, "degrees"), out);
  replace (p, p->h, p->w, out);
}

static void
jitter_case (Picture *p, JsonObject *params)
{
  JsonArray *order = golden_array (params, "order");

  for (guint i = 0; i < json_array_get_length (order); i++) {
    const char *op = json_array_get_string_element (order, i);
    double factor = golden_real (params, op);
    if (strcmp (op, "brightness") == 0)
      bytes_brightness (p->px, p->h, p->w, (float) factor);
    else if (strcmp (op, "contrast") == 0)
      bytes_contrast (p->px, p->h, p->w, (float) factor);
    else if (strcmp (op, "saturation") == 0)
      bytes_saturation (p->px, p->h, p->w, (float) factor);
    else if (strcmp (op, "hue") == 0)
      bytes_hue (p->px, p->h, p->w, factor);
    else
      g_error ("color_jitter: unknown operation '%s'", op);
  }
}

static void
pipeline_case (Picture *p, JsonObject *params)
{
  crop (p, golden_int (params, "crop_top"), golden_int (params, "crop_left"), p->h,
        golden_int (params, "padding"));
  if (json_object_get_boolean_member (params, "hflip"))
    bytes_hflip (p->px, p->h, p->w);
  bytes_brightness (p->px, p->h, p->w, (float) golden_real (params, "brightness"));
  bytes_contrast (p->px, p->h, p->w, (float) golden_real (params, "contrast"));
}

static void
sharpness_case (Picture *p, JsonObject *params)
{
  bytes_sharpness (p->px, p->h, p->w, (float) golden_real (params, "factor"));
}

static void
resized (Picture *p, int top, int left, int h, int w, int size)
{
  uint8_t *out = g_malloc ((gsize) size * size * 3);

  bytes_resized_crop (p->px, p->h, p->w, top, left, h, w, size, out);
  replace (p, size, size, out);
}

static void
resized_crop_case (Picture *p, JsonObject *params)
{
  resized (p, golden_int (params, "top"), golden_int (params, "left"),
           golden_int (params, "height"), golden_int (params, "width"),
           golden_int (params, "size"));
}

static void
resize_case (Picture *p, JsonObject *params)
{
  resized (p, 0, 0, p->h, p->w, golden_int (params, "size"));
}

static void
brightness_contrast_case (Picture *p, JsonObject *params)
{
  bool by_max = json_object_get_boolean_member (params, "brightness_by_max");
  double unit = by_max ? 255.0 : bytes_mean (p->px, p->h, p->w);

  bytes_linear (p->px, p->h, p->w, (float) golden_real (params, "alpha"),
                (float) (golden_real (params, "beta") * unit));
}

/* The operations of a policy, whose strengths are floats that were written out in full. */
static void
policy_case (Picture *p, JsonObject *params)
{
  JsonArray *list = golden_array (params, "ops");

  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *op = json_array_get_object_element (list, i);
    g_assert_true (bytes_policy (p->px, p->h, p->w, golden_text (op, "name"),
                                 (double) (float) golden_real (op, "magnitude")));
  }
}

static const struct {
  const char *name;
  void (*run) (Picture *picture, JsonObject *params);
} ops[] = {
    {"crop", crop_case},
    {"hflip", hflip_case},
    {"brightness", brightness_case},
    {"contrast", contrast_case},
    {"saturation", saturation_case},
    {"hue", hue_case},
    {"rotate", rotate_case},
    {"color_jitter", jitter_case},
    {"pipeline", pipeline_case},
    {"sharpness", sharpness_case},
    {"resized_crop", resized_crop_case},
    {"resize", resize_case},
    {"random_brightness_contrast", brightness_contrast_case},
    {"autoaugment_cifar10", policy_case},
    {"randaugment", policy_case},
    {"trivialaugment", policy_case},
};

static void
check_bytes (GoldenTally *tally, const char *name, const Picture *p, const char *base64, gsize most)
{
  gsize bytes;
  g_autofree guchar *expected = g_base64_decode (base64, &bytes);

  g_assert_cmpuint (bytes, ==, most);
  for (gsize i = 0; i < bytes; i++)
    golden_check (tally, name, p->px[i], expected[i], 0);
}

/* All bytes where the fixture has them, else the first row; the checksum always. */
static void
check_case (GoldenTally *tally, const char *name, const Picture *p, JsonObject *item)
{
  JsonArray *size = golden_array (item, "size");
  gsize bytes = (gsize) p->h * p->w * 3;
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, p->px, bytes);

  g_assert_cmpint (p->h, ==, json_array_get_int_element (size, 0));
  g_assert_cmpint (p->w, ==, json_array_get_int_element (size, 1));
  if (json_object_has_member (item, "out"))
    check_bytes (tally, name, p, golden_text (item, "out"), bytes);
  else
    check_bytes (tally, name, p, golden_text (item, "row0"), (gsize) p->w * 3);
  golden_check (tally, name, strcmp (sum, golden_text (item, "sha256")) == 0, 1, 0);
}

/* A case that is named as its operation. false: there is no such operation. */
static bool
run_policy_op (GoldenTally *tally, guint number, JsonObject *item)
{
  const char *op = golden_text (item, "op");
  g_auto (Picture) picture = load_picture (golden_text (item, "image"));
  g_autofree char *name =
      g_strdup_printf ("case %u: %s of %s", number, op, golden_text (item, "image"));

  if (!bytes_policy (picture.px, picture.h, picture.w, op,
                     golden_real (golden_object (item, "params"), "magnitude")))
    return false;
  check_case (tally, name, &picture, item);
  return true;
}

/* false when there is no such operation yet */
static bool
run_case (GoldenTally *tally, guint number, JsonObject *item)
{
  const char *op = golden_text (item, "op");

  for (gsize k = 0; k < G_N_ELEMENTS (ops); k++)
    if (strcmp (ops[k].name, op) == 0) {
      g_auto (Picture) picture = load_picture (golden_text (item, "image"));
      g_autofree char *name =
          g_strdup_printf ("case %u: %s of %s", number, op, golden_text (item, "image"));
      ops[k].run (&picture, golden_object (item, "params"));
      check_case (tally, name, &picture, item);
      return true;
    }
  return run_policy_op (tally, number, item);
}

/* "name (count), ..." */
static char *
list_counts (GHashTable *counts)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc) strcmp);

  for (GList *l = names; l; l = l->next)
    g_string_append_printf (text, "%s%s (%d)", text->len ? ", " : "", (const char *) l->data,
                            GPOINTER_TO_INT (g_hash_table_lookup (counts, l->data)));
  return g_string_free (text, FALSE);
}

/* With the loops that a processor as `mask` says would take. */
static void
operations (gconstpointer mask)
{
  GoldenTally tally = {.what = "transforms"};
  JsonArray *cases = golden_array (root, "cases");
  g_autoptr (GHashTable) missing = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *list = NULL;
  guint n = json_array_get_length (cases), done = 0;

  thaw_cpu_set_mask (GPOINTER_TO_UINT (mask));
  for (guint i = 0; i < n; i++) {
    JsonObject *item = json_array_get_object_element (cases, i);
    char *op = (char *) golden_text (item, "op");
    if (run_case (&tally, i, item)) {
      done++;
      continue;
    }
    tally.skipped++;
    g_hash_table_insert (missing, op,
                         GINT_TO_POINTER (GPOINTER_TO_INT (g_hash_table_lookup (missing, op)) + 1));
  }
  list = list_counts (missing);
  thaw_cpu_set_mask (UINT32_MAX);
  g_test_message ("%u of %u cases compared; not yet built: %s", done, n, list);
  golden_report (&tally);
}

static ThawPipeline *
plain_pipeline (int size)
{
  JsonObject *normalize = golden_object (root, "normalize");
  g_autoptr (GArray) mean = golden_reals (golden_array (normalize, "mean"));
  g_autoptr (GArray) std = golden_reals (golden_array (normalize, "std"));
  g_autoptr (GError) error = NULL;
  ThawPipeline *pipeline;

  g_assert_cmpuint (mean->len, ==, 3);
  g_assert_cmpuint (std->len, ==, 3);
  pipeline = thaw_pipeline_new (NULL, 0, (double *) mean->data, (double *) std->data, size, &error);
  g_assert_no_error (error);
  return pipeline;
}

static void
normalize_table (void)
{
  GoldenTally tally = {.what = "normalize"};
  g_autoptr (ThawPipeline) pipeline = plain_pipeline (16);
  g_autoptr (GArray) table =
      golden_reals (golden_array (golden_object (root, "normalize"), "table"));
  uint8_t px[256][3];
  float x[256][3];

  for (int v = 0; v < 256; v++)
    memset (px[v], v, 3);
  thaw_pipeline_apply (pipeline, px[0], 0, 0, 0, x[0], 0, 1);
  g_assert_cmpuint (table->len, ==, 3 * 256);
  for (int c = 0; c < 3; c++)
    for (int v = 0; v < 256; v++) {
      float expected = (float) g_array_index (table, double, c * 256 + v);
      golden_check (&tally, "table", (double) x[v][c], (double) expected, 0);
    }
  golden_report (&tally);
}

/* A whole picture: sum over all elements, and the first ones of the red plane. */
static void
normalize_picture (void)
{
  GoldenTally tally = {.what = "normalize a picture"};
  JsonObject *normalize = golden_object (root, "normalize");
  g_auto (Picture) noise = load_picture ("noise");
  g_autoptr (ThawPipeline) pipeline = plain_pipeline (noise.h);
  g_autoptr (GArray) first = golden_reals (golden_array (normalize, "noise_chw_first"));
  gsize count = (gsize) noise.h * noise.w * 3;
  g_autofree float *x = g_new (float, count);
  double sum = 0;

  thaw_pipeline_apply (pipeline, noise.px, 0, 0, 0, x, 0, 1);
  for (gsize i = 0; i < count; i++)
    sum += (double) x[i];
  golden_check (&tally, "sum", sum, golden_real (normalize, "noise_chw_sum_f64"), 1e-6);
  for (guint i = 0; i < first->len; i++)
    golden_check (&tally, "first values", (double) x[3 * i],
                  (double) (float) g_array_index (first, double, i), 0);
  golden_report (&tally);
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = NULL;

  g_test_init (&argc, &argv, NULL);
  parser = golden_load ("transforms.json");
  root = golden_root (parser);
  g_test_add_data_func ("/golden/transforms/operations/c", GUINT_TO_POINTER (0), operations);
  g_test_add_data_func ("/golden/transforms/operations/avx2", GUINT_TO_POINTER (THAW_CPU_AVX2),
                        operations);
  g_test_add_data_func ("/golden/transforms/operations/best", GUINT_TO_POINTER (UINT32_MAX),
                        operations);
  g_test_add_func ("/golden/transforms/normalize-table", normalize_table);
  g_test_add_func ("/golden/transforms/normalize-picture", normalize_picture);
  return g_test_run ();
}
