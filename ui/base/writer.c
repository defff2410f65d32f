/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "writer.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

struct _ThawWriter {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  GQueue jobs; /* under lock */
  bool stop;   /* under lock */
  char *home;
  ThawMailbox *done;

  /* the thread's own */
  ThawStore *store;
  struct stat file; /* of it, when it was opened */
};

void
thaw_write_job_free (ThawWriteJob *job)
{
  if (job == NULL)
    return;
  if (job->free_data != NULL)
    job->free_data (job->data);
  g_clear_error (&job->error);
  g_free (job);
}

/* NULL: there is none any more. */
static ThawWriteJob *
next_job (ThawWriter *self)
{
  ThawWriteJob *job;

  pthread_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->jobs) && !self->stop)
    pthread_cond_wait (&self->wake, &self->lock);
  job = g_queue_pop_head (&self->jobs);
  pthread_mutex_unlock (&self->lock);
  return job;
}

/* What is written to a file that was moved away or deleted is lost; and a new store in its place
 * would keep the old one from coming back. */
static bool
open_store (ThawWriter *self, ThawWriteJob *job)
{
  g_autofree char *path = thaw_store_file (self->home);
  struct stat now;
  bool there = stat (path, &now) == 0;

  if (self->store != NULL &&
      (!there || now.st_ino != self->file.st_ino || now.st_dev != self->file.st_dev))
    g_clear_pointer (&self->store, thaw_store_close);
  if (self->store != NULL)
    return true;
  if (!there && job->to_runs) {
    g_set_error (&job->error, THAW_DB_ERROR, THAW_DB_ERROR_IO,
                 _ ("%s: is not there any more, nothing was changed"), path);
    return false;
  }
  self->store = thaw_store_open (self->home, THAW_STORE_WRITE, &job->error);
  if (self->store != NULL && stat (path, &self->file) != 0)
    memset (&self->file, 0, sizeof self->file);
  return self->store != NULL;
}

/* A store that cannot be opened is tried anew with the next job: it may have become sound. */
static void *
run_thread (void *data)
{
  ThawWriter *self = data;
  ThawWriteJob *job;

  while ((job = next_job (self)) != NULL) {
    if (open_store (self, job) && !job->func (self->store, job->data, &job->error))
      g_clear_pointer (&self->store, thaw_store_close);
    if (self->store != NULL)
      thaw_store_idle (self->store);
    thaw_mailbox_send (self->done, job);
  }
  thaw_store_close (self->store);
  return NULL;
}

ThawWriter *
thaw_writer_new (const char *home, ThawMailbox *done)
{
  ThawWriter *self = g_new0 (ThawWriter, 1);

  self->home = g_strdup (home);
  self->done = thaw_mailbox_ref (done);
  g_queue_init (&self->jobs);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  if (pthread_create (&self->thread, NULL, run_thread, self) != 0)
    g_error ("no thread can be made: %s", g_strerror (errno));
  return self;
}

void
thaw_writer_push (ThawWriter *self, ThawWriteJob *job)
{
  pthread_mutex_lock (&self->lock);
  g_queue_push_tail (&self->jobs, job);
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

void
thaw_writer_free (ThawWriter *self)
{
  pthread_mutex_lock (&self->lock);
  self->stop = true;
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
  pthread_join (self->thread, NULL);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->wake);
  thaw_mailbox_unref (self->done);
  g_free (self->home);
  g_free (self);
}
