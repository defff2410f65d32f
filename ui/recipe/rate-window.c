/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rate-window.h"
#include "chart-view.h"
#include "command.h"
#include "engine.h"
#include "rate-test.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define CHART_PX 300

#define THAW_TYPE_RATE_WINDOW (thaw_rate_window_get_type ())
G_DECLARE_FINAL_TYPE (ThawRateWindow, thaw_rate_window, THAW, RATE_WINDOW, AdwWindow)

struct _ThawRateWindow {
  AdwWindow parent_instance;

  ThawDraft *draft;
  GCancellable *cancel;
  GtkWidget *stack, *box, *status;
};

G_DEFINE_FINAL_TYPE (ThawRateWindow, thaw_rate_window, ADW_TYPE_WINDOW)

/* --- A reading is taken --- */

static void
use_cb (GtkButton *button, ThawRateWindow *self)
{
  const double *rate = g_object_get_data (G_OBJECT (button), "thaw-rate");
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autoptr (GError) error = NULL;

  g_ascii_formatd (number, sizeof number, "%.2g", *rate);
  thaw_draft_settle (self->draft);
  if (thaw_draft_set (self->draft, "optimizer.lr", number, &error))
    gtk_window_close (GTK_WINDOW (self));
  else
    gtk_label_set_text (GTK_LABEL (self->status), error->message);
}

static GtkWidget *
use_button_new (ThawRateWindow *self, const ThawRateReading *reading, const char *rate)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Use"));
  g_autofree char *name = g_strdup_printf (_ ("Use %s"), rate);
  double *kept = g_new (double, 1);

  *kept = reading->rate;
  g_object_set_data_full (G_OBJECT (button), "thaw-rate", kept, g_free);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (use_cb), self, 0);
  return button;
}

static GtkWidget *
reading_row_new (ThawRateWindow *self, const ThawRateReading *reading)
{
  g_autofree char *rate = g_strdup_printf ("%.2g", reading->rate);
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", reading->title,
                                 "subtitle", reading->reason, "subtitle-lines", 0, NULL);
  GtkWidget *label = gtk_label_new (rate);

  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), use_button_new (self, reading, rate));
  return row;
}

/* --- What it shows --- */

static GtkWidget *
words_new (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  return label;
}

/* The chart goes to its view. */
static GtkWidget *
chart_view_of (ThawRateTest *test)
{
  g_autoptr (ThawChartGroup) group = thaw_chart_group_new ();
  GtkWidget *view =
      thaw_chart_view_new (g_steal_pointer (&test->chart), _ ("Range test"), group, CHART_PX);

  thaw_chart_view_set_zoomable (THAW_CHART_VIEW (view), false);
  gtk_widget_add_css_class (view, "card");
  return view;
}

static void
show (ThawRateWindow *self, ThawRateTest *test)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  gtk_box_append (GTK_BOX (self->box),
                  words_new (_ ("The rate grew from step to step on a copy of the weights. Good "
                                "rates lie where the loss falls steeply, well before it rises.")));
  gtk_box_append (GTK_BOX (self->box), chart_view_of (test));
  if (test->none != NULL)
    gtk_box_append (GTK_BOX (self->box), words_new (test->none));
  adw_preferences_group_set_title (group, _ ("Readings"));
  adw_preferences_group_set_description (group, _ ("They differ: none is the one truth."));
  for (guint i = 0; i < test->readings->len; i++)
    adw_preferences_group_add (group, reading_row_new (self, test->readings->pdata[i]));
  gtk_widget_set_visible (GTK_WIDGET (group), test->readings->len > 0);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (group));
  self->status = words_new (NULL);
  gtk_widget_add_css_class (self->status, "error");
  gtk_box_append (GTK_BOX (self->box), self->status);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "answer");
}

static void
show_error (ThawRateWindow *self, const char *message)
{
  GtkWidget *page = g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", "dialog-error-symbolic",
                                  "title", _ ("No Range Test"), "description", message, NULL);

  gtk_stack_add_named (GTK_STACK (self->stack), page, "error");
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "error");
}

/* --- The test --- */

/* A window that is closed while its test runs goes at once: GTK takes no window that outlives the
 * one below it. */
static void
told_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GWeakRef *weak = data;
  g_autoptr (ThawRateWindow) self = g_weak_ref_get (weak);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRateTest) test = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);

  g_weak_ref_clear (weak);
  g_free (weak);
  if (self == NULL)
    return;
  test = json != NULL ? thaw_rate_test_parse (json, &error) : NULL;
  if (test != NULL)
    show (self, test);
  else
    show_error (self, error->message);
}

static void
ask (ThawRateWindow *self, const char *home)
{
  g_auto (GStrv) chosen =
      thaw_command_recipe (thaw_draft_recipe (self->draft), thaw_draft_origin_name (self->draft));
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  const char *path = thaw_draft_data_path (self->draft);
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  g_ptr_array_add (args, (gpointer) "find-lr");
  for (char **arg = chosen; *arg != NULL; arg++)
    g_ptr_array_add (args, *arg);
  if (path != NULL) {
    g_ptr_array_add (args, (gpointer) "--data");
    g_ptr_array_add (args, (gpointer) path);
  }
  g_ptr_array_add (args, (gpointer) "--json");
  g_ptr_array_add (args, NULL);
  thaw_engine_call (home, (const char *const *) args->pdata, self->cancel, told_cb, weak);
}

/* --- The window --- */

static GtkWidget *
waiting_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *spinner = gtk_spinner_new (),
            *label = gtk_label_new (_ ("Trying a hundred rates, from tiny to huge, a step each…"));

  gtk_widget_set_size_request (spinner, 32, 32);
  gtk_spinner_start (GTK_SPINNER (spinner));
  gtk_accessible_update_property (GTK_ACCESSIBLE (spinner), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Working"), -1);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_box_append (GTK_BOX (box), spinner);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
answer_new (ThawRateWindow *self)
{
  GtkWidget *clamp = adw_clamp_new ();

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  gtk_widget_set_margin_top (self->box, 12);
  gtk_widget_set_margin_bottom (self->box, 24);
  gtk_widget_set_margin_start (self->box, 12);
  gtk_widget_set_margin_end (self->box, 12);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 720);
  adw_clamp_set_child (ADW_CLAMP (clamp), self->box);
  return g_object_new (GTK_TYPE_SCROLLED_WINDOW, "hscrollbar-policy", GTK_POLICY_NEVER, "child",
                       clamp, "vexpand", TRUE, NULL);
}

static void
thaw_rate_window_dispose (GObject *object)
{
  ThawRateWindow *self = THAW_RATE_WINDOW (object);

  g_cancellable_cancel (self->cancel);
  g_clear_object (&self->draft);
  G_OBJECT_CLASS (thaw_rate_window_parent_class)->dispose (object);
}

static void
thaw_rate_window_finalize (GObject *object)
{
  g_object_unref (THAW_RATE_WINDOW (object)->cancel);
  G_OBJECT_CLASS (thaw_rate_window_parent_class)->finalize (object);
}

static void
thaw_rate_window_class_init (ThawRateWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = thaw_rate_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = thaw_rate_window_finalize;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close",
                                       NULL);
}

static void
thaw_rate_window_init (ThawRateWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->cancel = g_cancellable_new ();
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), waiting_new (), "waiting");
  gtk_stack_add_named (GTK_STACK (self->stack), answer_new (self), "answer");
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), self->stack);
  adw_window_set_content (ADW_WINDOW (self), box);
}

void
thaw_rate_window_present (GtkWindow *parent, ThawDraft *draft, const char *home)
{
  ThawRateWindow *self = g_object_new (THAW_TYPE_RATE_WINDOW, "title", _ ("Find a Learning Rate"),
                                       "default-width", 640, "default-height", 680, "transient-for",
                                       parent, "modal", TRUE, "destroy-with-parent", TRUE, NULL);

  self->draft = g_object_ref (draft);
  ask (self, home);
  gtk_window_present (GTK_WINDOW (self));
}
