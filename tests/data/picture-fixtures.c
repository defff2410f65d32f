/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG and JPEG on the spot, by the libraries that read them. */
#include "data-fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
#include <png.h>

static void
png_write_cb (png_structp png, png_bytep bytes, size_t length)
{
  g_byte_array_append (png_get_io_ptr (png), bytes, (guint) length);
}

static void
png_flush_cb (png_structp png)
{
}

static int
channels_of (int color_type)
{
  if (color_type == PNG_COLOR_TYPE_PALETTE)
    return 1;
  return (color_type & PNG_COLOR_MASK_COLOR ? 3 : 1) + (color_type & PNG_COLOR_MASK_ALPHA ? 1 : 0);
}

GByteArray *
png_of (int w, int h, int color_type, int depth, const uint8_t *pixels, gboolean transparent)
{
  GByteArray *out = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  size_t row_bytes = ((size_t) w * channels_of (color_type) * depth + 7) / 8;
  png_color palette[256];
  png_byte alpha[256];
  png_color_16 clear = {0};

  if (setjmp (png_jmpbuf (png)))
    g_error ("libpng cannot write");
  for (int i = 0; i < 256; i++) {
    palette[i] = (png_color){(png_byte) i, (png_byte) (255 - i), (png_byte) (i ^ 0x55)};
    alpha[i] = (png_byte) i;
  }
  png_set_write_fn (png, out, png_write_cb, png_flush_cb);
  png_set_IHDR (png, info, (png_uint_32) w, (png_uint_32) h, depth, color_type, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (color_type == PNG_COLOR_TYPE_PALETTE)
    png_set_PLTE (png, info, palette, 1 << depth);
  if (transparent) {
    clear =
        (png_color_16){.gray = pixels[0], .red = pixels[0], .green = pixels[1], .blue = pixels[2]};
    png_set_tRNS (png, info, alpha, color_type == PNG_COLOR_TYPE_PALETTE ? 1 << depth : 0, &clear);
  }
  png_write_info (png, info);
  for (int y = 0; y < h; y++)
    png_write_row (png, pixels + (size_t) y * row_bytes);
  png_write_end (png, NULL);
  png_destroy_write_struct (&png, &info);
  return out;
}

GByteArray *
png_rgb (uint64_t seed, int w, int h)
{
  g_autoptr (GByteArray) pixels = random_bytes (seed, (size_t) w * h * 3);

  return png_of (w, h, PNG_COLOR_TYPE_RGB, 8, pixels->data, FALSE);
}

GByteArray *
jpeg_of (uint64_t seed, int w, int h, int components, gboolean progressive)
{
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  g_autoptr (GByteArray) pixels = random_bytes (seed, (size_t) w * h * components);
  unsigned char *bytes = NULL;
  unsigned long length = 0;
  GByteArray *out;

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, &bytes, &length);
  jpeg.image_width = (JDIMENSION) w;
  jpeg.image_height = (JDIMENSION) h;
  jpeg.input_components = components;
  jpeg.in_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults (&jpeg);
  if (progressive)
    jpeg_simple_progression (&jpeg);
  jpeg_start_compress (&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = pixels->data + (size_t) jpeg.next_scanline * w * components;
    jpeg_write_scanlines (&jpeg, &row, 1);
  }
  jpeg_finish_compress (&jpeg);
  out = bytes_of (bytes, length);
  free (bytes);
  jpeg_destroy_compress (&jpeg);
  return out;
}
