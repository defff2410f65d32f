/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nets filled by the fixtures' formula, and comparisons of tensors with their summaries. */
#pragma once

#include "golden.h"
#include "thaw-models.h"

/* The fixture files of this directory that begin with `prefix` and end in .json, sorted. (transfer
 * full) */
GPtrArray *golden_files (const char *prefix);
/* The fixture's model without dropout, its parameters and buffers by the formula. (transfer full)
 */
ThawNet *golden_net_new (JsonObject *root, const ThawModel *model, int size, ThawPool *pool);
void golden_net_fill (ThawNet *net, uint64_t seed, double conv_gain);
/* Writes the batch `tag` into the net's input. */
void golden_net_input (ThawNet *net, uint64_t seed, const char *tag, int n, int size);
/* Parameter i in PyTorch's order: its value, or its gradient. (transfer full) */
float *golden_net_value (ThawNet *net, int i);
float *golden_net_grad (ThawNet *net, int i);
double golden_l2 (const float *values, uint64_t n);

/* How far a tensor may be from its summary. */
typedef struct {
  double relative; /* of l2 for l2, of amax for amax and single values          */
  double recorded; /* times the deviation that torch's own float32 run recorded */
} GoldenLimit;

/* Compares numel, l2, sum, amax and the first values with the summary `row`. */
void golden_check_summary (GoldenTally *tally,
                           const char *where,
                           JsonObject *row,
                           const float *values,
                           uint64_t n,
                           GoldenLimit limit);
/* All logits within limit * the largest expected. */
void golden_check_logits (
    GoldenTally *tally, const char *where, JsonArray *rows, const float *logits, double limit);
