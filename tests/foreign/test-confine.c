/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A helper that is hostile gets nowhere: each attack is stopped or refused, each lie is seen. And
 * each attack is one: without confinement the same program gets through with it. */
#include "confine-private.h"
#include "hostile.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MB (UINT64_C (1) << 20)

static char *program, *folder;

/* The path that tells the hostile program what to do, below a folder of this test. */
static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
put_canary (const char *path)
{
  g_assert_true (g_file_set_contents (path, "as it was\n", -1, NULL));
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
}

static void
check_canary (const char *path)
{
  g_autofree char *text = NULL;
  GStatBuf st;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "as it was\n");
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0640);
}

/* Nothing lies beside the canary. */
static void
check_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_null (strchr (name, '.'));
}

/* --- Attacks -----------------------------------------------------------------------------------*/

/* What somebody with code in the helper comes to; NULL: an error, which is set. */
static ThawStateDict *
attempt (const char *path, bool opens, GCancellable *cancel, GError **error)
{
  ThawConfineJob job = {.subject = path,
                        .limits = {.memory_bytes = 1024 * MB,
                                   .answer_bytes = 64 * MB,
                                   .cpu_s = 1,
                                   .wall_s = 3,
                                   .opens = opens},
                        .input = -1,
                        .domains = {THAW_FORMATS_ERROR},
                        .codes = {THAW_FORMATS_ERROR_LIMIT + 1},
                        .cancel = cancel};
  g_auto (ThawParcelTaking) answer = {0};
  ThawParcel *parcel;
  int question;

  parcel = thaw_confine_begin (&job, &question, error);
  g_assert_nonnull (parcel);
  thaw_parcel_number (parcel, THAW_ASK_WEIGHTS);
  thaw_parcel_text (parcel, path);
  if (!thaw_confine_run (&job, parcel, question, &answer, error))
    return NULL;
  return thaw_take_weights (&answer, NULL);
}

/* The helper's last words: "refused", or a sentence of ours that names the file. */
static char *
outcome (const char *path, bool opens)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = attempt (path, opens, NULL, &error);

  g_assert_true ((dict == NULL) == (error != NULL));
  if (dict != NULL)
    return g_strdup (thaw_state_dict_nth (dict, 0)->name);
  g_assert_true (error->domain == THAW_CONFINE_ERROR);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_test_message ("%s", error->message);
  return g_strdup_printf ("stopped %d", error->code);
}

/* With sanitizers there is no cap of private memory: they reserve terabytes. */
static bool
needs_cap (const char *name)
{
  return g_str_has_suffix (name, "-memory") && !g_str_equal (name, "execute-memory") &&
         !g_str_equal (name, "shared-memory") && !g_str_equal (name, "stack-memory");
}

static void
attack_as (const HostileAttack *attack, bool opens)
{
  g_autofree char *path = path_of (attack->name);
  g_autofree char *found = NULL;

  if (THAW_CONFINE_SANITIZED && needs_cap (attack->name)) {
    g_test_skip ("a sanitizer's memory cannot be capped");
    return;
  }
  put_canary (path);
  found = outcome (path, opens);
  if (opens && g_str_equal (attack->name, "read-other"))
    g_assert_cmpstr (found, ==, "got through"); /* a folder's reader may read */
  else
    g_assert_cmpstr (found, !=, "got through");
  check_canary (path);
  check_folder ();
  g_unlink (path);
}

static void
attack_handed (gconstpointer data)
{
  attack_as (data, false);
}

static void
attack_opening (gconstpointer data)
{
  attack_as (data, true);
}

/* The test of the test: whoever is not confined gets through. */
static void
attack_free (gconstpointer data)
{
  const HostileAttack *attack = data;
  g_autofree char *path = path_of (attack->name);
  g_autofree char *victim = g_strdup_printf ("%d", (int) getpid ());
  char *argv[] = {program, (char *) "--free", path, victim, (char *) attack->name, NULL};
  g_autoptr (GError) error = NULL;
  int status;

  put_canary (path);
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, NULL,
                               NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  for (int i = 0; i < 4; i++) {
    const char *const tails[] = {"", ".new", ".moved", ".link"};
    g_autofree char *left = g_strconcat (path, tails[i], NULL);
    g_unlink (left);
  }
}

/* --- Ends --------------------------------------------------------------------------------------*/

static void
expect_code (const char *name, int code)
{
  g_autofree char *path = path_of (name), *found = NULL;
  g_autofree char *wanted = g_strdup_printf ("stopped %d", code);

  found = outcome (path, false);
  g_assert_cmpstr (found, ==, wanted);
}

/* Each end has its own sentence. */
static void
ends (void)
{
  expect_code ("open-socket", THAW_CONFINE_ERROR_STOPPED);
  expect_code ("signal-parent", THAW_CONFINE_ERROR_STOPPED);
  expect_code ("endless-loop", THAW_CONFINE_ERROR_LIMIT);
  expect_code ("sleep-for-ever", THAW_CONFINE_ERROR_LIMIT);
  expect_code ("endless-answer", THAW_CONFINE_ERROR_LIMIT);
  expect_code ("say-nothing", THAW_CONFINE_ERROR_ANSWER);
  if (!THAW_CONFINE_SANITIZED) { /* which answer these themselves */
    expect_code ("crash", THAW_CONFINE_ERROR_CRASHED);
    expect_code ("give-up", THAW_CONFINE_ERROR_CRASHED);
    expect_code ("heap-memory", THAW_CONFINE_ERROR_CRASHED);
  }
}

static gpointer
cancel_soon (gpointer cancel)
{
  g_usleep (100000);
  g_cancellable_cancel (cancel);
  return NULL;
}

static void
cancelled (void)
{
  g_autofree char *path = path_of ("sleep-for-ever");
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancel);

  g_assert_null (attempt (path, false, cancel, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_clear_error (&error);
  g_assert_null (attempt (path, false, cancel, &error)); /* nothing is even started */
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Whoever asked left nobody behind, not even a dead one. */
static void
no_children (void)
{
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
}

static void
missing (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = path_of ("x");

  thaw_confine_set_program ("/nowhere/thaw-reader");
  g_assert_null (attempt (path, false, NULL, &error));
  g_assert_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_START);
  g_assert_nonnull (strstr (error->message, "/nowhere/thaw-reader"));
  thaw_confine_set_program (program);
}

/* A program that is started by hand, or by whoever sends no question, does nothing. */
static void
by_hand (void)
{
  char *argv[] = {program, NULL};
  int status;

  g_assert_true (
      g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_false (g_spawn_check_wait_status (status, NULL));
}

/* --- Lies --------------------------------------------------------------------------------------*/

static void
check_lie (GError *error, const char *path)
{
  g_assert_error (error, THAW_CONFINE_ERROR, THAW_CONFINE_ERROR_ANSWER);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_clear_error (&error);
}

static void
weight_lie (gconstpointer name)
{
  g_autofree char *path = path_of (name);
  GError *error = NULL;

  g_assert_null (thaw_foreign_weights (path, NULL, &error));
  check_lie (error, path);
}

static void
set_lie (gconstpointer name)
{
  g_autofree char *path = path_of (name);
  GError *error = NULL;

  g_assert_null (thaw_foreign_dataset (path, 4, NULL, &error));
  check_lie (error, path);
}

static void
picture_lie (gconstpointer name)
{
  g_autofree char *path = path_of (name);
  GError *error = NULL;

  g_assert_null (thaw_foreign_picture (path, 4, &error));
  check_lie (error, path);
}

/* The same answers without a lie are believed: it is the lie that is refused. */
static void
truth (void)
{
  g_autofree char *path = path_of ("truth");
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawStateDict) dict = thaw_foreign_weights (path, NULL, &error);
  g_autoptr (ThawDataset) set = thaw_foreign_dataset (path, 4, NULL, &error);
  g_autoptr (GBytes) picture = thaw_foreign_picture (path, 4, &error);
  g_autofree char *told = path_of ("error-as-it-should-be");

  g_assert_no_error (error);
  g_assert_cmpuint (thaw_state_dict_size (dict), ==, 2);
  g_assert_cmpuint (thaw_dataset_count (set), ==, 3);
  g_assert_cmpuint (g_bytes_get_size (picture), ==, 48);
  g_assert_null (thaw_foreign_weights (told, NULL, &error));
  g_assert_error (error, THAW_FORMATS_ERROR, THAW_FORMATS_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==, "a sentence");
}

static void
add (const char *form, const char *name, gconstpointer data, GTestDataFunc function)
{
  g_autofree char *path = g_strdup_printf (form, name);

  g_test_add_data_func (path, data, function);
}

static void
add_attacks (void)
{
  for (const HostileAttack *a = hostile_attacks; a->name != NULL; a++) {
    add ("/confine/attack/%s", a->name, a, attack_handed);
    if (!a->slow)
      add ("/confine/attack-of-a-folder/%s", a->name, a, attack_opening);
    if (!a->unsure)
      add ("/confine/attack-without-confinement/%s", a->name, a, attack_free);
  }
}

int
main (int argc, char **argv)
{
  int status, stray;

  g_test_init (&argc, &argv, NULL);
  program = g_strdup (argv[1]);
  folder = g_dir_make_tmp ("thaw-confine-XXXXXX", NULL);
  thaw_confine_set_program (program);
  stray =
      fcntl (0, F_DUPFD, 200); /* for find-descriptors: inherited by whoever does not close it */
  g_assert_cmpint (stray, ==, 200);
  add_attacks ();
  g_test_add_func ("/confine/ends", ends);
  g_test_add_func ("/confine/cancelled", cancelled);
  g_test_add_func ("/confine/missing", missing);
  g_test_add_func ("/confine/by-hand", by_hand);
  g_test_add_func ("/confine/truth", truth);
  for (int i = 0; hostile_weight_lies[i] != NULL; i++)
    add ("/confine/lie/weights/%s", hostile_weight_lies[i], hostile_weight_lies[i], weight_lie);
  for (int i = 0; hostile_set_lies[i] != NULL; i++)
    add ("/confine/lie/set/%s", hostile_set_lies[i], hostile_set_lies[i], set_lie);
  for (int i = 0; hostile_picture_lies[i] != NULL; i++)
    add ("/confine/lie/picture/%s", hostile_picture_lies[i], hostile_picture_lies[i], picture_lie);
  g_test_add_func ("/confine/no-children", no_children);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  g_free (program);
  return status;
}
