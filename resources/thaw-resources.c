/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presets and the sample: tables of names, and the files in the GResource bundle. */
#include "thaw-resources.h"
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <thaw-resources-bundle.h> /* made by glib-compile-resources */

#define PRESETS_PATH "/thaw/presets/"
#define SAMPLE_PATH "/thaw/sample/"

static const struct {
  const char *name, *help;
} presets[] = {
    {"day44-resnet18",
     N_ ("The lesson's ResNet18: frozen for 5 epochs, then trained whole; tuned on a validation "
         "split")},
    {"day44-mobilenet-v3-small", N_ ("The lesson's MobileNetV3-Small, by the same plan")},
    {"day44-resnet18-exact",
     N_ ("ResNet18 exactly as in the lesson: ImageNet weights, tuned on the test set")},
    {"day44-mobilenet-v3-small-exact",
     N_ ("MobileNetV3-Small exactly as in the lesson: ImageNet weights, tuned on the test set")},
    {"best-mobilenet-v3-small", N_ ("The best that was found for MobileNetV3-Small in 40 epochs: "
                                    "AdamW, cosine, an average of its weights")},
    {"one-minute",
     N_ ("MobileNetV3-Small from the starter weights in about a minute: frozen for 2 epochs, then "
         "trained whole")},
    {"one-minute-sample",
     N_ ("The same on the built-in sample of Fashion-MNIST: frozen for 8 of 100 short epochs")},
    {"one-minute-randaugment",
     N_ ("One minute with stronger augmentation: two random changes and a hole in each picture")},
    {"one-minute-cutmix", N_ ("One minute with batches mixed: half by Mixup, half by CutMix")},
    {"quick-mobilenet-v3-small",
     N_ ("MobileNetV3-Small from the starter weights: frozen for an epoch, then 5 epochs whole")},
    {"features-once", N_ ("A frozen MobileNetV2 looks at each picture once, then its head trains "
                          "in seconds; 5 epochs whole at the end")},
    {"gradual-thaw", N_ ("ResNet18 thawed block by block: the head, three steps, then all of it")},
    {"discriminative-rates",
     N_ ("ResNet18 with a lower rate for each earlier block; the last block thaws with the head")},
    {"few-pictures", N_ ("For small sets of pictures: strong augmentation, a long frozen phase, "
                         "label smoothing, early stopping")},
    {"small-budget", N_ ("ShuffleNetV2 x0.5 from random weights in a few minutes")},
    {"trimmed-widths", N_ ("MobileNetV2 with fewer channels, 96 trimmed to 64 and 160 to 96")},
    {"cosine-ema",
     N_ ("ResNet-20 with warm-up, cosine, label smoothing and an average of its weights")},
    {"one-cycle", N_ ("ResNet-20 in 12 epochs by one cycle of the rate, gradients clipped")},
    {"mixup-cutmix", N_ ("ResNet-20 on mixed batches: half by Mixup, half by CutMix")},
    {"autoaugment", N_ ("ResNet-20 with the AutoAugment policy for CIFAR-10 and erased boxes")},
    {"trivialaugment",
     N_ ("ResNet-20 with TrivialAugmentWide: one random change of random strength")},
    {"focal-imbalance",
     N_ ("ResNet-20 on classes made unequal, 20 to 1, with focal loss and balanced class weights")},
    {"repvgg-fold", N_ ("RepVGG-A0 trained with its branches; 'thaw export RUN --fold' makes plain "
                        "convolutions of it")},
    {"pretrain-resnet18",
     N_ ("Makes the starter weights: ResNet18 on Tiny-ImageNet at 32 px, an average of its "
         "weights kept")},
    {"pretrain-mobilenet-v3-small",
     N_ ("Makes the starter weights: MobileNetV3-Small on Tiny-ImageNet at 32 px")},
};

static int
find_preset (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (strcmp (presets[i].name, name) == 0)
      return (int) i;
  return -1;
}

char **
thaw_presets_list (void)
{
  char **names = g_new0 (char *, G_N_ELEMENTS (presets) + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    names[i] = g_strdup (presets[i].name);
  return names;
}

static GBytes *
look_up (const char *path)
{
  GBytes *bytes = g_resource_lookup_data (thaw_resources_bundle_get_resource (), path,
                                          G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (bytes != NULL); /* the table and the manifest were built together */
  return bytes;
}

GBytes *
thaw_preset_read (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  if (find_preset (name) < 0)
    return NULL;
  g_autofree char *path = g_strconcat (PRESETS_PATH, name, ".json", NULL);
  return look_up (path);
}

GBytes *
thaw_sample_file (int i, const char **name)
{
  static const char *const names[THAW_SAMPLE_FILES] = {
      "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
      "t10k-labels-idx1-ubyte.gz"};
  g_autofree char *path = NULL;

  g_return_val_if_fail (i >= 0 && i < THAW_SAMPLE_FILES, NULL);

  *name = names[i];
  path = g_strconcat (SAMPLE_PATH, names[i], NULL);
  return look_up (path);
}

const char *
thaw_preset_help (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  int i = find_preset (name);
  return i < 0 ? NULL : _ (presets[i].help);
}
