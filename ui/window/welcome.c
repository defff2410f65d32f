/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "welcome.h"

#include "thaw-ui.h"

struct _ThawWelcome {
  GtkWidget parent_instance;
  GtkWidget *page, *try_button;
  GtkStack *try_stack;
  GtkSpinner *spinner;
  GtkLabel *problem;
};

G_DEFINE_FINAL_TYPE (ThawWelcome, thaw_welcome, GTK_TYPE_WIDGET)

static void
thaw_welcome_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), THAW_TYPE_WELCOME);
  G_OBJECT_CLASS (thaw_welcome_parent_class)->dispose (object);
}

static gboolean
focus_cb (gpointer data)
{
  g_autoptr (ThawWelcome) self = data;

  if (self->try_button != NULL)
    gtk_widget_grab_focus (self->try_button);
  return G_SOURCE_REMOVE;
}

/* Return is all it takes to begin. After the window has put the focus where it thinks best. */
static void
thaw_welcome_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (thaw_welcome_parent_class)->map (widget);
  g_idle_add_full (G_PRIORITY_LOW, focus_cb, g_object_ref (widget), NULL);
}

static void
thaw_welcome_class_init (ThawWelcomeClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = thaw_welcome_dispose;
  widget_class->map = thaw_welcome_map;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               THAW_RESOURCE_PATH "window/welcome.ui");
  gtk_widget_class_bind_template_child (widget_class, ThawWelcome, page);
  gtk_widget_class_bind_template_child (widget_class, ThawWelcome, try_button);
  gtk_widget_class_bind_template_child (widget_class, ThawWelcome, try_stack);
  gtk_widget_class_bind_template_child (widget_class, ThawWelcome, spinner);
  gtk_widget_class_bind_template_child (widget_class, ThawWelcome, problem);
}

static void
thaw_welcome_init (ThawWelcome *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
thaw_welcome_set_busy (ThawWelcome *self, gboolean busy)
{
  gtk_stack_set_visible_child_name (self->try_stack, busy ? "busy" : "text");
  gtk_spinner_set_spinning (self->spinner, busy);
}

void
thaw_welcome_set_problem (ThawWelcome *self, const char *sentence)
{
  gtk_label_set_label (self->problem, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), sentence != NULL);
}
