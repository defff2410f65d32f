/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model-totals: what the layers of a graph come to. */
#pragma once

#include "thaw-models.h"

typedef struct {
  uint64_t parameters, live_parameters, macs, live_macs;
  uint64_t head;       /* parameters that train while frozen */
  uint64_t file_bytes; /* of the weights, about: float32, running statistics included */
  int map;             /* side of the last map that is not pooled yet */
} ModelTotals;

/* layers: of thaw_graph_layers. */
ModelTotals model_totals (const ThawModel *model, GArray *layers);
