/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One picture from bytes or from a file, told by its first bytes. */
#include "picture-private.h"
#include "readers-private.h"

#include <string.h>

void
thaw_picture_clear (ThawPicture *picture)
{
  g_clear_pointer (&picture->rgb, g_free);
  picture->h = picture->w = 0;
}

gboolean
thaw_picture_is_png (const uint8_t *bytes, size_t length)
{
  static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  return length >= sizeof signature && memcmp (bytes, signature, sizeof signature) == 0;
}

gboolean
thaw_picture_is_jpeg (const uint8_t *bytes, size_t length)
{
  return length >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

gboolean
thaw_picture_decode (
    const uint8_t *bytes, size_t length, const char *source, ThawPicture *out, GError **error)
{
  if (thaw_picture_is_png (bytes, length))
    return thaw_png_decode (bytes, length, source, out, error);
  if (thaw_picture_is_jpeg (bytes, length))
    return thaw_jpeg_decode (bytes, length, source, out, error);
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: is neither a PNG nor a JPEG picture"), source);
  return FALSE;
}

uint8_t *
thaw_picture_read (const char *path, int size, GError **error)
{
  ThawPicture picture;
  size_t length;
  uint8_t *out;
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree uint8_t *bytes = NULL;

  g_return_val_if_fail (size >= 1 && size <= THAW_MAX_SIDE, NULL);
  bytes = thaw_data_read_file (path, THAW_PICTURE_MAX_BYTES, &length, NULL, error);
  if (bytes == NULL || !thaw_picture_decode (bytes, length, shown, &picture, error))
    return NULL;
  out = g_malloc ((size_t) size * size * 3);
  thaw_picture_fit (picture.rgb, picture.h, picture.w, out, size);
  thaw_picture_clear (&picture);
  return out;
}
