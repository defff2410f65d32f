/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Toasts, and taking back what they tell of: by their button, or the latest by Ctrl+Z. */
#include "pages.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>

enum { KEPT = 20 };

typedef struct {
  guint number;
  GCallback func;
  gpointer user;
  GDestroyNotify destroy; /* for those that are never called */
} Undo;

static void
call (Undo *undo)
{
  ((void (*) (gpointer)) undo->func) (undo->user);
  g_free (undo);
}

static void
drop (gpointer data)
{
  Undo *undo = data;

  if (undo->destroy != NULL)
    undo->destroy (undo->user);
  g_free (undo);
}

void
thaw_window_undo (ThawWindow *self)
{
  Undo *undo = g_queue_pop_head (&self->undo);

  if (undo != NULL)
    call (undo);
  thaw_window_update_actions (self);
}

void
thaw_window_clear_undo (ThawWindow *self)
{
  g_queue_clear_full (&self->undo, drop);
}

static void
button_clicked_cb (AdwToast *toast, ThawWindow *self)
{
  guint number = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (toast), "thaw-undo"));

  for (GList *link = self->undo.head; link != NULL; link = link->next) {
    Undo *undo = link->data;
    if (undo->number != number)
      continue;
    g_queue_delete_link (&self->undo, link);
    call (undo);
    break;
  }
  thaw_window_update_actions (self);
}

guint
thaw_window_push_undo (ThawWindow *self, GCallback func, gpointer user, GDestroyNotify destroy)
{
  Undo *undo = g_new0 (Undo, 1);

  undo->number = ++self->last_undo;
  undo->func = func;
  undo->user = user;
  undo->destroy = destroy;
  g_queue_push_head (&self->undo, undo);
  if (g_queue_get_length (&self->undo) > KEPT)
    drop (g_queue_pop_tail (&self->undo));
  thaw_window_update_actions (self);
  return undo->number;
}

static AdwToast *
new_toast (ThawWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_free (self->said);
  self->said = g_strdup (text);
  return adw_toast_new (escaped);
}

void
thaw_window_toast_undo (
    ThawWindow *self, const char *text, GCallback func, gpointer user, GDestroyNotify destroy)
{
  AdwToast *toast = new_toast (self, text);
  guint number = thaw_window_push_undo (self, func, user, destroy);

  g_object_set_data (G_OBJECT (toast), "thaw-undo", GUINT_TO_POINTER (number));
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (button_clicked_cb), self, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
thaw_window_toast (ThawWindow *self, const char *text, GCallback undo, gpointer user)
{
  if (self->toasts == NULL)
    return;
  if (undo != NULL)
    thaw_window_toast_undo (self, text, undo, user, NULL);
  else
    adw_toast_overlay_add_toast (self->toasts, new_toast (self, text));
}

void
thaw_toast (GtkWidget *from, const char *text, GCallback undo, gpointer user)
{
  GtkRoot *root = gtk_widget_get_root (from);

  while (root != NULL && !THAW_IS_WINDOW (root))
    root = (GtkRoot *) gtk_window_get_transient_for (GTK_WINDOW (root));
  if (root != NULL)
    thaw_window_toast (THAW_WINDOW (root), text, undo, user);
}
