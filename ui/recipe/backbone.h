/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThawBackbone: what a backbone is at an input size: its cost, its last map, its blocks. Worked out
 * from the listing of its graph; nothing is allocated for weights. Any thread. */
#pragma once

#include "thaw-models.h"

G_BEGIN_DECLS

/* Layers that freeze and thaw together: a row of the thaw strip. */
typedef struct {
  char *name; /* "layer1.0", "features.3", "fc" */
  uint64_t parameters;
  int number;      /* of the freeze plan's blocks; 0: the head, 1: the last one before it */
  bool head;       /* trains while the rest is frozen */
  bool batch_norm; /* has statistics                  */
} ThawBlock;

typedef struct {
  const ThawModel *model;
  int size, classes;
  uint64_t parameters, live_parameters; /* live: can ever see data at this size */
  uint64_t macs, live_macs;             /* an image */
  uint64_t head_parameters;
  int map;          /* side of the last map before pooling, px */
  GArray *blocks;   /* of ThawBlock, from input to output */
  GPtrArray *steps; /* names of the freeze plan's blocks, from number 1: "layer4", "layer3" */
} ThawBackbone;

/* THAW_NN_ERROR_SHAPE when the input is too small. (transfer full) */
ThawBackbone *thaw_backbone_new (const ThawModel *model, int classes, int size, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void thaw_backbone_free (ThawBackbone *backbone);
/* The same, kept for the next time. (transfer none) (nullable: too small). Main thread. */
const ThawBackbone *thaw_backbone_get (const ThawModel *model, int classes, int size);
/* Bytes of its weights as float32. */
uint64_t thaw_backbone_bytes (const ThawBackbone *backbone);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawBackbone, thaw_backbone_free)

G_END_DECLS
