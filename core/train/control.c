/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests: pause, continue, stop, save. */
#include "train-private.h"

static ThawAsk
ask (ThawTrainer *trainer)
{
  return trainer->hooks.ask ? trainer->hooks.ask (trainer->hooks.user) : THAW_ASK_NOTHING;
}

static void
say_saved (ThawTrainer *trainer, bool saved)
{
  const ThawKept *newest =
      saved && trainer->lasts->len > 0 ? trainer->lasts->pdata[trainer->lasts->len - 1] : NULL;

  if (trainer->hooks.saved != NULL)
    trainer->hooks.saved (trainer->hooks.user, newest != NULL ? newest->path : NULL);
}

/* Sleeps until somebody says what to do. */
static ThawAsk
wait_for_word (ThawTrainer *trainer)
{
  for (;;) {
    g_usleep ((gulong) thaw_train_tuning.tick_us);
    ThawAsk asked = ask (trainer);
    if (asked == THAW_ASK_SAVE)
      say_saved (trainer, true);
    else if (asked != THAW_ASK_NOTHING && asked != THAW_ASK_PAUSE)
      return asked;
  }
}

static ThawFlow
pause_here (ThawTrainer *trainer, GError **error)
{
  ThawFlow flow = thaw_commit_position (trainer, error);
  ThawAsk asked;

  if (flow != THAW_FLOW_ON)
    return flow;
  if (!thaw_train_emit (trainer, THAW_EVENT_PAUSED, trainer->at.epoch, NULL, error))
    return THAW_FLOW_FAILED;
  asked = wait_for_word (trainer);
  if (asked == THAW_ASK_STOP)
    return THAW_FLOW_STOP;
  trainer->stop_after_epoch |= asked == THAW_ASK_STOP_EPOCH;
  if (!thaw_train_emit (trainer, THAW_EVENT_CONTINUED, trainer->at.epoch, NULL, error))
    return THAW_FLOW_FAILED;
  return THAW_FLOW_ON;
}

ThawFlow
thaw_control_poll (ThawTrainer *trainer, GError **error)
{
  ThawAsk asked = trainer->pause_asked ? THAW_ASK_PAUSE : ask (trainer);
  ThawFlow flow;

  trainer->pause_asked = false;
  switch (asked) {
  case THAW_ASK_STOP:
    flow = thaw_commit_position (trainer, error);
    return flow == THAW_FLOW_ON ? THAW_FLOW_STOP : flow;
  case THAW_ASK_PAUSE:
    return pause_here (trainer, error);
  case THAW_ASK_STOP_EPOCH:
    trainer->stop_after_epoch = true;
    return THAW_FLOW_ON;
  case THAW_ASK_SAVE:
    flow = thaw_commit_position (trainer, error);
    if (flow == THAW_FLOW_ON)
      say_saved (trainer, true);
    return flow;
  case THAW_ASK_NOTHING:
  case THAW_ASK_CONTINUE:
  default:
    return THAW_FLOW_ON;
  }
}

ThawFlow
thaw_control_wait_room (ThawTrainer *trainer)
{
  gint64 until = g_get_monotonic_time () + thaw_train_tuning.room_us;

  while (g_get_monotonic_time () < until) {
    g_usleep ((gulong) thaw_train_tuning.tick_us);
    switch (ask (trainer)) {
    case THAW_ASK_STOP:
      return THAW_FLOW_STOP;
    case THAW_ASK_PAUSE:
      trainer->pause_asked = true; /* taken up once the files are written */
      break;
    case THAW_ASK_STOP_EPOCH:
      trainer->stop_after_epoch = true;
      break;
    case THAW_ASK_CONTINUE:
      trainer->pause_asked = false;
      return THAW_FLOW_ON; /* somebody made room: look at once */
    case THAW_ASK_SAVE:
      say_saved (trainer, false);
      break;
    case THAW_ASK_NOTHING:
    default:
      break;
    }
  }
  return THAW_FLOW_ON;
}
