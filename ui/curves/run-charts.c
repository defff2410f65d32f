/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-charts.h"

#include "backbone.h"
#include "draft.h"
#include "x-axis.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A value of an epoch, and the series it goes to. */
typedef double (*EpochValue) (const ThawEpochRow *row);
enum { HEAD = 1, BATCH_NORM = 2 };
enum { TRAIN_LOSS, CLEAN_LOSS, LOSS, TRAIN_ACCURACY, CLEAN_ACCURACY, ACCURACY, N_EPOCH_SERIES };

struct _ThawRunCharts {
  ThawChart *charts[THAW_N_RUN_CHARTS]; /* not owned once taken */
  bool taken[THAW_N_RUN_CHARTS];
  ThawSeries *losses, *rates, *of_epochs[N_EPOCH_SERIES];
  ThawRecipe *recipe; /* (nullable) one that this program cannot read */
  GByteArray *blocks; /* what the rows of the strip are: HEAD, BATCH_NORM; NULL: not known */
  ThawTimeline *timeline;
  ThawXKind wanted, kind;
  double smoothing;
  int hue;
  guint n_iterations, n_epochs; /* fed */
  double end;                   /* of the axis, in steps */
};

const char *
thaw_run_chart_name (int which)
{
  static const char *const names[] = {N_ ("Loss of Every Iteration"), N_ ("Loss by Epoch"),
                                      N_ ("Accuracy"), N_ ("Learning Rate"), N_ ("Thaw Map")};

  return _ (names[which]);
}

/* --- Making them --- */

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

static const EpochValue epoch_values[N_EPOCH_SERIES] = {
    train_loss, clean_loss, loss, train_accuracy, clean_accuracy, accuracy,
};

static ThawChart *
new_strip (ThawRunCharts *self, const ThawRun *run)
{
  const ThawModel *model = self->recipe != NULL ? thaw_model_find (run->model) : NULL;
  const ThawBackbone *backbone =
      model != NULL ? thaw_backbone_get (model, 10, self->recipe->data.size) : NULL;
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  if (backbone == NULL) {
    g_ptr_array_add (rows, (gpointer) _ ("backbone"));
    g_ptr_array_add (rows, (gpointer) _ ("head"));
  } else {
    self->blocks = g_byte_array_new ();
    for (guint i = 0; i < backbone->blocks->len; i++) {
      const ThawBlock *block = &g_array_index (backbone->blocks, ThawBlock, i);
      guint8 what = (guint8) ((block->head ? HEAD : 0) | (block->batch_norm ? BATCH_NORM : 0));
      g_byte_array_append (self->blocks, &what, 1);
      g_ptr_array_add (rows, block->name);
    }
  }
  return thaw_strip_new (thaw_run_chart_name (THAW_RUN_CHART_STRIP), "",
                         (const char *const *) rows->pdata, rows->len);
}

static void
add_epoch_line (ThawRunCharts *self, int chart, int series, const char *label, int hue, int dash)
{
  thaw_chart_add_line (self->charts[chart], self->of_epochs[series],
                       &(ThawLook){.label = label, .hue = hue, .dash = dash, .marker = true});
}

/* What the epochs are measured on is written in the recipe. */
static void
add_lines (ThawRunCharts *self)
{
  bool clean = self->recipe == NULL || self->recipe->evaluate.clean_train;
  bool test = self->recipe != NULL && self->recipe->evaluate.set == THAW_EVAL_TEST;
  const char *set = test ? _ ("test") : _ ("validation");
  int other = self->hue + 1, third = self->hue + 2;

  thaw_chart_add_line (self->charts[THAW_RUN_CHART_ITERATIONS], self->losses,
                       &(ThawLook){.label = _ ("train"), .hue = self->hue});
  thaw_chart_add_line (self->charts[THAW_RUN_CHART_RATE], self->rates,
                       &(ThawLook){.hue = self->hue});
  add_epoch_line (self, THAW_RUN_CHART_LOSS, LOSS, set, self->hue, 0);
  add_epoch_line (self, THAW_RUN_CHART_LOSS, TRAIN_LOSS, _ ("train"), other, 1);
  add_epoch_line (self, THAW_RUN_CHART_ACCURACY, ACCURACY, set, self->hue, 0);
  add_epoch_line (self, THAW_RUN_CHART_ACCURACY, TRAIN_ACCURACY, _ ("train"), other, 1);
  if (clean) {
    add_epoch_line (self, THAW_RUN_CHART_LOSS, CLEAN_LOSS, _ ("train, clean pass"), third, 2);
    add_epoch_line (self, THAW_RUN_CHART_ACCURACY, CLEAN_ACCURACY, _ ("train, clean pass"), third,
                    2);
  }
  thaw_chart_set_gap (self->charts[THAW_RUN_CHART_ACCURACY], clean ? 2 : 1, 0);
}

ThawRunCharts *
thaw_run_charts_new (const ThawRun *run, int hue)
{
  ThawRunCharts *self = g_new0 (ThawRunCharts, 1);

  self->hue = hue;
  self->wanted = self->kind = THAW_X_EPOCH;
  self->recipe = thaw_recipe_parse (run->recipe, -1, run->name, thaw_ui_catalogues (), NULL);
  self->losses = thaw_series_new ();
  self->rates = thaw_series_new ();
  for (int i = 0; i < N_EPOCH_SERIES; i++)
    self->of_epochs[i] = thaw_series_new ();
  for (int i = 0; i < THAW_RUN_CHART_STRIP; i++)
    self->charts[i] = thaw_chart_new (thaw_run_chart_name (i), "", "");
  self->charts[THAW_RUN_CHART_STRIP] = new_strip (self, run);
  thaw_chart_set_labels (self->charts[THAW_RUN_CHART_ITERATIONS], NULL, NULL, _ ("loss"));
  thaw_chart_set_labels (self->charts[THAW_RUN_CHART_LOSS], NULL, NULL, _ ("loss"));
  thaw_chart_set_labels (self->charts[THAW_RUN_CHART_ACCURACY], NULL, NULL, _ ("accuracy"));
  thaw_chart_set_labels (self->charts[THAW_RUN_CHART_RATE], NULL, NULL, _ ("learning rate"));
  thaw_chart_set_percent (self->charts[THAW_RUN_CHART_ACCURACY], true);
  thaw_chart_set_y_log (self->charts[THAW_RUN_CHART_RATE], true);
  add_lines (self);
  return self;
}

void
thaw_run_charts_free (ThawRunCharts *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++)
    if (!self->taken[i])
      thaw_chart_free (self->charts[i]);
  for (int i = 0; i < N_EPOCH_SERIES; i++)
    thaw_series_unref (self->of_epochs[i]);
  thaw_series_unref (self->losses);
  thaw_series_unref (self->rates);
  thaw_timeline_free (self->timeline);
  thaw_recipe_free (self->recipe);
  g_clear_pointer (&self->blocks, g_byte_array_unref);
  g_free (self);
}

ThawChart *
thaw_run_charts_take (ThawRunCharts *self, int which)
{
  self->taken[which] = true;
  return self->charts[which];
}

/* --- Points --- */

static double
x_of (const ThawRunCharts *self, double steps)
{
  return thaw_timeline_x (self->timeline, self->kind, steps);
}

static void
add_iterations (ThawRunCharts *self, const GArray *rows)
{
  guint n = rows != NULL ? rows->len : 0, new_rows = n - self->n_iterations;
  g_autofree ThawPoint *losses = g_new (ThawPoint, MAX (new_rows, 1));
  g_autofree ThawPoint *rates = g_new (ThawPoint, MAX (new_rows, 1));

  for (guint i = 0; i < new_rows; i++) {
    const ThawIterationRow *row = &g_array_index (rows, ThawIterationRow, self->n_iterations + i);
    double x = x_of (self, (double) row->step + 1);
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
  case CLEAN_LOSS:
  case CLEAN_ACCURACY:
    return isfinite (row->clean_accuracy);
  case LOSS:
  case ACCURACY:
    return isfinite (row->accuracy);
  default:
    return true;
  }
}

static void
add_epochs (ThawRunCharts *self, const GArray *rows)
{
  guint n = rows != NULL ? rows->len : 0;

  for (guint i = self->n_epochs; i < n; i++) {
    const ThawEpochRow *row = &g_array_index (rows, ThawEpochRow, i);
    for (int s = 0; s < N_EPOCH_SERIES; s++) {
      ThawPoint point = {x_of (self, (double) row->step), epoch_values[s](row)};
      if (measured (row, s))
        thaw_series_append (self->of_epochs[s], &point, 1);
    }
  }
  self->n_epochs = n;
}

static void
forget_points (ThawRunCharts *self)
{
  thaw_series_truncate (self->losses, 0);
  thaw_series_truncate (self->rates, 0);
  for (int i = 0; i < N_EPOCH_SERIES; i++)
    thaw_series_truncate (self->of_epochs[i], 0);
  self->n_iterations = self->n_epochs = 0;
}

/* --- Shades and marks --- */

static void
mark (ThawRunCharts *self, const ThawRunRows *rows, const ThawMoment *moment)
{
  double x = x_of (self, moment->steps);
  bool seam = moment->kind == THAW_MOMENT_PAUSED || moment->kind == THAW_MOMENT_RESUMED;
  bool best = moment->kind == THAW_MOMENT_BEST;

  for (int i = 0; i < THAW_RUN_CHART_STRIP; i++) {
    bool drop = moment->kind == THAW_MOMENT_RATE_DROPPED;
    bool told = drop   ? i == THAW_RUN_CHART_RATE
                : seam ? i == THAW_RUN_CHART_ITERATIONS
                       : i != THAW_RUN_CHART_RATE;
    if (best && i != THAW_RUN_CHART_ACCURACY)
      continue;
    thaw_chart_add_mark (self->charts[i],
                         best   ? THAW_MARK_BEST
                         : seam ? THAW_MARK_SEAM
                                : THAW_MARK_LINE,
                         x, best ? rows->run->best_accuracy : NAN, best ? self->hue : -1,
                         told ? moment->label : NULL);
  }
}

static void
note (ThawRunCharts *self, const ThawRunRows *rows)
{
  gint64 frozen = thaw_frozen_steps (rows, NULL);
  g_autoptr (GPtrArray) moments = thaw_moments (rows);

  for (int i = 0; i < THAW_RUN_CHART_STRIP; i++) {
    thaw_chart_clear_notes (self->charts[i]);
    if (frozen > 0)
      thaw_chart_shade (self->charts[i], 0, x_of (self, (double) frozen),
                        i == THAW_RUN_CHART_RATE ? NULL : _ ("frozen"));
  }
  for (guint i = 0; i < moments->len; i++) {
    const ThawMoment *moment = moments->pdata[i];
    if (moment->marked && moment->steps > 0)
      mark (self, rows, moment);
  }
}

/* --- The thaw map --- */

static ThawCellKind
kind_of (const ThawRunCharts *self, guint row, guint n_rows, bool frozen)
{
  guint8 what = self->blocks != NULL ? self->blocks->data[row] : row + 1 == n_rows ? HEAD : 0;
  bool moves = self->recipe != NULL && self->recipe->freeze.batch_norm == THAW_BN_UPDATE;

  if (!frozen || (what & HEAD))
    return THAW_CELL_TRAINING;
  return moves && (what & BATCH_NORM) ? THAW_CELL_STATISTICS : THAW_CELL_FROZEN;
}

static void
add_cells (ThawRunCharts *self, double from, double to, bool frozen, double rate)
{
  ThawChart *strip = self->charts[THAW_RUN_CHART_STRIP];
  guint n_rows = (guint) thaw_strip_n_rows (strip);

  if (!(to > from))
    return;
  for (guint r = 0; r < n_rows; r++) {
    ThawCellKind kind = kind_of (self, r, n_rows, frozen);
    thaw_strip_add_cell (strip, r, x_of (self, from), x_of (self, to), kind,
                         kind == THAW_CELL_TRAINING ? rate : 0);
  }
}

static void
map (ThawRunCharts *self, const ThawRunRows *rows)
{
  double from = 0, start = 0, rate = 0;
  bool frozen = false, still;
  guint n = rows->epochs != NULL ? rows->epochs->len : 0;
  guint done = rows->iterations != NULL ? rows->iterations->len : 0;

  thaw_frozen_steps (rows, &still);
  thaw_chart_clear (self->charts[THAW_RUN_CHART_STRIP]);
  for (guint i = 0; i < n; i++) { /* epochs of one rate and phase are one cell */
    const ThawEpochRow *row = &g_array_index (rows->epochs, ThawEpochRow, i);
    if (i > 0 && (row->frozen != frozen || row->lr != rate)) {
      add_cells (self, start, from, frozen, rate);
      start = from;
    }
    frozen = row->frozen, rate = row->lr, from = (double) row->step;
  }
  add_cells (self, start, from, frozen, rate);
  if (done > 0) { /* the epoch that is being trained */
    const ThawIterationRow *last = &g_array_index (rows->iterations, ThawIterationRow, done - 1);
    add_cells (self, from, (double) last->step + 1, still, last->lr);
  }
}

/* --- All together --- */

static ThawXKind
choose_kind (const ThawRunCharts *self)
{
  if (thaw_timeline_knows (self->timeline, self->wanted))
    return self->wanted;
  return THAW_X_STEP;
}

static bool
live (const ThawRun *run)
{
  return run->state == THAW_RUN_STARTING || run->state == THAW_RUN_RUNNING ||
         run->state == THAW_RUN_PAUSED;
}

/* The end of the axis: that of the epoch that is being trained, so that a live axis does not move
 * with every iteration. */
static double
find_end (const ThawRunCharts *self, const ThawRunRows *rows)
{
  double per_epoch = thaw_timeline_steps_per_epoch (self->timeline), steps = 0;

  if (rows->iterations != NULL && rows->iterations->len > 0)
    steps = (double) g_array_index (rows->iterations, ThawIterationRow, rows->iterations->len - 1)
                .step +
            1;
  if (rows->epochs != NULL && rows->epochs->len > 0)
    steps = MAX (steps,
                 (double) g_array_index (rows->epochs, ThawEpochRow, rows->epochs->len - 1).step);
  if (live (rows->run) && isfinite (per_epoch))
    return MAX (ceil (steps / per_epoch), 1) * per_epoch;
  return MAX (steps, 1);
}

static void
smooth (ThawRunCharts *self)
{
  double per_epoch = thaw_timeline_steps_per_epoch (self->timeline);
  ThawLook look = *thaw_chart_line_look (self->charts[THAW_RUN_CHART_ITERATIONS], 0);
  g_autofree char *label = g_strdup (look.label);
  g_autofree char *text = NULL;

  look.label = label;
  look.smooth = 0;
  look.smooth_text = NULL;
  if (self->smoothing > 0 && isfinite (per_epoch)) {
    look.smooth = (int) MAX (lround (self->smoothing * per_epoch), 2);
    text = g_strdup_printf (
        ngettext ("mean of %g epoch", "mean of %g epochs", self->smoothing == 1 ? 1 : 2),
        self->smoothing);
    look.smooth_text = text;
  }
  thaw_chart_set_line_look (self->charts[THAW_RUN_CHART_ITERATIONS], 0, &look);
}

void
thaw_run_charts_feed (ThawRunCharts *self, const ThawRunRows *rows)
{
  guint n_iterations = rows->iterations != NULL ? rows->iterations->len : 0;
  guint n_epochs = rows->epochs != NULL ? rows->epochs->len : 0;
  ThawXKind before = self->kind;
  bool places_moved;

  thaw_timeline_free (self->timeline);
  self->timeline = thaw_timeline_new (rows);
  self->kind = choose_kind (self);
  places_moved =
      n_epochs != self->n_epochs && (self->kind == THAW_X_TIME || self->kind == THAW_X_IMAGES);
  if (self->kind != before || places_moved || n_iterations < self->n_iterations ||
      n_epochs < self->n_epochs)
    forget_points (self);
  add_iterations (self, rows->iterations);
  add_epochs (self, rows->epochs);
  self->end = find_end (self, rows);
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++) {
    thaw_chart_set_x_unit (self->charts[i], thaw_x_axis_unit (self->kind));
    thaw_chart_set_labels (self->charts[i], NULL,
                           i == THAW_RUN_CHART_STRIP ? thaw_x_label (self->kind) : NULL, NULL);
  }
  smooth (self);
  note (self, rows);
  map (self, rows);
}

void
thaw_run_charts_set_x (ThawRunCharts *self, ThawXKind kind)
{
  self->wanted = kind;
}

void
thaw_run_charts_set_smoothing (ThawRunCharts *self, double epochs)
{
  self->smoothing = epochs;
  if (self->timeline != NULL)
    smooth (self);
}

void
thaw_run_charts_set_log (ThawRunCharts *self, bool log)
{
  thaw_chart_set_y_log (self->charts[THAW_RUN_CHART_ITERATIONS], log);
  thaw_chart_set_y_log (self->charts[THAW_RUN_CHART_LOSS], log);
}

ThawXKind
thaw_run_charts_x (const ThawRunCharts *self)
{
  return self->kind;
}

const ThawTimeline *
thaw_run_charts_timeline (const ThawRunCharts *self)
{
  return self->timeline;
}

ThawRange
thaw_run_charts_full (const ThawRunCharts *self)
{
  double hi = self->timeline != NULL ? x_of (self, self->end) : 1;

  return (ThawRange){0, hi > 0 && isfinite (hi) ? hi : 1};
}
