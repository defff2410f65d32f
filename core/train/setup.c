/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trainer is made: recipe, data, weights and checkpoint are brought together, and whatever does
 * not fit is said before anything is written. */
#include "train-private.h"

#include <math.h>

static gboolean misfit (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
misfit (GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, THAW_TRAIN_ERROR, THAW_TRAIN_ERROR_SETUP, sentence);
  return FALSE;
}

/* What no range of a single field can say. */
static gboolean
check_choices (const ThawRecipe *recipe, GError **error)
{
  if (recipe->seed == THAW_SEED_NONE)
    return misfit (error, _ ("seed is null: whoever begins a run has to draw one first"));
  if (recipe->clip.norm > 0 && recipe->clip.value > 0)
    return misfit (error, _ ("optimizer.clip_norm and optimizer.clip_value are both given, "
                             "expected one of them to be 0"));
  return thaw_optimizer_check (&recipe->optimizer, error) && thaw_schedule_check (recipe, error);
}

static gboolean
check_set (const ThawTrainer *trainer, GError **error)
{
  const ThawDataset *set = trainer->set;
  const char *title = thaw_dataset_info (set)->title;

  if (thaw_dataset_classes (set) < 2)
    return misfit (error,
                   ngettext ("%s has %d class; at least 2 are needed",
                             "%s has %d classes; at least 2 are needed",
                             (unsigned) thaw_dataset_classes (set)),
                   title, thaw_dataset_classes (set));
  if (thaw_dataset_size (set) != trainer->recipe->data.size)
    return misfit (error, _ ("%s was read at %d px, but data.size of the recipe is %d"), title,
                   thaw_dataset_size (set), trainer->recipe->data.size);
  return TRUE;
}

static gboolean
make_split (ThawTrainer *trainer, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;
  bool test = recipe->evaluate.set == THAW_EVAL_TEST;
  const char *title = thaw_dataset_info (trainer->set)->title;
  ThawSplit *split = thaw_split_new (trainer->set, recipe->data.validation, recipe->data.stratified,
                                     recipe->data.split_seed, error);

  trainer->split = split;
  if (split == NULL)
    return FALSE;
  if (recipe->data.imbalance != THAW_BALANCE_AS_IS)
    thaw_split_thin (split, trainer->set, recipe->data.imbalance == THAW_BALANCE_STEP,
                     recipe->data.imbalance_ratio, recipe->data.split_seed);
  if (split->n_train == 0)
    return misfit (error, _ ("%s: the split leaves no images to train on"), title);
  trainer->evaluated = test ? split->test : split->validation;
  trainer->n_evaluated = test ? split->n_test : split->n_validation;
  if (trainer->n_evaluated == 0)
    return test ? misfit (error, _ ("evaluate.set is \"test\", but %s has no test images"), title)
                : misfit (error,
                          _ ("evaluate.set is \"validation\", but the split of %s leaves no "
                             "validation images; a larger data.split.validation takes some"),
                          title);
  if (recipe->evaluate.clean_train)
    trainer->n_clean = MIN (trainer->n_evaluated, split->n_train);
  trainer->clean = thaw_clean_subset (trainer->set, split, trainer->n_clean);
  trainer->order = g_new (uint32_t, split->n_train);
  trainer->batches = (uint32_t) (((uint64_t) split->n_train + (uint64_t) recipe->batch_size - 1) /
                                 (uint64_t) recipe->batch_size);
  return TRUE;
}

static gboolean
make_pipelines (ThawTrainer *trainer, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;

  trainer->train_pipeline = thaw_pipeline_new (recipe->augment, recipe->n_augment, recipe->mean,
                                               recipe->std, recipe->data.size, error);
  if (trainer->train_pipeline == NULL)
    return FALSE;
  trainer->plain_pipeline =
      thaw_pipeline_new (NULL, 0, recipe->mean, recipe->std, recipe->data.size, error);
  return trainer->plain_pipeline != NULL;
}

static gboolean
make_net (ThawTrainer *trainer, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;
  int classes = thaw_dataset_classes (trainer->set);
  ThawGraph *graph;

  trainer->model = thaw_model_find (recipe->model.choice.entry->name);
  if (trainer->model == NULL)
    return misfit (error, _ ("model.name is '%s', which is not a known model"),
                   recipe->model.choice.entry->name);
  graph = thaw_model_graph_of (&recipe->model.choice, classes, recipe->data.size,
                               recipe->model.dropout, error);
  if (graph == NULL)
    return FALSE;
  trainer->net = thaw_net_new (graph, trainer->pool, error);
  if (trainer->net == NULL)
    return FALSE;
  trainer->dlogits = g_new0 (float, (gsize) recipe->batch_size *(gsize) classes);
  return thaw_weigh_classes (recipe, trainer->set, trainer->split, &trainer->loss, error);
}

/* A nearby batch size whose last batch has more than one image, or 0. */
static int
better_batch_size (uint32_t n, int size)
{
  for (int away = 1; away < size + 64; away++) {
    if (size - away > 1 && n % (uint32_t) (size - away) != 1)
      return size - away;
    if (size + away > 1 && n % (uint32_t) (size + away) != 1)
      return size + away;
  }
  return 0;
}

/* Batch norm over a single value has no variance: PyTorch stops in the middle of an epoch then. */
static gboolean
check_last_batch (const ThawTrainer *trainer, GError **error)
{
  uint32_t n = trainer->split->n_train;
  int size = trainer->recipe->batch_size;
  uint32_t left = n % (uint32_t) size;
  int last = left == 0 ? size : (int) left;

  if (!thaw_net_batch_too_small (trainer->net, last))
    return TRUE;
  if (n == 1 || better_batch_size (n, size) == 0)
    return misfit (error, _ ("one training image is too few: batch norm needs more values"));
  return misfit (error,
                 _ ("batch_size %d leaves a last batch of %d of the %u training images, too small "
                    "for batch norm at this input size; batch_size %d does not"),
                 size, last, n, better_batch_size (n, size));
}

static void
make_optimizer (ThawTrainer *trainer)
{
  const ThawRecipe *recipe = trainer->recipe;
  int n = thaw_net_n_params (trainer->net);
  g_autofree uint64_t *counts = g_new0 (uint64_t, n);

  trainer->slots = g_new0 (int, n);
  trainer->tasks = g_new0 (ThawOptimizerTask, n);
  trainer->task_of = g_new0 (int, n);
  trainer->rates = g_new0 (double, n);
  for (int i = 0; i < n; i++) {
    const ThawParam *param = thaw_net_param (trainer->net, i);
    if (param->buffer)
      continue;
    counts[trainer->n_slots] = param->count;
    trainer->slots[trainer->n_slots++] = i;
    trainer->parameters += param->count;
  }
  trainer->optimizer = thaw_optimizer_new (&recipe->optimizer, counts, trainer->n_slots);
  if (recipe->ema.decay == 0) /* an average reads all values at each step */
    thaw_train_defer (trainer->net, trainer->optimizer, trainer->slots, trainer->n_slots);
  trainer->schedule = thaw_schedule_of (recipe, trainer->batches);
}

static gboolean
set_weights (ThawTrainer *trainer, const ThawTrainSpec *spec, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;

  if (spec->resume != NULL)
    return thaw_restore (trainer, spec->resume, error);
  if (spec->weights != NULL)
    return thaw_model_load (trainer->model, trainer->net, spec->weights,
                            spec->weights_source ? spec->weights_source : recipe->model.weights,
                            recipe->seed, &trainer->note, error);
  if (!g_str_equal (recipe->model.weights, "random"))
    return misfit (error, _ ("model.weights is '%s', but no such weights were given"),
                   recipe->model.weights);
  thaw_model_initialise (trainer->model, trainer->net, recipe->seed);
  return TRUE;
}

static gboolean
plan_epoch (ThawTrainer *trainer, int epoch, GError **error)
{
  return thaw_phase_set (trainer, epoch, error) && check_last_batch (trainer, error);
}

/* Plans each phase that this recipe has, to learn now whether memory and batches will do; then the
 * one to go on with. */
static gboolean
plan (ThawTrainer *trainer, bool fresh, GError **error)
{
  const ThawRecipe *recipe = trainer->recipe;

  if (recipe->freeze.epochs > 0 && !plan_epoch (trainer, 0, error))
    return FALSE;
  if (!thaw_features_check (trainer, fresh, error))
    return FALSE;
  for (int i = 0; i < recipe->freeze.n_steps; i++)
    if (!plan_epoch (trainer, thaw_choice_int (&recipe->freeze.steps[i], "epoch"), error))
      return FALSE;
  if (recipe->freeze.epochs < recipe->epochs && !plan_epoch (trainer, recipe->freeze.epochs, error))
    return FALSE;
  return recipe->freeze.epochs == 0 ||
         thaw_phase_set (trainer, MIN (trainer->at.epoch, recipe->epochs - 1), error);
}

static ThawTrainer *
trainer_alloc (const ThawTrainSpec *spec)
{
  ThawTrainer *trainer = g_new0 (ThawTrainer, 1);

  trainer->recipe = spec->recipe;
  trainer->set = spec->set;
  trainer->pool = spec->pool;
  trainer->hooks = spec->hooks;
  trainer->loader_threads = spec->loader_threads;
  trainer->folder = spec->folder != NULL ? g_canonicalize_filename (spec->folder, NULL) : NULL;
  trainer->recipe_json = thaw_recipe_write (spec->recipe);
  trainer->recipe_hash = thaw_recipe_hash (spec->recipe);
  trainer->lasts = g_ptr_array_new_with_free_func ((GDestroyNotify) thaw_kept_free);
  trainer->bests = g_ptr_array_new_with_free_func (g_free);
  trainer->at.best_epoch = -1;
  trainer->at.best_accuracy = trainer->at.watched_best = NAN;
  return trainer;
}

ThawTrainer *
thaw_trainer_new (const ThawTrainSpec *spec, GError **error)
{
  g_autoptr (ThawTrainer) trainer = NULL;

  g_return_val_if_fail (spec->recipe && spec->set && spec->pool, NULL);
  g_return_val_if_fail (spec->folder != NULL || spec->resume == NULL, NULL);
  trainer = trainer_alloc (spec);
  if (!check_choices (trainer->recipe, error) || !check_set (trainer, error) ||
      !make_split (trainer, error) || !make_pipelines (trainer, error) ||
      !make_net (trainer, error))
    return NULL;
  make_optimizer (trainer);
  if (!thaw_phase_check (trainer, error))
    return NULL;
  if (!thaw_average_make (trainer, error) || !set_weights (trainer, spec, error) ||
      !plan (trainer, spec->resume == NULL, error))
    return NULL;
  if (spec->resume == NULL)
    thaw_average_begin (trainer);
  thaw_keeper_look (trainer, spec->resume);
  return g_steal_pointer (&trainer);
}

void
thaw_trainer_set_folder (ThawTrainer *trainer, const char *folder)
{
  g_return_if_fail (trainer->folder == NULL);
  trainer->folder = g_canonicalize_filename (folder, NULL);
}

void
thaw_trainer_free (ThawTrainer *trainer)
{
  if (trainer == NULL)
    return;
  g_free (trainer->folder);
  g_free (trainer->recipe_json);
  g_free (trainer->recipe_hash);
  g_free (trainer->note);
  g_clear_pointer (&trainer->net, thaw_net_free);
  g_clear_pointer (&trainer->split, thaw_split_free);
  g_free (trainer->clean);
  g_free (trainer->order);
  g_clear_pointer (&trainer->train_pipeline, thaw_pipeline_free);
  g_clear_pointer (&trainer->plain_pipeline, thaw_pipeline_free);
  g_clear_pointer (&trainer->features, thaw_features_free);
  g_free (trainer->dlogits);
  g_clear_pointer (&trainer->loss, thaw_loss_free);
  g_clear_pointer (&trainer->optimizer, thaw_optimizer_free);
  g_clear_pointer (&trainer->schedule, thaw_schedule_free);
  g_clear_pointer (&trainer->ema, thaw_ema_free);
  g_free (trainer->slots);
  g_free (trainer->tasks);
  g_free (trainer->task_of);
  g_free (trainer->rates);
  g_free (trainer->block);
  g_free (trainer->at.best_file);
  g_free (trainer->at.best_sha256);
  g_ptr_array_unref (trainer->lasts);
  g_ptr_array_unref (trainer->bests);
  g_free (trainer->why);
  g_free (trainer);
}

const char *
thaw_trainer_note (const ThawTrainer *trainer)
{
  return trainer->note;
}

ThawNet *
thaw_trainer_net (ThawTrainer *trainer)
{
  return trainer->net;
}

const ThawSplit *
thaw_trainer_split (const ThawTrainer *trainer)
{
  return trainer->split;
}
