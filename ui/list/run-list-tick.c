/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing several runs without modifier keys: rows have boxes, a click or Space ticks them. */
#include "run-list-private.h"

static void
toggle (ThawRunList *self, GtkListItem *cell)
{
  GtkSelectionModel *model = GTK_SELECTION_MODEL (self->selection);
  guint position = gtk_list_item_get_position (cell);

  if (gtk_list_item_get_selected (cell))
    gtk_selection_model_unselect_item (model, position);
  else
    gtk_selection_model_select_item (model, position, FALSE);
}

/* While several are being chosen, a click adds a run or takes it away. */
void
thaw_run_list_row_clicked_cb (
    GtkGestureClick *gesture, int n, double x, double y, GtkListItem *cell)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  ThawRunList *self = THAW_RUN_LIST (gtk_widget_get_ancestor (row, THAW_TYPE_RUN_LIST));

  if (!self->selecting || thaw_run_row_run (THAW_RUN_ROW (row)) == NULL)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (gtk_widget_get_parent (row));
  toggle (self, cell);
}

static GtkListItem *
cell_with_focus (ThawRunList *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  GHashTableIter iter;
  gpointer row, cell;

  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, &row, &cell))
    if (gtk_widget_get_parent (row) == focus)
      return cell;
  return NULL;
}

static bool
focus_position (ThawRunList *self, guint position)
{
  GHashTableIter iter;
  gpointer row, cell;

  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, &row, &cell))
    if (gtk_list_item_get_position (cell) == position) {
      thaw_run_list_scroll_to (self, position);
      return gtk_widget_grab_focus (gtk_widget_get_parent (row));
    }
  return false;
}

/* While several are being chosen, arrows only move, Space ticks, Escape ends it. */
gboolean
thaw_run_list_key_pressed_cb (GtkEventControllerKey *keys,
                              guint key,
                              guint code,
                              GdkModifierType modifiers,
                              ThawRunList *self)
{
  GtkListItem *cell = self->selecting ? cell_with_focus (self) : NULL;
  guint position;

  if (key == GDK_KEY_Escape && self->selecting) {
    thaw_run_list_set_selecting (self, false);
    return GDK_EVENT_STOP;
  }
  if (cell == NULL || (modifiers & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;
  position = gtk_list_item_get_position (cell);
  if (key == GDK_KEY_space || key == GDK_KEY_Return)
    toggle (self, cell);
  else if (key == GDK_KEY_Down)
    focus_position (self, position + 1);
  else if (key == GDK_KEY_Up && position > 0)
    focus_position (self, position - 1);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}
