/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An exponential moving average of weights: e = d e + (1 - d) p, elementwise, each product and the
 * sum rounded to float32 as torch does. Whole numbers (num_batches_tracked) lose their fraction.
 * FIRST_UPDATE: the first update copies (torchvision's ExponentialMovingAverage); INITIAL: it
 * begins as a copy of the weights it is given (timm's ModelEmaV2); WARMUP: likewise, and update n,
 * from 0, has the decay min (d, (1 + n) / (10 + n)) (TensorFlow's, with num_updates), so that what
 * it began with is soon forgotten: running variances begin at 1 and may settle at a ten-thousandth.
 */
#include "thaw-optim.h"

#include <math.h>
#include <string.h>

#define BLOCK 16384

typedef struct {
  int item;
  uint64_t start;
} Piece;

struct _ThawEma {
  double decay;
  float keep, take; /* d and 1 - d of an update, each rounded from double */
  ThawEmaStart start;
  uint64_t updates;
  ThawEmaItem *items;
  float **averages;
  int n, n_pieces;
  Piece *pieces;
};

static void
cut (ThawEma *ema)
{
  uint64_t n = 0;

  for (int i = 0; i < ema->n; i++)
    n += (ema->items[i].count + BLOCK - 1) / BLOCK;
  ema->pieces = g_new (Piece, n + 1);
  for (int i = 0; i < ema->n; i++)
    for (uint64_t at = 0; at < ema->items[i].count; at += BLOCK)
      ema->pieces[ema->n_pieces++] = (Piece){i, at};
}

ThawEma *
thaw_ema_new (double decay, ThawEmaStart start, const ThawEmaItem *items, int n, GError **error)
{
  g_autoptr (ThawEma) ema = g_new0 (ThawEma, 1);

  ema->decay = decay;
  ema->start = start;
  ema->n = n;
  ema->items = g_memdup2 (items, (size_t) n * sizeof *items);
  ema->averages = g_new0 (float *, n + 1);
  for (int i = 0; i < n; i++) {
    ema->averages[i] = thaw_aligned_new0 (MAX (items[i].count, 1) * sizeof (float));
    if (ema->averages[i] != NULL)
      continue;
    g_set_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_MEMORY,
                 _ ("No memory for the average of a parameter of %" PRIu64 " numbers"),
                 items[i].count);
    return NULL;
  }
  cut (ema);
  return g_steal_pointer (&ema);
}

void
thaw_ema_free (ThawEma *ema)
{
  if (ema == NULL)
    return;
  for (int i = 0; i < ema->n; i++)
    thaw_aligned_free (ema->averages[i]);
  g_free (ema->averages);
  g_free (ema->items);
  g_free (ema->pieces);
  g_free (ema);
}

static uint64_t
length (const ThawEma *ema, const Piece *piece)
{
  return MIN (BLOCK, ema->items[piece->item].count - piece->start);
}

static void
copy_piece (void *user, int p, int worker)
{
  const ThawEma *ema = user;
  const Piece *piece = &ema->pieces[p];

  memcpy (ema->averages[piece->item] + piece->start, ema->items[piece->item].value + piece->start,
          length (ema, piece) * sizeof (float));
}

static void
average_piece (void *user, int p, int worker)
{
  const ThawEma *ema = user;
  const Piece *piece = &ema->pieces[p];
  const float *restrict value = ema->items[piece->item].value + piece->start;
  float *restrict e = ema->averages[piece->item] + piece->start;
  uint64_t n = length (ema, piece);
  const float keep = ema->keep, take = ema->take;

  for (uint64_t i = 0; i < n; i++)
    e[i] = keep * e[i] + take * value[i];
  for (uint64_t i = 0; ema->items[piece->item].whole && i < n; i++)
    e[i] = truncf (e[i]);
}

static void
swap_piece (void *user, int p, int worker)
{
  const ThawEma *ema = user;
  const Piece *piece = &ema->pieces[p];
  float *restrict value = ema->items[piece->item].value + piece->start;
  float *restrict e = ema->averages[piece->item] + piece->start;
  uint64_t n = length (ema, piece);

  for (uint64_t i = 0; i < n; i++) {
    float kept = value[i];
    value[i] = e[i];
    e[i] = kept;
  }
}

void
thaw_ema_begin (ThawEma *ema, ThawPool *pool)
{
  ema->updates = 0;
  thaw_pool_run (pool, ema->n_pieces, copy_piece, ema);
}

void
thaw_ema_update (ThawEma *ema, ThawPool *pool)
{
  bool copies = ema->updates == 0 && ema->start == THAW_EMA_FIRST_UPDATE;
  double decay = ema->decay, n = (double) ema->updates;

  if (ema->start == THAW_EMA_WARMUP)
    decay = fmin (decay, (1 + n) / (10 + n));
  ema->keep = (float) decay;
  ema->take = (float) (1 - decay);
  thaw_pool_run (pool, ema->n_pieces, copies ? copy_piece : average_piece, ema);
  ema->updates++;
}

void
thaw_ema_swap (ThawEma *ema, ThawPool *pool)
{
  thaw_pool_run (pool, ema->n_pieces, swap_piece, ema);
}

uint64_t
thaw_ema_updates (const ThawEma *ema)
{
  return ema->updates;
}

void
thaw_ema_restore (ThawEma *ema, uint64_t updates)
{
  ema->updates = updates;
}

float *
thaw_ema_average (ThawEma *ema, int i)
{
  return ema->averages[i];
}
