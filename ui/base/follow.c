/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Iterations only grow within an attempt, so that only those after the last are read; the other
 * tables are short: they are read whole and passed on when they differ. */
#include "follow.h"

#include <string.h>

struct _ThawFollow {
  char *id;
  guint serial;
  bool loaded;
  int attempt;       /* the latest      */
  gint64 last_step;  /* -1: none so far */
  guint n_epochs;    /* rows            */
  gint64 last_event; /* seq; -1: none   */
  char *artifacts;   /* names and hashes of those passed on */
};

ThawFollow *
thaw_follow_new (const char *id, guint serial)
{
  ThawFollow *self = g_new0 (ThawFollow, 1);

  self->id = g_strdup (id);
  self->serial = serial;
  self->last_step = -1;
  self->last_event = -1;
  return self;
}

void
thaw_follow_free (ThawFollow *self)
{
  g_free (self->id);
  g_free (self->artifacts);
  g_free (self);
}

guint
thaw_follow_serial (const ThawFollow *self)
{
  return self->serial;
}

static char *
sign_artifacts (const GPtrArray *artifacts)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < artifacts->len; i++) {
    const ThawArtifact *artifact = artifacts->pdata[i];
    g_string_append_printf (text, "%s %s\n", artifact->file, artifact->sha256);
  }
  return g_string_free (text, FALSE);
}

static int
latest_attempt (const GArray *attempts)
{
  return attempts->len > 0 ? g_array_index (attempts, ThawAttemptRow, attempts->len - 1).number : 0;
}

static gint64
latest_event (const GArray *events)
{
  gint64 last = -1;

  for (guint i = 0; i < events->len; i++)
    last = MAX (last, g_array_index (events, ThawEventRow, i).seq);
  return last;
}

static bool
read_short (ThawFollow *self, ThawStore *store, ThawNews *news, GError **error)
{
  news->attempts = thaw_store_attempts (store, self->id, error);
  if (news->attempts == NULL)
    return false;
  news->epochs = thaw_store_epochs (store, self->id, error);
  if (news->epochs == NULL)
    return false;
  news->events = thaw_store_events (store, self->id, error);
  if (news->events == NULL)
    return false;
  news->artifacts = thaw_store_artifacts (store, self->id, error);
  return news->artifacts != NULL;
}

static bool
read_iterations (ThawFollow *self, ThawStore *store, ThawNews *news, GError **error)
{
  int attempt = latest_attempt (news->attempts);

  news->reset = self->loaded && attempt != self->attempt;
  if (news->reset)
    self->last_step = -1;
  self->attempt = attempt;
  news->iterations = thaw_store_iterations (store, self->id, self->last_step, error);
  if (news->iterations == NULL)
    return false;
  if (news->iterations->len > 0)
    self->last_step =
        g_array_index (news->iterations, ThawIterationRow, news->iterations->len - 1).step;
  return true;
}

/* Drops from the news what is known; false when nothing is left. */
static bool
keep_new (ThawFollow *self, ThawNews *news)
{
  bool all = !self->loaded || news->reset;
  g_autofree char *artifacts = sign_artifacts (news->artifacts);
  gint64 event = latest_event (news->events);

  if (!all && news->iterations->len == 0)
    g_clear_pointer (&news->iterations, g_array_unref);
  if (!all)
    g_clear_pointer (&news->attempts, g_array_unref);
  if (!all && news->epochs->len == self->n_epochs)
    g_clear_pointer (&news->epochs, g_array_unref);
  else
    self->n_epochs = news->epochs->len;
  if (!all && event == self->last_event)
    g_clear_pointer (&news->events, g_array_unref);
  if (!all && strcmp (artifacts, self->artifacts) == 0)
    g_clear_pointer (&news->artifacts, g_ptr_array_unref);
  self->last_event = event;
  g_free (self->artifacts);
  self->artifacts = g_steal_pointer (&artifacts);
  self->loaded = true;
  return all || news->iterations != NULL || news->epochs != NULL || news->events != NULL ||
         news->artifacts != NULL;
}

ThawNews *
thaw_follow_read (ThawFollow *self, ThawStore *store, GError **error)
{
  g_autoptr (ThawNews) news = thaw_news_new (THAW_NEWS_DATA);

  news->id = g_strdup (self->id);
  news->serial = self->serial;
  if (!read_short (self, store, news, error) || !read_iterations (self, store, news, error))
    return NULL;
  return keep_new (self, news) ? g_steal_pointer (&news) : NULL;
}
