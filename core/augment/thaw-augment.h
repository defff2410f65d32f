/* SPDX-License-Identifier: GPL-3.0-or-later */
/* augment: transforms with torchvision's distributions and Pillow's 8-bit arithmetic. uint8 pixels
 * in, float batch out. Random numbers depend on (seed, epoch, image, place in the list) alone. */
#pragma once

#include "thaw-base.h"
#include "thaw-recipe.h"

G_BEGIN_DECLS

#define THAW_AUGMENT_ERROR (thaw_augment_error_quark ())
GQuark thaw_augment_error_quark (void);
typedef enum {
  THAW_AUGMENT_ERROR_SIZE,  /* the transforms' sizes do not fit together   */
  THAW_AUGMENT_ERROR_VALUE, /* a mean or deviation that cannot be used     */
} ThawAugmentError;

#define THAW_AUGMENT_MAX_SIDE 4096 /* of a picture, px */

typedef uint32_t ThawPixel; /* R | G << 8 | B << 16 */

/* A working image: [h][w], rows top to bottom, and room for one pixel more. */
typedef struct {
  int h, w;
  ThawPixel *px;
} ThawImage;

/* A transform as a description: parameters with range and default (entry), and what it does. */
typedef struct {
  ThawEntry entry;
  /* In place, or into scratch with image->px set to it: the caller swaps the two. `image` may get
   * another size, as output_size says; both buffers are large enough for it. rng is the transform's
   * own. */
  void (*apply) (const ThawChoice *choice, ThawRng *rng, ThawImage *image, ThawPixel *scratch);
  /* (nullable) side of the output for an input side; NULL = the same. 0 with no way to go on. */
  int (*output_size) (const ThawChoice *choice, int size);
} ThawTransform;

const ThawTransform *const *thaw_transforms (void); /* NULL-terminated */
ThawCatalogue thaw_transforms_catalogue (void);

/* A list of transforms followed by ToTensor and Normalize. Immutable: any number of threads may
 * apply it. */
typedef struct _ThawPipeline ThawPipeline;

/* choices (transfer none; must outlive the pipeline). NULL with a sentence when sizes do not fit
 * together: the result must be `size` on a side again. */
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
/* The same up to the last transform, as pixels: out [size][size][3], overwritten. For previews. */
void thaw_pipeline_preview (const ThawPipeline *pipeline,
                            const uint8_t *in,
                            uint64_t seed,
                            uint64_t epoch,
                            uint64_t image,
                            uint8_t *out);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawPipeline, thaw_pipeline_free)

G_END_DECLS
