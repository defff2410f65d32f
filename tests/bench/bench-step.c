/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time of a training step (forward, loss, backward; no optimiser) and of a forward pass:
 * bench-step [MODEL] [THREADS] [BATCH] [SECONDS] [layers]. Prints median and smallest, with what
 * runs it. */
#include "thaw-models.h"

#include <stdlib.h>

static int
compare (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return left < right ? -1 : left > right;
}

static void
fill_input (ThawNet *net, int n)
{
  ThawRng rng = thaw_rng (1, THAW_RNG_TEST, 0, 0, 0);
  float *x = thaw_net_input (net);

  for (int i = 0; i < 32 * 32 * 3 * n; i++)
    x[i] = (float) thaw_rng_uniform (&rng, -1, 1);
}

static double
step_ms (ThawNet *net, ThawMode mode, int n)
{
  g_autofree int *labels = g_new (int, n);
  g_autofree float *grad = g_new (float, n *thaw_net_classes (net));
  gint64 start;

  for (int i = 0; i < n; i++)
    labels[i] = i % thaw_net_classes (net);
  fill_input (net, n);
  start = g_get_monotonic_time ();
  {
    const float *logits = thaw_net_forward (net, mode, n);
    if (mode == THAW_MODE_TRAIN) {
      thaw_cross_entropy (logits, labels, n, thaw_net_classes (net), grad, NULL);
      thaw_net_backward (net, grad, n);
    }
  }
  return (double) (g_get_monotonic_time () - start) / 1000;
}

static void
measure (ThawNet *net, ThawMode mode, int n, double seconds)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * 1e6);
  double median;

  for (int i = 0; i < 3; i++)
    step_ms (net, mode, n);
  while (g_get_monotonic_time () < end || times->len < 5) {
    double ms = step_ms (net, mode, n);
    g_array_append_val (times, ms);
  }
  qsort (times->data, times->len, sizeof (double), compare);
  median = g_array_index (times, double, times->len / 2);
  g_print ("%s: median %.2f ms (%.0f images/s), smallest %.2f ms, %u steps\n",
           mode == THAW_MODE_TRAIN ? "train" : "eval", median, n / median * 1000,
           g_array_index (times, double, 0), times->len);
}

/* Where a step's time goes, mean of some steps. */
static void
print_steps (ThawNet *net, int n)
{
  enum { STEPS = 30 };
  const ThawStepTime *times;
  int n_steps;

  thaw_net_profile (net, true);
  for (int i = 0; i < STEPS; i++)
    step_ms (net, THAW_MODE_TRAIN, n);
  times = thaw_net_profile_times (net, &n_steps);
  for (int i = 0; i < n_steps; i++)
    g_print ("%-32s %-18s %8.1f us forward %8.1f us backward\n", times[i].name, times[i].kind,
             (double) times[i].forward_ns / 1000 / STEPS,
             (double) times[i].backward_ns / 1000 / STEPS);
  thaw_net_profile (net, false);
}

int
main (int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : "resnet18";
  int threads = argc > 2 ? atoi (argv[2]) : 0, n = argc > 3 ? atoi (argv[3]) : 64;
  double seconds = argc > 4 ? g_ascii_strtod (argv[4], NULL) : 3;
  const ThawModel *model = thaw_model_find (name);
  g_autoptr (ThawPool) pool = thaw_pool_new (threads);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawNet) net = NULL;
  ThawGraph *graph = model != NULL ? thaw_model_graph (model, 10, 32, -1, &error) : NULL;

  if (graph != NULL)
    net = thaw_net_new (graph, pool, &error);
  if (net == NULL || n < 2) {
    g_printerr ("%s\n", error != NULL ? error->message : "no such model, or a batch below 2");
    return 1;
  }
  thaw_model_initialise (model, net, 1);
  g_print ("%s, batch %d, %d threads, BLAS %s\n", name, n, thaw_pool_threads (pool),
           thaw_nn_blas_core ());
  if (!thaw_net_plan (net, THAW_MODE_TRAIN, n, &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  g_print ("memory of a training step: %.1f MB\n", (double) thaw_net_activation_bytes (net) / 1e6);
  measure (net, THAW_MODE_TRAIN, n, seconds);
  measure (net, THAW_MODE_EVAL, n, seconds / 3);
  if (argc > 5)
    print_steps (net, n);
  return 0;
}
