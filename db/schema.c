/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables, and how an older store becomes a newer one.
 *
 * A step that has been released is never edited: a change is a new step at the end,
 * THAW_STORE_VERSION one higher, and a small database of the version before in tests/db/history.
 * See docs/store.md. */
#include "store-private.h"

/* Times are for people; what comes first is said by seq. `run` is run.seq. A measured number is two
 * columns, value and kind (0 finite, 1 NaN, 2 +infinity, 3 -infinity; value is NULL unless finite),
 * since SQLite takes NaN for NULL. One row a (run, step), whatever the attempt: going back drops
 * what lies beyond, so a step can never be there twice. */
static const char version_1[] =
    "CREATE TABLE run (\n"
    "  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation, from 1\n"
    "  id TEXT NOT NULL UNIQUE -- 128 random bits, hexadecimal\n"
    "    CHECK (length (id) = 32 AND id NOT GLOB '*[^0-9a-f]*'),\n"
    "  name TEXT NOT NULL, -- for people, not unique\n"
    "  state TEXT NOT NULL, -- starting, running, paused, interrupted, stopped, finished, failed, "
    "diverged\n"
    "  message TEXT, -- a sentence: why it failed\n"
    "  preset TEXT, -- name of the preset that the recipe came from\n"
    "  recipe TEXT NOT NULL, -- canonical JSON\n"
    "  recipe_hash TEXT NOT NULL, -- SHA-256, hexadecimal\n"
    "  model TEXT NOT NULL, -- catalogue name of the backbone\n"
    "  weights TEXT NOT NULL, -- random, or what was loaded\n"
    "  data_path TEXT NOT NULL, -- path of the data set\n"
    "  data_title TEXT NOT NULL, -- for people\n"
    "  data_fingerprint TEXT NOT NULL, -- hash of the images and labels\n"
    "  machine TEXT NOT NULL, -- JSON: cores, threads, kernels, version of Thaw\n"
    "  epochs INTEGER NOT NULL, -- epochs, planned\n"
    "  epochs_done INTEGER NOT NULL, -- epochs, completed\n"
    "  steps_done INTEGER NOT NULL, -- iterations, completed\n"
    "  attempt INTEGER NOT NULL, -- number of the latest attempt, from 1\n"
    "  ticks INTEGER NOT NULL, -- times that the worker said no more than that it lives\n"
    "  parameters INTEGER NOT NULL, -- numbers in the model\n"
    "  trainable_frozen INTEGER NOT NULL, -- numbers that train while frozen\n"
    "  macs INTEGER NOT NULL, -- multiply-accumulates, one image at the input size\n"
    "  created_ms INTEGER NOT NULL, -- ms since 1970, UTC\n"
    "  ended_ms INTEGER NOT NULL, -- ms since 1970, UTC; 0: not yet\n"
    "  best_epoch INTEGER NOT NULL, -- number, from 0; -1: none\n"
    "  best_accuracy REAL, -- share, 0..1; NULL: none\n"
    "  test_loss REAL, -- nats per image; NULL: none\n"
    "  test_accuracy REAL, -- share, 0..1; NULL: none\n"
    "  test_opened INTEGER NOT NULL -- times that the test set was measured\n"
    ") STRICT;\n"
    "CREATE TABLE attempt (\n"
    "  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,\n"
    "  number INTEGER NOT NULL, -- from 1\n"
    "  epochs_done INTEGER NOT NULL, -- epochs, completed when it began\n"
    "  steps_done INTEGER NOT NULL, -- iterations, completed when it began\n"
    "  began_ms INTEGER NOT NULL, -- ms since 1970, UTC\n"
    "  PRIMARY KEY (run, number)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE iteration (\n"
    "  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,\n"
    "  step INTEGER NOT NULL, -- number of the iteration, from 0\n"
    "  attempt INTEGER NOT NULL, -- that it was measured in\n"
    "  epoch INTEGER NOT NULL, -- number, from 0\n"
    "  loss REAL, -- nats per image, mean of the batch\n"
    "  loss_kind INTEGER NOT NULL, -- 0 finite, 1 NaN, 2 +infinity, 3 -infinity\n"
    "  lr REAL, -- learning rate, per step\n"
    "  PRIMARY KEY (run, step),\n"
    "  CHECK ((loss IS NULL) = (loss_kind <> 0))\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE epoch (\n"
    "  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,\n"
    "  epoch INTEGER NOT NULL, -- number, from 0\n"
    "  attempt INTEGER NOT NULL, -- that it ended in\n"
    "  step INTEGER NOT NULL, -- iterations, completed at its end\n"
    "  frozen INTEGER NOT NULL, -- 0 or 1: the backbone was frozen\n"
    "  lr REAL, -- learning rate, per step\n"
    "  evaluated TEXT NOT NULL, -- the set behind loss and accuracy: validation, test\n"
    "  seconds REAL, -- s, training part\n"
    "  images_per_second REAL, -- images / s\n"
    "  trainable INTEGER NOT NULL, -- numbers that trained\n"
    "  best INTEGER NOT NULL, -- 0 or 1: the best so far\n"
    "  ended_ms INTEGER NOT NULL, -- ms since 1970, UTC\n"
    "  PRIMARY KEY (run, epoch)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE metric (\n"
    "  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,\n"
    "  name TEXT NOT NULL, -- train_loss, clean_loss, loss: nats per image; ..._accuracy: share, "
    "0..1\n"
    "  step INTEGER NOT NULL, -- iterations, completed when it was measured\n"
    "  attempt INTEGER NOT NULL, -- that it was measured in\n"
    "  value REAL, -- in the unit of its name\n"
    "  kind INTEGER NOT NULL, -- 0 finite, 1 NaN, 2 +infinity, 3 -infinity\n"
    "  PRIMARY KEY (run, name, step),\n"
    "  CHECK ((value IS NULL) = (kind <> 0))\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE event (\n"
    "  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order\n"
    "  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,\n"
    "  attempt INTEGER NOT NULL, -- that it happened in\n"
    "  epoch INTEGER NOT NULL, -- number, from 0\n"
    "  step INTEGER NOT NULL, -- iterations, completed\n"
    "  kind TEXT NOT NULL, -- frozen, thawed, rate-dropped, paused, ...\n"
    "  detail TEXT, -- for people\n"
    "  at_ms INTEGER NOT NULL, -- ms since 1970, UTC\n"
    "  undone INTEGER NOT NULL -- attempt that went back to before it; 0: it stands\n"
    ") STRICT;\n"
    "CREATE INDEX event_of_run ON event (run, seq);\n"
    "CREATE TABLE artifact (\n"
    "  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order\n"
    "  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,\n"
    "  attempt INTEGER NOT NULL, -- that wrote it\n"
    "  file TEXT NOT NULL, -- name within the run's folder\n"
    "  kind TEXT NOT NULL, -- last, best\n"
    "  epoch INTEGER NOT NULL, -- epochs, completed\n"
    "  step INTEGER NOT NULL, -- iterations, completed\n"
    "  bytes INTEGER NOT NULL, -- bytes\n"
    "  sha256 TEXT NOT NULL, -- SHA-256 of the file, hexadecimal\n"
    "  UNIQUE (run, file, kind)\n"
    ") STRICT;\n"
    "CREATE TABLE request (\n"
    "  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order\n"
    "  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,\n"
    "  verb TEXT NOT NULL, -- pause, continue, stop, stop-epoch\n"
    "  asked_ms INTEGER NOT NULL, -- ms since 1970, UTC\n"
    "  answer TEXT, -- NULL: none yet\n"
    "  answered_ms INTEGER -- ms since 1970, UTC\n"
    ") STRICT;\n"
    "CREATE INDEX request_open ON request (run, seq) WHERE answer IS NULL;\n";

/* What a person says about a run, the queue, and how far a list of runs is behind.
 *   run.steps_planned   iterations of the whole run; 0: not known
 *   run.ticked_ms       when the worker last committed anything, ms since 1970, UTC; 0: never
 *   run.tags            sorted, each once, a line each; '': none
 *   run.starred         0 or 1
 *   run.trashed_ms      ms since 1970, UTC; 0: not in the trash
 *   run.group_id        the same for runs made together; NULL: alone
 *   run.queue_place     order in the queue, from 1; 0: not in the queue
 *   run.revision        number of the change that touched the row last
 *   revision.latest     number of the latest change of any run (one row)
 *   gone                runs deleted for good; folder_left 1: the folder may still be there
 * Triggers count, so that no statement can forget to. run.state may also be `queued`, and
 * request.verb `save`. Comments stay out of ALTER TABLE, which keeps its text as it stands. */
static const char version_2[] =
    "ALTER TABLE run ADD COLUMN steps_planned INTEGER NOT NULL DEFAULT 0;\n"
    "ALTER TABLE run ADD COLUMN ticked_ms INTEGER NOT NULL DEFAULT 0;\n"
    "ALTER TABLE run ADD COLUMN tags TEXT NOT NULL DEFAULT '';\n"
    "ALTER TABLE run ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;\n"
    "ALTER TABLE run ADD COLUMN trashed_ms INTEGER NOT NULL DEFAULT 0;\n"
    "ALTER TABLE run ADD COLUMN group_id TEXT;\n"
    "ALTER TABLE run ADD COLUMN queue_place INTEGER NOT NULL DEFAULT 0;\n"
    "ALTER TABLE run ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;\n"
    "CREATE INDEX run_by_revision ON run (revision);\n"
    "CREATE TABLE revision (\n"
    "  latest INTEGER NOT NULL -- number of the latest change of any run\n"
    ") STRICT;\n"
    "INSERT INTO revision VALUES (1);\n"
    "CREATE TABLE gone (\n"
    "  id TEXT PRIMARY KEY, -- of the run\n"
    "  seq INTEGER NOT NULL, -- of the run\n"
    "  revision INTEGER NOT NULL, -- number of the change\n"
    "  folder_left INTEGER NOT NULL -- 0 or 1: the folder may still be there\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TRIGGER run_added AFTER INSERT ON run BEGIN\n"
    "  UPDATE revision SET latest = latest + 1;\n"
    "  UPDATE run SET revision = (SELECT latest FROM revision) WHERE seq = NEW.seq;\n"
    "END;\n"
    "CREATE TRIGGER run_changed AFTER UPDATE ON run WHEN NEW.revision = OLD.revision BEGIN\n"
    "  UPDATE revision SET latest = latest + 1;\n"
    "  UPDATE run SET revision = (SELECT latest FROM revision) WHERE seq = NEW.seq;\n"
    "END;\n"
    "CREATE TRIGGER run_deleted AFTER DELETE ON run BEGIN\n"
    "  UPDATE revision SET latest = latest + 1;\n"
    "  INSERT INTO gone VALUES (OLD.id, OLD.seq, (SELECT latest FROM revision), 1);\n"
    "END;\n";

const ThawMigration thaw_schema_steps[] = {
    {1, version_1},
    {2, version_2},
};
const int thaw_schema_n_steps = G_N_ELEMENTS (thaw_schema_steps);

G_STATIC_ASSERT (G_N_ELEMENTS (thaw_schema_steps) == THAW_STORE_VERSION);

static int
read_int (sqlite3 *db, const char *sql, int *value)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  int rc = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);

  if (rc != SQLITE_OK)
    return rc;
  rc = sqlite3_step (statement);
  if (rc == SQLITE_ROW)
    *value = sqlite3_column_int (statement, 0);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* In one read transaction: another program may be making the tables right now. */
int
thaw_schema_identify (sqlite3 *db, bool *ours, int *application_id, int *version)
{
  int tables = 0;
  int rc = sqlite3_exec (db, "BEGIN", NULL, NULL, NULL);

  if (rc == SQLITE_OK)
    rc = read_int (db, "PRAGMA application_id", application_id);
  if (rc == SQLITE_OK)
    rc = read_int (db, "PRAGMA user_version", version);
  if (rc == SQLITE_OK)
    rc = read_int (db, "SELECT count (*) FROM sqlite_schema", &tables);
  if (!sqlite3_get_autocommit (db))
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  if (rc == SQLITE_OK)
    *ours = (*application_id == THAW_STORE_APPLICATION_ID && *version > 0) ||
            (*application_id == 0 && *version == 0 && tables == 0);
  return rc;
}

gboolean
thaw_schema_accept (ThawStore *store, bool ours, int application_id, int version, GError **error)
{
  int latest = thaw_store_latest_version (store);

  if (!ours) {
    g_set_error (
        error, THAW_DB_ERROR, THAW_DB_ERROR_FOREIGN,
        _ ("%s: belongs to another program (application id 0x%08x, expected 0x%08x); it was "
           "left untouched"),
        store->path, (unsigned) application_id, THAW_STORE_APPLICATION_ID);
    return FALSE;
  }
  if (version > latest) {
    g_set_error (
        error, THAW_DB_ERROR, THAW_DB_ERROR_NEWER,
        _ ("%s: was made by a newer Thaw (store version %d, this one knows up to %d); it was "
           "left untouched"),
        store->path, version, latest);
    return FALSE;
  }
  return TRUE;
}

/* user_version last, inside the same transaction: a kill leaves the old version or the new one. */
static gboolean
take_step (ThawStore *store, const ThawMigration *step, GError **error)
{
  g_autofree char *stamp =
      g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
                       THAW_STORE_APPLICATION_ID, step->version);

  if (thaw_statement_exec (store, "BEGIN IMMEDIATE", error) &&
      thaw_statement_exec (store, step->sql, error) && thaw_statement_exec (store, stamp, error))
    return TRUE;
  if (!sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
  g_prefix_error (error, _ ("Going to store version %d: "), step->version);
  return FALSE;
}

static gboolean
take_steps (ThawStore *store, int version, GError **error)
{
  for (int i = version; i < thaw_store_latest_version (store); i++)
    if (!take_step (store, &store->options.steps[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
copy_old (ThawStore *store, int version, GError **error)
{
  g_autofree char *stem = g_strdup_printf ("store-v%d", version), *path = NULL;

  return thaw_copy_beside (store, stem, &path, error);
}

/* Foreign keys rest meanwhile: a step that rebuilds a table drops the old one, and that would take
 * the rows that refer to it along. */
gboolean
thaw_schema_migrate (ThawStore *store, int version, GError **error)
{
  gboolean good;

  if (version == thaw_store_latest_version (store))
    return TRUE;
  if (version > THAW_VERSION_FRESH && !copy_old (store, version, error))
    return FALSE;
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
  good = take_steps (store, version, error);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  return good;
}
