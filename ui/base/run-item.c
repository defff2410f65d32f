/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-item-private.h"

#include "thaw-analysis.h"
#include "thaw-models.h"
#include "thaw-plots.h"
#include <glib/gi18n-lib.h>
#include <math.h>

struct _ThawRunItem {
  GObject parent_instance;
  ThawRunSummary *summary;
  char *tags; /* joined, for people and for filters */
};

G_DEFINE_FINAL_TYPE (ThawRunItem, thaw_run_item, G_TYPE_OBJECT)

enum {
  PROP_ID = 1,
  PROP_NAME,
  PROP_BACKBONE,
  PROP_STATE,
  PROP_STATE_TEXT,
  PROP_STARRED,
  PROP_TAGS,
  PROP_ACCURACY,
  PROP_FRACTION,
  PROP_ORDER,
  N_PROPS
};
static GParamSpec *props[N_PROPS];
static guint changed_signal;

static const char *
backbone_title (const ThawRun *run)
{
  const ThawModel *model = run->model != NULL ? thaw_model_find (run->model) : NULL;

  if (model != NULL && model->entry.title != NULL)
    return _ (model->entry.title);
  return run->model != NULL ? run->model : "";
}

static double
fraction_of (const ThawRun *run)
{
  if (run->state == THAW_RUN_FINISHED)
    return 1;
  if (run->steps_planned > 0)
    return CLAMP ((double) run->steps_done / (double) run->steps_planned, 0, 1);
  return run->epochs > 0 ? CLAMP ((double) run->epochs_done / run->epochs, 0, 1) : 0;
}

static char *
join_tags (const ThawRun *run)
{
  return run->tags != NULL ? g_strjoinv (", ", run->tags) : g_strdup ("");
}

static void
thaw_run_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  ThawRunItem *self = THAW_RUN_ITEM (object);
  const ThawRun *run = self->summary->run;

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, run->id);
    break;
  case PROP_NAME:
    g_value_set_string (value, run->name);
    break;
  case PROP_BACKBONE:
    g_value_set_string (value, backbone_title (run));
    break;
  case PROP_STATE:
    g_value_set_int (value, (int) run->state);
    break;
  case PROP_STATE_TEXT:
    g_value_set_string (value, thaw_text_state (run->state));
    break;
  case PROP_STARRED:
    g_value_set_boolean (value, run->starred);
    break;
  case PROP_TAGS:
    g_value_set_string (value, self->tags);
    break;
  case PROP_ACCURACY:
    g_value_set_double (value, run->best_accuracy);
    break;
  case PROP_FRACTION:
    g_value_set_double (value, fraction_of (run));
    break;
  case PROP_ORDER:
    g_value_set_int64 (value, run->seq);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
thaw_run_item_finalize (GObject *object)
{
  ThawRunItem *self = THAW_RUN_ITEM (object);

  g_clear_pointer (&self->summary, thaw_run_summary_free);
  g_free (self->tags);
  G_OBJECT_CLASS (thaw_run_item_parent_class)->finalize (object);
}

static void
thaw_run_item_class_init (ThawRunItemClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = thaw_run_item_get_property;
  object_class->finalize = thaw_run_item_finalize;
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_BACKBONE] = g_param_spec_string ("backbone", NULL, NULL, NULL, flags);
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_STATE_TEXT] = g_param_spec_string ("state-text", NULL, NULL, NULL, flags);
  props[PROP_STARRED] = g_param_spec_boolean ("starred", NULL, NULL, FALSE, flags);
  props[PROP_TAGS] = g_param_spec_string ("tags", NULL, NULL, NULL, flags);
  props[PROP_ACCURACY] =
      g_param_spec_double ("accuracy", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags);
  props[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  props[PROP_ORDER] = g_param_spec_int64 ("order", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  changed_signal = g_signal_new ("changed", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
thaw_run_item_init (ThawRunItem *self)
{
}

ThawRunItem *
thaw_run_item_new (ThawRunSummary *summary)
{
  ThawRunItem *self = g_object_new (THAW_TYPE_RUN_ITEM, NULL);

  self->summary = summary;
  self->tags = join_tags (summary->run);
  return self;
}

static void
notify_if (ThawRunItem *self, int prop, bool differs)
{
  if (differs)
    g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static bool
same_number (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/* Old and new row side by side, both whole, so that handlers see the new one. */
static void
announce (ThawRunItem *self, const ThawRun *old, const char *old_tags)
{
  const ThawRun *new = self->summary->run;

  g_object_freeze_notify (G_OBJECT (self));
  notify_if (self, PROP_NAME, g_strcmp0 (old->name, new->name) != 0);
  notify_if (self, PROP_BACKBONE, g_strcmp0 (old->model, new->model) != 0);
  notify_if (self, PROP_STATE, old->state != new->state);
  notify_if (self, PROP_STATE_TEXT, old->state != new->state);
  notify_if (self, PROP_STARRED, old->starred != new->starred);
  notify_if (self, PROP_TAGS, g_strcmp0 (old_tags, self->tags) != 0);
  notify_if (self, PROP_ACCURACY, !same_number (old->best_accuracy, new->best_accuracy));
  notify_if (self, PROP_FRACTION, !same_number (fraction_of (old), fraction_of (new)));
  g_object_thaw_notify (G_OBJECT (self));
  g_signal_emit (self, changed_signal, 0);
}

void
thaw_run_item_update (ThawRunItem *self, ThawRunSummary *summary)
{
  g_autoptr (ThawRunSummary) old = self->summary;
  g_autofree char *old_tags = self->tags;

  self->summary = summary;
  self->tags = join_tags (summary->run);
  announce (self, old->run, old_tags);
}

void
thaw_run_item_lose_worker (ThawRunItem *self)
{
  ThawRun old = *self->summary->run;

  if (!thaw_run_item_alive (self))
    return;
  self->summary->run->state = THAW_RUN_INTERRUPTED;
  announce (self, &old, self->tags);
}

const ThawRun *
thaw_run_item_run (ThawRunItem *self)
{
  g_return_val_if_fail (THAW_IS_RUN_ITEM (self), NULL);
  return self->summary->run;
}

const char *
thaw_run_item_id (ThawRunItem *self)
{
  g_return_val_if_fail (THAW_IS_RUN_ITEM (self), NULL);
  return self->summary->run->id;
}

bool
thaw_run_item_alive (ThawRunItem *self)
{
  const ThawRun *run = thaw_run_item_run (self);

  return run->state == THAW_RUN_STARTING || run->state == THAW_RUN_RUNNING ||
         run->state == THAW_RUN_PAUSED;
}

gint64
thaw_run_item_ticked_ms (ThawRunItem *item)
{
  g_return_val_if_fail (THAW_IS_RUN_ITEM (item), 0);
  return item->summary->ticked_ms;
}

const float *
thaw_run_item_spark (ThawRunItem *self, size_t *n)
{
  *n = self->summary->n_epochs;
  return self->summary->accuracy;
}

int
thaw_run_item_hue (ThawRunItem *self)
{
  gint64 place = thaw_run_item_run (self)->seq - 1;

  return (int) (((place % THAW_N_HUES) + THAW_N_HUES) % THAW_N_HUES);
}
