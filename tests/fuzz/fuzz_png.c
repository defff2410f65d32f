/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG. The checksums of chunks are made right before reading, or mutations would get no further. */
#include "picture-private.h"

#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static uint32_t
be32 (const uint8_t *p)
{
  return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3];
}

static void
mend_checksums (uint8_t *png, size_t size)
{
  size_t at = 8;

  while (at + 12 <= size && be32 (png + at) <= size - at - 12) {
    uint32_t length = be32 (png + at);
    uint32_t sum = GUINT32_TO_BE ((uint32_t) crc32 (0, png + at + 4, length + 4));
    memcpy (png + at + 8 + length, &sum, 4);
    at += 12 + (size_t) length;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree uint8_t *png = g_memdup2 (data, size);
  g_autoptr (GError) error = NULL;
  ThawPicture picture = {0};
  uint8_t out[8 * 8 * 3];

  mend_checksums (png, size);
  if (thaw_png_decode (png, size, "fuzz", &picture, &error)) {
    g_assert_no_error (error);
    thaw_picture_fit (picture.rgb, picture.h, picture.w, out, 8);
  } else {
    g_assert_nonnull (error);
  }
  thaw_picture_clear (&picture);
  return 0;
}
