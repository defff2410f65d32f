/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a file of weights fits the backbone: asked of the program when one or the other has
 * changed, and said among the findings of the check, before anybody starts. */
#include "command.h"
#include "engine.h"
#include "weights-fit.h"

enum { PAUSE_MS = 250 };

typedef struct {
  ThawDraft *draft; /* owns this */
  char *home;
  guint timer;
  GCancellable *cancel; /* of the question under way */
} Fit;

static void
withdraw (Fit *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_clear_object (&self->cancel);
}

static void
fit_free (gpointer data)
{
  Fit *self = data;

  withdraw (self);
  g_free (self->home);
  g_free (self);
}

static void
told_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawDraft) draft = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);
  Fit *self = g_object_get_data (G_OBJECT (draft), "thaw-weights-fit");

  if (self == NULL || g_task_get_cancellable (G_TASK (result)) != self->cancel)
    return; /* another file or backbone was chosen meanwhile */
  g_clear_object (&self->cancel);
  thaw_draft_set_weights_error (draft, json == NULL ? error->message : NULL);
}

static gboolean
ask_cb (gpointer data)
{
  Fit *self = data;
  g_auto (GStrv) chosen =
      thaw_command_recipe (thaw_draft_recipe (self->draft), thaw_draft_origin_name (self->draft));
  int classes = MAX (thaw_draft_data_facts (self->draft)->classes, 2);
  g_autofree char *number = g_strdup_printf ("%d", classes);
  g_autoptr (GPtrArray) args = g_ptr_array_new ();

  self->timer = 0;
  g_ptr_array_add (args, (char *) "weights");
  g_ptr_array_add (args, (char *) "check");
  for (char **arg = chosen; *arg != NULL; arg++)
    g_ptr_array_add (args, *arg);
  g_ptr_array_add (args, (char *) "--classes");
  g_ptr_array_add (args, number);
  g_ptr_array_add (args, (char *) "--json");
  g_ptr_array_add (args, NULL);
  self->cancel = g_cancellable_new ();
  thaw_engine_call (self->home, (const char *const *) args->pdata, self->cancel, told_cb,
                    g_object_ref (self->draft));
  return G_SOURCE_REMOVE;
}

/* Only a file of one's own can be another backbone's. */
static void
ask_soon (Fit *self)
{
  const char *weights = thaw_draft_recipe (self->draft)->model.weights;

  withdraw (self);
  if (thaw_draft_locked (self->draft))
    return;
  if (g_str_equal (weights, "random") || g_str_equal (weights, "imagenet") ||
      g_str_equal (weights, "starter"))
    thaw_draft_set_weights_error (self->draft, NULL);
  else
    self->timer = g_timeout_add (PAUSE_MS, ask_cb, self);
}

static void
changed_cb (ThawDraft *draft, const char *const *paths, Fit *self)
{
  for (; *paths != NULL; paths++)
    if (g_str_has_prefix (*paths, "model.")) {
      ask_soon (self);
      return;
    }
}

static void
began_cb (ThawDraft *draft, Fit *self)
{
  ask_soon (self);
}

void
thaw_weights_fit_watch (ThawDraft *draft, const char *home)
{
  Fit *self = g_new0 (Fit, 1);

  self->draft = draft;
  self->home = g_strdup (home);
  g_object_set_data_full (G_OBJECT (draft), "thaw-weights-fit", self, fit_free);
  g_signal_connect (draft, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (draft, "began", G_CALLBACK (began_cb), self);
}
