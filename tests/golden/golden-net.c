/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nets filled by the fixtures' formula, and comparisons of tensors with their summaries. */
#include "golden-net.h"

#include <math.h>

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
golden_files (const char *prefix)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  GDir *dir = g_dir_open (golden_dir (), 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix) && g_str_has_suffix (name, ".json"))
      g_ptr_array_add (files, g_strdup (name));
  g_dir_close (dir);
  g_ptr_array_sort (files, compare_names);
  return files;
}

void
golden_net_fill (ThawNet *net, uint64_t seed, double conv_gain)
{
  for (int i = 0; i < thaw_net_n_params (net); i++) {
    ThawParam *param = thaw_net_param (net, i);
    g_autofree float *values = g_new (float, param->count);
    golden_tensor (seed, param->name, param->ndim, param->shape, conv_gain, values);
    thaw_net_from_torch (net, i, values, param->value);
  }
}

ThawNet *
golden_net_new (JsonObject *root, const ThawModel *model, int size, ThawPool *pool)
{
  int classes = json_object_has_member (root, "classes") ? golden_int (root, "classes") : 10;
  g_autoptr (GError) error = NULL;
  ThawModelShape shape = thaw_model_shape (model, NULL, classes);
  ThawGraph *graph;
  ThawNet *net;

  shape.dropout = shape.stochastic_depth = 0;
  graph = thaw_model_graph_shaped (model, &shape, size, &error);
  g_assert_no_error (error);
  net = thaw_net_new (graph, pool, &error);
  g_assert_no_error (error);
  golden_net_fill (net, golden_seed (root), golden_real (root, "conv_gain"));
  return net;
}

void
golden_net_input (ThawNet *net, uint64_t seed, const char *tag, int n, int size)
{
  size_t plane = (size_t) size * (size_t) size;
  g_autofree float *nchw = g_new (float, (size_t) n * 3 * plane);
  float *out = thaw_net_input (net);

  golden_batch (seed, tag, n, size, nchw);
  for (size_t pixel = 0; pixel < plane; pixel++)
    for (int i = 0; i < n * 3; i++) /* sample-major, channels innermost */
      *out++ = nchw[(size_t) i * plane + pixel];
}

static float *
in_torch_order (ThawNet *net, int i, const float *own)
{
  float *out = g_new (float, thaw_net_param (net, i)->count);

  thaw_net_to_torch (net, i, own, out);
  return out;
}

float *
golden_net_value (ThawNet *net, int i)
{
  return in_torch_order (net, i, thaw_net_param (net, i)->value);
}

float *
golden_net_grad (ThawNet *net, int i)
{
  return in_torch_order (net, i, thaw_net_param (net, i)->grad);
}

double
golden_l2 (const float *values, uint64_t n)
{
  double sum = 0;

  for (uint64_t i = 0; i < n; i++)
    sum += (double) values[i] * (double) values[i];
  return sqrt (sum);
}

static void
check_field (GoldenTally *tally,
             const char *where,
             JsonObject *row,
             const char *field,
             double found,
             double tolerance)
{
  g_autofree char *place = g_strdup_printf ("%s %s", where, field);

  golden_check (tally, place, found, golden_real (row, field), tolerance);
}

void
golden_check_summary (GoldenTally *tally,
                      const char *where,
                      JsonObject *row,
                      const float *values,
                      uint64_t n,
                      GoldenLimit limit)
{
  g_autoptr (GArray) first = golden_reals (golden_array (row, "first"));
  double l2_limit =
      limit.relative * golden_real (row, "l2") + limit.recorded * golden_real (row, "f32_dl2");
  double one_limit =
      limit.relative * golden_real (row, "amax") + limit.recorded * golden_real (row, "f32_dmax");
  g_autofree char *place = g_strdup_printf ("%s first", where);
  double sum = 0, amax = 0;

  for (uint64_t i = 0; i < n; i++) {
    sum += (double) values[i];
    amax = fmax (amax, fabs ((double) values[i]));
  }
  check_field (tally, where, row, "numel", (double) n, 0);
  check_field (tally, where, row, "l2", golden_l2 (values, n), l2_limit);
  check_field (tally, where, row, "sum", sum, l2_limit * sqrt ((double) n));
  check_field (tally, where, row, "amax", amax, one_limit);
  g_assert_cmpuint (first->len, <=, n);
  golden_check_floats (tally, place, values, (const double *) (void *) first->data, first->len,
                       one_limit);
}

void
golden_check_logits (
    GoldenTally *tally, const char *where, JsonArray *rows, const float *logits, double limit)
{
  g_autoptr (GArray) expected = golden_reals (rows);
  const double *values = (const double *) (void *) expected->data;
  double largest = 0;

  for (guint i = 0; i < expected->len; i++)
    largest = fmax (largest, fabs (values[i]));
  golden_check_floats (tally, where, logits, values, expected->len, limit * largest);
}
