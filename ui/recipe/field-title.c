/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people call the parameters of optimisers, schedules, transforms and losses, whose own names
 * are PyTorch's. One name means the same wherever it stands. */
#include "field-row.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const struct {
  const char *name, *title;
} titles[] = {
    {"T_max", N_ ("Epochs Down to the Lowest")},
    {"alpha", N_ ("Alpha of the Beta Distribution")},
    {"amsgrad", N_ ("AMSGrad")},
    {"anneal_strategy", N_ ("Shape of the Descent")},
    {"base_momentum", N_ ("Lowest Momentum")},
    {"betas", N_ ("Averaging Factors")},
    {"blocks", N_ ("Blocks")},
    {"brightness", N_ ("Brightness")},
    {"brightness_by_max", N_ ("Relative to the Largest Value")},
    {"brightness_limit", N_ ("Brightness")},
    {"class_weights", N_ ("Class Weights")},
    {"constant", N_ ("Constant")},
    {"contrast", N_ ("Contrast")},
    {"contrast_limit", N_ ("Contrast")},
    {"cooldown", N_ ("Rest After a Drop")},
    {"cycle_momentum", N_ ("Let Momentum Follow")},
    {"dampening", N_ ("Dampening")},
    {"degree", N_ ("Degrees")},
    {"degrees", N_ ("Degrees")},
    {"div_factor", N_ ("Start Below the Peak By")},
    {"dropout", N_ ("Dropout")},
    {"end_factor", N_ ("Factor at the End")},
    {"epoch", N_ ("Epoch")},
    {"epochs", N_ ("Epochs")},
    {"eps", N_ ("Epsilon")},
    {"eta_min", N_ ("Lowest Learning Rate")},
    {"factor", N_ ("Factor of a Drop")},
    {"final_div_factor", N_ ("End Below the Start By")},
    {"first_kernel", N_ ("First Kernel")},
    {"first_pool", N_ ("First Pooling")},
    {"gamma", N_ ("Gamma")},
    {"hue", N_ ("Hue")},
    {"label_smoothing", N_ ("Label Smoothing")},
    {"length", N_ ("Length of a Side")},
    {"lr", N_ ("Learning Rate")},
    {"magnitude", N_ ("Strength")},
    {"match", N_ ("Layers")},
    {"max_iters", N_ ("Epochs It Takes")},
    {"max_lr", N_ ("Peak Learning Rate")},
    {"max_momentum", N_ ("Highest Momentum")},
    {"milestones", N_ ("Epochs of the Drops")},
    {"min_lr", N_ ("Lowest Learning Rate")},
    {"mode", N_ ("Better Is")},
    {"momentum", N_ ("Momentum")},
    {"n_holes", N_ ("Holes")},
    {"nesterov", N_ ("Nesterov Momentum")},
    {"noise", N_ ("Noise in the Gap")},
    {"num_magnitude_bins", N_ ("Steps of Strength")},
    {"num_ops", N_ ("Operations an Image")},
    {"p", N_ ("Probability")},
    {"padding", N_ ("Padding")},
    {"patience", N_ ("Patience")},
    {"pct_start", N_ ("Share of the Rise")},
    {"policy", N_ ("Policy")},
    {"power", N_ ("Power")},
    {"ratio", N_ ("Aspect Ratio")},
    {"saturation", N_ ("Saturation")},
    {"scale", N_ ("Share of the Area")},
    {"size", N_ ("Size")},
    {"start_factor", N_ ("Factor at the Start")},
    {"stem", N_ ("First Strides")},
    {"step_size", N_ ("Epochs Between Drops")},
    {"steps", N_ ("Steps")},
    {"stochastic_depth", N_ ("Stochastic Depth")},
    {"three_phase", N_ ("Third Phase")},
    {"threshold", N_ ("Least Improvement")},
    {"threshold_mode", N_ ("Improvement Counts As")},
    {"total_iters", N_ ("Epochs It Takes")},
    {"value", N_ ("Value")},
    {"weight_decay", N_ ("Weight Decay")},
    {"widths", N_ ("Widths")},
};

const char *
thaw_field_title (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (strcmp (titles[i].name, name) == 0)
      return _ (titles[i].title);
  return NULL;
}
