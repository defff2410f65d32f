/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparison-page.h"

#include "chart-export.h"
#include "compare-charts.h"
#include "scroll.h"
#include "settings.h"
#include "sheet-view.h"
#include "thaw-ui.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define TABLES_MS 700 /* tables of live runs are made anew at most so often     */
#define SOON_MS 40    /* those of runs that were just read: several at a time */

struct _ThawComparisonPage {
  GtkWidget parent_instance;
  ThawWatch *watch;
  GPtrArray *items; /* of ThawRunItem */
  GPtrArray *data;  /* of ThawRunData */
  ThawFigures *figures;
  int *group; /* as it is shown: each for itself, or those of a recipe as one */
  int n_groups;
  int *kin; /* runs that differ by their seed alone */
  int n_kin;
  ThawCompareCharts *compare;
  ThawChartGroup *chart_group, *scatter_group;
  ThawChartView *views[THAW_N_COMPARE_CHARTS];
  ThawXKind shown_x;
  guint tables_id;
  bool told_all; /* the tables are of all runs' rows */

  GtkWidget *stack, *scrolled, *content, *verdict_box, *verdict, *note, *pairs_box, *pairs,
      *pairs_note, *controls, *x_axis, *log, *seeds_place, *seeds, *smoothing_scale,
      *smoothing_value, *reset, *menu, *charts, *cost_box, *cost, *scatter, *recipes_box,
      *recipes_title, *all_fields, *recipes, *same;
};

G_DEFINE_FINAL_TYPE (ThawComparisonPage, thaw_comparison_page, GTK_TYPE_WIDGET)

static const int heights[THAW_N_COMPARE_CHARTS] = {280, 240, 260, 320};

static const ThawRun *
run_of (ThawComparisonPage *self, guint i)
{
  return thaw_run_item_run (self->items->pdata[i]);
}

/* (transfer full) one a run */
static ThawRunRows *
all_rows (ThawComparisonPage *self)
{
  ThawRunRows *rows = g_new0 (ThawRunRows, self->items->len);

  for (guint i = 0; i < self->items->len; i++) {
    ThawRunData *data = self->data->pdata[i];
    rows[i] = (ThawRunRows){.run = run_of (self, i),
                            .iterations = thaw_run_data_iterations (data),
                            .epochs = thaw_run_data_epochs (data),
                            .events = thaw_run_data_events (data),
                            .attempts = thaw_run_data_attempts (data),
                            .artifacts = thaw_run_data_artifacts (data)};
  }
  return rows;
}

static bool
by_seeds (ThawComparisonPage *self)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->seeds));
}

/* (transfer container) */
static const ThawRun **
all_runs (ThawComparisonPage *self)
{
  const ThawRun **runs = g_new (const ThawRun *, self->items->len);

  for (guint i = 0; i < self->items->len; i++)
    runs[i] = run_of (self, i);
  return runs;
}

static void
find_groups (ThawComparisonPage *self)
{
  g_autofree const ThawRun **runs = all_runs (self);
  int n = (int) self->items->len;

  self->n_kin = thaw_groups (runs, (size_t) n, self->kin);
  gtk_widget_set_visible (self->seeds_place, self->n_kin < n);
  self->n_groups = by_seeds (self) ? self->n_kin : n;
  for (int i = 0; i < n; i++)
    self->group[i] = by_seeds (self) ? self->kin[i] : i;
}

/* --- Tables --- */

/* One column a run, or a group; looks: (nullable) of the columns (transfer full). */
static ThawSheet *
verdict_of (ThawComparisonPage *self, ThawLook **looks)
{
  g_autofree const ThawRun **runs = all_runs (self);
  g_autoptr (ThawSides) sides =
      thaw_sides_new (runs, self->figures, (int) self->items->len, self->group, false);

  if (looks != NULL) {
    *looks = g_new0 (ThawLook, self->n_groups);
    for (int i = (int) self->items->len - 1; i >= 0; i--) /* of its first run */
      (*looks)[self->group[i]] = thaw_compare_charts_look (self->compare, i);
  }
  return thaw_verdict_sheet (sides->sides, sides->n);
}

/* Seed by seed, where several seeds of two recipes are here; else NULL. */
static ThawSheet *
pairs_of (ThawComparisonPage *self)
{
  g_autofree const ThawRun **runs = all_runs (self);
  int n = (int) self->items->len;
  g_autoptr (ThawSides) sides = NULL;

  if (self->n_kin < 2 || self->n_kin == n)
    return NULL;
  sides = thaw_sides_new (runs, self->figures, n, self->kin, false);
  return thaw_paired_sheet (sides->sides, sides->n);
}

static void
show_verdict (ThawComparisonPage *self)
{
  g_autofree ThawLook *looks = NULL;
  g_autoptr (ThawSheet) sheet = verdict_of (self, &looks);

  thaw_sheet_view_show (THAW_SHEET_VIEW (self->verdict), sheet, looks);
  gtk_label_set_text (GTK_LABEL (self->note), sheet->note);
}

static void
show_pairs (ThawComparisonPage *self)
{
  g_autoptr (ThawSheet) sheet = pairs_of (self);

  gtk_widget_set_visible (self->pairs_box, sheet != NULL);
  if (sheet == NULL)
    return;
  thaw_sheet_view_show (THAW_SHEET_VIEW (self->pairs), sheet, NULL);
  gtk_label_set_text (GTK_LABEL (self->pairs_note), sheet->note);
}

static void
show_recipes (ThawComparisonPage *self)
{
  guint n = self->items->len;
  g_autofree const ThawRun **runs = all_runs (self);
  g_autofree const char **names = g_new (const char *, n);
  g_autofree ThawLook *looks = g_new (ThawLook, n);
  g_autoptr (ThawSheet) sheet = NULL;
  bool all = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->all_fields));

  for (guint i = 0; i < n; i++) {
    names[i] = runs[i]->name;
    looks[i] = thaw_compare_charts_look (self->compare, (int) i);
  }
  sheet = thaw_recipe_sheet (runs, names, (int) n);
  if (!all)
    thaw_sheet_keep_differences (sheet);
  gtk_label_set_text (GTK_LABEL (self->recipes_title),
                      all ? _ ("Recipes") : _ ("Recipe Differences"));
  gtk_widget_set_visible (self->same, sheet->rows->len == 0);
  gtk_widget_set_visible (self->recipes, sheet->rows->len > 0);
  thaw_sheet_view_show (THAW_SHEET_VIEW (self->recipes), sheet, looks);
}

/* --- Charts --- */

static void
figure (ThawComparisonPage *self, const ThawRunRows *rows)
{
  self->told_all = true;
  for (guint i = 0; i < self->items->len; i++) {
    thaw_figures_compute (&rows[i], &self->figures[i]);
    self->told_all &= thaw_run_data_loaded (self->data->pdata[i]);
  }
}

static void
feed (ThawComparisonPage *self)
{
  g_autofree ThawRunRows *rows = all_rows (self);

  thaw_compare_charts_feed (self->compare, rows, self->figures);
  if (thaw_compare_charts_x (self->compare) != self->shown_x) {
    self->shown_x = thaw_compare_charts_x (self->compare);
    thaw_chart_group_reset (self->chart_group);
  }
  thaw_chart_group_set_full (self->chart_group, thaw_compare_charts_full (self->compare));
  thaw_chart_group_changed (self->chart_group);
  thaw_chart_view_changed (self->views[THAW_COMPARE_SCATTER]);
}

static gboolean
tables_cb (gpointer user)
{
  ThawComparisonPage *self = user;
  g_autofree ThawRunRows *rows = NULL;

  self->tables_id = 0;
  if (self->compare == NULL)
    return G_SOURCE_REMOVE;
  rows = all_rows (self);
  figure (self, rows);
  feed (self);
  show_verdict (self);
  show_pairs (self);
  return G_SOURCE_REMOVE;
}

static void
grown_cb (ThawComparisonPage *self)
{
  if (self->compare == NULL)
    return;
  feed (self);
  if (self->tables_id == 0)
    self->tables_id = g_timeout_add (self->told_all ? TABLES_MS : SOON_MS, tables_cb, self);
}

static double
smoothing_of (ThawComparisonPage *self)
{
  return gtk_range_get_value (GTK_RANGE (self->smoothing_scale));
}

static void
make_charts (ThawComparisonPage *self)
{
  int n = (int) self->items->len;
  g_autofree const char **names = g_new (const char *, n);
  g_autofree int *hues = g_new (int, n);

  for (int i = 0; i < n; i++) {
    names[i] = run_of (self, (guint) i)->name;
    hues[i] = thaw_run_item_hue (self->items->pdata[i]);
  }
  self->compare = thaw_compare_charts_new (names, hues, n);
  thaw_compare_charts_set_x (self->compare,
                             (ThawXKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->x_axis)));
  thaw_compare_charts_set_cost (self->compare,
                                (ThawCost) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->cost)));
  thaw_compare_charts_set_log (self->compare,
                               gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->log)));
  thaw_compare_charts_set_smoothing (self->compare, smoothing_of (self));
  thaw_compare_charts_set_groups (self->compare, self->group);
  for (int c = 0; c < THAW_N_COMPARE_CHARTS; c++) {
    bool scatter = c == THAW_COMPARE_SCATTER;
    GtkWidget *view = thaw_chart_view_new (
        thaw_compare_charts_take (self->compare, c), thaw_compare_chart_name (c),
        scatter ? self->scatter_group : self->chart_group, heights[c]);
    self->views[c] = THAW_CHART_VIEW (view);
    thaw_chart_view_set_zoomable (self->views[c], !scatter);
    gtk_widget_add_css_class (view, "card");
    gtk_box_append (GTK_BOX (scatter ? self->scatter : self->charts), view);
  }
}

static void
drop_charts (ThawComparisonPage *self)
{
  for (int c = 0; c < THAW_N_COMPARE_CHARTS; c++)
    if (self->views[c] != NULL)
      gtk_box_remove (GTK_BOX (c == THAW_COMPARE_SCATTER ? self->scatter : self->charts),
                      GTK_WIDGET (self->views[c]));
  memset (self->views, 0, sizeof self->views);
  g_clear_pointer (&self->compare, thaw_compare_charts_free);
  thaw_chart_group_reset (self->chart_group);
}

static void
let_go (ThawComparisonPage *self)
{
  g_clear_handle_id (&self->tables_id, g_source_remove);
  for (guint i = 0; i < self->items->len; i++) {
    g_signal_handlers_disconnect_by_data (self->items->pdata[i], self);
    g_signal_handlers_disconnect_by_data (self->data->pdata[i], self);
  }
  g_ptr_array_set_size (self->items, 0);
  g_ptr_array_set_size (self->data, 0);
  g_clear_pointer (&self->figures, g_free);
  g_clear_pointer (&self->group, g_free);
  g_clear_pointer (&self->kin, g_free);
}

static bool
same_runs (ThawComparisonPage *self, const GPtrArray *runs)
{
  if (runs->len != self->items->len)
    return false;
  for (guint i = 0; i < runs->len; i++)
    if (runs->pdata[i] != self->items->pdata[i])
      return false;
  return true;
}

static void
follow (ThawComparisonPage *self, ThawRunItem *item)
{
  ThawRunData *data = thaw_watch_follow (self->watch, thaw_run_item_id (item));

  g_ptr_array_add (self->items, g_object_ref (item));
  g_ptr_array_add (self->data, data);
  g_signal_connect_swapped (item, "changed", G_CALLBACK (grown_cb), self);
  g_signal_connect_swapped (data, "grown", G_CALLBACK (grown_cb), self);
  g_signal_connect_swapped (data, "reset", G_CALLBACK (grown_cb), self);
}

void
thaw_comparison_page_set_runs (GtkWidget *page, const GPtrArray *runs)
{
  ThawComparisonPage *self = THAW_COMPARISON_PAGE (page);
  g_autofree ThawRunRows *rows = NULL;

  if (same_runs (self, runs) && runs->len > 0)
    return;
  drop_charts (self);
  let_go (self);
  for (guint i = 0; i < runs->len; i++)
    follow (self, runs->pdata[i]);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), runs->len > 0 ? "charts" : "none");
  if (runs->len == 0)
    return;
  self->figures = g_new0 (ThawFigures, runs->len);
  self->group = g_new0 (int, runs->len);
  self->kin = g_new0 (int, runs->len);
  find_groups (self);
  make_charts (self);
  rows = all_rows (self);
  figure (self, rows);
  feed (self);
  show_verdict (self);
  show_pairs (self);
  show_recipes (self);
}

/* --- Controls --- */

static void
x_selected_cb (ThawComparisonPage *self)
{
  if (self->compare == NULL)
    return;
  thaw_compare_charts_set_x (self->compare,
                             (ThawXKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->x_axis)));
  feed (self);
}

static void
log_toggled_cb (ThawComparisonPage *self)
{
  if (self->compare == NULL)
    return;
  thaw_compare_charts_set_log (self->compare,
                               gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->log)));
  thaw_chart_group_changed (self->chart_group);
}

static void
seeds_toggled_cb (ThawComparisonPage *self)
{
  if (self->compare == NULL)
    return;
  find_groups (self);
  thaw_compare_charts_set_groups (self->compare, self->group);
  feed (self);
  show_verdict (self);
}

static void
cost_selected_cb (ThawComparisonPage *self)
{
  if (self->compare == NULL)
    return;
  thaw_compare_charts_set_cost (self->compare,
                                (ThawCost) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->cost)));
  feed (self);
}

static void
fields_toggled_cb (ThawComparisonPage *self)
{
  if (self->compare != NULL)
    show_recipes (self);
}

static void
smoothing_changed_cb (ThawComparisonPage *self)
{
  double epochs = smoothing_of (self);
  g_autofree char *text =
      epochs > 0
          ? g_strdup_printf (ngettext ("%.2f epoch", "%.2f epochs", epochs == 1 ? 1 : 2), epochs)
          : g_strdup (_ ("none"));

  gtk_label_set_text (GTK_LABEL (self->smoothing_value), text);
  if (self->compare == NULL)
    return;
  thaw_compare_charts_set_smoothing (self->compare, epochs);
  thaw_chart_group_changed (self->chart_group);
}

static void
zoomed_cb (ThawComparisonPage *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "comparison.reset",
                                 thaw_chart_group_zoomed (self->chart_group));
}

/* --- Actions --- */

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawComparisonPage *self = THAW_COMPARISON_PAGE (widget);

  if (self->compare != NULL)
    thaw_chart_export (widget, self->views, THAW_N_COMPARE_CHARTS, _ ("comparison"));
}

static void
table_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawComparisonPage *self = THAW_COMPARISON_PAGE (widget);

  if (self->compare != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self->views[0]), "chart.table", NULL);
}

char *
thaw_comparison_page_table (ThawComparisonPage *self, const char *format)
{
  g_autoptr (ThawSheet) verdict = NULL, pairs = NULL;
  g_autofree char *first = NULL, *second = NULL;
  ThawSheetFormat as = strcmp (format, "latex") == 0      ? THAW_SHEET_LATEX
                       : strcmp (format, "markdown") == 0 ? THAW_SHEET_MARKDOWN
                                                          : THAW_SHEET_TEXT;

  if (self->compare == NULL)
    return NULL;
  verdict = verdict_of (self, NULL);
  pairs = pairs_of (self);
  first = thaw_sheet_write (verdict, as);
  if (pairs == NULL)
    return g_steal_pointer (&first);
  second = thaw_sheet_write (pairs, as);
  return g_strconcat (first, "\n", second, NULL);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawComparisonPage *self = THAW_COMPARISON_PAGE (widget);
  g_autofree char *text = thaw_comparison_page_table (self, g_variant_get_string (parameter, NULL));

  if (text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  thaw_toast (widget, _ ("Table copied"), NULL, NULL);
}

static void
reset_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  thaw_chart_group_reset (THAW_COMPARISON_PAGE (widget)->chart_group);
}

/* --- Life --- */

static void
thaw_comparison_page_dispose (GObject *object)
{
  ThawComparisonPage *self = THAW_COMPARISON_PAGE (object);

  if (self->stack != NULL) {
    drop_charts (self);
    let_go (self);
    gtk_widget_dispose_template (GTK_WIDGET (self), THAW_TYPE_COMPARISON_PAGE);
  }
  g_clear_object (&self->chart_group);
  g_clear_object (&self->scatter_group);
  g_clear_object (&self->watch);
  G_OBJECT_CLASS (thaw_comparison_page_parent_class)->dispose (object);
}

static void
thaw_comparison_page_finalize (GObject *object)
{
  ThawComparisonPage *self = THAW_COMPARISON_PAGE (object);

  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->data);
  G_OBJECT_CLASS (thaw_comparison_page_parent_class)->finalize (object);
}

static void
thaw_comparison_page_class_init (ThawComparisonPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = thaw_comparison_page_dispose;
  G_OBJECT_CLASS (class)->finalize = thaw_comparison_page_finalize;
  g_type_ensure (THAW_TYPE_SHEET_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               THAW_RESOURCE_PATH "comparison/comparison-page.ui");
#define BIND(name) gtk_widget_class_bind_template_child (widget_class, ThawComparisonPage, name)
  BIND (stack);
  BIND (scrolled);
  BIND (content);
  BIND (verdict_box);
  BIND (verdict);
  BIND (note);
  BIND (pairs_box);
  BIND (pairs);
  BIND (pairs_note);
  BIND (controls);
  BIND (x_axis);
  BIND (log);
  BIND (seeds_place);
  BIND (seeds);
  BIND (smoothing_scale);
  BIND (smoothing_value);
  BIND (reset);
  BIND (menu);
  BIND (charts);
  BIND (cost_box);
  BIND (cost);
  BIND (scatter);
  BIND (recipes_box);
  BIND (recipes_title);
  BIND (all_fields);
  BIND (recipes);
  BIND (same);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, x_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, log_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, seeds_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, cost_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, fields_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, smoothing_changed_cb);
  gtk_widget_class_install_action (widget_class, "comparison.export", NULL, export_action);
  gtk_widget_class_install_action (widget_class, "comparison.table", NULL, table_action);
  gtk_widget_class_install_action (widget_class, "comparison.copy", "s", copy_action);
  gtk_widget_class_install_action (widget_class, "comparison.reset", NULL, reset_action);
  gtk_widget_class_set_css_name (widget_class, "thawcomparison");
}

static void
thaw_comparison_page_init (ThawComparisonPage *self)
{
  g_autoptr (GtkStringList) axes = gtk_string_list_new (NULL), costs = gtk_string_list_new (NULL);
  GSettings *settings = thaw_settings ();

  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->data = g_ptr_array_new_with_free_func (g_object_unref);
  self->chart_group = thaw_chart_group_new ();
  self->scatter_group = thaw_chart_group_new ();
  self->shown_x = THAW_N_X;
  gtk_widget_init_template (GTK_WIDGET (self));
  thaw_scroll_to_own_focus (self->scrolled);
  for (int i = 0; i < THAW_N_X; i++)
    gtk_string_list_append (axes, thaw_x_name ((ThawXKind) i));
  for (int i = 0; i < THAW_N_COSTS; i++)
    gtk_string_list_append (costs, thaw_cost_name ((ThawCost) i));
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->x_axis), G_LIST_MODEL (axes));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->x_axis), THAW_X_EPOCH);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->cost), G_LIST_MODEL (costs));
  if (settings != NULL)
    g_settings_bind (settings, "comparison-smoothing",
                     gtk_range_get_adjustment (GTK_RANGE (self->smoothing_scale)), "value",
                     G_SETTINGS_BIND_DEFAULT);
  smoothing_changed_cb (self);
  g_signal_connect_object (self->chart_group, "zoomed", G_CALLBACK (zoomed_cb), self,
                           G_CONNECT_SWAPPED);
  zoomed_cb (self);
}

GtkWidget *
thaw_comparison_page_new (ThawWatch *watch)
{
  ThawComparisonPage *self = g_object_new (THAW_TYPE_COMPARISON_PAGE, NULL);

  self->watch = g_object_ref (watch);
  return GTK_WIDGET (self);
}

ThawChartView *
thaw_comparison_page_chart (ThawComparisonPage *self, int which)
{
  return self->views[which];
}
