/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private: dense matrix products on tiles, cut into pieces by shape. Where the cuts lie does not
 * show in the bits: each sum goes over its depth in order. */
#pragma once

#include "step-private.h"

/* y (rows x columns) = act (start + x (rows x depth) * w + residual); start: y itself (add), else
 * bias (nullable: 0). w is depth x columns, or lies the other way round (turned): then panels of
 * it, or x, are transposed in the worker's scratch, once for neighbouring pieces, and there is
 * neither act nor residual. */
typedef struct {
  const float *x, *w, *bias;
  const float *residual; /* rows x columns (nullable) */
  ThawActKind act;       /* as of a tile */
  float *y;
  int rows, depth, columns;
  bool turned, add;

  /* By thaw_product_cut (). A piece is a group of panels for a block of rows. */
  int pieces, group, block, blocks;
  bool turn_x;
} Product;

/* Of a worker's scratch, for up to so many rows; a multiple of 64. */
size_t thaw_product_bytes (const Product *product);
/* Sets the pieces and makes the workers' scratch ready. */
void thaw_product_cut (Product *product, const Run *run, char *scratch, size_t stride);
/* As one piece, for a worker that owns all rows. */
void thaw_product_whole (Product *product, char *scratch);
void thaw_product_piece (const Product *product, const Run *run, int piece, char *scratch);

/* dw (left x right) = sum over rows of x^T (left x rows) * dy (rows x right), overwritten. Many
 * rows are cut into parts with sums of their own, which thaw_product_grad_end () adds up. */
typedef struct {
  const float *x, *dy;
  float *dw, *parts; /* parts: [n_parts][left][right] */
  int rows, left, right;

  int pieces, n_parts, part_rows, block, blocks, group, groups; /* by thaw_product_grad_cut () */
} ProductGrad;

size_t thaw_product_grad_bytes (const ProductGrad *grad); /* of the parts; 0: there is one */
void thaw_product_grad_cut (ProductGrad *grad);
void thaw_product_grad_piece (const ProductGrad *grad, const Run *run, int piece);
void thaw_product_grad_end (const ProductGrad *grad, const Run *run);
