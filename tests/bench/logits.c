/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For starter-torch.py: reads pictures as floats (n, 3, size, size) from standard input and writes
 * the logits (n, classes) that a backbone gives with a file of weights to standard output.
 *
 *   logits MODEL FILE CLASSES SIZE N */
#include "thaw-formats.h"
#include "thaw-models.h"

#include <stdio.h>
#include <stdlib.h>

static int
fail (const GError *error)
{
  fprintf (stderr, "%s\n", error != NULL ? error->message : "short input");
  return 1;
}

int
main (int argc, char **argv)
{
  const ThawModel *model = argc == 6 ? thaw_model_find (argv[1]) : NULL;
  int classes = argc == 6 ? atoi (argv[3]) : 0, size = argc == 6 ? atoi (argv[4]) : 0,
      n = argc == 6 ? atoi (argv[5]) : 0;
  size_t plane = (size_t) size * (size_t) size, count = (size_t) n * 3 * plane;
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = NULL;
  g_autoptr (ThawPool) pool = NULL;
  g_autoptr (ThawNet) net = NULL;
  g_autofree float *nchw = NULL;
  g_autofree char *note = NULL;
  ThawGraph *graph;
  const float *logits;
  float *in;

  if (model == NULL) {
    fprintf (stderr, "usage: logits MODEL FILE CLASSES SIZE N\n");
    return 2;
  }
  nchw = g_new (float, count);
  if (fread (nchw, sizeof *nchw, count, stdin) != count)
    return fail (NULL);
  pool = thaw_pool_new (0);
  dict = thaw_weights_read (argv[2], NULL, &error);
  graph = thaw_model_graph (model, classes, size, 0, dict != NULL ? &error : NULL);
  net = graph != NULL ? thaw_net_new (graph, pool, dict != NULL ? &error : NULL) : NULL;
  if (dict == NULL || net == NULL ||
      !thaw_model_load (model, net, dict, argv[2], 0, &note, &error) ||
      !thaw_net_plan (net, THAW_MODE_EVAL, n, &error))
    return fail (error);
  in = thaw_net_input (net);
  for (size_t pixel = 0; pixel < plane; pixel++)
    for (size_t i = 0; i < (size_t) n * 3; i++)
      *in++ = nchw[i * plane + pixel];
  logits = thaw_net_forward (net, THAW_MODE_EVAL, n);
  return fwrite (logits, sizeof *logits, (size_t) n * (size_t) classes, stdout) > 0 ? 0 : 1;
}
