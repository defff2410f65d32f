/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guide-window.h"

#include "escape.h"
#include "guide-view.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum { WIDTH_PX = 1020, HEIGHT_PX = 720, LEAST_PX = 340, SIDE_PX = 250 };

struct _ThawGuideWindow {
  AdwWindow parent_instance;

  ThawGuide *guide;
  GtkWidget *view, *flap, *title, *search, *list, *none;
  GtkListBoxRow *current;
  int page, steps;
  GQueue before; /* of int: pages that one came from, latest first */
  GStrv folded;  /* (nullable) words that are searched for */
};

G_DEFINE_FINAL_TYPE (ThawGuideWindow, thaw_guide_window, ADW_TYPE_WINDOW)

static void
update_actions (ThawGuideWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_action_set_enabled (widget, "guide.back", !g_queue_is_empty (&self->before));
  gtk_widget_action_set_enabled (widget, "guide.larger", self->steps < THAW_GUIDE_STEPS);
  gtk_widget_action_set_enabled (widget, "guide.smaller", self->steps > -THAW_GUIDE_STEPS);
  gtk_widget_action_set_enabled (widget, "guide.normal", self->steps != 0);
}

/* --- Pages --- */

static void
show_page (ThawGuideWindow *self, int page, int block)
{
  const ThawGuidePage *shown = self->guide->pages->pdata[page];

  self->page = page;
  thaw_guide_view_show (THAW_GUIDE_VIEW (self->view), self->guide, page, block);
  thaw_guide_view_select (THAW_GUIDE_VIEW (self->view), block, (const char *const *) self->folded);
  gtk_label_set_text (GTK_LABEL (self->title), shown->title);
  gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), page));
  update_actions (self);
}

static void
go_to (ThawGuideWindow *self, int page, int block)
{
  if (page != self->page && self->page >= 0)
    g_queue_push_head (&self->before, GINT_TO_POINTER (self->page));
  show_page (self, page, block);
}

bool
thaw_guide_window_open (ThawGuideWindow *self, const char *link)
{
  const char *anchor;
  int page;

  if (!thaw_guide_follow (self->guide, MAX (0, self->page), link, &page, &anchor))
    return false;
  go_to (self, page,
         anchor == NULL ? 0 : thaw_guide_find_anchor (self->guide->pages->pdata[page], anchor));
  return true;
}

const char *
thaw_guide_window_page (ThawGuideWindow *self)
{
  return self->page < 0 ? NULL : ((ThawGuidePage *) self->guide->pages->pdata[self->page])->name;
}

/* Another program opens only what is of the web. */
static void
follow_cb (ThawGuideView *view, const char *link, ThawGuideWindow *self)
{
  if (g_str_has_prefix (link, "https://") || g_str_has_prefix (link, "http://"))
    gtk_show_uri (GTK_WINDOW (self), link, GDK_CURRENT_TIME);
  else
    thaw_guide_window_open (self, link);
}

/* --- The list --- */

static void
row_cb (GtkListBox *list, GtkListBoxRow *row, ThawGuideWindow *self)
{
  int page = gtk_list_box_row_get_index (row), block = 0;

  if (self->folded != NULL)
    block = thaw_guide_search (self->guide->pages->pdata[page], (const char *const *) self->folded);
  go_to (self, page, MAX (0, block));
  if (adw_flap_get_folded (ADW_FLAP (self->flap)))
    adw_flap_set_reveal_flap (ADW_FLAP (self->flap), FALSE);
}

static gboolean
wanted_cb (GtkListBoxRow *row, gpointer user)
{
  ThawGuideWindow *self = user;
  const ThawGuidePage *page = self->guide->pages->pdata[gtk_list_box_row_get_index (row)];

  return self->folded == NULL || thaw_guide_search (page, (const char *const *) self->folded) >= 0;
}

static void
search_cb (GtkSearchEntry *entry, ThawGuideWindow *self)
{
  g_autofree char *folded = thaw_guide_fold (gtk_editable_get_text (GTK_EDITABLE (entry)));
  bool any = false;

  g_clear_pointer (&self->folded, g_strfreev);
  if (*g_strstrip (folded) != '\0')
    self->folded = g_strsplit_set (folded, " ", -1);
  gtk_list_box_invalidate_filter (GTK_LIST_BOX (self->list));
  for (guint i = 0; i < self->guide->pages->len && !any; i++)
    any = wanted_cb (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) i), self);
  gtk_widget_set_visible (self->none, !any);
}

/* Return: the first page that has the words. */
static void
search_done_cb (GtkSearchEntry *entry, ThawGuideWindow *self)
{
  for (guint i = 0; i < self->guide->pages->len; i++) {
    GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) i);
    if (gtk_widget_get_child_visible (GTK_WIDGET (row))) {
      row_cb (GTK_LIST_BOX (self->list), row, self);
      return;
    }
  }
}

static void
search_stop_cb (GtkSearchEntry *entry, ThawGuideWindow *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (entry)) == '\0')
    gtk_window_close (GTK_WINDOW (self));
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
}

static void
add_rows (ThawGuideWindow *self)
{
  for (guint i = 0; i < self->guide->pages->len; i++) {
    const ThawGuidePage *page = self->guide->pages->pdata[i];
    GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", page->title, "xalign", 0.0, "wrap",
                                     TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, NULL);
    GtkWidget *row = g_object_new (GTK_TYPE_LIST_BOX_ROW, "child", label, NULL);

    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    page->title, -1);
    gtk_list_box_append (GTK_LIST_BOX (self->list), row);
  }
}

/* --- Actions --- */

static void
back_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ThawGuideWindow *self = THAW_GUIDE_WINDOW (widget);

  if (!g_queue_is_empty (&self->before))
    show_page (self, GPOINTER_TO_INT (g_queue_pop_head (&self->before)), 0);
}

static void
zoom_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ThawGuideWindow *self = THAW_GUIDE_WINDOW (widget);
  int steps = strcmp (action, "guide.larger") == 0    ? self->steps + 1
              : strcmp (action, "guide.smaller") == 0 ? self->steps - 1
                                                      : 0;

  self->steps = CLAMP (steps, -THAW_GUIDE_STEPS, THAW_GUIDE_STEPS);
  thaw_guide_view_zoom (THAW_GUIDE_VIEW (self->view), self->steps);
  update_actions (self);
}

static void
find_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ThawGuideWindow *self = THAW_GUIDE_WINDOW (widget);

  adw_flap_set_reveal_flap (ADW_FLAP (self->flap), TRUE);
  gtk_widget_grab_focus (self->search);
}

static void
pages_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ThawGuideWindow *self = THAW_GUIDE_WINDOW (widget);

  adw_flap_set_reveal_flap (ADW_FLAP (self->flap),
                            !adw_flap_get_reveal_flap (ADW_FLAP (self->flap)));
}

static void
add_keys (GtkWidgetClass *class)
{
  static const struct {
    guint key;
    GdkModifierType modifiers;
    const char *action;
  } keys[] = {
      {GDK_KEY_Left, GDK_ALT_MASK, "guide.back"},
      {GDK_KEY_plus, GDK_CONTROL_MASK, "guide.larger"},
      {GDK_KEY_equal, GDK_CONTROL_MASK, "guide.larger"},
      {GDK_KEY_KP_Add, GDK_CONTROL_MASK, "guide.larger"},
      {GDK_KEY_minus, GDK_CONTROL_MASK, "guide.smaller"},
      {GDK_KEY_KP_Subtract, GDK_CONTROL_MASK, "guide.smaller"},
      {GDK_KEY_0, GDK_CONTROL_MASK, "guide.normal"},
      {GDK_KEY_KP_0, GDK_CONTROL_MASK, "guide.normal"},
      {GDK_KEY_f, GDK_CONTROL_MASK, "guide.search"},
      {GDK_KEY_F9, 0, "guide.pages"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (class, keys[i].key, keys[i].modifiers, keys[i].action,
                                         NULL);
}

/* --- Its parts --- */

static GtkWidget *
button_new (const char *icon, const char *name, const char *tip, const char *action)
{
  GtkWidget *button = g_object_new (GTK_TYPE_BUTTON, "icon-name", icon, "tooltip-text", tip,
                                    "action-name", action, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}

static GtkWidget *
menu_button_new (void)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *button = g_object_new (GTK_TYPE_MENU_BUTTON, "icon-name", "open-menu-symbolic",
                                    "primary", TRUE, "tooltip-text", _ ("Main Menu (F10)"), NULL);

  g_menu_append (menu, _ ("_Larger Text"), "guide.larger");
  g_menu_append (menu, _ ("_Smaller Text"), "guide.smaller");
  g_menu_append (menu, _ ("_Normal Size"), "guide.normal");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Main menu"), -1);
  return button;
}

static GtkWidget *
header_new (ThawGuideWindow *self)
{
  GtkWidget *header = adw_header_bar_new ();

  self->title = g_object_new (GTK_TYPE_LABEL, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  gtk_widget_add_css_class (self->title, "title");
  adw_header_bar_pack_start (
      ADW_HEADER_BAR (header),
      button_new ("sidebar-show-symbolic", _ ("Show pages"), _ ("Show Pages (F9)"), "guide.pages"));
  adw_header_bar_pack_start (ADW_HEADER_BAR (header),
                             button_new ("go-previous-symbolic", _ ("Back"),
                                         _ ("Back to the Page Before (Alt+Left)"), "guide.back"));
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), self->title);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), menu_button_new ());
  return header;
}

static GtkWidget *
side_new (ThawGuideWindow *self)
{
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *scroller;

  self->search = g_object_new (GTK_TYPE_SEARCH_ENTRY, "placeholder-text", _ ("Search the guide"),
                               "margin-top", 6, "margin-start", 6, "margin-end", 6, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Search the guide"), -1);
  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Pages of the guide"), -1);
  self->none = g_object_new (GTK_TYPE_LABEL, "label", _ ("No page has these words."), "wrap", TRUE,
                             "margin-start", 12, "margin-end", 12, "visible", FALSE, NULL);
  gtk_widget_add_css_class (self->none, "dim-label");
  scroller = g_object_new (GTK_TYPE_SCROLLED_WINDOW, "hscrollbar-policy", GTK_POLICY_NEVER, "child",
                           self->list, "vexpand", TRUE, NULL);
  gtk_widget_set_size_request (side, SIDE_PX, -1);
  gtk_widget_add_css_class (side, "background");
  gtk_box_append (GTK_BOX (side), self->search);
  gtk_box_append (GTK_BOX (side), self->none);
  gtk_box_append (GTK_BOX (side), scroller);
  g_signal_connect (self->search, "search-changed", G_CALLBACK (search_cb), self);
  g_signal_connect (self->search, "activate", G_CALLBACK (search_done_cb), self);
  g_signal_connect (self->search, "stop-search", G_CALLBACK (search_stop_cb), self);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (row_cb), self);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (self->list), wanted_cb, self, NULL);
  return side;
}

/* --- The window --- */

static void
thaw_guide_window_dispose (GObject *object)
{
  ThawGuideWindow *self = THAW_GUIDE_WINDOW (object);

  g_queue_clear (&self->before);
  G_OBJECT_CLASS (thaw_guide_window_parent_class)->dispose (object);
}

static void
thaw_guide_window_finalize (GObject *object)
{
  ThawGuideWindow *self = THAW_GUIDE_WINDOW (object);

  g_clear_pointer (&self->guide, thaw_guide_free);
  g_strfreev (self->folded);
  G_OBJECT_CLASS (thaw_guide_window_parent_class)->finalize (object);
}

static void
thaw_guide_window_class_init (ThawGuideWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = thaw_guide_window_dispose;
  G_OBJECT_CLASS (class)->finalize = thaw_guide_window_finalize;
  gtk_widget_class_install_action (widget_class, "guide.back", NULL, back_cb);
  gtk_widget_class_install_action (widget_class, "guide.larger", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "guide.smaller", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "guide.normal", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "guide.search", NULL, find_cb);
  gtk_widget_class_install_action (widget_class, "guide.pages", NULL, pages_cb);
  add_keys (widget_class);
}

static void
thaw_guide_window_init (ThawGuideWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *side = side_new (self);

  self->page = -1;
  self->view = thaw_guide_view_new ();
  g_signal_connect (self->view, "follow", G_CALLBACK (follow_cb), self);
  self->flap = g_object_new (ADW_TYPE_FLAP, "flap", side, "content", self->view, "separator",
                             gtk_separator_new (GTK_ORIENTATION_VERTICAL), "vexpand", TRUE,
                             "fold-threshold-policy", ADW_FOLD_THRESHOLD_POLICY_NATURAL, NULL);
  gtk_box_append (GTK_BOX (box), header_new (self));
  gtk_box_append (GTK_BOX (box), self->flap);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Guide"));
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH_PX, HEIGHT_PX);
  gtk_widget_set_size_request (GTK_WIDGET (self), LEAST_PX, LEAST_PX);
  thaw_close_on_escape (GTK_WIDGET (self));
}

GtkWidget *
thaw_guide_window_new (ThawGuide *guide)
{
  ThawGuideWindow *self = g_object_new (THAW_TYPE_GUIDE_WINDOW, NULL);

  self->guide = guide;
  add_rows (self);
  update_actions (self);
  if (guide->pages->len > 0)
    show_page (self, 0, 0);
  return GTK_WIDGET (self);
}

void
thaw_guide_present (GtkApplication *application)
{
  GtkWidget *window = NULL;

  for (GList *link = gtk_application_get_windows (application); link != NULL; link = link->next)
    if (THAW_IS_GUIDE_WINDOW (link->data))
      window = link->data;
  if (window == NULL) {
    g_autofree char *root = thaw_guide_root ();
    window = thaw_guide_window_new (thaw_guide_new (root));
    gtk_window_set_application (GTK_WINDOW (window), application);
  }
  gtk_window_present (GTK_WINDOW (window));
}
