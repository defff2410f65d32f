/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <cairo.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* A shuffled walk over the images that takes each class in turn: so any number of pictures shows as
 * many classes as it can. */
uint32_t *
pictures_choose (
    const ThawDataset *set, const uint32_t *images, uint32_t count, uint64_t seed, uint32_t *n)
{
  int classes = thaw_dataset_classes (set);
  g_autofree uint32_t *order = g_new (uint32_t, MAX (count, 1));
  g_autofree uint32_t *turn = g_new0 (uint32_t, classes);
  uint32_t *chosen = g_new (uint32_t, MAX (count, 1)), found = 0, wanted = MIN (*n, count);

  thaw_epoch_order (images, count, seed, 0, order);
  for (uint32_t round = 0; found < wanted; round++) {
    memset (turn, 0, sizeof *turn * (size_t) classes);
    for (uint32_t i = 0; i < count && found < wanted; i++)
      if (turn[thaw_dataset_label (set, order[i])]++ == round)
        chosen[found++] = order[i];
  }
  *n = found;
  return chosen;
}

static cairo_surface_t *
surface_of (const ThawDataset *set, uint32_t image)
{
  int size = thaw_dataset_size (set);
  const uint8_t *pixels = thaw_dataset_image (set, image);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  uint8_t *out = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);

  if (out == NULL)
    return surface;
  cairo_surface_flush (surface);
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++, pixels += 3) {
      uint32_t value = (uint32_t) pixels[0] << 16 | (uint32_t) pixels[1] << 8 | pixels[2];
      memcpy (out + (ptrdiff_t) y * stride + (ptrdiff_t) x * 4, &value, 4);
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

char *
pictures_write (const ThawDataset *set, uint32_t image, const char *folder, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%06u.png", image);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  cairo_surface_t *surface;
  cairo_status_t status;

  if (g_mkdir_with_parents (folder, 0755) != 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                 _ ("%s: the folder cannot be made: %s"), folder, g_strerror (errno));
    return NULL;
  }
  surface = surface_of (set, image);
  status = cairo_surface_write_to_png (surface, path);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_steal_pointer (&path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("%s: cannot be written: %s"), path,
               cairo_status_to_string (status));
  return NULL;
}
