/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradient clipping, between backward and the step.
 *   by norm: every gradient times min (1, max / (norm + 1e-6)), norm: L2 of all of them together
 *   by value: every element into -max..max
 * Cut into blocks of the gradients' own; each block is summed in eight lanes, blocks one after the
 * other, so that the norm has the same bits on any number of threads.
 * Source: torch.nn.utils.clip_grad_norm_ and clip_grad_value_; the norm here is summed in double.
 */
#include "thaw-optim.h"

#include <math.h>

#define BLOCK 16384
#define LANES 8

typedef struct {
  const ThawClip *clip;
  const ThawOptimizerTask *tasks;
  const uint64_t *counts;
  int *task;       /* [pieces] */
  uint64_t *start; /* [pieces] */
  double *squares; /* [pieces] */
  float scale;
} Work;

static float *
place (const Work *work, int piece, size_t *n)
{
  int t = work->task[piece];

  *n = (size_t) MIN (BLOCK, work->counts[t] - work->start[piece]);
  return (float *) work->tasks[t].grad + work->start[piece];
}

static void
sum_piece (void *user, int piece, int worker)
{
  Work *work = user;
  size_t n, i = 0;
  const float *g = place (work, piece, &n);
  double lanes[LANES] = {0}, sum = 0;

  for (; i + LANES <= n; i += LANES)
    for (int k = 0; k < LANES; k++)
      lanes[k] += (double) g[i + k] * g[i + k];
  for (; i < n; i++)
    sum += (double) g[i] * g[i];
  for (int k = 0; k < LANES; k++)
    sum += lanes[k];
  work->squares[piece] = sum;
}

static void
scale_piece (void *user, int piece, int worker)
{
  const Work *work = user;
  size_t n;
  float *g = place (work, piece, &n);

  for (size_t i = 0; i < n; i++)
    g[i] *= work->scale;
}

static void
limit_piece (void *user, int piece, int worker)
{
  const Work *work = user;
  float max = (float) work->clip->value;
  size_t n;
  float *g = place (work, piece, &n);

  for (size_t i = 0; i < n; i++)
    g[i] = g[i] > max ? max : g[i] < -max ? -max : g[i];
}

static int
cut (Work *work, int n_tasks)
{
  uint64_t pieces = 0;
  int n = 0;

  for (int t = 0; t < n_tasks; t++)
    pieces += (work->counts[t] + BLOCK - 1) / BLOCK;
  work->task = g_new (int, pieces + 1);
  work->start = g_new (uint64_t, pieces + 1);
  work->squares = g_new (double, pieces + 1);
  for (int t = 0; t < n_tasks; t++)
    for (uint64_t at = 0; at < work->counts[t]; at += BLOCK, n++) {
      work->task[n] = t;
      work->start[n] = at;
    }
  return n;
}

double
thaw_clip_gradients (const ThawClip *clip,
                     ThawPool *pool,
                     const ThawOptimizerTask *tasks,
                     const uint64_t *counts,
                     int n_tasks)
{
  Work work = {.clip = clip, .tasks = tasks, .counts = counts};
  int n = cut (&work, n_tasks);
  double sum = 0, norm;

  thaw_pool_run (pool, n, sum_piece, &work);
  for (int i = 0; i < n; i++)
    sum += work.squares[i];
  norm = sqrt (sum);
  if (clip->norm > 0 && clip->norm / (norm + 1e-6) < 1) {
    work.scale = (float) (clip->norm / (norm + 1e-6));
    thaw_pool_run (pool, n, scale_piece, &work);
  }
  if (clip->value > 0)
    thaw_pool_run (pool, n, limit_piece, &work);
  g_free (work.task);
  g_free (work.start);
  g_free (work.squares);
  return norm;
}
