/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The moments of a run that charts mark and stories tell. */
#include "rows.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const struct {
  const char *event; /* as the trainer names it; NULL: ours */
  ThawMomentKind kind;
  bool marked;
  const char *label;
} kinds[] = {
    {"frozen", THAW_MOMENT_FROZEN, false, N_ ("frozen")},
    {"thawed", THAW_MOMENT_THAWED, true, N_ ("thaw")},
    {"rate-dropped", THAW_MOMENT_RATE_DROPPED, true, N_ ("rate drops")},
    {"paused", THAW_MOMENT_PAUSED, true, N_ ("pause")},
    {"resumed", THAW_MOMENT_RESUMED, true, N_ ("resumed")},
    {"stopped", THAW_MOMENT_STOPPED, false, N_ ("stopped")},
    {"not-finite", THAW_MOMENT_NOT_FINITE, true, N_ ("diverged")},
    {"test-opened", THAW_MOMENT_TEST_OPENED, false, N_ ("test set opened")},
    {"finished", THAW_MOMENT_FINISHED, false, N_ ("finished")},
    {NULL, THAW_MOMENT_BEST, true, N_ ("best")},
};

static void
moment_free (gpointer data)
{
  ThawMoment *moment = data;

  g_free (moment->detail);
  g_free (moment);
}

static ThawMoment *
add (GPtrArray *moments, guint kind, double steps, int epoch, const char *detail, gint64 at_ms)
{
  ThawMoment *moment = g_new0 (ThawMoment, 1);

  moment->kind = kinds[kind].kind;
  moment->marked = kinds[kind].marked;
  moment->label = _ (kinds[kind].label);
  moment->steps = steps;
  moment->epoch = epoch;
  moment->detail = g_strdup (detail);
  moment->at_ms = at_ms;
  g_ptr_array_add (moments, moment);
  return moment;
}

static void
add_event (GPtrArray *moments, const ThawEventRow *row)
{
  ThawMoment *last = moments->len > 0 ? moments->pdata[moments->len - 1] : NULL;

  if (strcmp (row->kind, "continued") == 0 && last != NULL && last->kind == THAW_MOMENT_PAUSED)
    return; /* the other end of the same pause */
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    if (g_strcmp0 (kinds[k].event, row->kind) == 0) {
      /* a loss is drawn where its step ends; one that was no number ended none */
      double steps = (double) row->step + (kinds[k].kind == THAW_MOMENT_NOT_FINITE);
      add (moments, k, steps, row->epoch, row->detail, row->at_ms);
      return;
    }
  ThawMoment *moment = g_new0 (ThawMoment, 1);
  moment->kind = THAW_MOMENT_OTHER;
  moment->steps = (double) row->step;
  moment->epoch = row->epoch;
  moment->label = g_intern_string (row->kind);
  moment->detail = g_strdup (row->detail);
  moment->at_ms = row->at_ms;
  g_ptr_array_add (moments, moment);
}

static void
add_best (GPtrArray *moments, const ThawRunRows *rows)
{
  for (guint i = 0; i < thaw_rows_n_epochs (rows); i++) {
    const ThawEpochRow *row = thaw_rows_epoch (rows, i);
    if (row->epoch != rows->run->best_epoch)
      continue;
    g_autofree char *percent = thaw_text_percent (row->accuracy);
    g_autofree char *detail =
        g_strdup_printf (strcmp (row->set, "test") == 0 ? _ ("%s on the test set, epoch %d")
                                                        : _ ("%s on validation, epoch %d"),
                         percent, row->epoch + 1);
    add (moments, G_N_ELEMENTS (kinds) - 1, (double) row->step, row->epoch, detail, 0);
  }
}

/* Attempts that no event tells of: a worker that was gone before it could say so. */
static void
add_seams (GPtrArray *moments, const ThawRunRows *rows)
{
  for (guint i = 1; i < thaw_rows_n_attempts (rows); i++) {
    const ThawAttemptRow *row = thaw_rows_attempt (rows, i);
    bool told = false;
    for (guint j = 0; j < moments->len; j++) {
      const ThawMoment *moment = moments->pdata[j];
      told |= moment->kind == THAW_MOMENT_RESUMED && moment->steps == (double) row->steps_done;
    }
    if (!told)
      for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
        if (kinds[k].kind == THAW_MOMENT_RESUMED)
          add (moments, k, (double) row->steps_done, row->epochs_done, NULL, row->began_ms);
  }
}

static int
by_steps (gconstpointer a, gconstpointer b)
{
  const ThawMoment *one = *(const ThawMoment *const *) a, *other = *(const ThawMoment *const *) b;

  return (one->steps > other->steps) - (one->steps < other->steps);
}

GPtrArray *
thaw_moments (const ThawRunRows *rows)
{
  GPtrArray *moments = g_ptr_array_new_with_free_func (moment_free);

  for (guint i = 0; i < thaw_rows_n_events (rows); i++)
    add_event (moments, thaw_rows_event (rows, i));
  add_seams (moments, rows);
  add_best (moments, rows);
  g_ptr_array_sort (moments, by_steps); /* stable: a merge sort */
  return moments;
}
