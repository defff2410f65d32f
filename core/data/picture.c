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

/* --- What it is instead, for the sentence --- */

enum { LOOKED_AT = 512, SHOWN = 8 };

static const struct {
  const char *magic;
  size_t at, length;
  const char *words;
} kinds[] = {
    {"GIF8", 0, 4, N_ ("it is a GIF picture")},
    {"BM", 0, 2, N_ ("it is a BMP picture")},
    {"WEBP", 8, 4, N_ ("it is a WebP picture")},
    {"II*\0", 0, 4, N_ ("it is a TIFF picture")},
    {"MM\0*", 0, 4, N_ ("it is a TIFF picture")},
    {"ftyp", 4, 4, N_ ("it is an HEIC or AVIF picture, or a film")},
    {"%PDF", 0, 4, N_ ("it is a PDF document")},
    {"PK\3\4", 0, 4, N_ ("it is a ZIP archive, as .pth files of weights are")},
    {"\x1f\x8b", 0, 2, N_ ("it is compressed by gzip")},
    {"{\"", 8, 2, N_ ("it is a .safetensors file of weights")},
};

/* UTF-8 without control characters, as far as one looks; its last letter may be cut. */
static gboolean
is_text (const uint8_t *bytes, size_t length)
{
  size_t seen = MIN (length, LOOKED_AT);
  const char *end = (const char *) bytes, *last = end + seen;

  for (size_t i = 0; i < seen; i++)
    if (bytes[i] < ' ' && !g_ascii_isspace (bytes[i]))
      return FALSE;
  return g_utf8_validate (end, (gssize) seen, &end) ||
         g_utf8_get_char_validated (end, last - end) == (gunichar) -2;
}

/* (transfer full) */
static char *
what_it_is (const uint8_t *bytes, size_t length)
{
  gboolean text = is_text (bytes, length);
  GString *words;

  if (length == 0)
    return g_strdup (_ ("it is empty"));
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) /* two letters alone may begin any text */
    if ((!text || kinds[i].length > 2) && length >= kinds[i].at + kinds[i].length &&
        memcmp (bytes + kinds[i].at, kinds[i].magic, kinds[i].length) == 0)
      return g_strdup (_ (kinds[i].words));
  if (text)
    return g_strdup (_ ("it is text"));
  words = g_string_new (_ ("it begins with the bytes"));
  for (size_t i = 0; i < MIN (length, SHOWN); i++)
    g_string_append_printf (words, " %02x", bytes[i]);
  return g_string_free (words, FALSE);
}

static void
refuse (const uint8_t *bytes, size_t length, const char *source, GError **error)
{
  g_autofree char *found = what_it_is (bytes, length);

  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: is neither a PNG nor a JPEG picture: %s"), source, found);
}

gboolean
thaw_picture_too_large (uint32_t w, uint32_t h, const char *source, GError **error)
{
  if (w <= THAW_PICTURE_MAX_SIDE && h <= THAW_PICTURE_MAX_SIDE)
    return FALSE;
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
               _ ("%s: has %u × %u pixels, expected at most %d × %d"), source, w, h,
               THAW_PICTURE_MAX_SIDE, THAW_PICTURE_MAX_SIDE);
  return TRUE;
}

gboolean
thaw_picture_decode (
    const uint8_t *bytes, size_t length, const char *source, ThawPicture *out, GError **error)
{
  if (thaw_picture_is_png (bytes, length))
    return thaw_png_decode (bytes, length, source, out, error);
  if (thaw_picture_is_jpeg (bytes, length))
    return thaw_jpeg_decode (bytes, length, source, out, error);
  refuse (bytes, length, source, error);
  return FALSE;
}

static gboolean
is_folder (const char *path, const char *shown, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return FALSE;
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_IO,
               _ ("%s: is a folder, expected a PNG or JPEG picture"), shown);
  return TRUE;
}

static gboolean
read_picture (const char *path, ThawPicture *picture, GError **error)
{
  size_t length;
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree uint8_t *bytes = NULL;

  if (is_folder (path, shown, error))
    return FALSE;
  bytes = thaw_data_read_file (path, THAW_PICTURE_MAX_BYTES, &length, NULL, error);
  return bytes != NULL && thaw_picture_decode (bytes, length, shown, picture, error);
}

uint8_t *
thaw_picture_read (const char *path, int size, GError **error)
{
  ThawPicture picture;
  uint8_t *out;

  g_return_val_if_fail (size >= 1 && size <= THAW_MAX_SIDE, NULL);
  if (!read_picture (path, &picture, error))
    return NULL;
  out = g_malloc ((size_t) size * size * 3);
  thaw_picture_fit (picture.rgb, picture.h, picture.w, out, size);
  thaw_picture_clear (&picture);
  return out;
}

uint8_t *
thaw_picture_read_whole (const char *path, int most, int *h, int *w, GError **error)
{
  ThawPicture picture;
  uint8_t *out;
  int longer;

  g_return_val_if_fail (most >= 1 && most <= THAW_MAX_SIDE, NULL);
  if (!read_picture (path, &picture, error))
    return NULL;
  longer = MAX (picture.h, picture.w);
  if (longer <= most) {
    *h = picture.h;
    *w = picture.w;
    return picture.rgb;
  }
  *h = MAX (1, picture.h * most / longer);
  *w = MAX (1, picture.w * most / longer);
  out = g_malloc ((size_t) *h * *w * 3);
  thaw_resize_bilinear (picture.rgb, picture.h, picture.w, out, *h, *w);
  thaw_picture_clear (&picture);
  return out;
}
