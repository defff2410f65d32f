/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pipeline at work, for a group of pictures at a time.
 * A transform works in place or into another buffer; the results of a group are normalised
 * together, because a sample alone touches a line of cache for each pixel of the batch. Small
 * pictures keep all buffers on the stack, greater ones borrow memory for the call. */
#include "erase.h"
#include "mix.h"
#include "pipeline-private.h"
#include "pixels.h"

#define GROUP 8
#define LEAST_GROUP 1
#define GROUP_PIXELS ((size_t) 1 << 20) /* of all buffers */
#define STACK_PIXELS 10240

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

/* Runs all transforms of pictures. at: two buffers; the result is in the first one, whichever that
 * is then. */
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
  for (int i = 0; i < pipeline->n_picture; i++) {
    ThawRng rng = thaw_rng (seed, THAW_RNG_AUGMENT, epoch, image, (uint64_t) i);
    pipeline->transforms[i]->apply (&pipeline->choices[i], &rng, &work, at[1]);
    at[1] = work.px == at[1] ? at[0] : at[1];
    at[0] = work.px;
  }
}

/* What the list's transforms of normalised pictures fill, in order. */
static int
find_erasures (const ThawPipeline *pipeline,
               uint64_t seed,
               uint64_t epoch,
               uint64_t image,
               ThawErasure erasures[THAW_PIPELINE_MOST])
{
  int found = 0;

  for (int i = pipeline->n_picture; i < pipeline->n_picture + pipeline->n_tensor; i++) {
    ThawRng rng = thaw_rng (seed, THAW_RNG_AUGMENT, epoch, image, (uint64_t) i);
    found += pipeline->transforms[i]->erase (&pipeline->choices[i], &rng, pipeline->size,
                                             &erasures[found]);
  }
  return found;
}

/* x: the sample's first float. */
static void
erase_sample (
    const ThawPipeline *pipeline, uint64_t seed, uint64_t epoch, uint64_t image, float *x, int n)
{
  ThawErasure erasures[THAW_PIPELINE_MOST];
  int found = find_erasures (pipeline, seed, epoch, image, erasures);

  for (int i = 0; i < found; i++)
    thaw_erase_floats (&erasures[i], pipeline->size, x, n);
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
    for (int i = done - group; pipeline->n_tensor > 0 && i < done; i++)
      erase_sample (pipeline, seed, epoch, images[i], x + 3 * (size_t) (sample + i), n);
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
  erase_sample (pipeline, seed, epoch, image, x + 3 * (size_t) sample, n);
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
  ThawErasure erasures[THAW_PIPELINE_MOST];
  int found = find_erasures (pipeline, seed, epoch, image, erasures);
  Workshop shop;

  open_workshop (&shop, pipeline, 1);
  transform (pipeline, in, seed, epoch, image, shop.buffers);
  thaw_px_to_bytes (shop.buffers[0], (size_t) pipeline->size * pipeline->size, out);
  for (int i = 0; i < found; i++)
    thaw_erase_bytes (&erasures[i], pipeline->size, pipeline->mean, pipeline->std, out);
  g_free (shop.heap);
}

void
thaw_pipeline_preview_batch (const ThawPipeline *pipeline,
                             const uint8_t *const *in,
                             const uint32_t *images,
                             int n,
                             uint64_t seed,
                             uint64_t epoch,
                             uint64_t batch,
                             uint8_t *const *out)
{
  ThawMix mix = thaw_pipeline_mix (pipeline, seed, epoch, batch);

  for (int i = 0; i < n; i++)
    thaw_pipeline_preview (pipeline, in[i], seed, epoch, images[i], out[i]);
  if (mix.lambda < 1.0)
    thaw_mix_pictures (&mix, pipeline->size, out, n);
}

ThawMix
thaw_pipeline_mix (const ThawPipeline *pipeline, uint64_t seed, uint64_t epoch, uint64_t batch)
{
  int first = pipeline->n_picture + pipeline->n_tensor, n_mix = pipeline->n - first;
  ThawMix mix = {.lambda = 1.0};
  ThawRng which = thaw_rng (seed, THAW_RNG_MIX, epoch, batch, (uint64_t) pipeline->n), rng;
  int i;

  if (n_mix == 0)
    return mix;
  i = first + (int) thaw_rng_below (&which, (uint64_t) n_mix);
  rng = thaw_rng (seed, THAW_RNG_MIX, epoch, batch, (uint64_t) i);
  pipeline->transforms[i]->mix (&pipeline->choices[i], &rng, pipeline->size, &mix);
  return mix;
}
