/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "home.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *self;

void
home_init (const char *argv0, HomesPlace place)
{
  if (place == HOMES_IN_MEMORY && g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR))
    g_setenv ("TMPDIR", "/dev/shm", FALSE);
  self = g_canonicalize_filename (argv0, NULL);
}

char *
home_new (void)
{
  g_autoptr (GError) error = NULL;
  char *home = g_dir_make_tmp ("thaw-store-XXXXXX", &error);

  g_assert_no_error (error);
  return home;
}

static void
delete_tree (const char *path)
{
  GDir *folder;
  const char *name;

  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK)) {
    folder = g_dir_open (path, 0, NULL);
    while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
      g_autofree char *child = g_build_filename (path, name, NULL);

      delete_tree (child);
    }
    g_clear_pointer (&folder, g_dir_close);
  }
  g_remove (path);
}

void
home_free (char *home)
{
  if (home == NULL)
    return;
  delete_tree (home);
  g_free (home);
}

ThawStore *
open_store (const char *home, ThawStoreMode mode)
{
  g_autoptr (GError) error = NULL;
  ThawStore *store = thaw_store_open (home, mode, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

ThawRun *
sample_run (const char *name)
{
  ThawRun *run = g_new0 (ThawRun, 1);

  run->name = g_strdup (name);
  run->recipe = g_strdup ("{\n  \"format\": \"thaw-recipe/1\"\n}\n");
  run->recipe_hash = g_strnfill (64, 'a');
  run->model = g_strdup ("mobilenet_v3_small");
  run->data_path = g_strdup ("/data/cifar-10");
  run->data_title = g_strdup ("CIFAR-10");
  run->data_fingerprint = g_strnfill (64, 'b');
  run->weights = g_strdup ("random");
  run->machine = g_strdup ("{\"cores\": 2}");
  run->preset = g_strdup ("day44-mobilenet-v3-small");
  run->epochs = 40;
  run->parameters = 1528106;
  run->trainable_frozen = 601610;
  run->macs = (gint64) 5 << 32;
  return run;
}

char *
add_run (ThawStore *store, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = sample_run (name);

  thaw_store_add_run (store, run, &error);
  g_assert_no_error (error);
  return g_strdup (run->id);
}

ThawEpochRow
sample_epoch (int epoch, gint64 step)
{
  ThawEpochRow row = {.epoch = epoch,
                      .step = step,
                      .frozen = epoch < 5,
                      .lr = 1e-3,
                      .train_loss = 2.0 / (epoch + 1),
                      .train_accuracy = 0.25,
                      .ema_loss = NAN,
                      .ema_accuracy = NAN,
                      .clean_loss = NAN,
                      .clean_accuracy = NAN,
                      .loss = 2.5 / (epoch + 1),
                      .accuracy = 0.01 * (epoch + 1),
                      .set = (char *) "validation",
                      .seconds = 1.5,
                      .images_per_second = 30000,
                      .trainable = 601610};

  return row;
}

ThawArtifact
sample_artifact (const char *file, const char *kind, int epoch, gint64 step)
{
  ThawArtifact artifact = {.file = (char *) file,
                           .kind = (char *) kind,
                           .epoch = epoch,
                           .step = step,
                           .bytes = 6000000000,
                           .sha256 = (char *) "0123456789abcdef"};

  return artifact;
}

void
add_steps (ThawStore *store, const char *run_id, int attempt, int epoch, gint64 first, size_t n)
{
  g_autoptr (GError) error = NULL;
  g_autofree ThawIterationRow *rows = g_new0 (ThawIterationRow, n);

  for (size_t i = 0; i < n; i++) {
    rows[i].step = first + (gint64) i;
    rows[i].epoch = epoch;
    rows[i].loss = 1.0 / (double) (first + (gint64) i + 1);
    rows[i].lr = 1e-3;
  }
  thaw_store_add_iterations (store, run_id, attempt, rows, n, &error);
  g_assert_no_error (error);
}

static char *
file_hash (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize length;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) ||
      !g_file_get_contents (path, &bytes, &length, NULL))
    return g_strdup ("-");
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, length);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char *
snapshot (const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_dir_close (dir);
  g_ptr_array_sort (names, by_name);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
    g_autofree char *hash = file_hash (path);
    struct stat st;

    g_assert_cmpint (lstat (path, &st), ==, 0);
    g_string_append_printf (text, "%s %o %ld %ld.%09ld %s\n", (char *) g_ptr_array_index (names, i),
                            st.st_mode, (long) st.st_size, (long) st.st_mtim.tv_sec,
                            st.st_mtim.tv_nsec, hash);
  }
  return g_strdup (text->str);
}

char *
sql (const char *home, const char *file, const char *text)
{
  g_autofree char *path = g_build_filename (home, file, NULL);
  const char *rest = text;
  char *answer = NULL;
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  while (rest[0] != '\0') {
    g_autoptr (sqlite3_stmt) statement = NULL;

    if (sqlite3_prepare_v2 (db, rest, -1, &statement, &rest) != SQLITE_OK)
      g_error ("%s: %s", text, sqlite3_errmsg (db));
    if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW && answer == NULL)
      answer = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  }
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  return answer;
}

gint64
sql_int (const char *home, const char *text)
{
  g_autofree char *answer = sql (home, "store.db", text);

  g_assert_nonnull (answer);
  return g_ascii_strtoll (answer, NULL, 10);
}

GPid
spawn_self (const char *const *arguments, int *output)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_ptr_array_add (argv, self);
  for (size_t i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_spawn_async_with_pipes (NULL, (char **) argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                            NULL, &pid, NULL, output, NULL, &error);
  g_assert_no_error (error);
  return pid;
}

void
wait_for (GPid pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}
