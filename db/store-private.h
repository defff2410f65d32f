/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share about an open store. */
#pragma once

#include "thaw-db.h"
#include "statement.h"

#include <glib/gi18n-lib.h>
#include <sqlite3.h>
#include <stdbool.h>

#define THAW_BUSY_TIMEOUT_MS 5000
#define THAW_CHECKPOINT_BYTES (4 * 1024 * 1024)
#define THAW_VERSION_FRESH 0    /* no store yet: no file, no bytes or no tables */
#define THAW_VERSION_UNKNOWN -1 /* looking without locks did not tell           */

/* One step takes a store from version - 1 to version, in one transaction. */
typedef struct {
  int version;
  const char *sql;
} ThawMigration;

/* How a store is opened. Everything but tests leaves all of it at zero: found out by itself. */
typedef enum { THAW_AUTO, THAW_YES, THAW_NO } ThawChoose;

typedef struct {
  const char *vfs;            /* NULL: SQLite's own                               */
  ThawChoose wal_reset_bug;   /* is this SQLite one of those that have it?        */
  ThawChoose remote;          /* is the home on a network or FUSE file system?    */
  const ThawMigration *steps; /* NULL: thaw_schema_steps; versions 1, 2, ... in order */
  int n_steps;
  const char *file; /* name within the home; NULL: thaw_store_file        */
  bool look_only;   /* READ: an older store is read from a copy and stays as it is            */
  bool mend;        /* WRITE: one that is damaged, too; an older one is refused               */
  void (*before_mending) (ThawStore *store); /* (nullable) when the rows were read       */
} ThawStoreOptions;

struct _ThawStore {
  sqlite3 *db;
  char *home;
  char *path; /* HOME/store.db */
  ThawStoreMode mode;
  ThawStoreOptions options;
  bool in_memory; /* a home without a store, opened for reading                              */
  bool wal;       /* the journal is a write-ahead log                                        */
  bool serialise; /* the WAL-reset bug: our own lock round each write, our own checkpoints   */
  int lock_fd;    /* HOME/store.lock; -1 when opened for reading                             */
  int bind_rc;    /* first failure of a bind since the last step                             */
  gint64 page_bytes;
  gint64 wal_bytes; /* length of the log after our last commit                                 */
  gint64 checkpoint_at_bytes; /* try the next checkpoint when the log is that long            */
  sqlite3_stmt *version;      /* PRAGMA user_version                                          */
  sqlite3_stmt *data_version; /* PRAGMA data_version                                          */
  gint64 data_version_base;   /* added to it, so that it changes when the store itself appears */
  gint64 last_data_version;
  int failed_rc; /* of the latest statement; SQLITE_OK                                         */
  int version_found; /* by thaw_connection_peek: of the file, or one of THAW_VERSION_*           */
  ThawStoreTrouble trouble;
  int newer;       /* NEWER: its version                                                      */
  GPtrArray *torn; /* (nullable) of ThawTorn: runs of which something could not be read        */
  ThawStoreTornFunc torn_func;
  gpointer torn_user;
};

ThawStore *thaw_store_open_with (const char *home,
                                 ThawStoreMode mode,
                                 const ThawStoreOptions *options,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For writing, by whoever is in the middle of opening another one. (nullable) */
ThawStore *thaw_store_open_nested (const char *home,
                                   const ThawStoreOptions *options) G_GNUC_WARN_UNUSED_RESULT;
/* mend.c: thaw_store_mend */
gboolean thaw_store_mend_with (const char *home,
                               const ThawStoreOptions *options,
                               char **copy,
                               GError **error);
int thaw_store_latest_version (const ThawStore *store);
gint64 thaw_now_ms (void); /* Unix time, for people */

/* --- trouble.c, look.c ---------------------------------------------------------------------------
 */
typedef struct {
  char *id, *name;
} ThawTorn;
/* After a read failed: TRUE, with the error taken back, when it met damage and the store was opened
 * for reading; what was read so far is good. run_id (nullable): whose rows they were. */
gboolean thaw_trouble_forgive (ThawStore *store, const char *run_id, GError **error);
void thaw_trouble_note (ThawStore *store, const char *run_id, const char *name);
void thaw_trouble_clear (ThawStore *store);
/* Looks for damage, in stores beyond a size not in the rows of iterations and metrics.
 * THAW_DB_ERROR_DAMAGED; otherwise nothing is known to be wrong. */
gboolean thaw_look_before_writing (ThawStore *store, GError **error);

/* --- salvage.c: runs, when their table has a hole ------------------------------------------------
 */
/* All runs that fit, latest first; of those whose row is gone, what is known. condition, text: as
 * in thaw_runs_where. States are as written. */
GPtrArray *thaw_salvage_runs (ThawStore *store,
                              const char *condition,
                              const char *text) G_GNUC_WARN_UNUSED_RESULT;
bool thaw_salvage_key (ThawStore *store, const char *run_id, gint64 *key);

/* --- rescue.c: opening what cannot be opened as usual --------------------------------------------
 */
/* TRUE: store->db reads what there is to read. why: how the usual way failed. */
bool thaw_rescue_open (ThawStore *store, const GError *why);
/* rescue-copy.c: a copy of the store and its log in a folder of its own, with a sound header where
 * that was lost. (transfer full), NULL: cannot be made. Removed by thaw_rescue_copy_remove. */
char *thaw_rescue_copy (ThawStore *store, bool mend_header);
void thaw_rescue_copy_remove (const char *folder);

/* --- copy.c: copies by SQLite's backup, which sees the log and holds the right locks. ------------
 */
/* The store as it is as HOME/STEM.db, or STEM-2.db and so on, whole or not at all. *path: its name
 * (transfer full) */
gboolean thaw_copy_beside (ThawStore *store, const char *stem, char **path, GError **error);

/* --- rebuild.c: a store made anew from the rows of its tables ------------------------------------
 */
/* A store in a temporary file that has no name, with every row of every table, read without any
 * index. NULL: a table cannot be read whole, or its rows contradict each other. (transfer full),
 * thaw_store_close */
ThawStore *thaw_rebuild (ThawStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What SQLite's own check says, at most so many sentences; quick: indices are not held against
 * their tables. Empty: nothing. Of char * (transfer full) */
GPtrArray *thaw_check_integrity (ThawStore *store, bool quick);

/* --- error.c: a sentence for a result code of SQLite; always FALSE. -----------------------------
 */
gboolean thaw_db_fail (ThawStore *store, int rc, GError **error);

/* --- connection.c: one SQLite connection, its settings and its journal. -------------------------
 */
/* Versions of SQLite whose WAL can lose a reset between two checkpoints or writers. */
bool thaw_sqlite_has_wal_reset_bug (int libversion_number);
/* statfs's f_type: NFS, SMB, FUSE and the like, where shared memory or locks cannot be trusted. */
bool thaw_filesystem_is_remote (unsigned long type);
/* "file:PATH?KEY=VALUE", escaped; key NULL: no parameter. (transfer full) */
char *thaw_connection_uri (const char *path, const char *key, const char *value);
/* A way to read the file that takes no lock and makes no file; (transfer full). */
char *thaw_connection_quiet_uri (ThawStore *store);
bool thaw_file_has_bytes (const char *path, const char *suffix);
/* Looks at HOME/store.db without changing a byte in the folder. *version may be one of
 * THAW_VERSION_*. THAW_DB_ERROR_NEWER, _FOREIGN. */
gboolean thaw_connection_peek (ThawStore *store, int *version, GError **error);
/* Opens store->db with all settings, and checks again whose store it is. */
gboolean thaw_connection_open (ThawStore *store, int *version, GError **error);
gboolean thaw_connection_open_memory (ThawStore *store, GError **error);
/* An empty store in a temporary file without a name, pages of `page_bytes`; no foreign keys, no
 * triggers. (transfer full) */
ThawStore *thaw_connection_new_temporary (const ThawStore *like,
                                          gint64 page_bytes,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Write-ahead log on a local disk, truncated rollback journal elsewhere; believes only the answer.
 */
gboolean thaw_connection_set_journal (ThawStore *store, GError **error);

/* --- schema.c: tables and migrations. -----------------------------------------------------------
 */
extern const ThawMigration thaw_schema_steps[];
extern const int thaw_schema_n_steps;
/* Whose database is this? Result code of SQLite; *ours FALSE when it is somebody else's. */
int thaw_schema_identify (sqlite3 *db, bool *ours, int *application_id, int *version);
/* Refuses what is newer or foreign. */
gboolean
thaw_schema_accept (ThawStore *store, bool ours, int application_id, int version, GError **error);
/* Brings the open store from `version` to the latest; copies an existing one before. The caller
 * holds store.lock. */
gboolean thaw_schema_migrate (ThawStore *store, int version, GError **error);

/* --- transaction.c ------------------------------------------------------------------------------
 */
gboolean thaw_store_check_writable (ThawStore *store, GError **error);
/* BEGIN IMMEDIATE, under store.lock where need be. */
gboolean thaw_transaction_begin (ThawStore *store, GError **error);
/* Commits when `good`; else rolls back and returns FALSE, the error being set already. */
gboolean thaw_transaction_end (ThawStore *store, gboolean good, GError **error);
/* The log into the database and the log to nothing, when no reader is in the way. The caller holds
 * store.lock. */
void thaw_transaction_checkpoint (ThawStore *store);
int thaw_transaction_wal_hook (void *user, sqlite3 *db, const char *name, int pages);

/* --- folder.c -----------------------------------------------------------------------------------
 */
/* Makes a folder and its missing parents, 0700, each safe against a power cut. */
gboolean thaw_folder_make (const char *path, GError **error);
/* 0, or errno: names in it may not survive a power cut. */
int thaw_folder_sync (const char *path);
/* Deletes a folder and what is in it; symbolic links are deleted, never followed, and other file
 * systems are not entered. A folder that is not there is no error. `last` (nullable): a name within
 * it that goes last of all. */
gboolean thaw_folder_remove (const char *path, const char *last, GError **error);
bool thaw_run_id_is_valid (const char *id); /* 32 lower-case hexadecimal digits */

/* --- runs.c -------------------------------------------------------------------------------------
 */
bool thaw_run_state_is_live (ThawRunState state); /* a worker should be there */
/* The run's key in the other tables (its seq) and its latest attempt. THAW_DB_ERROR_NO_RUN. */
gboolean
thaw_run_key (ThawStore *store, const char *run_id, gint64 *key, int *attempt, GError **error);
/* The same for a worker that writes: refused once another attempt has begun. */
gboolean thaw_run_key_for_attempt (
    ThawStore *store, const char *run_id, int attempt, gint64 *key, GError **error);
/* The columns that thaw_run_read takes, and after them ticked_ms. */
#define THAW_RUN_COLUMNS                                                                           \
  "seq, id, name, state, message, preset, recipe, recipe_hash, model, weights, data_path, "        \
  "data_title, data_fingerprint, machine, epochs, epochs_done, steps_done, attempt, parameters, "  \
  "trainable_frozen, macs, created_ms, ended_ms, best_epoch, best_accuracy, test_loss, "           \
  "test_accuracy, test_opened, steps_planned, tags, starred, trashed_ms, group_id, queue_place, "  \
  "revision, ticked_ms"
ThawRun *thaw_run_read (sqlite3_stmt *row) G_GNUC_WARN_UNUSED_RESULT;
/* A step, and the run in its row; a row that cannot be one of ours is damage. */
ThawSqlStep
thaw_run_step (ThawStore *store, sqlite3_stmt *statement, ThawRun **run, GError **error);
/* The state as people see it: by the lock. May put another ThawRun in the place of *run. */
gboolean thaw_run_settle (ThawStore *store, ThawRun **run, GError **error);
/* Runs by a condition on the table's columns with one text bound to ?1 (NULL: nothing is); state as
 * people see it. Latest first. */
GPtrArray *thaw_runs_where (ThawStore *store,
                            const char *condition,
                            const char *text,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- marks.c ------------------------------------------------------------------------------------
 */
char **thaw_tags_split (const char *lines); /* (nullable: none) (transfer full) */
/* Within a transaction: replaces a run's tags. THAW_DB_ERROR_VALUE */
gboolean
thaw_tags_write (ThawStore *store, const char *run_id, const char *const *tags, GError **error);

/* --- iterations.c, epochs.c: parts of a transaction. --------------------------------------------
 */
gboolean thaw_iterations_insert (ThawStore *store,
                                 gint64 run,
                                 int attempt,
                                 const ThawIterationRow *rows,
                                 size_t n,
                                 GError **error);
gboolean thaw_epoch_insert (
    ThawStore *store, gint64 run, int attempt, const ThawEpochRow *epoch, GError **error);

/* --- artifacts.c --------------------------------------------------------------------------------
 */
gboolean thaw_artifact_insert (
    ThawStore *store, gint64 run, int attempt, const ThawArtifact *artifact, GError **error);
