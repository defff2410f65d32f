/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damage: one page after the other is torn, in several ways; every run that it does not hit is read
 * to the last number, the one that it hits is named, and not a byte of the file changes. */
#include "home.h"

enum { RUNS = 12, STEPS = 150, PAGE = 4096 };

typedef struct {
  char *home, *path;
  char *bytes;
  gsize length;
  char *ids[RUNS];
} Fixture;

static void
add_epochs (ThawStore *store, const char *id, int n)
{
  for (int i = 0; i < n; i++) {
    ThawEpochRow row = sample_epoch (i, 50 * (i + 1));

    g_assert_true (thaw_store_commit_epoch (store, id, 1, NULL, 0, &row, NULL, 0, NULL));
  }
}

/* Recipes as long as real ones, so that the runs take several pages. */
static char *
add_long_run (ThawStore *store, int i)
{
  g_autofree char *name = g_strdup_printf ("run %d", i), *note = g_strnfill (700, 'n');
  g_autoptr (ThawRun) run = sample_run (name);

  g_free (run->recipe);
  run->recipe = g_strdup_printf ("{\"note\": \"%s\"}", note);
  g_assert_true (thaw_store_add_run (store, run, NULL));
  return g_strdup (run->id);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  ThawStore *store;

  f->home = home_new ();
  f->path = g_build_filename (f->home, "store.db", NULL);
  store = open_store (f->home, THAW_STORE_WRITE);
  for (int i = 0; i < RUNS; i++) {
    f->ids[i] = add_long_run (store, i);
    add_steps (store, f->ids[i], 1, 0, 0, STEPS);
    add_epochs (store, f->ids[i], 3);
    g_assert_true (thaw_store_set_state (store, f->ids[i], THAW_RUN_FINISHED, NULL, NULL));
  }
  thaw_store_close (store); /* folds the log in */
  g_assert_true (g_file_get_contents (f->path, &f->bytes, &f->length, NULL));
  g_assert_cmpint (f->length % PAGE, ==, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < RUNS; i++)
    g_free (f->ids[i]);
  g_free (f->bytes);
  g_free (f->path);
  home_free (f->home);
}

/* --- Ways of tearing --- */

static void
all_zero (guchar *page, GRand *rand)
{
  memset (page, 0, PAGE);
}

static void
all_noise (guchar *page, GRand *rand)
{
  for (int i = 0; i < PAGE; i++)
    page[i] = (guchar) g_rand_int (rand);
}

/* Half of it was written when the power went. */
static void
half_noise (guchar *page, GRand *rand)
{
  for (int i = PAGE / 2; i < PAGE; i++)
    page[i] = (guchar) g_rand_int (rand);
}

static void
a_few_bytes (guchar *page, GRand *rand)
{
  for (int i = 0; i < 8; i++)
    page[g_rand_int_range (rand, 0, PAGE)] = (guchar) g_rand_int (rand);
}

typedef void (*Tear) (guchar *page, GRand *rand);
static const Tear ways[] = {all_zero, all_noise, half_noise};

static char *
tear (Fixture *f, gsize page, Tear way, GRand *rand)
{
  g_autofree char *bytes = g_memdup2 (f->bytes, f->length);

  way ((guchar *) bytes + page * PAGE, rand);
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize) f->length, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, f->length);
}

static char *
hash_file (Fixture *f)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (f->path, &bytes, &length, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, length);
}

/* --- What is left --- */

static bool
is_whole (ThawStore *store, const char *id)
{
  g_autoptr (GArray) iterations = thaw_store_iterations (store, id, -1, NULL);
  g_autoptr (GArray) epochs = thaw_store_epochs (store, id, NULL);

  return iterations != NULL && iterations->len == STEPS && epochs != NULL && epochs->len == 3;
}

static bool
is_torn (ThawStore *store, const char *id)
{
  for (guint i = 0; store->torn != NULL && i < store->torn->len; i++)
    if (g_str_equal (((ThawTorn *) store->torn->pdata[i])->id, id))
      return true;
  return false;
}

static int
listed (const GPtrArray *runs, const char *id)
{
  int n = 0;

  for (guint i = 0; i < runs->len; i++)
    n += g_str_equal (((ThawRun *) runs->pdata[i])->id, id);
  return n;
}

static guint
summaries (ThawStore *store)
{
  gint64 revision = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = thaw_store_summaries (store, &revision, &error);

  g_assert_no_error (error);
  return all->len;
}

/* Every run is listed once, if only by its id; where damage is known, those not named as hit are
 * whole. The number of those that are hit. */
static int
expect_others (Fixture *f, ThawStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = NULL, trashed = NULL;
  int hit = 0;

  thaw_store_look_through (store);
  if (thaw_store_trouble (store) != THAW_STORE_DAMAGED)
    return 0; /* another sound page, as far as anybody can tell: counted by the caller */
  runs = thaw_store_runs (store, &error);
  g_assert_no_error (error);
  trashed = thaw_store_trashed_runs (store, &error); /* noise may say when it was trashed */
  g_assert_no_error (error);
  g_assert_cmpuint (summaries (store), ==, RUNS);
  for (int i = 0; i < RUNS; i++) {
    g_assert_cmpint (listed (runs, f->ids[i]) + listed (trashed, f->ids[i]), ==, 1);
    if (!is_whole (store, f->ids[i]))
      g_assert_true (is_torn (store, f->ids[i]));
    hit += is_torn (store, f->ids[i]);
  }
  return hit;
}

/* What the tables are is written in the file itself: without that nothing of it can be read. */
static bool
has_tables (Fixture *f)
{
  sqlite3 *db = NULL;
  bool good = sqlite3_open_v2 (f->path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              sqlite3_exec (db, "SELECT sql FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_OK;

  sqlite3_close (db);
  return good;
}

/* Seed in the message; pages of which a whole table hangs hit all its runs. */
static void
test_every_page (Fixture *f, gconstpointer data)
{
  guint seed = g_test_rand_int (), noticed = 0, torn = 0;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (gsize page = 1; page < f->length / PAGE; page++)
    for (gsize way = 0; way < G_N_ELEMENTS (ways); way++) {
      g_autofree char *before = tear (f, page, ways[way], rand), *after = NULL;
      g_autoptr (GError) error = NULL;
      ThawStore *store;

      g_test_message ("seed %u, page %zu, way %zu", seed, page, way);
      store = thaw_store_open (f->home, THAW_STORE_READ, &error);
      if (store == NULL && !has_tables (f))
        continue;
      g_assert_no_error (error);
      expect_others (f, store);
      torn++;
      if (thaw_store_trouble (store) == THAW_STORE_DAMAGED) {
        noticed++;
        g_assert_null (thaw_store_open (f->home, THAW_STORE_WRITE, &error));
        g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED);
      }
      thaw_store_close (store);
      after = hash_file (f);
      g_assert_cmpstr (after, ==, before);
    }
  g_test_message ("%u of %u noticed", noticed, torn);
  g_assert_cmpuint (noticed, >, torn * 3 / 4);
}

/* A few bytes may well make another sound page, which nobody can tell; but whatever they make, it
 * is read without harm and not written to. */
static void
test_few_bytes (Fixture *f, gconstpointer data)
{
  guint seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (int n = 0; n < 300; n++) {
    gsize page = (gsize) g_rand_int_range (rand, 0, (int) (f->length / PAGE));
    g_autofree char *before = tear (f, page, a_few_bytes, rand), *after = NULL;
    ThawStore *store = thaw_store_open (f->home, THAW_STORE_READ, NULL);
    g_autoptr (GPtrArray) runs = store != NULL ? thaw_store_runs (store, NULL) : NULL;

    for (guint i = 0; runs != NULL && i < runs->len; i++)
      is_whole (store, ((ThawRun *) runs->pdata[i])->id);
    if (store != NULL)
      thaw_store_look_through (store);
    thaw_store_close (store);
    after = hash_file (f);
    g_assert_cmpstr (after, ==, before);
  }
}

/* One page of one run's iterations: that run and its neighbour are named, both ends of it are read.
 */
static void
test_hole (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  int found = 0;

  for (gsize page = 1; page < f->length / PAGE; page++) {
    g_autofree char *hash = tear (f, page, all_zero, rand);
    ThawStore *store = thaw_store_open (f->home, THAW_STORE_READ, NULL);
    g_autoptr (GArray) rows =
        store != NULL ? thaw_store_iterations (store, f->ids[5], -1, NULL) : NULL;

    if (rows != NULL && rows->len < STEPS && rows->len > 0 &&
        g_array_index (rows, ThawIterationRow, rows->len - 1).step == STEPS - 1) {
      found++;
      for (guint i = 1; i < rows->len; i++)
        g_assert_cmpint (g_array_index (rows, ThawIterationRow, i - 1).step, <,
                         g_array_index (rows, ThawIterationRow, i).step);
      g_free (text);
      text = thaw_store_trouble_text (store);
      g_assert_nonnull (strstr (text, "“run 5”"));
      g_assert_nonnull (strstr (text, f->path));
    }
    thaw_store_close (store);
  }
  g_assert_cmpint (found, >, 0);
}

/* The first 100 bytes are gone, the file is cut short, or nothing of it is left. */
static void
test_header (Fixture *f, gconstpointer data)
{
  g_autofree char *bytes = g_memdup2 (f->bytes, f->length), *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  ThawStore *store;

  for (int i = 0; i < 100; i++)
    bytes[i] = (char) (i * 37);
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize) f->length, NULL));
  before = hash_file (f);
  store = open_store (f->home, THAW_STORE_READ);
  g_assert_cmpint (thaw_store_trouble (store), ==, THAW_STORE_DAMAGED);
  g_assert_cmpint (expect_others (f, store), ==, 0);
  thaw_store_close (store);
  g_assert_null (thaw_store_open (f->home, THAW_STORE_WRITE, &error));
  after = hash_file (f);
  g_assert_cmpstr (after, ==, before);
}

static void
test_cut (Fixture *f, gconstpointer data)
{
  gsize half = f->length / PAGE / 2 * PAGE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  ThawStore *store;

  g_assert_true (g_file_set_contents (f->path, f->bytes, (gssize) half + 100, NULL));
  store = open_store (f->home, THAW_STORE_READ);
  runs = thaw_store_runs (store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (runs->len, >, 0);
  thaw_store_look_through (store);
  g_assert_cmpint (thaw_store_trouble (store), ==, THAW_STORE_DAMAGED);
  thaw_store_close (store);
  g_assert_null (thaw_store_open (f->home, THAW_STORE_WRITE, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_DAMAGED);
}

/* Of bytes by chance nothing can be read; a new store begins beside them. */
static void
test_noise_and_beside (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL, *name = NULL, *second = NULL, *path = NULL;
  g_autofree char *id = NULL;
  ThawStore *store;

  g_assert_false (thaw_store_begin_beside (f->home, &name, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_STATE); /* it is sound */
  g_clear_error (&error);
  for (gsize page = 0; page < f->length / PAGE; page++)
    all_noise ((guchar *) f->bytes + page * PAGE, rand);
  g_assert_true (g_file_set_contents (f->path, f->bytes, (gssize) f->length, NULL));
  before = hash_file (f);
  g_assert_null (thaw_store_open (f->home, THAW_STORE_READ, &error));
  g_assert_nonnull (strstr (error->message, f->path));
  g_clear_error (&error);

  g_assert_true (thaw_store_begin_beside (f->home, &name, &error));
  g_assert_cmpstr (name, ==, "store-2.db");
  store = open_store (f->home, THAW_STORE_WRITE);
  id = add_run (store, "after");
  thaw_store_close (store);
  store = open_store (f->home, THAW_STORE_READ);
  g_assert_cmpuint (summaries (store), ==, 1);
  thaw_store_close (store);
  after = hash_file (f);
  g_assert_cmpstr (after, ==, before);

  /* and once more beside that one */
  path = g_build_filename (f->home, "store-2.db", NULL);
  g_assert_true (g_file_set_contents (path, "Dear diary", -1, NULL));
  g_assert_true (thaw_store_begin_beside (f->home, &second, &error));
  g_assert_cmpstr (second, ==, "store-3.db");
}

/* A name in HOME/store.use chooses among stores of the home, never a path. */
static void
test_use (Fixture *f, gconstpointer data)
{
  static const char *const names[] = {"../store-2.db",  "/etc/passwd", "store-.db",
                                      "store-2.db/x",   "store-v1.db", "",
                                      "store-123456.db"};
  g_autofree char *use = g_build_filename (f->home, "store.use", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = NULL;
    g_assert_true (g_file_set_contents (use, names[i], -1, NULL));
    path = thaw_store_file (f->home);
    g_assert_cmpstr (path, ==, f->path);
  }
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  add ("/db/torn/every-page", test_every_page);
  add ("/db/torn/few-bytes", test_few_bytes);
  add ("/db/torn/hole", test_hole);
  add ("/db/torn/header", test_header);
  add ("/db/torn/cut", test_cut);
  add ("/db/torn/noise-and-beside", test_noise_and_beside);
  add ("/db/torn/use", test_use);
  return g_test_run ();
}
