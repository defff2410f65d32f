/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events and their names; errors of hooks. */
#include "train-private.h"

#include <math.h>

static const char *const names[] = {
    [THAW_EVENT_FROZEN] = "frozen",
    [THAW_EVENT_THAWED] = "thawed",
    [THAW_EVENT_RATE_DROPPED] = "rate-dropped",
    [THAW_EVENT_PAUSED] = "paused",
    [THAW_EVENT_CONTINUED] = "continued",
    [THAW_EVENT_RESUMED] = "resumed",
    [THAW_EVENT_STOPPED] = "stopped",
    [THAW_EVENT_NOT_FINITE] = "not-finite",
    [THAW_EVENT_TEST_OPENED] = "test-opened",
    [THAW_EVENT_STOPPED_EARLY] = "stopped-early",
    [THAW_EVENT_FINISHED] = "finished",
};

const char *
thaw_train_event_name (ThawTrainEventKind kind)
{
  g_return_val_if_fail ((size_t) kind < G_N_ELEMENTS (names), NULL);
  return names[kind];
}

gboolean
thaw_train_hook_failed (const char *hook, GError **error)
{
  if (error != NULL && *error == NULL)
    g_set_error (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_HOOK,
                 _ ("the keeper of the run refused (%s) and did not say why"), hook);
  return FALSE;
}

gboolean
thaw_train_emit (
    ThawTrainer *trainer, ThawTrainEventKind kind, int epoch, const char *detail, GError **error)
{
  ThawTrainHooks *hooks = &trainer->hooks;
  int last = trainer->recipe->epochs - 1; /* whatever comes after it still belongs to it */

  if (hooks->event == NULL ||
      hooks->event (hooks->user, kind, MIN (epoch, last), trainer->at.step, detail, error))
    return TRUE;
  return thaw_train_hook_failed (names[kind], error);
}

const char *
thaw_train_not_finite (double value)
{
  return isnan (value) ? "NaN" : _ ("infinite");
}
