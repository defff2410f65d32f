/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places for texts beside points so that none covers another, a point or an error bar. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  double x, y, width, height;
} ThawBox;

/* What is taken: of ThawBox. */
typedef struct {
  GArray *taken;
  ThawBox within;
} ThawLabels;

void thaw_labels_init (ThawLabels *labels, ThawBox within);
void thaw_labels_clear (ThawLabels *labels);
void thaw_labels_take (ThawLabels *labels, ThawBox box);
/* Finds room for a text of that size beside the point, nearer places first, and takes it. false:
 * there is none. */
bool thaw_labels_place (ThawLabels *labels,
                        double x,
                        double y,
                        double apart,
                        double width,
                        double height,
                        ThawBox *box);

G_END_DECLS
