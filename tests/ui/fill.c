/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fill.h"
#include "thaw-catalogues.h"

#include <math.h>
#include <string.h>

#define MUST(call)                                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GError *fill_error = NULL;                                                                     \
    if (!(call))                                                                                   \
      g_error ("%s: %s", #call, fill_error != NULL ? fill_error->message : "?");                   \
  }                                                                                                \
  G_STMT_END

/* A run in the making. */
typedef struct {
  const FillPlan *plan;
  ThawStore *store;
  ThawRun *run;
  ThawRunLock *lock;
  GRand *rand;
  double lr, level, best; /* level: the loss without noise */
  int best_epoch, attempt;
} Maker;

static double
gauss (GRand *rand)
{
  double u = g_rand_double_range (rand, 1e-12, 1), v = g_rand_double (rand);

  return sqrt (-2 * log (u)) * cos (2 * G_PI * v);
}

static bool
is_resnet (const FillPlan *plan)
{
  return strcmp (plan->model, "resnet18") == 0;
}

static char *
recipe_json (const FillPlan *plan, char **hash)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = g_strdup_printf (
      "{\"format\": \"thaw-recipe/1\", \"name\": \"\", \"data\": {\"set\": \"cifar-10\"}, "
      "\"model\": {\"name\": \"%s\", \"weights\": \"imagenet\"}, \"freeze\": {\"epochs\": %d, "
      "\"lr_after\": %g}, \"augment\": [{\"name\": \"RandomCrop\", \"size\": 32, \"padding\": 4}, "
      "{\"name\": \"RandomHorizontalFlip\", \"p\": 0.5}], \"optimizer\": {\"name\": \"Adam\", "
      "\"lr\": %g, \"weight_decay\": 0.0001}, \"schedule\": {\"name\": \"ReduceLROnPlateau\", "
      "\"factor\": 0.5, \"patience\": 2}, \"evaluate\": {\"set\": \"%s\", \"test_at_end\": %s}, "
      "\"epochs\": %d, \"batch_size\": 64, \"seed\": %d}",
      plan->model, plan->frozen, plan->lr_after, plan->lr, plan->on_test ? "test" : "validation",
      plan->on_test ? "false" : "true", plan->epochs, plan->seed);
  g_autoptr (ThawRecipe) recipe = thaw_recipe_parse (json, -1, "plan", thaw_catalogues (), &error);

  if (recipe == NULL)
    g_error ("%s", error->message);
  g_free (recipe->name);
  recipe->name = g_strdup (plan->name);
  *hash = thaw_recipe_hash (recipe);
  return thaw_recipe_write (recipe);
}

static ThawRun *
new_run (const FillPlan *plan)
{
  ThawRun *run = g_new0 (ThawRun, 1);
  bool resnet = is_resnet (plan);

  run->name = g_strdup (plan->name);
  run->recipe = recipe_json (plan, &run->recipe_hash);
  run->model = g_strdup (plan->model);
  run->data_path = g_strdup ("cifar-10-binary.tar.gz");
  run->data_title = g_strdup ("CIFAR-10");
  run->data_fingerprint = g_strdup ("3b1c0f2a");
  run->weights = g_strdup (resnet ? "resnet18-f37072fd.pth" : "mobilenet_v3_small-047dcff4.pth");
  run->machine = g_strdup ("{\"cores\": 2, \"threads\": 2, \"version\": \"0.1.0\"}");
  run->epochs = plan->epochs;
  run->steps_planned = (gint64) plan->epochs * plan->per_epoch;
  run->parameters = resnet ? 11181642 : 1528106;
  run->trainable_frozen = resnet ? 5130 : 601098;
  run->macs = resnet ? 37220352 : 2169792;
  run->best_epoch = -1;
  run->best_accuracy = run->test_loss = run->test_accuracy = NAN;
  return run;
}

static void
say (Maker *maker, int epoch, gint64 step, const char *kind, const char *detail)
{
  MUST (thaw_store_add_event (maker->store, maker->run->id, maker->attempt, epoch, step, kind,
                              detail, &fill_error));
}

/* Where the loss wants to go in an epoch: the head alone learns a little, the whole network more.
 */
static double
aim (const Maker *maker, int epoch)
{
  const FillPlan *plan = maker->plan;
  double head = is_resnet (plan) ? 1.62 : 1.71, whole = is_resnet (plan) ? 0.28 : 0.46;

  return epoch < plan->frozen ? head : whole + (maker->lr < plan->lr_after * 0.9 ? -0.08 : 0);
}

static double
next_loss (Maker *maker, int epoch, double into)
{
  const FillPlan *plan = maker->plan;
  double speed = (epoch < plan->frozen ? 1.6 : 0.42) / plan->per_epoch;
  double noise = 0.05 + 0.09 * maker->level, lr = maker->lr / 1e-4;

  maker->level += (aim (maker, epoch) - maker->level) * speed;
  if (plan->state == THAW_RUN_DIVERGED && epoch == plan->done - 1 && into > 0.4)
    maker->level *= 1 + 8.0 / plan->per_epoch;
  if (g_rand_double (maker->rand) < 0.002)
    noise *= 4;
  return fmax (0.004, maker->level + noise * (0.7 + 0.1 * fmin (lr, 4)) * gauss (maker->rand));
}

static ThawArtifact
artifact_of (const Maker *maker, const char *kind, char **file, int epoch, gint64 step)
{
  *file = g_strdup_printf ("%s-%06d.thaw", kind, epoch);
  return (ThawArtifact){.file = *file,
                        .kind = (char *) kind,
                        .epoch = epoch,
                        .step = step,
                        .bytes = strcmp (kind, "best") == 0 ? 4 * maker->run->parameters + 18000
                                                            : 12 * maker->run->parameters + 18000,
                        .sha256 = (char *) "0000000000000000000000000000000000000000000000000000000"
                                           "000000000"};
}

static ThawEpochRow
epoch_row (Maker *maker, int epoch)
{
  const FillPlan *plan = maker->plan;
  bool frozen = epoch < plan->frozen, resnet = is_resnet (plan);
  double into = frozen ? 0 : (double) (epoch - plan->frozen) / plan->epochs;
  double loss = maker->level + 0.06 + 0.2 * into * (resnet ? 1 : 0.5);
  double accuracy = exp (-0.42 * loss) * 1.02 - 0.028 + 0.006 * gauss (maker->rand);
  double clean = exp (-0.42 * maker->level) * 1.02 - 0.012 + 0.003 * gauss (maker->rand);
  double images = 64.0 * plan->per_epoch, speed = (resnet ? 210 : 1450) * (frozen ? 2.7 : 1);

  if (plan->state == THAW_RUN_DIVERGED && epoch == plan->done - 1)
    accuracy = 0.1, loss = INFINITY;
  accuracy = CLAMP (accuracy, 0.05, 0.995);
  speed *= 1 + 0.01 * gauss (maker->rand);
  return (ThawEpochRow){
      .epoch = epoch,
      .step = (gint64) (epoch + 1) * plan->per_epoch,
      .frozen = frozen,
      .lr = maker->lr,
      .train_loss = maker->level * 1.05,
      .train_accuracy = CLAMP (clean - 0.02, 0, 1),
      .ema_loss = NAN,
      .ema_accuracy = NAN,
      .clean_loss = maker->level,
      .clean_accuracy = CLAMP (clean, 0, 0.999),
      .loss = loss,
      .accuracy = accuracy,
      .set = (char *) (plan->on_test ? "test" : "validation"),
      .seconds = images / speed,
      .images_per_second = speed,
      .trainable = frozen ? maker->run->trainable_frozen : maker->run->parameters,
      .best = !(accuracy <= maker->best),
  };
}

static void
commit_epoch (Maker *maker, int epoch, const GArray *rows)
{
  ThawEpochRow row = epoch_row (maker, epoch);
  g_autofree char *last_file = NULL, *best_file = NULL;
  ThawArtifact last = artifact_of (maker, "last", &last_file, epoch + 1, row.step);
  ThawArtifact best = artifact_of (maker, "best", &best_file, epoch + 1, row.step);
  const ThawArtifact *files[] = {&last, &best};

  if (row.best)
    maker->best = row.accuracy, maker->best_epoch = epoch;
  MUST (thaw_store_commit_epoch (maker->store, maker->run->id, maker->attempt,
                                 (const ThawIterationRow *) (const void *) rows->data, rows->len,
                                 &row, files, row.best ? 2 : 1, &fill_error));
}

static void
enter_epoch (Maker *maker, int epoch)
{
  const FillPlan *plan = maker->plan;
  gint64 step = (gint64) epoch * plan->per_epoch;

  if (epoch == 0 && plan->frozen > 0)
    say (maker, 0, 0, "frozen", "the head's parameters train; batch-norm statistics are updated");
  if (epoch == plan->frozen) {
    if (epoch > 0)
      say (maker, epoch, step, "thawed", "all parameters train; optimizer state carried");
    maker->lr = plan->lr_after;
  }
  if (epoch > plan->frozen + 2 && (epoch - plan->frozen) % 7 == 0) {
    g_autofree char *detail =
        g_strdup_printf ("learning rate from %g to %g", maker->lr, maker->lr / 2);
    maker->lr /= 2;
    say (maker, epoch - 1, step, "rate-dropped", detail);
  }
}

static ThawIterationRow
iteration (Maker *maker, int epoch, int at)
{
  const FillPlan *plan = maker->plan;
  double loss = next_loss (maker, epoch, (double) at / plan->per_epoch);
  bool lost =
      plan->state == THAW_RUN_DIVERGED && epoch == plan->done - 1 && at == plan->per_epoch - 1;

  return (ThawIterationRow){(gint64) epoch * plan->per_epoch + at, epoch, lost ? INFINITY : loss,
                            maker->lr};
}

static void
make_epoch (Maker *maker, int epoch)
{
  const FillPlan *plan = maker->plan;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (ThawIterationRow));

  if (plan->resumed_after > 0 && epoch == plan->resumed_after) {
    gint64 step = (gint64) epoch * plan->per_epoch;
    MUST (thaw_store_begin_attempt (maker->store, maker->run->id, epoch, step, &maker->attempt,
                                    &fill_error));
    say (maker, epoch, step, "resumed", NULL);
  }
  enter_epoch (maker, epoch);
  for (int at = 0; at < plan->per_epoch; at++) {
    ThawIterationRow row = iteration (maker, epoch, at);
    g_array_append_val (rows, row);
    if (plan->paused_in > 0 && epoch == plan->paused_in && at == plan->per_epoch / 2) {
      say (maker, epoch, row.step + 1, "paused", NULL);
      say (maker, epoch, row.step + 1, "continued", NULL);
    }
  }
  if (plan->state == THAW_RUN_DIVERGED && epoch == plan->done - 1) {
    gint64 step = (gint64) (epoch + 1) * plan->per_epoch;
    MUST (thaw_store_add_iterations (maker->store, maker->run->id, maker->attempt,
                                     (const ThawIterationRow *) (const void *) rows->data,
                                     rows->len, &fill_error));
    say (maker, epoch, step - 1, "not-finite", "the loss is inf");
    return;
  }
  commit_epoch (maker, epoch, rows);
}

static void
begin (Maker *maker, ThawStore *store, const FillPlan *plan)
{
  *maker = (Maker){.plan = plan,
                   .store = store,
                   .run = new_run (plan),
                   .rand = g_rand_new_with_seed ((guint32) plan->seed + 7919),
                   .lr = plan->frozen > 0 ? plan->lr : plan->lr_after,
                   .level = 2.35,
                   .best = -1,
                   .best_epoch = -1,
                   .attempt = 1};
}

static void
end (Maker *maker)
{
  g_clear_pointer (&maker->lock, thaw_run_unlock);
  thaw_run_free (maker->run);
  g_rand_free (maker->rand);
}

static void
decorate (Maker *maker)
{
  const FillPlan *plan = maker->plan;

  if (plan->tags[0] != NULL)
    MUST (thaw_store_set_tags (maker->store, maker->run->id, plan->tags, &fill_error));
  if (plan->starred)
    MUST (thaw_store_set_starred (maker->store, maker->run->id, TRUE, &fill_error));
}

static void
conclude (Maker *maker, int done)
{
  const FillPlan *plan = maker->plan;
  const char *why = NULL;

  if (plan->state == THAW_RUN_FINISHED && !plan->on_test)
    MUST (thaw_store_set_test (maker->store, maker->run->id, maker->level, maker->best - 0.008,
                               &fill_error));
  if (plan->state == THAW_RUN_FINISHED)
    say (maker, done - 1, (gint64) done * plan->per_epoch, "finished", NULL);
  if (plan->state == THAW_RUN_FAILED)
    why = "cifar-10-binary.tar.gz: data_batch_3.bin ends after 11534336 bytes, expected 30730000";
  if (plan->state == THAW_RUN_DIVERGED)
    why = "the loss became infinite or not a number; the last good weights are kept";
  /* an interrupted run is one that says it runs, and whose lock nobody holds */
  MUST (thaw_store_set_state (maker->store, maker->run->id,
                              plan->state == THAW_RUN_INTERRUPTED ? THAW_RUN_RUNNING : plan->state,
                              why, &fill_error));
}

char *
fill_run (ThawStore *store, const FillPlan *plan)
{
  Maker maker;
  char *id;
  int done = plan->done > 0 ? plan->done : plan->epochs;

  begin (&maker, store, plan);
  if (plan->state == THAW_RUN_QUEUED) {
    MUST (thaw_store_add_queued_run (store, maker.run, &fill_error));
  } else {
    MUST (thaw_store_start_run (store, maker.run, &maker.lock, &fill_error));
    MUST (thaw_store_set_state (store, maker.run->id, THAW_RUN_RUNNING, NULL, &fill_error));
    for (int epoch = 0; epoch < done; epoch++)
      make_epoch (&maker, epoch);
    conclude (&maker, done);
  }
  decorate (&maker);
  id = g_strdup (maker.run->id);
  end (&maker);
  return id;
}

void
fill_story (ThawStore *store)
{
  static const FillPlan story[] = {
      {"First try", "mobilenet_v3_small", 12, 0, 4, 352, 1e-2, 1e-2, THAW_RUN_DIVERGED, 3},
      {"Day 44: ResNet18",
       "resnet18",
       40,
       5,
       0,
       704,
       1e-3,
       1e-4,
       THAW_RUN_FINISHED,
       0,
       11,
       0,
       {"lesson"},
       true},
      {"Day 44: MobileNetV3-Small",
       "mobilenet_v3_small",
       40,
       5,
       0,
       704,
       1e-3,
       1e-4,
       THAW_RUN_FINISHED,
       0,
       0,
       0,
       {"lesson"}},
      {"MobileNetV3, seed 1",
       "mobilenet_v3_small",
       20,
       5,
       0,
       352,
       1e-3,
       1e-4,
       THAW_RUN_FINISHED,
       1,
       0,
       0,
       {"seeds"}},
      {"MobileNetV3, seed 2",
       "mobilenet_v3_small",
       20,
       5,
       0,
       352,
       1e-3,
       1e-4,
       THAW_RUN_FINISHED,
       2,
       0,
       0,
       {"seeds"}},
      {"MobileNetV3, seed 3",
       "mobilenet_v3_small",
       20,
       5,
       0,
       352,
       1e-3,
       1e-4,
       THAW_RUN_FINISHED,
       3,
       0,
       0,
       {"seeds"}},
      {"ResNet18, never frozen", "resnet18", 20, 0, 0, 352, 1e-4, 1e-4, THAW_RUN_FINISHED, 0, 0, 8},
      {"ResNet18, head only", "resnet18", 10, 10, 0, 352, 1e-3, 1e-4, THAW_RUN_STOPPED, 0},
      {"Damaged archive", "mobilenet_v3_small", 20, 5, 2, 352, 1e-3, 1e-4, THAW_RUN_FAILED, 5},
      {"Power went",
       "resnet18",
       20,
       5,
       8,
       352,
       1e-3,
       1e-4,
       THAW_RUN_INTERRUPTED,
       4,
       0,
       0,
       {"lesson", "laptop"}},
      {"Tonight: ResNet18, longer", "resnet18", 80, 5, 0, 704, 1e-3, 1e-4, THAW_RUN_QUEUED, 1},
  };

  for (guint i = 0; i < G_N_ELEMENTS (story); i++)
    g_free (fill_run (store, &story[i]));
}

void
fill_many (ThawStore *store, int n)
{
  for (int i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf ("Sweep %d", i + 1);
    FillPlan plan = {name,
                     i % 3 == 0 ? "resnet18" : "mobilenet_v3_small",
                     5,
                     i % 5 == 0 ? 2 : 0,
                     0,
                     12,
                     1e-3,
                     i % 2 ? 1e-4 : 3e-4,
                     i % 17 == 16 ? THAW_RUN_STOPPED : THAW_RUN_FINISHED,
                     i / 6,
                     0,
                     0,
                     {i % 4 == 0 ? "sweep" : NULL}};
    g_free (fill_run (store, &plan));
  }
}

char *
fill_long (ThawStore *store, const char *name, int seed, int points)
{
  int epochs = 40;
  FillPlan plan = {name,
                   seed % 2 ? "resnet18" : "mobilenet_v3_small",
                   epochs,
                   5,
                   0,
                   MAX (points / epochs, 1),
                   1e-3,
                   1e-4,
                   THAW_RUN_FINISHED,
                   seed};

  return fill_run (store, &plan);
}

/* What a worker does with its requests. false: end. */
static bool
obey (Maker *maker, const volatile int *stop, int epoch, gint64 step)
{
  bool paused = false;

  for (;;) {
    g_autoptr (ThawRequest) request = thaw_store_next_request (maker->store, maker->run->id, NULL);
    bool save = request != NULL && strcmp (request->verb, "save") == 0;
    if (stop != NULL && *stop)
      return false;
    if (request != NULL) {
      bool pause = strcmp (request->verb, "pause") == 0;
      MUST (thaw_store_answer (maker->store, request->id, save ? "last-000001.thaw" : "done",
                               &fill_error));
      if (g_str_has_prefix (request->verb, "stop"))
        return false;
      if (!save && pause != paused) {
        paused = pause;
        say (maker, epoch, step, pause ? "paused" : "continued", NULL);
        MUST (thaw_store_set_state (maker->store, maker->run->id,
                                    pause ? THAW_RUN_PAUSED : THAW_RUN_RUNNING, NULL, &fill_error));
      }
      continue;
    }
    if (!paused)
      return true;
    g_usleep (50000);
  }
}

void
fill_live (ThawStore *store, const FillPlan *plan, double rate, const volatile int *stop)
{
  Maker maker;
  bool on = true;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (ThawIterationRow));

  begin (&maker, store, plan);
  MUST (thaw_store_start_run (store, maker.run, &maker.lock, &fill_error));
  MUST (thaw_store_set_state (store, maker.run->id, THAW_RUN_RUNNING, NULL, &fill_error));
  decorate (&maker);
  gint64 began = g_get_monotonic_time (), flushed = began, n = 0;
  for (int epoch = 0; on && epoch < plan->epochs; epoch++) {
    enter_epoch (&maker, epoch);
    for (int at = 0; on && at < plan->per_epoch; at++) {
      ThawIterationRow row = iteration (&maker, epoch, at);
      gint64 due = began + (gint64) ((double) ++n * 1e6 / rate);
      g_array_append_val (rows, row);
      if (due > g_get_monotonic_time ())
        g_usleep ((gulong) (due - g_get_monotonic_time ()));
      if (g_get_monotonic_time () - flushed > 300000) {
        MUST (thaw_store_add_iterations (store, maker.run->id, 1,
                                         (const ThawIterationRow *) (const void *) rows->data,
                                         rows->len, &fill_error));
        g_array_set_size (rows, 0);
        flushed = g_get_monotonic_time ();
        on = obey (&maker, stop, epoch, row.step + 1);
      }
    }
    if (on)
      commit_epoch (&maker, epoch, rows);
    g_array_set_size (rows, 0);
  }
  MUST (thaw_store_set_state (store, maker.run->id, on ? THAW_RUN_FINISHED : THAW_RUN_STOPPED, NULL,
                              &fill_error));
  end (&maker);
}
