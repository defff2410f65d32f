/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A writer that is killed loses nothing that it called committed. */
#include "home.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLS = 50, ROWS = 3 };

/* The child: goes on from where the run stands, an epoch a commit, and says so after each. */
static int
write_epochs (const char *home, const char *id)
{
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = thaw_store_find_run (store, id, &error);
  int attempt;

  g_assert_no_error (error);
  thaw_store_begin_attempt (store, id, run->epochs_done, run->epochs_done * ROWS, &attempt, &error);
  g_assert_no_error (error);
  for (int epoch = run->epochs_done; epoch < G_MAXINT; epoch++) {
    g_autofree char *file = g_strdup_printf ("last-%d", epoch);
    ThawArtifact artifact = sample_artifact (file, "last", epoch + 1, (epoch + 1) * ROWS);
    const ThawArtifact *const artifacts[] = {&artifact};
    ThawEpochRow row = sample_epoch (epoch, (epoch + 1) * ROWS);
    ThawIterationRow rows[ROWS];
    char line[32];
    int length;

    for (int i = 0; i < ROWS; i++)
      rows[i] = (ThawIterationRow){.step = epoch * ROWS + i, .epoch = epoch, .loss = i};
    thaw_store_commit_epoch (store, id, attempt, rows, ROWS, &row, artifacts, 1, &error);
    g_assert_no_error (error);
    length = snprintf (line, sizeof line, "%d\n", epoch + 1);
    g_assert_cmpint (write (STDOUT_FILENO, line, (size_t) length), ==, length);
  }
  return 1;
}

/* The last whole line of what the child said, or `before`. */
static int
last_committed (int output, int before)
{
  g_autoptr (GString) said = g_string_new (NULL);
  char bytes[4096], *end;
  ssize_t n;

  while ((n = read (output, bytes, sizeof bytes)) > 0)
    g_string_append_len (said, bytes, n);
  close (output);
  end = strrchr (said->str, '\n');
  if (end == NULL)
    return before;
  *end = '\0';
  end = strrchr (said->str, '\n');
  return atoi (end != NULL ? end + 1 : said->str);
}

static void
expect_whole (ThawStore *store, const char *id, int committed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRun) run = thaw_store_find_run (store, id, &error);
  g_autoptr (GArray) epochs = thaw_store_epochs (store, id, &error);
  g_autoptr (GArray) steps = thaw_store_iterations (store, id, -1, &error);
  g_autoptr (GPtrArray) artifacts = thaw_store_artifacts (store, id, &error);

  g_assert_no_error (error);
  g_assert_cmpint (run->epochs_done, >=, committed);
  /* One commit may have been made and not said; it is there as a whole. */
  g_assert_cmpint (run->epochs_done, <=, committed + 1);
  g_assert_cmpint (epochs->len, ==, run->epochs_done);
  g_assert_cmpint (steps->len, ==, run->epochs_done * ROWS);
  g_assert_cmpint (artifacts->len, ==, run->epochs_done);
  g_assert_cmpint (run->state, ==, THAW_RUN_INTERRUPTED);
}

static void
test_kill (void)
{
  g_autoptr (Home) home = home_new ();
  ThawStore *store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "victim");
  guint32 seed = g_test_rand_int_range (1, G_MAXINT32);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  int committed = 0, alive = 0;

  g_test_message ("seed %u", seed);
  thaw_store_close (store);
  for (int kills = 0; kills < KILLS; kills++) {
    const char *arguments[] = {"write", home, id, NULL};
    g_autofree char *check = NULL;
    GPid child;
    int output, before = committed, status;

    child = spawn_self (arguments, &output);
    g_usleep ((gulong) g_rand_int_range (rand, 4000, 60000));
    kill (child, SIGKILL);
    waitpid (child, &status, 0);
    g_assert_true (WIFSIGNALED (status)); /* and not a failed assertion of its own */
    g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
    committed = last_committed (output, before);
    alive += committed > before;
    store = open_store (home, THAW_STORE_READ);
    expect_whole (store, id, committed);
    {
      g_autoptr (ThawRun) run = thaw_store_find_run (store, id, NULL);

      committed = run->epochs_done;
    }
    thaw_store_close (store);
    check = sql (home, "store.db", kills % 2 == 0 ? "SELECT 'ok'" : "PRAGMA integrity_check");
    g_assert_cmpstr (check, ==, "ok");
  }
  g_test_message ("%d kills, %d of them in the middle of writing, %d epochs committed, lost 0",
                  KILLS, alive, committed);
  g_assert_cmpint (alive, >, KILLS / 4);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "write"))
    return write_epochs (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  g_test_add_func ("/db/kill/writer", test_kill);
  return g_test_run ();
}
