/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runner's layouts. */
#include "runner.h"

#include <math.h>
#include <string.h>

#define OUTPUT "the output"

Runner *
runner_new (ThawGraph *graph, ThawNode output, int channels, int height, int width, int threads)
{
  Runner *runner = g_new0 (Runner, 1);
  g_autoptr (GError) error = NULL;

  thaw_graph_tap (graph, output, OUTPUT);
  thaw_graph_finish (graph, output, &error);
  g_assert_no_error (error);
  runner->pool = thaw_pool_new (threads);
  runner->net = thaw_net_new (graph, runner->pool, &error);
  g_assert_no_error (error);
  thaw_net_keep_taps (runner->net, true);
  thaw_net_want_input_grad (runner->net, true);
  runner->in[1] = channels;
  runner->in[2] = height;
  runner->in[3] = width;
  runner->y = g_array_new (FALSE, FALSE, sizeof (float));
  return runner;
}

void
runner_free (Runner *runner)
{
  if (runner == NULL)
    return;
  thaw_net_free (runner->net);
  thaw_pool_free (runner->pool);
  g_array_unref (runner->y);
  g_free (runner);
}

void
runner_plan (Runner *runner, ThawMode mode, int n)
{
  g_autoptr (GError) error = NULL;

  thaw_net_plan (runner->net, mode, n, &error);
  g_assert_no_error (error);
}

/* Index of (image, channel, pixel) in [pixel][n][c]. */
static size_t
own (size_t n, size_t c, size_t image, size_t channel, size_t pixel)
{
  return (pixel * n + image) * c + channel;
}

static void
to_own (const int nchw[4], const float *from, float *to)
{
  size_t n = (size_t) nchw[0], c = (size_t) nchw[1], pixels = (size_t) nchw[2] * (size_t) nchw[3];

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < c; j++)
      for (size_t p = 0; p < pixels; p++)
        to[own (n, c, i, j, p)] = *from++;
}

static void
from_own (const int nchw[4], const float *from, float *to)
{
  size_t n = (size_t) nchw[0], c = (size_t) nchw[1], pixels = (size_t) nchw[2] * (size_t) nchw[3];

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < c; j++)
      for (size_t p = 0; p < pixels; p++)
        *to++ = from[own (n, c, i, j, p)];
}

void
runner_forward (Runner *runner, ThawMode mode, int n, const float *x)
{
  runner->in[0] = n;
  to_own (runner->in, x, thaw_net_input (runner->net));
  g_assert_nonnull (thaw_net_forward (runner->net, mode, n));
  g_assert_true (thaw_net_tap (runner->net, OUTPUT, n, runner->y, runner->out));
}

void
runner_backward (Runner *runner, const float *dy)
{
  g_autofree float *mine = g_new (float, runner->y->len);

  to_own (runner->out, dy, mine);
  thaw_net_backward (runner->net, mine, runner->out[0]);
}

float *
runner_input_grad (Runner *runner)
{
  size_t count = 1;
  float *grad;
  const float *mine = thaw_net_input_grad (runner->net);

  g_assert_nonnull (mine);
  for (int d = 0; d < 4; d++)
    count *= (size_t) runner->in[d];
  grad = g_new (float, count);
  from_own (runner->in, mine, grad);
  return grad;
}

static int
index_of (Runner *runner, const char *name)
{
  int i = thaw_net_find_param (runner->net, name);

  g_assert_cmpint (i, >=, 0);
  return i;
}

ThawParam *
runner_param (Runner *runner, const char *name)
{
  return thaw_net_param (runner->net, index_of (runner, name));
}

void
runner_set (Runner *runner, const char *name, const float *torch_order)
{
  thaw_net_from_torch (runner->net, index_of (runner, name), torch_order,
                       runner_param (runner, name)->value);
}

static float *
in_torch_order (Runner *runner, const char *name, const float *mine)
{
  float *out = g_new (float, runner_param (runner, name)->count);

  g_assert_nonnull (mine);
  thaw_net_to_torch (runner->net, index_of (runner, name), mine, out);
  return out;
}

float *
runner_value (Runner *runner, const char *name)
{
  return in_torch_order (runner, name, runner_param (runner, name)->value);
}

float *
runner_grad (Runner *runner, const char *name)
{
  return in_torch_order (runner, name, runner_param (runner, name)->grad);
}

float *
runner_noise (ThawRng *rng, size_t count, double scale)
{
  float *values = g_new (float, count);

  for (size_t i = 0; i < count; i++)
    values[i] = (float) thaw_rng_uniform (rng, -scale, scale);
  return values;
}

void
runner_fill (Runner *runner, uint64_t seed)
{
  for (int i = 0; i < thaw_net_n_params (runner->net); i++) {
    ThawParam *param = thaw_net_param (runner->net, i);
    ThawRng rng = thaw_rng (seed, THAW_RNG_TEST, (uint64_t) i, 0, 0);
    double scale = 0.3, centre = 0;
    uint64_t fan_in = 1;

    for (int d = 1; d < param->ndim; d++)
      fan_in *= param->shape[d];
    if (param->ndim > 1)
      scale = sqrt (3.0 / (double) fan_in);
    else if (g_str_has_suffix (param->name, ".weight") ||
             g_str_has_suffix (param->name, ".running_var"))
      centre = 1;
    for (uint64_t j = 0; param->ndim > 0 && j < param->count; j++)
      param->value[j] = (float) (centre + thaw_rng_uniform (&rng, -scale, scale));
  }
}
