/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guide-view.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum { COLUMN_PX = 720, LEAST_PX = 300, STEP_PERCENT = 12, INDENT_PX = 18 };

struct _ThawGuideView {
  AdwBin parent_instance;

  GtkWidget *scroller, *clamp;
  GtkWidget *column, *list; /* list: (nullable) the items that stand together */
  GPtrArray *blocks;        /* of GtkWidget, a block each */
  const ThawGuide *guide;
  int page, wanted; /* wanted: block to scroll to, -1: none */
  int steps;
  guint scroll_source;
};

G_DEFINE_FINAL_TYPE (ThawGuideView, thaw_guide_view, ADW_TYPE_BIN)

enum { FOLLOW, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
link_cb (GtkLabel *label, const char *uri, ThawGuideView *self)
{
  g_signal_emit (self, signals[FOLLOW], 0, uri);
  return TRUE; /* nothing else is to open it */
}

/* --- Blocks --- */

static GtkWidget *
label_new (ThawGuideView *self, const ThawGuideBlock *block, GtkAccessibleRole role)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "accessible-role", role, "label", block->markup,
                                   "use-markup", TRUE, "wrap", TRUE, "wrap-mode",
                                   PANGO_WRAP_WORD_CHAR, "xalign", 0.0, "selectable", TRUE, NULL);

  g_signal_connect (label, "activate-link", G_CALLBACK (link_cb), self);
  return label;
}

static GtkWidget *
heading_new (ThawGuideView *self, const ThawGuideBlock *block)
{
  static const char *const classes[] = {"guide-h1", "guide-h2", "guide-h3"};
  GtkWidget *label = label_new (self, block, GTK_ACCESSIBLE_ROLE_HEADING);

  gtk_widget_add_css_class (label, classes[CLAMP (block->level, 1, 3) - 1]);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LEVEL,
                                  block->level, -1);
  return label;
}

static GtkWidget *
text_new (ThawGuideView *self, const ThawGuideBlock *block)
{
  GtkWidget *label = label_new (self, block, GTK_ACCESSIBLE_ROLE_LABEL);

  gtk_widget_add_css_class (label, "guide-text");
  return label;
}

/* Long lines are scrolled to, not broken: they are to be copied. */
static GtkWidget *
code_new (const ThawGuideBlock *block)
{
  GtkWidget *label =
      g_object_new (GTK_TYPE_LABEL, "label", block->text, "xalign", 0.0, "selectable", TRUE, NULL);
  GtkWidget *scroller = g_object_new (GTK_TYPE_SCROLLED_WINDOW, "vscrollbar-policy",
                                      GTK_POLICY_NEVER, "child", label, "focusable", FALSE, NULL);

  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_add_css_class (scroller, "guide-code");
  return scroller;
}

static GtkWidget *
missing_new (const ThawGuideBlock *block)
{
  g_autofree char *text = g_strdup_printf (_ ("A picture that is not there: %s"), block->text);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "wrap-mode",
                                   PANGO_WRAP_WORD_CHAR, "xalign", 0.0, "selectable", TRUE, NULL);

  gtk_widget_add_css_class (label, "guide-missing");
  return label;
}

/* No larger than it is: a picture of a window is not to be blurred. */
static GtkWidget *
picture_new (ThawGuideView *self, const ThawGuideBlock *block)
{
  g_autofree char *path = thaw_guide_picture (self->guide, block->file);
  GtkWidget *picture, *clamp;
  GdkPaintable *paintable;
  int width;

  if (path == NULL)
    return missing_new (block);
  picture = gtk_picture_new_for_resource (path);
  paintable = gtk_picture_get_paintable (GTK_PICTURE (picture));
  if (paintable == NULL) {
    g_object_ref_sink (picture);
    g_object_unref (picture);
    return missing_new (block);
  }
  width = MAX (1, gdk_paintable_get_intrinsic_width (paintable));
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), block->text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (picture), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  block->text, -1);
  gtk_widget_set_tooltip_text (picture, block->text);
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (picture, "guide-picture");
  clamp = g_object_new (ADW_TYPE_CLAMP, "maximum-size", width, "tightening-threshold", width,
                        "child", picture, NULL);
  return clamp;
}

static GtkWidget *
block_new (ThawGuideView *self, const ThawGuideBlock *block)
{
  switch (block->kind) {
  case THAW_GUIDE_HEADING:
    return heading_new (self, block);
  case THAW_GUIDE_CODE:
    return code_new (block);
  case THAW_GUIDE_PICTURE:
    return picture_new (self, block);
  case THAW_GUIDE_RULE:
    return gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
  default:
    return text_new (self, block);
  }
}

/* An item: its marker and the block beside it. */
static GtkWidget *
item_new (const ThawGuideBlock *block, GtkWidget *widget)
{
  GtkWidget *item = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_LIST_ITEM,
                                  "spacing", 9, NULL);
  GtkWidget *marker =
      g_object_new (GTK_TYPE_LABEL, "label", block->marker != NULL ? block->marker : "", "xalign",
                    1.0, "yalign", 0.0, "width-chars", 3, NULL);

  gtk_widget_add_css_class (marker, "guide-text");
  gtk_widget_add_css_class (marker, "numeric");
  gtk_widget_set_valign (marker, GTK_ALIGN_BASELINE);
  gtk_widget_set_valign (widget, GTK_ALIGN_BASELINE);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_margin_start (item, (block->depth - 1) * INDENT_PX);
  gtk_box_append (GTK_BOX (item), marker);
  gtk_box_append (GTK_BOX (item), widget);
  gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, block->text,
                                  -1);
  return item;
}

static void
append (ThawGuideView *self, const ThawGuideBlock *block, GtkWidget *widget)
{
  if (block->note)
    gtk_widget_add_css_class (widget, "guide-note");
  if (block->depth == 0) {
    self->list = NULL;
    gtk_box_append (GTK_BOX (self->column), widget);
    return;
  }
  if (self->list == NULL) {
    self->list = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_LIST,
                               "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 6, NULL);
    gtk_box_append (GTK_BOX (self->column), self->list);
  }
  gtk_box_append (GTK_BOX (self->list), item_new (block, widget));
}

/* --- Onward --- */

static void
onward_cb (GtkButton *button, ThawGuideView *self)
{
  g_signal_emit (self, signals[FOLLOW], 0, gtk_widget_get_name (GTK_WIDGET (button)));
}

static void
add_onward (ThawGuideView *self)
{
  const ThawGuidePage *next;
  g_autofree char *words = NULL;
  GtkWidget *button, *label;

  if ((guint) self->page + 1 >= self->guide->pages->len)
    return;
  next = self->guide->pages->pdata[self->page + 1];
  words = g_strdup_printf (_ ("Next: %s"), next->title);
  label = g_object_new (GTK_TYPE_LABEL, "label", words, "wrap", TRUE, NULL);
  button = g_object_new (GTK_TYPE_BUTTON, "name", next->name, "child", label, "halign",
                         GTK_ALIGN_END, "margin-top", 12, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  gtk_widget_add_css_class (button, "pill");
  g_signal_connect (button, "clicked", G_CALLBACK (onward_cb), self);
  gtk_box_append (GTK_BOX (self->column), button);
}

/* --- Scrolling --- */

/* When the page has its sizes. */
static gboolean
scroll_cb (gpointer user)
{
  ThawGuideView *self = user;
  GtkWidget *widget = thaw_guide_view_block (self, self->wanted);
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  graphene_rect_t bounds;

  if (widget != NULL && !gtk_widget_get_mapped (widget))
    return G_SOURCE_CONTINUE;
  if (self->wanted <= 0)
    gtk_adjustment_set_value (adjustment, 0);
  else if (widget != NULL && gtk_widget_compute_bounds (widget, self->clamp, &bounds))
    gtk_adjustment_set_value (adjustment, bounds.origin.y - 12);
  self->scroll_source = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
scroll_tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user)
{
  ThawGuideView *self = user;

  if (self->scroll_source == 0) /* after the layout of this frame */
    self->scroll_source = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, scroll_cb, self, NULL);
  return G_SOURCE_REMOVE;
}

/* --- Its face --- */

GtkWidget *
thaw_guide_view_block (ThawGuideView *self, int block)
{
  return block >= 0 && (guint) block < self->blocks->len ? self->blocks->pdata[block] : NULL;
}

void
thaw_guide_view_show (ThawGuideView *self, const ThawGuide *guide, int page, int block)
{
  const ThawGuidePage *shown;

  g_return_if_fail (page >= 0 && (guint) page < guide->pages->len);

  if (self->guide != guide || self->page != page) {
    self->guide = guide;
    self->page = page;
    self->list = NULL;
    g_ptr_array_set_size (self->blocks, 0);
    self->column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
    gtk_widget_add_css_class (self->column, "guide-column");
    shown = guide->pages->pdata[page];
    for (guint i = 0; i < shown->text->blocks->len; i++) {
      GtkWidget *widget = block_new (self, shown->text->blocks->pdata[i]);
      g_ptr_array_add (self->blocks, widget);
      append (self, shown->text->blocks->pdata[i], widget);
    }
    add_onward (self);
    adw_clamp_set_child (ADW_CLAMP (self->clamp), self->column);
  }
  self->wanted = block;
  gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_tick_cb, self, NULL);
}

void
thaw_guide_view_select (ThawGuideView *self, int block, const char *const *folded)
{
  GtkWidget *widget = thaw_guide_view_block (self, block);
  g_autofree char *text = NULL;

  if (!GTK_IS_LABEL (widget))
    return;
  gtk_label_select_region (GTK_LABEL (widget), 0, 0);
  text = thaw_guide_fold (gtk_label_get_text (GTK_LABEL (widget)));
  for (int i = 0; folded != NULL && folded[i] != NULL; i++) {
    const char *found = *folded[i] != '\0' ? strstr (text, folded[i]) : NULL;
    if (found != NULL) {
      int start = (int) g_utf8_pointer_to_offset (text, found);
      gtk_label_select_region (GTK_LABEL (widget), start,
                               start + (int) g_utf8_strlen (folded[i], -1));
      return;
    }
  }
}

void
thaw_guide_view_zoom (ThawGuideView *self, int steps)
{
  g_autofree char *before = g_strdup_printf ("guide-zoom-%d", THAW_GUIDE_STEPS + self->steps);
  g_autofree char *after = g_strdup_printf ("guide-zoom-%d", THAW_GUIDE_STEPS + steps);
  int width = COLUMN_PX * (100 + STEP_PERCENT * MAX (0, steps)) / 100;

  g_return_if_fail (ABS (steps) <= THAW_GUIDE_STEPS);

  gtk_widget_remove_css_class (self->clamp, before);
  gtk_widget_add_css_class (self->clamp, after);
  g_object_set (self->clamp, "maximum-size", width, "tightening-threshold", width, NULL);
  self->steps = steps;
}

/* --- The widget --- */

static void
thaw_guide_view_dispose (GObject *object)
{
  ThawGuideView *self = THAW_GUIDE_VIEW (object);

  g_clear_handle_id (&self->scroll_source, g_source_remove);
  g_ptr_array_set_size (self->blocks, 0);
  G_OBJECT_CLASS (thaw_guide_view_parent_class)->dispose (object);
}

static void
thaw_guide_view_finalize (GObject *object)
{
  g_ptr_array_unref (THAW_GUIDE_VIEW (object)->blocks);
  G_OBJECT_CLASS (thaw_guide_view_parent_class)->finalize (object);
}

static void
thaw_guide_view_class_init (ThawGuideViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = thaw_guide_view_dispose;
  G_OBJECT_CLASS (class)->finalize = thaw_guide_view_finalize;
  signals[FOLLOW] = g_signal_new ("follow", THAW_TYPE_GUIDE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
thaw_guide_view_init (ThawGuideView *self)
{
  GtkWidget *viewport = gtk_viewport_new (NULL, NULL);

  self->blocks = g_ptr_array_new ();
  self->page = -1;
  self->clamp = g_object_new (ADW_TYPE_CLAMP, "maximum-size", COLUMN_PX, "tightening-threshold",
                              COLUMN_PX, NULL);
  /* pictures have no least height */
  gtk_scrollable_set_vscroll_policy (GTK_SCROLLABLE (viewport), GTK_SCROLL_NATURAL);
  gtk_viewport_set_child (GTK_VIEWPORT (viewport), self->clamp);
  self->scroller =
      g_object_new (GTK_TYPE_SCROLLED_WINDOW, "hscrollbar-policy", GTK_POLICY_NEVER, "child",
                    viewport, "min-content-width", LEAST_PX, "vexpand", TRUE, NULL);
  adw_bin_set_child (ADW_BIN (self), self->scroller);
}

GtkWidget *
thaw_guide_view_new (void)
{
  return g_object_new (THAW_TYPE_GUIDE_VIEW, NULL);
}
