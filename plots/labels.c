/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tries eight sides of a point at growing distances. */
#include "labels.h"

#define DISTANCES 4

void
thaw_labels_init (ThawLabels *labels, ThawBox within)
{
  labels->taken = g_array_new (FALSE, FALSE, sizeof (ThawBox));
  labels->within = within;
}

void
thaw_labels_clear (ThawLabels *labels)
{
  g_array_unref (labels->taken);
}

void
thaw_labels_take (ThawLabels *labels, ThawBox box)
{
  g_array_append_val (labels->taken, box);
}

static bool
meet (const ThawBox *a, const ThawBox *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
         b->y < a->y + a->height;
}

static bool
is_free (const ThawLabels *labels, const ThawBox *box)
{
  const ThawBox *in = &labels->within;

  if (box->x < in->x || box->y < in->y || box->x + box->width > in->x + in->width ||
      box->y + box->height > in->y + in->height)
    return false;
  for (guint i = 0; i < labels->taken->len; i++)
    if (meet (box, &g_array_index (labels->taken, ThawBox, i)))
      return false;
  return true;
}

bool
thaw_labels_place (
    ThawLabels *labels, double x, double y, double apart, double width, double height, ThawBox *box)
{
  /* Where the text's middle lies: right, left, above, below, then the corners. */
  static const int sides[][2] = {{1, 0},  {-1, 0}, {0, -1},  {0, 1},
                                 {1, -1}, {1, 1},  {-1, -1}, {-1, 1}};

  for (int ring = 1; ring <= DISTANCES; ring++)
    for (gsize k = 0; k < G_N_ELEMENTS (sides); k++) {
      double far = apart * ring;
      *box = (ThawBox){x + sides[k][0] * (far + width / 2) - width / 2,
                       y + sides[k][1] * (far + height / 2) - height / 2, width, height};
      if (!is_free (labels, box))
        continue;
      thaw_labels_take (labels, *box);
      return true;
    }
  return false;
}
