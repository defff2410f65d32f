/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue: a state and a place in a row, so that it outlives whoever works it; and the lock of
 * the one that does. */
#include "lock.h"
#include "store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const ThawRun *one = *(const ThawRun *const *) a, *other = *(const ThawRun *const *) b;

  return (one->queue_place > other->queue_place) - (one->queue_place < other->queue_place);
}

GPtrArray *
thaw_store_queue (ThawStore *store, GError **error)
{
  GPtrArray *runs;

  g_return_val_if_fail (store != NULL, NULL);

  runs = thaw_runs_where (store, "queue_place <> 0 AND trashed_ms = 0", NULL, error);
  if (runs != NULL)
    g_ptr_array_sort (runs, compare_places);
  return runs;
}

/* The state as people see it, read within the transaction. */
static ThawRun *
read_run (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (GPtrArray) runs = NULL;
  gint64 run;

  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return NULL;
  runs = thaw_runs_where (store, "id = ?1", run_id, error);
  return runs != NULL ? g_ptr_array_steal_index (runs, 0) : NULL;
}

static gboolean
write_queued (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (ThawRun) run = read_run (store, run_id, error);
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (run == NULL)
    return FALSE;
  if (run->trashed_ms != 0 || run->state == THAW_RUN_FINISHED || run->state == THAW_RUN_QUEUED ||
      thaw_run_state_is_live (run->state)) {
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE,
                 _ ("Run %.8s '%s' cannot be queued: it is %s"), run->id, run->name,
                 run->trashed_ms != 0 ? _ ("in the trash") : _ (thaw_run_state_name (run->state)));
    return FALSE;
  }
  statement =
      thaw_statement_new (store,
                          "UPDATE run SET state = ?2, message = NULL, ended_ms = 0, "
                          "queue_place = (SELECT max (queue_place) + 1 FROM run) WHERE seq = ?1",
                          error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run->seq);
  thaw_bind_text (store, statement, 2, thaw_run_state_name (THAW_RUN_QUEUED));
  return thaw_statement_run (store, statement, error);
}

gboolean
thaw_store_queue_run (ThawStore *store, const char *run_id, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_queued (store, run_id, error), error);
}

/* --- Order --------------------------------------------------------------------------------------
 */

static gboolean
write_place (ThawStore *store, gint64 run, gint64 place, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "UPDATE run SET queue_place = ?2 WHERE seq = ?1", error);

  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_int (store, statement, 2, place);
  return thaw_statement_run (store, statement, error);
}

static gboolean
fail_not_queued (const char *run_id, GError **error)
{
  g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE, _ ("Run %.8s is not in the queue"),
               run_id);
  return FALSE;
}

static guint
target (ThawQueueMove move, guint at, guint n)
{
  switch (move) {
  case THAW_QUEUE_FIRST:
    return 0;
  case THAW_QUEUE_UP:
    return at > 0 ? at - 1 : 0;
  case THAW_QUEUE_DOWN:
    return at + 1 < n ? at + 1 : at;
  case THAW_QUEUE_LAST:
  default:
    return n - 1;
  }
}

/* The places stay; the runs change theirs. So runs in the trash keep where they were. */
static gboolean
reorder (ThawStore *store, const char *run_id, ThawQueueMove move, GError **error)
{
  g_autoptr (GPtrArray) queue = thaw_store_queue (store, error);
  g_autofree gint64 *places = NULL;
  guint at = 0, to;

  if (queue == NULL)
    return FALSE;
  places = g_new (gint64, queue->len);
  for (guint i = 0; i < queue->len; i++)
    places[i] = ((ThawRun *) queue->pdata[i])->queue_place;
  while (at < queue->len && !g_str_equal (((ThawRun *) queue->pdata[at])->id, run_id))
    at++;
  if (at == queue->len)
    return fail_not_queued (run_id, error);
  to = target (move, at, queue->len);
  g_ptr_array_insert (queue, (int) to, g_ptr_array_steal_index (queue, at));
  for (guint i = MIN (at, to); i <= MAX (at, to); i++)
    if (!write_place (store, ((ThawRun *) queue->pdata[i])->seq, places[i], error))
      return FALSE;
  return TRUE;
}

gboolean
thaw_store_queue_move (ThawStore *store, const char *run_id, ThawQueueMove move, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, reorder (store, run_id, move, error), error);
}

static gboolean
write_removed (ThawStore *store, const char *run_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 run;

  if (!thaw_run_key (store, run_id, &run, NULL, error))
    return FALSE;
  statement = thaw_statement_new (store,
                                  "UPDATE run SET queue_place = 0, state = ?2, ended_ms = ?3 "
                                  "WHERE seq = ?1 AND queue_place <> 0",
                                  error);
  if (statement == NULL)
    return FALSE;
  thaw_bind_int (store, statement, 1, run);
  thaw_bind_text (store, statement, 2, thaw_run_state_name (THAW_RUN_STOPPED));
  thaw_bind_int (store, statement, 3, thaw_now_ms ());
  if (!thaw_statement_run (store, statement, error))
    return FALSE;
  return sqlite3_changes (store->db) == 1 ? TRUE : fail_not_queued (run_id, error);
}

gboolean
thaw_store_queue_remove (ThawStore *store, const char *run_id, GError **error)
{
  g_return_val_if_fail (store != NULL && run_id != NULL, FALSE);

  return thaw_transaction_begin (store, error) &&
         thaw_transaction_end (store, write_removed (store, run_id, error), error);
}

/* --- Who works it -------------------------------------------------------------------------------
 */

struct _ThawQueueLock {
  int fd;
};

static int
open_lock (ThawStore *store, int flags, char **path)
{
  *path = g_build_filename (store->home, "queue.lock", NULL);
  return open (*path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

ThawQueueLock *
thaw_queue_lock (ThawStore *store, GError **error)
{
  g_autofree char *path = NULL;
  ThawQueueLock *lock;
  int fd, number;

  g_return_val_if_fail (store != NULL, NULL);

  fd = open_lock (store, O_RDWR | O_CREAT, &path);
  number = fd < 0 ? errno : thaw_lock_take (fd, 0);
  if (number == 0) {
    lock = g_new0 (ThawQueueLock, 1);
    lock->fd = fd;
    return lock;
  }
  if (fd >= 0)
    close (fd);
  if (number == EAGAIN)
    g_set_error (error, THAW_DB_ERROR, THAW_DB_ERROR_ALIVE,
                 _ ("Another process works the queue already"));
  else
    g_set_error (error, THAW_DB_ERROR,
                 number == ENOSPC || number == EDQUOT ? THAW_DB_ERROR_FULL : THAW_DB_ERROR_IO,
                 _ ("%s: cannot be locked: %s"), path, g_strerror (number));
  return NULL;
}

void
thaw_queue_unlock (ThawQueueLock *lock)
{
  if (lock == NULL)
    return;
  close (lock->fd);
  g_free (lock);
}

bool
thaw_queue_alive (ThawStore *store)
{
  g_autofree char *path = NULL;
  bool held;
  int fd;

  g_return_val_if_fail (store != NULL, false);

  fd = open_lock (store, O_RDONLY, &path);
  if (fd < 0)
    return false;
  held = thaw_lock_is_held (fd);
  close (fd);
  return held;
}
