/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: the operations that AutoAugment, RandAugment and TrivialAugmentWide choose from, and how
 * strong they are.
 * Source: torchvision.transforms.autoaugment. */
#pragma once

#include "thaw-augment.h"

G_BEGIN_DECLS

/* In the order of RandAugment's and TrivialAugmentWide's index; AutoAugment has Invert and no
 * Identity. */
typedef enum {
  THAW_POLICY_IDENTITY,
  THAW_POLICY_SHEAR_X,
  THAW_POLICY_SHEAR_Y,
  THAW_POLICY_TRANSLATE_X,
  THAW_POLICY_TRANSLATE_Y,
  THAW_POLICY_ROTATE,
  THAW_POLICY_BRIGHTNESS,
  THAW_POLICY_COLOR,
  THAW_POLICY_CONTRAST,
  THAW_POLICY_SHARPNESS,
  THAW_POLICY_POSTERIZE,
  THAW_POLICY_SOLARIZE,
  THAW_POLICY_AUTO_CONTRAST,
  THAW_POLICY_EQUALIZE,
  THAW_POLICY_INVERT,
  THAW_POLICY_N_OPS,
} ThawPolicyOp;

#define THAW_POLICY_N_RANDOM 14 /* those before Invert */

typedef enum {
  THAW_POLICY_USUAL, /* AutoAugment, RandAugment */
  THAW_POLICY_WIDE,  /* TrivialAugmentWide       */
} ThawPolicySpace;

const char *thaw_policy_op_name (ThawPolicyOp op); /* torchvision's */
/* Whether the magnitude goes both ways. */
bool thaw_policy_signed (ThawPolicyOp op);
/* Number `index` of `bins` evenly spaced magnitudes, in float as torch.linspace has them, for
 * pictures of `side` pixels: a factor's distance from 1, degrees, pixels, bits, a threshold. 0 for
 * what has none. */
float thaw_policy_magnitude (ThawPolicyOp op, ThawPolicySpace space, int bins, int index, int side);
/* The picture is in image->px afterwards, what was there before in *spare: the two may swap.
 * What comes from outside the picture is black. */
void thaw_policy_apply (ThawPolicyOp op, double magnitude, ThawImage *image, ThawPixel **spare);

/* AutoAugment's policy for CIFAR-10: 25 pairs of operations, each with its probability and the
 * index of its magnitude of 10. */
typedef struct {
  ThawPolicyOp op;
  double p;
  int index;
} ThawPolicyStep;
#define THAW_POLICY_CIFAR10 25
extern const ThawPolicyStep thaw_policy_cifar10[THAW_POLICY_CIFAR10][2];

G_END_DECLS
