/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "writer.h"

#include <errno.h>
#include <pthread.h>

struct _ThawWriter {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  GQueue jobs; /* under lock */
  bool stop;   /* under lock */
  char *home;
  ThawMailbox *done;
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

/* A store that cannot be opened is tried anew with the next job: it may have become sound. */
static void *
run_thread (void *data)
{
  ThawWriter *self = data;
  ThawStore *store = NULL;
  ThawWriteJob *job;

  while ((job = next_job (self)) != NULL) {
    if (store == NULL)
      store = thaw_store_open (self->home, THAW_STORE_WRITE, &job->error);
    if (store != NULL && !job->func (store, job->data, &job->error))
      g_clear_pointer (&store, thaw_store_close);
    if (store != NULL)
      thaw_store_idle (store);
    thaw_mailbox_send (self->done, job);
  }
  thaw_store_close (store);
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
