/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the net and the optimiser meet: what no data reaches may wait for its steps. */
#include "train-private.h"

static void
catch_up_cb (void *user)
{
  thaw_optimizer_catch_up (user);
}

void
thaw_train_defer (ThawNet *net, ThawOptimizer *optimizer, const int *slots, int n_slots)
{
  for (int s = 0; s < n_slots; s++) {
    g_autoptr (GArray) spans = thaw_net_dead_spans (net, slots[s]);
    if (spans->len > 0)
      thaw_optimizer_defer (optimizer, s, (const ThawSpan *) (const void *) spans->data,
                            spans->len);
  }
  thaw_net_set_catch_up (net, catch_up_cb, optimizer);
}
