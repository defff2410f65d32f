/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

#include "follow.h"
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
  TICK_MS = 100,      /* between two looks                                        */
  CAREFUL_TICKS = 10, /* looks between two of the dearer kind                     */
  RETRY_TICKS = 10,   /* looks between two tries to open a store that cannot be   */
};

struct _ThawReader {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool stop, poked;   /* under lock */
  GHashTable *wanted; /* under lock: id -> serial */
  guint last_serial;  /* under lock */

  char *home; /* constant */
  char *path; /* of the store: the thread's own */
  ThawMailbox *mailbox;

  /* the thread's own */
  ThawStore *store;
  struct stat file; /* of the store that is open; st_ino 0: there was none */
  int gone;         /* why that file is not there any more, errno; 0: it is */
  bool looked;      /* through all of it, for damage                       */
  bool whole;       /* the next summaries are all there are */
  gint64 version, revision;
  GHashTable *live;    /* ids of runs that had a worker when last read */
  GHashTable *follows; /* id -> ThawFollow */
  bool queue_alive, told_queue_alive;
  ThawWatchState told_state;
  char *told_message;
  guint64 ticks;
};

/* --- What it tells --- */

static void
tell_state (ThawReader *self, ThawWatchState state, const char *message, bool lost)
{
  ThawNews *news;

  if (state == self->told_state && g_strcmp0 (message, self->told_message) == 0 &&
      self->queue_alive == self->told_queue_alive)
    return;
  self->told_state = state;
  self->told_queue_alive = self->queue_alive;
  g_free (self->told_message);
  self->told_message = g_strdup (message);
  news = thaw_news_new (THAW_NEWS_STATE);
  news->state = state;
  news->message = g_strdup (message);
  news->queue_alive = self->queue_alive;
  news->lost = lost;
  thaw_mailbox_send (self->mailbox, news);
}

static void
close_store (ThawReader *self)
{
  g_clear_pointer (&self->store, thaw_store_close);
  g_hash_table_remove_all (self->live);
  g_hash_table_remove_all (self->follows);
}

static void
fail (ThawReader *self, const GError *error)
{
  bool lost = error->domain == THAW_DB_ERROR &&
              (error->code == THAW_DB_ERROR_NEWER || error->code == THAW_DB_ERROR_FOREIGN ||
               error->code == THAW_DB_ERROR_DAMAGED);

  close_store (self);
  tell_state (self, THAW_WATCH_FAILED, error->message, lost);
}

/* A folder that is not there yet is made in the one that is. */
static bool
may_be_made (const char *folder)
{
  g_autofree char *there = g_strdup (folder);

  while (access (there, F_OK) != 0 && errno == ENOENT) {
    char *parent = g_path_get_dirname (there);
    g_free (there);
    there = parent;
  }
  return access (there, W_OK | X_OK) == 0;
}

/* A folder that nobody may write into: runs can be read there, not made. */
static bool
is_read_only (ThawReader *self)
{
  return !may_be_made (self->home) ||
         (access (self->path, F_OK) == 0 && access (self->path, W_OK) != 0);
}

/* (transfer full) */
static char *
gone_text (const ThawReader *self)
{
  if (self->gone == ENOENT || self->gone == ENOTDIR)
    return g_strdup_printf (
        _ ("%s is not there any more. What was read of it is still shown; nothing can be started "
           "or changed until it is back, or Thaw is opened anew."),
        self->path);
  return g_strdup_printf (
      _ ("%s cannot be reached any more: %s. What was read of it is still shown; nothing can be "
         "started or changed until it can."),
      self->path, g_strerror (self->gone));
}

static void
tell_readable (ThawReader *self)
{
  g_autofree char *message =
      self->gone != 0 ? gone_text (self) : thaw_store_trouble_text (self->store);

  if (message == NULL && is_read_only (self))
    message = g_strdup_printf (
        _ ("%s cannot be written to: runs can be looked at, not started or changed"), self->home);
  tell_state (self, message != NULL ? THAW_WATCH_READ_ONLY : THAW_WATCH_READY, message,
              thaw_store_trouble (self->store) >= THAW_STORE_NEWER);
}

/* --- Runs --- */

static bool
is_live (const ThawRun *run)
{
  return run->state == THAW_RUN_STARTING || run->state == THAW_RUN_RUNNING ||
         run->state == THAW_RUN_PAUSED;
}

static void
note_live (ThawReader *self, const GPtrArray *summaries)
{
  for (guint i = 0; i < summaries->len; i++) {
    const ThawRunSummary *summary = summaries->pdata[i];
    if (!summary->gone && is_live (summary->run))
      g_hash_table_add (self->live, g_strdup (summary->run->id));
    else
      g_hash_table_remove (self->live, summary->run->id);
  }
}

static bool
read_runs (ThawReader *self, GError **error)
{
  g_autoptr (GPtrArray) summaries = thaw_store_summaries (self->store, &self->revision, error);
  ThawNews *news;

  if (summaries == NULL)
    return false;
  note_live (self, summaries);
  if (summaries->len == 0 && !self->whole)
    return true;
  news = thaw_news_new (THAW_NEWS_RUNS);
  news->whole = self->whole;
  news->summaries = g_steal_pointer (&summaries);
  self->whole = false;
  thaw_mailbox_send (self->mailbox, news);
  return true;
}

/* A worker commits its last state before it lets go of its lock. So a run is only called dead when
 * nothing was committed since it was found unlocked. */
static void
look_for_dead (ThawReader *self)
{
  g_autoptr (GPtrArray) dead = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id;
  ThawNews *news;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!thaw_run_alive (self->store, id))
      g_ptr_array_add (dead, g_strdup (id));
  if (dead->len == 0 || thaw_store_data_version (self->store) != self->version)
    return;
  for (guint i = 0; i < dead->len; i++)
    g_hash_table_remove (self->live, dead->pdata[i]);
  news = thaw_news_new (THAW_NEWS_RUNS);
  news->dead = g_steal_pointer (&dead);
  thaw_mailbox_send (self->mailbox, news);
}

/* --- Followed runs --- */

/* Brings `follows` in line with what is wanted; true when one is new. */
static bool
update_follows (ThawReader *self)
{
  bool fresh = false;
  GHashTableIter iter;
  gpointer id, value;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->follows);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (GPOINTER_TO_UINT (g_hash_table_lookup (self->wanted, id)) != thaw_follow_serial (value))
      g_hash_table_iter_remove (&iter);
  g_hash_table_iter_init (&iter, self->wanted);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (!g_hash_table_contains (self->follows, id)) {
      g_hash_table_insert (self->follows, g_strdup (id),
                           thaw_follow_new (id, GPOINTER_TO_UINT (value)));
      fresh = true;
    }
  pthread_mutex_unlock (&self->lock);
  return fresh;
}

static bool
read_follows (ThawReader *self, GError **error)
{
  GHashTableIter iter;
  gpointer follow;

  g_hash_table_iter_init (&iter, self->follows);
  while (g_hash_table_iter_next (&iter, NULL, &follow)) {
    GError *local = NULL;
    ThawNews *news = thaw_follow_read (follow, self->store, &local);
    if (news != NULL)
      thaw_mailbox_send (self->mailbox, news);
    if (local != NULL) {
      g_propagate_error (error, local);
      return false;
    }
  }
  return true;
}

/* --- The store --- */

/* 0, or why there is none: errno. */
static int
stat_store (ThawReader *self, struct stat *file)
{
  g_free (self->path);
  self->path = thaw_store_file (self->home);
  if (stat (self->path, file) == 0)
    return 0;
  memset (file, 0, sizeof *file);
  return errno;
}

/* One that is read round its damage, or from a copy, does not notice what others do to it, nor that
 * it may be written to again. */
static bool
is_other (ThawReader *self, const struct stat *now)
{
  const struct stat *then = &self->file;

  if (now->st_ino != then->st_ino || now->st_dev != then->st_dev)
    return true;
  if (thaw_store_trouble (self->store) == THAW_STORE_LOCKED && !is_read_only (self))
    return true;
  return thaw_store_trouble (self->store) != THAW_STORE_SOUND &&
         (now->st_size != then->st_size || now->st_mtim.tv_sec != then->st_mtim.tv_sec ||
          now->st_mtim.tv_nsec != then->st_mtim.tv_nsec);
}

static bool
open_store (ThawReader *self)
{
  g_autoptr (GError) error = NULL;

  if (self->ticks % RETRY_TICKS != 0)
    return false;
  stat_store (self, &self->file);
  self->store = thaw_store_open (self->home, THAW_STORE_READ, &error);
  if (self->store == NULL) {
    fail (self, error);
    return false;
  }
  self->whole = true;
  self->looked = false;
  self->revision = 0;
  self->version = -1;
  return true;
}

/* Another file was put in its place: the open one is no longer it. One that was moved away or
 * deleted is still open, and read, until there is one again. A store that appears where none was is
 * found by thaw_store_data_version (). */
static void
look_at_file (ThawReader *self)
{
  struct stat now;
  int failed = stat_store (self, &now);

  self->gone = self->file.st_ino != 0 ? failed : 0;
  if (self->gone != 0 || !is_other (self, &now))
    return;
  if (self->file.st_ino != 0)
    close_store (self);
  self->file = now;
}

/* Once, when the runs have been handed on; what it finds is read anew. */
static void
look_for_damage (ThawReader *self)
{
  if (self->looked)
    return;
  self->looked = true;
  if (thaw_store_trouble (self->store) == THAW_STORE_NEWER)
    return;
  thaw_store_look_through (self->store);
  if (thaw_store_trouble (self->store) == THAW_STORE_DAMAGED) {
    self->whole = true;
    self->revision = 0;
    self->version = -1;
  }
}

static bool
read_all (ThawReader *self, GError **error)
{
  gint64 version = thaw_store_data_version (self->store);
  bool moved = version != self->version, fresh = update_follows (self);

  self->version = version;
  if (moved && !read_runs (self, error))
    return false;
  return !(moved || fresh) || read_follows (self, error);
}

static void
look (ThawReader *self)
{
  g_autoptr (GError) error = NULL;
  bool careful = self->ticks % CAREFUL_TICKS == 0;

  if ((careful || self->file.st_ino == 0) && self->store != NULL) /* a new one may soon be gone */
    look_at_file (self);
  if (self->store == NULL && !open_store (self))
    return;
  if (!read_all (self, &error)) {
    fail (self, error);
    return;
  }
  self->queue_alive = thaw_queue_alive (self->store);
  if (careful && self->gone == 0) { /* the locks went with it */
    look_for_damage (self);
    look_for_dead (self);
  }
  if (careful || self->queue_alive != self->told_queue_alive)
    tell_readable (self);
}

/* --- The thread --- */

static bool
rest (ThawReader *self)
{
  struct timespec until;
  int status = 0;
  bool stop;

  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_nsec += TICK_MS * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  pthread_mutex_lock (&self->lock);
  while (!self->stop && !self->poked && status == 0)
    status = pthread_cond_timedwait (&self->wake, &self->lock, &until);
  self->poked = false;
  stop = self->stop;
  pthread_mutex_unlock (&self->lock);
  return !stop;
}

static void *
run_thread (void *data)
{
  ThawReader *self = data;

  do {
    look (self);
    self->ticks++;
  } while (rest (self));
  close_store (self);
  return NULL;
}

ThawReader *
thaw_reader_new (const char *home, ThawMailbox *mailbox)
{
  ThawReader *self = g_new0 (ThawReader, 1);
  pthread_condattr_t attributes;

  self->home = g_strdup (home);
  self->path = thaw_store_file (home);
  self->mailbox = thaw_mailbox_ref (mailbox);
  self->wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->live = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->follows =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) thaw_follow_free);
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&self->wake, &attributes);
  pthread_condattr_destroy (&attributes);
  if (pthread_create (&self->thread, NULL, run_thread, self) != 0)
    g_error ("no thread can be made: %s", g_strerror (errno));
  return self;
}

guint
thaw_reader_follow (ThawReader *self, const char *id)
{
  guint serial;

  pthread_mutex_lock (&self->lock);
  serial = ++self->last_serial;
  g_hash_table_insert (self->wanted, g_strdup (id), GUINT_TO_POINTER (serial));
  self->poked = true;
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
  return serial;
}

void
thaw_reader_unfollow (ThawReader *self, const char *id)
{
  pthread_mutex_lock (&self->lock);
  g_hash_table_remove (self->wanted, id);
  pthread_mutex_unlock (&self->lock);
}

void
thaw_reader_poke (ThawReader *self)
{
  pthread_mutex_lock (&self->lock);
  self->poked = true;
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

void
thaw_reader_free (ThawReader *self)
{
  pthread_mutex_lock (&self->lock);
  self->stop = true;
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
  pthread_join (self->thread, NULL);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->wake);
  g_hash_table_unref (self->wanted);
  g_hash_table_unref (self->live);
  g_hash_table_unref (self->follows);
  thaw_mailbox_unref (self->mailbox);
  g_free (self->home);
  g_free (self->path);
  g_free (self->told_message);
  g_free (self);
}
