/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbs.h"

#define SIDE_PX 32
#define GAP_PX 4
#define AT_LEAST 2
#define USUAL 7

struct _ThawThumbs {
  GtkWidget parent_instance;

  GPtrArray *textures;
};

G_DEFINE_FINAL_TYPE (ThawThumbs, thaw_thumbs, GTK_TYPE_WIDGET)

static void
thaw_thumbs_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  ThawThumbs *self = THAW_THUMBS (widget);
  int n = (int) self->textures->len;

  *minimum_baseline = *natural_baseline = -1;
  *minimum = *natural = SIDE_PX;
  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = MIN (n, AT_LEAST) * (SIDE_PX + GAP_PX);
    *natural = MIN (n, USUAL) * (SIDE_PX + GAP_PX);
  }
}

static void
thaw_thumbs_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  ThawThumbs *self = THAW_THUMBS (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int n = MIN (width / (SIDE_PX + GAP_PX), (int) self->textures->len);
  int top = (height - SIDE_PX) / 2, left = width - n * (SIDE_PX + GAP_PX) + GAP_PX;

  for (int i = 0; i < n; i++) {
    graphene_rect_t rect =
        GRAPHENE_RECT_INIT ((float) (left + i * (SIDE_PX + GAP_PX)), (float) top, SIDE_PX, SIDE_PX);
    GskRoundedRect round;
    gsk_rounded_rect_init_from_rect (&round, &rect, 4);
    gtk_snapshot_push_rounded_clip (snapshot, &round);
    gtk_snapshot_append_texture (snapshot, self->textures->pdata[i], &rect);
    gtk_snapshot_pop (snapshot);
  }
}

static void
thaw_thumbs_dispose (GObject *object)
{
  g_ptr_array_set_size (THAW_THUMBS (object)->textures, 0);
  G_OBJECT_CLASS (thaw_thumbs_parent_class)->dispose (object);
}

static void
thaw_thumbs_finalize (GObject *object)
{
  g_ptr_array_unref (THAW_THUMBS (object)->textures);
  G_OBJECT_CLASS (thaw_thumbs_parent_class)->finalize (object);
}

static void
thaw_thumbs_class_init (ThawThumbsClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = thaw_thumbs_dispose;
  G_OBJECT_CLASS (klass)->finalize = thaw_thumbs_finalize;
  widget->measure = thaw_thumbs_measure;
  widget->snapshot = thaw_thumbs_snapshot;
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
thaw_thumbs_init (ThawThumbs *self)
{
  self->textures = g_ptr_array_new_with_free_func (g_object_unref);
}

GtkWidget *
thaw_thumbs_new (const GPtrArray *pictures, int size)
{
  ThawThumbs *self = g_object_new (THAW_TYPE_THUMBS, NULL);

  for (guint i = 0; i < pictures->len; i++)
    g_ptr_array_add (self->textures, gdk_memory_texture_new (size, size, GDK_MEMORY_R8G8B8,
                                                             pictures->pdata[i], (gsize) size * 3));
  return GTK_WIDGET (self);
}
