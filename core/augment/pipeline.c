/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of transforms, then ToTensor and Normalize, made and checked. */
#include "pipeline-private.h"

#include <math.h>
#include <string.h>

/* "RandomCrop (size 40, padding 2)" */
static char *
choice_text (const ThawChoice *choice)
{
  GString *text = g_string_new (choice->entry->name);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (int i = 0; i < choice->entry->n_params; i++) {
    int count = MAX (choice->entry->params[i].count, 1);
    g_string_append_printf (text, "%s%s", i ? ", " : " (", choice->entry->params[i].name);
    for (int k = 0; k < count; k++)
      g_string_append_printf (text, "%s%s", k ? "–" : " ",
                              g_ascii_formatd (number, sizeof number, "%g", choice->values[i][k]));
  }
  g_string_append (text, choice->entry->n_params ? ")" : "");
  return g_string_free (text, FALSE);
}

/* Side after transform `i`; 0 with an error when there is none. */
static int
next_side (const ThawPipeline *pipeline, int i, int side, GError **error)
{
  const ThawTransform *transform = pipeline->transforms[i];
  g_autofree char *text = NULL;
  int next = transform->output_size ? transform->output_size (&pipeline->choices[i], side) : side;

  if (next > 0 && next <= THAW_AUGMENT_MAX_SIDE)
    return next;
  text = choice_text (&pipeline->choices[i]);
  g_set_error (error, THAW_AUGMENT_ERROR, THAW_AUGMENT_ERROR_SIZE,
               _ ("augment.%d: %s does not fit pictures of %d × %d pixels"), i, text, side, side);
  return 0;
}

static gboolean
plan_sides (ThawPipeline *pipeline, GError **error)
{
  int side = pipeline->size;

  for (int i = 0; i < pipeline->n; i++) {
    const ThawTransform *transform = pipeline->transforms[i];
    if (transform->check != NULL && !transform->check (&pipeline->choices[i], i, side, error))
      return FALSE;
    side = next_side (pipeline, i, side, error);
    if (side == 0)
      return FALSE;
    pipeline->max_side = MAX (pipeline->max_side, side);
  }
  if (side == pipeline->size)
    return TRUE;
  g_set_error (error, THAW_AUGMENT_ERROR, THAW_AUGMENT_ERROR_SIZE,
               _ ("augment: the transforms leave pictures of %d × %d pixels, expected %d × %d "
                  "(data.size)"),
               side, side, pipeline->size, pipeline->size);
  return FALSE;
}

static void
fail_order (const ThawPipeline *pipeline, int i, ThawStage stage, GError **error)
{
  const char *late = stage == THAW_STAGE_BATCH ? _ ("whole batches") : _ ("normalised pictures");
  const char *before = pipeline->choices[i - 1].entry->name,
             *name = pipeline->choices[i].entry->name;

  g_set_error (error, THAW_AUGMENT_ERROR, THAW_AUGMENT_ERROR_ORDER,
               _ ("augment.%d: %s has to stand before augment.%d, %s, which works on %s"), i, name,
               i - 1, before, late);
}

static gboolean
plan_stages (ThawPipeline *pipeline, GError **error)
{
  ThawStage last = THAW_STAGE_PICTURE;

  for (int i = 0; i < pipeline->n; i++) {
    ThawStage stage = thaw_transform_stage (pipeline->choices[i].entry);
    if (stage < last) {
      fail_order (pipeline, i, last, error);
      return FALSE;
    }
    last = stage;
    pipeline->n_picture += stage == THAW_STAGE_PICTURE;
    pipeline->n_tensor += stage == THAW_STAGE_TENSOR;
  }
  return TRUE;
}

static gboolean
check_numbers (const double mean[3], const double std[3], int size, GError **error)
{
  if (size < 1 || size > THAW_AUGMENT_MAX_SIDE) {
    g_set_error (error, THAW_AUGMENT_ERROR, THAW_AUGMENT_ERROR_SIZE,
                 _ ("data.size is %d, expected a whole number from 1 to %d"), size,
                 THAW_AUGMENT_MAX_SIDE);
    return FALSE;
  }
  for (int c = 0; c < 3; c++)
    if (!isfinite (mean[c]) || !isfinite ((float) std[c]) || (float) std[c] <= 0.0f) {
      g_set_error (error, THAW_AUGMENT_ERROR, THAW_AUGMENT_ERROR_VALUE,
                   _ ("normalize: channel %d has mean %g and deviation %g, expected finite numbers "
                      "and a deviation above 0"),
                   c, mean[c], std[c]);
      return FALSE;
    }
  return TRUE;
}

ThawPipeline *
thaw_pipeline_new (const ThawChoice *choices,
                   int n,
                   const double mean[3],
                   const double std[3],
                   int size,
                   GError **error)
{
  g_autoptr (ThawPipeline) pipeline = NULL;

  g_return_val_if_fail (n >= 0 && n <= THAW_PIPELINE_MOST && (n == 0 || choices), NULL);
  if (!check_numbers (mean, std, size, error))
    return NULL;
  pipeline = g_new0 (ThawPipeline, 1);
  pipeline->choices = choices;
  pipeline->n = n;
  pipeline->size = pipeline->max_side = size;
  pipeline->transforms = g_new0 (const ThawTransform *, n + 1);
  for (int i = 0; i < n; i++) {
    pipeline->transforms[i] = thaw_transform_find (choices[i].entry->name);
    g_return_val_if_fail (pipeline->transforms[i], NULL); /* names come from our own catalogue */
  }
  if (!plan_stages (pipeline, error) || !plan_sides (pipeline, error))
    return NULL;
  memcpy (pipeline->mean, mean, sizeof pipeline->mean);
  memcpy (pipeline->std, std, sizeof pipeline->std);
  thaw_normalize_table (&pipeline->table, mean, std);
  return g_steal_pointer (&pipeline);
}

void
thaw_pipeline_free (ThawPipeline *pipeline)
{
  if (!pipeline)
    return;
  g_free (pipeline->transforms);
  g_free (pipeline);
}
