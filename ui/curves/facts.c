/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "facts.h"

#include <glib/gi18n-lib.h>
#include <math.h>

enum { BEST, GAP, TRAINABLE, SPEED, LEFT, FROZEN, THAWED, N_FACTS };

struct _ThawFacts {
  GtkWidget parent_instance;
  GtkWidget *flow;
  GtkLabel *captions[N_FACTS], *values[N_FACTS];
};

G_DEFINE_FINAL_TYPE (ThawFacts, thaw_facts, GTK_TYPE_WIDGET)

static void
thaw_facts_dispose (GObject *object)
{
  g_clear_pointer (&THAW_FACTS (object)->flow, gtk_widget_unparent);
  G_OBJECT_CLASS (thaw_facts_parent_class)->dispose (object);
}

static void
thaw_facts_class_init (ThawFactsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = thaw_facts_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "thawfacts");
}

static void
add_fact (ThawFacts *self, int which)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *caption = gtk_label_new (NULL), *value = gtk_label_new ("–");
  GtkWidget *child = gtk_flow_box_child_new ();

  gtk_label_set_xalign (GTK_LABEL (caption), 0);
  gtk_label_set_ellipsize (GTK_LABEL (caption), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (caption, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (value), 0);
  gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (value, "heading");
  gtk_widget_add_css_class (value, "numeric");
  gtk_box_append (GTK_BOX (box), caption);
  gtk_box_append (GTK_BOX (box), value);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_append (GTK_FLOW_BOX (self->flow), child);
  self->captions[which] = GTK_LABEL (caption);
  self->values[which] = GTK_LABEL (value);
}

static void
thaw_facts_init (ThawFacts *self)
{
  self->flow = gtk_flow_box_new ();
  gtk_widget_set_parent (self->flow, GTK_WIDGET (self));
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->flow), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (self->flow), 2);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->flow), N_FACTS);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (self->flow), 4);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (self->flow), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->flow), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Figures"), -1);
  for (int i = 0; i < N_FACTS; i++)
    add_fact (self, i);
}

GtkWidget *
thaw_facts_new (void)
{
  return g_object_new (THAW_TYPE_FACTS, NULL);
}

/* help: how it is measured. value: (transfer full) */
static void
show (ThawFacts *self, int which, const char *caption, const char *help, char *value)
{
  gtk_label_set_text (self->captions[which], caption);
  gtk_label_set_text (self->values[which], value);
  gtk_widget_set_tooltip_text (gtk_widget_get_parent (GTK_WIDGET (self->values[which])), help);
  g_free (value);
}

static char *
speed_text (double speed)
{
  return isfinite (speed) ? thaw_text_count (llround (speed)) : g_strdup ("–");
}

static void
show_time (ThawFacts *self, const ThawRunRows *rows, const ThawFigures *figures)
{
  ThawRunState state = rows->run->state;
  double left = thaw_seconds_left (rows);

  if (state == THAW_RUN_RUNNING || state == THAW_RUN_PAUSED || state == THAW_RUN_STARTING)
    show (self, LEFT, _ ("Time left"), _ ("As training goes now"),
          isfinite (left) ? thaw_text_duration (left) : g_strdup ("–"));
  else
    show (self, LEFT, _ ("Training time"), _ ("All epochs, without evaluation"),
          figures->seconds > 0 ? thaw_text_duration (figures->seconds) : g_strdup ("–"));
}

void
thaw_facts_show (ThawFacts *self, const ThawRunRows *rows)
{
  ThawFigures figures;
  const char *spread = _ ("Volatility: the spread of the loss of the iterations around its own "
                          "trend; less is steadier");

  thaw_figures_compute (rows, &figures);
  show (self, BEST, figures.on_test ? _ ("Best, test") : _ ("Best, validation"),
        _ ("The best of all epochs"), thaw_text_percent (figures.best));
  show (self, GAP, _ ("Train less evaluated"),
        figures.gap_clean ? _ ("Overfitting: train accuracy of a clean second pass less the "
                               "evaluated accuracy, at the best epoch")
                          : _ ("Overfitting: train accuracy while learning less the evaluated "
                               "accuracy, at the best epoch"),
        thaw_text_points (figures.gap));
  show (self, TRAINABLE, _ ("Trainable parameters"), _ ("Numbers that train now"),
        thaw_text_count (figures.trainable));
  show (self, SPEED, _ ("Images per second"), _ ("While training, measured on this computer"),
        speed_text (figures.images_per_second));
  show_time (self, rows, &figures);
  show (self, FROZEN, _ ("Volatility, frozen"), spread,
        thaw_text_number (figures.volatility_frozen, 4));
  show (self, THAWED, _ ("Volatility, thawed"), spread, thaw_text_number (figures.volatility, 4));
}
