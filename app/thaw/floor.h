/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor: the least time that a step can take on this machine, from what the step has to compute and
 * to move and from how fast the machine was measured to do either. Counting and timing are apart:
 * counts depend on the graph alone.
 *
 * What counts (n: images of a batch; live: what is not always on padding):
 *
 *   products    forward, backward-data and backward-weights: 2 * live MACs * n operations each, at
 *               the measured peak. Backward-weights only where the weights train; backward-data
 *               only where something before the layer trains: the first convolution has none.
 *               Inference: at least the time to read the live weights once (small batches).
 *   norms       a batch norm with its activation and residual, 44 bytes an element when it goes
 *               both ways: forward 20 (mean 4, squares 4, then x and residual read, y written 12),
 *               backward 24 (x and dy read for the sums 8; x and dy read, dx and the residual's
 *               gradient written 16). Inference: none, scale and shift belong into the weights and
 *               the activation into the product.
 *   gates       x times its channel gate: forward 8, backward 12 bytes an element
 *   pools       every input read, every output written (and which tap won, 1 byte); the reverse in
 *               backward
 *   transposes  weights of convolutions with more than one tap, copied once a step for
 *               backward-data: 8 bytes a live weight
 *   optimizer   value and both averages read and written: 24 bytes a live weight, the gradient
 * still in a cache. Weights that are always on padding have no gradient and move by weight decay
 * alone, which can wait for 8 steps: 24 / 8 bytes.
 *
 * Traffic of norms, gates, pools and transposes goes at the bandwidth that a real pass reaches with
 * data in outer caches: Adam over 0.4 million parameters, 28 bytes each; or at that of memory when
 * one map alone is larger than the level 3 cache. The optimizer's and the weights' goes at the
 * bandwidth measured with as many bytes as they have. A second sum, `ideal_ms`, takes for the
 * former what three arrays that are only averaged reach within level 3, which no pass with
 * arithmetic in it comes near. Left out: the loss, activations outside of norms, synchronisation.
 * It is the floor of these algorithms, not of all that could be thought of: a batch norm without a
 * residual needs 8 bytes less than is counted (a listing does not tell), and sums taken while a
 * product is still in registers save a sweep. */
#pragma once

#include "thaw-nn.h"

typedef enum {
  FLOOR_PRODUCTS,
  FLOOR_NORMS,
  FLOOR_GATES,
  FLOOR_POOLS,
  FLOOR_TRANSPOSES,
  FLOOR_OPTIMIZER,
  FLOOR_N_TERMS
} FloorTerm;

typedef struct {
  uint64_t flop, bytes;
  double ms, ideal_ms; /* the slower of both; set by floor_time */
} FloorCost;

typedef struct {
  const ThawLayerInfo *info; /* (transfer none) */
  uint64_t map_bytes;        /* of its output or input, whichever is larger, for the batch */
  FloorCost terms[FLOOR_N_TERMS];
  double ms;
} FloorLayer;

typedef struct {
  GArray *infos; /* of ThawLayerInfo */
  FloorLayer *layers;
  int n_layers;
  FloorCost terms[FLOOR_N_TERMS]; /* sums over the layers */
  double ms, ideal_ms;
} Floor;

/* Measured: largest of several. */
typedef struct {
  double gflops;           /* all threads                                                */
  double pass_gbs;         /* a pass of Adam over 0.4 million parameters                 */
  double cached_gbs;       /* updating, within the level 3 cache: the ideal              */
  double memory_gbs;       /* updating, beyond it                                        */
  double model_read_gbs;   /* reading as many bytes as the live weights have             */
  double model_update_gbs; /* updating as many as trainable weights and their state have */
  uint64_t cache_bytes;    /* of level 3                                                 */
} FloorLimits;

/* Counts of a step with n images. Training follows `trainable` of the net's parameters; batch norm
 * uses the batch's statistics. (transfer full) */
Floor *floor_count (ThawNet *net, ThawMode mode, int n);
void floor_time (Floor *floor, const FloorLimits *limits);
void floor_free (Floor *floor);
const char *floor_term_name (FloorTerm term); /* "products", ... */
const char *floor_term_text (FloorTerm term); /* translated      */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Floor, floor_free)
