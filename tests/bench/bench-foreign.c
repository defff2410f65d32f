/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What it costs to have foreign files read by a process of its own: time, processor time and peak
 * memory, in process and through the reader, in turn, each in a fresh process.
 *
 *   bench-foreign READER [ROUNDS [CIFAR-10]]      medians; makes files of the usual sizes itself
 *   bench-foreign READER CASE here|there PATH     one measurement, for the above */
#include "data-fixtures.h"
#include "thaw-foreign.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TENSORS 60
#define MOST_ROUNDS 99

typedef struct {
  double wall_ms, cpu_ms, asker_mb, reader_mb;
} Cost;

/* --- One measurement ---------------------------------------------------------------------------*/

static uint64_t
sum_of (const void *bytes, size_t length)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < length; i += 64)
    sum += ((const uint8_t *) bytes)[i];
  return sum;
}

static uint64_t
read_weights (const char *path, bool here)
{
  g_autoptr (ThawStateDict) dict =
      here ? thaw_weights_read (path, NULL, NULL) : thaw_foreign_weights (path, NULL, NULL);
  uint64_t sum = 0;

  for (size_t i = 0; i < thaw_state_dict_size (dict); i++)
    sum += sum_of (thaw_state_dict_nth (dict, i)->data, thaw_state_dict_nth (dict, i)->bytes);
  return sum;
}

static uint64_t
read_set (const char *path, bool here)
{
  g_autoptr (ThawDataset) set =
      here ? thaw_dataset_open (path, 32, NULL, NULL) : thaw_foreign_dataset (path, 32, NULL, NULL);

  return sum_of (thaw_dataset_image (set, 0), (size_t) thaw_dataset_count (set) * 3072);
}

static uint64_t
read_picture (const char *path, bool here)
{
  g_autofree uint8_t *pixels = here ? thaw_picture_read (path, 224, NULL) : NULL;
  g_autoptr (GBytes) bytes = here ? NULL : thaw_foreign_picture (path, 224, NULL);

  return sum_of (here ? pixels : g_bytes_get_data (bytes, NULL), 224 * 224 * 3);
}

static const struct {
  const char *name, *words;
  uint64_t (*read) (const char *path, bool here);
} cases[] = {{"weights", "weights, 46.8 MB in 60 tensors", read_weights},
             {"set", "CIFAR-10, 60,000 pictures", read_set},
             {"picture", "a JPEG of 500 x 375 pixels", read_picture}};

static double
cpu_ms (const struct rusage *usage)
{
  return (double) (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e3 +
         (double) (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e3;
}

static int
measure_one (const char *name, bool here, const char *path)
{
  struct rusage before, self, children;
  gint64 start;
  uint64_t sum = 0;

  getrusage (RUSAGE_SELF, &before);
  start = g_get_monotonic_time ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if (strcmp (cases[i].name, name) == 0)
      sum = cases[i].read (path, here);
  start = g_get_monotonic_time () - start;
  getrusage (RUSAGE_SELF, &self);
  getrusage (RUSAGE_CHILDREN, &children);
  printf ("%.3f %.3f %.1f %.1f %u\n", (double) start / 1e3,
          cpu_ms (&self) - cpu_ms (&before) + cpu_ms (&children), (double) self.ru_maxrss / 1024,
          (double) children.ru_maxrss / 1024, (unsigned int) sum);
  return 0;
}

/* --- All of them -------------------------------------------------------------------------------*/

static Cost
ask (const char *self, const char *reader, const char *name, bool here, const char *path)
{
  char *argv[] = {(char *) self, (char *) reader,
                  (char *) name, (char *) (here ? "here" : "there"),
                  (char *) path, NULL};
  g_autofree char *out = NULL;
  Cost cost = {0};
  char *at;
  int status;

  if (!g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, NULL) ||
      status != 0)
    g_error ("%s of %s failed", name, path);
  cost.wall_ms = g_ascii_strtod (out, &at);
  cost.cpu_ms = g_ascii_strtod (at, &at);
  cost.asker_mb = g_ascii_strtod (at, &at);
  cost.reader_mb = g_ascii_strtod (at, &at);
  return cost;
}

static int
compare_reals (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (const Cost *costs, int n, size_t field)
{
  double values[MOST_ROUNDS];

  for (int i = 0; i < n; i++)
    memcpy (&values[i], (const char *) &costs[i] + field, sizeof (double));
  qsort (values, (size_t) n, sizeof *values, compare_reals);
  return values[n / 2];
}

static void
compare_case (const char *self, const char *reader, size_t which, const char *path, int rounds)
{
  Cost costs[2][MOST_ROUNDS];

  for (int i = 0; i < rounds; i++)
    for (int there = 0; there < 2; there++)
      costs[there][i] = ask (self, reader, cases[which].name, !there, path);
  printf ("%s\n", cases[which].words);
  for (int there = 0; there < 2; there++)
    printf (
        "  %-18s %8.1f ms, %8.1f ms of processor time, at most %6.1f MB asking, %6.1f MB reading\n",
        there ? "through the reader" : "in process",
        median (costs[there], rounds, offsetof (Cost, wall_ms)),
        median (costs[there], rounds, offsetof (Cost, cpu_ms)),
        median (costs[there], rounds, offsetof (Cost, asker_mb)),
        there ? median (costs[there], rounds, offsetof (Cost, reader_mb)) : 0.0);
  fflush (stdout);
}

static char *
make_weights (const char *dir)
{
  const uint64_t shape[] = {195, 1000};
  g_autoptr (ThawStateDict) dict = thaw_state_dict_new ();
  char *path = g_build_filename (dir, "weights.pth", NULL);

  for (int i = 0; i < TENSORS; i++) {
    g_autofree char *name = g_strdup_printf ("layer.%d.weight", i);
    ThawTensor *tensor = thaw_tensor_new (name, THAW_DTYPE_F32, 2, shape);
    for (uint64_t k = 0; k < tensor->count; k++)
      ((float *) tensor->data)[k] = (float) k;
    thaw_state_dict_add (dict, tensor);
  }
  if (!thaw_pth_write (dict, path, NULL, NULL, NULL))
    g_error ("%s cannot be written", path);
  return path;
}

int
main (int argc, char **argv)
{
  int rounds = argc > 2 ? MIN (atoi (argv[2]), MOST_ROUNDS) : 5;
  char *dir;

  if (argc < 2)
    g_error ("which reader?");
  thaw_confine_set_program (argv[1]);
  if (argc == 5)
    return measure_one (argv[2], strcmp (argv[3], "here") == 0, argv[4]);
  dir = tmp_new ();
  g_autofree char *weights = make_weights (dir), *picture = g_build_filename (dir, "p.jpg", NULL);
  g_autofree char *set = argc > 3 ? g_strdup (argv[3]) : g_build_filename (dir, "set", NULL);
  g_autoptr (GByteArray) jpeg = jpeg_of (1, 500, 375, 3, FALSE);
  put_file (dir, "p.jpg", jpeg);
  if (argc <= 3)
    put_cifar (set, THAW_SET_CIFAR10_BINARY, 10000, 10000);
  compare_case (argv[0], argv[1], 0, weights, MAX (rounds, 1));
  compare_case (argv[0], argv[1], 1, set, MAX (rounds, 1));
  compare_case (argv[0], argv[1], 2, picture, MAX (rounds, 1));
  tmp_remove (dir);
  return 0;
}
