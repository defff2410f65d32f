/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share: the trainer's state, and how its parts hand control on. */
#pragma once

#include "thaw-train.h"

#include <inttypes.h>

/* How a part of the work ended. FAILED exactly when an error is set. */
typedef enum { THAW_FLOW_ON, THAW_FLOW_STOP, THAW_FLOW_NOT_FINITE, THAW_FLOW_FAILED } ThawFlow;

/* START: nothing has been frozen or thawed yet. A run without a frozen phase goes straight to
 * THAWED. */
typedef enum { THAW_PHASE_START, THAW_PHASE_FROZEN, THAW_PHASE_THAWED } ThawPhase;

/* Where a run is: all of it goes into a checkpoint. */
typedef struct {
  ThawPhase phase;
  int stage;      /* FROZEN: steps of freeze.steps that were taken */
  int epoch;      /* epochs completed: the number of the one under way */
  uint32_t batch; /* batches done of the epoch under way; all of them: its evaluation is due */
  uint64_t step;  /* iterations done */
  double loss_of_images;  /* sum over the epoch's batches so far of loss * images */
  double loss_of_batches; /* sum of their losses */
  uint64_t correct, seen; /* images */
  double seconds;         /* spent on these batches */
  int best_epoch;         /* from 0; -1: none */
  double best_accuracy;   /* NaN: none */
  char *best_file;        /* name within the folder; NULL: none */
  char *best_sha256;
  bool best_averaged;  /* the best weights are the average */
  double watched_best; /* early stopping: best of what it watches; NaN: nothing seen yet */
  int without_gain;    /* early stopping: epochs since */
} ThawPosition;

/* A "last" that is kept, and the best weights that it refers to. */
typedef struct {
  char *path;
  char *best_file; /* (nullable) */
} ThawKept;

/* What a frozen backbone makes of images, kept. */
typedef struct _ThawFeatures ThawFeatures;

struct _ThawTrainer {
  const ThawRecipe *recipe;
  const ThawDataset *set;
  ThawPool *pool;
  ThawTrainHooks hooks;
  char *folder; /* absolute */
  int loader_threads;
  char *recipe_json, *recipe_hash;
  char *note; /* (nullable) */

  const ThawModel *model;
  ThawNet *net;
  ThawSplit *split;
  const uint32_t *evaluated; /* images of the set that is measured after each epoch */
  uint32_t n_evaluated;
  uint32_t *clean; /* training images of the clean pass */
  uint32_t n_clean;
  uint32_t *order; /* of the epoch under way: [n_train] */
  uint32_t batches;
  ThawPipeline *train_pipeline, *plain_pipeline;
  ThawFeatures *features; /* NULL: the backbone works each time */
  float *dlogits;         /* [batch_size][classes] */
  ThawLoss *loss;

  ThawOptimizer *optimizer;
  ThawSchedule *schedule;
  ThawEma *ema;  /* (nullable) */
  bool averaged; /* the average stands in the net's place, see average.c */
  int *slots;    /* optimiser slot -> number of the net's parameter */
  int n_slots;
  ThawOptimizerTask *tasks; /* of the parameters that train in this phase */
  int n_tasks;
  int *task_of;  /* [parameters of the net]: its task; -1: none */
  double *rates; /* [n_tasks]: factors of the rate in force */
  int *block;    /* [parameters of the net]: its block, counted from the head */
  int n_blocks;
  uint64_t trainable; /* values that train in this phase */
  uint64_t parameters;

  ThawPosition at;
  bool saved;         /* the newest checkpoint is of exactly this position */
  gint64 saved_at_us; /* monotonic */
  GPtrArray *lasts;   /* of ThawKept, oldest first */
  GPtrArray *bests;   /* file names */

  bool ran, resumed;
  bool stop_after_epoch, pause_asked;
  char *why; /* the sentence of what is not finite */
};

/* Times and the look at the disk, replaceable in tests. */
typedef struct {
  uint64_t (*free_bytes) (const char *folder); /* G_MAXUINT64: cannot tell */
  gint64 tick_us;                              /* between two looks at requests while waiting */
  gint64 room_us;         /* between two looks at the disk while there is no room */
  gint64 interval_us;     /* between two checkpoints within an epoch */
  uint64_t feature_bytes; /* that features may take; 0: half of the machine's memory */
} ThawTrainTuning;
extern ThawTrainTuning thaw_train_tuning;

/* events.c: FALSE with error when the hook refused. detail (nullable) */
gboolean thaw_train_emit (
    ThawTrainer *trainer, ThawTrainEventKind kind, int epoch, const char *detail, GError **error);
/* A hook that returned FALSE without an error gets one. Always FALSE. */
gboolean thaw_train_hook_failed (const char *hook, GError **error);

/* "NaN", "infinite": what a number is that is not finite, for sentences. */
const char *thaw_train_not_finite (double value);

/* control.c: looks at requests once. STOP and pause save a checkpoint first. */
ThawFlow thaw_control_poll (ThawTrainer *trainer, GError **error);
/* Waits for the time of another look at the disk; STOP when asked to. */
ThawFlow thaw_control_wait_room (ThawTrainer *trainer);

/* phase.c: what trains in an epoch, and memory for it; no events. */
gboolean thaw_phase_set (ThawTrainer *trainer, int epoch, GError **error);
/* Whether the freeze plan fits the backbone; numbers its blocks. */
gboolean thaw_phase_check (ThawTrainer *trainer, GError **error);
/* At the start of an epoch or of a resumed run: freezes, thaws or does nothing. */
ThawFlow thaw_phase_enter (ThawTrainer *trainer, GError **error);

/* epoch.c: batches of the epoch under way that are still to do. */
ThawFlow thaw_epoch_train (ThawTrainer *trainer, GError **error);
/* The batches of at.epoch from at.batch on. */
ThawLoaderSpec thaw_epoch_batches (ThawTrainer *trainer);
/* Forward and loss; the loss's gradient goes to trainer->dlogits. */
ThawIteration thaw_epoch_forward (ThawTrainer *trainer, const ThawBatch *batch);

/* features.c: whether the recipe wants them kept in an epoch; of all images, in bytes (0: there are
 * none); whether what the recipe wants can be (`fresh`: memory for it, too). */
bool thaw_features_due (const ThawTrainer *trainer, int epoch);
uint64_t thaw_features_bytes (const ThawTrainer *trainer);
gboolean thaw_features_check (ThawTrainer *trainer, bool fresh, GError **error);
/* Computes trainer->features, if they are due and not there. */
ThawFlow thaw_features_make (ThawTrainer *trainer, GError **error);
/* Those of a batch's images into the net, for thaw_net_forward_from_features. */
void thaw_features_enter (const ThawFeatures *features, ThawNet *net, const ThawBatch *batch);
void thaw_features_free (ThawFeatures *features);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawFeatures, thaw_features_free)

/* feed.c: batches as the spec says; with features (nullable), whose images need not be prepared:
 * x is NULL then. FALSE: no memory. */
typedef struct {
  ThawLoader *loader; /* NULL: of features */
  const ThawFeatures *features;
  ThawLoaderSpec spec;
  ThawBatch next;
} ThawFeed;
gboolean thaw_feed_open (ThawFeed *feed,
                         const ThawLoaderSpec *spec,
                         const ThawFeatures *features,
                         GError **error);
const ThawBatch *thaw_feed_next (ThawFeed *feed); /* as thaw_loader_next */
void thaw_feed_close (ThawFeed *feed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ThawFeed, thaw_feed_close)

/* mixing.c: copies a batch into the net's input, mixed as the recipe says. */
ThawMix thaw_mixing_enter (ThawTrainer *trainer, const ThawBatch *batch);
/* Its loss; the gradient goes to trainer->dlogits. *correct: pictures of whose two labels the one
 * with the greater share, or of equals their own, has the largest logit. */
double thaw_mixing_loss (ThawTrainer *trainer,
                         const ThawMix *mix,
                         const ThawBatch *batch,
                         const float *logits,
                         int *correct);

/* weigh.c: the recipe's loss, with class weights for these images. (transfer full) */
gboolean thaw_weigh_classes (const ThawRecipe *recipe,
                             const ThawDataset *set,
                             const ThawSplit *split,
                             ThawLoss **loss,
                             GError **error);

/* average.c: nothing happens where the recipe wants no average. */
gboolean thaw_average_make (ThawTrainer *trainer, GError **error);
void thaw_average_begin (ThawTrainer *trainer); /* with the initial weights */
void thaw_average_step (ThawTrainer *trainer);  /* after trainer->at.step was counted */
/* Puts the average in the weights' place, or takes it away again. */
void thaw_average_show (ThawTrainer *trainer, bool averaged);
gboolean thaw_average_save (ThawTrainer *trainer, ThawStateDict *dict, GError **error);
gboolean thaw_average_restore (ThawTrainer *trainer,
                               const ThawStateDict *dict,
                               const char *path,
                               GError **error);

/* early.c: early stopping. */
bool thaw_early_is_over (const ThawTrainer *trainer);
void thaw_early_look (ThawTrainer *trainer, const ThawScore *score); /* at the end of an epoch */
gboolean thaw_early_say (ThawTrainer *trainer, GError **error);      /* the event, if it is over */

/* subset.c: `n` of the split's training images, each class by its share, the same every time.
 * (transfer full) */
uint32_t *thaw_clean_subset (const ThawDataset *set, const ThawSplit *split, uint32_t n);

/* evaluate.c: the error of a loader that could not be had. */
ThawFlow thaw_train_no_memory (int batch_size, GError **error);
typedef struct {
  ThawNet *net;
  const ThawDataset *set;
  const uint32_t *images;
  uint32_t n;
  const ThawPipeline *pipeline;
  const ThawFeatures *features; /* (nullable) of these images, for the net's plan in force */
  int batch_size;
  ThawLossMean mean;
  int loader_threads;
  bool flip;            /* as evaluate.flip   */
  uint64_t seed, epoch; /* for a pipeline with random transforms */
  /* (nullable) after each batch: images done so far; anything but ON ends it */
  ThawFlow (*tick) (void *user, uint32_t done, GError **error);
  void *user;
} ThawEvaluation;
ThawFlow thaw_evaluation_run (const ThawEvaluation *evaluation, ThawScore *score, GError **error);
int thaw_loader_threads (int wanted);

/* score.c: the evaluation that ends an epoch; the test that ends a run */
typedef struct {
  ThawScore raw, ema, clean; /* ema: with the average of the weights; NaN: none, not asked for */
} ThawScores;
ThawFlow thaw_score_epoch (ThawTrainer *trainer, ThawScores *scores, GError **error);
ThawFlow thaw_score_test (ThawTrainer *trainer, GError **error);

/* commit.c: ends the epoch under way: best, schedule, files, hook, retirement, events. */
ThawFlow thaw_commit_epoch (ThawTrainer *trainer, const ThawScores *scores, GError **error);
/* A checkpoint of this position, unless there is one. */
ThawFlow thaw_commit_position (ThawTrainer *trainer, GError **error);

/* checkpoint.c: what a checkpoint holds. NULL with error when memory is short. (transfer full) */
#define THAW_CHECKPOINT_FORMAT "thaw-checkpoint/1"
#define THAW_CHECKPOINT_MODEL "model."
#define THAW_CHECKPOINT_OPTIMIZER "optimizer."
#define THAW_CHECKPOINT_AVERAGE "ema."
ThawStateDict *thaw_checkpoint_last (ThawTrainer *trainer, GError **error);
ThawStateDict *thaw_checkpoint_best (ThawTrainer *trainer);
/* Where it goes on, for a "last"; set just before writing. */
void thaw_checkpoint_describe (ThawTrainer *trainer, ThawStateDict *dict, const char *kind);
/* Name of a tensor that is not finite, or NULL. (transfer none) */
const char *thaw_checkpoint_not_finite (const ThawStateDict *dict);

/* restore.c: everything of a "last" into a trainer that is otherwise ready. */
gboolean thaw_restore (ThawTrainer *trainer, const char *path, GError **error);

/* info.c: reads a file of ours; *info is filled. NULL with error otherwise. (transfer full) */
ThawStateDict *thaw_checkpoint_read (const char *path, ThawCheckpointInfo *info, GError **error);
/* A number of the metadata, decimal digits up to `max`, or as g_ascii_dtostr writes them. */
gboolean thaw_meta_count (const ThawStateDict *dict,
                          const char *path,
                          const char *key,
                          uint64_t max,
                          uint64_t *value,
                          GError **error);
gboolean thaw_meta_real (
    const ThawStateDict *dict, const char *path, const char *key, double *value, GError **error);
gboolean thaw_meta_text (const ThawStateDict *dict,
                         const char *path,
                         const char *key,
                         const char **value,
                         GError **error);

/* keeper.c: the files of a run's folder. */
typedef struct {
  char *path, *sha256;
  uint64_t bytes;
} ThawWritten;
void thaw_written_clear (ThawWritten *written);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ThawWritten, thaw_written_clear)
/* Is `name` what we call a checkpoint of `kind` ("last", "best"; NULL: either)? Never a path. */
bool thaw_keeper_is_ours (const char *name, const char *kind);
/* Writes `dict` as `kind` for this position under a name that is free. While there is no room, or
 * writing fails twice: a pause that ends by itself. */
ThawFlow thaw_keeper_write (ThawTrainer *trainer,
                            const ThawStateDict *dict,
                            const char *kind,
                            ThawWritten *written,
                            GError **error);
/* A committed "last" of this position; older files are retired. */
gboolean thaw_keeper_keep (ThawTrainer *trainer, const char *path, GError **error);
/* Learns what the folder holds already; `resume` (nullable) is the newest. */
void thaw_keeper_look (ThawTrainer *trainer, const char *resume);
void thaw_kept_free (ThawKept *kept);
