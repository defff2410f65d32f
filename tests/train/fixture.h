/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tiny data set that can be learned, a keeper that records what a trainer reports, and runs of
 * MobileNetV3-Small over it. Everything lies below one temporary folder. */
#pragma once

#include "train-private.h"

#define TRAIN_IMAGES 60
#define TRAINED 48 /* of them, after the split */
#define BATCH 14   /* 4 batches an epoch, the last one of 6 */
#define BATCHES 4

typedef struct {
  char *home;         /* temporary folder, removed by fixture_close */
  ThawDataset *set;   /* 10 classes; 60 training images, 48 of them after the split; 20 for test */
  ThawDataset *other; /* the same, one pixel differs */
} Fixture;

void fixture_open (Fixture *fixture);
void fixture_close (Fixture *fixture);
char *fixture_folder (const Fixture *fixture, const char *name); /* new, empty (transfer full) */

/* What a trainer reported, and what to answer to its questions. */
typedef struct _Keeper Keeper;
struct _Keeper {
  GString *events;    /* "frozen@0 thawed@2 " */
  GPtrArray *details; /* of these events */
  GArray *iterations; /* ThawIteration */
  GArray *epochs;     /* ThawEpoch */
  GPtrArray *lasts;   /* paths, as committed */
  GPtrArray *bests;
  GPtrArray *retired;
  GPtrArray *saved; /* answers to THAW_ASK_SAVE: paths, "" for none */
  double test_loss, test_accuracy;
  char *tested; /* weights_kind */
  bool hashes;  /* compare the hash of each file with what was said */
  int asked, evaluations;
  ThawAsk (*answer) (Keeper *keeper); /* (nullable) */
  uint64_t at;                        /* for `answer`: the step of interest */
  int state;                          /* for `answer` */
  const char *refuse;                 /* name of a hook that fails */
  void (*on_iteration) (Keeper *keeper, const ThawIteration *iteration);
  void *user;
  ThawTrainer *trainer; /* of the run in progress */
  char *folder;         /* (nullable) of run_whole: it goes with the keeper */
};
void keeper_init (Keeper *keeper);
void keeper_clear (Keeper *keeper);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keeper, keeper_clear)
const char *keeper_last (const Keeper *keeper); /* the newest "last" */
/* STOP once `at` iterations are done. */
ThawAsk answer_stop (Keeper *keeper);

typedef struct {
  const Fixture *fixture;
  const ThawRecipe *recipe;
  const char *folder, *resume;
  const ThawStateDict *weights;
  const ThawDataset *set; /* NULL: the fixture's */
  int threads, loader_threads;
} Run;

/* Defaults that make a short run, then `...` assignments, ended by NULL. (transfer full) */
ThawRecipe *short_recipe (const char *first, ...) G_GNUC_NULL_TERMINATED;
/* One run; errors are returned. */
gboolean run_try (const Run *run, Keeper *keeper, ThawTrainEnd *end, GError **error);
/* One run that has to end like this. */
void run_expect (const Run *run, Keeper *keeper, ThawTrainEnd end);
/* thaw_trainer_new has to fail in this domain and code, with all of these words in its sentence. */
void run_refused (const Run *run, GQuark domain, int code, const char *words);

/* A run of its own from the beginning to its end; begins the keeper, with which its files go. */
void run_whole (const Fixture *fixture, const ThawRecipe *recipe, int threads, Keeper *keeper);
/* The same run, stopped by `answer` at `at`, and gone on with by another trainer on more threads:
 * what `whole` measured, and its weights. */
void run_interrupted (const Fixture *fixture,
                      const ThawRecipe *recipe,
                      ThawAsk (*answer) (Keeper *keeper),
                      uint64_t at,
                      const Keeper *whole);
/* What `part` measured is what `whole` did there, to the bit, whatever it is. */
void assert_same_number (double a, double b);
void assert_same_course (const Keeper *part, const Keeper *whole);
/* And so is what came of it. last: the newest "last" of `part`, or of before it. */
void assert_same_end (const Keeper *part, const char *last, const Keeper *whole);
/* With these assignments, ended by NULL. (transfer full) */
ThawRecipe *recipe_with (const ThawRecipe *recipe, const char *const *more);

/* Tensors of two files are the same, name by name and byte by byte; those that begin with `prefix`.
 */
void assert_same_tensors (const char *a, const char *b, const char *prefix);
bool same_tensors (const char *a, const char *b, const char *prefix);
guint files_in (const char *folder);
void remove_tree (const char *path); /* which may be nowhere */
