/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation of a policy, and the tables of magnitudes. */
#include "policy.h"

#include "pixels.h"

#include <math.h>

/* What the greatest magnitude is; 0: this operation has none. TRANSLATE: of the side, or pixels. */
static const struct {
  const char *name;
  bool both_ways;
  float usual, wide;
} ops[THAW_POLICY_N_OPS] = {
    [THAW_POLICY_IDENTITY] = {"Identity", false, 0, 0},
    [THAW_POLICY_SHEAR_X] = {"ShearX", true, 0.3f, 0.99f},
    [THAW_POLICY_SHEAR_Y] = {"ShearY", true, 0.3f, 0.99f},
    [THAW_POLICY_TRANSLATE_X] = {"TranslateX", true, 0, 32},
    [THAW_POLICY_TRANSLATE_Y] = {"TranslateY", true, 0, 32},
    [THAW_POLICY_ROTATE] = {"Rotate", true, 30, 135},
    [THAW_POLICY_BRIGHTNESS] = {"Brightness", true, 0.9f, 0.99f},
    [THAW_POLICY_COLOR] = {"Color", true, 0.9f, 0.99f},
    [THAW_POLICY_CONTRAST] = {"Contrast", true, 0.9f, 0.99f},
    [THAW_POLICY_SHARPNESS] = {"Sharpness", true, 0.9f, 0.99f},
    [THAW_POLICY_POSTERIZE] = {"Posterize", false, 4, 6}, /* bits fewer than 8 */
    [THAW_POLICY_SOLARIZE] = {"Solarize", false, 255, 255},
    [THAW_POLICY_AUTO_CONTRAST] = {"AutoContrast", false, 0, 0},
    [THAW_POLICY_EQUALIZE] = {"Equalize", false, 0, 0},
    [THAW_POLICY_INVERT] = {"Invert", false, 0, 0},
};

const char *
thaw_policy_op_name (ThawPolicyOp op)
{
  return ops[op].name;
}

bool
thaw_policy_signed (ThawPolicyOp op)
{
  return ops[op].both_ways;
}

/* From both ends to the middle, the product not rounded by itself. */
static float
from_ends (float from, float to, float step, int bins, int index)
{
  return index < bins / 2 ? fmaf (step, (float) index, from)
                          : fmaf (-step, (float) (bins - 1 - index), to);
}

/* torch.linspace, to the last bit, as PyTorch computes it with AVX2: whole sixteens in steps from
 * every eighth value, the rest one by one. (Its other variants differ in last bits.) */
static float
evenly (float from, float to, int bins, int index)
{
  float step = (to - from) / (float) (bins - 1);
  int eighth = index / 8 * 8;

  if (index >= bins / 16 * 16)
    return from_ends (from, to, step, bins, index);
  return from_ends (from, to, step, bins, eighth) + (float) (index - eighth) * step;
}

float
thaw_policy_magnitude (ThawPolicyOp op, ThawPolicySpace space, int bins, int index, int side)
{
  float most = space == THAW_POLICY_WIDE ? ops[op].wide : ops[op].usual;

  switch (op) {
  case THAW_POLICY_TRANSLATE_X:
  case THAW_POLICY_TRANSLATE_Y:
    if (space == THAW_POLICY_USUAL)
      most = (float) (150.0 / 331.0 * side);
    return evenly (0, most, bins, index);
  case THAW_POLICY_POSTERIZE:
    return 8.0f - rintf ((float) index / ((float) (bins - 1) / most));
  case THAW_POLICY_SOLARIZE:
    return evenly (most, 0, bins, index);
  case THAW_POLICY_IDENTITY:
  case THAW_POLICY_AUTO_CONTRAST:
  case THAW_POLICY_EQUALIZE:
  case THAW_POLICY_INVERT:
  case THAW_POLICY_N_OPS:
    return 0;
  case THAW_POLICY_SHEAR_X:
  case THAW_POLICY_SHEAR_Y:
  case THAW_POLICY_ROTATE:
  case THAW_POLICY_BRIGHTNESS:
  case THAW_POLICY_COLOR:
  case THAW_POLICY_CONTRAST:
  case THAW_POLICY_SHARPNESS:
  default:
    return evenly (0, most, bins, index);
  }
}

/* What works in place. */
static void
change (ThawPolicyOp op, double magnitude, ThawImage *image)
{
  ThawPixel *px = image->px;
  int h = image->h, w = image->w;
  float factor = (float) (1.0 + magnitude);

  if (op == THAW_POLICY_BRIGHTNESS)
    thaw_px_brightness (px, h, w, factor);
  else if (op == THAW_POLICY_COLOR)
    thaw_px_saturation (px, h, w, factor);
  else if (op == THAW_POLICY_CONTRAST)
    thaw_px_contrast (px, h, w, factor);
  else if (op == THAW_POLICY_POSTERIZE)
    thaw_px_posterize (px, h, w, (int) magnitude);
  else if (op == THAW_POLICY_SOLARIZE)
    thaw_px_solarize (px, h, w, magnitude);
  else if (op == THAW_POLICY_AUTO_CONTRAST)
    thaw_px_autocontrast (px, h, w);
  else if (op == THAW_POLICY_EQUALIZE)
    thaw_px_equalize (px, h, w);
  else if (op == THAW_POLICY_INVERT)
    thaw_px_invert (px, h, w);
}

/* What needs another buffer. False: not one of these. */
static bool
move (ThawPolicyOp op, double magnitude, const ThawImage *image, ThawPixel *out)
{
  ThawPixel *px = image->px;
  int h = image->h, w = image->w;

  if (op == THAW_POLICY_SHEAR_X)
    thaw_px_shear_x (px, h, w, magnitude, out);
  else if (op == THAW_POLICY_SHEAR_Y)
    thaw_px_shear_y (px, h, w, magnitude, out);
  else if (op == THAW_POLICY_TRANSLATE_X)
    thaw_px_translate (px, h, w, (int) magnitude, 0, out);
  else if (op == THAW_POLICY_TRANSLATE_Y)
    thaw_px_translate (px, h, w, 0, (int) magnitude, out);
  else if (op == THAW_POLICY_ROTATE)
    thaw_px_rotate (px, h, w, magnitude, out);
  else if (op == THAW_POLICY_SHARPNESS)
    thaw_px_sharpness (px, h, w, (float) (1.0 + magnitude), out);
  else
    return false;
  return true;
}

void
thaw_policy_apply (ThawPolicyOp op, double magnitude, ThawImage *image, ThawPixel **spare)
{
  ThawPixel *out = *spare;

  if (!move (op, magnitude, image, out)) {
    change (op, magnitude, image);
    return;
  }
  *spare = image->px;
  image->px = out;
}

#define STEP(name, p, index)                                                                       \
  {                                                                                                \
    THAW_POLICY_##name, p, index                                                                   \
  }

const ThawPolicyStep thaw_policy_cifar10[THAW_POLICY_CIFAR10][2] = {
    {STEP (INVERT, 0.1, 0), STEP (CONTRAST, 0.2, 6)},
    {STEP (ROTATE, 0.7, 2), STEP (TRANSLATE_X, 0.3, 9)},
    {STEP (SHARPNESS, 0.8, 1), STEP (SHARPNESS, 0.9, 3)},
    {STEP (SHEAR_Y, 0.5, 8), STEP (TRANSLATE_Y, 0.7, 9)},
    {STEP (AUTO_CONTRAST, 0.5, 0), STEP (EQUALIZE, 0.9, 0)},
    {STEP (SHEAR_Y, 0.2, 7), STEP (POSTERIZE, 0.3, 7)},
    {STEP (COLOR, 0.4, 3), STEP (BRIGHTNESS, 0.6, 7)},
    {STEP (SHARPNESS, 0.3, 9), STEP (BRIGHTNESS, 0.7, 9)},
    {STEP (EQUALIZE, 0.6, 0), STEP (EQUALIZE, 0.5, 0)},
    {STEP (CONTRAST, 0.6, 7), STEP (SHARPNESS, 0.6, 5)},
    {STEP (COLOR, 0.7, 7), STEP (TRANSLATE_X, 0.5, 8)},
    {STEP (EQUALIZE, 0.3, 0), STEP (AUTO_CONTRAST, 0.4, 0)},
    {STEP (TRANSLATE_Y, 0.4, 3), STEP (SHARPNESS, 0.2, 6)},
    {STEP (BRIGHTNESS, 0.9, 6), STEP (COLOR, 0.2, 8)},
    {STEP (SOLARIZE, 0.5, 2), STEP (INVERT, 0.0, 0)},
    {STEP (EQUALIZE, 0.2, 0), STEP (AUTO_CONTRAST, 0.6, 0)},
    {STEP (EQUALIZE, 0.2, 0), STEP (EQUALIZE, 0.6, 0)},
    {STEP (COLOR, 0.9, 9), STEP (EQUALIZE, 0.6, 0)},
    {STEP (AUTO_CONTRAST, 0.8, 0), STEP (SOLARIZE, 0.2, 8)},
    {STEP (BRIGHTNESS, 0.1, 3), STEP (COLOR, 0.7, 0)},
    {STEP (SOLARIZE, 0.4, 5), STEP (AUTO_CONTRAST, 0.9, 0)},
    {STEP (TRANSLATE_Y, 0.9, 9), STEP (TRANSLATE_Y, 0.7, 9)},
    {STEP (AUTO_CONTRAST, 0.9, 0), STEP (SOLARIZE, 0.8, 3)},
    {STEP (EQUALIZE, 0.8, 0), STEP (INVERT, 0.1, 0)},
    {STEP (TRANSLATE_Y, 0.7, 9), STEP (AUTO_CONTRAST, 0.9, 0)},
};
