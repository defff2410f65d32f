/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of one variant. */
#include "loops.h"

const ThawKernels LOOP (kernels) = {
    .name = LOOP_TEXT (THAW_VARIANT),
    .column_sums = LOOP (column_sums),
    .column_squares = LOOP (column_squares),
    .normalize = LOOP (normalize),
    .normalize_sums = LOOP (normalize_sums),
    .normalize_grad = LOOP (normalize_grad),
    .activate = LOOP (activate),
    .activate_grad = LOOP (activate_grad),
    .add = LOOP (add),
    .accumulate = LOOP (accumulate),
    .multiply = LOOP (multiply),
    .rescale = LOOP (rescale),
    .mask = LOOP (mask),
    .draw_mask = LOOP (draw_mask),
    .sum_parts = LOOP (sum_parts),
    .fill_rows = LOOP (fill_rows),
    .columns = LOOP (columns),
    .interleave = LOOP (interleave),
    .every_second = LOOP (every_second),
    .depthwise = LOOP (depthwise),
    .depthwise_weights = LOOP (depthwise_weights),
    .adam = LOOP (adam),
    .max_pool = LOOP (max_pool),
    .normalize_max_pool = LOOP (normalize_max_pool),
    .max_pool_grad = LOOP (max_pool_grad),
};
