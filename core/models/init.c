/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random initialisation, torchvision's rules. Every parameter has a stream of its own, so that its
 * values depend on seed and name alone, and numbers are drawn in PyTorch's order of elements. */
#include "models-private.h"

#include <math.h>
#include <string.h>

static ThawRng
stream (uint64_t seed, const char *name)
{
  return thaw_rng (seed, THAW_RNG_INIT, thaw_fnv1a64 (name), 0, 0);
}

static void
fill (float value, uint64_t count, float *out)
{
  for (uint64_t i = 0; i < count; i++)
    out[i] = value;
}

static void
fill_normal (uint64_t seed, const char *name, double deviation, uint64_t count, float *out)
{
  ThawRng rng = stream (seed, name);

  for (uint64_t i = 0; i < count; i++)
    out[i] = (float) (deviation * thaw_rng_normal (&rng));
}

void
thaw_init_torch_default (
    uint64_t seed, const char *name, uint64_t fan_in, uint64_t count, float *out)
{
  ThawRng rng = stream (seed, name);
  double bound = 1 / sqrt ((double) fan_in);

  for (uint64_t i = 0; i < count; i++)
    out[i] = (float) thaw_rng_uniform (&rng, -bound, bound);
}

/* The product of all dimensions but `but`. */
static uint64_t
fan (const ThawParam *weight, int but)
{
  return weight->count / weight->shape[but];
}

/* The weight of the layer that a parameter belongs to: itself, or the one beside a bias. */
static const ThawParam *
weight_beside (ThawNet *net, const ThawParam *param)
{
  g_autofree char *name = g_strdup (param->name);
  g_autofree char *weight = NULL;
  int i;

  *strrchr (name, '.') = '\0';
  weight = g_strconcat (name, ".weight", NULL);
  i = thaw_net_find_param (net, weight);
  g_assert (i >= 0);
  return thaw_net_param (net, i);
}

static void
fill_layer (
    ThawInit rule, const ThawParam *param, const ThawParam *weight, uint64_t seed, float *out)
{
  if (rule == THAW_INIT_TORCH_DEFAULT)
    thaw_init_torch_default (seed, param->name, fan (weight, 0), param->count, out);
  else if (param != weight)
    fill (0, param->count, out);
  else if (rule == THAW_INIT_NORMAL_FAN_OUT)
    fill_normal (seed, param->name, sqrt (2. / (double) fan (weight, 1)), param->count, out);
  else
    fill_normal (seed, param->name, 0.01, param->count, out);
}

static void
fill_param (const ThawModel *model, ThawNet *net, const ThawParam *param, uint64_t seed, float *out)
{
  const ThawParam *weight;

  if (param->buffer) {
    fill (g_str_has_suffix (param->name, ".running_var") ? 1 : 0, param->count, out);
    return;
  }
  weight = weight_beside (net, param);
  if (weight->ndim == 1) /* batch norm */
    fill (param == weight ? 1 : 0, param->count, out);
  else
    fill_layer (weight->ndim == 2 ? model->init_linear : model->init_conv, param, weight, seed,
                out);
}

void
thaw_model_initialise (const ThawModel *model, ThawNet *net, uint64_t seed)
{
  for (int i = 0; i < thaw_net_n_params (net); i++) {
    ThawParam *param = thaw_net_param (net, i);
    g_autofree float *values = g_new (float, param->count);
    fill_param (model, net, param, seed, values);
    thaw_net_from_torch (net, i, values, param->value);
  }
}
