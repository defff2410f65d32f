/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw plot-schedule: what a recipe's schedule and freeze plan will do, before anything trains. */
#include "session.h"
#include "thaw-optim.h"
#include "thaw-plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BATCHES 100 /* points of an epoch within which the rate changes */

typedef struct {
  char *preset, *recipe, *output;
  char **set;
  gboolean dark, json;
  int width, height;
} Wish;

static void
wish_clear (Wish *wish)
{
  g_free (wish->preset);
  g_free (wish->recipe);
  g_free (wish->output);
  g_strfreev (wish->set);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

static const ThawRatePoint *
point_at (GArray *course, guint i)
{
  return &g_array_index (course, ThawRatePoint, i);
}

/* --- As text --- */

/* "all", "head", "head and 2 blocks" (transfer full) */
static char *
what_trains (const ThawRecipe *recipe, int epoch)
{
  int blocks = thaw_plan_blocks (recipe, epoch);

  if (blocks < 0)
    return g_strdup (_ ("all"));
  if (blocks == 0)
    return g_strdup (_ ("head"));
  return g_strdup_printf (ngettext ("head and %d block", "head and %d blocks", (unsigned) blocks),
                          blocks);
}

/* An epoch's first and last rate. */
typedef struct {
  double first, last;
  int blocks;
} Course;

static Course *
by_epoch (const ThawRecipe *recipe, GArray *course)
{
  Course *epochs = g_new0 (Course, recipe->epochs);

  for (guint i = course->len; i-- > 0;)
    epochs[(int) point_at (course, i)->epoch].first = point_at (course, i)->lr;
  for (guint i = 0; i < course->len; i++)
    epochs[(int) point_at (course, i)->epoch].last = point_at (course, i)->lr;
  for (int e = 0; e < recipe->epochs; e++)
    epochs[e].blocks = thaw_plan_blocks (recipe, e);
  return epochs;
}

static bool
is_same (const Course *a, const Course *b)
{
  return a->first == b->first && a->last == b->last && a->blocks == b->blocks;
}

static char *
rate_text (const Course *course)
{
  return course->first == course->last
             ? g_strdup_printf ("%.4g", course->first)
             : g_strdup_printf ("%.4g … %.4g", course->first, course->last);
}

/* Epochs alike share a row. */
static void
print_table (const ThawRecipe *recipe, GArray *best, GArray *worst)
{
  g_autofree Course *up = by_epoch (recipe, best), *down = by_epoch (recipe, worst);
  bool depends = false;
  CliTable *table;

  for (int e = 0; e < recipe->epochs; e++)
    depends |= !is_same (&up[e], &down[e]);
  table = cli_table_new (depends ? 4 : 3, "rlrr");
  cli_table_add (table, _ ("Epochs"), _ ("Trains"), _ ("Rate"),
                 depends ? _ ("Rate if nothing improves") : NULL, NULL);
  cli_table_rule (table);
  for (int e = 0, end; e < recipe->epochs; e = end) {
    g_autofree char *trains = what_trains (recipe, e), *epochs = NULL;
    g_autofree char *rate = rate_text (&up[e]), *low = rate_text (&down[e]);
    for (end = e + 1;
         end < recipe->epochs && is_same (&up[e], &up[end]) && is_same (&down[e], &down[end]);)
      end++;
    epochs = end == e + 1 ? g_strdup_printf ("%d", end) : g_strdup_printf ("%d–%d", e + 1, end);
    cli_table_add (table, epochs, trains, rate, depends ? low : NULL, NULL);
  }
  cli_table_print (table);
}

static void
print_json (GArray *best, GArray *worst)
{
  CliJson *json = cli_json_new ();

  cli_json_begin_array (json, NULL);
  for (guint i = 0; i < best->len; i++) {
    cli_json_begin_object (json, NULL);
    cli_json_real (json, "epoch", point_at (best, i)->epoch);
    cli_json_real (json, "lr", point_at (best, i)->lr);
    cli_json_real (json, "lr_if_nothing_improves", point_at (worst, i)->lr);
    cli_json_real (json, "momentum", point_at (best, i)->momentum);
    cli_json_end_object (json);
  }
  cli_json_end_array (json);
  cli_json_print (json);
}

/* --- As a picture --- */

static void
add_line (ThawChart *chart, const char *label, GArray *course, int epochs, int hue, bool momentum)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (ThawPoint));

  for (guint i = 0; i < course->len; i++) {
    const ThawRatePoint *at = point_at (course, i);
    double y = momentum ? at->momentum : at->lr;
    const ThawPoint step[] = {{at->epoch, y},
                              {i + 1 < course->len ? point_at (course, i + 1)->epoch : epochs, y}};
    g_array_append_vals (points, step, 2);
  }
  thaw_chart_add_series (chart, label, (const ThawPoint *) (void *) points->data, points->len, hue,
                         hue > 0 ? 1 : 0, false, 0);
}

static void
add_phases (ThawChart *chart, const ThawRecipe *recipe)
{
  int frozen = MIN (recipe->freeze.epochs, recipe->epochs);

  if (frozen > 0)
    thaw_chart_shade (chart, 0, frozen, _ ("frozen"));
  for (int e = 1; e < recipe->epochs; e++)
    if (thaw_plan_rate (recipe, e) > 0)
      thaw_chart_mark (chart, e, _ ("thaw"));
}

static bool
differ (GArray *a, GArray *b)
{
  for (guint i = 0; i < a->len; i++)
    if (point_at (a, i)->lr != point_at (b, i)->lr)
      return true;
  return false;
}

static bool
is_wide (GArray *course)
{
  double least = INFINITY, most = 0;

  for (guint i = 0; i < course->len; i++) {
    least = fmin (least, point_at (course, i)->lr);
    most = fmax (most, point_at (course, i)->lr);
  }
  return least > 0 && most / least > 20;
}

static bool
draw (const Wish *wish, const ThawRecipe *recipe, GArray *best, GArray *worst, GError **error)
{
  bool cycles = !isnan (point_at (best, 0)->momentum);
  ThawChart *charts[2] = {thaw_chart_new (_ ("Learning rate"), _ ("epoch"), _ ("learning rate")),
                          NULL};
  bool saved;

  if (cycles)
    charts[1] = thaw_chart_new (_ ("Momentum"), _ ("epoch"), _ ("momentum"));
  add_line (charts[0], differ (best, worst) ? _ ("while it improves") : NULL, best, recipe->epochs,
            0, false);
  if (differ (best, worst))
    add_line (charts[0], _ ("if nothing improves"), worst, recipe->epochs, 1, false);
  if (cycles)
    add_line (charts[1], NULL, best, recipe->epochs, 0, true);
  thaw_chart_set_y_log (charts[0], is_wide (worst));
  for (int i = 0; i < (cycles ? 2 : 1); i++) {
    add_phases (charts[i], recipe);
    thaw_chart_set_x_range (charts[i], 0, recipe->epochs);
  }
  saved = thaw_charts_save (charts, cycles ? 2 : 1, wish->output, wish->width, wish->height,
                            wish->dark ? thaw_plot_style_dark () : thaw_plot_style_light (), error);
  for (int i = 0; i < (cycles ? 2 : 1); i++) {
    g_autofree char *sentence = thaw_chart_describe (charts[i]);
    if (saved)
      puts (sentence);
    thaw_chart_free (charts[i]);
  }
  return saved;
}

static int
show (const Wish *wish)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) recipe =
      session_recipe (wish->preset, wish->recipe, (const char *const *) wish->set, &error);
  g_autoptr (GArray) best = NULL, worst = NULL;

  if (recipe == NULL || !thaw_schedule_check (recipe, &error))
    return cli_fail (error);
  best = thaw_rate_course (recipe, BATCHES, true);
  worst = thaw_rate_course (recipe, BATCHES, false);
  if (wish->output != NULL)
    return draw (wish, recipe, best, worst, &error) ? CLI_OK : cli_fail (error);
  if (wish->json)
    print_json (best, worst);
  else
    print_table (recipe, best, worst);
  return CLI_OK;
}

int
cmd_plot_schedule (int argc, char **argv)
{
  g_auto (Wish) wish = {.width = 900, .height = 320};
  int status;
  const GOptionEntry entries[] = {
      {"preset", 'p', 0, G_OPTION_ARG_STRING, &wish.preset,
       N_ ("Start from a preset (see: thaw presets)"), N_ ("NAME")},
      {"recipe", 'r', 0, G_OPTION_ARG_FILENAME, &wish.recipe, N_ ("Start from a recipe file"),
       N_ ("FILE")},
      {"set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &wish.set,
       N_ ("Change a field of the recipe, e.g. --set epochs=3; may be repeated"),
       N_ ("KEY.PATH=VALUE")},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &wish.output,
       N_ ("Where to write: .png, .svg or .pdf"), N_ ("FILE")},
      {"width", 0, 0, G_OPTION_ARG_INT, &wish.width, N_ ("Width in pixels (900)"), N_ ("N")},
      {"height", 0, 0, G_OPTION_ARG_INT, &wish.height, N_ ("Height of each chart in pixels (320)"),
       N_ ("N")},
      {"dark", 0, 0, G_OPTION_ARG_NONE, &wish.dark, N_ ("Light lines on a dark ground"), NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &wish.json, N_ ("One JSON array, for programs"), NULL},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  if (wish.preset != NULL && wish.recipe != NULL)
    return cli_fail_usage (_ ("--preset and --recipe exclude each other"));
  if (wish.width < 200 || wish.width > 10000 || wish.height < 100 || wish.height > 10000)
    return cli_fail_usage (
        _ ("--width and --height are %d and %d, expected 200 to 10000 and 100 to 10000"),
        wish.width, wish.height);
  if (wish.preset == NULL && wish.recipe == NULL)
    wish.preset = g_strdup ("day44-mobilenet-v3-small");
  return show (&wish);
}
