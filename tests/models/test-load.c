/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pretrained weights into a net: heads, prefixes, and all that must be refused. */
#include "models-test.h"

#include <math.h>

#define NAME "mobilenet_v3_small"
#define HEAD_WEIGHT "classifier.3.weight"
#define HEAD_BIAS "classifier.3.bias"

typedef struct {
  ThawPool *pool;
  const ThawModel *model;
  ThawNet *net;        /* 10 classes, initialised with seed 1    */
  ThawNet *untouched;  /* the same again                         */
  ThawStateDict *dict; /* of another such net, seed 2            */
  char *note;
  GError *error;
} Fixture;

static ThawNet *
seeded (const char *name, int classes, uint64_t seed, ThawPool *pool)
{
  ThawNet *net = net_new (name, classes, 32, pool);

  thaw_model_initialise (thaw_model_find (name), net, seed);
  return net;
}

static ThawStateDict *
dict_of (const char *name, int classes, uint64_t seed, ThawPool *pool)
{
  g_autoptr (ThawNet) net = seeded (name, classes, seed, pool);

  return thaw_net_save (net);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->pool = thaw_pool_new (1);
  f->model = thaw_model_find (NAME);
  f->net = seeded (NAME, 10, 1, f->pool);
  f->untouched = seeded (NAME, 10, 1, f->pool);
  f->dict = dict_of (NAME, 10, 2, f->pool);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  thaw_state_dict_free (f->dict);
  thaw_net_free (f->net);
  thaw_net_free (f->untouched);
  thaw_pool_free (f->pool);
  g_free (f->note);
  g_clear_error (&f->error);
}

static gboolean
load (Fixture *f, const ThawStateDict *dict)
{
  return thaw_model_load (f->model, f->net, dict, "some.pth", 77, &f->note, &f->error);
}

static void
copy_into (ThawStateDict *to, const ThawTensor *tensor, const char *name)
{
  ThawTensor *copy = thaw_tensor_new (name, tensor->dtype, tensor->ndim, tensor->shape);

  memcpy (copy->data, tensor->data, tensor->bytes);
  g_assert_true (thaw_state_dict_add (to, copy));
}

/* The dict with every name after `prefix`, without the tensor `leave` (nullable). */
static ThawStateDict *
wrapped (const ThawStateDict *dict, const char *prefix, const char *leave)
{
  ThawStateDict *out = thaw_state_dict_new ();

  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    g_autofree char *name = g_strconcat (prefix, tensor->name, NULL);
    if (g_strcmp0 (tensor->name, leave) != 0)
      copy_into (out, tensor, name);
  }
  return out;
}

static void
add_zeros (ThawStateDict *dict, const char *name, uint64_t n)
{
  g_assert_true (thaw_state_dict_add (dict, thaw_tensor_new (name, THAW_DTYPE_F32, 1, &n)));
}

static void
assert_holds_dict (Fixture *f, bool with_head)
{
  g_autoptr (ThawNet) source = seeded (NAME, 10, 2, f->pool);

  g_assert_no_error (f->error);
  for (int i = 0; i < thaw_net_n_params (source); i++) {
    const char *name = thaw_net_param (source, i)->name;
    if (with_head || !g_str_has_prefix (name, "classifier.3."))
      g_assert_true (same_param (f->net, source, name));
  }
}

/* Refused: a sentence with these words, and nothing has changed. */
static void
assert_refused (Fixture *f, const ThawStateDict *dict, const char *const *words)
{
  g_assert_false (load (f, dict));
  g_assert_error (f->error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS);
  g_test_message ("%s", f->error->message);
  g_assert_nonnull (strstr (f->error->message, "some.pth"));
  for (; *words != NULL; words++)
    g_assert_nonnull (strstr (f->error->message, *words));
  g_assert_null (f->note);
  for (int i = 0; i < thaw_net_n_params (f->net); i++)
    g_assert_true (same_param (f->net, f->untouched, thaw_net_param (f->net, i)->name));
}

/* --- What loads ------------------------------------------------------------------------------- */

static void
whole (Fixture *f, gconstpointer data)
{
  g_assert_true (load (f, f->dict));
  g_assert_null (f->note);
  assert_holds_dict (f, true);
}

static void
other_classes (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStateDict) dict = dict_of (NAME, 1000, 2, f->pool);
  g_autoptr (ThawNet) again = seeded (NAME, 10, 5, f->pool);
  g_autofree float *weight = NULL, *bias = NULL;
  double largest = 0;
  uint64_t n;

  /* a head that goes need not be good */
  ((float *) thaw_state_dict_find (dict, HEAD_BIAS)->data)[999] = NAN;
  g_assert_true (load (f, dict));
  assert_holds_dict (f, false);
  g_assert_nonnull (strstr (f->note, "some.pth"));
  g_assert_nonnull (strstr (f->note, "classifier.3"));
  g_assert_nonnull (strstr (f->note, "1000"));
  /* torch's default, not the model's own normal with bias 0 */
  weight = values_of (f->net, HEAD_WEIGHT, &n);
  for (uint64_t i = 0; i < n; i++)
    largest = fmax (largest, fabs ((double) weight[i]));
  g_assert_cmpfloat (largest, <=, 1 / sqrt (1024));
  g_assert_cmpfloat (largest, >, 0.99 / sqrt (1024));
  bias = values_of (f->net, HEAD_BIAS, NULL);
  g_assert_true (bias[0] != 0 && fabsf (bias[0]) <= 1 / sqrtf (1024));
  /* from the seed alone */
  g_assert_true (thaw_model_load (f->model, again, dict, "x", 77, NULL, NULL));
  g_assert_true (same_param (f->net, again, HEAD_WEIGHT));
  g_assert_true (same_param (f->net, again, HEAD_BIAS));
  g_assert_true (thaw_model_load (f->model, again, dict, "x", 78, NULL, NULL));
  g_assert_false (same_param (f->net, again, HEAD_WEIGHT));
}

static void
prefixes (Fixture *f, gconstpointer data)
{
  static const char *const wraps[] = {
      "module.", "model.", "net.", "state_dict.", "model_state_dict.", "state_dict.module."};

  for (size_t w = 0; w < G_N_ELEMENTS (wraps); w++) {
    g_autoptr (ThawStateDict) dict = wrapped (f->dict, wraps[w], NULL);
    thaw_model_initialise (f->model, f->net, 1);
    g_assert_true (load (f, dict));
    g_assert_null (f->note);
    assert_holds_dict (f, true);
  }
}

/* What lies beside the model in a checkpoint is left alone; its head may still be replaced. */
static void
nested (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStateDict) thousand = dict_of (NAME, 1000, 2, f->pool);
  g_autoptr (ThawStateDict) dict = wrapped (thousand, "model.", NULL);

  add_zeros (dict, "optimizer.state.0.exp_avg", 9);
  add_zeros (dict, "epoch", 1);
  add_zeros (dict, "module.other", 3);
  g_assert_true (load (f, dict));
  g_assert_nonnull (f->note);
  assert_holds_dict (f, false);
}

static void
no_counters (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();

  for (size_t i = 0; i < thaw_state_dict_size (f->dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (f->dict, i);
    if (!g_str_has_suffix (tensor->name, ".num_batches_tracked"))
      copy_into (dict, tensor, tensor->name);
  }
  g_assert_true (load (f, dict));
  assert_holds_dict (f, true);
}

/* --- What does not ---------------------------------------------------------------------------- */

static void
other_architecture (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStateDict) dict = dict_of ("resnet18", 10, 2, f->pool);

  assert_refused (f, dict, (const char *const[]){"features.0.0.weight", "conv1.weight", NULL});
}

static void
not_a_number (Fixture *f, gconstpointer data)
{
  ((float *) thaw_state_dict_find (f->dict, "features.3.block.1.0.weight")->data)[5] = NAN;
  assert_refused (f, f->dict, (const char *const[]){"features.3.block.1.0.weight", NULL});
}

static void
missing (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStateDict) dict = wrapped (f->dict, "", "features.2.block.0.1.running_mean");

  assert_refused (f, dict, (const char *const[]){"features.2.block.0.1.running_mean", NULL});
}

static void
missing_below_prefix (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStateDict) dict = wrapped (f->dict, "module.", "features.12.0.weight");

  assert_refused (f, dict, (const char *const[]){"features.12.0.weight", "module.", NULL});
}

static void
extra (Fixture *f, gconstpointer data)
{
  add_zeros (f->dict, "classifier.9.bias", 3);
  assert_refused (f, f->dict, (const char *const[]){"classifier.9.bias", NULL});
}

static void
half_a_head (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStateDict) thousand = dict_of (NAME, 1000, 2, f->pool);
  g_autoptr (ThawStateDict) dict = wrapped (thousand, "", HEAD_BIAS);

  assert_refused (f, dict, (const char *const[]){HEAD_BIAS, HEAD_WEIGHT, NULL});
}

static void
odd_head (Fixture *f, gconstpointer data)
{
  const uint64_t shape[] = {12, 1000};
  g_autoptr (ThawStateDict) dict = wrapped (f->dict, "", HEAD_WEIGHT);

  g_assert_true (
      thaw_state_dict_add (dict, thaw_tensor_new (HEAD_WEIGHT, THAW_DTYPE_F32, 2, shape)));
  assert_refused (f, dict, (const char *const[]){HEAD_WEIGHT, "(12, 1000)", NULL});
}

static void
empty (Fixture *f, gconstpointer data)
{
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();

  assert_refused (f, dict, (const char *const[]){"features.0.0.weight", NULL});
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

/* --- Every model -------------------------------------------------------------------------------
 */
static void
thousand_classes (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (int m = 0; thaw_models ()[m] != NULL; m++) {
    const ThawModel *model = thaw_models ()[m];
    g_autoptr (ThawStateDict) dict = dict_of (model->entry.name, 1000, 2, pool);
    g_autoptr (ThawNet) net = seeded (model->entry.name, 10, 1, pool);
    g_autofree char *note = NULL;
    g_autoptr (GError) error = NULL;

    thaw_model_load (model, net, dict, "w.pth", 7, &note, &error);
    g_assert_no_error (error);
    g_assert_nonnull (strstr (note, model->final_linear));
    g_assert_nonnull (strstr (note, "1000"));
  }
}

static const struct {
  const char *model, *name, *own; /* the same tensor, as timm and as this network call it */
} timm_names[] = {
    {"mobilenet_v2", "blocks.0.0.conv_pw.weight", "features.1.conv.1.weight"},
    {"mobilenet_v2", "blocks.5.2.bn3.running_var", "features.16.conv.3.running_var"},
    {"mobilenet_v3_small", "blocks.0.0.se.conv_expand.bias", "features.1.block.1.fc2.bias"},
    {"mobilenet_v3_small", "blocks.5.0.bn1.weight", "features.12.1.weight"},
    {"mobilenet_v3_large", "blocks.3.3.conv_dw.weight", "features.10.block.1.0.weight"},
    {"mobilenet_v3_large", "blocks.6.0.conv.weight", "features.16.0.weight"},
    {"mobilenet_v3_large", "conv_head.bias", "classifier.0.bias"},
    {"efficientnet_b0", "blocks.0.0.bn2.weight", "features.1.0.block.2.1.weight"},
    {"efficientnet_b0", "blocks.2.1.se.conv_reduce.weight", "features.3.1.block.2.fc1.weight"},
    {"efficientnet_b0", "conv_head.weight", "features.8.0.weight"},
    {"repvgg_a0", "stem.conv_1x1.bn.bias", "stage0.rbr_1x1.bn.bias"},
    {"repvgg_a0", "stages.2.13.conv_kxk.conv.weight", "stage3.13.rbr_dense.conv.weight"},
    {"repvgg_a0", "stages.0.1.identity.running_mean", "stage1.1.rbr_identity.running_mean"},
    {"repvgg_a0", "head.fc.weight", "linear.weight"},
};

/* What such a network's state_dict is in timm; its hidden layer, if there is one, is a 1x1
 * convolution. (transfer full) */
static ThawStateDict *
timm_dict (const ThawModel *model, ThawPool *pool)
{
  ThawModelShape shape = thaw_model_shape (model, NULL, 1000);
  g_autoptr (ThawNet) net = NULL;
  g_autoptr (ThawStateDict) saved = NULL;
  ThawStateDict *dict = thaw_state_dict_new ();

  shape.timm = true;
  net = thaw_net_new (thaw_model_graph_shaped (model, &shape, 32, NULL), pool, NULL);
  for (int i = 0; i < thaw_net_n_params (net); i++)
    for (uint64_t j = 0; j < thaw_net_param (net, i)->count; j++)
      thaw_net_param (net, i)->value[j] = (float) (i + 1) + (float) (j % 13) / 16;
  saved = thaw_net_save (net);
  for (size_t i = 0; i < thaw_state_dict_size (saved); i++) {
    const ThawTensor *from = thaw_state_dict_nth (saved, i);
    uint64_t four[4] = {from->shape[0], from->shape[1], 1, 1};
    bool head = strcmp (from->name, "conv_head.weight") == 0 && from->ndim == 2;
    ThawTensor *to =
        thaw_tensor_new (from->name, from->dtype, head ? 4 : from->ndim, head ? four : from->shape);
    memcpy (to->data, from->data, from->bytes);
    g_assert_true (thaw_state_dict_add (dict, to));
  }
  return dict;
}

static void
names_of_timm (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);

  for (gsize k = 0; k < G_N_ELEMENTS (timm_names); k++) {
    const ThawModel *model = thaw_model_find (timm_names[k].model);
    g_autoptr (ThawStateDict) dict = timm_dict (model, pool), loaded = NULL;
    g_autoptr (ThawNet) net = seeded (model->entry.name, 1000, 1, pool);
    const ThawTensor *theirs = thaw_state_dict_find (dict, timm_names[k].name), *own;
    g_autofree char *note = NULL;
    g_autoptr (GError) error = NULL;

    g_test_message ("%s: %s", model->entry.name, timm_names[k].name);
    g_assert_nonnull (theirs);
    thaw_model_load (model, net, dict, "timm.safetensors", 7, &note, &error);
    g_assert_no_error (error);
    g_assert_true ((note != NULL) == (model->timm_eps > 0));
    loaded = thaw_net_save (net);
    own = thaw_state_dict_find (loaded, timm_names[k].own);
    g_assert_nonnull (own);
    g_assert_cmpmem (own->data, own->bytes, theirs->data, theirs->bytes);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/models/load/whole", whole);
  ADD ("/models/load/other-classes", other_classes);
  ADD ("/models/load/prefixes", prefixes);
  ADD ("/models/load/nested", nested);
  ADD ("/models/load/no-counters", no_counters);
  ADD ("/models/load/other-architecture", other_architecture);
  ADD ("/models/load/not-a-number", not_a_number);
  ADD ("/models/load/missing", missing);
  ADD ("/models/load/missing-below-prefix", missing_below_prefix);
  ADD ("/models/load/extra", extra);
  ADD ("/models/load/half-a-head", half_a_head);
  ADD ("/models/load/odd-head", odd_head);
  ADD ("/models/load/empty", empty);
  g_test_add_func ("/models/load/thousand-classes", thousand_classes);
  g_test_add_func ("/models/load/timm", names_of_timm);
  return g_test_run ();
}
