/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands where: groups in one column; answers beside them when there is room, else each after
 * its group; the bar with *Start* below. */
#include "field-row.h"
#include "page.h"
#include "scroll.h"
#include "sections.h"

#include <glib/gi18n-lib.h>

enum { COST, STRIP, CHECK, DRAWS, N_ANSWERS };
#define SIDE_PX 420
#define SETTLED_MS 350  /* until a row that opens has done so, on most computers; */
#define MOST_SETTLES 30 /* elsewhere so many times */
#define N_GROUPS 7
#define N_GROUPS_AT_ONCE 2

/* --- Parts --- */

static GtkWidget *
scroller_new (GtkWidget *child, int least, int most, int margin)
{
  GtkWidget *clamp = g_object_new (ADW_TYPE_CLAMP, "maximum-size", most, "tightening-threshold",
                                   most, "child", child, NULL);
  GtkWidget *scroller =
      g_object_new (GTK_TYPE_SCROLLED_WINDOW, "hscrollbar-policy", GTK_POLICY_NEVER, "child", clamp,
                    "vexpand", TRUE, "min-content-width", least, NULL);

  thaw_scroll_to_own_focus (scroller);
  gtk_widget_set_margin_top (child, margin);
  gtk_widget_set_margin_bottom (child, 2 * margin);
  gtk_widget_set_margin_start (child, 12);
  gtk_widget_set_margin_end (child, 12);
  return scroller;
}

/* The groups from top to bottom, each with the answers that follow it when the page is narrow. Made
 * one at a time: those beyond the first screen when nothing else is to be done, so that the page is
 * there at once. */
static void
add_group (ThawRecipePage *self)
{
  static const int after[][2] = {{-1, -1}, {-1, -1},    {-1, -1},     {STRIP, -1},
                                 {-1, -1}, {DRAWS, -1}, {CHECK, COST}};
  GtkWidget *group;

  switch (self->n_groups) {
  case 0:
    group = thaw_start_section_new (self->draft);
    break;
  case 1:
    group = thaw_data_section_new (self->draft, self->source);
    break;
  case 2:
    group = thaw_backbone_section_new (self->draft, thaw_watch_home (self->watch));
    break;
  case 3:
    group = thaw_freeze_section_new (self->draft);
    break;
  case 4:
    group = thaw_rate_section_new (self->draft);
    break;
  case 5:
    group = thaw_augment_section_new (self->draft);
    break;
  default:
    group = thaw_training_section_new (self->draft, self->n_seeds);
  }
  gtk_box_append (GTK_BOX (self->left), group);
  for (int i = 0; i < 2; i++)
    if (after[self->n_groups][i] >= 0)
      gtk_box_append (GTK_BOX (self->left), self->slots[after[self->n_groups][i]]);
  self->n_groups++;
}

static gboolean
add_group_cb (gpointer data)
{
  ThawRecipePage *self = data;

  add_group (self);
  if (self->n_groups < N_GROUPS)
    return G_SOURCE_CONTINUE;
  self->building = 0;
  return G_SOURCE_REMOVE;
}

void
thaw_recipe_page_complete (ThawRecipePage *self)
{
  g_clear_handle_id (&self->building, g_source_remove);
  while (self->n_groups < N_GROUPS)
    add_group (self);
}

static void
add_groups (ThawRecipePage *self)
{
  for (int i = 0; i < N_ANSWERS; i++)
    self->slots[i] = g_object_ref_sink (adw_bin_new ());
  while (self->n_groups < N_GROUPS_AT_ONCE)
    add_group (self);
}

void
thaw_recipe_page_go_on (ThawRecipePage *self)
{
  if (self->building == 0 && self->n_groups < N_GROUPS)
    self->building = g_idle_add (add_group_cb, self);
}

static void
add_answers (ThawRecipePage *self)
{
  self->answers[COST] = thaw_cost_answer_new (self->cost);
  self->answers[STRIP] = thaw_strip_answer_new (self->draft);
  self->answers[CHECK] = thaw_check_answer_new (self->draft);
  self->answers[DRAWS] = thaw_draws_answer_new (self->draft, self->source);
  for (int i = 0; i < N_ANSWERS; i++) {
    g_object_ref_sink (self->answers[i]);
    adw_bin_set_child (ADW_BIN (self->slots[i]), self->answers[i]);
  }
}

void
thaw_recipe_page_place (ThawRecipePage *self, bool wide)
{
  if (wide == self->wide)
    return;
  self->wide = wide;
  for (int i = 0; i < N_ANSWERS; i++) {
    if (wide) {
      adw_bin_set_child (ADW_BIN (self->slots[i]), NULL);
      gtk_box_append (GTK_BOX (self->side), self->answers[i]);
    } else {
      gtk_box_remove (GTK_BOX (self->side), self->answers[i]);
      adw_bin_set_child (ADW_BIN (self->slots[i]), self->answers[i]);
    }
    gtk_widget_set_visible (self->slots[i], !wide);
  }
  gtk_widget_set_visible (self->side_scroller, wide);
  thaw_recipe_page_refresh_bar (self);
}

/* --- Bars --- */

static GtkWidget *
bar_label_new (const char *css)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  if (css != NULL)
    gtk_widget_add_css_class (label, css);
  return label;
}

/* A sentence and a button in a bar that slides in. */
static GtkWidget *
notice_new (const char *css, GtkWidget **label, GtkWidget *button)
{
  GtkWidget *revealer = gtk_revealer_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  *label = bar_label_new (NULL);
  gtk_widget_add_css_class (box, "thaw-notice");
  gtk_widget_add_css_class (box, css);
  gtk_box_append (GTK_BOX (box), *label);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), button);
  gtk_revealer_set_child (GTK_REVEALER (revealer), box);
  return revealer;
}

static void
close_error_cb (ThawRecipePage *self)
{
  thaw_recipe_page_show_error (self, NULL, NULL);
}

static void
close_about_cb (ThawRecipePage *self)
{
  thaw_recipe_page_show_about (self, NULL);
}

static GtkWidget *
close_button_new (ThawRecipePage *self, GCallback callback)
{
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  gtk_widget_add_css_class (close, "flat");
  gtk_widget_add_css_class (close, "circular");
  gtk_widget_set_tooltip_text (close, _ ("Close"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (close), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Close"), -1);
  g_signal_connect_object (close, "clicked", callback, self, G_CONNECT_SWAPPED);
  return close;
}

static void
add_notices (ThawRecipePage *self)
{
  GtkWidget *duplicate = gtk_button_new_with_mnemonic (_ ("_Duplicate"));

  gtk_actionable_set_action_name (GTK_ACTIONABLE (duplicate), "recipe.duplicate");
  self->lock_bar = notice_new ("thaw-locked", &self->lock_text, duplicate);
  self->about_bar = notice_new ("thaw-locked", &self->about_text,
                                close_button_new (self, G_CALLBACK (close_about_cb)));
  self->error_bar =
      notice_new ("error", &self->error_text, close_button_new (self, G_CALLBACK (close_error_cb)));
  gtk_revealer_set_transition_type (GTK_REVEALER (self->error_bar),
                                    GTK_REVEALER_TRANSITION_TYPE_SLIDE_UP);
}

static GtkWidget *
menu_button_new (void)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) more = g_menu_new ();
  GtkWidget *button = gtk_menu_button_new ();

  g_menu_append (menu, _ ("_Copy as Command"), "recipe.copy-command");
  g_menu_append (more, _ ("_Open Recipe…"), "recipe.open");
  g_menu_append (more, _ ("_Save Recipe…"), "recipe.save");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (button), GTK_ARROW_UP);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("More"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("More"), -1);
  return button;
}

static GtkWidget *
start_button_new (ThawRecipePage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (NULL);

  self->start_spinner = gtk_spinner_new ();
  gtk_widget_set_visible (self->start_spinner, FALSE);
  gtk_label_set_use_underline (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (box), self->start_spinner);
  gtk_box_append (GTK_BOX (box), label);
  self->start_button = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->start_button), box);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), self->start_button);
  g_object_set_data (G_OBJECT (self->start_button), "thaw-label", label);
  gtk_widget_add_css_class (self->start_button, "suggested-action");
  gtk_widget_add_css_class (self->start_button, "pill");
  gtk_widget_add_css_class (self->start_button, "thaw-start");
  gtk_widget_set_valign (self->start_button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->start_button), "recipe.start");
  return self->start_button;
}

static GtkWidget *
bar_new (ThawRecipePage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6),
            *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->cost_text = bar_label_new ("caption-heading");
  gtk_label_set_wrap (GTK_LABEL (self->cost_text), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (self->cost_text), PANGO_ELLIPSIZE_END);
  self->check_button = gtk_button_new ();
  gtk_widget_add_css_class (self->check_button, "flat");
  gtk_widget_add_css_class (self->check_button, "thaw-check-button");
  gtk_widget_set_halign (self->check_button, GTK_ALIGN_START);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->check_button), "recipe.show-check");
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), self->cost_text);
  gtk_box_append (GTK_BOX (words), self->check_button);
  gtk_box_append (GTK_BOX (bar), words);
  gtk_box_append (GTK_BOX (bar), menu_button_new ());
  gtk_box_append (GTK_BOX (bar), start_button_new (self));
  gtk_widget_add_css_class (bar, "thaw-recipe-bar");
  return bar;
}

/* --- What the bars say --- */

static void
refresh_check (ThawRecipePage *self)
{
  const GPtrArray *findings = thaw_draft_findings (self->draft);
  bool stops = thaw_draft_stopped (self->draft);
  guint n = findings->len;
  g_autofree char *text = n == 0 ? g_strdup (_ ("Nothing to object to"))
                                 : g_strdup_printf (ngettext ("%u finding", "%u findings", n), n);

  gtk_button_set_label (GTK_BUTTON (self->check_button), text);
  gtk_widget_remove_css_class (self->check_button, "warning");
  gtk_widget_remove_css_class (self->check_button, "error");
  if (n > 0)
    gtk_widget_add_css_class (self->check_button, stops ? "error" : "warning");
}

static void
refresh_start (ThawRecipePage *self)
{
  GtkLabel *label = g_object_get_data (G_OBJECT (self->start_button), "thaw-label");
  int n = (int) gtk_adjustment_get_value (self->n_seeds);
  g_autofree char *many =
      g_strdup_printf (ngettext ("_Start %d Run", "_Start %d Runs", (gulong) n), n);

  gtk_widget_set_visible (self->start_spinner, self->starting);
  gtk_spinner_set_spinning (GTK_SPINNER (self->start_spinner), self->starting);
  gtk_label_set_label (label, self->starting ? _ ("Starting…") : n > 1 ? many : _ ("_Start"));
  gtk_widget_set_visible (self->start_button, !thaw_draft_locked (self->draft));
}

void
thaw_recipe_page_refresh_bar (ThawRecipePage *self)
{
  bool locked = thaw_draft_locked (self->draft);
  g_autofree char *cost = thaw_cost_text (self->cost);
  g_autofree char *brief = thaw_cost_short (self->cost);

  gtk_label_set_text (GTK_LABEL (self->cost_text), self->wide ? cost : brief);
  gtk_widget_set_tooltip_text (self->cost_text, cost);
  gtk_widget_set_visible (self->bar, !locked);
  gtk_widget_set_visible (self->answers[COST], !locked);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->lock_bar), locked);
  refresh_check (self);
  refresh_start (self);
  thaw_recipe_page_update_actions (self);
}

void
thaw_recipe_page_show_error (ThawRecipePage *self, const char *message, const char *field)
{
  if (message != NULL)
    gtk_label_set_text (GTK_LABEL (self->error_text), message);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->error_bar), message != NULL);
  if (field != NULL)
    thaw_recipe_page_show_field (self, field, message);
}

void
thaw_recipe_page_show_about (ThawRecipePage *self, const char *text)
{
  if (text != NULL)
    gtk_label_set_text (GTK_LABEL (self->about_text), text);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->about_bar), text != NULL);
}

/* Until what has the focus stays where it is, which takes longer where frames do. */
static gboolean
settled_cb (gpointer data)
{
  ThawRecipePage *self = data;
  GtkRoot *root = gtk_widget_get_root (self->left);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  graphene_rect_t bounds;
  bool there = focus != NULL && gtk_widget_get_mapped (focus) &&
               gtk_widget_compute_bounds (focus, self->left, &bounds);
  bool rests = there && bounds.origin.y == self->settled_y;

  thaw_scroll_to_focus (self->left_scroller);
  self->settled_y = there ? bounds.origin.y : -1;
  if (!rests && --self->settles > 0)
    return G_SOURCE_CONTINUE;
  self->settling = 0;
  return G_SOURCE_REMOVE;
}

/* Opens what it is folded into, and puts the focus there; the scroller follows the focus. */

void
thaw_recipe_page_show_field (ThawRecipePage *self, const char *field, const char *message)
{
  GtkWidget *found;
  bool later = self->n_groups < N_GROUPS;

  thaw_recipe_page_complete (self);
  found = thaw_row_find (self->left, field);
  if (found == NULL)
    return;
  for (GtkWidget *w = gtk_widget_get_parent (found); w != NULL && w != self->left;
       w = gtk_widget_get_parent (w))
    if (ADW_IS_EXPANDER_ROW (w) && !adw_expander_row_get_expanded (ADW_EXPANDER_ROW (w))) {
      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (w), TRUE);
      later = true;
    }
  if (message != NULL && THAW_IS_FIELD_ROW (found))
    thaw_field_row_mark (THAW_FIELD_ROW (found), message);
  if (!gtk_widget_grab_focus (found))
    gtk_widget_child_focus (found, GTK_DIR_TAB_FORWARD);
  g_clear_handle_id (&self->settling, g_source_remove);
  if (later) { /* what is new or opens has its place only then */
    self->settled_y = -1;
    self->settles = MOST_SETTLES;
    self->settling = g_timeout_add (SETTLED_MS, settled_cb, self);
  }
}

/* --- All of it --- */

void
thaw_recipe_page_build (ThawRecipePage *self)
{
  GtkWidget *body = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->left = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  self->side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  add_notices (self);
  self->bar = bar_new (self);
  add_groups (self);
  add_answers (self);
  self->left_scroller = scroller_new (self->left, -1, 640, 18);
  gtk_widget_set_hexpand (self->left_scroller, TRUE);
  self->side_scroller = scroller_new (self->side, SIDE_PX, SIDE_PX, 18);
  gtk_widget_set_hexpand (self->side_scroller, FALSE);
  gtk_widget_set_size_request (self->side_scroller, SIDE_PX, -1);
  gtk_widget_add_css_class (self->side_scroller, "thaw-side");
  gtk_widget_set_visible (self->side_scroller, FALSE);
  gtk_box_append (GTK_BOX (body), self->left_scroller);
  gtk_box_append (GTK_BOX (body), self->side_scroller);
  gtk_box_append (GTK_BOX (self->root), self->lock_bar);
  gtk_box_append (GTK_BOX (self->root), self->about_bar);
  gtk_box_append (GTK_BOX (self->root), body);
  gtk_box_append (GTK_BOX (self->root), self->error_bar);
  gtk_box_append (GTK_BOX (self->root), self->bar);
  gtk_widget_set_parent (self->root, GTK_WIDGET (self));
}
