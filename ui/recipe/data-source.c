/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data-source.h"
#include "engine.h"
#include "thaw-foreign.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

struct _ThawDataSource {
  GObject parent_instance;

  ThawDraft *draft;
  char *home;
  GPtrArray *sets, *imported; /* of ThawFoundSet; imported ones come first */
  bool started, listed;
  GCancellable *cancel; /* of the reading under way */
  char *wanted;         /* path and size being read or read, NULL: none */
  ThawSamples *samples;
  char *error;
};

G_DEFINE_FINAL_TYPE (ThawDataSource, thaw_data_source, G_TYPE_OBJECT)

enum { SETS, SAMPLES, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
found_free (void *data)
{
  ThawFoundSet *set = data;

  g_free (set->id);
  g_free (set->title);
  g_free (set->path);
  g_free (set);
}

static ThawFoundSet *
found_new (const char *id, const char *title, const char *path)
{
  ThawFoundSet *set = g_new (ThawFoundSet, 1);

  *set = (ThawFoundSet){g_strdup (id), g_strdup (title), g_strdup (path)};
  return set;
}

/* --- Which set --- */

static int
find_path (ThawDataSource *self, const char *path)
{
  for (guint i = 0; i < self->sets->len; i++)
    if (strcmp (((ThawFoundSet *) self->sets->pdata[i])->path, path) == 0)
      return (int) i;
  return -1;
}

static int
find_id (ThawDataSource *self, const char *id)
{
  for (guint i = 0; i < self->sets->len; i++)
    if (strcmp (((ThawFoundSet *) self->sets->pdata[i])->id, id) == 0)
      return (int) i;
  return -1;
}

/* As the program chooses: the path given, else by name; "auto" prefers the lesson's. */
int
thaw_data_source_chosen (ThawDataSource *self)
{
  const char *path = thaw_draft_data_path (self->draft),
             *id = thaw_draft_recipe (self->draft)->data.set;
  int at;

  if (path != NULL)
    return find_path (self, path);
  if (strcmp (id, "auto") != 0)
    return find_id (self, id);
  at = find_id (self, "cifar-10");
  at = at < 0 ? find_id (self, "fashion-mnist") : at;
  return at < 0 && self->sets->len > 0 ? 0 : at;
}

/* --- Reading --- */

typedef struct {
  char *path;
  int size;
} Job;

static void
job_free (void *data)
{
  g_free (((Job *) data)->path);
  g_free (data);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
  const Job *job = data;
  GError *error = NULL;
  ThawSamples *samples = thaw_samples_read (job->path, job->size, cancel, &error);

  if (samples != NULL)
    g_task_return_pointer (task, samples, (GDestroyNotify) thaw_samples_unref);
  else
    g_task_return_error (task, error);
}

static void
tell_facts (ThawDataSource *self)
{
  ThawDataFacts facts = {0};

  if (self->samples != NULL)
    thaw_samples_facts (self->samples, &facts);
  else if (self->error != NULL)
    facts = (ThawDataFacts){.known = true, .error = g_strdup (self->error)};
  thaw_draft_set_data_facts (self->draft, &facts);
  thaw_data_facts_clear (&facts);
}

/* The set read last, for all pages: runs on the same data follow one another. */
static ThawSamples *latest;

static void
keep_latest (ThawSamples *samples)
{
  if (samples != latest)
    g_clear_pointer (&latest, thaw_samples_unref);
  if (latest == NULL)
    latest = thaw_samples_ref (samples);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ThawDataSource *self = THAW_DATA_SOURCE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawSamples) samples = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancel)
    return; /* another set was chosen meanwhile */
  g_clear_object (&self->cancel);
  if (samples != NULL)
    keep_latest (samples);
  self->samples = g_steal_pointer (&samples);
  self->error = error != NULL ? g_strdup (error->message) : NULL;
  tell_facts (self);
  g_signal_emit (self, signals[SAMPLES], 0);
}

static void
stop_reading (ThawDataSource *self)
{
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  g_clear_object (&self->cancel);
  g_clear_pointer (&self->samples, thaw_samples_unref);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->wanted, g_free);
}

static void
start_reading (ThawDataSource *self, const char *path, int size)
{
  g_autoptr (GTask) task = NULL;
  Job *job = g_new (Job, 1);

  *job = (Job){g_strdup (path), size};
  self->cancel = g_cancellable_new ();
  task = g_task_new (self, self->cancel, read_cb, NULL);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, read_thread);
}

/* --- The sample: built into the program, which writes it where sets are read from --- */

/* "path" of the first item of a list. (transfer full) (nullable) */
static char *
first_path (const char *json)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonReader) reader = NULL;

  if (!json_parser_load_from_data (parser, json, -1, NULL))
    return NULL;
  reader = json_reader_new (json_parser_get_root (parser));
  if (!json_reader_read_element (reader, 0) || !json_reader_read_member (reader, "path"))
    return NULL;
  return g_strdup (json_reader_get_string_value (reader));
}

static void
sample_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawDataSource) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);
  g_autofree char *path = json != NULL ? first_path (json) : NULL;

  if (self->draft == NULL || g_task_get_cancellable (G_TASK (result)) != self->cancel)
    return;
  g_clear_object (&self->cancel);
  if (path != NULL) {
    start_reading (self, path, thaw_draft_recipe (self->draft)->data.size);
    return;
  }
  self->error = g_strdup (error != NULL ? error->message : _ ("The engine gave no answer."));
  tell_facts (self);
  g_signal_emit (self, signals[SAMPLES], 0);
}

static void
start_sample (ThawDataSource *self)
{
  const char *const args[] = {"datasets", "sample", "--json", NULL};

  self->cancel = g_cancellable_new ();
  thaw_engine_call (self->home, args, self->cancel, sample_cb, g_object_ref (self));
}

/* No set of that name: said as soon as the list has come. */
static void
say_missing (ThawDataSource *self)
{
  const char *id = thaw_draft_recipe (self->draft)->data.set;

  if (!self->listed)
    return;
  self->error =
      strcmp (id, "auto") == 0
          ? g_strdup (_ ("No data set was found on this computer. Import one to begin."))
          : g_strdup_printf (_ ("The data set “%s” was not found on this computer. Import it, or "
                                "choose another."),
                             id);
}

static bool
take_latest (ThawDataSource *self, const char *path, int size)
{
  if (latest == NULL || latest->size != size || strcmp (latest->path, path) != 0)
    return false;
  self->samples = thaw_samples_ref (latest);
  tell_facts (self);
  return true;
}

/* A draft that names no place means the first set of its name: the engine would not find one that
 * was only imported here. */
static int
place_imported (ThawDataSource *self)
{
  int at = thaw_data_source_chosen (self);

  if (at >= 0 && (guint) at < self->imported->len && thaw_draft_data_path (self->draft) == NULL &&
      !thaw_draft_locked (self->draft))
    thaw_draft_set_data_path (self->draft, ((ThawFoundSet *) self->sets->pdata[at])->path);
  return at;
}

static void
follow (ThawDataSource *self)
{
  int at = place_imported (self), size = thaw_draft_recipe (self->draft)->data.size;
  const char *path =
      at >= 0 ? ((ThawFoundSet *) self->sets->pdata[at])->path : thaw_draft_data_path (self->draft);
  g_autofree char *wanted = path != NULL ? g_strdup_printf ("%d %s", size, path) : NULL;

  if (!self->started)
    return;
  if (g_strcmp0 (wanted, self->wanted) == 0 && (wanted != NULL || self->error != NULL)) {
    if (!thaw_draft_data_facts (self->draft)->known && self->cancel == NULL)
      tell_facts (self);
    return;
  }
  stop_reading (self);
  self->wanted = g_steal_pointer (&wanted);
  if (path != NULL && strcmp (path, THAW_SAMPLE_PATH) == 0) {
    start_sample (self);
  } else if (path != NULL) {
    if (!take_latest (self, path, size))
      start_reading (self, path, size);
  } else {
    say_missing (self);
    if (self->error != NULL)
      tell_facts (self);
  }
  g_signal_emit (self, signals[SAMPLES], 0);
}

static void
changed_cb (ThawDataSource *self, const char *const *paths)
{
  if (g_strv_contains (paths, "data.set") || g_strv_contains (paths, "data.path") ||
      g_strv_contains (paths, "data.size"))
    follow (self);
}

/* --- The list --- */

static const char *
member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

static void
take_list (ThawDataSource *self, const char *json)
{
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonArray *list =
      root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;

  g_ptr_array_set_size (self->sets, 0);
  for (guint i = 0; i < self->imported->len; i++) {
    const ThawFoundSet *set = self->imported->pdata[i];
    g_ptr_array_add (self->sets, found_new (set->id, set->title, set->path));
  }
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++) {
    JsonNode *node = json_array_get_element (list, i);
    JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
    const char *id = object != NULL ? member (object, "id") : NULL,
               *title = object != NULL ? member (object, "title") : NULL,
               *path = object != NULL ? member (object, "path") : NULL;
    if (id != NULL && title != NULL && path != NULL && find_path (self, path) < 0)
      g_ptr_array_add (self->sets, found_new (id, title, path));
  }
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ThawDataSource) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = thaw_engine_call_finish (result, &error);

  take_list (self, json != NULL ? json : "[]");
  self->listed = true;
  g_signal_emit (self, signals[SETS], 0);
  follow (self);
}

void
thaw_data_source_start (ThawDataSource *self)
{
  if (self->started)
    return;
  self->started = true;
  follow (self); /* a path that is given needs no list */
  thaw_data_source_refresh (self);
}

void
thaw_data_source_refresh (ThawDataSource *self)
{
  const char *const args[] = {"datasets", "--json", NULL};

  thaw_engine_call (self->home, args, NULL, listed_cb, g_object_ref (self));
}

/* --- Import --- */

typedef struct {
  char *path;
  ThawImportDone done;
  gpointer user;
} Import;

static void
import_free (void *data)
{
  g_free (((Import *) data)->path);
  g_free (data);
}

static void
probe_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
  GError *error = NULL;
  ThawSetInfo *info = thaw_foreign_probe (((Import *) data)->path, &error);

  if (info != NULL)
    g_task_return_pointer (task, info, (GDestroyNotify) thaw_set_info_free);
  else
    g_task_return_error (task, error);
}

void
thaw_data_source_choose (ThawDataSource *self, int at)
{
  const ThawFoundSet *set;
  const char *path;

  if (at < 0 || (guint) at >= self->sets->len)
    return;
  set = self->sets->pdata[at];
  /* its name alone finds the first of that name, but for imported ones: the engine does not know
   * them */
  path = find_id (self, set->id) == at && (guint) at >= self->imported->len ? NULL : set->path;
  if (at == thaw_data_source_chosen (self) &&
      g_strcmp0 (path, thaw_draft_data_path (self->draft)) == 0)
    return;
  thaw_draft_settle (self->draft);
  thaw_draft_set (self->draft, "data.set", set->id, NULL);
  thaw_draft_set_data_path (self->draft, path);
  thaw_draft_settle (self->draft);
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ThawDataSource *self = THAW_DATA_SOURCE (source);
  const Import *import = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawSetInfo) info = g_task_propagate_pointer (G_TASK (result), &error);
  int at;

  if (info == NULL) {
    if (import->done != NULL)
      import->done (error->message, import->user);
    return;
  }
  at = find_path (self, info->path);
  if (at < 0) {
    g_ptr_array_insert (self->imported, 0, found_new (info->id, info->title, info->path));
    g_ptr_array_insert (self->sets, 0, found_new (info->id, info->title, info->path));
    at = 0;
    g_signal_emit (self, signals[SETS], 0);
  }
  thaw_data_source_choose (self, at);
  g_signal_emit (self, signals[SETS], 0);
  if (import->done != NULL)
    import->done (NULL, import->user);
}

void
thaw_data_source_import (ThawDataSource *self, GFile *file, ThawImportDone done, gpointer user)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, probed_cb, NULL);
  Import *import = g_new (Import, 1);

  *import = (Import){g_file_get_path (file), done, user};
  if (import->path == NULL) {
    if (done != NULL)
      done (_ ("This is not a file of this computer. Copy it here first."), user);
    import_free (import);
    return;
  }
  g_task_set_task_data (task, import, import_free);
  g_task_run_in_thread (task, probe_thread);
}

/* --- The object --- */

const GPtrArray *
thaw_data_source_sets (ThawDataSource *self)
{
  return self->sets;
}

bool
thaw_data_source_listed (ThawDataSource *self)
{
  return self->listed;
}

bool
thaw_data_source_reading (ThawDataSource *self)
{
  return self->cancel != NULL;
}

ThawSamples *
thaw_data_source_samples (ThawDataSource *self)
{
  return self->samples;
}

const char *
thaw_data_source_error (ThawDataSource *self)
{
  return self->error;
}

static void
thaw_data_source_dispose (GObject *object)
{
  ThawDataSource *self = THAW_DATA_SOURCE (object);

  stop_reading (self);
  g_clear_object (&self->draft);
  g_clear_pointer (&self->sets, g_ptr_array_unref);
  g_clear_pointer (&self->imported, g_ptr_array_unref);
  g_clear_pointer (&self->home, g_free);
  G_OBJECT_CLASS (thaw_data_source_parent_class)->dispose (object);
}

static void
thaw_data_source_class_init (ThawDataSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = thaw_data_source_dispose;
  signals[SETS] = g_signal_new ("sets", THAW_TYPE_DATA_SOURCE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
  signals[SAMPLES] = g_signal_new ("samples", THAW_TYPE_DATA_SOURCE, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
thaw_data_source_init (ThawDataSource *self)
{
  self->sets = g_ptr_array_new_with_free_func (found_free);
  self->imported = g_ptr_array_new_with_free_func (found_free);
}

ThawDataSource *
thaw_data_source_new (ThawDraft *draft, const char *home)
{
  ThawDataSource *self = g_object_new (THAW_TYPE_DATA_SOURCE, NULL);

  self->draft = g_object_ref (draft);
  self->home = g_strdup (home);
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  return self;
}
