/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A spin button for a parameter of a catalogue: its range, its steps, its way of writing numbers.
 * Parameters that people change by factors step 1, 2, 5, 10. */
#pragma once

#include "thaw-recipe.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *thaw_number_spin_new (const ThawParamSpec *spec);
double thaw_number_spin_value (GtkWidget *spin);
/* Emits "value-changed" only if that is another number. */
void thaw_number_spin_set (GtkWidget *spin, double value);

/* A slider over the part of the range that is usual; it grows when the value lies beyond. NULL for
 * parameters without a usual part. */
GtkWidget *thaw_number_slider_new (const ThawParamSpec *spec);
void thaw_number_slider_set (GtkWidget *slider, double value);

/* The series 1, 2, 5, 10 as places 0, 1, 2, 3 and so on, log-linear between; 0 has the place below
 * the least. */
double thaw_factor_place (double value);
double thaw_factor_value (double place);

/* A number as people read it: six digits, the locale's sign. (transfer full) */
char *thaw_number_text (double value);
/* The wheel scrolls the page and never changes a number that happens to lie under it. */
void thaw_widget_leave_wheel (GtkWidget *widget);

G_END_DECLS
