/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inference with folded batch norms beside that without, a forward of each in turn within one
 * process: bench-folded MODEL THREADS BATCH PIXELS SECONDS. */
#include "thaw-models.h"

#include <stdlib.h>
#include <string.h>

#define MOST 20000
#define WARM_UP 3

static double times[2][MOST];

static double
forward (ThawNet *net, bool folded, int n, const float *x, size_t floats)
{
  gint64 begin;

  if (folded)
    thaw_net_fold (net);
  else
    thaw_net_unfold (net);
  /* Weights and caches as in a series of forwards. */
  for (int i = 0; i < 2; i++) {
    memcpy (thaw_net_input (net), x, floats * sizeof *x);
    begin = g_get_monotonic_time ();
    thaw_net_forward (net, THAW_MODE_EVAL, n);
  }
  return (double) (g_get_monotonic_time () - begin) / 1000;
}

static int
by_size (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

int
main (int argc, char **argv)
{
  const ThawModel *model = thaw_model_find (argc > 1 ? argv[1] : "resnet18");
  int threads = argc > 2 ? atoi (argv[2]) : 2, n = argc > 3 ? atoi (argv[3]) : 64;
  int size = argc > 4 ? atoi (argv[4]) : 32, rounds = 0;
  double seconds = argc > 5 ? atof (argv[5]) : 3, ratio[MOST];
  g_autoptr (ThawPool) pool = thaw_pool_new (threads);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawNet) net = NULL;
  size_t floats = (size_t) size * (size_t) size * 3 * (size_t) n;
  g_autofree float *x = g_new (float, floats);
  ThawRng rng = thaw_rng (1, THAW_RNG_TEST, 0, 0, 0);
  ThawGraph *graph = thaw_model_graph (model, 10, size, -1, &error);
  gint64 end, begin;

  net = graph != NULL ? thaw_net_new (graph, pool, &error) : NULL;
  if (net == NULL || !thaw_net_plan (net, THAW_MODE_EVAL, n, &error))
    g_error ("%s", error->message);
  thaw_model_initialise (model, net, 1);
  for (size_t i = 0; i < floats; i++)
    x[i] = (float) thaw_rng_uniform (&rng, -2, 2);
  end = g_get_monotonic_time () + (gint64) (seconds * 1e6);
  for (int i = -WARM_UP; rounds < MOST && g_get_monotonic_time () < end; i++) {
    double unfolded = forward (net, false, n, x, floats),
           folded = forward (net, true, n, x, floats);
    if (i < 0)
      continue;
    times[0][rounds] = unfolded;
    times[1][rounds] = folded;
    ratio[rounds++] = folded / unfolded;
  }
  begin = g_get_monotonic_time ();
  thaw_net_fold (net);
  end = g_get_monotonic_time ();
  qsort (ratio, (size_t) rounds, sizeof *ratio, by_size);
  for (int i = 0; i < 2; i++)
    qsort (times[i], (size_t) rounds, sizeof **times, by_size);
  g_print (
      "%s, %d threads, batch %d, %d px: %.3f ms, folded %.3f ms; %.3f times in the median of %d "
      "pairs (%.3f – %.3f, the middle half); folding %.2f ms\n",
      argc > 1 ? argv[1] : "resnet18", threads, n, size, times[0][rounds / 2], times[1][rounds / 2],
      ratio[rounds / 2], rounds, ratio[rounds / 4], ratio[rounds * 3 / 4],
      (double) (end - begin) / 1000);
  return 0;
}
