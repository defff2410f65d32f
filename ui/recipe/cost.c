/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cost.h"
#include "command.h"
#include "engine.h"
#include "thaw-plots.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>

#define PAUSE_MS 400 /* that a draft is left alone before it is asked */

struct _ThawCost {
  GObject parent_instance;

  ThawDraft *draft;
  GObject *runs;
  char *home;
  ThawCostState state;
  guint timer;
  GCancellable *cancel;
  double seconds, frozen_epoch, epoch, memory_bytes; /* NaN: not told */
  bool disturbed;                                    /* somebody trained while it was measured */
  char *error;
};

G_DEFINE_FINAL_TYPE (ThawCost, thaw_cost, G_TYPE_OBJECT)

static guint changed_signal;

/* --- Words --- */

char *
thaw_about_text (double seconds)
{
  double minutes = seconds / 60, hours = minutes / 60;
  gulong n;

  if (seconds < 55) {
    n = (gulong) fmax (round (seconds / 5) * 5, 5);
    return g_strdup_printf (ngettext ("About %lu second", "About %lu seconds", n), n);
  }
  if (minutes < 90) {
    n = (gulong) fmax (minutes < 20 ? round (minutes) : round (minutes / 5) * 5, 1);
    return g_strdup_printf (ngettext ("About %lu minute", "About %lu minutes", n), n);
  }
  if (hours < 36) {
    n = (gulong) round (hours);
    return g_strdup_printf (ngettext ("About %lu hour", "About %lu hours", n), n);
  }
  n = (gulong) round (hours / 24);
  return g_strdup_printf (ngettext ("About %lu day", "About %lu days", n), n);
}

static int
n_runs (ThawCost *self)
{
  double n = 1;

  g_object_get (self->runs, "value", &n, NULL);
  return (int) n;
}

char *
thaw_cost_text (ThawCost *self)
{
  g_autofree char *time = NULL;
  int n = n_runs (self);

  switch (self->state) {
  case THAW_COST_ASKING:
    return g_strdup (_ ("Working out how long it takes…"));
  case THAW_COST_KNOWN:
    time = thaw_about_text (self->seconds * n);
    if (n > 1)
      return g_strdup_printf (
          ngettext ("%s for %d run on this computer", "%s for %d runs on this computer", n), time,
          n);
    return g_strdup_printf (_ ("%s on this computer"), time);
  case THAW_COST_UNKNOWN:
  case THAW_COST_FAILED:
  default:
    return g_strdup (_ ("How long it takes is not known yet"));
  }
}

/* (transfer full) */
static char *
epochs_text (ThawCost *self)
{
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  g_autofree char *epoch = thaw_unit_text (THAW_UNIT_DURATION, self->epoch);
  g_autofree char *frozen = thaw_unit_text (THAW_UNIT_DURATION, self->frozen_epoch);

  if (recipe->freeze.epochs == 0)
    return g_strdup_printf (_ ("An epoch: %s"), epoch);
  if (recipe->freeze.epochs >= recipe->epochs)
    return g_strdup_printf (_ ("An epoch: %s"), frozen);
  return g_strdup_printf (_ ("An epoch: %s frozen, %s after the thaw"), frozen, epoch);
}

char *
thaw_cost_detail (ThawCost *self)
{
  if (self->state == THAW_COST_FAILED)
    return g_strdup (self->error);
  if (self->state != THAW_COST_KNOWN || isnan (self->epoch) || isnan (self->frozen_epoch))
    return g_strdup ("");
  g_autofree char *epochs = epochs_text (self);
  g_autofree char *bytes = g_format_size ((guint64) fmax (self->memory_bytes, 0));
  g_autofree char *memory = g_strdup_printf (_ ("Memory: %s"), bytes);
  const char *note = self->disturbed ? _ ("A run trains now: alone it would be faster.") : NULL;
  return g_strjoin ("\n", epochs, memory, note, NULL);
}

char *
thaw_cost_short (ThawCost *self)
{
  return self->state == THAW_COST_KNOWN ? thaw_about_text (self->seconds * n_runs (self))
                                        : thaw_cost_text (self);
}

/* --- Asking --- */

static double
number (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : NAN;
}

static bool
take (ThawCost *self, const char *json)
{
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonObject *object =
      root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;

  if (object == NULL)
    return false;
  self->seconds = number (object, "seconds");
  self->frozen_epoch = number (object, "frozen_epoch_seconds");
  self->epoch = number (object, "thawed_epoch_seconds");
  self->memory_bytes = number (object, "memory_bytes");
  self->disturbed = json_object_get_boolean_member_with_default (object, "disturbed", FALSE);
  return isfinite (self->seconds);
}

static void
say (ThawCost *self, ThawCostState state)
{
  self->state = state;
  g_signal_emit (self, changed_signal, 0);
}

static void
told_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawCost) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_task_get_cancellable (G_TASK (result)) != self->cancel)
    return;
  g_clear_object (&self->cancel);
  g_clear_pointer (&self->error, g_free);
  if (json != NULL && take (self, json)) {
    say (self, THAW_COST_KNOWN);
    return;
  }
  self->error = g_strdup (error != NULL ? error->message : "");
  say (self, THAW_COST_FAILED);
}

static void
withdraw (ThawCost *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_clear_object (&self->cancel);
}

static void
add_number (GPtrArray *args, const char *name, guint64 value)
{
  g_ptr_array_add (args, g_strdup (name));
  g_ptr_array_add (args, g_strdup_printf ("%" G_GUINT64_FORMAT, value));
}

/* How many images there are is known already, so that nobody reads the set again; but not of sets
 * with validation images of their own, which the program counts itself. */
static void
add_data (ThawCost *self, GPtrArray *args)
{
  const ThawDataFacts *facts = thaw_draft_data_facts (self->draft);
  const char *path = thaw_draft_data_path (self->draft);

  if (facts->n_validation == 0) {
    add_number (args, "--images", facts->n_train);
    add_number (args, "--test-images", facts->n_test);
    add_number (args, "--classes", (guint64) MAX (facts->classes, 2));
  } else if (path != NULL) {
    g_ptr_array_add (args, g_strdup ("--data"));
    g_ptr_array_add (args, g_strdup (path));
  }
}

static gboolean
ask_cb (gpointer data)
{
  ThawCost *self = data;
  const ThawRecipe *recipe = thaw_draft_recipe (self->draft);
  g_auto (GStrv) chosen = thaw_command_recipe (recipe, thaw_draft_origin_name (self->draft));
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func (g_free);

  self->timer = 0;
  g_ptr_array_add (args, g_strdup ("estimate"));
  for (char **arg = chosen; *arg != NULL; arg++)
    g_ptr_array_add (args, g_strdup (*arg));
  add_data (self, args);
  g_ptr_array_add (args, g_strdup ("--json"));
  g_ptr_array_add (args, NULL);
  self->cancel = g_cancellable_new ();
  say (self, THAW_COST_ASKING);
  thaw_engine_call (self->home, (const char *const *) args->pdata, self->cancel, told_cb,
                    g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* Without data, or with a recipe that cannot start, there is nothing to ask. */
static void
ask_soon (ThawCost *self)
{
  const ThawDataFacts *facts = thaw_draft_data_facts (self->draft);

  withdraw (self);
  if (thaw_draft_locked (self->draft))
    return;
  if (!facts->known || facts->n_train == 0 || thaw_draft_stopped (self->draft)) {
    say (self, THAW_COST_UNKNOWN);
    return;
  }
  self->timer = g_timeout_add (PAUSE_MS, ask_cb, self);
}

/* What a name or a seed costs nothing. */
static void
changed_cb (ThawCost *self, const char *const *paths)
{
  for (; *paths != NULL; paths++)
    if (g_strcmp0 (*paths, "name") != 0 && g_strcmp0 (*paths, "seed") != 0) {
      ask_soon (self);
      return;
    }
}

static void
runs_cb (ThawCost *self)
{
  g_signal_emit (self, changed_signal, 0);
}

/* --- The object --- */

ThawCostState
thaw_cost_state (ThawCost *self)
{
  return self->state;
}

static void
thaw_cost_dispose (GObject *object)
{
  ThawCost *self = THAW_COST (object);

  withdraw (self);
  g_clear_object (&self->draft);
  g_clear_object (&self->runs);
  g_clear_pointer (&self->home, g_free);
  g_clear_pointer (&self->error, g_free);
  G_OBJECT_CLASS (thaw_cost_parent_class)->dispose (object);
}

static void
thaw_cost_class_init (ThawCostClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = thaw_cost_dispose;
  changed_signal = g_signal_new ("changed", THAW_TYPE_COST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
thaw_cost_init (ThawCost *self)
{
}

ThawCost *
thaw_cost_new (ThawDraft *draft, const char *home, GObject *runs)
{
  ThawCost *self = g_object_new (THAW_TYPE_COST, NULL);

  self->draft = g_object_ref (draft);
  self->home = g_strdup (home);
  self->runs = g_object_ref (runs);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (ask_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (runs, "notify::value", G_CALLBACK (runs_cb), self, G_CONNECT_SWAPPED);
  return self;
}
