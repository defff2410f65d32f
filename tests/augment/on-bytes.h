/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pixel operations of core/augment on pictures of bytes, [h][w][3], as fixtures have them. */
#pragma once

#include "pixels.h"
#include "policy.h"

/* With room for one pixel more. (transfer full) */
static inline ThawPixel *
pixels_of (const uint8_t *bytes, int h, int w)
{
  ThawPixel *px = g_new (ThawPixel, (size_t) h * w + 1);

  thaw_px_from_bytes (bytes, (size_t) h * w, px);
  return px;
}

static inline void
bytes_brightness (uint8_t *bytes, int h, int w, float f)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w);

  thaw_px_brightness (px, h, w, f);
  thaw_px_to_bytes (px, (size_t) h * w, bytes);
}

static inline void
bytes_contrast (uint8_t *bytes, int h, int w, float f)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w);

  thaw_px_contrast (px, h, w, f);
  thaw_px_to_bytes (px, (size_t) h * w, bytes);
}

static inline void
bytes_saturation (uint8_t *bytes, int h, int w, float f)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w);

  thaw_px_saturation (px, h, w, f);
  thaw_px_to_bytes (px, (size_t) h * w, bytes);
}

static inline void
bytes_hue (uint8_t *bytes, int h, int w, double f)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w);

  thaw_px_hue (px, h, w, f);
  thaw_px_to_bytes (px, (size_t) h * w, bytes);
}

static inline void
bytes_hflip (uint8_t *bytes, int h, int w)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w);

  thaw_px_hflip (px, h, w);
  thaw_px_to_bytes (px, (size_t) h * w, bytes);
}

static inline void
bytes_crop (
    const uint8_t *src, int h, int w, int padding, int top, int left, int size, uint8_t *dst)
{
  g_autofree ThawPixel *px = pixels_of (src, h, w);
  g_autofree ThawPixel *out = g_new (ThawPixel, (size_t) size * size);

  thaw_px_crop (px, h, w, padding, top, left, size, out);
  thaw_px_to_bytes (out, (size_t) size * size, dst);
}

static inline void
bytes_rotate (const uint8_t *src, int h, int w, double degrees, uint8_t *dst)
{
  g_autofree ThawPixel *px = pixels_of (src, h, w), *out = g_new (ThawPixel, (size_t) h * w);

  thaw_px_rotate (px, h, w, degrees, out);
  thaw_px_to_bytes (out, (size_t) h * w, dst);
}

static inline void
bytes_affine (const uint8_t *src, int h, int w, const double m[6], uint8_t *dst)
{
  g_autofree ThawPixel *px = pixels_of (src, h, w), *out = g_new (ThawPixel, (size_t) h * w);

  thaw_px_affine (px, h, w, m, out);
  thaw_px_to_bytes (out, (size_t) h * w, dst);
}

static inline void
bytes_linear (uint8_t *bytes, int h, int w, float alpha, float add)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w);

  thaw_px_linear (px, h, w, alpha, add);
  thaw_px_to_bytes (px, (size_t) h * w, bytes);
}

static inline double
bytes_mean (const uint8_t *bytes, int h, int w)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w);

  return thaw_px_mean_byte (px, h, w);
}

static inline void
bytes_sharpness (uint8_t *bytes, int h, int w, float f)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w), *out = g_new (ThawPixel, (size_t) h * w);

  thaw_px_sharpness (px, h, w, f, out);
  thaw_px_to_bytes (out, (size_t) h * w, bytes);
}

/* Buffers that are not wider than they must be. */
static inline void
bytes_resized_crop (const uint8_t *src,
                    int height,
                    int width,
                    int top,
                    int left,
                    int h,
                    int w,
                    int size,
                    uint8_t *dst)
{
  size_t most = (size_t) MAX (MAX (height, width), size);
  g_autofree ThawPixel *px = g_new (ThawPixel, most * most),
                       *scratch = g_new (ThawPixel, most * most);
  const ThawPixel *out;

  thaw_px_from_bytes (src, (size_t) height * width, px);
  out = thaw_px_resized_crop (px, width, top, left, h, w, size, scratch);
  thaw_px_to_bytes (out, (size_t) size * size, dst);
}

/* One operation of a policy by torchvision's name; false: there is none. */
static inline bool
bytes_policy (uint8_t *bytes, int h, int w, const char *name, double magnitude)
{
  g_autofree ThawPixel *px = pixels_of (bytes, h, w),
                       *other = g_new (ThawPixel, (size_t) h * w + 1);
  ThawPixel *spare = other;
  ThawImage image = {h, w, px};
  int op = 0;

  while (op < THAW_POLICY_N_OPS && g_strcmp0 (thaw_policy_op_name ((ThawPolicyOp) op), name) != 0)
    op++;
  if (op == THAW_POLICY_N_OPS)
    return false;
  thaw_policy_apply ((ThawPolicyOp) op, magnitude, &image, &spare);
  thaw_px_to_bytes (image.px, (size_t) h * w, bytes);
  return true;
}
