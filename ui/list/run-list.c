/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-list-private.h"

#include "thaw-ui.h"
#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define SEEN_MS 25 /* until the next frame is on the screen */

G_DEFINE_FINAL_TYPE (ThawRunList, thaw_run_list, GTK_TYPE_WIDGET)

enum { PROP_SELECTING = 1, PROP_SEARCHING, N_PROPS };
static GParamSpec *props[N_PROPS];
static guint chosen_signal, opened_signal, edited_signal;

/* --- What is selected --- */

GPtrArray *
thaw_run_list_selected (ThawRunList *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GtkBitset) set =
      gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GtkBitsetIter iter;
  guint position;

  for (bool more = gtk_bitset_iter_init_first (&iter, set, &position); more;
       more = gtk_bitset_iter_next (&iter, &position)) {
    g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->rows), position);
    if (THAW_IS_RUN_ITEM (item) && !g_ptr_array_find (items, item, NULL))
      g_ptr_array_add (items, g_steal_pointer (&item));
  }
  return items;
}

static bool
same_items (const GPtrArray *a, const GPtrArray *b)
{
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    if (a->pdata[i] != b->pdata[i])
      return false;
  return a->len == b->len;
}

/* The runs that were chosen are no rows any more: trashed, say, and not hidden by a search. */
static bool
chosen_went (ThawRunList *self)
{
  if (self->searching || self->chosen->len == 0)
    return false;
  for (guint i = 0; i < self->chosen->len; i++)
    if (thaw_list_rows_find (self->rows, self->chosen->pdata[i], NULL))
      return false;
  return true;
}

/* The run that stands where the chosen ones stood. */
static void
choose_neighbour (ThawRunList *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));

  for (guint i = MIN (self->chosen_position, n); i < n + n; i++) {
    guint position = i < n ? i : 2 * n - 1 - i; /* downwards, then from the end upwards */
    g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->rows), position);
    if (!THAW_IS_RUN_ITEM (item))
      continue;
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
    return;
  }
}

static void
note_position (ThawRunList *self)
{
  if (self->chosen->len > 0)
    thaw_list_rows_find (self->rows, self->chosen->pdata[0], &self->chosen_position);
}

/* After the rows have settled, and only when it is another choice: a list that is grouped anew
 * takes the selection away and gives it back. */
static gboolean
tell_chosen_cb (gpointer data)
{
  ThawRunList *self = data;
  GPtrArray *items = thaw_run_list_selected (self);

  if (items->len == 0 && chosen_went (self)) {
    choose_neighbour (self);
    g_ptr_array_unref (items);
    items = thaw_run_list_selected (self);
  }
  self->chosen_source = 0;
  if (same_items (items, self->chosen)) {
    g_ptr_array_unref (items);
    note_position (self);
    return G_SOURCE_REMOVE;
  }
  g_ptr_array_unref (self->chosen);
  self->chosen = items;
  note_position (self);
  g_signal_emit (self, chosen_signal, 0);
  return G_SOURCE_REMOVE;
}

static void
tell_chosen_soon (ThawRunList *self)
{
  if (self->chosen_source == 0)
    self->chosen_source = g_idle_add_full (G_PRIORITY_DEFAULT, tell_chosen_cb, self, NULL);
}

static void
mark_rows (ThawRunList *self)
{
  GHashTableIter iter;
  gpointer row, cell;

  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, &row, &cell))
    thaw_run_row_set_selected (row, gtk_list_item_get_selected (cell));
}

static void
selection_changed_cb (ThawRunList *self)
{
  mark_rows (self);
  tell_chosen_soon (self);
}

void
thaw_run_list_scroll_to (ThawRunList *self, guint position)
{
  gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
}

static bool
select_now (ThawRunList *self, const char *id)
{
  ThawRunItem *item = thaw_watch_find (self->watch, id);
  guint position;

  if (item == NULL || !thaw_list_rows_find (self->rows, item, &position))
    return false;
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  thaw_run_list_scroll_to (self, position);
  return true;
}

void
thaw_run_list_select (ThawRunList *self, const char *id)
{
  g_clear_pointer (&self->awaited, g_free);
  if (id == NULL)
    gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (self->selection));
  else if (!select_now (self, id))
    self->awaited = g_strdup (id);
}

void
thaw_run_list_select_too (ThawRunList *self, const char *id)
{
  ThawRunItem *item = thaw_watch_find (self->watch, id);
  guint position;

  if (item != NULL && thaw_list_rows_find (self->rows, item, &position))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, FALSE);
}

/* --- Rows come and go --- */

static void
show_page (ThawRunList *self)
{
  bool nothing = thaw_list_rows_n_runs (self->rows) == 0 && self->searching;

  gtk_stack_set_visible_child_name (self->pages, nothing ? "nothing" : "list");
}

static void
select_again (ThawRunList *self, const GPtrArray *before)
{
  g_autoptr (GtkBitset) selected = gtk_bitset_new_empty ();
  g_autoptr (GtkBitset) mask =
      gtk_bitset_new_range (0, MAX (1, g_list_model_get_n_items (G_LIST_MODEL (self->rows))));

  for (guint i = 0; i < before->len; i++) {
    guint position;
    if (thaw_list_rows_find (self->rows, before->pdata[i], &position))
      gtk_bitset_add (selected, position);
  }
  gtk_selection_model_set_selection (GTK_SELECTION_MODEL (self->selection), selected, mask);
}

/* Changes rows and keeps what is selected, as far as it is there still. */
static void
change_rows (ThawRunList *self, void (*change) (ThawRunList *self, gpointer data), gpointer data)
{
  g_autoptr (GPtrArray) before = thaw_run_list_selected (self);
  g_autoptr (GPtrArray) after = NULL;

  change (self, data);
  after = thaw_run_list_selected (self);
  if (after->len != before->len)
    select_again (self, before);
  show_page (self);
}

static void
refresh (ThawRunList *self, gpointer data)
{
  thaw_list_rows_refresh (self->rows);
}

static void
regroup (ThawRunList *self, gpointer data)
{
  thaw_list_rows_set_grouping (self->rows, GPOINTER_TO_UINT (data));
}

static void
search (ThawRunList *self, gpointer data)
{
  thaw_list_rows_set_search (self->rows, data);
}

static void
watch_changed_cb (ThawRunList *self)
{
  change_rows (self, refresh, NULL);
  if (self->awaited != NULL && select_now (self, self->awaited))
    g_clear_pointer (&self->awaited, g_free);
}

void
thaw_run_list_set_grouping (ThawRunList *self, ThawGrouping grouping)
{
  change_rows (self, regroup, GUINT_TO_POINTER (grouping));
}

/* --- Search --- */

static gboolean
find_cb (gpointer data)
{
  ThawRunList *self = data;

  self->search_source = 0;
  change_rows (self, search, (gpointer) gtk_editable_get_text (GTK_EDITABLE (self->search)));
  return G_SOURCE_REMOVE;
}

/* Hundreds of rows may come, and take as long as several frames: what was typed is seen first. */
static void
search_changed_cb (ThawRunList *self)
{
  if (self->search_source == 0)
    self->search_source = g_timeout_add (SEEN_MS, find_cb, self);
}

/* Enter takes the first that was found. */
static void
search_activate_cb (ThawRunList *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));

  for (guint i = 0; i < n; i++) {
    g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->rows), i);
    if (!THAW_IS_RUN_ITEM (item))
      continue;
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), i, TRUE);
    gtk_widget_grab_focus (GTK_WIDGET (self->view));
    return;
  }
}

void
thaw_run_list_search (ThawRunList *self)
{
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

void
thaw_run_list_set_text (ThawRunList *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
}

void
thaw_run_list_select_all (ThawRunList *self)
{
  gtk_selection_model_select_all (GTK_SELECTION_MODEL (self->selection));
}

static void
set_searching (ThawRunList *self, bool searching)
{
  if (self->searching == searching)
    return;
  self->searching = searching;
  gtk_search_bar_set_search_mode (self->search_bar, searching);
  if (!searching)
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  show_page (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SEARCHING]);
}

static void
search_mode_cb (ThawRunList *self)
{
  set_searching (self, gtk_search_bar_get_search_mode (self->search_bar));
}

/* --- Choosing several --- */

void
thaw_run_list_set_selecting (ThawRunList *self, bool selecting)
{
  GHashTableIter iter;
  gpointer row;

  if (self->selecting == selecting)
    return;
  self->selecting = selecting;
  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    thaw_run_row_set_selecting (row, selecting);
  mark_rows (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SELECTING]);
}

bool
thaw_run_list_selecting (ThawRunList *self)
{
  return self->selecting;
}

/* --- Editing in place --- */

static void
row_edited_cb (ThawRunRow *row, int what, const char *text, ThawRunList *self)
{
  ThawRunItem *item = thaw_run_row_run (row);

  if (item != NULL)
    g_signal_emit (self, edited_signal, 0, item, what, text);
}

void
thaw_run_list_edit (ThawRunList *self, ThawRunEdit what)
{
  g_autoptr (GPtrArray) items = thaw_run_list_selected (self);
  GHashTableIter iter;
  gpointer row;

  if (items->len != 1)
    return;
  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    if (thaw_run_row_run (row) == items->pdata[0]) {
      thaw_run_row_edit (row, what);
      return;
    }
}

/* --- The menu of a row --- */

static void
open_menu (ThawRunList *self, double x, double y)
{
  const GdkRectangle place = {(int) x, (int) y, 1, 1};

  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &place);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

/* A run that is not among the selected becomes the selected one first. */
static void
row_pressed_cb (GtkGestureClick *gesture, int n, double x, double y, GtkListItem *cell)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  ThawRunList *self = THAW_RUN_LIST (gtk_widget_get_ancestor (row, THAW_TYPE_RUN_LIST));
  double list_x, list_y;

  if (thaw_run_row_run (THAW_RUN_ROW (row)) == NULL)
    return;
  if (!gtk_list_item_get_selected (cell))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection),
                                     gtk_list_item_get_position (cell), TRUE);
  gtk_widget_translate_coordinates (row, GTK_WIDGET (self), x, y, &list_x, &list_y);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  open_menu (self, list_x, list_y);
}

/* From the keyboard: at the first selected row. */
static void
menu_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawRunList *self = THAW_RUN_LIST (widget);
  GHashTableIter iter;
  gpointer row, cell;

  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, &row, &cell))
    if (gtk_list_item_get_selected (cell)) {
      double x, y;
      gtk_widget_translate_coordinates (row, widget, 40, gtk_widget_get_height (row), &x, &y);
      open_menu (self, x, y);
      return;
    }
}

/* --- The factory --- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *cell, ThawRunList *self)
{
  GtkWidget *row = thaw_run_row_new ();
  GtkGesture *click = gtk_gesture_click_new (), *tick;

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (row_pressed_cb), cell);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  tick = gtk_gesture_click_new ();
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (tick), GTK_PHASE_CAPTURE);
  g_signal_connect (tick, "pressed", G_CALLBACK (thaw_run_list_row_clicked_cb), cell);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (tick));
  g_signal_connect (row, "edited", G_CALLBACK (row_edited_cb), self);
  gtk_list_item_set_child (cell, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *cell, ThawRunList *self)
{
  ThawRunRow *row = THAW_RUN_ROW (gtk_list_item_get_child (cell));
  bool run = THAW_IS_RUN_ITEM (gtk_list_item_get_item (cell));

  gtk_list_item_set_selectable (cell, run);
  gtk_list_item_set_activatable (cell, run);
  thaw_run_row_set_item (row, gtk_list_item_get_item (cell));
  thaw_run_row_set_selecting (row, self->selecting);
  thaw_run_row_set_selected (row, gtk_list_item_get_selected (cell));
  g_hash_table_insert (self->shown, row, cell);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *cell, ThawRunList *self)
{
  ThawRunRow *row = THAW_RUN_ROW (gtk_list_item_get_child (cell));

  g_hash_table_remove (self->shown, row);
  thaw_run_row_set_item (row, NULL);
}

static void
activate_cb (ThawRunList *self, guint position)
{
  g_signal_emit (self, opened_signal, 0);
}

/* --- The widget --- */

static void
thaw_run_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  ThawRunList *self = THAW_RUN_LIST (object);

  if (id == PROP_SELECTING)
    g_value_set_boolean (value, self->selecting);
  else if (id == PROP_SEARCHING)
    g_value_set_boolean (value, self->searching);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
thaw_run_list_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  ThawRunList *self = THAW_RUN_LIST (object);

  if (id == PROP_SELECTING)
    thaw_run_list_set_selecting (self, g_value_get_boolean (value));
  else if (id == PROP_SEARCHING)
    set_searching (self, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
thaw_run_list_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GTK_WIDGET_CLASS (thaw_run_list_parent_class)->size_allocate (widget, width, height, baseline);
  if (THAW_RUN_LIST (widget)->menu != NULL)
    gtk_popover_present (GTK_POPOVER (THAW_RUN_LIST (widget)->menu));
}

static void
thaw_run_list_dispose (GObject *object)
{
  ThawRunList *self = THAW_RUN_LIST (object);

  g_clear_handle_id (&self->chosen_source, g_source_remove);
  g_clear_handle_id (&self->search_source, g_source_remove);
  if (self->menu != NULL)
    gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&self->menu)));
  if (self->view != NULL)
    gtk_list_view_set_model (self->view, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), THAW_TYPE_RUN_LIST);
  g_clear_object (&self->selection);
  g_clear_object (&self->rows);
  g_clear_object (&self->watch);
  g_clear_pointer (&self->awaited, g_free);
  G_OBJECT_CLASS (thaw_run_list_parent_class)->dispose (object);
}

static void
thaw_run_list_finalize (GObject *object)
{
  g_hash_table_unref (THAW_RUN_LIST (object)->shown);
  g_ptr_array_unref (THAW_RUN_LIST (object)->chosen);
  G_OBJECT_CLASS (thaw_run_list_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, THAW_RESOURCE_PATH "list/run-list.ui");
  gtk_widget_class_bind_template_child (widget_class, ThawRunList, box);
  gtk_widget_class_bind_template_child (widget_class, ThawRunList, search_bar);
  gtk_widget_class_bind_template_child (widget_class, ThawRunList, search);
  gtk_widget_class_bind_template_child (widget_class, ThawRunList, pages);
  gtk_widget_class_bind_template_child (widget_class, ThawRunList, view);
  gtk_widget_class_bind_template_child (widget_class, ThawRunList, run_menu);
  gtk_widget_class_bind_template_child (widget_class, ThawRunList, trash_menu);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
}

static void
thaw_run_list_class_init (ThawRunListClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GType type = G_OBJECT_CLASS_TYPE (class);

  object_class->get_property = thaw_run_list_get_property;
  object_class->set_property = thaw_run_list_set_property;
  object_class->dispose = thaw_run_list_dispose;
  object_class->finalize = thaw_run_list_finalize;
  widget_class->size_allocate = thaw_run_list_size_allocate;
  props[PROP_SELECTING] =
      g_param_spec_boolean ("selecting", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_SEARCHING] =
      g_param_spec_boolean ("searching", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
  chosen_signal =
      g_signal_new ("chosen", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  opened_signal =
      g_signal_new ("opened", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  edited_signal = g_signal_new ("edited", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                3, THAW_TYPE_RUN_ITEM, G_TYPE_INT, G_TYPE_STRING);
  bind_template (widget_class);
  gtk_widget_class_set_css_name (widget_class, "runlist");
  gtk_widget_class_install_action (widget_class, "runs.menu", NULL, menu_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "runs.menu",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "runs.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "win.trash", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "win.rename", NULL);
}

static void
thaw_run_list_init (ThawRunList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->shown = g_hash_table_new (NULL, NULL);
  self->chosen = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search));
  g_signal_connect_object (self->search_bar, "notify::search-mode-enabled",
                           G_CALLBACK (search_mode_cb), self, G_CONNECT_SWAPPED);
}

static void
set_up_view (ThawRunList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (self->view, factory);
  g_object_unref (factory);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (thaw_run_list_key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self->view));
  self->menu = GTK_POPOVER_MENU (
      gtk_popover_menu_new_from_model (self->trash ? self->trash_menu : self->run_menu));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (GTK_WIDGET (self->menu), GTK_ALIGN_START);
  gtk_widget_set_parent (GTK_WIDGET (self->menu), GTK_WIDGET (self));
}

GtkWidget *
thaw_run_list_new (ThawWatch *watch, bool trash)
{
  ThawRunList *self = g_object_new (THAW_TYPE_RUN_LIST, NULL);

  self->watch = g_object_ref (watch);
  self->trash = trash;
  self->rows = thaw_list_rows_new (trash ? thaw_watch_trash (watch) : thaw_watch_runs (watch));
  self->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->rows)));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->rows, "items-changed", G_CALLBACK (tell_chosen_soon), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (watch, "changed", G_CALLBACK (watch_changed_cb), self,
                           G_CONNECT_SWAPPED);
  set_up_view (self);
  return GTK_WIDGET (self);
}
