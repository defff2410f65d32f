/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loader: every sample once, in order, whatever the threads; in the middle; let go early. */
#include "data-fixtures.h"

#include <string.h>

#define SIZE 4
#define CHANNELS 3
#define N 333

typedef struct {
  ThawDataset *set;
  uint32_t order[N];
} Fixture;

static void
set_up (Fixture *f)
{
  ThawDataset *set = f->set = g_new0 (ThawDataset, 1);

  set->size = SIZE;
  set->classes = 10;
  set->n_train = N;
  set->labels = g_new (uint16_t, N);
  for (uint32_t i = 0; i < N; i++) {
    set->labels[i] = (uint16_t) (i % 10);
    f->order[i] = (i * 7 + 3) % N;
  }
}

static float
expected (uint32_t image, int pixel, int c)
{
  return (float) (image * 1000 + (uint32_t) pixel * CHANNELS + (uint32_t) c);
}

/* x is [h][w][n][c]; uneven work, so that threads overtake each other. */
static void
fill (void *user, const uint32_t *images, int count, float *x, int sample, int n)
{
  int *slow = user;

  g_assert_true (count >= 1 && count <= THAW_FILL_MOST && sample + count <= n);
  for (int i = 0; i < count; i++) {
    if (slow != NULL && images[i] % 50 == 0)
      g_usleep ((gulong) *slow);
    for (int p = 0; p < SIZE * SIZE; p++)
      for (int c = 0; c < CHANNELS; c++)
        x[(p * n + sample + i) * CHANNELS + c] = expected (images[i], p, c);
  }
}

static ThawLoaderSpec
spec_of (const Fixture *f, int batch_size, int threads, int ahead)
{
  return (ThawLoaderSpec){.set = f->set,
                          .order = f->order,
                          .n = N,
                          .batch_size = batch_size,
                          .channels = CHANNELS,
                          .fill = fill,
                          .threads = threads,
                          .ahead = ahead};
}

static void
check_batch (const Fixture *f, const ThawBatch *batch, uint32_t number, int batch_size)
{
  g_assert_cmpuint (batch->number, ==, number);
  g_assert_cmpint (batch->n, ==, (int) MIN ((uint32_t) batch_size, N - number * batch_size));
  g_assert_cmpuint ((guintptr) batch->x % 64, ==, 0);
  for (int i = 0; i < batch->n; i++) {
    uint32_t image = f->order[number * (uint32_t) batch_size + (uint32_t) i];
    g_assert_cmpuint (batch->images[i], ==, image);
    g_assert_cmpint (batch->labels[i], ==, (int) (image % 10));
    for (int p = 0; p < SIZE * SIZE; p++)
      for (int c = 0; c < CHANNELS; c++)
        g_assert_cmpfloat (batch->x[(p * batch->n + i) * CHANNELS + c], ==, expected (image, p, c));
  }
}

static void
run_through (const Fixture *f, const ThawLoaderSpec *spec)
{
  g_autoptr (ThawLoader) loader = thaw_loader_new (spec);
  uint32_t number = spec->first_batch,
           batches = (N + (uint32_t) spec->batch_size - 1) / (uint32_t) spec->batch_size;
  const ThawBatch *batch;

  while ((batch = thaw_loader_next (loader)) != NULL)
    check_batch (f, batch, number++, spec->batch_size);
  g_assert_cmpuint (number, ==, MAX (batches, spec->first_batch));
  g_assert_null (thaw_loader_next (loader));
}

static void
any_threads (void)
{
  static const int sizes[] = {1, 31, 32, 33, 100, 333, 1000};
  Fixture f;
  int slow = 300;

  set_up (&f);
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int threads = 1; threads <= 7; threads += 3)
      for (int ahead = 1; ahead <= 5; ahead += 2) {
        ThawLoaderSpec spec = spec_of (&f, sizes[s], threads, ahead);
        spec.user = &slow;
        run_through (&f, &spec);
      }
  thaw_dataset_free (f.set);
}

static void
from_the_middle (void)
{
  Fixture f;

  set_up (&f);
  for (uint32_t first = 0; first <= 13; first++) {
    ThawLoaderSpec spec = spec_of (&f, 32, 2, 2);
    spec.first_batch = first;
    run_through (&f, &spec);
  }
  thaw_dataset_free (f.set);
}

static void
let_go_early (void)
{
  Fixture f;

  set_up (&f);
  for (int taken = 0; taken < 12; taken++)
    for (int round = 0; round < 5; round++) {
      ThawLoaderSpec spec = spec_of (&f, 32, 3, 4);
      ThawLoader *loader = thaw_loader_new (&spec);
      for (int i = 0; i < taken; i++)
        g_assert_nonnull (thaw_loader_next (loader));
      thaw_loader_free (loader);
    }
  thaw_loader_free (NULL);
  thaw_dataset_free (f.set);
}

static void
empty (void)
{
  Fixture f;
  ThawLoaderSpec spec;
  ThawLoader *loader;

  set_up (&f);
  spec = spec_of (&f, 32, 2, 2);
  spec.n = 0;
  loader = thaw_loader_new (&spec);
  g_assert_null (thaw_loader_next (loader));
  thaw_loader_free (loader);
  thaw_dataset_free (f.set);
}

/* Counts the samples filled, under the eyes of a consumer that does not move on. */
static void
count_fill (void *user, const uint32_t *images, int count, float *x, int sample, int n)
{
  g_atomic_int_add ((int *) user, count);
}

static void
looks_ahead_so_far (void)
{
  Fixture f;
  ThawLoaderSpec spec;
  ThawLoader *loader;
  int filled = 0;

  set_up (&f);
  spec = spec_of (&f, 10, 3, 2);
  spec.fill = count_fill;
  spec.user = &filled;
  loader = thaw_loader_new (&spec);
  g_assert_nonnull (thaw_loader_next (loader));
  g_usleep (100000);
  /* The batch in the consumer's hands and two ahead of it. */
  g_assert_cmpint (g_atomic_int_get (&filled), ==, 30);
  g_assert_nonnull (thaw_loader_next (loader));
  g_usleep (100000);
  g_assert_cmpint (g_atomic_int_get (&filled), ==, 40);
  thaw_loader_free (loader);
  thaw_dataset_free (f.set);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/loader/any-threads", any_threads);
  g_test_add_func ("/data/loader/from-the-middle", from_the_middle);
  g_test_add_func ("/data/loader/let-go-early", let_go_early);
  g_test_add_func ("/data/loader/empty", empty);
  g_test_add_func ("/data/loader/looks-ahead-so-far", looks_ahead_so_far);
  return g_test_run ();
}
