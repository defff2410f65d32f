/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"
#include "run-data-private.h"
#include "run-item-private.h"
#include "writer.h"

struct _ThawWatch {
  GObject parent_instance;
  char *home, *message;
  ThawWatchState state;
  bool queue_alive, lost;
  GListStore *runs, *trash;
  GHashTable *items; /* id -> ThawRunItem */
  GHashTable *data;  /* id -> ThawRunData, weak: each takes itself out */
  ThawMailbox *news, *written;
  ThawReader *reader;
  ThawWriter *writer;
};

G_DEFINE_FINAL_TYPE (ThawWatch, thaw_watch, G_TYPE_OBJECT)

static guint changed_signal;

/* --- Lists: latest first --- */

static gint64
order_of (GListStore *list, guint i)
{
  g_autoptr (ThawRunItem) item = g_list_model_get_item (G_LIST_MODEL (list), i);

  return thaw_run_item_run (item)->seq;
}

/* Where a run of that number stands, or would. */
static guint
place_of (GListStore *list, gint64 seq)
{
  guint lo = 0, hi = g_list_model_get_n_items (G_LIST_MODEL (list));

  while (lo < hi) {
    guint mid = lo + (hi - lo) / 2;
    if (order_of (list, mid) > seq)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

static void
put_in (GListStore *list, ThawRunItem *item)
{
  g_list_store_insert (list, place_of (list, thaw_run_item_run (item)->seq), item);
}

static void
take_out (GListStore *list, ThawRunItem *item)
{
  guint place;

  if (g_list_store_find (list, item, &place))
    g_list_store_remove (list, place);
}

static GListStore *
list_of (ThawWatch *self, const ThawRun *run)
{
  return run->trashed_ms != 0 ? self->trash : self->runs;
}

/* --- News --- */

static void
remove_run (ThawWatch *self, const char *id)
{
  ThawRunItem *item = g_hash_table_lookup (self->items, id);

  if (item == NULL)
    return;
  take_out (list_of (self, thaw_run_item_run (item)), item);
  g_hash_table_remove (self->items, id);
}

/* summary: (transfer full) */
static void
take_summary (ThawWatch *self, ThawRunSummary *summary)
{
  ThawRunItem *item;
  GListStore *before;

  if (summary->gone) {
    remove_run (self, summary->run->id);
    thaw_run_summary_free (summary);
    return;
  }
  item = g_hash_table_lookup (self->items, summary->run->id);
  if (item == NULL) {
    item = thaw_run_item_new (summary);
    g_hash_table_insert (self->items, g_strdup (summary->run->id), item);
    put_in (list_of (self, summary->run), item);
    return;
  }
  before = list_of (self, thaw_run_item_run (item));
  thaw_run_item_update (item, summary);
  if (before != list_of (self, thaw_run_item_run (item))) {
    take_out (before, item);
    put_in (list_of (self, thaw_run_item_run (item)), item);
  }
}

/* The first time: two splices instead of an insertion a run. */
static void
take_first (ThawWatch *self, GPtrArray *summaries)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new ();
  g_autoptr (GPtrArray) trash = g_ptr_array_new ();

  for (guint i = 0; i < summaries->len; i++) {
    ThawRunSummary *summary = summaries->pdata[i];
    ThawRunItem *item;
    if (summary->gone) {
      thaw_run_summary_free (summary);
      continue;
    }
    item = thaw_run_item_new (summary);
    g_hash_table_insert (self->items, g_strdup (summary->run->id), item);
    g_ptr_array_add (list_of (self, summary->run) == self->runs ? runs : trash, item);
  }
  g_list_store_splice (self->runs, 0, 0, runs->pdata, runs->len);
  g_list_store_splice (self->trash, 0, 0, trash->pdata, trash->len);
}

/* Another store than before: runs that it does not have go away. */
static void
drop_missing (ThawWatch *self, const GPtrArray *summaries)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id;

  for (guint i = 0; i < summaries->len; i++)
    g_hash_table_add (there, ((ThawRunSummary *) summaries->pdata[i])->run->id);
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (there, id))
      g_ptr_array_add (missing, g_strdup (id));
  for (guint i = 0; i < missing->len; i++)
    remove_run (self, missing->pdata[i]);
}

static void
take_runs (ThawWatch *self, ThawNews *news)
{
  if (news->summaries != NULL) {
    if (news->whole)
      drop_missing (self, news->summaries);
    g_ptr_array_set_free_func (news->summaries, NULL);
    if (g_hash_table_size (self->items) == 0)
      take_first (self, news->summaries);
    else
      for (guint i = 0; i < news->summaries->len; i++)
        take_summary (self, news->summaries->pdata[i]);
  }
  for (guint i = 0; news->dead != NULL && i < news->dead->len; i++) {
    ThawRunItem *item = g_hash_table_lookup (self->items, news->dead->pdata[i]);
    if (item != NULL)
      thaw_run_item_lose_worker (item);
  }
}

static void
take_state (ThawWatch *self, ThawNews *news)
{
  self->state = news->state;
  self->queue_alive = news->queue_alive;
  self->lost = news->lost;
  g_free (self->message);
  self->message = g_steal_pointer (&news->message);
}

static void
news_cb (GPtrArray *letters, gpointer user)
{
  g_autoptr (ThawWatch) self = g_object_ref (THAW_WATCH (user));
  bool changed = false;

  for (guint i = 0; i < letters->len; i++) {
    ThawNews *news = letters->pdata[i];
    ThawRunData *data = news->id != NULL ? g_hash_table_lookup (self->data, news->id) : NULL;
    changed = changed || news->kind != THAW_NEWS_DATA;
    if (news->kind == THAW_NEWS_STATE)
      take_state (self, news);
    else if (news->kind == THAW_NEWS_RUNS)
      take_runs (self, news);
    else if (data != NULL)
      thaw_run_data_take (data, news);
  }
  if (changed)
    g_signal_emit (self, changed_signal, 0);
}

static void
written_cb (GPtrArray *letters, gpointer user)
{
  g_autoptr (ThawWatch) self = g_object_ref (THAW_WATCH (user));

  if (self->reader != NULL)
    thaw_reader_poke (self->reader);
  for (guint i = 0; i < letters->len; i++) {
    ThawWriteJob *job = letters->pdata[i];
    if (job->done != NULL)
      job->done (self, job->user, job->error);
  }
}

/* --- The object --- */

static void
thaw_watch_dispose (GObject *object)
{
  ThawWatch *self = THAW_WATCH (object);

  g_clear_pointer (&self->writer, thaw_writer_free);
  g_clear_pointer (&self->reader, thaw_reader_free);
  if (self->news != NULL)
    thaw_mailbox_close (self->news);
  if (self->written != NULL)
    thaw_mailbox_close (self->written);
  G_OBJECT_CLASS (thaw_watch_parent_class)->dispose (object);
}

static void
thaw_watch_finalize (GObject *object)
{
  ThawWatch *self = THAW_WATCH (object);

  g_clear_pointer (&self->news, thaw_mailbox_unref);
  g_clear_pointer (&self->written, thaw_mailbox_unref);
  g_clear_object (&self->runs);
  g_clear_object (&self->trash);
  g_clear_pointer (&self->items, g_hash_table_unref);
  g_clear_pointer (&self->data, g_hash_table_unref);
  g_free (self->home);
  g_free (self->message);
  G_OBJECT_CLASS (thaw_watch_parent_class)->finalize (object);
}

static void
thaw_watch_class_init (ThawWatchClass *class)
{
  G_OBJECT_CLASS (class)->dispose = thaw_watch_dispose;
  G_OBJECT_CLASS (class)->finalize = thaw_watch_finalize;
  changed_signal = g_signal_new ("changed", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
thaw_watch_init (ThawWatch *self)
{
  self->runs = g_list_store_new (THAW_TYPE_RUN_ITEM);
  self->trash = g_list_store_new (THAW_TYPE_RUN_ITEM);
  self->items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->data = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->news = thaw_mailbox_new (news_cb, self, (GDestroyNotify) thaw_news_free);
  self->written = thaw_mailbox_new (written_cb, self, (GDestroyNotify) thaw_write_job_free);
}

ThawWatch *
thaw_watch_new (const char *home)
{
  ThawWatch *self = g_object_new (THAW_TYPE_WATCH, NULL);

  self->home = home != NULL ? g_strdup (home) : thaw_store_default_home ();
  self->reader = thaw_reader_new (self->home, self->news);
  return self;
}

const char *
thaw_watch_home (ThawWatch *self)
{
  return self->home;
}

ThawWatchState
thaw_watch_state (ThawWatch *self)
{
  return self->state;
}

const char *
thaw_watch_message (ThawWatch *self)
{
  return self->message;
}

bool
thaw_watch_store_lost (ThawWatch *self)
{
  return self->lost;
}

bool
thaw_watch_queue_alive (ThawWatch *self)
{
  return self->queue_alive;
}

GListModel *
thaw_watch_runs (ThawWatch *self)
{
  return G_LIST_MODEL (self->runs);
}

GListModel *
thaw_watch_trash (ThawWatch *self)
{
  return G_LIST_MODEL (self->trash);
}

ThawRunItem *
thaw_watch_find (ThawWatch *self, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->items, id) : NULL;
}

/* --- Followed runs --- */

static void
forget_data (ThawWatch *self, const char *id)
{
  g_hash_table_remove (self->data, id);
  if (self->reader != NULL)
    thaw_reader_unfollow (self->reader, id);
}

ThawRunData *
thaw_watch_follow (ThawWatch *self, const char *id)
{
  ThawRunData *data;

  g_return_val_if_fail (THAW_IS_WATCH (self) && id != NULL, NULL);
  data = g_hash_table_lookup (self->data, id);
  if (data != NULL)
    return g_object_ref (data);
  data = thaw_run_data_new (self, id, forget_data);
  g_hash_table_insert (self->data, g_strdup (id), data);
  thaw_run_data_set_serial (data, thaw_reader_follow (self->reader, id));
  return data;
}

/* --- Writes --- */

void
thaw_watch_write (ThawWatch *self,
                  ThawWriteFunc func,
                  gpointer data,
                  GDestroyNotify free_data,
                  ThawWriteDone done,
                  gpointer user)
{
  ThawWriteJob *job = g_new0 (ThawWriteJob, 1);

  *job = (ThawWriteJob){.to_runs = g_hash_table_size (self->items) > 0,
                        .func = func,
                        .data = data,
                        .free_data = free_data,
                        .done = done,
                        .user = user};
  if (self->writer == NULL)
    self->writer = thaw_writer_new (self->home, self->written);
  thaw_writer_push (self->writer, job);
}

typedef struct {
  char *id, *verb;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->id);
  g_free (request->verb);
  g_free (request);
}

static gboolean
ask (ThawStore *store, gpointer data, GError **error)
{
  const Request *request = data;
  gint64 id;

  return thaw_store_ask (store, request->id, request->verb, &id, error);
}

void
thaw_watch_ask (
    ThawWatch *self, const char *id, const char *verb, ThawWriteDone done, gpointer user)
{
  Request *request = g_new0 (Request, 1);

  request->id = g_strdup (id);
  request->verb = g_strdup (verb);
  thaw_watch_write (self, ask, request, request_free, done, user);
}
