/* SPDX-License-Identifier: GPL-3.0-or-later */
/* db: the SQLite store: runs, attempts, metrics, events, artifacts, requests. The database is the
 * wire between the worker, the command line and the window. The face of the room: all SQL is behind
 * it.
 *
 * One ThawStore a thread; not across fork. Every write is one short transaction (BEGIN IMMEDIATE);
 * a call that returns TRUE has been committed with synchronous=FULL. Times are Unix milliseconds,
 * for people; order is by sequence numbers. */
#pragma once

#include "thaw-recipe.h"
#include <glib.h>

G_BEGIN_DECLS

#define THAW_DB_ERROR (thaw_db_error_quark ())
GQuark thaw_db_error_quark (void);
typedef enum {
  THAW_DB_ERROR_IO,      /* cannot open, disk full, damaged     */
  THAW_DB_ERROR_NEWER,   /* a store of a newer version: untouched */
  THAW_DB_ERROR_FOREIGN, /* not a store of ours: untouched      */
  THAW_DB_ERROR_BUSY,    /* locked for longer than we wait      */
  THAW_DB_ERROR_NO_RUN,  /* no such run, or more than one       */
  THAW_DB_ERROR_ALIVE,   /* a worker holds the run's lock       */
  THAW_DB_ERROR_FULL,    /* no space left                       */
  THAW_DB_ERROR_VALUE,   /* a name or a tag that cannot be kept */
  THAW_DB_ERROR_STATE,   /* not for a run in this state         */
  THAW_DB_ERROR_DAMAGED, /* parts of the file are not what was written: untouched */
} ThawDbError;

#define THAW_STORE_APPLICATION_ID 0x54484157
#define THAW_STORE_VERSION 2

typedef struct _ThawStore ThawStore;
typedef enum {
  THAW_STORE_READ,
  THAW_STORE_WRITE
} ThawStoreMode; /* WRITE makes the folder and the file if need be */

/* THAW_HOME, else XDG_DATA_HOME/thaw. (transfer full) */
char *thaw_store_default_home (void);
/* HOME/store.db, or the one that HOME/store.use names: thaw_store_begin_beside. (transfer full) */
char *thaw_store_file (const char *home);
/* Opens the home's store. READ of a home without a store: an empty store in memory, so listings are
 * simply empty. READ of a store that is newer, damaged or may not be written to opens what of it
 * can be read, without changing a byte: see thaw_store_trouble. WRITE refuses such a store. */
ThawStore *
thaw_store_open (const char *home, ThawStoreMode mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_store_close (ThawStore *store);
const char *thaw_store_home (const ThawStore *store);
char *thaw_store_run_folder (const ThawStore *store,
                             const char *run_id); /* HOME/runs/ID (transfer full) */
/* Changes whenever another connection commits (PRAGMA data_version), and when a store appears in a
 * home that had none. */
gint64 thaw_store_data_version (ThawStore *store);
/* For a program that writes and has nothing to do for a while: folds the log into the store if
 * nobody is in the way. Never needed for safety. */
void thaw_store_idle (ThawStore *store);

/* --- A store with which something is the matter
 * -------------------------------------------------------- */
typedef enum {
  THAW_STORE_SOUND,   /* as far as was looked                                     */
  THAW_STORE_LOCKED,  /* it may be read, not written                              */
  THAW_STORE_NEWER,   /* of a newer Thaw: what this one knows of it can be read    */
  THAW_STORE_DAMAGED, /* parts cannot be read                                     */
} ThawStoreTrouble;
/* What is known so far: damage shows when what it hit is read. Reading steps over it: a run whose
 * row is gone is listed by its id, as failed; of rows that are gone, the others are returned. */
ThawStoreTrouble thaw_store_trouble (const ThawStore *store);
/* A sentence or two: what is the matter, what can be done; names the runs that are hit. NULL:
 * sound. (transfer full) */
char *thaw_store_trouble_text (const ThawStore *store);
/* Calls func for each run (once) when something of it cannot be read. name: never NULL. */
typedef void (*ThawStoreTornFunc) (const char *run_id, const char *name, gpointer user);
void thaw_store_on_torn (ThawStore *store, ThawStoreTornFunc func, gpointer user);
/* Opened for reading: looks through the whole store, which takes about 3 s a GB. */
void thaw_store_look_through (ThawStore *store);
/* Begins an empty store, HOME/store-N.db, beside one that cannot be written, and has everybody use
 * it from here on (HOME/store.use). The other one stays as it is; so do the files of its runs.
 * THAW_DB_ERROR_STATE: the store is sound. *name: its file name (transfer full) */
gboolean thaw_store_begin_beside (const char *home, char **name, GError **error);

/* How the file stands: what `thaw doctor` asks. */
typedef struct {
  char *path; /* of the store in use */
  bool there; /* FALSE: the home has none yet, and the rest says nothing */
  ThawStoreTrouble trouble;
  int version, latest; /* of the file, of this Thaw */
  gint64 bytes, log_bytes;
  char *journal;      /* "wal", "truncate", ...; NULL: not seen, the store was read from a copy */
  bool remote;        /* a network or FUSE disk: the journal has to be "truncate", else "wal" */
  const char *sqlite; /* the library's version */
  bool wal_reset_bug; /* it may lose data when a log is reset: our lock and checkpoints are used */
  GPtrArray *damage; /* of char *: what SQLite's check found, its first sentences; empty: nothing */
  bool only_indices; /* with damage: every row of every table can be read; thaw_store_mend */
  GPtrArray *torn;   /* of char *: "NAME (ID)" of runs that damage hit */
  guint orphans;     /* rows of runs that are not there */
} ThawStoreReport;
/* Looks through the store and changes nothing: an older one stays as old as it is. quick: indices
 * are not held against their tables. Errors as of thaw_store_open; path is set all the same. */
gboolean thaw_store_examine (const char *home, bool quick, ThawStoreReport *report, GError **error);
void thaw_store_report_clear (ThawStoreReport *report);
/* For reading; an older store is read from a copy that was brought up to date, and stays as it is.
 */
ThawStore *thaw_store_open_as_it_is (const char *home, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A store of this version whose tables are whole gets its indices anew: rebuilt from the tables in
 * a temporary file, looked through, and put in place in one transaction. *copy: the store as it
 * was, a file beside it (transfer full). THAW_DB_ERROR_DAMAGED: a table is hurt; nothing changed.
 * THAW_DB_ERROR_BUSY: somebody wrote meanwhile; nothing changed. */
gboolean thaw_store_mend (const char *home, char **copy, GError **error);
/* A copy beside the store, store-before-repair.db or -2 and so on. *path: (transfer full) */
gboolean thaw_store_copy_beside (ThawStore *store, char **path, GError **error);

/* --- Runs ----------------------------------------------------------------------------------------
 */
/* The state a person sees. RUNNING and PAUSED rows whose lock nobody holds are INTERRUPTED, QUEUED
 * ones whose lock somebody holds are STARTING: found by the lock, never by clocks. */
typedef enum {
  THAW_RUN_STARTING,
  THAW_RUN_RUNNING,
  THAW_RUN_PAUSED,
  THAW_RUN_INTERRUPTED,
  THAW_RUN_STOPPED,
  THAW_RUN_FINISHED,
  THAW_RUN_FAILED,
  THAW_RUN_DIVERGED,
  THAW_RUN_QUEUED, /* waits for its turn: new, or stopped before */
} ThawRunState;
const char *thaw_run_state_name (ThawRunState state); /* "running", ... */

typedef struct {
  char *id;   /* 32 hexadecimal digits */
  gint64 seq; /* order of creation */
  char *name;
  ThawRunState state;
  char *message; /* (nullable) why it failed */
  char *recipe;  /* canonical JSON */
  char *recipe_hash;
  char *model;
  char *data_path, *data_title, *data_fingerprint;
  char *weights; /* what was loaded: "random", a path */
  char *machine; /* JSON: cores, threads, BLAS kernel, version of Thaw */
  int epochs, epochs_done;
  uint64_t steps_done;
  gint64 parameters, trainable_frozen, macs;      /* macs of one image at the input size */
  gint64 created_ms, ended_ms;                    /* ended 0: not yet */
  double best_accuracy, test_loss, test_accuracy; /* NaN: none */
  int best_epoch;                                 /* -1: none  */
  int test_opened;                                /* how often the test set was measured */
  int attempt;                                    /* the latest, from 1 */
  char *preset;                                   /* (nullable) where the recipe came from */
  gint64 steps_planned; /* iterations of the whole run; 0: not known       */
  char **tags;          /* sorted, each once, never NULL; read only         */
  bool starred;
  gint64 trashed_ms;  /* 0: not in the trash                              */
  char *group_id;     /* (nullable) the same for runs made together, one a seed */
  gint64 queue_place; /* order in the queue, from 1; 0: not in the queue  */
  gint64 revision;    /* another one after each change of the row         */
} ThawRun;
void thaw_run_free (ThawRun *run);

/* Makes the row (state STARTING), attempt 1 and the run's folder; fills run->id, seq, created_ms.
 */
gboolean thaw_store_add_run (ThawStore *store, ThawRun *run, GError **error);
/* By id, unique beginning of an id (4 digits or more), name, "latest" or "@N" (N-th latest, 1 =
 * latest). Runs in the trash are found by id or name when no other run fits.
 * THAW_DB_ERROR_NO_RUN lists the runs that fit when there are several. (transfer full) */
ThawRun *
thaw_store_find_run (ThawStore *store, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *thaw_store_runs (ThawStore *store, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* of ThawRun, latest first, without trash */
/* Those that a worker holds: starting, running, paused. Few, whatever the number of runs. */
GPtrArray *thaw_store_live_runs (ThawStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *thaw_store_trashed_runs (ThawStore *store, GError **error)
    G_GNUC_WARN_UNUSED_RESULT; /* of ThawRun, latest first */
gboolean thaw_store_set_state (
    ThawStore *store, const char *run_id, ThawRunState state, const char *message, GError **error);
/* The same if the run's row is still as seen was read; else, or when the run is gone, nothing. */
gboolean thaw_store_set_state_if_as_seen (
    ThawStore *store, const ThawRun *seen, ThawRunState state, const char *message, GError **error);
gboolean thaw_store_set_test (ThawStore *store,
                              const char *run_id,
                              double loss,
                              double accuracy,
                              GError **error); /* counts too */

/* What a list shows of a run. */
typedef struct {
  ThawRun *run;    /* gone: id and seq alone */
  float *accuracy; /* [n_epochs] validation accuracy 0..1 of each epoch; NaN: not measured */
  size_t n_epochs;
  gint64 ticked_ms; /* when its worker last committed anything; 0: never */
  bool gone;        /* deleted for good since */
} ThawRunSummary;
void thaw_run_summary_free (ThawRunSummary *summary);
/* Runs that changed after *revision, those in the trash too, latest first; then sets *revision to
 * now. Start with 0: all runs. One read of one moment. A worker that takes a queued run, or dies,
 * commits nothing: of runs that are queued or live, look at thaw_run_alive as well; when that
 * changed, thaw_store_find_run says their state. Of ThawRunSummary. */
GPtrArray *
thaw_store_summaries (ThawStore *store, gint64 *revision, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- What a person says about a run
 * ------------------------------------------------------------------ */
enum { THAW_NAME_MAX = 200, THAW_TAG_MAX = 60, THAW_TAGS_MAX = 32 }; /* characters; tags of a run */
/* Space around a name or a tag does not count. THAW_DB_ERROR_VALUE: empty, too long, control
 * characters; in a tag also a comma. Names need not be unique. */
gboolean thaw_store_rename (ThawStore *store, const char *run_id, const char *name, GError **error);
/* tags: NULL-terminated; replaces those there are. */
gboolean
thaw_store_set_tags (ThawStore *store, const char *run_id, const char *const *tags, GError **error);
gboolean
thaw_store_set_starred (ThawStore *store, const char *run_id, gboolean starred, GError **error);
/* Runs of one group are the same but for their seeds. (nullable): none */
gboolean
thaw_store_set_group (ThawStore *store, const char *run_id, const char *group_id, GError **error);
/* THAW_DB_ERROR_ALIVE while a worker holds it. A queued run keeps its place, and waits. */
gboolean thaw_store_trash (ThawStore *store, const char *run_id, GError **error);
gboolean thaw_store_restore (ThawStore *store, const char *run_id, GError **error); /* undo */
/* For good: its rows, then its folder. Only from the trash (THAW_DB_ERROR_STATE), never alive. What
 * a kill left of a folder goes with the next call. */
gboolean thaw_store_delete_run (ThawStore *store, const char *run_id, GError **error);
/* Ids of runs deleted for good whose folders may still be there; of char * (transfer full) */
GPtrArray *thaw_store_folders_left (ThawStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- The queue: one run trains after the other
 * ------------------------------------------------------- */
/* As thaw_store_add_run, in state QUEUED at the end of the queue; attempt 0, none has begun.
 * thaw_store_begin_attempt and every thaw_store_set_state take a run out of the queue. */
gboolean thaw_store_add_queued_run (ThawStore *store, ThawRun *run, GError **error);
/* The same for n runs, all with these tags (NULL-terminated; NULL: none), in one transaction: after
 * a kill at any moment all of them are there, or none. Fills each run as thaw_store_add_run does.
 */
gboolean thaw_store_add_queued_runs (
    ThawStore *store, ThawRun *const *runs, size_t n, const char *const *tags, GError **error);
/* A run that ended before its end: to the end of the queue, where it goes on.
 * THAW_DB_ERROR_STATE: it is finished, live, queued or in the trash. */
gboolean thaw_store_queue_run (ThawStore *store, const char *run_id, GError **error);
typedef enum { THAW_QUEUE_FIRST, THAW_QUEUE_UP, THAW_QUEUE_DOWN, THAW_QUEUE_LAST } ThawQueueMove;
gboolean
thaw_store_queue_move (ThawStore *store, const char *run_id, ThawQueueMove move, GError **error);
/* Out of the queue; the run is STOPPED. */
gboolean thaw_store_queue_remove (ThawStore *store, const char *run_id, GError **error);
GPtrArray *thaw_store_queue (ThawStore *store,
                             GError **error) /* of ThawRun, next first, without trash */
    G_GNUC_WARN_UNUSED_RESULT;
/* HOME/queue.lock: whoever holds it works the queue. NULL and THAW_DB_ERROR_ALIVE when another
 * process does. */
typedef struct _ThawQueueLock ThawQueueLock;
ThawQueueLock *thaw_queue_lock (ThawStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_queue_unlock (ThawQueueLock *lock);
bool thaw_queue_alive (ThawStore *store); /* somebody holds it */

/* --- The run's lock: held by the worker for life
 * --------------------------------------------------- */
typedef struct _ThawRunLock ThawRunLock;
/* NULL and THAW_DB_ERROR_ALIVE when another process holds it. An open-file-description lock on
 * HOME/runs/ID/lock. */
ThawRunLock *
thaw_run_lock (ThawStore *store, const char *run_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void thaw_run_unlock (ThawRunLock *lock);
/* thaw_store_add_run with the run's lock taken before anybody can see the row, so that a run never
 * looks interrupted while it starts. *lock: (transfer full) */
gboolean thaw_store_start_run (ThawStore *store, ThawRun *run, ThawRunLock **lock, GError **error);
bool thaw_run_alive (ThawStore *store, const char *run_id); /* somebody holds it */

/* --- What the worker writes
 * -------------------------------------------------------------------------- */
/* Each is refused with THAW_DB_ERROR_ALIVE once a later attempt than `attempt` has begun. */
typedef struct {
  gint64 step; /* number of the iteration, from 0; step + 1 are done after it */
  int epoch;   /* from 0                                                      */
  double loss; /* NaN and infinity are kept as such                           */
  double lr;
} ThawIterationRow;
/* Appends a block of iterations in one transaction, and the run's progress. n = 0 is a tick: a
 * commit that shows that the worker lives. */
gboolean thaw_store_add_iterations (ThawStore *store,
                                    const char *run_id,
                                    int attempt,
                                    const ThawIterationRow *rows,
                                    size_t n,
                                    GError **error);
typedef struct {
  int epoch;   /* from 0                                          */
  gint64 step; /* iterations completed at the end of the epoch    */
  bool frozen;
  double lr, train_loss, train_accuracy, clean_loss, clean_accuracy, ema_loss,
      ema_accuracy; /* ema: the evaluated set, with averaged weights */
  double loss,
      accuracy; /* an accuracy of NaN: the pair was not measured; a loss of NaN beside a number: NaN
                 */
  char *set;    /* "validation", "test"; measuring "test" counts as opening it */
  double seconds, images_per_second;
  gint64 trainable;
  bool best; /* so far, by accuracy or ema_accuracy, whichever is greater */
} ThawEpochRow;
void thaw_epoch_row_clear (ThawEpochRow *row);
typedef struct {
  char *file;  /* name within the run's folder */
  char *kind;  /* "last", "best", "saved" */
  int epoch;   /* epochs completed     */
  gint64 step; /* iterations completed */
  gint64 bytes;
  char *sha256;
} ThawArtifact;
void thaw_artifact_free (ThawArtifact *artifact);
/* One transaction: pending iterations, the epoch's row, artifacts, the run's position and best. */
gboolean thaw_store_commit_epoch (ThawStore *store,
                                  const char *run_id,
                                  int attempt,
                                  const ThawIterationRow *rows,
                                  size_t n,
                                  const ThawEpochRow *epoch,
                                  const ThawArtifact *const *artifacts,
                                  size_t n_artifacts,
                                  GError **error);
/* One transaction: pending iterations and a checkpoint within an epoch. */
gboolean thaw_store_commit_checkpoint (ThawStore *store,
                                       const char *run_id,
                                       int attempt,
                                       const ThawIterationRow *rows,
                                       size_t n,
                                       const ThawArtifact *artifact,
                                       GError **error);
/* One transaction: a file beside the checkpoints, as "saved", when somebody asked for it. */
gboolean thaw_store_add_artifact (ThawStore *store,
                                  const char *run_id,
                                  int attempt,
                                  const ThawArtifact *artifact,
                                  GError **error);
gboolean
thaw_store_drop_artifact (ThawStore *store, const char *run_id, const char *file, GError **error);
typedef struct {
  gint64 seq;
  int attempt, epoch;
  gint64 step;         /* iterations completed */
  char *kind, *detail; /* detail (nullable) */
  gint64 at_ms;
} ThawEventRow;
void thaw_event_row_clear (ThawEventRow *row);
gboolean thaw_store_add_event (ThawStore *store,
                               const char *run_id,
                               int attempt,
                               int epoch,
                               gint64 step,
                               const char *kind,
                               const char *detail,
                               GError **error);
/* Opens the next attempt from a position: in one transaction drops epochs, iterations, metrics and
 * artifacts beyond it, hides the events beyond it (those at the position itself stand), recomputes
 * the best epoch, forgets the test result (not how often it was opened), answers requests that an
 * earlier worker left open with THAW_ANSWER_TOO_LATE, sets RUNNING. *attempt: its number. */
#define THAW_ANSWER_NO_ROOM "not saved: no room for a checkpoint"
#define THAW_ANSWER_TOO_LATE "too late: the worker had ended"
gboolean thaw_store_begin_attempt (ThawStore *store,
                                   const char *run_id,
                                   int epochs_done,
                                   gint64 steps_done,
                                   int *attempt,
                                   GError **error);

/* --- What everybody reads
 * ------------------------------------------------------------------------------ */
GArray *thaw_store_iterations (ThawStore *store,
                               const char *run_id,
                               gint64 after_step, /* -1: all */
                               GError **error);   /* ThawIterationRow, by step */
GArray *thaw_store_epochs (ThawStore *store,
                           const char *run_id,
                           GError **error); /* ThawEpochRow, clear func set */
GArray *thaw_store_events (ThawStore *store,
                           const char *run_id,
                           GError **error); /* ThawEventRow, clear func set */
typedef struct {
  int number;        /* from 1 */
  int epochs_done;   /* when it began */
  gint64 steps_done; /* when it began */
  gint64 began_ms;
} ThawAttemptRow;
GArray *
thaw_store_attempts (ThawStore *store, const char *run_id, GError **error); /* ThawAttemptRow */
GPtrArray *thaw_store_artifacts (ThawStore *store,
                                 const char *run_id,
                                 GError **error); /* ThawArtifact, newest first */

/* --- Requests: how others ask a worker
 * ------------------------------------------------------------------- */
typedef struct {
  gint64 id;
  char *verb; /* "pause", "continue", "stop", "stop-epoch", "save" (answered with the name of the
                 file in the run's folder, or THAW_ANSWER_NO_ROOM); anything else is answered "not
                 understood" */
} ThawRequest;
gboolean
thaw_store_ask (ThawStore *store, const char *run_id, const char *verb, gint64 *id, GError **error);
/* The oldest request without an answer, or NULL with no error. (transfer full) */
ThawRequest *thaw_store_next_request (ThawStore *store, const char *run_id, GError **error);
void thaw_request_free (ThawRequest *request);
gboolean thaw_store_answer (ThawStore *store, gint64 id, const char *answer, GError **error);
/* The answer, or NULL while there is none. (transfer full) */
char *thaw_store_request_answer (ThawStore *store, gint64 id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawStore, thaw_store_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawRun, thaw_run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawRunLock, thaw_run_unlock)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawRunSummary, thaw_run_summary_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawQueueLock, thaw_queue_unlock)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawArtifact, thaw_artifact_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThawRequest, thaw_request_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ThawStoreReport, thaw_store_report_clear)

G_END_DECLS
