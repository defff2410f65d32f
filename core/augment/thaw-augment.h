/* SPDX-License-Identifier: GPL-3.0-or-later */
/* augment: transforms with torchvision's distributions and Pillow's 8-bit arithmetic. uint8 pixels
 * in, float batch out. Random numbers depend on (seed, epoch, image, place in the list) alone;
 * those of what mixes a batch on (seed, epoch, batch, place in the list). */
#pragma once

#include "thaw-base.h"
#include "thaw-recipe.h"

G_BEGIN_DECLS

#define THAW_AUGMENT_ERROR (thaw_augment_error_quark ())
GQuark thaw_augment_error_quark (void);
typedef enum {
  THAW_AUGMENT_ERROR_SIZE,  /* the transforms' sizes do not fit together   */
  THAW_AUGMENT_ERROR_VALUE, /* a number that cannot be used                */
  THAW_AUGMENT_ERROR_ORDER, /* a transform stands where it cannot work     */
} ThawAugmentError;

#define THAW_AUGMENT_MAX_SIDE 4096 /* of a picture, px */

typedef uint32_t ThawPixel; /* R | G << 8 | B << 16 */

/* A working image: [h][w], rows top to bottom, and room for one pixel more. */
typedef struct {
  int h, w;
  ThawPixel *px;
} ThawImage;

/* Part of a picture, in pixels. */
typedef struct {
  int top, left, h, w;
} ThawBox;

/* A box of a normalised picture that is filled: with one value in all channels, or with N(0, 1)
 * from rng for each channel of each pixel, row by row. */
typedef struct {
  ThawBox box;
  float value;
  bool noise;
  ThawRng rng;
} ThawErasure;

/* How a batch is mixed: sample i with sample i - 1, the first with the last. box.h = 0: x becomes
 * lambda of itself and 1 - lambda of its partner. Else the box comes from the partner, and lambda
 * is the share of the picture that is left. lambda = 1: nothing is mixed. */
typedef struct {
  double lambda; /* 0..1: also the share of a sample's own label */
  ThawBox box;
} ThawMix;

/* What a transform works on. A list has them in this order. */
typedef enum {
  THAW_STAGE_PICTURE, /* bytes                   */
  THAW_STAGE_TENSOR,  /* after Normalize         */
  THAW_STAGE_BATCH,   /* whole batches, by pairs */
} ThawStage;

/* A transform as a description: parameters with range and default (entry), and what it does:
 * exactly one of apply, erase and mix. */
typedef struct {
  ThawEntry entry;
  /* Picture: in place, or into scratch with image->px set to it: the caller swaps the two. `image`
   * may get another size, as output_size says; both buffers are large enough for it. rng is the
   * transform's own. */
  void (*apply) (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch);
  /* Tensor: which box of a picture of side x side is filled; false: none. */
  bool (*erase) (const ThawChoice *choice, ThawRng *rng, int side, ThawErasure *erasure);
  /* Batch: *mix comes as { .lambda = 1 } and may stay so. */
  void (*mix) (const ThawChoice *choice, ThawRng *rng, int side, ThawMix *mix);
  /* (nullable) side of the output for an input side; NULL = the same. 0 with no way to go on. */
  int (*output_size) (const ThawChoice *choice, int size);
  /* (nullable) whether values fit together and the pictures it gets; the sentence names the field,
   * "augment.PLACE.NAME". */
  gboolean (*check) (const ThawChoice *choice, int place, int side, GError **error);
} ThawTransform;

const ThawTransform *const *thaw_transforms (void); /* NULL-terminated */
ThawCatalogue thaw_transforms_catalogue (void);
ThawStage thaw_transform_stage (const ThawEntry *entry); /* of this catalogue */

/* A list of transforms followed by ToTensor and Normalize. Immutable: any number of threads may
 * apply it. */
typedef struct _ThawPipeline ThawPipeline;

/* choices (transfer none; must outlive the pipeline). NULL with a sentence that names the field
 * when values or sizes do not fit together (the result must be `size` on a side again), or when
 * stages are out of order. */
ThawPipeline *thaw_pipeline_new (const ThawChoice *choices,
                                 int n,
                                 const double mean[3],
                                 const double std[3],
                                 int size,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_pipeline_free (ThawPipeline *pipeline);
/* in: [size][size][3] uint8, unchanged. Writes sample `sample` of a batch of n: x is
 * [size][size][n][3] float. ToTensor: v / 255 in float; Normalize: (v - mean) / std in float. */
void thaw_pipeline_apply (const ThawPipeline *pipeline,
                          const uint8_t *in,
                          uint64_t seed,
                          uint64_t epoch,
                          uint64_t image,
                          float *x,
                          int sample,
                          int n);
/* The same for `count` pictures, into samples sample..sample + count - 1: faster than one by one,
 * since neighbours in the batch are written together. */
void thaw_pipeline_apply_many (const ThawPipeline *pipeline,
                               const uint8_t *const *in,
                               const uint32_t *images,
                               int count,
                               uint64_t seed,
                               uint64_t epoch,
                               float *x,
                               int sample,
                               int n);
/* The same as pixels: out [size][size][3], overwritten. What is filled after Normalize shows as
 * what it would have been before, as nearly as a byte can. Nothing is mixed. For previews. */
void thaw_pipeline_preview (const ThawPipeline *pipeline,
                            const uint8_t *in,
                            uint64_t seed,
                            uint64_t epoch,
                            uint64_t image,
                            uint8_t *out);
/* Previews of n pictures as one batch, mixed if the list says so. images: their numbers; out[i] as
 * above. */
void thaw_pipeline_preview_batch (const ThawPipeline *pipeline,
                                  const uint8_t *const *in,
                                  const uint32_t *images,
                                  int n,
                                  uint64_t seed,
                                  uint64_t epoch,
                                  uint64_t batch,
                                  uint8_t *const *out);

/* --- Mixing, for whoever trains ---
 * How this batch is mixed. Of several Mixup and CutMix in a list each batch takes one, with equal
 * chances (torchvision's RandomChoice), whose p then decides. */
ThawMix
thaw_pipeline_mix (const ThawPipeline *pipeline, uint64_t seed, uint64_t epoch, uint64_t batch);
/* x: a batch of n, [side][side][n][3]. out: the same, mixed; overwritten, no overlap. */
void thaw_mix_batch (const ThawMix *mix, int side, int n, const float *x, float *out);
int thaw_mix_partner (int i, int n); /* of sample i of n */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawPipeline, thaw_pipeline_free)

G_END_DECLS
