/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis: what the rows of runs mean: figures, phases, places on an x axis, moments worth a mark,
 * groups over seeds, the verdict table in the lesson's four terms, differences of recipes, results
 * in a sentence. Computed from what db has read; no SQL, no drawing, no widgets. Reentrant; nothing
 * here fails or waits. The face of the room. */
#pragma once

#include "thaw-db.h"

G_BEGIN_DECLS

/* --- Numbers for people (transfer full)
 * -------------------------------------------------------------- */
char *thaw_text_count (gint64 n);                  /* "11,181,642"                    */
char *thaw_text_duration (double seconds);         /* "2 min 5 s"                     */
char *thaw_text_percent (double share);            /* "87.30 %", "–" for NaN          */
char *thaw_text_number (double value, int digits); /* fixed digits, "–" for NaN       */
char *thaw_text_rate (double rate);                /* "0.001", "5e-05": shortest      */
char *thaw_text_points (double share);             /* "+3.20 points", "–" for NaN     */
const char *thaw_text_state (ThawRunState state);  /* "running", translated (transfer none) */
int thaw_text_columns (const char *text);          /* that it takes on a terminal     */

/* --- A run as read from the store --------------------------------------------------------------
 * Borrowed; each array may be NULL for none. Rows are in the store's order (by step). */
typedef struct {
  const ThawRun *run;
  const GArray *iterations;   /* ThawIterationRow     */
  const GArray *epochs;       /* ThawEpochRow         */
  const GArray *events;       /* ThawEventRow         */
  const GArray *attempts;     /* ThawAttemptRow       */
  const GPtrArray *artifacts; /* ThawArtifact         */
} ThawRunRows;

/* --- Figures -----------------------------------------------------------------------------------
 * NaN: not measured, or no such phase. */
typedef struct {
  int frozen_epochs;                    /* completed                                      */
  double best, final, test;             /* accuracies 0..1                                */
  bool on_test;                         /* best and final were measured on the test set   */
  double volatility_frozen, volatility; /* spread of the iteration loss around its own
                                           trend, while frozen and after                  */
  double gap;                           /* train less evaluated accuracy, at best epoch   */
  bool gap_clean;                       /* train accuracy of a second pass without noise  */
  double images_per_second_frozen, images_per_second; /* images_per_second: thawed, else frozen */
  double seconds;   /* spent training                                 */
  gint64 trainable; /* parameters that train now; 0: not known        */
  gint64 bytes;     /* of the best weights; 0: none                   */
} ThawFigures;
void thaw_figures_compute (const ThawRunRows *rows, ThawFigures *figures);

/* Iterations done while frozen, and whether the run is frozen still. */
gint64 thaw_frozen_steps (const ThawRunRows *rows, bool *still);
/* Seconds to the planned end as training goes now; NaN until the first epoch is done. */
double thaw_seconds_left (const ThawRunRows *rows);

/* --- Places on an x axis -----------------------------------------------------------------------
 * A place in a run is its number of completed iterations, "steps" (a fraction is within one). */
typedef enum {
  THAW_X_STEP,
  THAW_X_EPOCH,
  THAW_X_TIME,    /* seconds of training  */
  THAW_X_IMAGES,  /* images seen          */
  THAW_X_PERCENT, /* share of the planned steps, 0..1 */
  THAW_N_X
} ThawXKind;
const char *thaw_x_name (ThawXKind kind);  /* "Step", a choice in a menu, translated */
const char *thaw_x_label (ThawXKind kind); /* "iterations", an axis, translated      */

typedef struct _ThawTimeline ThawTimeline;
ThawTimeline *thaw_timeline_new (const ThawRunRows *rows) G_GNUC_WARN_UNUSED_RESULT;
void thaw_timeline_free (ThawTimeline *timeline);
/* Before the first epoch is done time is not known (its x is NaN then); epochs and percent are not
 * if the run does not say how many steps it plans. Time within an epoch that is not done goes on at
 * the speed of the last. */
bool thaw_timeline_knows (const ThawTimeline *timeline, ThawXKind kind);
double thaw_timeline_x (const ThawTimeline *timeline, ThawXKind kind, double steps);
double thaw_timeline_steps (const ThawTimeline *timeline, ThawXKind kind, double x); /* inverse */
double thaw_timeline_steps_per_epoch (const ThawTimeline *timeline); /* NaN: not known */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawTimeline, thaw_timeline_free)

/* --- Moments -----------------------------------------------------------------------------------*/
typedef enum {
  THAW_MOMENT_FROZEN,
  THAW_MOMENT_THAWED,
  THAW_MOMENT_RATE_DROPPED,
  THAW_MOMENT_PAUSED, /* paused and continued in the same place are one */
  THAW_MOMENT_RESUMED,
  THAW_MOMENT_STOPPED,
  THAW_MOMENT_BEST,
  THAW_MOMENT_NOT_FINITE,
  THAW_MOMENT_TEST_OPENED,
  THAW_MOMENT_FINISHED,
  THAW_MOMENT_OTHER,
} ThawMomentKind;
typedef struct {
  ThawMomentKind kind;
  double steps;
  int epoch;         /* from 0                                                  */
  bool marked;       /* worth a line in a chart                                 */
  const char *label; /* a word or two, translated (transfer none)               */
  char *detail;      /* (nullable) a sentence                                   */
  gint64 at_ms;      /* 0: not known                                            */
} ThawMoment;
GPtrArray *thaw_moments (const ThawRunRows *rows); /* of ThawMoment, by steps (transfer full) */

/* What lies on both sides of a place. NaN: nothing there. Losses are means over `reach` iterations
 * on each side; accuracies are of the last epoch before and the first after. The place is that of
 * the nearest marked moment within reach, if there is one. */
typedef struct {
  double steps;
  double loss_before, loss_after, lr_before, lr_after, accuracy_before, accuracy_after;
  GPtrArray *moments; /* of ThawMoment, within reach (transfer full) */
} ThawAround;
ThawAround *thaw_around (const ThawRunRows *rows, double steps, double reach);
void thaw_around_free (ThawAround *around);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawAround, thaw_around_free)

/* --- In a sentence (transfer full)
 * -------------------------------------------------------------------*/
char *thaw_result_sentence (const ThawRunRows *rows);  /* where the run stands, for any state */
char *thaw_divergence_cause (const ThawRunRows *rows); /* NULL when the loss stayed finite */

/* --- Groups: same recipe, other seed -----------------------------------------------------------*/
/* Equal for runs whose recipe, data and weights are the same but for the seed and the name. */
char *thaw_group_key (const ThawRun *run); /* (transfer full) */
typedef struct {
  double mean, deviation; /* deviation of a sample, n - 1; NaN for n < 2 */
  int n;                  /* of finite values                            */
} ThawSpread;
ThawSpread thaw_spread (const double *values, size_t n);
/* Which runs belong together: for each of runs the number of its group, counted by first
 * appearance; returns how many groups. */
int thaw_groups (const ThawRun *const *runs, size_t n, int *group);

typedef struct {
  double x, y;
} ThawXY;
typedef struct {
  double x, mean, deviation;
  int n; /* curves that reach x */
} ThawMeanPoint;
/* Mean over curves (each of ThawXY with x rising) at up to `most` places of their common range,
 * values between points by straight lines; a curve counts where it has begun and not ended. */
GArray *thaw_mean_curve (const GArray *const *curves, size_t n, size_t most); /* ThawMeanPoint */
/* Whether no other point is at least as accurate at no more cost. NaN is never best. */
void thaw_frontier (const double *cost, const double *accuracy, size_t n, bool *best);

/* --- Tables ------------------------------------------------------------------------------------*/
typedef struct {
  char *text;   /* never NULL     */
  double value; /* NaN: none      */
  bool best;    /* of its row     */
} ThawSheetCell;
typedef struct {
  char *term;           /* (nullable) begins a part of the table: "Stability"             */
  char *title;          /*                                                                */
  char *help;           /* (nullable) how it is measured, a sentence                      */
  ThawSheetCell *cells; /* one a column                                                   */
  bool differs;         /* not all columns say the same                                   */
} ThawSheetRow;
typedef struct {
  int n_columns;
  char **columns;  /* headings, NULL-terminated */
  GPtrArray *rows; /* of ThawSheetRow           */
  char *note;      /* (nullable) below          */
  bool turned;     /* a line a run: `best` is of a column */
} ThawSheet;
void thaw_sheet_free (ThawSheet *table);
typedef enum {
  THAW_SHEET_TEXT,     /* lined up by terminal columns */
  THAW_SHEET_MARKDOWN, /*                              */
  THAW_SHEET_LATEX,    /* a tabular                    */
  THAW_SHEET_CSV,      /*                              */
} ThawSheetFormat;
/* More than five columns are written as lines, but for CSV. (transfer full) */
char *thaw_sheet_write (const ThawSheet *table, ThawSheetFormat format);

void thaw_sheet_keep_differences (ThawSheet *sheet); /* drops the rows that do not differ */

/* One column: a run, or runs of one group as mean ± deviation. */
typedef struct {
  const char *name;
  const ThawRun *const *runs;
  const ThawFigures *figures;
  int n;
} ThawSide;
/* Several, with what they point to; the runs themselves are borrowed. */
typedef struct {
  ThawSide *sides;
  int n;
  const ThawRun **runs; /* side after side */
  ThawFigures *figures;
  GPtrArray *names;
} ThawSides;
/* group: of each run, as thaw_groups gives them; NULL: each for itself. A group is called by what
 * the names of its runs begin with; ids: one run with its id before its name. */
ThawSides *thaw_sides_new (const ThawRun *const *runs,
                           const ThawFigures *figures,
                           int n,
                           const int *group,
                           bool ids) G_GNUC_WARN_UNUSED_RESULT;
void thaw_sides_free (ThawSides *sides);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawSides, thaw_sides_free)
/* Final accuracy, stability, overfitting, efficiency. The best of a row is marked where a
 * difference can be told: not when it is within the deviation of one of the two groups. */
ThawSheet *thaw_verdict_sheet (const ThawSide *sides, int n) G_GNUC_WARN_UNUSED_RESULT;

/* --- Pairs: two groups, seed by seed -----------------------------------------------------------*/
/* How far from 0, in deviations, a value of Student's t with so many degrees of freedom lies with
 * this probability at most: 12.706 for 0.95 and 1. */
double thaw_student (double confidence, int freedom);
typedef struct {
  int n;                  /* pairs: finite differences                       */
  double mean, deviation; /* of the differences; deviation NaN for n < 2     */
  double low, high;       /* the mean's 95 % interval by Student's t; NaN for n < 2 */
  bool told;              /* 0 is outside of it                              */
} ThawPaired;
ThawPaired thaw_paired (const double *differences, size_t n);
/* "+1.20 points (-0.40 to +2.80, 3 seeds): not enough evidence of a difference" (transfer full) */
char *thaw_paired_text (const ThawPaired *paired);
bool thaw_run_seed (const ThawRun *run, uint64_t *seed); /* of its recipe; false: says none */
/* Accuracy of `to` less that of `from`, over the seeds that both have (each once, the first counts)
 * and where both measured the same set. */
ThawPaired thaw_pair_best (const ThawSide *from, const ThawSide *to);
ThawPaired thaw_pair_test (const ThawSide *from, const ThawSide *to);
/* Each side against the first; n >= 2. */
ThawSheet *thaw_paired_sheet (const ThawSide *sides, int n) G_GNUC_WARN_UNUSED_RESULT;

/* --- Head starts -------------------------------------------------------------------------------*/
/* epochs: of a run, ThawEpochRow (nullable). Accuracy on the evaluated set after n epochs; NaN when
 * there are fewer. */
double thaw_accuracy_after (const GArray *epochs, int n);
/* After how many epochs it is above `mark` for the first time; 0: never. */
int thaw_epochs_to_pass (const GArray *epochs, double mark);
/* What each side had after so many epochs, and how soon it passes what the first side had then
 * (means over the runs of a side). epochs: of each run, side after side. */
ThawSheet *thaw_reach_sheet (const ThawSide *sides, int n, const GArray *const *epochs, int after)
    G_GNUC_WARN_UNUSED_RESULT;

/* All fields of the recipes, with `differs`. Names of columns as given. */
ThawSheet *thaw_recipe_sheet (const ThawRun *const *runs,
                              const char *const *names,
                              int n) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawSheet, thaw_sheet_free)

G_END_DECLS
