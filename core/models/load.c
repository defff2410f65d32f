/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pretrained weights into a net: unwrap the prefix, give a head of another class count a fresh
 * start, leave the checking of all else to thaw_net_load. Works on a copy, so that nothing has
 * changed when it fails. */
#include "models-private.h"

#include <string.h>

#define MAX_WRAPS 4

static const char *const wraps[] = {"module.", "model.", "state_dict.", "net.",
                                    "model_state_dict."};

/* --- Prefix ----------------------------------------------------------------------------------- */

/* Length of the wrap that the text begins with, or 0. */
static size_t
wrap_length (const char *text)
{
  for (size_t w = 0; w < G_N_ELEMENTS (wraps); w++)
    if (g_str_has_prefix (text, wraps[w]))
      return strlen (wraps[w]);
  return 0;
}

/* Every prefix that consists of wraps and occurs; the empty one first. */
static GPtrArray *
find_prefixes (const ThawStateDict *dict)
{
  GPtrArray *prefixes = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (prefixes, g_strdup (""));
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const char *name = thaw_state_dict_nth (dict, i)->name;
    size_t length = 0, more;
    for (int depth = 0; depth < MAX_WRAPS && (more = wrap_length (name + length)) > 0; depth++) {
      g_autofree char *prefix = g_strndup (name, length += more);
      if (!g_ptr_array_find_with_equal_func (prefixes, prefix, g_str_equal, NULL))
        g_ptr_array_add (prefixes, g_steal_pointer (&prefix));
    }
  }
  return prefixes;
}

/* How many of the net's tensors the dict holds below the prefix. */
static int
count_found (const ThawStateDict *dict, ThawNet *net, const char *prefix)
{
  int found = 0;

  for (int i = 0; i < thaw_net_n_params (net); i++) {
    g_autofree char *name = g_strconcat (prefix, thaw_net_param (net, i)->name, NULL);
    if (thaw_state_dict_find (dict, name) != NULL)
      found++;
  }
  return found;
}

/* The prefix below which most of the net is found; of equals the first. (transfer full) */
static char *
best_prefix (const ThawStateDict *dict, ThawNet *net)
{
  g_autoptr (GPtrArray) prefixes = find_prefixes (dict);
  guint best = 0;
  int most = -1;

  for (guint p = 0; p < prefixes->len; p++) {
    int found = count_found (dict, net, g_ptr_array_index (prefixes, p));
    if (found > most) {
      most = found;
      best = p;
    }
  }
  return g_strdup (g_ptr_array_index (prefixes, best));
}

/* --- Head ------------------------------------------------------------------------------------- */

/* The class count of the dict's final layer when it is whole and differs from the net's in nothing
 * else; 0 otherwise. */
static uint64_t
other_classes (const ThawStateDict *dict,
               ThawNet *net,
               const char *prefix,
               const char *weight_name,
               const char *bias_name)
{
  g_autofree char *dict_weight = g_strconcat (prefix, weight_name, NULL);
  g_autofree char *dict_bias = g_strconcat (prefix, bias_name, NULL);
  const ThawTensor *weight = thaw_state_dict_find (dict, dict_weight);
  const ThawTensor *bias = thaw_state_dict_find (dict, dict_bias);
  const ThawParam *own = thaw_net_param (net, thaw_net_find_param (net, weight_name));

  if (weight == NULL || bias == NULL || weight->ndim != own->ndim || bias->ndim != 1 ||
      weight->shape[0] != bias->shape[0] || weight->shape[0] == own->shape[0])
    return 0;
  for (int d = 1; d < own->ndim; d++)
    if (weight->shape[d] != own->shape[d])
      return 0;
  return weight->shape[0];
}

static ThawTensor *
fresh_tensor (ThawNet *net, const char *name, uint64_t fan_in, uint64_t seed)
{
  const ThawParam *param = thaw_net_param (net, thaw_net_find_param (net, name));
  ThawTensor *tensor = thaw_tensor_new (name, THAW_DTYPE_F32, param->ndim, param->shape);

  if (tensor != NULL)
    thaw_init_torch_default (seed, name, fan_in, param->count, tensor->data);
  return tensor;
}

/* --- timm's names -------------------------------------------------------------------------------
 * The same network built once more under timm's names has the same parameters in the same order. */

/* NULL: memory is short. (transfer full) */
static ThawTensor *
renamed (const ThawTensor *tensor, const ThawParam *own)
{
  /* timm's hidden layer is a 1x1 convolution where torchvision's is linear. */
  int ndim = tensor->ndim == 4 && own->ndim == 2 && tensor->shape[2] == 1 && tensor->shape[3] == 1
                 ? 2
                 : tensor->ndim;
  ThawTensor *copy = thaw_tensor_new (own->name, tensor->dtype, ndim, tensor->shape);

  if (copy != NULL && tensor->bytes > 0)
    memcpy (copy->data, tensor->data, tensor->bytes);
  return copy;
}

/* A copy of dict under the net's own names, or NULL if it has fewer of timm's than of these. What
 * timm does not name either keeps its name. (transfer full) */
static ThawStateDict *
from_timm (const ThawModel *model, ThawNet *net, const ThawStateDict *dict)
{
  ThawModelShape shape = thaw_model_shape (model, NULL, thaw_net_classes (net));
  g_autoptr (GHashTable) own_of = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ThawStateDict) copy = thaw_state_dict_new ();
  g_autoptr (ThawNet) other = NULL;
  ThawGraph *graph;
  int found = 0;

  shape.timm = true;
  graph = model->timm ? thaw_model_graph_shaped (model, &shape, model->min_size, NULL) : NULL;
  other = graph != NULL ? thaw_net_new (graph, thaw_net_pool (net), NULL) : NULL;
  if (other == NULL || thaw_net_n_params (other) != thaw_net_n_params (net))
    return NULL;
  for (int i = 0; i < thaw_net_n_params (net); i++) {
    const char *name = thaw_net_param (other, i)->name;
    g_hash_table_insert (own_of, (void *) name, GINT_TO_POINTER (i + 1));
    found += thaw_state_dict_find (dict, name) != NULL;
  }
  if (found <= count_found (dict, net, ""))
    return NULL;
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    int own = GPOINTER_TO_INT (g_hash_table_lookup (own_of, tensor->name)) - 1;
    const ThawParam same = {.name = tensor->name};
    ThawTensor *add = renamed (tensor, own >= 0 ? thaw_net_param (net, own) : &same);
    if (add == NULL)
      return NULL;
    if (!thaw_state_dict_add (copy, add))
      thaw_tensor_free (add);
  }
  return g_steal_pointer (&copy);
}

/* --- Copy ------------------------------------------------------------------------------------- */

static bool
add (ThawStateDict *dict, ThawTensor *tensor)
{
  if (tensor == NULL)
    return false;
  if (!thaw_state_dict_add (dict, tensor))
    thaw_tensor_free (tensor); /* a name twice: cannot happen with names below one prefix */
  return true;
}

static ThawTensor *
copy_tensor (const ThawTensor *tensor, const char *name)
{
  ThawTensor *copy = thaw_tensor_new (name, tensor->dtype, tensor->ndim, tensor->shape);

  if (copy != NULL && tensor->bytes > 0)
    memcpy (copy->data, tensor->data, tensor->bytes);
  return copy;
}

/* The tensors below the prefix, without it and without the two names to leave out (nullable). NULL
 * when memory is short. */
static ThawStateDict *
copy_below (const ThawStateDict *dict, const char *prefix, const char *leave, const char *leave_too)
{
  g_autoptr (ThawStateDict) copy = thaw_state_dict_new ();

  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    const char *name = tensor->name + strlen (prefix);
    if (!g_str_has_prefix (tensor->name, prefix) || g_strcmp0 (name, leave) == 0 ||
        g_strcmp0 (name, leave_too) == 0)
      continue;
    if (!add (copy, copy_tensor (tensor, name)))
      return NULL;
  }
  return g_steal_pointer (&copy);
}

/* What shall be loaded: a copy below the prefix, its head fresh when `classes` is not 0. */
static ThawStateDict *
fitted (const ThawModel *model,
        ThawNet *net,
        const ThawStateDict *dict,
        const char *prefix,
        uint64_t seed,
        uint64_t *classes)
{
  g_autofree char *weight = g_strconcat (model->final_linear, ".weight", NULL);
  g_autofree char *bias = g_strconcat (model->final_linear, ".bias", NULL);
  uint64_t fan_in = thaw_net_param (net, thaw_net_find_param (net, weight))->shape[1];
  g_autoptr (ThawStateDict) copy = NULL;

  *classes = other_classes (dict, net, prefix, weight, bias);
  if (*classes == 0)
    return copy_below (dict, prefix, NULL, NULL);
  copy = copy_below (dict, prefix, weight, bias);
  if (copy == NULL || !add (copy, fresh_tensor (net, weight, fan_in, seed)) ||
      !add (copy, fresh_tensor (net, bias, fan_in, seed)))
    return NULL;
  return g_steal_pointer (&copy);
}

/* more: (transfer full) */
static void
add_note (char **note, char *more)
{
  g_autofree char *first = *note, *second = more;

  *note = first == NULL ? g_strdup (second) : g_strconcat (first, "\n", second, NULL);
}

gboolean
thaw_model_load (const ThawModel *model,
                 ThawNet *net,
                 const ThawStateDict *given,
                 const char *source,
                 uint64_t seed,
                 char **note,
                 GError **error)
{
  g_autoptr (ThawStateDict) other = from_timm (model, net, given);
  const ThawStateDict *dict = other != NULL ? other : given;
  g_autofree char *prefix = best_prefix (dict, net);
  g_autofree char *below =
      *prefix != '\0' ? g_strdup_printf (_ ("%s (below “%s”)"), source, prefix) : NULL;
  uint64_t classes;
  g_autoptr (ThawStateDict) copy = fitted (model, net, dict, prefix, seed, &classes);

  if (note != NULL)
    *note = NULL;
  if (copy == NULL) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY,
                 _ ("%s: no memory for a copy of the weights"), source);
    return FALSE;
  }
  if (!thaw_net_load (net, copy, below != NULL ? below : source, error))
    return FALSE;
  if (note != NULL && classes != 0)
    *note = g_strdup_printf (
        _ ("%s: its layer “%s” tells %" PRIu64 " classes apart, this data has %d; it starts fresh"),
        source, model->final_linear, classes, thaw_net_classes (net));
  if (note != NULL && other != NULL && model->timm_eps > 0)
    add_note (note, g_strdup_printf (
                        _ ("%s: timm's batch norms add %g to a variance, those of this network "
                           "another number; its features differ a little from timm's"),
                        source, model->timm_eps));
  return TRUE;
}
