/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optimisers' engine: slots, state, blocks and threads. Their formulas are compared with torch
 * in the golden suite. */
#include "choice.h"
#include "thaw-optim.h"

#include <math.h>

#define SEED 7

static const char *const names[] = {"SGD", "Adam", "AdamW"};

/* Every buffer in use, decay on. */
static ThawChoice
full_choice (const char *name)
{
  ThawChoice choice = choice_new (thaw_optimizers (), name);

  choice_set (&choice, "weight_decay", 0.01);
  if (strcmp (name, "SGD") == 0)
    choice_set (&choice, "momentum", 0.9);
  else
    choice_set (&choice, "amsgrad", 1);
  return choice;
}

static float *
random_floats (uint64_t stream, uint64_t n)
{
  ThawRng rng = thaw_rng (SEED, THAW_RNG_TEST, stream, 0, 0);
  float *out = g_new (float, n);

  for (uint64_t i = 0; i < n; i++)
    out[i] = (float) thaw_rng_normal (&rng);
  return out;
}

static void
step (
    ThawOptimizer *optimizer, ThawPool *pool, int slot, float *value, const float *grad, double lr)
{
  const ThawOptimizerTask task = {slot, value, grad};
  g_autoptr (GError) error = NULL;

  g_assert_true (thaw_optimizer_step (optimizer, pool, &task, 1, lr, &error));
  g_assert_no_error (error);
}

static void
catalogue (void)
{
  const ThawEntry *const *entries = thaw_optimizers ().entries;
  int n = 0;

  for (; entries[n] != NULL; n++) {
    const ThawParamSpec *lr = &entries[n]->params[0];
    g_assert_cmpstr (entries[n]->name, ==, names[n]);
    g_assert_cmpstr (lr->name, ==, "lr");
    g_assert_true (lr->exclusive_min && lr->min == 0 && lr->def[0] > 0);
    for (int p = 0; p < entries[n]->n_params; p++) {
      const ThawParamSpec *spec = &entries[n]->params[p];
      g_assert_cmpint (spec->count, >=, 1);
      for (int k = 0; k < spec->count; k++) {
        g_assert_cmpfloat (spec->def[k], >=, spec->min);
        g_assert_cmpfloat (spec->def[k], <=, spec->max);
      }
    }
  }
  g_assert_cmpint (n, ==, G_N_ELEMENTS (names));
}

static void
sgd_by_hand (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  ThawChoice choice = choice_new (thaw_optimizers (), "SGD");
  const uint64_t count = 2;
  float value[] = {1, -2}, grad[] = {0.5f, 0.25f};

  choice_set (&choice, "momentum", 0.5);
  choice_set (&choice, "dampening", 0.5);
  choice_set (&choice, "weight_decay", 0.25);
  {
    g_autoptr (ThawOptimizer) optimizer = thaw_optimizer_new (&choice, &count, 1);
    step (optimizer, pool, 0, value, grad, 0.5);
    /* g = 0.5 + 0.25 = 0.75, undamped; g = 0.25 - 0.5 = -0.25 */
    g_assert_cmpfloat (value[0], ==, 0.625f);
    g_assert_cmpfloat (value[1], ==, -1.875f);
    step (optimizer, pool, 0, value, grad, 1);
    /* buf = 0.5 * 0.75 + 0.5 * (0.5 + 0.25 * 0.625) */
    g_assert_cmpfloat (value[0], ==, 0.625f - 0.703125f);
    g_assert_cmpuint (thaw_optimizer_steps (optimizer, 0), ==, 2);
    g_assert_cmpint (thaw_optimizer_n_buffers (optimizer), ==, 1);
    g_assert_cmpstr (thaw_optimizer_buffer_name (optimizer, 0), ==, "momentum_buffer");
    g_assert_cmpfloat (thaw_optimizer_buffer (optimizer, 0, 0)[0], ==, 0.703125f);
  }
  choice_clear (&choice);
}

/* Whatever the gradient's size, Adam's first step is lr along its sign; a zero gradient moves
 * nothing. */
static void
adam_first_step (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  ThawChoice choice = choice_new (thaw_optimizers (), "Adam");
  const uint64_t count = 4;
  float value[] = {1, 1, 1, 1}, grad[] = {1e3f, -1e-3f, 1, 0};
  g_autoptr (ThawOptimizer) optimizer = thaw_optimizer_new (&choice, &count, 1);

  step (optimizer, pool, 0, value, grad, 0.125);
  g_assert_cmpfloat_with_epsilon (value[0], 0.875, 1e-6);
  g_assert_cmpfloat_with_epsilon (value[1], 1.125, 2e-6);
  g_assert_cmpfloat_with_epsilon (value[2], 0.875, 1e-6);
  g_assert_cmpfloat (value[3], ==, 1);
  g_assert_cmpstr (thaw_optimizer_buffer_name (optimizer, 0), ==, "exp_avg");
  g_assert_cmpstr (thaw_optimizer_buffer_name (optimizer, 1), ==, "exp_avg_sq");
  choice_clear (&choice);
}

static void
nan_reaches_the_weight (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  const uint64_t count = 2;

  for (size_t k = 0; k < G_N_ELEMENTS (names); k++) {
    ThawChoice choice = full_choice (names[k]);
    float value[] = {1, 1}, grad[] = {NAN, 1};
    g_autoptr (ThawOptimizer) optimizer = thaw_optimizer_new (&choice, &count, 1);
    step (optimizer, pool, 0, value, grad, 0.1);
    g_assert_true (isnan (value[0]) && isfinite (value[1]));
    choice_clear (&choice);
  }
}

/* A slot that joins at step 4 of another moves as a first one does; while it waits it is not
 * touched, decay included. */
static void
late_slot (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  const uint64_t counts[] = {40, 33};

  for (size_t k = 0; k < G_N_ELEMENTS (names); k++) {
    ThawChoice choice = full_choice (names[k]);
    g_autofree float *head = random_floats (1, 40), *grad = random_floats (2, 40);
    g_autofree float *body = random_floats (3, 33), *fresh = random_floats (3, 33);
    g_autoptr (ThawOptimizer) optimizer = thaw_optimizer_new (&choice, counts, 2);
    g_autoptr (ThawOptimizer) other = thaw_optimizer_new (&choice, &counts[1], 1);

    for (int i = 0; i < 3; i++)
      step (optimizer, pool, 0, head, grad, 0.01);
    g_assert_cmpmem (body, 33 * sizeof (float), fresh, 33 * sizeof (float));
    g_assert_cmpuint (thaw_optimizer_steps (optimizer, 1), ==, 0);
    g_assert_null (thaw_optimizer_buffer (optimizer, 1, 0));
    step (optimizer, pool, 1, body, grad, 0.01);
    step (other, pool, 0, fresh, grad, 0.01);
    g_assert_cmpmem (body, 33 * sizeof (float), fresh, 33 * sizeof (float));
    g_assert_cmpuint (thaw_optimizer_steps (optimizer, 0), ==, 3);
    g_assert_cmpuint (thaw_optimizer_steps (optimizer, 1), ==, 1);
    choice_clear (&choice);
  }
}

/* --- Bits ------------------------------------------------------------------------------------- */

static const uint64_t sizes[] = {1, 15, 16, 16383, 16384, 16385, 50001};
#define N_SIZES G_N_ELEMENTS (sizes)

typedef struct {
  ThawOptimizer *optimizer;
  float *value[N_SIZES];
} Run;

static Run
run_new (const ThawChoice *choice)
{
  Run run = {thaw_optimizer_new (choice, sizes, N_SIZES)};

  for (size_t s = 0; s < N_SIZES; s++)
    run.value[s] = random_floats (s, sizes[s]);
  return run;
}

static void
run_clear (Run *run)
{
  thaw_optimizer_free (run->optimizer);
  for (size_t s = 0; s < N_SIZES; s++)
    g_free (run->value[s]);
}

static void
run_steps (Run *run, ThawPool *pool, int from, int to)
{
  for (int t = from; t < to; t++) {
    ThawOptimizerTask tasks[N_SIZES];
    float *grads[N_SIZES];
    g_autoptr (GError) error = NULL;
    for (size_t s = 0; s < N_SIZES; s++) {
      grads[s] = random_floats (100 * (uint64_t) (t + 1) + s, sizes[s]);
      tasks[s] = (ThawOptimizerTask){(int) s, run->value[s], grads[s]};
    }
    g_assert_true (thaw_optimizer_step (run->optimizer, pool, tasks, N_SIZES, 0.01, &error));
    g_assert_no_error (error);
    for (size_t s = 0; s < N_SIZES; s++)
      g_free (grads[s]);
  }
}

static void
busy_cb (void *user, int piece, int worker)
{
  volatile double *sums = user;

  for (int i = 0; i < 2000; i++)
    sums[piece] += i;
}

/* The same steps, slot by slot, beside whatever else runs on the pool. */
static void
run_steps_later (Run *run, ThawPool *pool, int from, int to)
{
  for (int t = from; t < to; t++) {
    float *grads[N_SIZES];
    double sums[16] = {0};
    g_autoptr (GError) error = NULL;
    for (size_t s = 0; s < N_SIZES; s++) {
      const ThawOptimizerTask task = {(int) s, run->value[s],
                                      grads[s] =
                                          random_floats (100 * (uint64_t) (t + 1) + s, sizes[s])};
      g_assert_true (thaw_optimizer_step_later (run->optimizer, pool, &task, 1, 0.01, &error));
      g_assert_no_error (error);
      thaw_pool_run (pool, 16, busy_cb, sums);
    }
    thaw_optimizer_finish (run->optimizer);
    for (size_t s = 0; s < N_SIZES; s++)
      g_free (grads[s]);
  }
}

static void
assert_same (const Run *a, const Run *b)
{
  for (size_t s = 0; s < N_SIZES; s++)
    g_assert_cmpmem (a->value[s], sizes[s] * sizeof (float), b->value[s],
                     sizes[s] * sizeof (float));
}

static void
threads (void)
{
  for (size_t k = 0; k < G_N_ELEMENTS (names); k++) {
    ThawChoice choice = full_choice (names[k]);
    g_autoptr (ThawPool) one = thaw_pool_new (1);
    Run reference = run_new (&choice);

    run_steps (&reference, one, 0, 3);
    for (int n = 2; n <= 7; n += 5) {
      g_autoptr (ThawPool) pool = thaw_pool_new (n);
      Run run = run_new (&choice);
      run_steps (&run, pool, 0, 3);
      assert_same (&reference, &run);
      run_clear (&run);
    }
    run_clear (&reference);
    choice_clear (&choice);
  }
}

/* Whenever they are taken: the same values, and the same state for whoever asks. */
static void
later (void)
{
  for (size_t k = 0; k < G_N_ELEMENTS (names); k++) {
    ThawChoice choice = full_choice (names[k]);
    g_autoptr (ThawPool) one = thaw_pool_new (1);
    Run reference = run_new (&choice);

    run_steps (&reference, one, 0, 4);
    for (int n = 1; n <= 7; n += 3) {
      g_autoptr (ThawPool) pool = thaw_pool_new (n);
      Run run = run_new (&choice);
      run_steps_later (&run, pool, 0, 2);
      run_steps (&run, pool, 2, 3); /* both kinds in turn */
      run_steps_later (&run, pool, 3, 4);
      assert_same (&reference, &run);
      for (size_t s = 0; s < N_SIZES; s++)
        for (int b = 0; b < thaw_optimizer_n_buffers (run.optimizer); b++)
          g_assert_cmpmem (thaw_optimizer_buffer (run.optimizer, (int) s, b), sizes[s] * 4,
                           thaw_optimizer_buffer (reference.optimizer, (int) s, b), sizes[s] * 4);
      run_clear (&run);
    }
    run_clear (&reference);
    choice_clear (&choice);
  }
}

/* Whoever asks for the state, or goes away, has all that waits done first. */
static void
later_is_finished_by_others (void)
{
  ThawChoice choice = full_choice ("Adam");
  g_autoptr (ThawPool) pool = thaw_pool_new (3);
  Run reference = run_new (&choice), run = run_new (&choice);
  g_autofree float *grad = random_floats (7, sizes[N_SIZES - 1]);
  const int slot = N_SIZES - 1;
  const ThawOptimizerTask task = {slot, run.value[slot], grad};
  g_autoptr (GError) error = NULL;

  step (reference.optimizer, pool, slot, reference.value[slot], grad, 0.01);
  g_assert_true (thaw_optimizer_step_later (run.optimizer, pool, &task, 1, 0.01, &error));
  g_assert_cmpmem (thaw_optimizer_buffer (run.optimizer, slot, 0), sizes[slot] * 4,
                   thaw_optimizer_buffer (reference.optimizer, slot, 0), sizes[slot] * 4);
  assert_same (&reference, &run);
  step (reference.optimizer, pool, slot, reference.value[slot], grad, 0.02);
  g_assert_true (thaw_optimizer_step_later (run.optimizer, pool, &task, 1, 0.02, &error));
  thaw_optimizer_free (run.optimizer);
  run.optimizer = NULL;
  assert_same (&reference, &run);
  run_clear (&run);
  run_clear (&reference);
  choice_clear (&choice);
}

/* The state read out, written into a new optimiser and carried on gives the same bits. */
static void
restore (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (size_t k = 0; k < G_N_ELEMENTS (names); k++) {
    ThawChoice choice = full_choice (names[k]);
    Run whole = run_new (&choice), part = run_new (&choice);
    ThawOptimizer *again = thaw_optimizer_new (&choice, sizes, N_SIZES);

    run_steps (&whole, pool, 0, 5);
    run_steps (&part, pool, 0, 2);
    for (size_t s = 0; s < N_SIZES; s++) {
      g_autoptr (GError) error = NULL;
      g_assert_true (thaw_optimizer_restore (
          again, (int) s, thaw_optimizer_steps (part.optimizer, (int) s), &error));
      g_assert_no_error (error);
      for (int b = 0; b < thaw_optimizer_n_buffers (again); b++)
        memcpy (thaw_optimizer_buffer (again, (int) s, b),
                thaw_optimizer_buffer (part.optimizer, (int) s, b), sizes[s] * sizeof (float));
    }
    thaw_optimizer_free (part.optimizer);
    part.optimizer = again;
    run_steps (&part, pool, 2, 5);
    assert_same (&whole, &part);
    run_clear (&whole);
    run_clear (&part);
    choice_clear (&choice);
  }
}

static void
reset (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  ThawChoice choice = full_choice ("Adam");
  Run a = run_new (&choice), b = run_new (&choice);

  run_steps (&a, pool, 0, 2);
  thaw_optimizer_reset (a.optimizer);
  g_assert_cmpuint (thaw_optimizer_steps (a.optimizer, 3), ==, 0);
  g_assert_null (thaw_optimizer_buffer (a.optimizer, 3, 0));
  for (size_t s = 0; s < N_SIZES; s++)
    memcpy (b.value[s], a.value[s], sizes[s] * sizeof (float));
  run_steps (&a, pool, 2, 3);
  run_steps (&b, pool, 2, 3);
  assert_same (&a, &b);
  run_clear (&a);
  run_clear (&b);
  choice_clear (&choice);
}

/* --- Errors ----------------------------------------------------------------------------------- */

static void
no_memory (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (1);
  ThawChoice choice = choice_new (thaw_optimizers (), "Adam");
  const uint64_t counts[] = {4, UINT64_C (1) << 62};
  float value[] = {1, 2, 3, 4}, grad[] = {1, 1, 1, 1};
  g_autoptr (ThawOptimizer) optimizer = thaw_optimizer_new (&choice, counts, 2);
  const ThawOptimizerTask tasks[] = {{0, value, grad}, {1, value, grad}};
  g_autoptr (GError) error = NULL, again = NULL;

  g_assert_false (thaw_optimizer_step (optimizer, pool, tasks, 2, 0.1, &error));
  g_assert_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_MEMORY);
  g_assert_cmpuint (thaw_optimizer_steps (optimizer, 0), ==, 0);
  g_assert_null (thaw_optimizer_buffer (optimizer, 0, 0));
  g_assert_cmpfloat (value[3], ==, 4);
  g_assert_false (thaw_optimizer_restore (optimizer, 1, 3, &again));
  g_assert_error (again, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_MEMORY);
  choice_clear (&choice);
}

static void
options (void)
{
  ThawChoice choice = choice_new (thaw_optimizers (), "SGD");
  g_autoptr (GError) error = NULL;

  g_assert_true (thaw_optimizer_check (&choice, NULL));
  choice_set (&choice, "nesterov", 1);
  g_assert_false (thaw_optimizer_check (&choice, &error));
  g_assert_error (error, THAW_OPTIM_ERROR, THAW_OPTIM_ERROR_OPTIONS);
  choice_set (&choice, "momentum", 0.9);
  g_assert_true (thaw_optimizer_check (&choice, NULL));
  choice_set (&choice, "dampening", 0.1);
  g_assert_false (thaw_optimizer_check (&choice, NULL));
  choice_clear (&choice);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optim/catalogue", catalogue);
  g_test_add_func ("/optim/sgd/by-hand", sgd_by_hand);
  g_test_add_func ("/optim/adam/first-step", adam_first_step);
  g_test_add_func ("/optim/step/nan", nan_reaches_the_weight);
  g_test_add_func ("/optim/step/late-slot", late_slot);
  g_test_add_func ("/optim/step/threads", threads);
  g_test_add_func ("/optim/step/later", later);
  g_test_add_func ("/optim/step/later-is-finished-by-others", later_is_finished_by_others);
  g_test_add_func ("/optim/state/restore", restore);
  g_test_add_func ("/optim/state/reset", reset);
  g_test_add_func ("/optim/errors/no-memory", no_memory);
  g_test_add_func ("/optim/errors/options", options);
  return g_test_run ();
}
