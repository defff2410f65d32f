/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-status.h"

#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

char *
thaw_time_left_text (double seconds)
{
  int minutes;

  if (!isfinite (seconds) || seconds < 0)
    return NULL;
  if (seconds < 50)
    return g_strdup (_ ("less than a minute left"));
  minutes = (int) MIN (lround (seconds / 60), 100000000);
  if (minutes < 100)
    return g_strdup_printf (
        ngettext ("about %d minute left", "about %d minutes left", (gulong) minutes), minutes);
  return g_strdup_printf (_ ("about %d h %d min left"), minutes / 60, minutes % 60);
}

/* Local time of day, with the date when it was another day. */
static char *
moment_text (gint64 at_ms, gint64 now_ms)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (at_ms / 1000);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_ms / 1000);
  bool today;

  if (at == NULL || now == NULL)
    return g_strdup ("–");
  today = g_date_time_get_year (at) == g_date_time_get_year (now) &&
          g_date_time_get_day_of_year (at) == g_date_time_get_day_of_year (now);
  /* Translators: a time of day; a date and a time of day (strftime). */
  return g_date_time_format (at, today ? _ ("%H:%M") : _ ("%-d %b, %H:%M"));
}

static const ThawEventRow *
last_event (const ThawRunRows *rows, const char *kind)
{
  for (guint i = rows->events != NULL ? rows->events->len : 0; i > 0; i--) {
    const ThawEventRow *event = &g_array_index (rows->events, ThawEventRow, i - 1);
    if (strcmp (event->kind, kind) == 0)
      return event;
  }
  return NULL;
}

static int
current_epoch (const ThawRun *run)
{
  return MIN (run->epochs_done + 1, MAX (run->epochs, 1));
}

static double
share_done (const ThawRun *run)
{
  if (run->steps_planned > 0)
    return CLAMP ((double) run->steps_done / (double) run->steps_planned, 0, 1);
  return run->epochs > 0 ? CLAMP ((double) run->epochs_done / run->epochs, 0, 1) : NAN;
}

/* --- State by state --- */

static void
starting (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  status->text = g_strdup (_ ("Starting: reading data and weights…"));
  status->done = NAN;
  status->can = THAW_CAN_CANCEL;
}

static void
queued (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  if (context->queue_place <= 1 && context->queue_works && !context->other_trains) {
    starting (status, rows, context);
    status->can = THAW_CAN_LEAVE;
    return;
  }
  if (context->queue_place <= 1 && context->queue_works)
    status->text = g_strdup (_ ("Next in the queue: it starts when the run before it ends."));
  else if (context->queue_place <= 1)
    status->text = g_strdup (_ ("First in the queue. Nothing trains now."));
  else
    status->text = g_strdup_printf (_ ("Number %d in the queue."), context->queue_place);
  status->done = -1;
  status->can = THAW_CAN_START | THAW_CAN_MOVE | THAW_CAN_LEAVE;
}

/* It holds its lock and commits nothing: it hangs, or waits for room. */
static void
silent (ThawRunStatus *status, const ThawRunContext *context)
{
  g_autofree char *at = moment_text (context->silent_ms, context->now_ms);

  if (context->no_room)
    /* Translators: a time of day. */
    status->more = g_strdup_printf (_ ("The disk has been full since %s: it waits, and goes on by "
                                       "itself as soon as there is room."),
                                    at);
  else
    status->more = g_strdup_printf (_ ("No sign of life since %s: its worker is still there, but "
                                       "does not get on. If it stays so, end the process “thaw”; "
                                       "the run can then be resumed, and nothing measured is "
                                       "lost."),
                                    at);
  status->warns = true;
  status->can |= THAW_CAN_LOG;
}

static void
running (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  g_autofree char *left = thaw_time_left_text (thaw_seconds_left (rows));
  int epoch = current_epoch (rows->run);
  bool frozen = false;

  thaw_frozen_steps (rows, &frozen);
  if (left == NULL)
    status->text =
        g_strdup_printf (frozen ? _ ("Epoch %d of %d, backbone frozen") : _ ("Epoch %d of %d"),
                         epoch, rows->run->epochs);
  else
    /* Translators: an epoch's number, how many; "about 12 minutes left". */
    status->text = g_strdup_printf (frozen ? _ ("Epoch %d of %d, backbone frozen · %s")
                                           : _ ("Epoch %d of %d · %s"),
                                    epoch, rows->run->epochs, left);
  status->done = share_done (rows->run);
  status->can = THAW_CAN_PAUSE | THAW_CAN_STOP | THAW_CAN_SAVE;
  if (context->silent_ms != 0)
    silent (status, context);
}

static void
paused (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  const ThawEventRow *event = last_event (rows, "paused");
  g_autofree char *at = event != NULL ? moment_text (event->at_ms, context->now_ms) : NULL;
  bool by_itself = event != NULL && event->detail != NULL; /* then it says why */

  if (at == NULL)
    status->text = g_strdup_printf (_ ("Paused in epoch %d of %d."), current_epoch (rows->run),
                                    rows->run->epochs);
  else
    /* Translators: a time, an epoch's number, how many. */
    status->text = g_strdup_printf (by_itself ? _ ("Paused by itself at %s in epoch %d of %d.")
                                              : _ ("Paused on request at %s in epoch %d of %d."),
                                    at, current_epoch (rows->run), rows->run->epochs);
  status->more = by_itself ? g_strdup (event->detail) : NULL;
  status->done = share_done (rows->run);
  status->warns = true;
  status->can = THAW_CAN_CONTINUE | THAW_CAN_STOP | THAW_CAN_SAVE;
}

/* Iterations that the newest checkpoint holds. */
static gint64
safe_step (const ThawRunRows *rows)
{
  gint64 safe = 0;

  for (guint i = 0; rows->artifacts != NULL && i < rows->artifacts->len; i++) {
    const ThawArtifact *artifact = rows->artifacts->pdata[i];
    if (strcmp (artifact->kind, "last") == 0)
      safe = MAX (safe, artifact->step);
  }
  return safe;
}

/* Those that lie behind it: they are computed again, to the same bits. */
static gint64
to_repeat (const ThawRunRows *rows)
{
  return MAX (0, (gint64) rows->run->steps_done - safe_step (rows));
}

static void
interrupted (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  gint64 again = to_repeat (rows);

  status->text = g_strdup_printf (_ ("Interrupted in epoch %d of %d: its worker ended without a "
                                     "word."),
                                  current_epoch (rows->run), rows->run->epochs);
  if (again == 0)
    status->more = g_strdup (_ ("Nothing is lost."));
  else
    status->more = g_strdup_printf (
        ngettext ("Nothing measured is lost; %" PRId64 " iteration is computed again.",
                  "Nothing measured is lost; %" PRId64 " iterations are computed again.",
                  (gulong) again),
        again);
  status->done = share_done (rows->run);
  status->warns = true;
  status->can = THAW_CAN_RESUME | THAW_CAN_DUPLICATE | THAW_CAN_LOG;
}

static void
failed (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  const char *message = rows->run->message;

  status->text =
      message != NULL && *message != '\0' ? g_strdup (message) : thaw_result_sentence (rows);
  status->done = -1;
  status->warns = true;
  status->can = THAW_CAN_FIX | THAW_CAN_LOG;
  if (safe_step (rows) > 0) /* it was on its way: data that changed, a disk that was full */
    status->can |= THAW_CAN_RESUME | THAW_CAN_LOCATE;
}

static void
diverged (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  status->text = thaw_result_sentence (rows);
  status->done = -1;
  status->warns = true;
  status->can = THAW_CAN_FIND_RATE | THAW_CAN_DUPLICATE;
  if (rows->run->epochs_done > 0 && context->others)
    status->can |= THAW_CAN_COMPARE;
}

/* What a run that has learned something can be used for. */
static guint
after_curves (const ThawRunRows *rows, const ThawRunContext *context)
{
  guint can = THAW_CAN_DUPLICATE;

  if (rows->run->epochs_done > 0)
    can |= THAW_CAN_TRY;
  if (rows->run->epochs_done > 0 && context->others)
    can |= THAW_CAN_COMPARE;
  return can;
}

static void
stopped (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  status->text = thaw_result_sentence (rows);
  status->done = share_done (rows->run);
  status->can = THAW_CAN_RESUME | after_curves (rows, context);
}

static void
finished (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  status->text = thaw_result_sentence (rows);
  status->done = -1;
  status->can = THAW_CAN_TRAIN_MORE | after_curves (rows, context);
}

static void
by_state (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  switch (rows->run->state) {
  case THAW_RUN_QUEUED:
    queued (status, rows, context);
    break;
  case THAW_RUN_STARTING:
    starting (status, rows, context);
    break;
  case THAW_RUN_RUNNING:
    running (status, rows, context);
    break;
  case THAW_RUN_PAUSED:
    paused (status, rows, context);
    break;
  case THAW_RUN_INTERRUPTED:
    interrupted (status, rows, context);
    break;
  case THAW_RUN_FAILED:
    failed (status, rows, context);
    break;
  case THAW_RUN_DIVERGED:
    diverged (status, rows, context);
    break;
  case THAW_RUN_STOPPED:
    stopped (status, rows, context);
    break;
  case THAW_RUN_FINISHED:
  default:
    finished (status, rows, context);
    break;
  }
}

/* --- Beside the state --- */

static const char *
asked_text (const char *verb)
{
  if (strcmp (verb, "pause") == 0)
    return _ ("Pausing…");
  if (strcmp (verb, "continue") == 0)
    return _ ("Going on…");
  if (strcmp (verb, "save") == 0)
    return _ ("Saving a checkpoint…");
  return _ ("Stopping: the checkpoint is being saved…");
}

static void
add_asked (ThawRunStatus *status, const char *verb)
{
  g_free (status->more);
  status->more = g_strdup (asked_text (verb));
  status->can &= ~(guint) (THAW_CAN_PAUSE | THAW_CAN_CONTINUE | THAW_CAN_SAVE | THAW_CAN_CANCEL);
  if (g_str_has_prefix (verb, "stop"))
    status->can &= ~(guint) THAW_CAN_STOP;
}

static void
add_missing (ThawRunStatus *status, const ThawRun *run)
{
  bool known = run->data_fingerprint != NULL && *run->data_fingerprint != '\0';

  g_free (status->more);
  if (known)
    /* Translators: a path; the beginning of a fingerprint. */
    status->more =
        g_strdup_printf (_ ("Its data is not at %s any more: the run can be read, but "
                            "not go on. Expected are images with the fingerprint %.12s…"),
                         run->data_path, run->data_fingerprint);
  else
    status->more = g_strdup_printf (_ ("Its data is not at %s any more: the run can be read, but "
                                       "not go on."),
                                    run->data_path);
  status->warns = true;
  if (status->can & THAW_CAN_RESUME)
    status->can |= THAW_CAN_LOCATE;
  status->can &= ~(guint) THAW_CAN_RESUME;
}

static void
in_trash (ThawRunStatus *status)
{
  status->can = THAW_CAN_RESTORE;
  g_free (status->more);
  status->more = g_strdup (_ ("This run is in the trash."));
}

void
thaw_run_status_set (ThawRunStatus *status, const ThawRunRows *rows, const ThawRunContext *context)
{
  thaw_run_status_clear (status);
  by_state (status, rows, context);
  if (rows->run->trashed_ms != 0)
    in_trash (status);
  else if (context->asked != NULL)
    add_asked (status, context->asked);
  else if (context->data_missing && rows->run->data_path != NULL)
    add_missing (status, rows->run);
}

void
thaw_run_status_clear (ThawRunStatus *status)
{
  g_free (status->text);
  g_free (status->more);
  memset (status, 0, sizeof *status);
}
