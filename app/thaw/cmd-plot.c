/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw plot: iteration loss, epoch loss, accuracy; the frozen phase shaded. */
#include "cli.h"
#include "thaw-plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHART_ITERATIONS, CHART_LOSS, CHART_ACCURACY, N_CHARTS };

typedef struct {
  ThawRun *run;
  GArray *iterations, *epochs, *events;
} Curves;

static void
curves_free (Curves *curves)
{
  g_clear_pointer (&curves->run, thaw_run_free);
  g_clear_pointer (&curves->iterations, g_array_unref);
  g_clear_pointer (&curves->epochs, g_array_unref);
  g_clear_pointer (&curves->events, g_array_unref);
  g_free (curves);
}

static Curves *
read_curves (ThawStore *store, const char *which, GError **error)
{
  Curves *curves = g_new0 (Curves, 1);

  curves->run = thaw_store_find_run (store, which, error);
  if (curves->run != NULL)
    curves->iterations = thaw_store_iterations (store, curves->run->id, -1, error);
  if (curves->iterations != NULL)
    curves->epochs = thaw_store_epochs (store, curves->run->id, error);
  if (curves->epochs != NULL)
    curves->events = thaw_store_events (store, curves->run->id, error);
  if (curves->events != NULL)
    return curves;
  curves_free (curves);
  return NULL;
}

static char *
label_of (const Curves *curves, const char *what, bool several)
{
  return several ? g_strdup_printf ("%s · %s", curves->run->name, what) : g_strdup (what);
}

static const ThawEpochRow *
epoch_row (GArray *epochs, guint i)
{
  g_assert (epochs->data != NULL && i < epochs->len);
  return &g_array_index (epochs, ThawEpochRow, i);
}

/* Iterations of a whole epoch, to put iteration marks and epoch marks on one scale. */
static double
steps_per_epoch (const Curves *curves)
{
  if (curves->epochs->len > 0) {
    const ThawEpochRow *row = epoch_row (curves->epochs, curves->epochs->len - 1);
    return (double) row->step / (row->epoch + 1);
  }
  return curves->iterations->len > 0 ? curves->iterations->len : 1;
}

static void
add_iterations (ThawChart *chart, const Curves *curves, int hue, bool several)
{
  g_autofree ThawPoint *points = g_new (ThawPoint, MAX (curves->iterations->len, 1));
  g_autofree char *label = label_of (curves, _ ("train loss"), several);
  int smooth = (int) MAX (1, steps_per_epoch (curves) / 4);

  for (guint i = 0; i < curves->iterations->len; i++) {
    const ThawIterationRow *row = &g_array_index (curves->iterations, ThawIterationRow, i);
    points[i] = (ThawPoint){(double) row->step + 1, row->loss};
  }
  thaw_chart_add_series (chart, label, points, curves->iterations->len, hue, 0, false, smooth);
}

typedef double (*EpochValue) (const ThawEpochRow *row);
static double
value_train_loss (const ThawEpochRow *row)
{
  return row->train_loss;
}
static double
value_loss (const ThawEpochRow *row)
{
  return row->loss;
}
static double
value_train_accuracy (const ThawEpochRow *row)
{
  return isfinite (row->clean_accuracy) ? row->clean_accuracy : row->train_accuracy;
}
static double
value_accuracy (const ThawEpochRow *row)
{
  return row->accuracy;
}

static void
add_epochs (ThawChart *chart,
            const Curves *curves,
            const char *what,
            EpochValue value,
            int hue,
            int dash,
            bool several)
{
  g_autofree ThawPoint *points = g_new (ThawPoint, MAX (curves->epochs->len, 1));
  g_autofree char *label = label_of (curves, what, several);

  for (guint i = 0; i < curves->epochs->len; i++) {
    const ThawEpochRow *row = epoch_row (curves->epochs, i);
    points[i] = (ThawPoint){row->epoch + 1, value (row)};
  }
  thaw_chart_add_series (chart, label, points, curves->epochs->len, hue, dash, true, 0);
}

static const char *
mark_text (const char *kind)
{
  if (strcmp (kind, "thawed") == 0)
    return _ ("thaw");
  if (strcmp (kind, "rate-dropped") == 0)
    return _ ("rate drops");
  if (strcmp (kind, "resumed") == 0)
    return _ ("resumed");
  return NULL;
}

/* Shade and marks of one run, on the charts by iteration and by epoch. */
static void
add_story (ThawChart *const *charts, const Curves *curves)
{
  double per_epoch = steps_per_epoch (curves);
  int frozen = 0;

  for (guint i = 0; i < curves->epochs->len; i++)
    frozen += epoch_row (curves->epochs, i)->frozen;
  if (frozen > 0) {
    thaw_chart_shade (charts[CHART_ITERATIONS], 0.5, frozen * per_epoch + 0.5, _ ("frozen"));
    thaw_chart_shade (charts[CHART_LOSS], 0.5, frozen + 0.5, _ ("frozen"));
    thaw_chart_shade (charts[CHART_ACCURACY], 0.5, frozen + 0.5, _ ("frozen"));
  }
  for (guint i = 0; i < curves->events->len; i++) {
    const ThawEventRow *event = &g_array_index (curves->events, ThawEventRow, i);
    const char *text = mark_text (event->kind);
    double epoch = (double) event->step / per_epoch + 0.5;
    if (text == NULL || event->step == 0)
      continue;
    thaw_chart_mark (charts[CHART_ITERATIONS], (double) event->step + 0.5, text);
    thaw_chart_mark (charts[CHART_LOSS], epoch, text);
    thaw_chart_mark (charts[CHART_ACCURACY], epoch, text);
  }
}

static void
make_charts (ThawChart **charts, GPtrArray *all)
{
  bool several = all->len > 1;

  charts[CHART_ITERATIONS] =
      thaw_chart_new (_ ("Loss of every iteration"), _ ("iteration"), _ ("loss"));
  charts[CHART_LOSS] = thaw_chart_new (_ ("Loss by epoch"), _ ("epoch"), _ ("loss"));
  charts[CHART_ACCURACY] = thaw_chart_new (_ ("Accuracy by epoch"), _ ("epoch"), _ ("accuracy"));
  thaw_chart_set_percent (charts[CHART_ACCURACY], true);
  for (guint i = 0; i < all->len; i++) {
    const Curves *curves = all->pdata[i];
    const ThawEpochRow *first = curves->epochs->len > 0 ? epoch_row (curves->epochs, 0) : NULL;
    const char *set =
        first != NULL && strcmp (first->set, "test") == 0 ? _ ("test") : _ ("validation");
    const char *train =
        first != NULL && isfinite (first->clean_accuracy) ? _ ("train (clean pass)") : _ ("train");
    int train_hue = several ? (int) i : 1, set_hue = several ? (int) i : 0;
    add_iterations (charts[CHART_ITERATIONS], curves, set_hue, several);
    add_epochs (charts[CHART_LOSS], curves, _ ("train"), value_train_loss, train_hue, 1, several);
    add_epochs (charts[CHART_LOSS], curves, set, value_loss, set_hue, 0, several);
    add_epochs (charts[CHART_ACCURACY], curves, train, value_train_accuracy, train_hue, 1, several);
    add_epochs (charts[CHART_ACCURACY], curves, set, value_accuracy, set_hue, 0, several);
    if (i == 0)
      add_story (charts, curves);
  }
}

int
cmd_plot (int argc, char **argv)
{
  g_autoptr (ThawStore) store = NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) curves_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  gboolean dark = FALSE;
  ThawChart *charts[N_CHARTS];
  const ThawPlotStyle *style;
  bool saved;
  int status, width = 900, height = 320;
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("Where to write: .png, .svg or .pdf"),
       N_ ("FILE")},
      {"width", 0, 0, G_OPTION_ARG_INT, &width, N_ ("Width in pixels (900)"), N_ ("N")},
      {"height", 0, 0, G_OPTION_ARG_INT, &height, N_ ("Height of each chart in pixels (320)"),
       N_ ("N")},
      {"dark", 0, 0, G_OPTION_ARG_NONE, &dark, N_ ("Light lines on a dark ground"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 1, -1, &status))
    return status;
  if (output == NULL)
    return cli_fail_usage (_ ("-o FILE is missing"));
  if (width < 200 || width > 10000 || height < 100 || height > 10000)
    return cli_fail_usage (
        _ ("--width and --height are %d and %d, expected 200 to 10000 and 100 to 10000"), width,
        height);
  store = cli_store (THAW_STORE_READ, &error);
  if (store == NULL)
    return cli_fail (error);
  for (int i = 1; i < argc; i++) {
    Curves *curves = read_curves (store, argv[i], &error);
    if (curves == NULL)
      return cli_fail (error);
    g_ptr_array_add (all, curves);
  }
  make_charts (charts, all);
  style = dark ? thaw_plot_style_dark () : thaw_plot_style_light ();
  saved = thaw_charts_save (charts, N_CHARTS, output, width, height, style, &error);
  for (int i = 0; saved && i < N_CHARTS; i++) {
    g_autofree char *sentence = thaw_chart_describe (charts[i]);
    puts (sentence);
  }
  for (int i = 0; saved && i < N_CHARTS; i++) {
    const char *text = thaw_chart_missing_font (charts[i], style);
    if (text != NULL) {
      cli_note (_ ("No installed font can draw “%s”; for Chinese, install fonts-noto-cjk."), text);
      break;
    }
  }
  for (int i = 0; i < N_CHARTS; i++)
    thaw_chart_free (charts[i]);
  return saved ? CLI_OK : cli_fail (error);
}
