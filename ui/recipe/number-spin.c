/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "number-spin.h"

#include <math.h>

#define LEAST_DECADE (-12)
#define ZERO_PLACE (3.0 * LEAST_DECADE - 1)

/* --- Factors --- */

static const double marks[] = {0.0, 0.30102999566398120, 0.69897000433601880, 1.0};

double
thaw_factor_place (double value)
{
  double decade, rest;

  if (!(value > 0))
    return ZERO_PLACE;
  rest = log10 (value);
  decade = floor (rest + 1e-9);
  rest -= decade;
  for (int i = 0; i < 3; i++)
    if (rest < marks[i + 1])
      return 3 * decade + i + fmax ((rest - marks[i]) / (marks[i + 1] - marks[i]), 0);
  return 3 * decade + 3;
}

double
thaw_factor_value (double place)
{
  double decade, rest, part;
  int i;

  if (place < 3 * LEAST_DECADE - 0.5)
    return 0;
  decade = floor (place / 3);
  rest = place - 3 * decade;
  i = (int) fmin (floor (rest), 2);
  part = rest - i;
  return pow (10, decade + marks[i] + part * (marks[i + 1] - marks[i]));
}

/* Rates and the like; also what is so small that steps of a hundredth would jump over it. */
static bool
by_factor (const ThawParamSpec *spec)
{
  return spec->by_factor ||
         (spec->kind == THAW_PARAM_REAL && spec->def[0] > 0 && spec->def[0] < 0.001);
}

/* --- Text --- */

char *
thaw_number_text (double value)
{
  if (value == floor (value) && fabs (value) < 1e15)
    return g_strdup_printf ("%.0f", value);
  return g_strdup_printf ("%.6g", value);
}

/* What the text of a number means once it was shown. */
static double
rounded (double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  return g_ascii_strtod (g_ascii_formatd (digits, sizeof digits, "%.6g", value), NULL);
}

/* --- The spin button --- */

static const ThawParamSpec *
spec_of (void *spin)
{
  return g_object_get_data (G_OBJECT (spin), "thaw-spec");
}

static double
value_of (void *spin, double at)
{
  const ThawParamSpec *spec = spec_of (spin);

  if (spec->kind == THAW_PARAM_INT)
    return round (at);
  return fmax (rounded (by_factor (spec) ? thaw_factor_value (at) : at), spec->min);
}

static double
place_of (void *spin, double value)
{
  return by_factor (spec_of (spin)) ? thaw_factor_place (value) : value;
}

static int
input_cb (GtkSpinButton *spin, double *at, gpointer data)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (spin));
  const ThawParamSpec *spec = spec_of (spin);
  char *end = NULL;
  double value = g_strtod (text, &end);

  while (g_ascii_isspace (*end))
    end++;
  /* what is no number leaves the one before; beyond the range it is brought back into it */
  if (end == text || *end != '\0' || !isfinite (value) ||
      (spec->exclusive_min && value <= spec->min))
    *at = gtk_adjustment_get_value (gtk_spin_button_get_adjustment (spin));
  else
    *at = place_of (spin, value);
  return TRUE;
}

static gboolean
output_cb (GtkSpinButton *spin, gpointer data)
{
  double at = gtk_adjustment_get_value (gtk_spin_button_get_adjustment (spin));
  g_autofree char *text = thaw_number_text (value_of (spin, at));

  if (g_strcmp0 (text, gtk_editable_get_text (GTK_EDITABLE (spin))) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

/* A step by factor from between two places goes to the next one, not just as far. */
static void
step_cb (GtkAdjustment *adjustment, gpointer data)
{
  GtkWidget *spin = data;
  double *last = g_object_get_data (G_OBJECT (spin), "thaw-last");
  double at = gtk_adjustment_get_value (adjustment), before = *last;

  *last = at;
  if (fabs (fabs (at - before) - 1) > 1e-9 || fabs (before - round (before)) < 1e-6)
    return;
  *last = at > before ? ceil (before) : floor (before);
  gtk_adjustment_set_value (adjustment, *last);
}

static GtkAdjustment *
adjustment_new (const ThawParamSpec *spec)
{
  double span = spec->max - spec->min, step = 1;

  if (by_factor (spec)) {
    double least = spec->exclusive_min ? 3.0 * LEAST_DECADE : ZERO_PLACE;
    return gtk_adjustment_new (least, least, thaw_factor_place (spec->max), 1, 3, 0);
  }
  if (spec->kind == THAW_PARAM_REAL)
    step = span <= 1 ? 0.01 : span <= 20 ? 0.05 : 1;
  return gtk_adjustment_new (spec->min, spec->min, spec->max, step, 10 * step, 0);
}

GtkWidget *
thaw_number_spin_new (const ThawParamSpec *spec)
{
  GtkAdjustment *adjustment = adjustment_new (spec);
  bool whole = spec->kind == THAW_PARAM_INT;
  GtkWidget *spin = g_object_new (GTK_TYPE_SPIN_BUTTON, "adjustment", adjustment, "digits",
                                  whole ? 0 : 20, "numeric", FALSE, "width-chars", whole ? 5 : 7,
                                  "max-width-chars", 9, "valign", GTK_ALIGN_CENTER, NULL);
  double *last = g_new0 (double, 1);

  g_object_set_data (G_OBJECT (spin), "thaw-spec", (gpointer) spec);
  g_object_set_data_full (G_OBJECT (spin), "thaw-last", last, g_free);
  g_signal_connect (spin, "input", G_CALLBACK (input_cb), NULL);
  g_signal_connect (spin, "output", G_CALLBACK (output_cb), NULL);
  if (by_factor (spec))
    g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (step_cb), spin, 0);
  gtk_editable_set_alignment (GTK_EDITABLE (spin), 1);
  thaw_widget_leave_wheel (spin);
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  return spin;
}

double
thaw_number_spin_value (GtkWidget *spin)
{
  return value_of (spin, gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)));
}

void
thaw_number_spin_set (GtkWidget *spin, double value)
{
  double *last = g_object_get_data (G_OBJECT (spin), "thaw-last");

  if (thaw_number_spin_value (spin) == rounded (value))
    return;
  *last = place_of (spin, value);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), *last);
}

/* --- The slider --- */

GtkWidget *
thaw_number_slider_new (const ThawParamSpec *spec)
{
  double most = fmin (spec->max, spec->min + 5 * (spec->def[0] - spec->min));
  double step = spec->kind == THAW_PARAM_INT ? 1 : (most - spec->min) / 50;
  GtkWidget *slider;

  if (by_factor (spec) || spec->count > 1 || spec->def[0] <= spec->min ||
      (spec->kind != THAW_PARAM_REAL && spec->kind != THAW_PARAM_INT))
    return NULL;
  slider = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, spec->min, most, step);
  gtk_scale_set_draw_value (GTK_SCALE (slider), FALSE);
  gtk_range_set_round_digits (GTK_RANGE (slider), spec->kind == THAW_PARAM_INT ? 0 : 3);
  gtk_widget_set_valign (slider, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (slider, 120, -1);
  thaw_widget_leave_wheel (slider);
  return slider;
}

void
thaw_number_slider_set (GtkWidget *slider, double value)
{
  GtkAdjustment *adjustment = gtk_range_get_adjustment (GTK_RANGE (slider));

  if (value > gtk_adjustment_get_upper (adjustment))
    gtk_adjustment_set_upper (adjustment, value);
  gtk_range_set_value (GTK_RANGE (slider), value);
}

void
thaw_widget_leave_wheel (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
    if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
      gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_NONE);
  }
}
