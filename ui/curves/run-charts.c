/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-charts.h"

#include "backbone.h"
#include "draft.h"
#include "run-series.h"
#include "x-axis.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A row of the thaw map. */
typedef struct {
  int number; /* of the freeze plan's blocks; 0: the head */
  bool batch_norm;
} Row;

struct _ThawRunCharts {
  ThawChart *charts[THAW_N_RUN_CHARTS]; /* not owned once taken */
  bool taken[THAW_N_RUN_CHARTS];
  ThawRunSeries series;
  ThawRecipe *recipe; /* (nullable) one that this program cannot read */
  GArray *rows;       /* of Row */
  ThawXKind wanted;
  double smoothing;
  int hue;
  double end; /* of the axis, in steps */
};

const char *
thaw_run_chart_name (int which)
{
  static const char *const names[] = {N_ ("Iteration Loss"), N_ ("Epoch Loss"), N_ ("Accuracy"),
                                      N_ ("Learning Rate"), N_ ("Thaw Map")};

  return _ (names[which]);
}

/* --- Making them --- */

static ThawChart *
new_strip (ThawRunCharts *self, const ThawRun *run)
{
  const ThawModel *model = self->recipe != NULL ? thaw_model_find (run->model) : NULL;
  const ThawBackbone *backbone =
      model != NULL ? thaw_backbone_get (model, 10, self->recipe->data.size) : NULL;
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  if (backbone == NULL) {
    const Row body = {1, false}, head = {0, false};
    g_array_append_val (self->rows, body);
    g_array_append_val (self->rows, head);
    g_ptr_array_add (rows, (gpointer) _ ("backbone"));
    g_ptr_array_add (rows, (gpointer) _ ("head"));
  }
  for (guint i = 0; backbone != NULL && i < backbone->blocks->len; i++) {
    const ThawBlock *block = &g_array_index (backbone->blocks, ThawBlock, i);
    const Row row = {block->number, block->batch_norm};
    g_array_append_val (self->rows, row);
    g_ptr_array_add (rows, block->name);
  }
  return thaw_strip_new (thaw_run_chart_name (THAW_RUN_CHART_STRIP), "",
                         (const char *const *) rows->pdata, rows->len);
}

static void
add_epoch_line (ThawRunCharts *self, int chart, int series, const char *label, int hue, int dash)
{
  thaw_chart_add_line (self->charts[chart], self->series.of_epochs[series],
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

  thaw_chart_add_line (self->charts[THAW_RUN_CHART_ITERATIONS], self->series.losses,
                       &(ThawLook){.label = _ ("train"), .hue = self->hue});
  thaw_chart_add_line (self->charts[THAW_RUN_CHART_RATE], self->series.rates,
                       &(ThawLook){.hue = self->hue});
  add_epoch_line (self, THAW_RUN_CHART_LOSS, THAW_OF_LOSS, set, self->hue, 0);
  add_epoch_line (self, THAW_RUN_CHART_LOSS, THAW_OF_TRAIN_LOSS, _ ("train"), other, 1);
  add_epoch_line (self, THAW_RUN_CHART_ACCURACY, THAW_OF_ACCURACY, set, self->hue, 0);
  add_epoch_line (self, THAW_RUN_CHART_ACCURACY, THAW_OF_TRAIN_ACCURACY, _ ("train"), other, 1);
  if (clean) {
    add_epoch_line (self, THAW_RUN_CHART_LOSS, THAW_OF_CLEAN_LOSS, _ ("train (clean pass)"), third,
                    2);
    add_epoch_line (self, THAW_RUN_CHART_ACCURACY, THAW_OF_CLEAN_ACCURACY, _ ("train (clean pass)"),
                    third, 2);
  }
  thaw_chart_set_gap (self->charts[THAW_RUN_CHART_ACCURACY], clean ? 2 : 1, 0);
}

ThawRunCharts *
thaw_run_charts_new (const ThawRun *run, int hue)
{
  ThawRunCharts *self = g_new0 (ThawRunCharts, 1);

  self->hue = hue;
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  self->wanted = THAW_X_EPOCH;
  self->recipe = thaw_recipe_parse (run->recipe, -1, run->name, thaw_catalogues (), NULL);
  thaw_run_series_init (&self->series);
  self->series.kind = self->wanted;
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
  thaw_run_series_clear (&self->series);
  thaw_recipe_free (self->recipe);
  g_array_unref (self->rows);
  g_free (self);
}

ThawChart *
thaw_run_charts_take (ThawRunCharts *self, int which)
{
  self->taken[which] = true;
  return self->charts[which];
}

static double
x_of (const ThawRunCharts *self, double steps)
{
  return thaw_run_series_x (&self->series, steps);
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

/* What epochs of one kind have in common. */
typedef struct {
  int blocks; /* that train beside the head; -1: all */
  double rate;
} Stretch;

/* The phase is what the run says; which blocks, its recipe. */
static Stretch
stretch_of (const ThawRunCharts *self, int epoch, bool frozen, double rate)
{
  int blocks = self->recipe != NULL ? thaw_plan_blocks (self->recipe, epoch) : 0;

  return (Stretch){frozen ? MAX (blocks, 0) : -1, rate};
}

static void
add_cells (ThawRunCharts *self, double from, double to, Stretch stretch)
{
  ThawChart *strip = self->charts[THAW_RUN_CHART_STRIP];
  const ThawRecipe *recipe = self->recipe;
  bool moves = recipe != NULL && recipe->freeze.batch_norm == THAW_BN_UPDATE;

  if (!(to > from))
    return;
  for (guint r = 0; r < self->rows->len; r++) {
    const Row *row = &g_array_index (self->rows, Row, r);
    bool trains = stretch.blocks < 0 || row->number <= stretch.blocks;
    double share = recipe != NULL ? thaw_plan_share (recipe, row->number) : 1;
    thaw_strip_add_cell (strip, r, x_of (self, from), x_of (self, to),
                         trains                     ? THAW_CELL_TRAINING
                         : moves && row->batch_norm ? THAW_CELL_STATISTICS
                                                    : THAW_CELL_FROZEN,
                         trains ? stretch.rate * share : 0);
  }
}

static void
map (ThawRunCharts *self, const ThawRunRows *rows)
{
  double from = 0, start = 0;
  Stretch now = {0};
  bool still;
  guint n = rows->epochs != NULL ? rows->epochs->len : 0;
  guint done = rows->iterations != NULL ? rows->iterations->len : 0;

  thaw_frozen_steps (rows, &still);
  thaw_chart_clear (self->charts[THAW_RUN_CHART_STRIP]);
  for (guint i = 0; i < n; i++) { /* epochs of one rate and phase are one cell */
    const ThawEpochRow *row = &g_array_index (rows->epochs, ThawEpochRow, i);
    Stretch next = stretch_of (self, row->epoch, row->frozen, row->lr);
    if (i > 0 && (next.blocks != now.blocks || next.rate != now.rate)) {
      add_cells (self, start, from, now);
      start = from;
    }
    now = next, from = (double) row->step;
  }
  add_cells (self, start, from, now);
  if (done > 0) { /* the epoch that is being trained */
    const ThawIterationRow *last = &g_array_index (rows->iterations, ThawIterationRow, done - 1);
    add_cells (self, from, (double) last->step + 1,
               stretch_of (self, last->epoch, still, last->lr));
  }
}

/* --- All together --- */

static ThawXKind
choose_kind (const ThawRunCharts *self)
{
  if (thaw_timeline_knows (self->series.timeline, self->wanted))
    return self->wanted;
  return THAW_X_STEP;
}

static void
smooth (ThawRunCharts *self)
{
  ThawLook look = *thaw_chart_line_look (self->charts[THAW_RUN_CHART_ITERATIONS], 0);
  g_autofree char *label = g_strdup (look.label);
  g_autofree char *text = NULL;

  look.label = label;
  look.smooth = thaw_run_series_window (&self->series, self->smoothing);
  look.smooth_text = NULL;
  if (look.smooth > 0) {
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
  thaw_run_series_look (&self->series, rows);
  thaw_run_series_take (&self->series, rows, choose_kind (self));
  self->end = thaw_run_series_end (&self->series, rows);
  for (int i = 0; i < THAW_N_RUN_CHARTS; i++) {
    thaw_chart_set_x_unit (self->charts[i], thaw_x_axis_unit (self->series.kind));
    thaw_chart_set_labels (self->charts[i], NULL, thaw_x_label (self->series.kind), NULL);
    thaw_chart_set_x_label_drawn (self->charts[i], i == THAW_RUN_CHART_STRIP);
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
  if (self->series.timeline != NULL)
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
  return self->series.kind;
}

const ThawTimeline *
thaw_run_charts_timeline (const ThawRunCharts *self)
{
  return self->series.timeline;
}

ThawRange
thaw_run_charts_full (const ThawRunCharts *self)
{
  double hi = self->series.timeline != NULL ? x_of (self, self->end) : 1;

  return (ThawRange){0, hi > 0 && isfinite (hi) ? hi : 1};
}
