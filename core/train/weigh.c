/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Class weights of the loss: given, or balanced, n / (classes * n of the class) over the images
 * that are trained on, so that each class has the same part in the loss. Source of the balanced
 * ones: scikit-learn's compute_class_weight. */
#include "train-private.h"

#include <string.h>

static gboolean
misfit (GError **error, char *sentence)
{
  g_set_error_literal (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, sentence);
  g_free (sentence);
  return FALSE;
}

static gboolean
balance (const ThawDataset *set, const ThawSplit *split, double *weights, GError **error)
{
  int classes = thaw_dataset_classes (set);
  g_autofree uint32_t *counts = g_new0 (uint32_t, classes);

  for (uint32_t i = 0; i < split->n_train; i++)
    counts[thaw_dataset_label (set, split->train[i])]++;
  for (int c = 0; c < classes; c++) {
    if (counts[c] == 0)
      return misfit (error, g_strdup_printf (_ ("loss.class_weights is \"balanced\", but class "
                                                "'%s' has no training images"),
                                             thaw_dataset_class_name (set, c)));
    weights[c] = (double) split->n_train / ((double) classes * counts[c]);
  }
  return TRUE;
}

/* text: "[1, 0.5]", as the recipe's reader wrote it. */
static gboolean
parse (const char *text, int classes, double *weights, GError **error)
{
  g_auto (GStrv) numbers = NULL;
  g_autofree char *inside = g_strndup (text + 1, strlen (text) - 2);
  int n;

  numbers = g_strsplit (inside, ",", -1);
  n = (int) g_strv_length (numbers);
  if (n != classes)
    return misfit (
        error, g_strdup_printf (ngettext ("loss.class_weights has %d number, but the data set has "
                                          "%d classes",
                                          "loss.class_weights has %d numbers, but the data set has "
                                          "%d classes",
                                          (unsigned) n),
                                n, classes));
  for (int c = 0; c < classes; c++)
    weights[c] = g_ascii_strtod (numbers[c], NULL);
  return TRUE;
}

gboolean
thaw_weigh_classes (const ThawRecipe *recipe,
                    const ThawDataset *set,
                    const ThawSplit *split,
                    ThawLoss **loss,
                    GError **error)
{
  int classes = thaw_dataset_classes (set);
  g_autofree double *weights = g_new (double, classes);
  bool none = g_str_equal (recipe->class_weights, "none");

  *loss = NULL;
  if (g_str_equal (recipe->class_weights, "balanced")) {
    if (!balance (set, split, weights, error))
      return FALSE;
  } else if (!none && !parse (recipe->class_weights, classes, weights, error)) {
    return FALSE;
  }
  *loss = thaw_loss_new (&recipe->loss, none ? NULL : weights, classes);
  return TRUE;
}
