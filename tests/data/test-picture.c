/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG of every kind of pixel, JPEG of every colour, and files that are neither. */
#include "data-fixtures.h"

#include <png.h>
#include <string.h>

#define W 13
#define H 7

static ThawPicture
decode (const GByteArray *bytes)
{
  ThawPicture picture;
  g_autoptr (GError) error = NULL;

  thaw_picture_decode (bytes->data, bytes->len, "a.png", &picture, &error);
  g_assert_no_error (error);
  return picture;
}

static void
refuse (const GByteArray *bytes, const char *part)
{
  ThawPicture picture;
  GError *error = NULL;

  g_assert_false (thaw_picture_decode (bytes->data, bytes->len, "a.png", &picture, &error));
  g_assert_true (g_str_has_prefix (error->message, "a.png: "));
  check_error (error, THAW_DATA_ERROR_FORMAT, part);
}

/* Pixel i of a picture as 8-bit RGB, from `channels` samples of `step` bytes each. */
static void
check_pixels (int color_type, int depth, gboolean transparent, int channels, int step)
{
  g_autoptr (GByteArray) pixels = random_bytes (3, W * H * 8);
  g_autoptr (GByteArray) png = png_of (W, H, color_type, depth, pixels->data, transparent);
  ThawPicture picture = decode (png);

  g_assert_cmpint (picture.w, ==, W);
  g_assert_cmpint (picture.h, ==, H);
  for (int i = 0; i < W * H; i++)
    for (int c = 0; c < 3; c++) {
      int sample = i * channels + (color_type & PNG_COLOR_MASK_COLOR ? c : 0);
      g_assert_cmpint (picture.rgb[3 * i + c], ==, pixels->data[sample * step]);
    }
  thaw_picture_clear (&picture);
}

static void
png_colours (void)
{
  check_pixels (PNG_COLOR_TYPE_RGB, 8, FALSE, 3, 1);
  check_pixels (PNG_COLOR_TYPE_RGB, 8, TRUE, 3, 1);
  check_pixels (PNG_COLOR_TYPE_RGB, 16, FALSE, 3, 2);
  check_pixels (PNG_COLOR_TYPE_RGB_ALPHA, 8, FALSE, 4, 1);
  check_pixels (PNG_COLOR_TYPE_RGB_ALPHA, 16, FALSE, 4, 2);
  check_pixels (PNG_COLOR_TYPE_GRAY, 8, FALSE, 1, 1);
  check_pixels (PNG_COLOR_TYPE_GRAY, 8, TRUE, 1, 1);
  check_pixels (PNG_COLOR_TYPE_GRAY, 16, FALSE, 1, 2);
  check_pixels (PNG_COLOR_TYPE_GRAY_ALPHA, 8, FALSE, 2, 1);
}

static void
png_few_bits (void)
{
  const uint8_t bits[] = {0xa5}; /* 1 0 1 0 0 1 0 1 */
  g_autoptr (GByteArray) png = png_of (8, 1, PNG_COLOR_TYPE_GRAY, 1, bits, FALSE);
  ThawPicture picture = decode (png);

  for (int x = 0; x < 8; x++)
    for (int c = 0; c < 3; c++)
      g_assert_cmpint (picture.rgb[3 * x + c], ==, 0xa5 >> (7 - x) & 1 ? 255 : 0);
  thaw_picture_clear (&picture);
}

static void
check_palette (gboolean transparent)
{
  g_autoptr (GByteArray) pixels = random_bytes (4, W * H);
  g_autoptr (GByteArray) png = png_of (W, H, PNG_COLOR_TYPE_PALETTE, 8, pixels->data, transparent);
  ThawPicture picture = decode (png);

  for (int i = 0; i < W * H; i++) {
    g_assert_cmpint (picture.rgb[3 * i], ==, pixels->data[i]);
    g_assert_cmpint (picture.rgb[3 * i + 1], ==, 255 - pixels->data[i]);
    g_assert_cmpint (picture.rgb[3 * i + 2], ==, pixels->data[i] ^ 0x55);
  }
  thaw_picture_clear (&picture);
}

static void
png_palette (void)
{
  check_palette (FALSE);
  check_palette (TRUE);
}

static void
png_truncated (void)
{
  g_autoptr (GByteArray) png = png_rgb (1, 40, 40);

  for (guint length = 8; length < png->len; length += 97) {
    g_autoptr (GByteArray) part = bytes_of (png->data, length);
    refuse (part, "PNG");
  }
}

static void
put_be32 (uint8_t *at, uint32_t value)
{
  uint32_t big = GUINT32_TO_BE (value);

  memcpy (at, &big, 4);
}

/* Changes the size in the header and makes its checksum right again. */
static void
claim_size (GByteArray *png, uint32_t w, uint32_t h)
{
  put_be32 (png->data + 16, w);
  put_be32 (png->data + 20, h);
  put_be32 (png->data + 29, (uint32_t) crc32 (0, png->data + 12, 17));
}

static void
png_claims (void)
{
  g_autoptr (GByteArray) png = png_rgb (1, 16, 16);

  claim_size (png, 4096, 4096);
  refuse (png, "too small for its picture");
  claim_size (png, 4097, 16);
  refuse (png, "has 4097 × 16 pixels, expected at most 4096 × 4096");
  claim_size (png, 0x7fffffff, 0x7fffffff);
  refuse (png, "has 2147483647 × 2147483647 pixels");
  claim_size (png, 0, 16);
  refuse (png, "PNG");
}

static void
png_bad_checksum (void)
{
  g_autoptr (GByteArray) png = png_rgb (1, 16, 16);

  png->data[50] ^= 1;
  refuse (png, "PNG");
}

static void
check_jpeg (int components, gboolean progressive)
{
  g_autoptr (GByteArray) jpeg = jpeg_of (6, W, H, components, progressive);
  ThawPicture picture = decode (jpeg);

  g_assert_cmpint (picture.w, ==, W);
  g_assert_cmpint (picture.h, ==, H);
  for (int i = 0; components == 1 && i < W * H; i++) {
    g_assert_cmpint (picture.rgb[3 * i], ==, picture.rgb[3 * i + 1]);
    g_assert_cmpint (picture.rgb[3 * i], ==, picture.rgb[3 * i + 2]);
  }
  thaw_picture_clear (&picture);
}

static void
jpeg_colours (void)
{
  check_jpeg (3, FALSE);
  check_jpeg (3, TRUE);
  check_jpeg (1, FALSE);
  check_jpeg (1, TRUE);
}

static void
jpeg_cmyk (void)
{
  g_autoptr (GByteArray) jpeg = jpeg_of (6, W, H, 4, FALSE);

  refuse (jpeg, "CMYK");
}

static void
jpeg_truncated (void)
{
  g_autoptr (GByteArray) jpeg = jpeg_of (6, 64, 64, 3, FALSE);

  for (guint length = 3; length < jpeg->len; length += 61) {
    g_autoptr (GByteArray) part = bytes_of (jpeg->data, length);
    refuse (part, "JPEG");
  }
}

/* Where marker FF `code` begins. */
static guint
find_marker (const GByteArray *jpeg, uint8_t code)
{
  for (guint i = 2; i + 1 < jpeg->len; i++)
    if (jpeg->data[i] == 0xff && jpeg->data[i + 1] == code)
      return i;
  g_error ("no marker %02x", code);
}

static void
jpeg_claims (void)
{
  g_autoptr (GByteArray) jpeg = jpeg_of (6, 16, 16, 3, FALSE);
  guint frame = find_marker (jpeg, 0xc0);

  jpeg->data[frame + 5] = 0x10; /* height 4097 */
  jpeg->data[frame + 6] = 0x01;
  refuse (jpeg, "has 16 × 4097 pixels, expected at most 4096 × 4096");
}

/* The last scan of a progressive picture, 120 times over. */
static void
jpeg_scans (void)
{
  g_autoptr (GByteArray) jpeg = jpeg_of (6, 16, 16, 1, TRUE);
  g_autoptr (GByteArray) many = NULL;
  guint last = 0;

  for (guint i = 2; i + 1 < jpeg->len; i++)
    if (jpeg->data[i] == 0xff && jpeg->data[i + 1] == 0xda)
      last = i;
  g_assert_cmpuint (last, >, 0);
  many = bytes_of (jpeg->data, last);
  for (int i = 0; i < 120; i++)
    g_byte_array_append (many, jpeg->data + last, jpeg->len - 2 - last);
  g_byte_array_append (many, jpeg->data + jpeg->len - 2, 2);
  refuse (many, "100 scans");
}

/* What it is instead is said. */
static void
neither (void)
{
  static const struct {
    const char *bytes;
    size_t length;
    const char *words;
  } cases[] = {
      {"", 0, "picture: it is empty"},
      {"hello, this is no picture", 25, "picture: it is text"},
      {"BMW, a car", 10, "picture: it is text"},
      {"\xe5\x9b\xbe\xe7", 4, "picture: it is text"}, /* the last letter is cut */
      {"BM\x36\0\0\0\0\0", 8, "a BMP"},
      {"GIF89a\1\0", 8, "a GIF"},
      {"RIFF\x24\0\0\0WEBPVP8 ", 16, "a WebP"},
      {"II*\0\x08\0", 6, "a TIFF"},
      {"PK\3\4\0\0", 6, "a ZIP archive"},
      {"\x1f\x8b\x08\0", 4, "gzip"},
      {"\x40\0\0\0\0\0\0\0{\"a\":1}", 15, "a .safetensors file"},
      {"\x89PNG", 4, "the bytes 89 50 4e 47"},
      {"\xff\xd8", 2, "the bytes ff d8"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = bytes_of (cases[i].bytes, cases[i].length);
    refuse (bytes, "neither a PNG nor a JPEG");
    refuse (bytes, cases[i].words);
  }
}

static void
mutations (void)
{
  g_autoptr (GByteArray) png = png_rgb (2, 24, 24);
  g_autoptr (GByteArray) jpeg = jpeg_of (2, 24, 24, 3, TRUE);
  const GByteArray *seeds[] = {png, jpeg};
  ThawRng rng = thaw_rng (77, THAW_RNG_TEST, 0, 0, 0);

  g_test_message ("seed 77");
  for (int i = 0; i < 1500; i++) {
    const GByteArray *seed = seeds[i % 2];
    g_autofree uint8_t *bytes = g_memdup2 (seed->data, seed->len);
    g_autoptr (GError) error = NULL;
    ThawPicture picture = {0};
    for (int k = 0; k < 3; k++)
      bytes[thaw_rng_below (&rng, seed->len)] = (uint8_t) thaw_rng_u64 (&rng);
    if (!thaw_picture_decode (bytes, seed->len, "m", &picture, &error))
      g_assert_nonnull (error);
    thaw_picture_clear (&picture);
  }
}

static void
from_file (void)
{
  char *dir = tmp_new ();
  g_autoptr (GByteArray) png = png_rgb (9, 20, 30);
  g_autofree char *path = g_build_filename (dir, "a.png", NULL);
  g_autofree char *none = g_build_filename (dir, "none.png", NULL);
  g_autofree uint8_t *out = NULL;
  g_autofree uint8_t *expected = g_malloc (16 * 16 * 3);
  ThawPicture picture = decode (png);
  GError *error = NULL;

  put_file (dir, "a.png", png);
  out = thaw_picture_read (path, 16, &error);
  g_assert_no_error (error);
  thaw_picture_fit (picture.rgb, picture.h, picture.w, expected, 16);
  g_assert_cmpmem (out, 16 * 16 * 3, expected, 16 * 16 * 3);
  thaw_picture_clear (&picture);
  g_assert_null (thaw_picture_read (none, 16, &error));
  check_error (g_steal_pointer (&error), THAW_DATA_ERROR_IO, "none.png");
  g_assert_null (thaw_picture_read (dir, 16, &error));
  check_error (error, THAW_DATA_ERROR_IO, "is a folder, expected a PNG or JPEG picture");
  tmp_remove (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/picture/png-colours", png_colours);
  g_test_add_func ("/data/picture/png-few-bits", png_few_bits);
  g_test_add_func ("/data/picture/png-palette", png_palette);
  g_test_add_func ("/data/picture/png-truncated", png_truncated);
  g_test_add_func ("/data/picture/png-claims", png_claims);
  g_test_add_func ("/data/picture/png-bad-checksum", png_bad_checksum);
  g_test_add_func ("/data/picture/jpeg-colours", jpeg_colours);
  g_test_add_func ("/data/picture/jpeg-cmyk", jpeg_cmyk);
  g_test_add_func ("/data/picture/jpeg-truncated", jpeg_truncated);
  g_test_add_func ("/data/picture/jpeg-claims", jpeg_claims);
  g_test_add_func ("/data/picture/jpeg-scans", jpeg_scans);
  g_test_add_func ("/data/picture/neither", neither);
  g_test_add_func ("/data/picture/mutations", mutations);
  g_test_add_func ("/data/picture/from-file", from_file);
  return g_test_run ();
}
