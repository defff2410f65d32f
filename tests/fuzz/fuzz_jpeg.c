/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG, decoded and fitted. */
#include "picture-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  ThawPicture picture = {0};
  uint8_t out[8 * 8 * 3];

  if (thaw_jpeg_decode (data, size, "fuzz", &picture, &error)) {
    g_assert_no_error (error);
    thaw_picture_fit (picture.rgb, picture.h, picture.w, out, 8);
  } else {
    g_assert_nonnull (error);
  }
  thaw_picture_clear (&picture);
  return 0;
}
