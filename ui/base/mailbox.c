/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct _ThawMailbox {
  atomic_int refs;
  pthread_mutex_t lock;
  GPtrArray *letters; /* under lock */
  bool called;        /* under lock: the main loop was asked to come */
  GDestroyNotify free_letter;
  ThawMailboxFunc func; /* main thread; NULL: closed */
  gpointer user;
};

ThawMailbox *
thaw_mailbox_new (ThawMailboxFunc func, gpointer user, GDestroyNotify free_letter)
{
  ThawMailbox *self = g_new0 (ThawMailbox, 1);

  atomic_init (&self->refs, 1);
  pthread_mutex_init (&self->lock, NULL);
  self->letters = g_ptr_array_new_with_free_func (free_letter);
  self->free_letter = free_letter;
  self->func = func;
  self->user = user;
  return self;
}

ThawMailbox *
thaw_mailbox_ref (ThawMailbox *self)
{
  atomic_fetch_add (&self->refs, 1);
  return self;
}

void
thaw_mailbox_unref (ThawMailbox *self)
{
  if (atomic_fetch_sub (&self->refs, 1) != 1)
    return;
  g_ptr_array_unref (self->letters);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static gboolean
deliver_cb (gpointer data)
{
  ThawMailbox *self = data;
  g_autoptr (GPtrArray) letters = NULL;

  pthread_mutex_lock (&self->lock);
  letters = self->letters;
  self->letters = g_ptr_array_new_with_free_func (self->free_letter);
  self->called = false;
  pthread_mutex_unlock (&self->lock);
  if (self->func != NULL)
    self->func (letters, self->user);
  thaw_mailbox_unref (self);
  return G_SOURCE_REMOVE;
}

void
thaw_mailbox_send (ThawMailbox *self, gpointer letter)
{
  bool call;

  pthread_mutex_lock (&self->lock);
  g_ptr_array_add (self->letters, letter);
  call = !self->called;
  self->called = true;
  pthread_mutex_unlock (&self->lock);
  if (call)
    g_idle_add_full (G_PRIORITY_DEFAULT, deliver_cb, thaw_mailbox_ref (self), NULL);
}

void
thaw_mailbox_close (ThawMailbox *self)
{
  self->func = NULL;
}
