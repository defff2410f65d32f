/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG through libpng's classic interface, from memory. Everything a longjmp may cross lives in one
 * struct behind a pointer, so nothing is lost or undefined after it. */
#include "picture-private.h"

#include <png.h>
#include <string.h>

#define MAX_CHUNK_BYTES (1 << 20)
#define MAX_CACHED_CHUNKS 64
#define DEFLATE_RATIO 1100 /* nothing deflates better than 1 : 1032 */

typedef struct {
  png_structp png;
  png_infop info;
  const uint8_t *at;
  size_t left, length;
  int h, w;
  uint8_t *rgb;
  png_bytep *rows;
  char message[160];
} PngReader;

static G_NORETURN void
error_cb (png_structp png, png_const_charp message)
{
  PngReader *reader = png_get_error_ptr (png);

  g_strlcpy (reader->message, message, sizeof reader->message);
  png_longjmp (png, 1);
}

static void
warning_cb (png_structp png, png_const_charp message)
{
}

static void
read_cb (png_structp png, png_bytep out, size_t want)
{
  PngReader *reader = png_get_io_ptr (png);

  if (want > reader->left)
    png_error (png, _ ("the file ends too early"));
  memcpy (out, reader->at, want);
  reader->at += want;
  reader->left -= want;
}

/* Whatever the file has becomes 8-bit RGB. */
static void
ask_for_rgb (PngReader *reader)
{
  int type = png_get_color_type (reader->png, reader->info);

  if (png_get_bit_depth (reader->png, reader->info) == 16)
    png_set_strip_16 (reader->png);
  if (type == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb (reader->png);
  if ((type & PNG_COLOR_MASK_COLOR) == 0) {
    png_set_expand_gray_1_2_4_to_8 (reader->png);
    png_set_gray_to_rgb (reader->png);
  }
  png_set_strip_alpha (reader->png);
  png_set_interlace_handling (reader->png);
}

/* FALSE with reader->message. */
static gboolean
read_pixels (PngReader *reader)
{
  size_t packed;

  if (setjmp (png_jmpbuf (reader->png)))
    return FALSE;
  png_read_info (reader->png, reader->info);
  reader->h = (int) png_get_image_height (reader->png, reader->info);
  reader->w = (int) png_get_image_width (reader->png, reader->info);
  packed = png_get_rowbytes (reader->png, reader->info) * (size_t) reader->h;
  if (packed / DEFLATE_RATIO > reader->length)
    png_error (reader->png, _ ("the file is too small for its picture"));
  ask_for_rgb (reader);
  png_read_update_info (reader->png, reader->info);
  if (png_get_rowbytes (reader->png, reader->info) != (size_t) reader->w * 3)
    png_error (reader->png, _ ("a kind of pixels that is not known"));
  reader->rgb = g_try_malloc ((size_t) reader->h * reader->w * 3);
  reader->rows = g_try_new (png_bytep, reader->h);
  if (reader->rgb == NULL || reader->rows == NULL)
    png_error (reader->png, _ ("no memory"));
  for (int y = 0; y < reader->h; y++)
    reader->rows[y] = reader->rgb + (size_t) y * reader->w * 3;
  png_read_image (reader->png, reader->rows);
  png_read_end (reader->png, NULL);
  return TRUE;
}

static gboolean
reader_init (PngReader *reader)
{
  reader->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, reader, error_cb, warning_cb);
  if (reader->png == NULL)
    return FALSE;
  reader->info = png_create_info_struct (reader->png);
  if (reader->info == NULL) {
    png_destroy_read_struct (&reader->png, NULL, NULL);
    return FALSE;
  }
  png_set_user_limits (reader->png, THAW_PICTURE_MAX_SIDE, THAW_PICTURE_MAX_SIDE);
  png_set_chunk_malloc_max (reader->png, MAX_CHUNK_BYTES);
  png_set_chunk_cache_max (reader->png, MAX_CACHED_CHUNKS);
  png_set_read_fn (reader->png, reader, read_cb);
  return TRUE;
}

/* The size stands at the same place in each PNG: said before libpng refuses it in its own words. */
static gboolean
claims_too_much (const uint8_t *bytes, size_t length, const char *source, GError **error)
{
  uint32_t size[2];

  if (length < 24 || memcmp (bytes + 12, "IHDR", 4) != 0)
    return FALSE;
  memcpy (size, bytes + 16, sizeof size);
  return thaw_picture_too_large (GUINT32_FROM_BE (size[0]), GUINT32_FROM_BE (size[1]), source,
                                 error);
}

gboolean
thaw_png_decode (
    const uint8_t *bytes, size_t length, const char *source, ThawPicture *out, GError **error)
{
  PngReader reader = {.at = bytes, .left = length, .length = length};
  gboolean good = FALSE;

  if (claims_too_much (bytes, length, source, error))
    return FALSE;
  if (reader_init (&reader)) {
    good = read_pixels (&reader);
    png_destroy_read_struct (&reader.png, &reader.info, NULL);
  } else {
    g_strlcpy (reader.message, _ ("no memory"), sizeof reader.message);
  }
  g_free (reader.rows);
  if (good) {
    *out = (ThawPicture){reader.h, reader.w, reader.rgb};
    return TRUE;
  }
  g_free (reader.rgb);
  g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT, _ ("%s: cannot be read as PNG: %s"),
               source, reader.message);
  return FALSE;
}
