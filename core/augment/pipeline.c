/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of transforms, then ToTensor and Normalize, for a group of pictures at a time.
 * A transform works in place or into another buffer; the results of a group are normalised
 * together, because a sample alone touches a line of cache for each pixel of the batch. Small
 * pictures keep all buffers on the stack, greater ones borrow memory for the call. */
#include "normalize.h"
#include "pixels.h"
#include "transforms.h"

#include <math.h>

#define GROUP 8
#define LEAST_GROUP 1
#define GROUP_PIXELS ((size_t) 1 << 20) /* of all buffers */
#define STACK_PIXELS 10240

struct _ThawPipeline {
  const ThawChoice *choices;
  const ThawTransform **transforms;
  int n;
  int size;     /* side of what comes in and goes out           */
  int max_side; /* greatest side on the way                     */
  ThawNormalizeTable table;
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

/* Pictures on their way into a batch together: a pair of buffers to work in and one for each
 * result. */
typedef struct {
  ThawPixel *buffers[GROUP + 1];
  ThawPixel *heap; /* (nullable) */
  ThawPixel stack[STACK_PIXELS];
} Workshop;

static size_t
buffer_size (const ThawPipeline *pipeline)
{
  size_t pixels = (size_t) pipeline->max_side * pipeline->max_side + 1;

  return (pixels + 15) / 16 * 16;
}

/* Pictures of 224 pixels still go eight at a time, or each line of a batch that no cache holds
 * would travel several times; greater ones in smaller groups, for the memory they need. */
static int
group_size (const ThawPipeline *pipeline)
{
  return CLAMP ((int) (GROUP_PIXELS / buffer_size (pipeline)), LEAST_GROUP, GROUP);
}

static void
open_workshop (Workshop *shop, const ThawPipeline *pipeline, int results)
{
  size_t pixels = buffer_size (pipeline), all = pixels * (size_t) (results + 1);

  shop->heap = all > STACK_PIXELS ? g_new (ThawPixel, all) : NULL;
  for (int i = 0; i <= results; i++)
    shop->buffers[i] = (shop->heap != NULL ? shop->heap : shop->stack) + pixels * (size_t) i;
}

/* Runs all transforms. at: two buffers; the result is in the first one, whichever that is then. */
static void
transform (const ThawPipeline *pipeline,
           const uint8_t *in,
           uint64_t seed,
           uint64_t epoch,
           uint64_t image,
           ThawPixel *at[2])
{
  ThawImage work = {.h = pipeline->size, .w = pipeline->size, .px = at[0]};

  thaw_px_from_bytes (in, (size_t) work.h * work.w, work.px);
  for (int i = 0; i < pipeline->n; i++) {
    ThawRng rng = thaw_rng (seed, THAW_RNG_AUGMENT, epoch, image, (uint64_t) i);
    pipeline->transforms[i]->apply (&pipeline->choices[i], &rng, &work, at[1]);
    at[1] = work.px == at[1] ? at[0] : at[1];
    at[0] = work.px;
  }
}

void
thaw_pipeline_apply_many (const ThawPipeline *pipeline,
                          const uint8_t *const *in,
                          const uint32_t *images,
                          int count,
                          uint64_t seed,
                          uint64_t epoch,
                          float *x,
                          int sample,
                          int n)
{
  int side = pipeline->size, most = group_size (pipeline);
  Workshop shop;

  g_return_if_fail (sample >= 0 && count >= 0 && sample + count <= n);
  open_workshop (&shop, pipeline, MIN (most, MAX (count, 1)));
  for (int done = 0; done < count;) {
    int group = MIN (most, count - done);
    for (int i = 0; i < group; i++, done++)
      transform (pipeline, in[done], seed, epoch, images[done], shop.buffers + i);
    thaw_normalize (&pipeline->table, (const ThawPixel *const *) shop.buffers, group,
                    (size_t) side * side, x + 3 * (size_t) (sample + done - group), n);
  }
  g_free (shop.heap);
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
  int side = pipeline->size;
  Workshop shop;

  g_return_if_fail (sample >= 0 && sample < n);
  open_workshop (&shop, pipeline, 1);
  transform (pipeline, in, seed, epoch, image, shop.buffers);
  thaw_normalize (&pipeline->table, (const ThawPixel *const *) shop.buffers, 1,
                  (size_t) side * side, x + 3 * (size_t) sample, n);
  g_free (shop.heap);
}

void
thaw_pipeline_preview (const ThawPipeline *pipeline,
                       const uint8_t *in,
                       uint64_t seed,
                       uint64_t epoch,
                       uint64_t image,
                       uint8_t *out)
{
  Workshop shop;

  open_workshop (&shop, pipeline, 1);
  transform (pipeline, in, seed, epoch, image, shop.buffers);
  thaw_px_to_bytes (shop.buffers[0], (size_t) pipeline->size * pipeline->size, out);
  g_free (shop.heap);
}
