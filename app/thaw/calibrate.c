/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps against the clock. A batch that would take long is measured in part and scaled: an estimate
 * may be a tenth off, but must be there at once. */
#include "calibrate.h"
#include "course.h"
#include "model-change.h"

#include <math.h>
#include <string.h>

#define FEW 8            /* images of the first try */
#define ROUNDS 2         /* of a quarter of a second; the faster one counts */
#define LONG_STEP_MS 400 /* a whole batch is not tried beyond */
#define PIPELINE_IMAGES 512
#define SAMPLE_PICTURES 8 /* of noise, for the pipeline */

typedef struct {
  double ms; /* of a step of the whole batch */
  uint64_t activation_bytes;
} StepCost;

/* --- Steps --- */

static bool
measure_batch (const BenchSpec *spec, ThawMode mode, ThawPool *pool, StepCost *cost, GError **error)
{
  g_autoptr (Course) course = course_new (spec, mode, pool, error);

  if (course == NULL)
    return false;
  for (int i = 0; i < (spec->batch > FEW ? ROUNDS : 1); i++)
    if (!course_round (course, pool, error))
      return false;
  cost->ms = bench_spread (course->rounds).min;
  cost->activation_bytes = thaw_net_activation_bytes (course->net);
  return true;
}

static bool
measure_step (BenchSpec spec, ThawMode mode, ThawPool *pool, StepCost *cost, GError **error)
{
  int whole = spec.batch;
  double scale;

  spec.batch = MIN (whole, FEW);
  scale = (double) whole / spec.batch;
  if (!measure_batch (&spec, mode, pool, cost, error))
    return false;
  if (spec.batch == whole)
    return true;
  if (cost->ms * scale > LONG_STEP_MS) {
    cost->ms *= scale;
    cost->activation_bytes = (uint64_t) ((double) cost->activation_bytes * scale);
    return true;
  }
  spec.batch = whole;
  return measure_batch (&spec, mode, pool, cost, error);
}

static bool
measure_steps (
    const ThawRecipe *recipe, int classes, ThawPool *pool, Calibration *out, GError **error)
{
  BenchSpec spec = {.model = thaw_model_find (recipe->model.choice.entry->name),
                    .choice = &recipe->model.choice,
                    .batch = recipe->batch_size,
                    .size = recipe->data.size,
                    .classes = classes,
                    .train = true,
                    .frozen = true};
  StepCost frozen, thawed, eval;

  if (!measure_step (spec, THAW_MODE_TRAIN, pool, &frozen, error))
    return false;
  spec.frozen = false;
  if (!measure_step (spec, THAW_MODE_TRAIN, pool, &thawed, error) ||
      !measure_step (spec, THAW_MODE_EVAL, pool, &eval, error))
    return false;
  out->frozen_ms = frozen.ms;
  out->thawed_ms = thawed.ms;
  out->eval_ms = eval.ms;
  out->activation_bytes = MAX (frozen.activation_bytes, thawed.activation_bytes);
  return true;
}

/* --- The pipeline, which other threads run beside the steps --- */

static double
time_pipeline (const ThawPipeline *pipeline, int size)
{
  size_t pixels = (size_t) size * (size_t) size * 3;
  g_autofree uint8_t *noise = g_malloc (pixels * SAMPLE_PICTURES);
  g_autofree float *x = g_new (float, pixels *SAMPLE_PICTURES);
  const uint8_t *in[SAMPLE_PICTURES];
  uint32_t images[SAMPLE_PICTURES];
  int n = MAX (1, MIN (PIPELINE_IMAGES, 512 * 32 * 32 / (size * size)) / SAMPLE_PICTURES);
  ThawRng rng = thaw_rng (1, THAW_RNG_TEST, 0, 0, 0);
  gint64 begin;

  for (size_t i = 0; i < pixels * SAMPLE_PICTURES; i++)
    noise[i] = (uint8_t) thaw_rng_uniform (&rng, 0, 256);
  for (int i = 0; i < SAMPLE_PICTURES; i++) {
    in[i] = noise + pixels * (size_t) i;
    images[i] = (uint32_t) i;
  }
  begin = g_get_monotonic_time ();
  for (int i = 0; i < n; i++)
    thaw_pipeline_apply_many (pipeline, in, images, SAMPLE_PICTURES, 1, (uint64_t) i, x, 0,
                              SAMPLE_PICTURES);
  return (double) (g_get_monotonic_time () - begin) / n / SAMPLE_PICTURES;
}

static bool
measure_pipelines (const ThawRecipe *recipe, Calibration *out, GError **error)
{
  int size = recipe->data.size;
  g_autoptr (ThawPipeline) augment = thaw_pipeline_new (recipe->augment, recipe->n_augment,
                                                        recipe->mean, recipe->std, size, error);
  g_autoptr (ThawPipeline) plain = NULL;

  if (augment == NULL)
    return false;
  plain = thaw_pipeline_new (NULL, 0, recipe->mean, recipe->std, size, error);
  if (plain == NULL)
    return false;
  out->augment_us = time_pipeline (augment, size);
  out->plain_us = time_pipeline (plain, size);
  return true;
}

/* --- What is kept --- */

static char *
cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "thaw", "steps.ini", NULL);
}

/* Machine and version: what was measured elsewhere, or by other code, says nothing. */
static char *
group_of (ThawPool *pool)
{
  g_autofree char *processor = bench_processor ();
  char *group = g_strdup_printf (VERSION " %s %s %d %d", processor, thaw_nn_blas_core (),
                                 thaw_cores (), thaw_pool_threads (pool));

  return g_strdelimit (group, "[]\n\r\t", '_');
}

static char *
key_of (const ThawRecipe *recipe, int classes)
{
  g_autofree char *shape = model_change_say (recipe);
  g_autofree char *mark =
      *shape != '\0' ? g_strdup_printf ("-%016" PRIx64, thaw_fnv1a64 (shape)) : g_strdup ("");

  return g_strdup_printf ("%s%s-%d-%d-%d", recipe->model.choice.entry->name, mark,
                          recipe->data.size, recipe->batch_size, classes);
}

static bool
is_cost (double ms)
{
  return isfinite (ms) && ms > 0 && ms < 1e9;
}

static bool
recall (GKeyFile *file, const char *group, const char *key, Calibration *out)
{
  gsize n = 0;
  g_autofree double *values = g_key_file_get_double_list (file, group, key, &n, NULL);

  if (values == NULL || n != 4 || !is_cost (values[0]) || !is_cost (values[1]) ||
      !is_cost (values[2]) || !(values[3] >= 0 && values[3] < 1e15))
    return false;
  out->frozen_ms = values[0];
  out->thawed_ms = values[1];
  out->eval_ms = values[2];
  out->activation_bytes = (uint64_t) values[3];
  return true;
}

/* A cache: failing to keep it is no error. */
static void
remember (GKeyFile *file, const char *group, const char *key, const Calibration *found)
{
  double values[] = {found->frozen_ms, found->thawed_ms, found->eval_ms,
                     (double) found->activation_bytes};
  g_autofree char *path = cache_path (), *folder = g_path_get_dirname (path);

  g_key_file_set_double_list (file, group, key, values, G_N_ELEMENTS (values));
  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_key_file_save_to_file (file, path, NULL);
}

bool
calibrate (const ThawRecipe *recipe,
           int classes,
           ThawPool *pool,
           bool keep,
           Calibration *out,
           GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = cache_path (), *group = group_of (pool), *key = key_of (recipe, classes);
  gint64 begin = g_get_monotonic_time ();

  *out = (Calibration){0};
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  if (!measure_pipelines (recipe, out, error))
    return false;
  out->cached = recall (file, group, key, out);
  if (!out->cached && !measure_steps (recipe, classes, pool, out, error))
    return false;
  if (!out->cached && keep)
    remember (file, group, key, out);
  out->took_ms = (double) (g_get_monotonic_time () - begin) / 1e3;
  return true;
}
