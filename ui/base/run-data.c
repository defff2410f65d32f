/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-data-private.h"

struct _ThawRunData {
  GObject parent_instance;
  ThawWatch *watch; /* weak */
  char *id;
  guint serial;
  ThawRunDataForget forget;
  bool loaded;
  GArray *iterations, *epochs, *events, *attempts;
  GPtrArray *artifacts;
};

G_DEFINE_FINAL_TYPE (ThawRunData, thaw_run_data, G_TYPE_OBJECT)

static guint grown_signal, reset_signal;

static void
thaw_run_data_finalize (GObject *object)
{
  ThawRunData *self = THAW_RUN_DATA (object);

  if (self->watch != NULL) {
    self->forget (self->watch, self->id);
    g_clear_weak_pointer (&self->watch);
  }
  g_free (self->id);
  g_array_unref (self->iterations);
  g_array_unref (self->epochs);
  g_array_unref (self->events);
  g_array_unref (self->attempts);
  g_ptr_array_unref (self->artifacts);
  G_OBJECT_CLASS (thaw_run_data_parent_class)->finalize (object);
}

static void
thaw_run_data_class_init (ThawRunDataClass *class)
{
  G_OBJECT_CLASS (class)->finalize = thaw_run_data_finalize;
  grown_signal = g_signal_new ("grown", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
  reset_signal = g_signal_new ("reset", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

static void
thaw_run_data_init (ThawRunData *self)
{
  self->iterations = g_array_new (FALSE, FALSE, sizeof (ThawIterationRow));
  self->epochs = g_array_new (FALSE, FALSE, sizeof (ThawEpochRow));
  self->events = g_array_new (FALSE, FALSE, sizeof (ThawEventRow));
  self->attempts = g_array_new (FALSE, FALSE, sizeof (ThawAttemptRow));
  self->artifacts = g_ptr_array_new ();
}

ThawRunData *
thaw_run_data_new (ThawWatch *watch, const char *id, ThawRunDataForget forget)
{
  ThawRunData *self = g_object_new (THAW_TYPE_RUN_DATA, NULL);

  g_set_weak_pointer (&self->watch, watch);
  self->id = g_strdup (id);
  self->forget = forget;
  return self;
}

void
thaw_run_data_set_serial (ThawRunData *self, guint serial)
{
  self->serial = serial;
}

static void
take_array (GArray **mine, GArray **news)
{
  if (*news == NULL)
    return;
  g_array_unref (*mine);
  *mine = g_steal_pointer (news);
}

static void
take_iterations (ThawRunData *self, ThawNews *news)
{
  if (news->iterations == NULL)
    return;
  if (news->reset || self->iterations->len == 0)
    take_array (&self->iterations, &news->iterations);
  else
    g_array_append_vals (self->iterations, news->iterations->data, news->iterations->len);
}

void
thaw_run_data_take (ThawRunData *self, ThawNews *news)
{
  g_autoptr (ThawRunData) alive = g_object_ref (self);
  bool first = !self->loaded;

  if (news->serial != self->serial)
    return;
  self->loaded = true;
  take_iterations (self, news);
  take_array (&self->epochs, &news->epochs);
  take_array (&self->events, &news->events);
  take_array (&self->attempts, &news->attempts);
  if (news->artifacts != NULL) {
    g_ptr_array_unref (self->artifacts);
    self->artifacts = g_steal_pointer (&news->artifacts);
  }
  g_signal_emit (self, news->reset && !first ? reset_signal : grown_signal, 0);
}

bool
thaw_run_data_loaded (ThawRunData *self)
{
  return self->loaded;
}

const GArray *
thaw_run_data_iterations (ThawRunData *self)
{
  return self->iterations;
}

const GArray *
thaw_run_data_epochs (ThawRunData *self)
{
  return self->epochs;
}

const GArray *
thaw_run_data_events (ThawRunData *self)
{
  return self->events;
}

const GArray *
thaw_run_data_attempts (ThawRunData *self)
{
  return self->attempts;
}

const GPtrArray *
thaw_run_data_artifacts (ThawRunData *self)
{
  return self->artifacts;
}
