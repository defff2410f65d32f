/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trainer's hooks: each becomes a transaction. Nothing counts before its commit has returned; a
 * full disk is waited out. */
#include "signals.h"
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define COMMIT_INTERVAL_US 500000
#define MAX_PENDING 4096

void
worker_catch_signals (void)
{
  signals_catch ();
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

/* Once a second: whether somebody took the run's folder away. Nothing can be kept then, and waiting
 * would never end. */
static bool
folder_gone (Worker *worker)
{
  gint64 now = g_get_monotonic_time ();
  g_autofree char *folder = NULL;

  if (now - worker->looked_us < G_USEC_PER_SEC)
    return worker->gone;
  worker->looked_us = now;
  folder = thaw_store_run_folder (worker->store, worker->run->id);
  worker->gone = !g_file_test (folder, G_FILE_TEST_IS_DIR);
  return worker->gone;
}

/* Whether a failed write may succeed later. Says so once; waits a second. FALSE when it is final,
 * or somebody wants an end. */
static bool
wait_and_retry (Worker *worker, GError **error, bool *told)
{
  bool passing = g_error_matches (*error, THAW_DB_ERROR, THAW_DB_ERROR_FULL) ||
                 g_error_matches (*error, THAW_DB_ERROR, THAW_DB_ERROR_BUSY);

  if (!passing || signals_asked () != 0 || folder_gone (worker))
    return false;
  if (!*told) {
    progress_clear (&worker->progress);
    cli_note (_ ("thaw: waiting: %s"), (*error)->message);
  }
  *told = true;
  g_clear_error (error);
  g_usleep (G_USEC_PER_SEC);
  return true;
}

#define PATIENTLY(worker, call)                                                                    \
  ({                                                                                               \
    bool told = false, done;                                                                       \
    GError *local = NULL;                                                                          \
    GError **try = &local;                                                                         \
    do                                                                                             \
      done = call;                                                                                 \
    while (!done && wait_and_retry (worker, &local, &told));                                       \
    if (!done)                                                                                     \
      g_propagate_error (error, local);                                                            \
    done;                                                                                          \
  })

static void
pending_committed (Worker *worker)
{
  g_array_set_size (worker->pending, 0);
  worker->committed_us = g_get_monotonic_time ();
}

static gboolean
flush (Worker *worker, GError **error)
{
  if (!PATIENTLY (worker,
                  thaw_store_add_iterations (worker->store, worker->run->id, worker->run->attempt,
                                             (const ThawIterationRow *) worker->pending->data,
                                             worker->pending->len, try)))
    return FALSE;
  pending_committed (worker);
  return TRUE;
}

static ThawRunState
state_after (ThawTrainEventKind kind)
{
  return kind == THAW_EVENT_PAUSED ? THAW_RUN_PAUSED : THAW_RUN_RUNNING;
}

static gboolean
record_event (Worker *worker,
              ThawTrainEventKind kind,
              int epoch,
              uint64_t step,
              const char *detail,
              GError **error)
{
  if (!flush (worker, error) ||
      !PATIENTLY (worker,
                  thaw_store_add_event (worker->store, worker->run->id, worker->run->attempt, epoch,
                                        (gint64) step, thaw_train_event_name (kind), detail, try)))
    return FALSE;
  if (kind != THAW_EVENT_PAUSED && kind != THAW_EVENT_CONTINUED)
    return TRUE;
  return PATIENTLY (
      worker, thaw_store_set_state (worker->store, worker->run->id, state_after (kind), NULL, try));
}

static gboolean
event_hook (void *user,
            ThawTrainEventKind kind,
            int epoch,
            uint64_t step,
            const char *detail,
            GError **error)
{
  Worker *worker = user;

  if (kind == THAW_EVENT_FROZEN || kind == THAW_EVENT_THAWED)
    worker->frozen = epoch < worker->progress.frozen_epochs;
  if (!record_event (worker, kind, epoch, step, detail, error)) {
    /* A disk that fails lets no event through; that training waits is said all the same. */
    if (kind == THAW_EVENT_PAUSED && detail != NULL)
      progress_event (&worker->progress, kind, epoch, step, detail);
    return FALSE;
  }
  progress_event (&worker->progress, kind, epoch, step, detail);
  return TRUE;
}

static gboolean
iteration_hook (void *user, const ThawIteration *iteration, GError **error)
{
  Worker *worker = user;
  ThawIterationRow row = {(gint64) iteration->step, iteration->epoch, iteration->loss,
                          iteration->lr};

  g_array_append_val (worker->pending, row);
  progress_iteration (&worker->progress, iteration, worker->frozen);
  if (g_get_monotonic_time () - worker->committed_us < COMMIT_INTERVAL_US &&
      worker->pending->len < MAX_PENDING)
    return TRUE;
  return flush (worker, error);
}

static ThawArtifact
artifact_of (const ThawCheckpointFile *file)
{
  const char *slash = strrchr (file->path, '/');

  return (ThawArtifact){
      .file = (char *) (slash != NULL ? slash + 1 : file->path),
      .kind = (char *) file->kind,
      .epoch = file->epoch,
      .step = (gint64) file->step,
      .bytes = (gint64) file->bytes,
      .sha256 = (char *) file->sha256,
  };
}

static gboolean
epoch_hook (void *user,
            const ThawEpoch *epoch,
            const ThawCheckpointFile *last,
            const ThawCheckpointFile *best,
            GError **error)
{
  Worker *worker = user;
  ThawEpochRow row = {
      .epoch = epoch->epoch,
      .step = (gint64) epoch->step,
      .frozen = epoch->frozen,
      .lr = epoch->lr,
      .train_loss = epoch->train_loss,
      .train_accuracy = epoch->train_accuracy,
      .clean_loss = epoch->clean_loss,
      .clean_accuracy = epoch->clean_accuracy,
      .ema_loss = epoch->ema_loss,
      .ema_accuracy = epoch->ema_accuracy,
      .loss = epoch->loss,
      .accuracy = epoch->accuracy,
      .set = (char *) (epoch->set == THAW_EVAL_TEST ? "test" : "validation"),
      .seconds = epoch->seconds,
      .images_per_second = epoch->images_per_second,
      .trainable = (gint64) epoch->trainable,
      .best = epoch->best,
  };
  ThawArtifact files[2];
  const ThawArtifact *list[2];
  size_t n = 0;

  if (last != NULL)
    files[n] = artifact_of (last), list[n] = &files[n], n++;
  if (best != NULL)
    files[n] = artifact_of (best), list[n] = &files[n], n++;
  if (!PATIENTLY (worker,
                  thaw_store_commit_epoch (worker->store, worker->run->id, worker->run->attempt,
                                           (const ThawIterationRow *) worker->pending->data,
                                           worker->pending->len, &row, list, n, try)))
    return FALSE;
  pending_committed (worker);
  progress_epoch (&worker->progress, epoch);
  progress_committed (&worker->progress, epoch->epoch + 1);
  return TRUE;
}

static gboolean
checkpoint_hook (void *user, const ThawCheckpointFile *last, GError **error)
{
  Worker *worker = user;
  ThawArtifact file = artifact_of (last);

  if (!PATIENTLY (worker, thaw_store_commit_checkpoint (
                              worker->store, worker->run->id, worker->run->attempt,
                              (const ThawIterationRow *) worker->pending->data,
                              worker->pending->len, &file, try)))
    return FALSE;
  pending_committed (worker);
  return TRUE;
}

static gboolean
test_hook (void *user, double loss, double accuracy, const char *weights_kind, GError **error)
{
  Worker *worker = user;

  if (!PATIENTLY (worker,
                  thaw_store_set_test (worker->store, worker->run->id, loss, accuracy, try)))
    return FALSE;
  progress_test (&worker->progress, loss, accuracy, weights_kind);
  return TRUE;
}

static gboolean
retire_hook (void *user, const char *path, GError **error)
{
  Worker *worker = user;
  g_autofree char *name = g_path_get_basename (path);

  return PATIENTLY (worker, thaw_store_drop_artifact (worker->store, worker->run->id, name, try));
}

static ThawAsk
understand (const char *verb, const char **answer)
{
  static const struct {
    const char *verb, *answer;
    ThawAsk ask;
  } known[] = {
      {"pause", "pausing", THAW_ASK_PAUSE},
      {"continue", "continuing", THAW_ASK_CONTINUE},
      {"stop", "stopping", THAW_ASK_STOP},
      {"stop-now", "stopping", THAW_ASK_STOP},
      {"stop-epoch", "stopping after this epoch", THAW_ASK_STOP_EPOCH},
      {"save", NULL, THAW_ASK_SAVE},
  };

  for (size_t i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].verb, verb) == 0) {
      *answer = known[i].answer;
      return known[i].ask;
    }
  *answer = "not understood";
  return THAW_ASK_NOTHING;
}

/* Cheap when nobody wrote: one pragma. A request that cannot be read now is read the next time. */
static ThawAsk
ask_hook (void *user)
{
  Worker *worker = user;
  gint64 version;
  g_autoptr (ThawRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  const char *answer;
  ThawAsk ask;

  if (signals_asked () != 0) {
    worker->ended_by = signals_asked ();
    return THAW_ASK_STOP;
  }
  if (folder_gone (worker))
    return THAW_ASK_STOP;
  version = thaw_store_data_version (worker->store);
  if (version == worker->data_version)
    return THAW_ASK_NOTHING;
  request = thaw_store_next_request (worker->store, worker->run->id, &error);
  if (request == NULL) {
    if (error == NULL) /* else look again after the next batch */
      worker->data_version = version;
    return THAW_ASK_NOTHING;
  }
  ask = understand (request->verb, &answer);
  if (ask == THAW_ASK_SAVE)
    worker->save_request = request->id; /* answered when it is done */
  else if (!thaw_store_answer (worker->store, request->id, answer, NULL))
    return THAW_ASK_NOTHING;
  return ask;
}

/* The checkpoint under a name that is never retired: one more name for the same bytes. NULL: the
 * file system has no such thing. (transfer full) */
static char *
keep_under_own_name (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autofree char *kept = NULL, *own = NULL;
  bool synced;
  int fd;

  kept = g_strconcat ("saved", strchr (name, '-'), NULL);
  own = g_build_filename (folder, kept, NULL);
  if (link (path, own) != 0)
    return errno == EEXIST ? g_steal_pointer (&kept) : NULL;
  fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  synced = fd >= 0 && (fsync (fd) == 0 || errno == EINVAL);
  if (fd >= 0)
    close (fd);
  if (synced) /* the row that makes it count comes after */
    return g_steal_pointer (&kept);
  unlink (own);
  return NULL;
}

static gboolean
record_saved (Worker *worker, const char *last, const char *saved, GError **error)
{
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (worker->store, worker->run->id, error);
  const ThawArtifact *found = NULL;

  for (guint i = 0; artifacts != NULL && i < artifacts->len; i++) {
    const ThawArtifact *artifact = artifacts->pdata[i];
    if (strcmp (artifact->file, saved) == 0)
      return TRUE; /* saved twice in one place */
    if (strcmp (artifact->file, last) == 0)
      found = artifact;
  }
  if (found != NULL) {
    ThawArtifact copy = *found;
    copy.file = (char *) saved;
    copy.kind = (char *) "saved";
    return thaw_store_add_artifact (worker->store, worker->run->id, worker->run->attempt, &copy,
                                    error);
  }
  return artifacts != NULL;
}

static void
saved_hook (void *user, const char *path)
{
  Worker *worker = user;
  g_autofree char *last = path != NULL ? g_path_get_basename (path) : NULL;
  g_autofree char *saved = path != NULL ? keep_under_own_name (path) : NULL;
  g_autoptr (GError) error = NULL;

  if (worker->save_request == 0)
    return;
  if (saved != NULL && !record_saved (worker, last, saved, &error)) {
    cli_note ("thaw: %s", error->message);
    g_clear_pointer (&saved, g_free);
  }
  if (thaw_store_answer (worker->store, worker->save_request,
                         saved != NULL  ? saved
                         : last != NULL ? last
                                        : THAW_ANSWER_NO_ROOM,
                         NULL))
    worker->save_request = 0;
}

static void
evaluating_hook (void *user, int epoch, double done)
{
  Worker *worker = user;

  progress_evaluating (&worker->progress, epoch, done);
  if (g_get_monotonic_time () - worker->committed_us > COMMIT_INTERVAL_US)
    flush (worker, NULL); /* a sign of life; a failure shows at the next real commit */
}

ThawTrainHooks
worker_hooks (Worker *worker)
{
  return (ThawTrainHooks){
      .user = worker,
      .event = event_hook,
      .iteration = iteration_hook,
      .epoch = epoch_hook,
      .checkpoint = checkpoint_hook,
      .test = test_hook,
      .retire = retire_hook,
      .ask = ask_hook,
      .saved = saved_hook,
      .evaluating = evaluating_hook,
  };
}

void
worker_init (Worker *worker, ThawStore *store, ThawRun *run, ThawRunLock *lock)
{
  worker->store = store;
  worker->run = run;
  worker->lock = lock;
  worker->pending = g_array_new (FALSE, FALSE, sizeof (ThawIterationRow));
  worker->committed_us = g_get_monotonic_time ();
  worker->data_version = -1;
}

void
worker_clear (Worker *worker)
{
  g_clear_pointer (&worker->pending, g_array_unref);
}

static guint64
peak_resident_bytes (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_SELF, &usage) == 0 ? (guint64) usage.ru_maxrss * 1024 : 0;
}

static void
say_end (Worker *worker, ThawRunState state, const char *message)
{
  progress_clear (&worker->progress);
  if (worker->progress.json) {
    CliJson *line = cli_json_new ();
    cli_json_begin_object (line, NULL);
    cli_json_text (line, "event", "end");
    cli_json_text (line, "run", worker->run->id);
    cli_json_text (line, "state", thaw_run_state_name (state));
    cli_json_text (line, "message", message);
    cli_json_int (line, "peak_resident_bytes", (gint64) peak_resident_bytes ());
    cli_json_end_object (line);
    cli_json_print (line);
  }
  if (state == THAW_RUN_STOPPED)
    cli_note (_ ("Stopped and saved. Go on with: thaw resume %.8s"), worker->run->id);
  else if (message != NULL)
    cli_note ("thaw: %s", message);
}

int
worker_run (Worker *worker, ThawTrainer *trainer)
{
  ThawTrainEnd end = THAW_END_FINISHED;
  ThawRunState state;
  g_autoptr (GError) error = NULL, store_error = NULL;
  const char *message = NULL;

  if (!thaw_trainer_run (trainer, &end, &error)) {
    state = THAW_RUN_FAILED;
    message = error->message;
  } else if (end == THAW_END_NOT_FINITE) {
    state = THAW_RUN_DIVERGED;
    message = _ ("the loss became infinite or not a number; the last good weights are kept. A "
                 "smaller learning rate "
                 "usually helps");
  } else if (worker->gone) {
    state = THAW_RUN_FAILED;
    message = _ (
        "the run's folder went away while it ran: nothing after its last checkpoint could be kept");
  } else {
    state = end == THAW_END_STOPPED ? THAW_RUN_STOPPED : THAW_RUN_FINISHED;
  }
  flush (worker, NULL);
  if (!thaw_store_set_state (worker->store, worker->run->id, state, message, &store_error)) {
    progress_clear (&worker->progress);
    if (message != NULL) /* what came first says more than that it cannot be recorded */
      cli_note ("thaw: %s", message);
    return cli_fail (store_error);
  }
  say_end (worker, state, message);
  if (state == THAW_RUN_STOPPED)
    return worker->ended_by == SIGINT ? CLI_INTERRUPTED : CLI_STOPPED;
  return state == THAW_RUN_FINISHED ? CLI_OK : CLI_FAILED;
}
