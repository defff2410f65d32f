/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a graph on arrays in PyTorch's layouts (NCHW, OIHW), so that tests need not know nn's. */
#pragma once

#include "thaw-nn.h"

typedef struct {
  ThawPool *pool;
  ThawNet *net;
  int n;
  int in[4], out[4]; /* NCHW of the last forward */
  GArray *y;         /* of float: the output, NCHW */
} Runner;

/* Finishes the graph (transfer full) with `output` and makes a net; a mistake fails the test. The
 * caller changes what it wants (trainable, hold), then plans by runner_plan. */
Runner *
runner_new (ThawGraph *graph, ThawNode output, int channels, int height, int width, int threads);
void runner_free (Runner *runner);
/* Plans for batches of up to n, with the input's gradient. */
void runner_plan (Runner *runner, ThawMode mode, int n);
/* x: [n][c][h][w]; the output is in runner->y. */
void runner_forward (Runner *runner, ThawMode mode, int n, const float *x);
/* dy: shaped like the output. */
void runner_backward (Runner *runner, const float *dy);
/* [n][c][h][w] (transfer full) */
float *runner_input_grad (Runner *runner);

ThawParam *runner_param (Runner *runner, const char *name); /* fails the test if there is none */
void runner_set (Runner *runner, const char *name, const float *torch_order);
float *runner_value (Runner *runner, const char *name); /* torch's order (transfer full) */
float *runner_grad (Runner *runner, const char *name);  /* torch's order (transfer full) */

/* count floats, uniform in [-scale, scale). (transfer full) */
float *runner_noise (ThawRng *rng, size_t count, double scale);
/* Fills all parameters: weights so that values keep their size, batch norms near 1 and 0. */
void runner_fill (Runner *runner, uint64_t seed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Runner, runner_free)
