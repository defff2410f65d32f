/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-window.h"
#include "answer-panel.h"
#include "picture-load.h"
#include "validation-view.h"

#include <glib/gi18n-lib.h>

struct _ThawPictureWindow {
  AdwWindow parent_instance;

  char *home;
  ThawAnswerPanel *panels[2]; /* the second is nullable */
  GtkWidget *stack, *shown, *verdict, *file_name;
  AdwViewSwitcherTitle *title;
  AdwViewSwitcherBar *bottom;
  guint reveal_source;
  GCancellable *cancel; /* of the picture that is being shown */
  GtkFileChooserNative *dialog;
  int waiting; /* panels that have not answered */
};

G_DEFINE_FINAL_TYPE (ThawPictureWindow, thaw_picture_window, ADW_TYPE_WINDOW)

/* --- A picture --- */

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawPictureWindow) self = data;
  g_autoptr (GPtrArray) textures = thaw_pictures_load_finish (result, NULL);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancel)
    return; /* another picture was chosen meanwhile */
  if (textures != NULL && textures->len > 0 && self->shown != NULL)
    gtk_picture_set_paintable (GTK_PICTURE (self->shown), textures->pdata[0]);
}

static void
say (ThawPictureWindow *self)
{
  const char *one = thaw_answer_panel_best (self->panels[0]);
  const char *two = self->panels[1] != NULL ? thaw_answer_panel_best (self->panels[1]) : NULL;
  g_autofree char *text = NULL;

  if (one != NULL && two != NULL)
    text = g_strcmp0 (one, two) == 0 ? g_strdup_printf (_ ("Both say: %s"), one)
                                     : g_strdup_printf (_ ("They differ: %s, %s"), one, two);
  else if (one != NULL || two != NULL)
    text = g_strdup_printf (_ ("Most likely: %s"), one != NULL ? one : two);
  gtk_label_set_text (GTK_LABEL (self->verdict), text != NULL ? text : "");
  gtk_widget_set_visible (self->verdict, text != NULL);
}

static void
answered_cb (ThawPictureWindow *self)
{
  self->waiting = MAX (self->waiting - 1, 0);
  if (self->waiting == 0)
    say (self);
}

static void
stop_showing (ThawPictureWindow *self)
{
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_clear_object (&self->cancel);
}

static void
show_picture (ThawPictureWindow *self, const char *path)
{
  const char *paths[] = {path, NULL};

  self->cancel = g_cancellable_new ();
  thaw_pictures_load (paths, self->cancel, loaded_cb, g_object_ref (self));
}

/* A file of another machine has no path that the engine could read. */
static void
ask (ThawPictureWindow *self, ThawAnswerPanel *panel, GFile *picture, const char *path)
{
  g_autofree char *where = path == NULL ? g_file_get_parse_name (picture) : NULL;
  g_autofree char *text =
      path == NULL
          ? g_strdup_printf (_ ("%s: is not a file of this computer, copy the picture here first"),
                             where)
          : NULL;

  if (path != NULL)
    thaw_answer_panel_ask (panel, path);
  else
    thaw_answer_panel_refuse (panel, text);
}

void
thaw_picture_window_try (ThawPictureWindow *self, GFile *picture)
{
  g_autofree char *path = g_file_get_path (picture), *name = g_file_get_basename (picture);

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "answers");
  stop_showing (self);
  gtk_picture_set_paintable (GTK_PICTURE (self->shown), NULL);
  gtk_picture_set_alternative_text (GTK_PICTURE (self->shown), name);
  gtk_label_set_text (GTK_LABEL (self->file_name), name);
  gtk_widget_set_visible (self->verdict, FALSE);
  if (path != NULL)
    show_picture (self, path);
  self->waiting = self->panels[1] != NULL ? 2 : 1;
  for (int i = 0; i < 2; i++)
    if (self->panels[i] != NULL)
      ask (self, self->panels[i], picture, path);
}

bool
thaw_picture_window_answered (ThawPictureWindow *self)
{
  return self->waiting == 0;
}

const char *
thaw_picture_window_verdict (ThawPictureWindow *self)
{
  return gtk_label_get_text (GTK_LABEL (self->verdict));
}

/* --- Where it comes from --- */

static void
chosen_cb (GtkNativeDialog *dialog, int response, ThawPictureWindow *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    thaw_picture_window_try (self, file);
}

static void
choose (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ThawPictureWindow *self = THAW_PICTURE_WINDOW (widget);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  g_clear_object (&self->dialog);
  self->dialog =
      gtk_file_chooser_native_new (_ ("Choose a Picture"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Choose"), _ ("_Cancel"));
  gtk_file_filter_set_name (filter, _ ("Pictures (PNG, JPEG)"));
  gtk_file_filter_add_mime_type (filter, "image/png");
  gtk_file_filter_add_mime_type (filter, "image/jpeg");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->dialog), filter);
  g_signal_connect_object (self->dialog, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->dialog));
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, ThawPictureWindow *self)
{
  const GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  thaw_picture_window_try (self, files->data);
  return TRUE;
}

/* --- Parts --- */

static GtkWidget *
choose_button_new (const char *label)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "picture.choose");
  return button;
}

static GtkWidget *
invitation_new (void)
{
  GtkWidget *button = choose_button_new (_ ("_Choose a Picture…"));
  GtkWidget *page =
      g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", "image-x-generic-symbolic", "title",
                    _ ("Drop a Picture Here"), "description",
                    _ ("A PNG or JPEG. The best weights of the run say what they see in it."),
                    "child", button, NULL);

  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "suggested-action");
  return page;
}

static GtkWidget *
answers_new (ThawPictureWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *flow = gtk_flow_box_new ();

  self->shown = gtk_picture_new ();
  gtk_widget_set_size_request (self->shown, 180, 180);
  gtk_widget_set_halign (self->shown, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->shown, "thaw-picture");
  self->file_name = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->file_name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (self->file_name, "dim-label");
  self->verdict = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->verdict), TRUE);
  gtk_widget_add_css_class (self->verdict, "title-2");
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), self->panels[1] != NULL ? 2 : 1);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 12);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 12);
  for (int i = 0; i < 2; i++)
    if (self->panels[i] != NULL)
      gtk_flow_box_append (GTK_FLOW_BOX (flow), GTK_WIDGET (self->panels[i]));
  gtk_box_append (GTK_BOX (box), self->shown);
  gtk_box_append (GTK_BOX (box), self->file_name);
  gtk_box_append (GTK_BOX (box), self->verdict);
  gtk_box_append (GTK_BOX (box), flow);
  gtk_box_append (GTK_BOX (box), choose_button_new (_ ("_Choose Another…")));
  gtk_widget_add_css_class (box, "thaw-picture-page");
  return g_object_new (ADW_TYPE_CLAMP, "maximum-size", self->panels[1] != NULL ? 640 : 400, "child",
                       box, NULL);
}

static GtkWidget *
scrolled (GtkWidget *child)
{
  return g_object_new (GTK_TYPE_SCROLLED_WINDOW, "hscrollbar-policy", GTK_POLICY_NEVER, "vexpand",
                       TRUE, "child", child, NULL);
}

static GtkWidget *
picture_page_new (ThawPictureWindow *self)
{
  self->stack = gtk_stack_new ();
  gtk_stack_set_transition_type (GTK_STACK (self->stack), GTK_STACK_TRANSITION_TYPE_CROSSFADE);
  gtk_stack_add_named (GTK_STACK (self->stack), invitation_new (), "invitation");
  gtk_stack_add_named (GTK_STACK (self->stack), scrolled (answers_new (self)), "answers");
  return self->stack;
}

static gboolean
reveal_cb (gpointer data)
{
  ThawPictureWindow *self = data;

  self->reveal_source = 0;
  adw_view_switcher_bar_set_reveal (self->bottom,
                                    adw_view_switcher_title_get_title_visible (self->title));
  return G_SOURCE_REMOVE;
}

/* It comes while sizes are given, when none may be asked for: the bar's children would be given
 * less than nothing, which GTK warns of. */
static void
title_visible_cb (ThawPictureWindow *self)
{
  if (self->reveal_source == 0)
    self->reveal_source = g_idle_add_full (G_PRIORITY_HIGH, reveal_cb, self, NULL);
}

static void
build (ThawPictureWindow *self, ThawRunItem *one, ThawRunItem *two)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *header = adw_header_bar_new (),
            *title = adw_view_switcher_title_new (), *bottom = adw_view_switcher_bar_new (),
            *pages = adw_view_stack_new ();
  AdwViewStackPage *page;

  page = adw_view_stack_add_titled (ADW_VIEW_STACK (pages), picture_page_new (self), "picture",
                                    _ ("Picture"));
  adw_view_stack_page_set_icon_name (page, "image-x-generic-symbolic");
  page = adw_view_stack_add_titled (ADW_VIEW_STACK (pages),
                                    scrolled (thaw_validation_view_new (self->home, one, two)),
                                    "validation", _ ("Validation Samples"));
  adw_view_stack_page_set_icon_name (page, "view-grid-symbolic");
  adw_view_switcher_title_set_stack (ADW_VIEW_SWITCHER_TITLE (title), ADW_VIEW_STACK (pages));
  adw_view_switcher_title_set_title (ADW_VIEW_SWITCHER_TITLE (title), _ ("Try a Picture"));
  adw_view_switcher_bar_set_stack (ADW_VIEW_SWITCHER_BAR (bottom), ADW_VIEW_STACK (pages));
  self->title = ADW_VIEW_SWITCHER_TITLE (title);
  self->bottom = ADW_VIEW_SWITCHER_BAR (bottom);
  g_signal_connect_object (title, "notify::title-visible", G_CALLBACK (title_visible_cb), self,
                           G_CONNECT_SWAPPED);
  title_visible_cb (self);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), title);
  gtk_widget_set_vexpand (pages, TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), pages);
  gtk_box_append (GTK_BOX (box), bottom);
  adw_window_set_content (ADW_WINDOW (self), box);
}

/* --- The object --- */

static void
thaw_picture_window_dispose (GObject *object)
{
  ThawPictureWindow *self = THAW_PICTURE_WINDOW (object);

  stop_showing (self);
  g_clear_handle_id (&self->reveal_source, g_source_remove);
  g_clear_object (&self->dialog);
  g_clear_pointer (&self->home, g_free);
  self->shown = NULL;
  G_OBJECT_CLASS (thaw_picture_window_parent_class)->dispose (object);
}

static void
thaw_picture_window_class_init (ThawPictureWindowClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = thaw_picture_window_dispose;
  gtk_widget_class_install_action (widget, "picture.choose", NULL, choose);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_o, GDK_CONTROL_MASK, "picture.choose", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
thaw_picture_window_init (ThawPictureWindow *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  gtk_window_set_title (GTK_WINDOW (self), _ ("Try a Picture"));
  gtk_window_set_default_size (GTK_WINDOW (self), 640, 680);
  g_signal_connect (drop, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

GtkWidget *
thaw_picture_window_new (const char *home, ThawRunItem *one, ThawRunItem *two)
{
  ThawPictureWindow *self = g_object_new (THAW_TYPE_PICTURE_WINDOW, NULL);
  ThawRunItem *items[2] = {one, two};

  self->home = g_strdup (home);
  for (int i = 0; i < 2; i++) {
    if (items[i] == NULL)
      continue;
    self->panels[i] = THAW_ANSWER_PANEL (thaw_answer_panel_new (home, items[i]));
    g_signal_connect_object (self->panels[i], "answered", G_CALLBACK (answered_cb), self,
                             G_CONNECT_SWAPPED);
  }
  build (self, one, two);
  return GTK_WIDGET (self);
}

void
thaw_picture_present (
    GtkWindow *parent, ThawWatch *watch, ThawRunItem *one, ThawRunItem *other, GFile *picture)
{
  GtkWidget *window = thaw_picture_window_new (thaw_watch_home (watch), one, other);

  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  if (picture != NULL)
    thaw_picture_window_try (THAW_PICTURE_WINDOW (window), picture);
  gtk_window_present (GTK_WINDOW (window));
}
