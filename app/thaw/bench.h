/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench: how long steps take, and what this machine can do at best, in turn within each round, so
 * that both meet the same machine. */
#pragma once

#include "floor.h"
#include "thaw-kernels.h"
#include "thaw-models.h"

typedef struct {
  const ThawModel *model;
  const ThawChoice *choice; /* of the model; NULL: as published */
  const char *shape;        /* (nullable) what differs from the published one, for people */
  int batch, size, classes, threads, rounds;
  bool train;  /* also the training step; else inference alone                          */
  bool frozen; /* the head alone trains                                                 */
  bool layers; /* also the parts of a step: of training, or of inference when it is alone */
} BenchSpec;

/* Of rounds; a round's figure is the median of its steps. NaN: not measured. */
typedef struct {
  double median, min, max;
} BenchSpread;

/* Where traffic goes: buffers of half of level 2 (a thread), of a quarter of level 3, of as many
 * bytes as the model has, and of four times level 3. */
typedef enum { BENCH_L2, BENCH_L3, BENCH_MODEL, BENCH_MEMORY, BENCH_N_PLACES } BenchPlace;

typedef struct {
  size_t bytes; /* of the buffer with all threads */
  double gbs;   /* largest of the rounds          */
} BenchTraffic;

/* A step of the net's schedule: a layer with what runs in the same pass, or something between
 * layers. */
typedef struct {
  const char *name, *kind;
  int layer;                      /* of the floor's; -1: nothing that a listing has */
  double forward_ms, backward_ms; /* medians of rounds                              */
} BenchPart;

enum { BENCH_ONE, BENCH_ALL, BENCH_N_CROWDS }; /* threads */

typedef struct {
  BenchSpec spec;
  int threads;
  BenchSpread train_ms, infer_ms; /* of a step */
  double gflops[THAW_N_ISAS][BENCH_N_CROWDS];
  BenchTraffic traffic[BENCH_N_PLACES][2][BENCH_N_CROWDS]; /* [][READ, UPDATE][] */
  BenchTraffic pass[BENCH_N_CROWDS];                       /* ADAM, over 0.4 million parameters */
  BenchSpread round_trip_ns;                               /* between two cores, of rounds */
  Floor *train_floor, *infer_floor;                        /* train_floor: NULL without training */
  uint64_t train_activation_bytes, infer_activation_bytes;
  uint64_t train_peak_resident_bytes; /* of the process after the first training steps, before
                                         anything else was measured */
  BenchPart *parts;                   /* NULL: not asked for */
  int n_parts;
  int *part_of;        /* of each layer of the floors: the part that runs it; -1: none */
  double optimizer_ms; /* median of rounds; NaN: not measured */
  uint64_t parameters, live_parameters, trainable;
} Bench;

/* Measures. NULL when the model does not fit the size or memory. (transfer full) */
Bench *bench_run (const BenchSpec *spec, GError **error);
void bench_free (Bench *bench);
double bench_peak_gflops (const Bench *bench); /* the largest measured */
const char *bench_place_name (BenchPlace place);
double bench_per_second (const Bench *bench, BenchSpread ms); /* images */

/* What it was measured with: no figure is worth much without. */
extern const char *const bench_variables[]; /* of the environment, that change what BLAS does; NULL
                                               at the end */
char *bench_processor (void);               /* its name, or the kind it is of (transfer full) */

void bench_print_json (const Bench *bench);
void bench_print_text (const Bench *bench);
void bench_print_layers (const Bench *bench); /* the last part of the text */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)
