/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products on tiles: y = x w + start. */
#include "product.h"

#define PIECES 16             /* of a product, if it is large enough */
#define PIECE_WORK (1 << 17)  /* multiply-adds that a piece is worth */
#define MANY_ROWS 1024        /* from here on, rows are cut before columns, */
#define MOST_TURNED (1 << 16) /* where each worker turns round no more floats for it */
#define ROWS_AT_ONCE 256      /* for all panels of a group: x stays in the second cache */
#define LEAST_ROWS 26         /* of a block */
#define FEW_ROWS 8            /* below, turning costs more than the product */
#define LINE 16               /* floats of a cache line */

/* What a worker has turned round: all of x, or of w the panels of a group, or its last panel. */
typedef struct {
  int group; /* -1: nothing */
  int unused[LINE - 1];
  float floats[];
} Turned;

static size_t
panels_of (int columns)
{
  return ((size_t) columns + THAW_TILE_COLUMNS - 1) / THAW_TILE_COLUMNS;
}

static size_t
lines (size_t count)
{
  return (count + LINE - 1) / LINE * LINE;
}

/* To turn x, and y back, instead of w: below so many rows it is less. */
static size_t
rows_to_turn (const Product *p)
{
  size_t depth = (size_t) p->depth, columns = (size_t) p->columns;

  return depth * columns / (depth + columns);
}

static bool
rows_first (const Product *p)
{
  size_t floats = (size_t) p->depth * panels_of (p->columns) * THAW_TILE_COLUMNS;

  return p->rows >= MANY_ROWS && (!p->turned || floats <= MOST_TURNED);
}

size_t
thaw_product_bytes (const Product *p)
{
  size_t depth = (size_t) p->depth;
  size_t w = depth * THAW_TILE_COLUMNS * (rows_first (p) ? panels_of (p->columns) : 1);
  size_t x = (depth + THAW_TILE_COLUMNS) * lines (MIN ((size_t) p->rows, rows_to_turn (p)));

  return p->turned ? sizeof (Turned) + lines (MAX (w, x)) * sizeof (float) : 0;
}

static size_t
wanted_pieces (size_t work)
{
  size_t n = work / PIECE_WORK;

  return CLAMP (n, 1, PIECES);
}

void
thaw_product_cut (Product *p, const Run *run, char *scratch, size_t stride)
{
  size_t panels = panels_of (p->columns), rows = (size_t) p->rows, groups, blocks;
  size_t want = wanted_pieces (rows * (size_t) p->depth * (size_t) p->columns);

  p->turn_x = p->turned && rows < rows_to_turn (p);
  p->group = rows_first (p) ? (int) panels : (int) MAX (1, panels / want);
  groups = MAX ((panels + (size_t) p->group - 1) / (size_t) p->group, 1);
  blocks = CLAMP ((want + groups - 1) / groups, 1, MAX (1, rows / LEAST_ROWS));
  p->block = ceil_div (rows, blocks);
  if (p->turn_x)
    p->block = (int) lines ((size_t) p->block);
  p->blocks = ceil_div (rows, (size_t) p->block);
  p->pieces = (int) groups * p->blocks;
  for (int worker = 0; p->turned && worker < thaw_pool_threads (run->pool); worker++)
    ((Turned *) (scratch + (size_t) worker * stride))->group = -1;
}

void
thaw_product_whole (Product *p, char *scratch)
{
  p->turn_x = p->turned && (size_t) p->rows < rows_to_turn (p);
  p->group = (int) panels_of (p->columns);
  p->block = p->rows;
  p->blocks = p->pieces = 1;
  if (p->turned)
    ((Turned *) scratch)->group = -1;
}

static ThawTile
tile_of (const Product *p, int row, int rows, int column)
{
  return (ThawTile){.terms = 1,
                    .depth = p->depth,
                    .columns = MIN (THAW_TILE_COLUMNS, p->columns - column),
                    .rows = (size_t) rows,
                    .x_stride = (size_t) p->depth,
                    .w_stride = (size_t) p->columns,
                    .y_stride = (size_t) p->columns,
                    .bias = p->bias != NULL ? p->bias + column : NULL,
                    .y = p->y + (size_t) row * (size_t) p->columns + column,
                    .add = p->add};
}

/* Panels [first, end) of w to `to`, [panel][depth][THAW_TILE_COLUMNS]. */
static void
turn_panels (const Product *p, const Run *run, int first, int end, float *to)
{
  size_t depth = (size_t) p->depth;

  for (int panel = first; panel < end; panel++, to += depth * THAW_TILE_COLUMNS) {
    int column = panel * THAW_TILE_COLUMNS;
    run->tiles->transpose (p->w + (size_t) column * depth, depth,
                           MIN (THAW_TILE_COLUMNS, p->columns - column), p->depth, to,
                           THAW_TILE_COLUMNS);
  }
}

static void
run_panel (
    const Product *p, const Run *run, int panel, const float *w, size_t w_stride, int row, int rows)
{
  const float *x = p->x + (size_t) row * (size_t) p->depth;
  ThawTile tile = tile_of (p, row, rows, panel * THAW_TILE_COLUMNS);

  tile.x = &x;
  tile.w = &w;
  tile.w_stride = w_stride;
  tile.act = p->act;
  if (p->residual != NULL)
    tile.residual = p->residual + (tile.y - p->y);
  run->tiles->products (&tile);
}

static void
run_rows (const Product *p,
          const Run *run,
          int first,
          int end,
          const float *w,
          size_t w_stride,
          size_t panel_step,
          int row,
          int rows)
{
  for (int last = row + rows; row < last; row += ROWS_AT_ONCE)
    for (int panel = first; panel < end; panel++)
      run_panel (p, run, panel, w + (size_t) (panel - first) * panel_step, w_stride, row,
                 MIN (ROWS_AT_ONCE, last - row));
}

static void
turn_w_and_run (
    const Product *p, const Run *run, int first, int end, int row, int rows, Turned *turned)
{
  size_t panel_step = (size_t) p->depth * THAW_TILE_COLUMNS;
  int group = first / p->group;

  if (rows_first (p) || p->group == 1) {
    if (turned->group != group)
      turn_panels (p, run, first, end, turned->floats);
    turned->group = group;
    run_rows (p, run, first, end, turned->floats, THAW_TILE_COLUMNS, panel_step, row, rows);
    return;
  }
  for (int panel = first; panel < end; panel++) {
    turn_panels (p, run, panel, panel + 1, turned->floats);
    run_rows (p, run, panel, panel + 1, turned->floats, THAW_TILE_COLUMNS, 0, row, rows);
  }
}

/* y^T = w x^T: rows of w, which are columns of y, are rows of the tiles. */
static void
turn_x_and_run (
    const Product *p, const Run *run, int first, int end, int row, int rows, Turned *turned)
{
  size_t depth = (size_t) p->depth, columns = (size_t) p->columns,
         stride = lines ((size_t) p->rows);
  float *xt = turned->floats, *yt = xt + depth * stride;

  if (turned->group < 0)
    run->tiles->transpose (p->x, depth, p->rows, p->depth, xt, stride);
  turned->group = 0;
  for (int panel = first; panel < end; panel++) {
    int column = panel * THAW_TILE_COLUMNS, width = MIN (THAW_TILE_COLUMNS, p->columns - column);
    const float *w = p->w + (size_t) column * depth;
    float *y = p->y + (size_t) row * columns + column;
    if (p->add)
      run->tiles->transpose (y, columns, rows, width, yt, stride);
    for (int j = 0; !p->add && j < width; j++)
      for (int i = 0; i < rows; i++)
        yt[(size_t) j * stride + (size_t) i] = p->bias != NULL ? p->bias[column + j] : 0;
    for (int i = 0; i < rows; i += THAW_TILE_COLUMNS) {
      const float *x = xt + row + i;
      ThawTile tile = {.x = &w,
                       .w = &x,
                       .terms = 1,
                       .depth = p->depth,
                       .columns = MIN (THAW_TILE_COLUMNS, rows - i),
                       .rows = (size_t) width,
                       .x_stride = depth,
                       .w_stride = stride,
                       .y_stride = stride,
                       .y = yt + i,
                       .add = true};
      run->tiles->products (&tile);
    }
    run->tiles->transpose (yt, stride, width, rows, y, columns);
  }
}

/* A few rows of w the other way round. */
static void
run_few (const Product *p, const Run *run, int first, int end, int row, int rows)
{
  int column = first * THAW_TILE_COLUMNS,
      columns = MIN (end * THAW_TILE_COLUMNS, p->columns) - column;
  float *y = p->y + (size_t) row * (size_t) p->columns + column;

  if (p->bias != NULL && !p->add)
    run->kernels->fill_rows (p->bias + column, (size_t) rows, (size_t) p->columns, columns, y);
  thaw_gemm (false, true, rows, columns, p->depth, p->x + (size_t) row * (size_t) p->depth,
             p->depth, p->w + (size_t) column * (size_t) p->depth, p->depth,
             p->add || p->bias != NULL ? 1 : 0, y, p->columns);
}

void
thaw_product_piece (const Product *p, const Run *run, int piece, char *scratch)
{
  int first = piece / p->blocks * p->group, row = piece % p->blocks * p->block;
  int end = MIN (first + p->group, (int) panels_of (p->columns));
  int rows = MIN (p->block, p->rows - row);

  if (!p->turned)
    run_rows (p, run, first, end, p->w + (size_t) first * THAW_TILE_COLUMNS, (size_t) p->columns,
              THAW_TILE_COLUMNS, row, rows);
  else if (p->rows < FEW_ROWS)
    run_few (p, run, first, end, row, rows);
  else if (p->turn_x)
    turn_x_and_run (p, run, first, end, row, rows, (Turned *) scratch);
  else
    turn_w_and_run (p, run, first, end, row, rows, (Turned *) scratch);
}

/* --- dw -----------------------------------------------------------------------------------------
 */
#define MOST_PARTS 8
#define PART_ROWS 512 /* of a part, at least */

static int
parts_of (int rows)
{
  return CLAMP (rows / PART_ROWS, 1, MOST_PARTS);
}

size_t
thaw_product_grad_bytes (const ProductGrad *grad)
{
  int parts = parts_of (grad->rows);

  return parts > 1 ? (size_t) parts * (size_t) grad->left * (size_t) grad->right * sizeof (float)
                   : 0;
}

void
thaw_product_grad_cut (ProductGrad *grad)
{
  size_t panels = panels_of (grad->right), left = (size_t) grad->left, groups, blocks, want;

  grad->part_rows = ceil_div ((size_t) grad->rows, (size_t) parts_of (grad->rows));
  grad->n_parts = ceil_div ((size_t) grad->rows, (size_t) grad->part_rows);
  want = wanted_pieces ((size_t) grad->rows * left * (size_t) grad->right);
  want = (want + (size_t) grad->n_parts - 1) / (size_t) grad->n_parts;
  grad->group = (int) MAX (1, panels / want);
  groups = (panels + (size_t) grad->group - 1) / (size_t) grad->group;
  blocks = CLAMP ((want + groups - 1) / groups, 1, MAX (1, left / LEAST_ROWS));
  grad->block = ceil_div (left, blocks);
  grad->blocks = ceil_div (left, (size_t) grad->block);
  grad->groups = (int) groups;
  grad->pieces = grad->n_parts * grad->groups * grad->blocks;
}

void
thaw_product_grad_piece (const ProductGrad *grad, const Run *run, int piece)
{
  size_t left = (size_t) grad->left, right = (size_t) grad->right;
  int part = piece / (grad->groups * grad->blocks), rest = piece % (grad->groups * grad->blocks);
  int first = rest / grad->blocks * grad->group, row = rest % grad->blocks * grad->block;
  int end = MIN (first + grad->group, (int) panels_of (grad->right));
  int begin = part * grad->part_rows, last = MIN (begin + grad->part_rows, grad->rows);
  float *dw = grad->n_parts > 1 ? grad->parts + (size_t) part * left * right : grad->dw;

  for (int k = begin; k < last; k += ROWS_AT_ONCE) {
    for (int column = first * THAW_TILE_COLUMNS;
         column < MIN (end * THAW_TILE_COLUMNS, grad->right); column += THAW_TILE_COLUMNS) {
      const float *x = grad->x + (size_t) k * left + row;
      const float *dy = grad->dy + (size_t) k * right + column;
      ThawTile tile = {.x = &x,
                       .w = &dy,
                       .terms = 1,
                       .depth = MIN (ROWS_AT_ONCE, last - k),
                       .columns = MIN (THAW_TILE_COLUMNS, grad->right - column),
                       .rows = (size_t) MIN (grad->block, grad->left - row),
                       .x_stride = left,
                       .w_stride = right,
                       .y_stride = right,
                       .y = dw + (size_t) row * right + column,
                       .add = k > begin};
      run->tiles->outer_products (&tile);
    }
  }
}

void
thaw_product_grad_end (const ProductGrad *grad, const Run *run)
{
  if (grad->n_parts > 1)
    thaw_sum_parts (run, grad->parts, grad->n_parts, (size_t) grad->left * (size_t) grad->right,
                    grad->dw);
}
