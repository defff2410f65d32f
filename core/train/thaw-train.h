/* SPDX-License-Identifier: GPL-3.0-or-later */
/* train: the loop: freeze plan, epochs, evaluation, checkpoints. Knows nothing of SQLite: whoever
 * runs it passes hooks.
 *
 * A run's folder holds its checkpoints: `last-EEEEE-SSSSSSSS.safetensors` (all that is needed to go
 * on) and `best-EEEEE-SSSSSSSS.safetensors` (the weights of the best epoch, PyTorch's names); E
 * counts epochs completed, S iterations; a "-2" and so on is added where the name is taken. Files
 * are written by the protocol of thaw-formats.h, reported to a hook, which makes them count (its
 * transaction), and retired only after that. The last two "last" are kept, with the best weights
 * that each of them refers to.
 *
 * All state is in a "last": model, optimiser, schedule, position within the epoch and its running
 * sums; random numbers are functions of (seed, epoch, image, step). So a run that goes on from any
 * of its checkpoints ends with the same bits. */
#pragma once

#include "thaw-augment.h"
#include "thaw-base.h"
#include "thaw-data.h"
#include "thaw-formats.h"
#include "thaw-models.h"
#include "thaw-nn.h"
#include "thaw-optim.h"
#include "thaw-recipe.h"

G_BEGIN_DECLS

#define THAW_TRAIN_ERROR (thaw_train_error_quark ())
GQuark thaw_train_error_quark (void);
typedef enum {
  THAW_TRAIN_ERROR_SETUP,      /* recipe, data and weights do not fit together   */
  THAW_TRAIN_ERROR_NOT_FINITE, /* the loss is NaN or infinite                    */
  THAW_TRAIN_ERROR_SPACE,      /* no room for a checkpoint                       */
  THAW_TRAIN_ERROR_CHECKPOINT, /* a checkpoint that does not fit or is damaged   */
  THAW_TRAIN_ERROR_RANGE,      /* a range test that suggests nothing             */
  THAW_TRAIN_ERROR_HOOK, /* the keeper of the run refused (its own error is passed on where there is
                            one) */
} ThawTrainError;

typedef enum {
  THAW_EVENT_FROZEN,
  THAW_EVENT_THAWED,
  THAW_EVENT_RATE_DROPPED,
  THAW_EVENT_PAUSED,
  THAW_EVENT_CONTINUED,
  THAW_EVENT_RESUMED,
  THAW_EVENT_STOPPED,
  THAW_EVENT_NOT_FINITE,
  THAW_EVENT_TEST_OPENED,
  THAW_EVENT_STOPPED_EARLY, /* the run goes on to its end from here: the test, then finished */
  THAW_EVENT_FINISHED,
} ThawTrainEventKind;
const char *
thaw_train_event_name (ThawTrainEventKind kind); /* "frozen", "thawed", "rate-dropped", ... */

typedef struct {
  uint64_t step;      /* global iteration, from 0 */
  int epoch;          /* from 0 */
  int batch, batches; /* within the epoch */
  int images;         /* in this batch */
  double loss;        /* may be NaN or infinite, just before the run stops */
  double lr;
  int correct; /* largest logit at the label. Of a mixed picture (Mixup, CutMix): at the label that
                  has the greater share in it; of equal shares, its own */
} ThawIteration;

typedef struct {
  int epoch;     /* from 0 */
  uint64_t step; /* iterations done so far */
  bool frozen;
  double lr;                         /* of its last iteration */
  double train_loss, train_accuracy; /* gathered while weights change; accuracy 0..1 */
  double clean_loss, clean_accuracy; /* second pass over a fixed part of the training images; NaN
                                        when not asked for */
  double loss, accuracy;             /* of the evaluated set (validation or test) */
  double ema_loss, ema_accuracy;     /* the same with averaged weights; NaN: no average */
  ThawEvalSet set;
  double seconds; /* training part */
  double images_per_second;
  uint64_t trainable; /* parameters */
  bool best;
  bool best_averaged; /* best: the averaged weights are better than the others, and kept */
} ThawEpoch;

typedef struct {
  const char *path; /* absolute */
  const char *kind; /* "last", "best" */
  const char *sha256;
  uint64_t bytes;
  int epoch;     /* epochs completed */
  uint64_t step; /* iterations completed */
} ThawCheckpointFile;

typedef enum {
  THAW_ASK_NOTHING,
  THAW_ASK_PAUSE,
  THAW_ASK_CONTINUE,
  THAW_ASK_STOP,
  THAW_ASK_STOP_EPOCH,
  THAW_ASK_SAVE /* a checkpoint of this position; answered by the hook `saved` */
} ThawAsk;

/* Called from the training thread. Each may be NULL. A FALSE return with error ends the run after
 * what is safe is kept. */
typedef struct {
  void *user;
  gboolean (*event) (void *user,
                     ThawTrainEventKind kind,
                     int epoch,
                     uint64_t step,
                     const char *detail,
                     GError **error);
  gboolean (*iteration) (void *user, const ThawIteration *iteration, GError **error);
  /* An epoch with the files that belong to it: to be committed in one transaction. `best` is NULL
   * when this epoch is not the best. */
  gboolean (*epoch) (void *user,
                     const ThawEpoch *epoch,
                     const ThawCheckpointFile *last,
                     const ThawCheckpointFile *best,
                     GError **error);
  /* A checkpoint within an epoch (pause, stop, or after each five minutes). */
  gboolean (*checkpoint) (void *user, const ThawCheckpointFile *last, GError **error);
  /* The final measurement on the test set, if the recipe asks for it. */
  gboolean (*test) (
      void *user, double loss, double accuracy, const char *weights_kind, GError **error);
  /* After a commit: each file that the trainer is about to delete is first named here (row first,
   * file after). It may be one of an earlier attempt that has no row. */
  gboolean (*retire) (void *user, const char *path, GError **error);
  ThawAsk (*ask) (void *user); /* after each batch, and every 100 ms while paused */
  /* After THAW_ASK_SAVE: the newest checkpoint, which is of this position; NULL: there is no room
   * for one. */
  void (*saved) (void *user, const char *path);
  /* While evaluating: part done 0..1, for the progress line. */
  void (*evaluating) (void *user, int epoch, double done);
} ThawTrainHooks;

/* recipe, set and pool must outlive the trainer; the rest is not used after thaw_trainer_new. */
typedef struct {
  const ThawRecipe *recipe;
  const ThawDataset *set;
  const ThawStateDict *weights; /* pretrained, or NULL: random */
  const char *weights_source;   /* for messages */
  const char *folder;           /* of the run; exists; NULL: set later, before the run */
  const char *resume; /* (nullable) a "last" checkpoint to go on from; `weights` are not needed */
  ThawPool *pool;
  int loader_threads; /* 0: chosen */
  ThawTrainHooks hooks;
} ThawTrainSpec;

typedef enum { THAW_END_FINISHED, THAW_END_STOPPED, THAW_END_NOT_FINITE } ThawTrainEnd;

typedef struct _ThawTrainer ThawTrainer;
/* Checks that everything fits, before anything is written: a run that cannot start leaves no trace.
 * (transfer full) */
ThawTrainer *thaw_trainer_new (const ThawTrainSpec *spec, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_trainer_free (ThawTrainer *trainer);
/* Where checkpoints go, when spec.folder was not known yet (NULL) at thaw_trainer_new: before
 * thaw_trainer_run. */
void thaw_trainer_set_folder (ThawTrainer *trainer, const char *folder);
/* A sentence about replaced heads and the like, or NULL. (transfer none) */
const char *thaw_trainer_note (const ThawTrainer *trainer);
/* (transfer none); after a run that ended with a test: the weights that were tested. */
ThawNet *thaw_trainer_net (ThawTrainer *trainer);
const ThawSplit *thaw_trainer_split (const ThawTrainer *trainer);
/* Trains to the end, a stop, or an error; once. FALSE with error for everything that is not one of
 * ThawTrainEnd. With no room for a checkpoint the run pauses (event, with the sentence), looks at
 * the disk every 3 s and goes on by itself; asked to stop then, it ends with the checkpoint before.
 * With no hook `ask` there is nobody to wait for: THAW_TRAIN_ERROR_SPACE. NOT_FINITE leaves the
 * last good checkpoints; the event says what was found. */
gboolean thaw_trainer_run (ThawTrainer *trainer, ThawTrainEnd *end, GError **error);

/* --- The range test: which learning rate to begin with
 * -------------------------------------------------------------- */
typedef struct {
  double from, to; /* rates, rising by the same factor each step */
  int steps;
  double stop;                                  /* ends when the smoothed loss is so many times its
                                                   least: 4 is usual */
  bool (*tick) (void *user, unsigned int done); /* (nullable) after each step; false: enough */
  void *user;
} ThawRangeTest;
typedef struct {
  double lr, loss, smooth; /* smooth: a mean of the losses so far, later ones weighing more */
} ThawRangePoint;
/* Trains what trains at the trainer's position, from its weights, on its batches; then all is as it
 * was, and the trainer may still run. The last point may be that of a loss which is not finite.
 * Bits do not depend on threads. Of ThawRangePoint (transfer full) */
GArray *thaw_trainer_range_test (ThawTrainer *trainer, const ThawRangeTest *range, GError **error);
typedef enum {
  THAW_RANGE_STEEPEST, /* where the loss falls fastest            */
  THAW_RANGE_TENTH,    /* a tenth of where it is least            */
  THAW_RANGE_VALLEY,   /* half way down the slope to its least    */
  THAW_N_RANGE_HINTS
} ThawRangeHintKind;
typedef struct {
  double lr;
  char *reason; /* a sentence */
} ThawRangeHint;
/* THAW_TRAIN_ERROR_RANGE with a sentence where the loss does not fall. */
gboolean
thaw_range_suggest (const GArray *points, ThawRangeHint hints[THAW_N_RANGE_HINTS], GError **error);
const char *thaw_range_hint_name (ThawRangeHintKind kind); /* "steepest", "tenth", "valley" */
void thaw_range_hints_clear (ThawRangeHint hints[THAW_N_RANGE_HINTS]);

/* Loss and accuracy of a net over images, in eval mode. The loss is cross-entropy, whatever a
 * recipe trains with, so that runs can be compared. Batches of `batch_size`, for which the net was
 * planned (in either mode). `pipeline` has no random transforms. loader_threads 0: chosen. Without
 * memory for a batch, or with n = 0, both are NaN. */
typedef struct {
  double loss, accuracy;
} ThawScore;
void thaw_evaluate (ThawNet *net,
                    const ThawDataset *set,
                    const uint32_t *images,
                    uint32_t n,
                    const ThawPipeline *pipeline,
                    int batch_size,
                    ThawLossMean mean,
                    int loader_threads,
                    ThawScore *score);

/* Weights of a checkpoint ("last" or "best") as PyTorch's state_dict, without optimiser state.
 * (transfer full) */
ThawStateDict *thaw_checkpoint_weights (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Everything that a checkpoint says of itself, and what `predict` needs beside the weights. */
typedef struct {
  char *kind;     /* "last", "best" */
  int epoch;      /* epochs completed; for "best": up to and with the best one */
  uint64_t step;  /* iterations completed */
  uint32_t batch; /* batches done of the epoch under way; 0 at an epoch's boundary */
  char *recipe;   /* canonical JSON */
  char *recipe_hash;
  char *data_fingerprint;
  char *model;        /* "mobilenet_v3_small" */
  char **class_names; /* NULL-terminated */
  int n_classes;
  int size;               /* side of the input, px */
  double mean[3], std[3]; /* normalisation */
  int best_epoch;         /* from 0; -1: none yet */
  double best_accuracy;   /* NaN: none yet */
  bool best_averaged;     /* the best weights are the average; for a "best": so are these */
  char *best_file; /* "last": name within the same folder of the best weights so far (nullable) */
} ThawCheckpointInfo;
gboolean thaw_checkpoint_info (const char *path, ThawCheckpointInfo *info, GError **error);
void thaw_checkpoint_info_clear (ThawCheckpointInfo *info);

/* Bytes that have to be free before a checkpoint of so many is written. */
uint64_t thaw_checkpoint_room (uint64_t bytes);

/* For whoever holds the run's lock, before a trainer starts: deletes `.part` files and checkpoints
 * in `folder` that `keep_names` (names within the folder, NULL-terminated) lacks; other files are
 * left alone. Returns how many went; what cannot be deleted is left. */
int thaw_checkpoints_tidy (const char *folder, const char *const *keep_names);

/* Lets the optimiser defer the steps of what no data reaches (thaw_net_dead_spans), and the net
 * call on it before anybody gets at values. slots[s]: the parameter of slot s. Before the first
 * step. The optimiser must be there as long as the net, or until thaw_net_set_catch_up (net, NULL,
 * NULL). A trainer does this by itself. */
void thaw_train_defer (ThawNet *net, ThawOptimizer *optimizer, const int *slots, int n_slots);

/* What learns: a net and its optimiser. */
typedef struct {
  ThawNet *net;
  ThawOptimizer *optimizer;
  const ThawOptimizerTask *tasks; /* of the parameters that train */
  int n_tasks;
  const int *task_of;  /* [parameters of the net]: its task; -1: none */
  const double *rates; /* [n_tasks]: factor of the rate; NULL: 1 for all */
  gint64 *spent_us;    /* time of the optimiser, added (nullable) */
  ThawClip clip;       /* zeros: gradients are not clipped */
} ThawLearning;
/* thaw_net_backward and thaw_optimizer_step at `lr` in one, the same bits in less time. FALSE:
 * THAW_OPTIM_ERROR_MEMORY; nothing has changed. */
gboolean thaw_train_backward (
    const ThawLearning *learning, const float *dlogits, int n, double lr, GError **error);

/* The whole recipe check: of the recipe, its schedule, its network. Of ThawFinding (transfer full)
 */
GPtrArray *thaw_train_findings (const ThawRecipe *recipe, int classes) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawTrainer, thaw_trainer_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ThawCheckpointInfo, thaw_checkpoint_info_clear)

G_END_DECLS
