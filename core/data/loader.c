/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches prepared ahead. A ring of ahead + 1 slots; a batch is cut into pieces of a fixed number
 * of samples, which any thread takes in order; a batch's slot is free again when the consumer asks
 * for the next one. One mutex guards all of the bookkeeping, filling happens outside of it. */
#include "thaw-data.h"

#include <pthread.h>
#include <string.h>

typedef struct {
  ThawBatch batch;
  int pieces_left; /* 0: ready */
} Slot;

struct _ThawLoader {
  ThawLoaderSpec spec;
  uint32_t batches; /* of the epoch */
  Slot *slots;
  uint32_t n_slots;
  pthread_t *threads;
  int n_threads;

  pthread_mutex_t mutex;
  pthread_cond_t room, ready;
  gboolean quit;
  uint32_t given;      /* the next batch that the consumer gets */
  uint32_t freed;      /* batches below this are no longer held by the consumer */
  uint32_t next_batch; /* the next piece to be filled */
  int next_piece;
};

typedef struct {
  Slot *slot;
  int from, to; /* samples */
} Piece;

static Slot *
slot_of (ThawLoader *loader, uint32_t batch)
{
  return &loader->slots[batch % loader->n_slots];
}

static int
batch_size (const ThawLoader *loader, uint32_t batch)
{
  uint32_t rest = loader->spec.n - batch * (uint32_t) loader->spec.batch_size;

  return (int) MIN (rest, (uint32_t) loader->spec.batch_size);
}

/* With the mutex held: begins the next batch in its slot. */
static void
begin_batch (ThawLoader *loader)
{
  uint32_t number = loader->next_batch;
  Slot *slot = slot_of (loader, number);

  slot->batch.n = batch_size (loader, number);
  slot->batch.number = number;
  slot->batch.images = loader->spec.order + (size_t) number * loader->spec.batch_size;
  slot->pieces_left = (slot->batch.n + THAW_FILL_MOST - 1) / THAW_FILL_MOST;
}

/* With the mutex held: is there a piece that may be filled now? */
static gboolean
has_piece (const ThawLoader *loader)
{
  return loader->next_batch < loader->batches &&
         loader->next_batch - loader->freed < loader->n_slots;
}

/* With the mutex held. */
static Piece
take_piece (ThawLoader *loader)
{
  Slot *slot = slot_of (loader, loader->next_batch);
  Piece piece;

  if (loader->next_piece == 0)
    begin_batch (loader);
  piece.slot = slot;
  piece.from = loader->next_piece * THAW_FILL_MOST;
  piece.to = MIN (piece.from + THAW_FILL_MOST, slot->batch.n);
  loader->next_piece++;
  if (piece.to == slot->batch.n) {
    loader->next_piece = 0;
    loader->next_batch++;
  }
  return piece;
}

static void
fill_piece (const ThawLoader *loader, const Piece *piece)
{
  const ThawLoaderSpec *spec = &loader->spec;
  ThawBatch *batch = &piece->slot->batch;

  for (int i = piece->from; i < piece->to; i++)
    batch->labels[i] = thaw_dataset_label (spec->set, batch->images[i]);
  spec->fill (spec->user, batch->images + piece->from, piece->to - piece->from, batch->x,
              piece->from, batch->n);
}

/* With the mutex held, which is let go while filling. */
static void
do_piece (ThawLoader *loader)
{
  Piece piece = take_piece (loader);

  pthread_mutex_unlock (&loader->mutex);
  fill_piece (loader, &piece);
  pthread_mutex_lock (&loader->mutex);
  if (--piece.slot->pieces_left == 0)
    pthread_cond_signal (&loader->ready);
}

static void *
thread_main (void *data)
{
  ThawLoader *loader = data;

  pthread_mutex_lock (&loader->mutex);
  while (!loader->quit) {
    if (has_piece (loader))
      do_piece (loader);
    else
      pthread_cond_wait (&loader->room, &loader->mutex);
  }
  pthread_mutex_unlock (&loader->mutex);
  return NULL;
}

/* As many slots as memory allows: one is enough to go on without looking ahead. FALSE for none. */
static gboolean
make_slots (ThawLoader *loader)
{
  const ThawLoaderSpec *spec = &loader->spec;
  size_t side = (size_t) thaw_dataset_size (spec->set), floats = side * side;
  uint32_t wanted = MIN ((uint32_t) spec->ahead + 1, MAX (loader->batches, 1));

  floats *= (size_t) spec->channels * (size_t) MIN ((uint32_t) spec->batch_size, spec->n);
  loader->slots = g_new0 (Slot, wanted);
  while (loader->n_slots < wanted) {
    ThawBatch *batch = &loader->slots[loader->n_slots].batch;
    batch->x = thaw_aligned_new0 (floats * sizeof (float));
    if (batch->x == NULL)
      break;
    batch->labels = g_new0 (int, spec->batch_size);
    loader->n_slots++;
  }
  return loader->n_slots > 0;
}

ThawLoader *
thaw_loader_new (const ThawLoaderSpec *spec)
{
  ThawLoader *loader;

  g_return_val_if_fail (spec->set != NULL && spec->fill != NULL, NULL);
  g_return_val_if_fail (spec->batch_size >= 1 && spec->channels >= 1, NULL);
  g_return_val_if_fail (spec->threads >= 1 && spec->ahead >= 1, NULL);
  loader = g_new0 (ThawLoader, 1);
  loader->spec = *spec;
  loader->batches = spec->n / (uint32_t) spec->batch_size + (spec->n % spec->batch_size != 0);
  loader->given = loader->freed = loader->next_batch = MIN (spec->first_batch, loader->batches);
  pthread_mutex_init (&loader->mutex, NULL);
  pthread_cond_init (&loader->room, NULL);
  pthread_cond_init (&loader->ready, NULL);
  loader->threads = g_new0 (pthread_t, spec->threads);
  if (!make_slots (loader)) {
    thaw_loader_free (loader);
    return NULL;
  }
  while (loader->n_threads < spec->threads &&
         pthread_create (&loader->threads[loader->n_threads], NULL, thread_main, loader) == 0)
    loader->n_threads++;
  return loader;
}

const ThawBatch *
thaw_loader_next (ThawLoader *loader)
{
  const ThawBatch *batch = NULL;

  pthread_mutex_lock (&loader->mutex);
  if (loader->freed != loader->given) {
    loader->freed = loader->given;
    pthread_cond_broadcast (&loader->room);
  }
  if (loader->given < loader->batches) {
    Slot *slot = slot_of (loader, loader->given);

    /* Without a single thread (none could be had) the caller fills. */
    while (loader->next_batch <= loader->given || slot->pieces_left > 0) {
      if (loader->n_threads == 0)
        do_piece (loader);
      else
        pthread_cond_wait (&loader->ready, &loader->mutex);
    }
    loader->given++;
    batch = &slot->batch;
  }
  pthread_mutex_unlock (&loader->mutex);
  return batch;
}

void
thaw_loader_free (ThawLoader *loader)
{
  if (loader == NULL)
    return;
  pthread_mutex_lock (&loader->mutex);
  loader->quit = TRUE;
  pthread_cond_broadcast (&loader->room);
  pthread_mutex_unlock (&loader->mutex);
  for (int i = 0; i < loader->n_threads; i++)
    pthread_join (loader->threads[i], NULL);
  for (uint32_t i = 0; i < loader->n_slots; i++) {
    thaw_aligned_free (loader->slots[i].batch.x);
    g_free (loader->slots[i].batch.labels);
  }
  pthread_cond_destroy (&loader->ready);
  pthread_cond_destroy (&loader->room);
  pthread_mutex_destroy (&loader->mutex);
  g_free (loader->threads);
  g_free (loader->slots);
  g_free (loader);
}
