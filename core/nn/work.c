/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How work is cut into pieces, and the sums that several ops share. */
#include "step-private.h"

#define PIECES 8             /* of a product: every one packs an operand anew */
#define PIECE_WORK (1 << 19) /* multiply-adds below which a piece is not cut further */
#define LEAST_ROWS 64
#define SUM_CHUNKS 8

void
thaw_run_elements (const Run *run, size_t count, ThawPieceFunc work, void *user)
{
  thaw_pool_run (run->pool, ceil_div (count, THAW_PIECE_ELEMENTS), work, user);
}

static size_t
half (size_t side, size_t unit)
{
  return ((side + 1) / 2 + unit - 1) / unit * unit;
}

/* Columns are cut down to narrow ones before rows go below LEAST_ROWS: a product packs one operand
 * anew for every block, and that of short blocks costs the most. */
Cut
thaw_cut_product (size_t rows, size_t columns, size_t depth)
{
  const size_t unit = 16;
  size_t r = rows, c = columns;

  while ((size_t) ceil_div (rows, r) * (size_t) ceil_div (columns, c) < PIECES &&
         r * c * depth > PIECE_WORK) {
    bool by_rows = r > LEAST_ROWS && r >= c;
    if (!by_rows && c <= 2 * unit)
      by_rows = true;
    if (by_rows && r <= 2 * unit)
      break;
    if (by_rows)
      r = half (r, unit);
    else
      c = half (c, unit);
  }
  return (Cut){(int) r, (int) c, ceil_div (rows, r), ceil_div (columns, c)};
}

int
thaw_cut_columns (int columns, int others)
{
  int width = columns;

  while (width >= 128 && others * ceil_div ((size_t) columns, (size_t) width) < PIECES)
    width = (int) half ((size_t) width, 32);
  return width;
}

/* --- Column sums -------------------------------------------------------------------------------
 */
typedef struct {
  const Run *run;
  const float *x;
  size_t rows, chunk_rows;
  int c;
  double *sums; /* [chunks][c] */
} ColumnSum;

static size_t
chunk_rows_of (size_t rows, int c)
{
  size_t most = MAX ((size_t) 1, THAW_PIECE_ELEMENTS / (size_t) c);
  return MAX (most, (rows + SUM_CHUNKS - 1) / SUM_CHUNKS);
}

size_t
thaw_column_sum_bytes (size_t rows, int c)
{
  return (size_t) SUM_CHUNKS * (size_t) c * sizeof (double);
}

static void
column_sum_piece (void *user, int piece, int worker)
{
  ColumnSum *job = user;
  size_t first = (size_t) piece * job->chunk_rows;
  size_t rows = MIN (job->chunk_rows, job->rows - first);
  double *sums = job->sums + (size_t) piece * (size_t) job->c;

  memset (sums, 0, (size_t) job->c * sizeof *sums);
  job->run->kernels->column_sums (job->x + first * (size_t) job->c, rows, (size_t) job->c, job->c,
                                  sums);
}

void
thaw_column_sum (const Run *run, const float *x, size_t rows, int c, void *scratch, float *sums)
{
  ColumnSum job = {run, x, rows, chunk_rows_of (rows, c), c, scratch};
  int chunks = ceil_div (rows, job.chunk_rows);

  thaw_pool_run (run->pool, chunks, column_sum_piece, &job);
  for (int j = 0; j < c; j++) {
    double sum = 0;
    for (int chunk = 0; chunk < chunks; chunk++)
      sum += job.sums[(size_t) chunk * (size_t) c + (size_t) j];
    sums[j] = (float) sum;
  }
}

/* --- Sums of parts ------------------------------------------------------------------------------
 */
typedef struct {
  const Run *run;
  const float *parts;
  int n_parts;
  size_t count;
  float *y;
} PartSum;

static void
part_sum_piece (void *user, int piece, int worker)
{
  PartSum *job = user;
  size_t begin = piece_begin (piece);

  job->run->kernels->sum_parts (job->parts + begin, job->n_parts, job->count,
                                piece_size (piece, job->count), job->y + begin);
}

void
thaw_sum_parts (const Run *run, const float *parts, int n_parts, size_t count, float *y)
{
  PartSum job = {run, parts, n_parts, count, y};

  thaw_run_elements (run, count, part_sum_piece, &job);
}
