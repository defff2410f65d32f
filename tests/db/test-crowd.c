/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several processes write at once while one of them after the other is killed: what a process was
 * told to be committed is there, once, and nobody hears "locked".
 *
 * THAW_LENGTH=quick|full|release sets the length, TEST_SEED who is killed and when. */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITERS = 4 };
enum { ENDED, FAILED, LOST = 3, DOUBLED = 4 }; /* how a writer ends */

typedef struct {
  int transactions; /* of each writer */
  int pause_ms;     /* between two kills, about */
} Length;

typedef struct {
  int kills, lost, doubled, failed;
} Tally;

static Length
length (void)
{
  const char *name = g_getenv ("THAW_LENGTH");

  if (g_strcmp0 (name, "full") == 0)
    return (Length){10000, 1000};
  if (g_strcmp0 (name, "release") == 0)
    return (Length){50000, 500};
  return (Length){300, 40};
}

static guint32
seed (void)
{
  const char *text = g_getenv ("TEST_SEED");

  return text != NULL ? (guint32) strtoul (text, NULL, 10) : 20261121;
}

/* --- A writer --- */

static int
stored (const char *home, int number)
{
  g_autofree char *query =
      g_strdup_printf ("SELECT count (*) FROM iteration WHERE step %% %d = %d", WRITERS, number);

  return (int) sql_int (home, query);
}

static int
open_acknowledged (const char *home, int number)
{
  g_autofree char *path = g_strdup_printf ("%s/acknowledged-%d", home, number);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

/* How many transactions it was told to be committed, before it was killed. */
static int
read_acknowledged (int fd)
{
  int n = 0;
  gssize got = pread (fd, &n, sizeof n, 0);

  g_assert_true (got == 0 || got == sizeof n);
  return n;
}

static void
acknowledge (int fd, int n)
{
  g_assert_cmpint ((int) pwrite (fd, &n, sizeof n, 0), ==, (int) sizeof n);
}

/* Writes what is left of its transactions. `early` is the planted fault: what is not committed yet
 * is taken for committed. */
static int
write_rest (const char *home, const char *id, int number, int total, bool early)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStore) store = thaw_store_open (home, THAW_STORE_WRITE, &error);
  int fd = open_acknowledged (home, number), told = read_acknowledged (fd);
  int have = stored (home, number);

  g_assert_no_error (error);
  if (have < told)
    return LOST;
  if (have > told + 1) /* killed between the commit and noting it: one more than it knows of */
    return DOUBLED;
  acknowledge (fd, have);
  for (int i = have; i < total; i++) {
    ThawIterationRow row = {.step = (gint64) i * WRITERS + number, .loss = 1, .lr = 1};

    if (early)
      acknowledge (fd, i + 1);
    if (!thaw_store_add_iterations (store, id, 1, &row, 1, &error)) {
      g_printerr ("writer %d, transaction %d: %s\n", number, i, error->message);
      return FAILED;
    }
    acknowledge (fd, i + 1);
  }
  return ENDED;
}

/* --- The crowd --- */

static GPid
start_writer (const char *home, const char *id, int number, int total, bool early)
{
  g_autofree char *n = g_strdup_printf ("%d", number), *t = g_strdup_printf ("%d", total);
  const char *arguments[] = {"write", home, id, n, t, early ? "early" : "sound", NULL};

  return spawn_self (arguments, NULL);
}

static void
note_end (Tally *tally, int status)
{
  if (!WIFEXITED (status))
    tally->failed++;
  else if (WEXITSTATUS (status) == LOST)
    tally->lost++;
  else if (WEXITSTATUS (status) == DOUBLED)
    tally->doubled++;
  else if (WEXITSTATUS (status) != ENDED)
    tally->failed++;
}

/* Whoever has ended by itself is through. */
static int
look_after (GPid *children, Tally *tally)
{
  int alive = 0, status;

  for (int i = 0; i < WRITERS; i++) {
    if (children[i] == 0)
      continue;
    if (waitpid (children[i], &status, WNOHANG) == 0) {
      alive++;
      continue;
    }
    children[i] = 0;
    note_end (tally, status);
  }
  return alive;
}

static Tally
crowd (const char *home, const char *id, Length length, bool early)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (seed ());
  GPid children[WRITERS];
  Tally tally = {0};

  for (int i = 0; i < WRITERS; i++)
    children[i] = start_writer (home, id, i, length.transactions, early);
  for (;;) {
    int status, victim = g_rand_int_range (chance, 0, WRITERS);

    g_usleep ((gulong) (length.pause_ms * g_rand_double_range (chance, 500, 1500)));
    if (look_after (children, &tally) == 0)
      return tally;
    if (children[victim] == 0)
      continue;
    kill (children[victim], SIGKILL);
    waitpid (children[victim], &status, 0);
    if (!WIFSIGNALED (status)) { /* was through a moment earlier */
      children[victim] = 0;
      note_end (&tally, status);
      continue;
    }
    tally.kills++;
    children[victim] = start_writer (home, id, victim, length.transactions, early);
  }
}

static void
test_crowd (void)
{
  g_autoptr (Home) home = home_new ();
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "shared"), *check = NULL;
  Length much = length ();
  gint64 rows = (gint64) much.transactions * WRITERS, begin = g_get_monotonic_time ();
  Tally tally;

  thaw_store_close (store);
  tally = crowd (home, id, much, false);
  g_test_message ("seed %u: %d transactions of %d processes, %d killed on the way, in %d ms",
                  seed (), (int) rows, WRITERS, tally.kills,
                  (int) ((g_get_monotonic_time () - begin) / 1000));
  g_test_message ("lost %d, doubled %d, refused %d", tally.lost, tally.doubled, tally.failed);
  g_assert_cmpint (tally.lost + tally.doubled + tally.failed, ==, 0);
  g_assert_cmpint (tally.kills, >, 0);
  g_assert_cmpint (sql_int (home, "SELECT count (*) FROM iteration"), ==, rows);
  g_assert_cmpint (sql_int (home, "SELECT count (DISTINCT step) FROM iteration"), ==, rows);
  g_assert_cmpint (sql_int (home, "SELECT max (step) FROM iteration"), ==, rows - 1);
  check = sql (home, "store.db", "PRAGMA integrity_check");
  g_assert_cmpstr (check, ==, "ok");
}

/* The test of the test: writers that take for committed what is not are found out. */
static void
test_notices_early_word (void)
{
  Tally all = {0};

  for (int round = 0; round < 10 && all.lost == 0; round++) {
    g_autoptr (Home) home = home_new ();
    ThawStore *store = open_store (home, THAW_STORE_WRITE);
    g_autofree char *id = add_run (store, "shared");

    thaw_store_close (store);
    all = crowd (home, id, (Length){300, 30}, true);
  }
  g_test_message ("%d kills, %d found to have lost what they were told", all.kills, all.lost);
  g_assert_cmpint (all.lost, >, 0);
}

int
main (int argc, char **argv)
{
  if (argc == 7 && g_str_equal (argv[1], "write"))
    return write_rest (argv[2], argv[3], atoi (argv[4]), atoi (argv[5]),
                       g_str_equal (argv[6], "early"));
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_ON_DISK);
  g_test_add_func ("/db/crowd/killed-writers", test_crowd);
  g_test_add_func ("/db/crowd/notices-early-word", test_notices_early_word);
  return g_test_run ();
}
