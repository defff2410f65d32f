/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trainer's hooks: each figure is held against the one in the store as it comes. */
#include "signals.h"
#include "verify.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void
verify_differs (Verify *verify, gint64 step, const char *what, char *stored, char *found)
{
  if (verify->first.what == NULL) {
    verify->first = (VerifyDifference){g_strdup (what), step, stored, found};
    return;
  }
  g_free (stored);
  g_free (found);
}

/* All bits of it, and for people. (transfer full) */
static char *
number_text (double value)
{
  return g_strdup_printf ("%.17g (%a)", value, value);
}

/* SQLite keeps each double as it is, but for the sign of zero; NaN is one kind. */
static bool
is_equal (double stored, double found)
{
  return stored == found || (isnan (stored) && isnan (found));
}

static bool
compare (Verify *verify, gint64 step, const char *what, double stored, double found)
{
  if (is_equal (stored, found))
    return true;
  verify_differs (verify, step, what, number_text (stored), number_text (found));
  return false;
}

/* --- Iterations --- */

static const ThawIterationRow *
row_of (const Verify *verify, gint64 step)
{
  gint64 first = verify->iterations->len > 0
                     ? g_array_index (verify->iterations, ThawIterationRow, 0).step
                     : 0;

  for (gint64 i = MAX (step - first, 0); i >= 0; i--) {
    const ThawIterationRow *row;
    if (i >= (gint64) verify->iterations->len)
      continue;
    row = &g_array_index (verify->iterations, ThawIterationRow, i);
    if (row->step == step)
      return row;
    if (row->step < step)
      return NULL;
  }
  return NULL;
}

static void
tell (Verify *verify, gint64 step)
{
  gint64 now = g_get_monotonic_time ();

  if (!verify->tell || now - verify->told_us < G_USEC_PER_SEC / 4)
    return;
  verify->told_us = now;
  fputc ('\r', stderr);
  fprintf (stderr, _ ("%d of %d iterations"), (int) (step - verify->from_step + 1),
           (int) (verify->to_step - verify->from_step));
  fflush (stderr);
}

static void
compare_iteration (Verify *verify, const ThawIteration *found)
{
  gint64 step = (gint64) found->step;
  const ThawIterationRow *stored = row_of (verify, step);
  g_autofree char *loss = g_strdup_printf (_ ("loss of iteration %d"), (int) step + 1);
  g_autofree char *lr = g_strdup_printf (_ ("learning rate of iteration %d"), (int) step + 1);

  verify->iterations_done++;
  if (stored == NULL)
    verify_differs (verify, step, loss, g_strdup (_ ("nothing")), number_text (found->loss));
  else if (compare (verify, step, loss, stored->loss, found->loss) &&
           compare (verify, step, lr, stored->lr, found->lr))
    verify->iterations_equal++;
}

static gboolean
end (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "over");
  return FALSE;
}

static gboolean
iteration_hook (void *user, const ThawIteration *iteration, GError **error)
{
  Verify *verify = user;

  if (signals_asked () != 0)
    return end (error);
  tell (verify, (gint64) iteration->step);
  compare_iteration (verify, iteration);
  return TRUE;
}

/* --- The epoch --- */

static void
figure (Verify *verify, const char *name, double stored, double found)
{
  g_autofree char *what = g_strdup_printf (_ ("%s of epoch %d"), name, verify->epoch + 1);

  verify->figures_done++;
  verify->figures_equal += compare (verify, verify->to_step, what, stored, found);
}

/* Under the names that 'thaw show --json' has. Times differ always. */
static void
compare_epoch (Verify *verify, const ThawEpoch *found)
{
  static const struct {
    const char *name;
    size_t stored, found;
  } figures[] = {
#define FIGURE(name) {#name, offsetof (ThawEpochRow, name), offsetof (ThawEpoch, name)}
      FIGURE (lr),         FIGURE (train_loss),     FIGURE (train_accuracy),
      FIGURE (clean_loss), FIGURE (clean_accuracy), FIGURE (loss),
      FIGURE (accuracy),   FIGURE (ema_loss),       FIGURE (ema_accuracy),
#undef FIGURE
  };
  const ThawEpochRow *stored = verify->row;

  figure (verify, "step", (double) stored->step, (double) found->step);
  figure (verify, "frozen", stored->frozen, found->frozen);
  figure (verify, "trainable", (double) stored->trainable, (double) found->trainable);
  for (size_t i = 0; i < G_N_ELEMENTS (figures); i++)
    figure (verify, figures[i].name,
            *(const double *) (const void *) ((const char *) stored + figures[i].stored),
            *(const double *) (const void *) ((const char *) found + figures[i].found));
  figure (verify, "best", stored->best, found->best);
}

/* The test is part of the last epoch's story. */
static bool
test_follows (const Verify *verify)
{
  const ThawRun *run = verify->session->run;

  return run->state == THAW_RUN_FINISHED && run->epochs_done == verify->epoch + 1 &&
         !isnan (run->test_accuracy);
}

static gboolean
epoch_hook (void *user,
            const ThawEpoch *epoch,
            const ThawCheckpointFile *last,
            const ThawCheckpointFile *best,
            GError **error)
{
  Verify *verify = user;
  bool of_best = verify->to != NULL && strcmp (verify->to->kind, "best") == 0;

  if (verify->row == NULL) { /* it ended where the run had stopped before */
    verify_differs (verify, (gint64) epoch->step, _ ("end of the epoch"), g_strdup (_ ("nothing")),
                    g_strdup_printf ("%" G_GUINT64_FORMAT, epoch->step));
    return end (error);
  }
  compare_epoch (verify, epoch);
  verify_files (verify, of_best ? best : last);
  verify->over = !test_follows (verify);
  return verify->over ? end (error) : TRUE;
}

static gboolean
checkpoint_hook (void *user, const ThawCheckpointFile *last, GError **error)
{
  Verify *verify = user;

  if (verify->row == NULL && (gint64) last->step == verify->to_step) {
    verify_files (verify, last);
    verify->over = true;
    return end (error);
  }
  return TRUE;
}

static gboolean
test_hook (void *user, double loss, double accuracy, const char *weights_kind, GError **error)
{
  Verify *verify = user;
  const ThawRun *run = verify->session->run;

  verify->tested = true;
  verify->figures_done += 2;
  verify->figures_equal +=
      compare (verify, verify->to_step, _ ("loss of the test"), run->test_loss, loss);
  verify->figures_equal +=
      compare (verify, verify->to_step, _ ("accuracy of the test"), run->test_accuracy, accuracy);
  verify->over = true;
  return TRUE;
}

/* --- Ends --- */

static gboolean
event_hook (void *user,
            ThawTrainEventKind kind,
            int epoch,
            uint64_t step,
            const char *detail,
            GError **error)
{
  Verify *verify = user;

  if (kind == THAW_EVENT_PAUSED && detail != NULL && verify->no_room == NULL)
    verify->no_room = g_strdup (detail);
  return TRUE;
}

static ThawAsk
ask_hook (void *user)
{
  const Verify *verify = user;
  bool reached =
      verify->row == NULL && verify->from_step + verify->iterations_done >= verify->to_step;

  return signals_asked () != 0 || verify->no_room != NULL || reached ? THAW_ASK_STOP
                                                                     : THAW_ASK_NOTHING;
}

ThawTrainHooks
verify_hooks (Verify *verify)
{
  return (ThawTrainHooks){
      .user = verify,
      .event = event_hook,
      .iteration = iteration_hook,
      .epoch = epoch_hook,
      .checkpoint = checkpoint_hook,
      .test = test_hook,
      .ask = ask_hook,
  };
}
