/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a run stands, and why a loss left the numbers, each in a sentence. */
#include "rows.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define LOOK_BACK 500  /* iterations before the end that are looked at     */
#define AFTER_THAW 200 /* iterations after the thaw that it is blamed for */

static char *
finished (const ThawRunRows *rows, const ThawFigures *figures)
{
  int epochs = rows->run->epochs_done, epoch = rows->run->best_epoch + 1;
  g_autofree char *best = thaw_text_percent (figures->best);
  g_autofree char *test = thaw_text_percent (figures->test);
  g_autofree char *gap = thaw_text_points (figures->gap);

  if (figures->on_test)
    return g_strdup_printf (_ ("Finished after %d epochs: best %s on the test set, in epoch %d."),
                            epochs, best, epoch);
  if (isfinite (figures->test))
    return g_strdup_printf (
        _ ("Finished after %d epochs: best %s on validation, in epoch %d; %s on the test set."),
        epochs, best, epoch, test);
  if (isfinite (figures->gap))
    /* Translators: the last number is a difference: "+3.20 points". */
    return g_strdup_printf (
        _ ("Finished after %d epochs: best %s on validation, in epoch %d; train "
           "accuracy is %s away."),
        epochs, best, epoch, gap);
  return g_strdup_printf (_ ("Finished after %d epochs: best %s on validation, in epoch %d."),
                          epochs, best, epoch);
}

static char *
state_sentence (const ThawRun *run)
{
  switch (run->state) {
  case THAW_RUN_RUNNING:
    return g_strdup_printf (_ ("Training: %d of %d epochs done."), run->epochs_done, run->epochs);
  case THAW_RUN_PAUSED:
    return g_strdup_printf (_ ("Paused with %d of %d epochs done."), run->epochs_done, run->epochs);
  case THAW_RUN_QUEUED:
    return g_strdup_printf (_ ("Waits to go on with %d of %d epochs done."), run->epochs_done,
                            run->epochs);
  case THAW_RUN_INTERRUPTED:
    return g_strdup_printf (_ ("Interrupted with %d of %d epochs done."), run->epochs_done,
                            run->epochs);
  case THAW_RUN_STOPPED:
    return g_strdup_printf (_ ("Stopped with %d of %d epochs done."), run->epochs_done,
                            run->epochs);
  case THAW_RUN_DIVERGED:
    return g_strdup_printf (_ ("Diverged with %d of %d epochs done."), run->epochs_done,
                            run->epochs);
  case THAW_RUN_FAILED:
    return g_strdup_printf (_ ("Failed with %d of %d epochs done."), run->epochs_done, run->epochs);
  case THAW_RUN_STARTING:
  case THAW_RUN_FINISHED:
  default:
    return g_strdup_printf (_ ("%d of %d epochs done."), run->epochs_done, run->epochs);
  }
}

static char *
begun (const ThawRunRows *rows, const ThawFigures *figures)
{
  g_autofree char *state = state_sentence (rows->run);
  g_autofree char *best = thaw_text_percent (figures->best);
  g_autofree char *so_far =
      g_strdup_printf (figures->on_test ? _ ("Best so far: %s on the test set, in epoch %d.")
                                        : _ ("Best so far: %s on validation, in epoch %d."),
                       best, rows->run->best_epoch + 1);

  /* Translators: two whole sentences. */
  return g_strdup_printf (_ ("%s %s"), state, so_far);
}

static char *
without_epoch (const ThawRunRows *rows)
{
  switch (rows->run->state) {
  case THAW_RUN_QUEUED:
    return g_strdup (_ ("Waits for its turn."));
  case THAW_RUN_STARTING:
    return g_strdup (_ ("Starting."));
  case THAW_RUN_RUNNING:
    return g_strdup (_ ("Training: the first epoch is not done yet."));
  case THAW_RUN_PAUSED:
    return g_strdup (_ ("Paused in the first epoch."));
  case THAW_RUN_INTERRUPTED:
    return g_strdup (_ ("Interrupted in the first epoch."));
  case THAW_RUN_STOPPED:
    return g_strdup (_ ("Stopped in the first epoch."));
  case THAW_RUN_DIVERGED:
    return g_strdup (_ ("Diverged in the first epoch."));
  case THAW_RUN_FAILED:
    return g_strdup (_ ("Failed before the first epoch was done."));
  case THAW_RUN_FINISHED:
  default:
    return g_strdup (_ ("Nothing was measured."));
  }
}

char *
thaw_result_sentence (const ThawRunRows *rows)
{
  ThawFigures figures;

  thaw_figures_compute (rows, &figures);
  if (!isfinite (figures.best))
    return without_epoch (rows);
  return rows->run->state == THAW_RUN_FINISHED ? finished (rows, &figures) : begun (rows, &figures);
}

/* The first iteration whose loss is not finite; n when all are. */
static guint
first_lost (const ThawRunRows *rows)
{
  guint n = thaw_rows_n_iterations (rows);

  for (guint i = 0; i < n; i++)
    if (!isfinite (thaw_rows_iteration (rows, i)->loss))
      return i;
  return n;
}

static double
least_loss (const ThawRunRows *rows, guint from, guint to)
{
  double least = INFINITY;

  for (guint i = from; i < to; i++)
    least = fmin (least, thaw_rows_iteration (rows, i)->loss);
  return least;
}

/* Steps since the thaw at iteration `end`; -1 when it was not just before. */
static gint64
since_thaw (const ThawRunRows *rows, guint end)
{
  bool still;
  gint64 frozen = thaw_frozen_steps (rows, &still);
  gint64 at = thaw_rows_iteration (rows, end)->step;

  if (still || frozen == 0 || at < frozen || at - frozen > AFTER_THAW)
    return -1;
  return at - frozen;
}

char *
thaw_divergence_cause (const ThawRunRows *rows)
{
  guint n = thaw_rows_n_iterations (rows), end = first_lost (rows);
  guint from = end > LOOK_BACK ? end - LOOK_BACK : 0;

  if (end == n && rows->run->state != THAW_RUN_DIVERGED)
    return NULL;
  if (n == 0)
    return g_strdup (_ ("The loss was not a number from the start: look at the data and the "
                        "weights that were loaded."));
  end = MIN (end, n - 1);
  double rate = thaw_rows_iteration (rows, end)->lr, least = least_loss (rows, from, end);
  double last = end > 0 ? thaw_rows_iteration (rows, end - 1)->loss : NAN;
  g_autofree char *rate_text = thaw_text_rate (rate);
  g_autofree char *least_text = thaw_text_number (least, 2),
                  *last_text = thaw_text_number (last, 2);
  gint64 thawed = since_thaw (rows, end);

  if (end == 0)
    return g_strdup_printf (_ ("The very first loss was not a number, at learning rate %s: look at "
                               "the data, their normalisation and the weights."),
                            rate_text);
  if (thawed >= 0) {
    guint before = thaw_rows_find_step (rows, thaw_rows_iteration (rows, end)->step - thawed);
    double was = before > 0 ? thaw_rows_iteration (rows, before - 1)->lr : NAN;
    g_autofree char *was_text = thaw_text_rate (was);
    if (rate > was)
      return g_strdup_printf (
          ngettext ("The loss left the numbers %d iteration after the thaw, where the learning "
                    "rate rose from %s to %s: most likely that rate is too high for the pretrained "
                    "layers.",
                    "The loss left the numbers %d iterations after the thaw, where the learning "
                    "rate rose from %s to %s: most likely that rate is too high for the pretrained "
                    "layers.",
                    (gulong) thawed),
          (int) thawed, was_text, rate_text);
    return g_strdup_printf (
        ngettext ("The loss left the numbers %d iteration after the thaw, at learning rate %s: "
                  "most likely a lower rate after the thaw, or a longer frozen phase, helps.",
                  "The loss left the numbers %d iterations after the thaw, at learning rate %s: "
                  "most likely a lower rate after the thaw, or a longer frozen phase, helps.",
                  (gulong) thawed),
        (int) thawed, rate_text);
  }
  if (last > 3 * least)
    return g_strdup_printf (_ ("The loss grew from %s to %s in the last iterations at learning "
                               "rate %s before it left the numbers: most likely that rate is too "
                               "high."),
                            least_text, last_text, rate_text);
  return g_strdup_printf (_ ("The loss left the numbers within one step, from %s at learning rate "
                             "%s: a single large gradient; a lower rate makes it rarer."),
                          last_text, rate_text);
}
