/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One picture: decoding PNG and JPEG from memory, fitting to a square. Private. */
#pragma once

#include "thaw-data.h"

#define THAW_PICTURE_MAX_BYTES (UINT64_C (64) << 20)
#define THAW_PICTURE_MAX_SIDE 4096

typedef struct {
  int h, w;
  uint8_t *rgb; /* [h][w][3], owned */
} ThawPicture;
void thaw_picture_clear (ThawPicture *picture);

/* `source` names it in messages. At most 4096 x 4096; grey gives three equal channels, alpha is
 * dropped, 16 bits keep the upper 8, as in Pillow's convert ("RGB"). */
gboolean thaw_png_decode (
    const uint8_t *bytes, size_t length, const char *source, ThawPicture *out, GError **error);
/* At most 4096 x 4096 and 100 scans; CMYK is refused; the orientation in EXIF is not looked at. */
gboolean thaw_jpeg_decode (
    const uint8_t *bytes, size_t length, const char *source, ThawPicture *out, GError **error);
/* Either, by its first bytes. */
gboolean thaw_picture_decode (
    const uint8_t *bytes, size_t length, const char *source, ThawPicture *out, GError **error);

/* TRUE, and the error: a picture that says it is so large is not read. */
gboolean thaw_picture_too_large (uint32_t w, uint32_t h, const char *source, GError **error);

/* Are these the first bytes of a PNG or a JPEG? */
gboolean thaw_picture_is_png (const uint8_t *bytes, size_t length);
gboolean thaw_picture_is_jpeg (const uint8_t *bytes, size_t length);

/* torchvision's Resize(size) and CenterCrop(size): shorter side to `size`, the middle square. rgb:
 * [h][w][3]; out: [size][size][3], overwritten. */
void thaw_picture_fit (const uint8_t *rgb, int h, int w, uint8_t *out, int size);
