/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare-charts.h"

#include "x-axis.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MEAN_POINTS 1000

typedef struct {
  char *name;
  int hue, dash;
  ThawRunSeries series;
} Side;

struct _ThawCompareCharts {
  ThawChart *charts[THAW_N_COMPARE_CHARTS]; /* not owned once taken */
  bool taken[THAW_N_COMPARE_CHARTS];
  Side *sides;
  int n;
  int *group; /* of each run */
  int n_groups;
  ThawXKind wanted, kind;
  ThawCost cost;
  double smoothing, full;
  bool lined; /* lines stand for the groups as they are now */
};

const char *
thaw_compare_chart_name (int which)
{
  static const char *const names[] = {N_ ("Accuracy"), N_ ("Epoch Loss"), N_ ("Iteration Loss"),
                                      N_ ("Accuracy and Cost")};

  return _ (names[which]);
}

const char *
thaw_cost_name (ThawCost cost)
{
  static const char *const names[] = {N_ ("Parameters"), N_ ("MACs an image"),
                                      N_ ("Size of the weights"), N_ ("Training time of an image")};

  return _ (names[cost]);
}

/* Runs of one hue are told apart by their dash. */
static int
dash_of (const int *hues, int i)
{
  int before = 0;

  for (int j = 0; j < i; j++)
    before += hues[j] % THAW_N_HUES == hues[i] % THAW_N_HUES;
  return before % 3;
}

ThawCompareCharts *
thaw_compare_charts_new (const char *const *names, const int *hues, int n)
{
  ThawCompareCharts *self = g_new0 (ThawCompareCharts, 1);

  self->n = n;
  self->sides = g_new0 (Side, n);
  self->group = g_new0 (int, n);
  self->wanted = self->kind = THAW_X_EPOCH;
  for (int i = 0; i < n; i++) {
    self->sides[i].name = g_strdup (names[i]);
    self->sides[i].hue = hues[i];
    self->sides[i].dash = dash_of (hues, i);
    thaw_run_series_init (&self->sides[i].series);
    self->sides[i].series.kind = self->kind;
  }
  for (int c = 0; c < THAW_COMPARE_SCATTER; c++)
    self->charts[c] = thaw_chart_new (thaw_compare_chart_name (c), "",
                                      c == THAW_COMPARE_ACCURACY ? _ ("accuracy") : _ ("loss"));
  self->charts[THAW_COMPARE_SCATTER] =
      thaw_scatter_new (thaw_compare_chart_name (THAW_COMPARE_SCATTER), "", _ ("best accuracy"));
  thaw_chart_set_percent (self->charts[THAW_COMPARE_ACCURACY], true);
  thaw_chart_set_y_unit (self->charts[THAW_COMPARE_SCATTER], THAW_UNIT_PERCENT);
  thaw_compare_charts_set_groups (self, NULL);
  return self;
}

void
thaw_compare_charts_free (ThawCompareCharts *self)
{
  if (self == NULL)
    return;
  for (int c = 0; c < THAW_N_COMPARE_CHARTS; c++)
    if (!self->taken[c])
      thaw_chart_free (self->charts[c]);
  for (int i = 0; i < self->n; i++) {
    thaw_run_series_clear (&self->sides[i].series);
    g_free (self->sides[i].name);
  }
  g_free (self->sides);
  g_free (self->group);
  g_free (self);
}

ThawChart *
thaw_compare_charts_take (ThawCompareCharts *self, int which)
{
  self->taken[which] = true;
  return self->charts[which];
}

void
thaw_compare_charts_set_groups (ThawCompareCharts *self, const int *group)
{
  self->n_groups = 0;
  for (int i = 0; i < self->n; i++) {
    self->group[i] = group != NULL ? group[i] : i;
    self->n_groups = MAX (self->n_groups, self->group[i] + 1);
  }
  self->lined = false;
}

/* --- Lines: one a run, or mean and band a group --- */

static int
first_of (const ThawCompareCharts *self, int group)
{
  for (int i = 0; i < self->n; i++)
    if (self->group[i] == group)
      return i;
  g_return_val_if_reached (0);
}

static int
size_of (const ThawCompareCharts *self, int group)
{
  int n = 0;

  for (int i = 0; i < self->n; i++)
    n += self->group[i] == group;
  return n;
}

static char *
group_name (const ThawCompareCharts *self, int group)
{
  int n = size_of (self, group);
  const char *name = self->sides[first_of (self, group)].name;

  if (n == 1)
    return g_strdup (name);
  /* Translators: the name of a run, and how many runs of its recipe with other seeds stand with it.
   */
  return g_strdup_printf (
      ngettext ("%s, mean with %d other", "%s, mean with %d others", (gulong) (n - 1)), name,
      n - 1);
}

static ThawSeries *
series_of (const ThawCompareCharts *self, int run, int chart)
{
  return self->sides[run]
      .series.of_epochs[chart == THAW_COMPARE_ACCURACY ? THAW_OF_ACCURACY : THAW_OF_LOSS];
}

static GArray *
curve_of (ThawSeries *series)
{
  size_t n = thaw_series_length (series);
  const ThawPoint *points = thaw_series_points (series);
  GArray *curve = g_array_sized_new (FALSE, FALSE, sizeof (ThawXY), (guint) n);

  for (size_t i = 0; i < n; i++) {
    ThawXY at = {points[i].x, points[i].y};
    g_array_append_val (curve, at);
  }
  return curve;
}

static void
add_mean (ThawCompareCharts *self, int group, int chart)
{
  g_autoptr (GPtrArray) curves = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (ThawSeries) mean = thaw_series_new (), lower = thaw_series_new (),
                         upper = thaw_series_new ();
  g_autoptr (GArray) points = NULL;
  g_autofree char *name = group_name (self, group);
  const Side *side = &self->sides[first_of (self, group)];

  for (int i = 0; i < self->n; i++)
    if (self->group[i] == group)
      g_ptr_array_add (curves, curve_of (series_of (self, i, chart)));
  points = thaw_mean_curve ((const GArray *const *) curves->pdata, curves->len, MEAN_POINTS);
  for (guint k = 0; k < points->len; k++) {
    const ThawMeanPoint *point = &g_array_index (points, ThawMeanPoint, k);
    double spread = isfinite (point->deviation) ? point->deviation : 0;
    thaw_series_append (mean, &(ThawPoint){point->x, point->mean}, 1);
    thaw_series_append (lower, &(ThawPoint){point->x, point->mean - spread}, 1);
    thaw_series_append (upper, &(ThawPoint){point->x, point->mean + spread}, 1);
  }
  thaw_chart_add_line (
      self->charts[chart], mean,
      &(ThawLook){.label = name, .hue = side->hue, .dash = side->dash, .marker = true});
  thaw_chart_add_band (self->charts[chart], lower, upper, side->hue, _ ("± standard deviation"));
}

static void
add_single (ThawCompareCharts *self, int run, int chart)
{
  const Side *side = &self->sides[run];

  thaw_chart_add_line (
      self->charts[chart], series_of (self, run, chart),
      &(ThawLook){
          .label = side->name, .hue = side->hue, .dash = side->dash, .marker = self->n <= 4});
}

static ThawLook
iteration_look (const ThawCompareCharts *self, int run)
{
  const Side *side = &self->sides[run];
  const Side *first = &self->sides[first_of (self, self->group[run])];

  return (ThawLook){.label = side->name,
                    .hue = first->hue,
                    .dash = side->dash,
                    .smooth = thaw_run_series_window (&side->series, self->smoothing)};
}

static void
draw_lines (ThawCompareCharts *self)
{
  for (int c = 0; c < THAW_COMPARE_SCATTER; c++)
    thaw_chart_clear (self->charts[c]);
  for (int g = 0; g < self->n_groups; g++)
    for (int c = 0; c < THAW_COMPARE_ITERATIONS; c++)
      if (size_of (self, g) > 1)
        add_mean (self, g, c);
      else
        add_single (self, first_of (self, g), c);
  for (int i = 0; i < self->n; i++) {
    ThawLook look = iteration_look (self, i);
    thaw_chart_add_line (self->charts[THAW_COMPARE_ITERATIONS], self->sides[i].series.losses,
                         &look);
  }
  self->lined = true;
}

static void
smooth (ThawCompareCharts *self)
{
  for (int i = 0; self->lined && i < self->n; i++) {
    ThawLook look = iteration_look (self, i);
    thaw_chart_set_line_look (self->charts[THAW_COMPARE_ITERATIONS], i, &look);
  }
}

/* --- Accuracy over cost --- */

static double
cost_of (const ThawCompareCharts *self, const ThawRun *run, const ThawFigures *figures)
{
  switch (self->cost) {
  case THAW_COST_MACS:
    return run->macs > 0 ? (double) run->macs : NAN;
  case THAW_COST_BYTES:
    return figures->bytes > 0 ? (double) figures->bytes : NAN;
  case THAW_COST_TIME:
    return figures->images_per_second > 0 ? 1 / figures->images_per_second : NAN;
  case THAW_COST_PARAMETERS:
  case THAW_N_COSTS:
  default:
    return run->parameters > 0 ? (double) run->parameters : NAN;
  }
}

static void
scatter (ThawCompareCharts *self, const ThawRunRows *rows, const ThawFigures *figures)
{
  static const ThawUnit units[] = {THAW_UNIT_COUNT, THAW_UNIT_COUNT, THAW_UNIT_BYTES,
                                   THAW_UNIT_NUMBER};
  ThawChart *chart = self->charts[THAW_COMPARE_SCATTER];
  g_autofree double *costs = g_new (double, self->n), *accuracies = g_new (double, self->n);

  thaw_chart_clear (chart);
  thaw_chart_set_x_unit (chart, units[self->cost]);
  thaw_chart_set_labels (chart, NULL,
                         self->cost == THAW_COST_TIME ? _ ("milliseconds of training an image")
                                                      : thaw_cost_name (self->cost),
                         NULL);
  for (int g = 0; g < self->n_groups; g++) {
    g_autofree char *name = group_name (self, g);
    ThawSpread x, y;
    int n = 0;
    for (int i = 0; i < self->n; i++)
      if (self->group[i] == g) {
        costs[n] =
            cost_of (self, rows[i].run, &figures[i]) * (self->cost == THAW_COST_TIME ? 1e3 : 1);
        accuracies[n++] = figures[i].best;
      }
    x = thaw_spread (costs, (size_t) n);
    y = thaw_spread (accuracies, (size_t) n);
    thaw_scatter_add_dot (chart, &(ThawDot){.label = name,
                                            .x = x.mean,
                                            .y = y.mean,
                                            .x_deviation = x.deviation,
                                            .y_deviation = y.deviation,
                                            .n = y.n,
                                            .hue = self->sides[first_of (self, g)].hue});
  }
  thaw_scatter_set_frontier (chart, true, _ ("best for its cost"));
}

/* --- All together --- */

static ThawXKind
choose_kind (const ThawCompareCharts *self, const ThawRunRows *rows)
{
  for (int i = 0; i < self->n; i++)
    if ((rows[i].iterations != NULL && rows[i].iterations->len > 0) &&
        !thaw_timeline_knows (self->sides[i].series.timeline, self->wanted))
      return THAW_X_STEP;
  return self->wanted;
}

void
thaw_compare_charts_feed (ThawCompareCharts *self,
                          const ThawRunRows *rows,
                          const ThawFigures *figures)
{
  bool means = self->n_groups < self->n;

  for (int i = 0; i < self->n; i++)
    thaw_run_series_look (&self->sides[i].series, &rows[i]);
  self->kind = choose_kind (self, rows);
  self->full = 0;
  for (int i = 0; i < self->n; i++) {
    Side *side = &self->sides[i];
    double end;
    if ((rows[i].iterations == NULL || rows[i].iterations->len == 0) &&
        side->series.n_iterations == 0)
      continue;
    thaw_run_series_take (&side->series, &rows[i], self->kind);
    end = thaw_run_series_x (&side->series, thaw_run_series_end (&side->series, &rows[i]));
    self->full = isfinite (end) ? MAX (self->full, end) : self->full;
  }
  if (!self->lined || means)
    draw_lines (self);
  smooth (self);
  for (int c = 0; c < THAW_COMPARE_SCATTER; c++) {
    thaw_chart_set_x_unit (self->charts[c], thaw_x_axis_unit (self->kind));
    thaw_chart_set_labels (self->charts[c], NULL, thaw_x_label (self->kind), NULL);
    thaw_chart_set_x_label_drawn (self->charts[c], c == THAW_COMPARE_ITERATIONS);
  }
  scatter (self, rows, figures);
}

void
thaw_compare_charts_set_x (ThawCompareCharts *self, ThawXKind kind)
{
  self->wanted = kind;
}

void
thaw_compare_charts_set_smoothing (ThawCompareCharts *self, double epochs)
{
  self->smoothing = epochs;
  if (self->sides[0].series.timeline != NULL)
    smooth (self);
}

void
thaw_compare_charts_set_log (ThawCompareCharts *self, bool log)
{
  thaw_chart_set_y_log (self->charts[THAW_COMPARE_LOSS], log);
  thaw_chart_set_y_log (self->charts[THAW_COMPARE_ITERATIONS], log);
}

void
thaw_compare_charts_set_cost (ThawCompareCharts *self, ThawCost cost)
{
  self->cost = cost;
}

ThawXKind
thaw_compare_charts_x (const ThawCompareCharts *self)
{
  return self->kind;
}

ThawRange
thaw_compare_charts_full (const ThawCompareCharts *self)
{
  return (ThawRange){0, self->full > 0 ? self->full : 1};
}

ThawLook
thaw_compare_charts_look (const ThawCompareCharts *self, int run)
{
  const Side *side = &self->sides[run];

  return (ThawLook){.hue = self->sides[first_of (self, self->group[run])].hue,
                    .dash = side->dash,
                    .marker = true};
}
