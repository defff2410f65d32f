/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-series.h"

#include <math.h>

typedef double (*EpochValue) (const ThawEpochRow *row);

static double
train_loss (const ThawEpochRow *row)
{
  return row->train_loss;
}
static double
clean_loss (const ThawEpochRow *row)
{
  return row->clean_loss;
}
static double
loss (const ThawEpochRow *row)
{
  return row->loss;
}
static double
train_accuracy (const ThawEpochRow *row)
{
  return row->train_accuracy;
}
static double
clean_accuracy (const ThawEpochRow *row)
{
  return row->clean_accuracy;
}
static double
accuracy (const ThawEpochRow *row)
{
  return row->accuracy;
}

static const EpochValue epoch_values[THAW_N_OF_EPOCHS] = {
    train_loss, clean_loss, loss, train_accuracy, clean_accuracy, accuracy,
};

void
thaw_run_series_init (ThawRunSeries *self)
{
  *self = (ThawRunSeries){.losses = thaw_series_new (), .rates = thaw_series_new ()};
  for (int i = 0; i < THAW_N_OF_EPOCHS; i++)
    self->of_epochs[i] = thaw_series_new ();
}

void
thaw_run_series_clear (ThawRunSeries *self)
{
  g_clear_pointer (&self->losses, thaw_series_unref);
  g_clear_pointer (&self->rates, thaw_series_unref);
  for (int i = 0; i < THAW_N_OF_EPOCHS; i++)
    g_clear_pointer (&self->of_epochs[i], thaw_series_unref);
  g_clear_pointer (&self->timeline, thaw_timeline_free);
}

double
thaw_run_series_x (const ThawRunSeries *self, double steps)
{
  return thaw_timeline_x (self->timeline, self->kind, steps);
}

static void
add_iterations (ThawRunSeries *self, const GArray *rows)
{
  guint n = rows != NULL ? rows->len : 0;
  guint new_rows = n > self->n_iterations ? n - self->n_iterations : 0;
  g_autofree ThawPoint *losses = g_new (ThawPoint, MAX (new_rows, 1));
  g_autofree ThawPoint *rates = g_new (ThawPoint, MAX (new_rows, 1));

  for (guint i = 0; i < new_rows; i++) {
    const ThawIterationRow *row = &g_array_index (rows, ThawIterationRow, self->n_iterations + i);
    double x = thaw_run_series_x (self, (double) row->step + 1);
    losses[i] = (ThawPoint){x, row->loss};
    rates[i] = (ThawPoint){x, row->lr};
  }
  thaw_series_append (self->losses, losses, new_rows);
  thaw_series_append (self->rates, rates, new_rows);
  self->n_iterations = n;
}

/* An accuracy of NaN says that the pair was not measured: no point, and no mark of a lost number.
 */
static bool
measured (const ThawEpochRow *row, int series)
{
  switch (series) {
  case THAW_OF_CLEAN_LOSS:
  case THAW_OF_CLEAN_ACCURACY:
    return isfinite (row->clean_accuracy);
  case THAW_OF_LOSS:
  case THAW_OF_ACCURACY:
    return isfinite (row->accuracy);
  default:
    return true;
  }
}

static void
add_epochs (ThawRunSeries *self, const GArray *rows)
{
  guint n = rows != NULL ? rows->len : 0;

  for (guint i = self->n_epochs; i < n; i++) {
    const ThawEpochRow *row = &g_array_index (rows, ThawEpochRow, i);
    for (int s = 0; s < THAW_N_OF_EPOCHS; s++) {
      ThawPoint point = {thaw_run_series_x (self, (double) row->step), epoch_values[s](row)};
      if (measured (row, s))
        thaw_series_append (self->of_epochs[s], &point, 1);
    }
  }
  self->n_epochs = n;
}

static void
forget_points (ThawRunSeries *self)
{
  thaw_series_truncate (self->losses, 0);
  thaw_series_truncate (self->rates, 0);
  for (int i = 0; i < THAW_N_OF_EPOCHS; i++)
    thaw_series_truncate (self->of_epochs[i], 0);
  self->n_iterations = self->n_epochs = 0;
}

static guint
length (const GArray *rows)
{
  return rows != NULL ? rows->len : 0;
}

void
thaw_run_series_look (ThawRunSeries *self, const ThawRunRows *rows)
{
  g_clear_pointer (&self->timeline, thaw_timeline_free);
  self->timeline = thaw_timeline_new (rows);
}

bool
thaw_run_series_take (ThawRunSeries *self, const ThawRunRows *rows, ThawXKind kind)
{
  bool measured = kind == THAW_X_TIME || kind == THAW_X_IMAGES; /* an epoch's end puts them right */
  bool anew = kind != self->kind || length (rows->iterations) < self->n_iterations ||
              length (rows->epochs) < self->n_epochs ||
              (measured && length (rows->epochs) != self->n_epochs);

  if (anew)
    forget_points (self);
  self->kind = kind;
  add_iterations (self, rows->iterations);
  add_epochs (self, rows->epochs);
  return anew;
}

static bool
live (const ThawRun *run)
{
  return run->state == THAW_RUN_STARTING || run->state == THAW_RUN_RUNNING ||
         run->state == THAW_RUN_PAUSED;
}

double
thaw_run_series_end (const ThawRunSeries *self, const ThawRunRows *rows)
{
  double per_epoch = thaw_timeline_steps_per_epoch (self->timeline), steps = 0;
  guint iterations = length (rows->iterations), epochs = length (rows->epochs);

  if (iterations > 0)
    steps = (double) g_array_index (rows->iterations, ThawIterationRow, iterations - 1).step + 1;
  if (epochs > 0)
    steps = MAX (steps, (double) g_array_index (rows->epochs, ThawEpochRow, epochs - 1).step);
  if (live (rows->run) && isfinite (per_epoch))
    return MAX (ceil (steps / per_epoch), 1) * per_epoch;
  return MAX (steps, 1);
}

int
thaw_run_series_window (const ThawRunSeries *self, double epochs)
{
  double per_epoch = thaw_timeline_steps_per_epoch (self->timeline);

  return epochs > 0 && isfinite (per_epoch) ? (int) MAX (lround (epochs * per_epoch), 2) : 0;
}
