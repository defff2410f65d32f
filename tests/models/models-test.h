/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nets and their values in PyTorch's order, for the tests of this folder. */
#pragma once

#include "thaw-models.h"

#include <string.h>

static inline ThawNet *
net_new (const char *name, int classes, int size, ThawPool *pool)
{
  g_autoptr (GError) error = NULL;
  ThawGraph *graph = thaw_model_graph (thaw_model_find (name), classes, size, -1, &error);
  ThawNet *net;

  g_assert_no_error (error);
  net = thaw_net_new (graph, pool, &error);
  g_assert_no_error (error);
  g_assert_nonnull (net);
  return net;
}

/* (transfer full) */
static inline float *
values_of (ThawNet *net, const char *name, uint64_t *count)
{
  int i = thaw_net_find_param (net, name);
  ThawParam *param;
  float *out;

  g_assert_cmpint (i, >=, 0);
  param = thaw_net_param (net, i);
  out = g_new (float, param->count);
  thaw_net_to_torch (net, i, param->value, out);
  if (count != NULL)
    *count = param->count;
  return out;
}

static inline bool
same_param (ThawNet *a, ThawNet *b, const char *name)
{
  uint64_t n, m;
  g_autofree float *x = values_of (a, name, &n), *y = values_of (b, name, &m);

  return n == m && memcmp (x, y, n * sizeof (float)) == 0;
}
