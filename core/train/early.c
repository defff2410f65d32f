/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Early stopping: after so many epochs in a row without improvement no other begins. Frozen epochs
 * do not count: the thaw is what one waits for.
 *   better: m < best - min_delta for the loss, m > best + min_delta for the accuracy; NaN never is
 * What is watched is measured with the weights as they are, not with their average. */
#include "train-private.h"

#include <math.h>

bool
thaw_early_is_over (const ThawTrainer *trainer)
{
  int patience = trainer->recipe->early.patience;

  return patience > 0 && trainer->at.without_gain >= patience;
}

void
thaw_early_look (ThawTrainer *trainer, const ThawScore *score)
{
  const ThawRecipe *recipe = trainer->recipe;
  ThawPosition *at = &trainer->at;
  bool loss = recipe->early.watch == THAW_WATCH_LOSS;
  double now = loss ? score->loss : score->accuracy, delta = recipe->early.min_delta;

  if (recipe->early.patience == 0 || at->phase != THAW_PHASE_THAWED)
    return;
  if (isnan (at->watched_best) ||
      (loss ? now < at->watched_best - delta : now > at->watched_best + delta)) {
    at->watched_best = now;
    at->without_gain = 0;
    return;
  }
  at->without_gain++;
}

gboolean
thaw_early_say (ThawTrainer *trainer, GError **error)
{
  int n = trainer->recipe->early.patience;
  bool loss = trainer->recipe->early.watch == THAW_WATCH_LOSS;
  g_autofree char *detail = NULL;

  if (!thaw_early_is_over (trainer) || trainer->at.epoch >= trainer->recipe->epochs)
    return TRUE;
  detail =
      g_strdup_printf (loss ? ngettext ("the loss has not fallen for %d epoch",
                                        "the loss has not fallen for %d epochs", (unsigned) n)
                            : ngettext ("the accuracy has not risen for %d epoch",
                                        "the accuracy has not risen for %d epochs", (unsigned) n),
                       n);
  return thaw_train_emit (trainer, THAW_EVENT_STOPPED_EARLY, trainer->at.epoch - 1, detail, error);
}
