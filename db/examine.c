/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a store stands, without changing it: version, journal, and all that SQLite and we can look
 * through. */
#include "store-private.h"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

void
thaw_store_report_clear (ThawStoreReport *report)
{
  g_clear_pointer (&report->path, g_free);
  g_clear_pointer (&report->journal, g_free);
  g_clear_pointer (&report->damage, g_ptr_array_unref);
  g_clear_pointer (&report->torn, g_ptr_array_unref);
}

static gint64
bytes_of (const char *path, const char *suffix)
{
  g_autofree char *name = g_strconcat (path, suffix, NULL);
  struct stat st;

  return stat (name, &st) == 0 ? (gint64) st.st_size : 0;
}

static bool
is_remote (const char *home)
{
  struct statfs fs;

  return statfs (home, &fs) == 0 &&
         thaw_filesystem_is_remote ((unsigned long) (unsigned int) fs.f_type);
}

static char *
journal_of (ThawStore *store)
{
  g_autoptr (sqlite3_stmt) statement = thaw_statement_new (store, "PRAGMA journal_mode", NULL);

  if (statement == NULL || thaw_statement_step (store, statement, NULL) != THAW_STEP_ROW)
    return NULL;
  return thaw_column_text (statement, 0);
}

static guint
count_orphans (ThawStore *store)
{
  g_autoptr (sqlite3_stmt) statement =
      thaw_statement_new (store, "SELECT count (*) FROM pragma_foreign_key_check", NULL);

  if (statement == NULL || thaw_statement_step (store, statement, NULL) != THAW_STEP_ROW)
    return 0;
  return (guint) sqlite3_column_int64 (statement, 0);
}

static void
torn_cb (const char *run_id, const char *name, gpointer user)
{
  g_ptr_array_add (user, g_strdup_printf ("%s (%.8s)", name, run_id));
}

/* What the damage took: nothing but indices, or rows of runs, which are named. */
static void
weigh_damage (ThawStore *store, ThawStoreReport *report)
{
  ThawStore *fresh = report->trouble == THAW_STORE_SOUND ? thaw_rebuild (store, NULL) : NULL;

  report->only_indices = fresh != NULL;
  thaw_store_close (fresh);
  report->trouble = THAW_STORE_DAMAGED;
  if (report->only_indices)
    return;
  thaw_store_on_torn (store, torn_cb, report->torn);
  thaw_store_look_through (store);
}

static void
look (ThawStore *store, bool quick, ThawStoreReport *report)
{
  bool copied = store->trouble != THAW_STORE_SOUND || store->version_found < report->latest;

  report->version = store->newer != 0 ? store->newer : store->version_found;
  report->trouble = store->trouble;
  /* of an older store in a place where it can be written, there is nothing the matter */
  if (store->trouble == THAW_STORE_LOCKED && access (store->path, W_OK) == 0 &&
      access (store->home, W_OK) == 0)
    report->trouble = THAW_STORE_SOUND;
  if (!copied)
    report->journal = journal_of (store);
  g_ptr_array_unref (report->damage);
  report->damage = thaw_check_integrity (store, quick);
  if (report->damage->len > 0)
    weigh_damage (store, report);
  else
    report->orphans = count_orphans (store);
}

ThawStore *
thaw_store_open_as_it_is (const char *home, GError **error)
{
  ThawStoreOptions options = {.look_only = true};

  g_return_val_if_fail (home != NULL, NULL);
  return thaw_store_open_with (home, THAW_STORE_READ, &options, error);
}

gboolean
thaw_store_examine (const char *home, bool quick, ThawStoreReport *report, GError **error)
{
  ThawStore *store;

  g_return_val_if_fail (home != NULL && report != NULL, FALSE);

  *report = (ThawStoreReport){.path = thaw_store_file (home),
                              .latest = THAW_STORE_VERSION,
                              .sqlite = sqlite3_libversion (),
                              .damage = g_ptr_array_new_with_free_func (g_free),
                              .torn = g_ptr_array_new_with_free_func (g_free)};
  report->wal_reset_bug = thaw_sqlite_has_wal_reset_bug (sqlite3_libversion_number ());
  report->remote = is_remote (home);
  report->bytes = bytes_of (report->path, "");
  report->log_bytes = bytes_of (report->path, "-wal");
  store = thaw_store_open_as_it_is (home, error);
  if (store == NULL)
    return FALSE;
  report->there = !store->in_memory;
  if (report->there)
    look (store, quick, report);
  thaw_store_close (store);
  return TRUE;
}
