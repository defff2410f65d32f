/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters and buffers out to a state_dict and in from one. Loading checks everything before it
 * changes anything. */
#include "net-private.h"

#include <math.h>

#define LISTED 4 /* names of each kind in a message */

typedef struct {
  GString *names;
  int count;
} Complaint;

static void
complain (Complaint *complaint, const char *name)
{
  if (complaint->names == NULL)
    complaint->names = g_string_new (NULL);
  if (complaint->count > 0 && complaint->count < LISTED)
    g_string_append (complaint->names, ", ");
  if (complaint->count < LISTED)
    g_string_append (complaint->names, name);
  else if (complaint->count == LISTED)
    g_string_append (complaint->names, ", …");
  complaint->count++;
}

static bool
is_counter (const ThawParam *param)
{
  return param->buffer && param->ndim == 0;
}

ThawStateDict *
thaw_net_save (const ThawNet *net)
{
  ThawStateDict *dict = thaw_state_dict_new ();

  thaw_net_catch_up (net);
  for (int i = 0; i < net->n_params; i++) {
    const ThawParam *param = &net->params[i];
    ThawDtype dtype = is_counter (param) ? THAW_DTYPE_I64 : THAW_DTYPE_F32;
    ThawTensor *tensor = thaw_tensor_new (param->name, dtype, param->ndim, param->shape);
    if (tensor == NULL)
      g_error ("%s: short of memory", param->name);
    if (is_counter (param))
      *(int64_t *) tensor->data = (int64_t) llroundf (*param->value);
    else
      thaw_net_to_torch (net, i, param->value, tensor->data);
    thaw_state_dict_add (dict, tensor);
  }
  return dict;
}

static bool
same_shape (const ThawParam *param, const ThawTensor *tensor)
{
  if (param->ndim != tensor->ndim)
    return false;
  for (int d = 0; d < param->ndim; d++)
    if (param->shape[d] != tensor->shape[d])
      return false;
  return true;
}

static char *
shape_text (const ThawParam *param)
{
  ThawTensor like = {.ndim = param->ndim};

  memcpy (like.shape, param->shape, sizeof like.shape);
  return thaw_tensor_shape_text (&like);
}

static bool
is_float (const ThawTensor *tensor)
{
  return tensor->dtype == THAW_DTYPE_F32 || tensor->dtype == THAW_DTYPE_F16 ||
         tensor->dtype == THAW_DTYPE_BF16 || tensor->dtype == THAW_DTYPE_F64;
}

static void
compare_one (const ThawParam *param, const ThawTensor *tensor, Complaint *missing, Complaint *wrong)
{
  g_autofree char *found = NULL, *wanted = NULL, *text = NULL;

  if (tensor == NULL) {
    if (!is_counter (param))
      complain (missing, param->name);
    return;
  }
  if (same_shape (param, tensor) && (is_counter (param) || is_float (tensor)))
    return;
  found = thaw_tensor_shape_text (tensor);
  wanted = shape_text (param);
  if (same_shape (param, tensor))
    text = g_strdup_printf (_ ("%s (%s, expected floating point)"), param->name,
                            thaw_dtype_name (tensor->dtype));
  else
    text = g_strdup_printf (_ ("%s (%s, expected %s)"), param->name, found, wanted);
  complain (wrong, text);
}

static void
append_complaint (GString *sentence, const char *format, Complaint *complaint)
{
  if (complaint->count == 0)
    return;
  g_string_append (sentence, "; ");
  g_string_append_printf (sentence, format, complaint->count, complaint->names->str);
  g_string_free (complaint->names, TRUE);
}

static gboolean
check_names (const ThawNet *net, const ThawStateDict *dict, const char *source, GError **error)
{
  Complaint missing = {0}, extra = {0}, wrong = {0};
  g_autoptr (GString) sentence = g_string_new (NULL);

  for (int i = 0; i < net->n_params; i++)
    compare_one (&net->params[i], thaw_state_dict_find (dict, net->params[i].name), &missing,
                 &wrong);
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const char *name = thaw_state_dict_nth (dict, i)->name;
    if (thaw_net_find_param (net, name) < 0)
      complain (&extra, name);
  }
  if (missing.count + extra.count + wrong.count == 0)
    return TRUE;
  append_complaint (
      sentence,
      ngettext ("%d tensor missing: %s", "%d tensors missing: %s", (unsigned long) missing.count),
      &missing);
  append_complaint (
      sentence,
      ngettext ("%d tensor unknown: %s", "%d tensors unknown: %s", (unsigned long) extra.count),
      &extra);
  append_complaint (sentence,
                    ngettext ("%d tensor of another shape or type: %s",
                              "%d tensors of another shape or type: %s",
                              (unsigned long) wrong.count),
                    &wrong);
  g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
               _ ("%s does not hold the weights of this network: %s"), source, sentence->str + 2);
  return FALSE;
}

/* A value beyond float32 counts: it would become infinite. */
static gboolean
check_finite (const ThawTensor *tensor, const float *values, const char *source, GError **error)
{
  uint64_t bad = 0;

  for (uint64_t j = 0; j < tensor->count; j++)
    bad += !isfinite (values[j]);
  if (bad == 0)
    return TRUE;
  g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
               ngettext ("%s: tensor '%s' has %" PRIu64
                         " value that is NaN or infinite, expected finite numbers",
                         "%s: tensor '%s' has %" PRIu64
                         " values that are NaN or infinite, expected finite numbers",
                         (unsigned long) bad),
               source, tensor->name, bad);
  return FALSE;
}

/* values: in torch's order, one parameter after the other; those not in `dict` left alone. */
static gboolean
read_values (const ThawNet *net,
             const ThawStateDict *dict,
             const char *source,
             float *values,
             GError **error)
{
  for (int i = 0; i < net->n_params; i++) {
    const ThawTensor *tensor = thaw_state_dict_find (dict, net->params[i].name);
    if (tensor != NULL) {
      thaw_tensor_to_f32 (tensor, values);
      if (!check_finite (tensor, values, source, error))
        return FALSE;
    }
    values += net->params[i].count;
  }
  return TRUE;
}

gboolean
thaw_net_load (ThawNet *net, const ThawStateDict *dict, const char *source, GError **error)
{
  uint64_t total = 0;
  float *values, *at;
  gboolean good;

  thaw_net_catch_up (net);
  net->folded = false;
  if (!check_names (net, dict, source, error))
    return FALSE;
  for (int i = 0; i < net->n_params; i++)
    total += net->params[i].count;
  values = at = thaw_aligned_new0 (total * sizeof (float));
  if (values == NULL) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY, _ ("%s: short of memory to load it"),
                 source);
    return FALSE;
  }
  good = read_values (net, dict, source, values, error);
  for (int i = 0; good && i < net->n_params; i++) {
    thaw_net_from_torch (net, i, at, net->params[i].value);
    at += net->params[i].count;
  }
  thaw_aligned_free (values);
  return good;
}
