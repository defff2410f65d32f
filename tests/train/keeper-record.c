/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recording keeper and runs with it; see fixture.h. */
#include "fixture.h"
#include "thaw-catalogues.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

void
keeper_init (Keeper *keeper)
{
  *keeper = (Keeper){.events = g_string_new (NULL),
                     .details = g_ptr_array_new_with_free_func (g_free),
                     .iterations = g_array_new (FALSE, FALSE, sizeof (ThawIteration)),
                     .epochs = g_array_new (FALSE, FALSE, sizeof (ThawEpoch)),
                     .lasts = g_ptr_array_new_with_free_func (g_free),
                     .bests = g_ptr_array_new_with_free_func (g_free),
                     .retired = g_ptr_array_new_with_free_func (g_free),
                     .saved = g_ptr_array_new_with_free_func (g_free),
                     .test_loss = NAN,
                     .test_accuracy = NAN};
}

void
keeper_clear (Keeper *keeper)
{
  if (keeper->events == NULL)
    return;
  g_string_free (keeper->events, TRUE);
  g_ptr_array_unref (keeper->details);
  g_array_unref (keeper->iterations);
  g_array_unref (keeper->epochs);
  g_ptr_array_unref (keeper->lasts);
  g_ptr_array_unref (keeper->bests);
  g_ptr_array_unref (keeper->retired);
  g_ptr_array_unref (keeper->saved);
  g_free (keeper->tested);
  if (keeper->folder != NULL)
    remove_tree (keeper->folder);
  g_free (keeper->folder);
}

const char *
keeper_last (const Keeper *keeper)
{
  g_assert_cmpuint (keeper->lasts->len, >, 0);
  return g_ptr_array_index (keeper->lasts, keeper->lasts->len - 1);
}

ThawAsk
answer_stop (Keeper *keeper)
{
  return keeper->iterations->len >= keeper->at ? THAW_ASK_STOP : THAW_ASK_NOTHING;
}

static gboolean
allowed (const Keeper *keeper, const char *hook, GError **error)
{
  if (g_strcmp0 (keeper->refuse, hook) != 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no room for %s", hook);
  return FALSE;
}

static gboolean
on_event (void *user,
          ThawTrainEventKind kind,
          int epoch,
          uint64_t step,
          const char *detail,
          GError **error)
{
  Keeper *keeper = user;

  g_string_append_printf (keeper->events, "%s@%d ", thaw_train_event_name (kind), epoch);
  g_ptr_array_add (keeper->details, g_strdup (detail ? detail : ""));
  return allowed (keeper, "event", error);
}

static gboolean
on_iteration (void *user, const ThawIteration *iteration, GError **error)
{
  Keeper *keeper = user;

  g_array_append_vals (keeper->iterations, iteration, 1);
  if (keeper->on_iteration != NULL)
    keeper->on_iteration (keeper, iteration);
  return allowed (keeper, "iteration", error);
}

/* The file is there, and is what was said of it. */
static void
check_file (const Keeper *keeper, const ThawCheckpointFile *file, const char *kind)
{
  GStatBuf st;

  g_assert_cmpint (g_stat (file->path, &st), ==, 0);
  g_assert_cmpuint (file->bytes, ==, (uint64_t) st.st_size);
  g_assert_cmpstr (file->kind, ==, kind);
  g_assert_cmpuint (strlen (file->sha256), ==, 64);
  if (keeper->hashes) {
    g_autofree char *sha256 = thaw_file_sha256 (file->path, NULL, NULL);
    g_assert_cmpstr (file->sha256, ==, sha256);
  }
  g_assert_true (g_path_is_absolute (file->path));
}

static gboolean
on_epoch (void *user,
          const ThawEpoch *epoch,
          const ThawCheckpointFile *last,
          const ThawCheckpointFile *best,
          GError **error)
{
  Keeper *keeper = user;

  check_file (keeper, last, "last");
  g_assert_cmpint (last->epoch, ==, epoch->epoch + 1);
  g_assert_cmpuint (last->step, ==, epoch->step);
  g_assert_true (epoch->best == (best != NULL));
  if (best != NULL) {
    check_file (keeper, best, "best");
    g_ptr_array_add (keeper->bests, g_strdup (best->path));
  }
  g_ptr_array_add (keeper->lasts, g_strdup (last->path));
  g_array_append_vals (keeper->epochs, epoch, 1);
  return allowed (keeper, "epoch", error);
}

static gboolean
on_checkpoint (void *user, const ThawCheckpointFile *last, GError **error)
{
  Keeper *keeper = user;

  check_file (keeper, last, "last");
  g_ptr_array_add (keeper->lasts, g_strdup (last->path));
  return allowed (keeper, "checkpoint", error);
}

static gboolean
on_test (void *user, double loss, double accuracy, const char *weights_kind, GError **error)
{
  Keeper *keeper = user;

  keeper->test_loss = loss;
  keeper->test_accuracy = accuracy;
  g_free (keeper->tested);
  keeper->tested = g_strdup (weights_kind);
  return allowed (keeper, "test", error);
}

static gboolean
on_retire (void *user, const char *path, GError **error)
{
  Keeper *keeper = user;

  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR)); /* row first, file after */
  g_ptr_array_add (keeper->retired, g_strdup (path));
  return allowed (keeper, "retire", error);
}

static ThawAsk
on_ask (void *user)
{
  Keeper *keeper = user;

  keeper->asked++;
  return keeper->answer ? keeper->answer (keeper) : THAW_ASK_NOTHING;
}

static void
on_saved (void *user, const char *path)
{
  Keeper *keeper = user;

  g_ptr_array_add (keeper->saved, g_strdup (path != NULL ? path : ""));
}

static void
on_evaluating (void *user, int epoch, double done)
{
  Keeper *keeper = user;

  g_assert_cmpfloat (done, >, 0);
  g_assert_cmpfloat (done, <=, 1);
  keeper->evaluations++;
}

static ThawTrainSpec
spec_of (const Run *run, Keeper *keeper, ThawPool *pool)
{
  return (ThawTrainSpec){.recipe = run->recipe,
                         .set = run->set ? run->set : run->fixture->set,
                         .weights = run->weights,
                         .weights_source = "given.safetensors",
                         .folder = run->folder,
                         .resume = run->resume,
                         .pool = pool,
                         .loader_threads = run->loader_threads,
                         .hooks = {.user = keeper,
                                   .event = on_event,
                                   .iteration = on_iteration,
                                   .epoch = on_epoch,
                                   .checkpoint = on_checkpoint,
                                   .test = on_test,
                                   .retire = on_retire,
                                   .ask = on_ask,
                                   .saved = on_saved,
                                   .evaluating = on_evaluating}};
}

gboolean
run_try (const Run *run, Keeper *keeper, ThawTrainEnd *end, GError **error)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (run->threads ? run->threads : 2);
  ThawTrainSpec spec = spec_of (run, keeper, pool);
  g_autoptr (ThawTrainer) trainer = thaw_trainer_new (&spec, error);
  gboolean ended;

  if (trainer == NULL)
    return FALSE;
  keeper->trainer = trainer;
  ended = thaw_trainer_run (trainer, end, error);
  keeper->trainer = NULL;
  return ended;
}

void
run_expect (const Run *run, Keeper *keeper, ThawTrainEnd end)
{
  g_autoptr (GError) error = NULL;
  ThawTrainEnd found = 99;
  gboolean ended = run_try (run, keeper, &found, &error);

  g_assert_no_error (error);
  g_assert_true (ended);
  g_assert_cmpint (found, ==, end);
}

void
run_refused (const Run *run, GQuark domain, int code, const char *words)
{
  g_auto (Keeper) keeper;
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  g_auto (GStrv) wanted = g_strsplit (words, "|", -1);
  ThawTrainSpec spec;
  ThawTrainer *trainer;

  keeper_init (&keeper);
  spec = spec_of (run, &keeper, pool);
  trainer = thaw_trainer_new (&spec, &error);
  g_assert_null (trainer);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_error (error, domain, code);
  for (int i = 0; wanted[i] != NULL; i++)
    if (strstr (error->message, wanted[i]) == NULL) {
      g_test_message ("'%s' is not in: %s", wanted[i], error->message);
      g_test_fail ();
    }
  g_assert_cmpuint (keeper.events->len, ==, 0);
}

ThawRecipe *
short_recipe (const char *first, ...)
{
  g_autoptr (GPtrArray) assignments = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRecipe) plain = thaw_recipe_new (thaw_catalogues ());
  ThawRecipe *recipe;
  va_list args;

  g_ptr_array_add (assignments, (char *) "batch_size=" G_STRINGIFY (BATCH));
  g_ptr_array_add (assignments, (char *) "epochs=2");
  g_ptr_array_add (assignments, (char *) "data.split.validation=0.2");
  va_start (args, first);
  for (const char *text = first; text != NULL; text = va_arg (args, const char *))
    g_ptr_array_add (assignments, (char *) text);
  va_end (args);
  g_ptr_array_add (assignments, NULL);
  recipe = thaw_recipe_with (plain, (const char *const *) assignments->pdata, thaw_catalogues (),
                             &error);
  g_assert_no_error (error);
  return recipe;
}
