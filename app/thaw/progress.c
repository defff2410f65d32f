/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live line, the plain lines, the JSON lines. */
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIVE_INTERVAL_US 200000

void
progress_start (Progress *progress, bool json, const ThawRecipe *recipe)
{
  *progress = (Progress){
      .json = json,
      .live = !json && isatty (STDOUT_FILENO),
      .epochs = recipe->epochs,
      .frozen_epochs = recipe->freeze.epochs,
      .loss = NAN,
      .epoch_began_us = g_get_monotonic_time (),
  };
}

void
progress_clear (Progress *progress)
{
  if (progress->line_open)
    fputs ("\r\033[K", stdout);
  progress->line_open = false;
  fflush (stdout);
}

static CliJson *
json_line (const char *event)
{
  CliJson *builder = cli_json_new ();

  cli_json_begin_object (builder, NULL);
  cli_json_text (builder, "event", event);
  return builder;
}

static void
json_end (CliJson *builder)
{
  cli_json_end_object (builder);
  cli_json_print (builder);
}

/* Seconds until the run ends: the rest of this epoch by the speed so far, later epochs like the
 * last whole one. */
static double
seconds_left (const Progress *progress, const ThawIteration *at)
{
  double spent = (double) (g_get_monotonic_time () - progress->epoch_began_us) / 1e6;
  double share = (double) (at->batch + 1) / at->batches;
  double whole = progress->epoch_seconds > 0 ? progress->epoch_seconds : spent / share;

  return MAX (whole - spent, 0) + whole * (progress->epochs - at->epoch - 1);
}

void
progress_iteration (Progress *progress, const ThawIteration *iteration, bool frozen)
{
  gint64 now = g_get_monotonic_time ();
  g_autofree char *left = NULL, *speed = NULL;
  double spent;

  progress->loss =
      isnan (progress->loss) ? iteration->loss : 0.95 * progress->loss + 0.05 * iteration->loss;
  if (!progress->live || now - progress->last_us < LIVE_INTERVAL_US)
    return;
  progress->last_us = now;
  spent = (double) (now - progress->epoch_began_us) / 1e6;
  progress->speed = spent > 0 ? (iteration->batch + 1) * (double) iteration->images / spent : 0;
  left = cli_duration (seconds_left (progress, iteration));
  speed = cli_count (lround (progress->speed));
  fputs ("\r\033[K", stdout);
  printf (_ ("Epoch %d of %d %s· %d %% · loss %.3f · %s images/s · about %s left"),
          iteration->epoch + 1, progress->epochs, frozen ? _ ("(frozen) ") : "",
          100 * (iteration->batch + 1) / iteration->batches, progress->loss, speed, left);
  progress->line_open = true;
  fflush (stdout);
}

void
progress_evaluating (Progress *progress, int epoch, double done)
{
  gint64 now = g_get_monotonic_time ();

  if (!progress->live || now - progress->last_us < LIVE_INTERVAL_US)
    return;
  progress->last_us = now;
  fputs ("\r\033[K", stdout);
  printf (_ ("Epoch %d of %d · evaluating %.0f %%"), epoch + 1, progress->epochs, 100 * done);
  progress->line_open = true;
  fflush (stdout);
}

static void
epoch_json (const ThawEpoch *epoch)
{
  CliJson *line = json_line ("epoch");

  cli_json_int (line, "epoch", epoch->epoch + 1);
  cli_json_int (line, "step", (gint64) epoch->step);
  cli_json_bool (line, "frozen", epoch->frozen);
  cli_json_real (line, "lr", epoch->lr);
  cli_json_real (line, "train_loss", epoch->train_loss);
  cli_json_real (line, "train_accuracy", epoch->train_accuracy);
  cli_json_real (line, "clean_loss", epoch->clean_loss);
  cli_json_real (line, "clean_accuracy", epoch->clean_accuracy);
  cli_json_text (line, "set", epoch->set == THAW_EVAL_TEST ? "test" : "validation");
  cli_json_real (line, "loss", epoch->loss);
  cli_json_real (line, "accuracy", epoch->accuracy);
  cli_json_real (line, "ema_loss", epoch->ema_loss);
  cli_json_real (line, "ema_accuracy", epoch->ema_accuracy);
  cli_json_bool (line, "best", epoch->best);
  cli_json_int (line, "trainable", (gint64) epoch->trainable);
  cli_json_real (line, "seconds", epoch->seconds);
  cli_json_real (line, "images_per_second", epoch->images_per_second);
  json_end (line);
}

static void
epoch_text (const Progress *progress, const ThawEpoch *epoch)
{
  g_autofree char *train = cli_percent (epoch->train_accuracy),
                  *seen = cli_percent (epoch->accuracy);
  g_autofree char *speed = cli_count (lround (epoch->images_per_second));
  const char *set = epoch->set == THAW_EVAL_TEST ? _ ("test") : _ ("validation");

  printf (_ ("Epoch %d of %d%s: train loss %.4f, accuracy %s; %s loss %.4f, accuracy %s%s; rate "
             "%g; %s images/s\n"),
          epoch->epoch + 1, progress->epochs, epoch->frozen ? _ (" (frozen)") : "",
          epoch->train_loss, train, set, epoch->loss, seen,
          epoch->best && !epoch->best_averaged ? _ (" (best)") : "", epoch->lr, speed);
  if (isfinite (epoch->ema_accuracy)) {
    g_autofree char *averaged = cli_percent (epoch->ema_accuracy);
    printf (_ ("  averaged weights: loss %.4f, accuracy %s%s\n"), epoch->ema_loss, averaged,
            epoch->best && epoch->best_averaged ? _ (" (best)") : "");
  }
}

void
progress_epoch (Progress *progress, const ThawEpoch *epoch)
{
  gint64 now = g_get_monotonic_time ();
  bool last_frozen = epoch->epoch + 1 == progress->frozen_epochs;

  progress_clear (progress);
  if (progress->json)
    epoch_json (epoch);
  else
    epoch_text (progress, epoch);
  fflush (stdout);
  /* thawed epochs cost more than frozen ones: forget the old pace there */
  progress->epoch_seconds = last_frozen ? 0 : (double) (now - progress->epoch_began_us) / 1e6;
  progress->epoch_began_us = now;
}

void
progress_committed (Progress *progress, int epochs_done)
{
  if (progress->json) {
    CliJson *line = json_line ("committed");
    cli_json_int (line, "epoch", epochs_done);
    json_end (line);
  } else if (!progress->live) {
    printf ("committed %d\n", epochs_done);
  }
  fflush (stdout);
}

static const char *
event_text (ThawTrainEventKind kind)
{
  switch (kind) {
  case THAW_EVENT_FROZEN:
    return _ ("Frozen");
  case THAW_EVENT_THAWED:
    return _ ("Thawed");
  case THAW_EVENT_RATE_DROPPED:
    return _ ("Learning rate dropped");
  case THAW_EVENT_PAUSED:
    return _ ("Paused");
  case THAW_EVENT_CONTINUED:
    return _ ("Continued");
  case THAW_EVENT_RESUMED:
    return _ ("Resumed");
  case THAW_EVENT_STOPPED:
    return _ ("Stopped");
  case THAW_EVENT_NOT_FINITE:
    return _ ("The loss is not finite");
  case THAW_EVENT_TEST_OPENED:
    return _ ("Test set opened");
  case THAW_EVENT_FINISHED:
    return _ ("Finished");
  default:
    return thaw_train_event_name (kind);
  }
}

const char *
progress_event_text (const char *name)
{
  for (int kind = THAW_EVENT_FROZEN; kind <= THAW_EVENT_FINISHED; kind++)
    if (strcmp (thaw_train_event_name ((ThawTrainEventKind) kind), name) == 0)
      return event_text ((ThawTrainEventKind) kind);
  return name;
}

void
progress_event (
    Progress *progress, ThawTrainEventKind kind, int epoch, uint64_t step, const char *detail)
{
  progress_clear (progress);
  if (progress->json) {
    CliJson *line = json_line (thaw_train_event_name (kind));
    cli_json_int (line, "epoch", epoch + 1);
    cli_json_int (line, "step", (gint64) step);
    cli_json_text (line, "detail", detail);
    json_end (line);
    return;
  }
  if (detail != NULL)
    printf ("%s: %s\n", event_text (kind), detail);
  else
    printf ("%s\n", event_text (kind));
  fflush (stdout);
}

void
progress_test (Progress *progress, double loss, double accuracy, const char *weights_kind)
{
  g_autofree char *percent = cli_percent (accuracy);

  progress_clear (progress);
  if (progress->json) {
    CliJson *line = json_line ("test");
    cli_json_real (line, "loss", loss);
    cli_json_real (line, "accuracy", accuracy);
    cli_json_text (line, "weights", weights_kind);
    json_end (line);
    return;
  }
  printf (_ ("Test set (%s weights): loss %.4f, accuracy %s\n"), weights_kind, loss, percent);
  fflush (stdout);
}
