/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RepVGG's re-parameterisation: with running statistics a batch norm is a factor s and an offset a
 * channel, so that each branch of a block is a 3x3 convolution with a bias, and so is their sum:
 *   s = weight / sqrt (running_var + eps),  kernel = conv * s,  bias = bn.bias - running_mean * s;
 * the 1x1 kernel goes into the centre tap, the input itself is a kernel with s[c] at (c, c,
 * centre). Sums in double, rounded once. Source: Ding et al., "RepVGG" (2021), section 3.3. */
#include "models-private.h"

#include <math.h>
#include <string.h>

#define TAPS 9
#define CENTRE 4

typedef struct {
  const ThawStateDict *dict;
  const char *source;
  char *module; /* of the block, with the dot at its end */
  uint64_t out, in;
  double *kernel, *bias; /* [out][in][TAPS], [out] */
} Block;

/* (nullable) */
static const ThawTensor *
find (const Block *block, const char *branch, const char *part)
{
  g_autofree char *name = g_strconcat (block->module, branch, part, NULL);

  return thaw_state_dict_find (block->dict, name);
}

static const float *
floats (const Block *block, const char *branch, const char *part, uint64_t count, GError **error)
{
  const ThawTensor *tensor = find (block, branch, part);

  if (tensor != NULL && tensor->dtype == THAW_DTYPE_F32 && tensor->bytes == count * sizeof (float))
    return tensor->data;
  g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_WEIGHTS,
               _ ("%s: tensor “%s%s%s” is missing or of another shape; only a whole RepVGG in its "
                  "training form can be folded"),
               block->source, block->module, branch, part);
  return NULL;
}

/* Adds a branch: values [out][in][taps] around the centre; NULL stands for the input itself. */
static gboolean
add_branch (Block *block, const char *norm, const float *values, uint64_t taps, GError **error)
{
  const float *weight = floats (block, norm, ".weight", block->out, error);
  const float *bias = weight ? floats (block, norm, ".bias", block->out, error) : NULL;
  const float *mean = bias ? floats (block, norm, ".running_mean", block->out, error) : NULL;
  const float *var = mean ? floats (block, norm, ".running_var", block->out, error) : NULL;

  if (var == NULL)
    return FALSE;
  for (uint64_t o = 0; o < block->out; o++) {
    double s = weight[o] / sqrt (var[o] + THAW_REPVGG_EPS);
    double *kernel = block->kernel + o * block->in * TAPS;
    block->bias[o] += bias[o] - mean[o] * s;
    if (values == NULL)
      kernel[o * TAPS + CENTRE] += s;
    for (uint64_t i = 0; values != NULL && i < block->in; i++)
      for (uint64_t tap = 0; tap < taps; tap++)
        kernel[i * TAPS + (taps == 1 ? CENTRE : tap)] +=
            values[(o * block->in + i) * taps + tap] * s;
  }
  return TRUE;
}

static bool
add_tensor (ThawStateDict *to, char *name, int ndim, const uint64_t *shape, const double *values)
{
  g_autofree char *owned = name;
  ThawTensor *tensor = thaw_tensor_new (owned, THAW_DTYPE_F32, ndim, shape);

  if (tensor == NULL)
    return false;
  for (uint64_t i = 0; i < tensor->bytes / sizeof (float); i++)
    ((float *) tensor->data)[i] = (float) values[i];
  return thaw_state_dict_add (to, tensor);
}

static gboolean
fold_branches (Block *block, ThawStateDict *to, GError **error)
{
  const uint64_t kernel_shape[] = {block->out, block->in, 3, 3}, bias_shape[] = {block->out};
  const float *dense =
      floats (block, "rbr_dense.conv", ".weight", block->out * block->in * TAPS, error);
  const float *point =
      dense ? floats (block, "rbr_1x1.conv", ".weight", block->out * block->in, error) : NULL;

  if (point == NULL || !add_branch (block, "rbr_dense.bn", dense, TAPS, error) ||
      !add_branch (block, "rbr_1x1.bn", point, 1, error))
    return FALSE;
  if (find (block, "rbr_identity", ".weight") != NULL &&
      (block->in != block->out || !add_branch (block, "rbr_identity", NULL, 1, error)))
    return FALSE;
  if (add_tensor (to, g_strconcat (block->module, "rbr_reparam.weight", NULL), 4, kernel_shape,
                  block->kernel) &&
      add_tensor (to, g_strconcat (block->module, "rbr_reparam.bias", NULL), 1, bias_shape,
                  block->bias))
    return TRUE;
  g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY, _ ("%s: no memory for folded weights"),
               block->source);
  return FALSE;
}

static gboolean
fold_block (const ThawStateDict *dict,
            const char *source,
            const ThawTensor *dense,
            ThawStateDict *to,
            GError **error)
{
  size_t length = strlen (dense->name) - strlen ("rbr_dense.conv.weight");
  Block block = {dict, source, g_strndup (dense->name, length), dense->shape[0], dense->shape[1],
                 NULL, NULL};
  gboolean done;

  block.kernel = g_new0 (double, block.out *block.in *TAPS);
  block.bias = g_new0 (double, block.out);
  done = fold_branches (&block, to, error);
  g_free (block.module);
  g_free (block.kernel);
  g_free (block.bias);
  return done;
}

static gboolean
copy (const ThawTensor *tensor, ThawStateDict *to)
{
  ThawTensor *same = thaw_tensor_new (tensor->name, tensor->dtype, tensor->ndim, tensor->shape);

  if (same == NULL)
    return FALSE;
  memcpy (same->data, tensor->data, tensor->bytes);
  return thaw_state_dict_add (to, same);
}

ThawStateDict *
thaw_model_fold (const ThawModel *model,
                 const ThawStateDict *dict,
                 const char *source,
                 GError **error)
{
  g_autoptr (ThawStateDict) to = thaw_state_dict_new ();

  if (!model->folds) {
    g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_SHAPE,
                 _ ("%s has no branches to fold; repvgg_a0 has"), model->entry.name);
    return NULL;
  }
  for (size_t i = 0; i < thaw_state_dict_size (dict); i++) {
    const ThawTensor *tensor = thaw_state_dict_nth (dict, i);
    if (g_str_has_suffix (tensor->name, "rbr_dense.conv.weight") && tensor->ndim == 4) {
      if (!fold_block (dict, source, tensor, to, error))
        return NULL;
    } else if (strstr (tensor->name, "rbr_") == NULL && !copy (tensor, to)) {
      g_set_error (error, THAW_NN_ERROR, THAW_NN_ERROR_MEMORY,
                   _ ("%s: no memory for folded weights"), source);
      return NULL;
    }
  }
  return g_steal_pointer (&to);
}
