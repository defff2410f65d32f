/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills a home with runs that never trained, to look at and to measure the window with.
 *
 *   fill-store HOME story          runs in every state
 *   fill-store HOME N              N small runs
 *   fill-store HOME N POINTS       N runs of POINTS iterations
 *   fill-store HOME live [RATE]    one that goes on like a worker, RATE (20) iterations a second
 */
#include "fill.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int asked_to_end;

static void
signal_cb (int number)
{
  asked_to_end = 1;
}

int
main (int argc, char **argv)
{
  static const FillPlan live = {"Live", "resnet18", 20, 3, 0, 60, 1e-3, 1e-4, THAW_RUN_FINISHED, 9};
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = NULL;

  if (argc < 3) {
    fprintf (stderr, "usage: fill-store HOME story | N [POINTS] | live [RATE]\n");
    return 2;
  }
  signal (SIGTERM, signal_cb);
  signal (SIGINT, signal_cb);
  store = thaw_store_open (argv[1], THAW_STORE_WRITE, &error);
  if (store == NULL) {
    fprintf (stderr, "fill-store: %s\n", error->message);
    return 1;
  }
  if (strcmp (argv[2], "story") == 0) {
    fill_story (store);
  } else if (strcmp (argv[2], "live") == 0) {
    fill_live (store, &live, argc > 3 ? atof (argv[3]) : 20, &asked_to_end);
  } else if (argc > 3) {
    for (int i = 0; i < atoi (argv[2]); i++) {
      g_autofree char *name = g_strdup_printf ("Long %d", i + 1);
      g_free (fill_long (store, name, i, atoi (argv[3])));
    }
  } else {
    fill_many (store, atoi (argv[2]));
  }
  return 0;
}
