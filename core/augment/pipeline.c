/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of transforms, then ToTensor and Normalize, for one picture at a time.
 * Two pixel buffers a call: a transform works in place or into the other one. Small pictures keep
 * both on the stack, greater ones borrow memory for the call. The 256 values a byte can have after
 * ToTensor and Normalize are worked out once. */
#include "transforms.h"

#include <math.h>
#include <string.h>

#define STACK_SIDE 64

struct _ThawPipeline {
  const ThawChoice *choices;
  const ThawTransform **transforms;
  int n;
  int size;     /* side of what comes in and goes out           */
  int max_side; /* greatest side on the way                     */
  float table[256][3];
};

/* "RandomCrop (size 40, padding 2)" */
static char *
choice_text (const ThawChoice *choice)
{
  GString *text = g_string_new (choice->entry->name);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (int i = 0; i < choice->entry->n_params; i++)
    g_string_append_printf (text, "%s%s %s", i ? ", " : " (", choice->entry->params[i].name,
                            g_ascii_formatd (number, sizeof number, "%g", choice->values[i][0]));
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

static void
fill_table (ThawPipeline *pipeline, const double mean[3], const double std[3])
{
  for (int v = 0; v < 256; v++)
    for (int c = 0; c < 3; c++)
      pipeline->table[v][c] = ((float) v / 255.0f - (float) mean[c]) / (float) std[c];
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

  g_return_val_if_fail (n >= 0 && (n == 0 || choices), NULL);
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
  if (!plan_sides (pipeline, error))
    return NULL;
  fill_table (pipeline, mean, std);
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

/* Runs all transforms. a, b: buffers of max_side^2 pixels each. Returns the one that holds the
 * result. */
static const uint8_t *
transform (const ThawPipeline *pipeline,
           const uint8_t *in,
           uint64_t seed,
           uint64_t epoch,
           uint64_t image,
           uint8_t *a,
           uint8_t *b)
{
  ThawImage work = {.h = pipeline->size, .w = pipeline->size, .px = a};

  memcpy (a, in, (size_t) work.h * work.w * 3);
  for (int i = 0; i < pipeline->n; i++) {
    ThawRng rng = thaw_rng (seed, THAW_RNG_AUGMENT, epoch, image, (uint64_t) i);
    pipeline->transforms[i]->apply (&pipeline->choices[i], &rng, &work, work.px == a ? b : a);
  }
  return work.px;
}

/* px [size][size][3] into sample `sample` of x [size][size][n][3]. */
static void
normalize (const ThawPipeline *pipeline, const uint8_t *px, float *x, int sample, int n)
{
  size_t count = (size_t) pipeline->size * pipeline->size, stride = 3 * (size_t) n;

  x += 3 * (size_t) sample;
  for (size_t i = 0; i < count; i++, px += 3, x += stride)
    for (int c = 0; c < 3; c++)
      x[c] = pipeline->table[px[c]][c];
}

/* Where results go: either x (with sample, n) or out. */
typedef struct {
  float *x;
  int sample, n;
  uint8_t *out;
} Target;

static void
deliver (const ThawPipeline *pipeline, const uint8_t *px, const Target *target)
{
  if (target->x)
    normalize (pipeline, px, target->x, target->sample, target->n);
  else if (target->out)
    memcpy (target->out, px, (size_t) pipeline->size * pipeline->size * 3);
}

static void
run (const ThawPipeline *pipeline,
     const uint8_t *in,
     uint64_t seed,
     uint64_t epoch,
     uint64_t image,
     const Target *target)
{
  uint8_t stack[2][STACK_SIDE * STACK_SIDE * 3];
  g_autofree uint8_t *heap = NULL;
  size_t bytes = (size_t) pipeline->max_side * pipeline->max_side * 3;
  uint8_t *a = stack[0], *b = stack[1];

  if (pipeline->n == 0) {
    deliver (pipeline, in, target);
    return;
  }
  if (pipeline->max_side > STACK_SIDE) {
    heap = g_malloc_n (2, bytes);
    a = heap;
    b = heap + bytes;
  }
  deliver (pipeline, transform (pipeline, in, seed, epoch, image, a, b), target);
}

void
thaw_pipeline_apply (const ThawPipeline *pipeline,
                     const uint8_t *in,
                     uint64_t seed,
                     uint64_t epoch,
                     uint64_t image,
                     float *x,
                     int sample,
                     int n)
{
  g_return_if_fail (sample >= 0 && sample < n);
  run (pipeline, in, seed, epoch, image, &(Target){.x = x, .sample = sample, .n = n});
}

void
thaw_pipeline_preview (const ThawPipeline *pipeline,
                       const uint8_t *in,
                       uint64_t seed,
                       uint64_t epoch,
                       uint64_t image,
                       uint8_t *out)
{
  run (pipeline, in, seed, epoch, image, &(Target){.out = out});
}
