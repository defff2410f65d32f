/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deferred elements end with the same bits as those that are stepped at once, whoever looks, and
 * whenever. Their gradients are NaN for the deferring optimiser, which has no business with them.
 */
#include "choice.h"
#include "thaw-kernels.h"
#include "thaw-optim.h"

#include <math.h>

#define SEED 11
#define STEPS 70

static const uint64_t counts[] = {90001, 300};
#define N_SLOTS G_N_ELEMENTS (counts)

/* At the begin, beside each other, short, and up to the end. */
static const ThawSpan waiting[] = {{0, 4096}, {4096, 20000}, {30000, 33}, {40001, 50000}};
#define N_WAITING G_N_ELEMENTS (waiting)

static const struct {
  const char *name, *text;
  double decay, momentum, dampening, nesterov, amsgrad;
} rules[] = {
    {"SGD", "plain", 0.01, 0, 0, 0, 0},           {"SGD", "plain, no decay", 0, 0, 0, 0, 0},
    {"SGD", "momentum", 0.01, 0.9, 0.1, 0, 0},    {"SGD", "momentum, no decay", 0, 0.9, 0, 0, 0},
    {"SGD", "nesterov", 0.01, 0.9, 0, 1, 0},      {"Adam", "decay", 1e-4, 0, 0, 0, 0},
    {"Adam", "no decay", 0, 0, 0, 0, 0},          {"Adam", "amsgrad", 0.01, 0, 0, 0, 1},
    {"Adam", "amsgrad, no decay", 0, 0, 0, 0, 1}, {"AdamW", "decay", 0.05, 0, 0, 0, 0},
    {"AdamW", "no decay", 0, 0, 0, 0, 0},         {"AdamW", "amsgrad", 0.05, 0, 0, 0, 1},
};

static ThawChoice
choice_of (size_t r)
{
  ThawChoice choice = choice_new (thaw_optimizers (), rules[r].name);

  choice_set (&choice, "weight_decay", rules[r].decay);
  if (strcmp (rules[r].name, "SGD") == 0) {
    choice_set (&choice, "momentum", rules[r].momentum);
    choice_set (&choice, "dampening", rules[r].dampening);
    choice_set (&choice, "nesterov", rules[r].nesterov);
  } else {
    choice_set (&choice, "amsgrad", rules[r].amsgrad);
  }
  return choice;
}

typedef struct {
  ThawOptimizer *optimizer;
  bool defers;
  float *value[N_SLOTS], *grad[N_SLOTS];
} Run;

static ThawOptimizer *
optimizer_new (const ThawChoice *choice, bool defers)
{
  ThawOptimizer *optimizer = thaw_optimizer_new (choice, counts, N_SLOTS);

  if (defers)
    thaw_optimizer_defer (optimizer, 0, waiting, N_WAITING);
  return optimizer;
}

static Run
run_new (const ThawChoice *choice, bool defers)
{
  Run run = {optimizer_new (choice, defers), defers};

  for (size_t s = 0; s < N_SLOTS; s++) {
    ThawRng rng = thaw_rng (SEED, THAW_RNG_TEST, s, 0, 0);
    run.value[s] = g_new (float, counts[s]);
    run.grad[s] = g_new (float, counts[s]);
    for (uint64_t i = 0; i < counts[s]; i++)
      run.value[s][i] = (float) thaw_rng_normal (&rng);
  }
  run.value[0][7] = 1e-40f; /* a denormal goes to zero with the first step, here and there */
  run.value[0][8] = -0.0f;
  return run;
}

static void
run_clear (Run *run)
{
  thaw_optimizer_free (run->optimizer);
  for (size_t s = 0; s < N_SLOTS; s++) {
    g_free (run->value[s]);
    g_free (run->grad[s]);
  }
}

static void
fill_gradients (Run *run, int t)
{
  ThawRng rng = thaw_rng (SEED, THAW_RNG_TEST, 100, (uint64_t) t, 0);

  for (size_t s = 0; s < N_SLOTS; s++)
    for (uint64_t i = 0; i < counts[s]; i++)
      run->grad[s][i] = (float) thaw_rng_uniform (&rng, -1, 1);
  for (size_t w = 0; w < N_WAITING; w++)
    for (uint64_t i = 0; i < waiting[w].count; i++)
      run->grad[0][waiting[w].start + i] = run->defers && waiting[w].count > 1000 ? NAN : 0;
}

/* slots: how many take part. */
static void
run_steps (Run *run, ThawPool *pool, int from, int to, int slots)
{
  for (int t = from; t < to; t++) {
    const ThawOptimizerTask tasks[N_SLOTS] = {{1, run->value[1], run->grad[1]},
                                              {0, run->value[0], run->grad[0]}};
    g_autoptr (GError) error = NULL;
    fill_gradients (run, t);
    g_assert_true (
        thaw_optimizer_step (run->optimizer, pool, tasks, slots, 1e-2 / (1 + t / 3), &error));
    g_assert_no_error (error);
  }
}

static void
assert_same_values (const Run *a, const Run *b)
{
  for (size_t s = 0; s < N_SLOTS; s++)
    g_assert_cmpmem (a->value[s], counts[s] * sizeof (float), b->value[s],
                     counts[s] * sizeof (float));
}

static void
assert_same (Run *a, Run *b)
{
  thaw_optimizer_catch_up (a->optimizer);
  thaw_optimizer_catch_up (b->optimizer);
  assert_same_values (a, b);
  for (size_t s = 0; s < N_SLOTS; s++) {
    g_assert_cmpuint (thaw_optimizer_steps (a->optimizer, (int) s), ==,
                      thaw_optimizer_steps (b->optimizer, (int) s));
    for (int n = 0; n < thaw_optimizer_n_buffers (a->optimizer); n++)
      g_assert_cmpmem (thaw_optimizer_buffer (a->optimizer, (int) s, n), counts[s] * 4,
                       thaw_optimizer_buffer (b->optimizer, (int) s, n), counts[s] * 4);
  }
}

/* Both runs in a state where the waiting elements have averages, as after another input size. */
static void
give_state (Run *run)
{
  g_autoptr (GError) error = NULL;

  for (size_t s = 0; s < N_SLOTS; s++) {
    ThawRng rng = thaw_rng (SEED, THAW_RNG_TEST, 200, s, 0);
    g_assert_true (thaw_optimizer_restore (run->optimizer, (int) s, 3, &error));
    for (int n = 0; n < thaw_optimizer_n_buffers (run->optimizer); n++)
      for (uint64_t i = 0; i < counts[s]; i++)
        thaw_optimizer_buffer (run->optimizer, (int) s, n)[i] =
            (float) thaw_rng_uniform (&rng, 0, 1e-3);
  }
}

static void
compare (size_t r, ThawPool *pool, bool state)
{
  ThawChoice choice = choice_of (r);
  Run plain = run_new (&choice, false), late = run_new (&choice, true);

  if (state) {
    give_state (&plain);
    give_state (&late);
  }
  run_steps (&plain, pool, 0, STEPS, N_SLOTS);
  run_steps (&late, pool, 0, STEPS, N_SLOTS);
  if (rules[r].decay > 0) /* something really is behind */
    g_assert_cmpint (memcmp (plain.value[0], late.value[0], counts[0] * sizeof (float)), !=, 0);
  thaw_optimizer_catch_up (late.optimizer);
  assert_same_values (&plain, &late);
  assert_same (&plain, &late);
  run_clear (&plain);
  run_clear (&late);
  choice_clear (&choice);
}

static void
every_rule (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (size_t r = 0; r < G_N_ELEMENTS (rules); r++) {
    g_test_message ("%s, %s", rules[r].name, rules[r].text);
    compare (r, pool, false);
    compare (r, pool, true);
  }
}

static void
every_variant (void)
{
  static const unsigned int masks[] = {0, THAW_CPU_AVX2, UINT32_MAX};

  for (size_t m = 0; m < G_N_ELEMENTS (masks); m++) {
    g_autoptr (ThawPool) pool = thaw_pool_new (1);
    thaw_cpu_set_mask (masks[m]);
    g_test_message ("%s", thaw_kernels ()->name);
    compare (5, pool, true);
    compare (11, pool, true);
  }
  thaw_cpu_set_mask (UINT32_MAX);
}

static void
threads (void)
{
  static const int numbers[] = {1, 2, 3, 7};
  ThawChoice choice = choice_of (11);
  g_autoptr (ThawPool) one = thaw_pool_new (1);
  Run reference = run_new (&choice, false);

  run_steps (&reference, one, 0, 21, N_SLOTS);
  for (size_t n = 0; n < G_N_ELEMENTS (numbers); n++) {
    g_autoptr (ThawPool) pool = thaw_pool_new (numbers[n]);
    Run run = run_new (&choice, true);
    run_steps (&run, pool, 0, 21, N_SLOTS);
    assert_same (&reference, &run);
    run_clear (&run);
  }
  run_clear (&reference);
  choice_clear (&choice);
}

/* Someone looks after every step, and after some. */
static void
looked_at (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (size_t r = 0; r < G_N_ELEMENTS (rules); r++) {
    ThawChoice choice = choice_of (r);
    Run plain = run_new (&choice, false), late = run_new (&choice, true);
    for (int t = 0; t < 30; t++) {
      run_steps (&plain, pool, t, t + 1, N_SLOTS);
      run_steps (&late, pool, t, t + 1, N_SLOTS);
      if (t < 3 || t % 7 == 0)
        assert_same (&plain, &late);
    }
    assert_same (&plain, &late);
    run_clear (&plain);
    run_clear (&late);
    choice_clear (&choice);
  }
}

static void
carry_over (Run *run, const ThawChoice *choice)
{
  ThawOptimizer *again = optimizer_new (choice, run->defers);
  g_autoptr (GError) error = NULL;

  for (size_t s = 0; s < N_SLOTS; s++) {
    g_assert_true (thaw_optimizer_restore (again, (int) s,
                                           thaw_optimizer_steps (run->optimizer, (int) s), &error));
    for (int b = 0; b < thaw_optimizer_n_buffers (again); b++)
      memcpy (thaw_optimizer_buffer (again, (int) s, b),
              thaw_optimizer_buffer (run->optimizer, (int) s, b), counts[s] * sizeof (float));
  }
  thaw_optimizer_catch_up (run->optimizer); /* plain SGD has no state to ask for */
  thaw_optimizer_free (run->optimizer);
  run->optimizer = again;
}

/* Interrupted after any number of steps: what has been put off is in what is read out. */
static void
resumed (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (size_t r = 0; r < G_N_ELEMENTS (rules); r++) {
    for (int stop = 1; stop <= 2 * THAW_OPTIM_LATE; stop += 3) {
      ThawChoice choice = choice_of (r);
      Run plain = run_new (&choice, false), late = run_new (&choice, true);
      run_steps (&plain, pool, 0, 20, N_SLOTS);
      run_steps (&late, pool, 0, stop, N_SLOTS);
      carry_over (&late, &choice);
      run_steps (&late, pool, stop, 20, N_SLOTS);
      assert_same (&plain, &late);
      run_clear (&plain);
      run_clear (&late);
      choice_clear (&choice);
    }
  }
}

static void
reset (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);

  for (size_t r = 0; r < G_N_ELEMENTS (rules); r++) {
    ThawChoice choice = choice_of (r);
    Run plain = run_new (&choice, false), late = run_new (&choice, true);
    run_steps (&plain, pool, 0, 5, N_SLOTS);
    run_steps (&late, pool, 0, 5, N_SLOTS);
    thaw_optimizer_reset (plain.optimizer);
    thaw_optimizer_reset (late.optimizer);
    assert_same_values (&plain, &late);
    run_steps (&plain, pool, 5, 18, N_SLOTS);
    run_steps (&late, pool, 5, 18, N_SLOTS);
    assert_same (&plain, &late);
    run_clear (&plain);
    run_clear (&late);
    choice_clear (&choice);
  }
}

/* The slot rests for some steps, as while frozen, and goes on. */
static void
paused (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  ThawChoice choice = choice_of (5);
  Run plain = run_new (&choice, false), late = run_new (&choice, true);
  Run *runs[] = {&plain, &late};

  for (size_t i = 0; i < 2; i++) {
    run_steps (runs[i], pool, 0, 5, N_SLOTS);
    run_steps (runs[i], pool, 5, 16, 1);
    run_steps (runs[i], pool, 16, 31, N_SLOTS);
    run_steps (runs[i], pool, 31, 34, 1);
  }
  g_assert_cmpuint (thaw_optimizer_steps (late.optimizer, 0), ==, 20);
  assert_same (&plain, &late);
  run_clear (&plain);
  run_clear (&late);
  choice_clear (&choice);
}

/* Values that have moved elsewhere take what was put off along, if they were there to take it. */
static void
moved (void)
{
  g_autoptr (ThawPool) pool = thaw_pool_new (2);
  ThawChoice choice = choice_of (5);
  Run plain = run_new (&choice, false), late = run_new (&choice, true);
  float *old = late.value[0];

  run_steps (&plain, pool, 0, 12, N_SLOTS);
  run_steps (&late, pool, 0, 5, N_SLOTS);
  thaw_optimizer_catch_up (late.optimizer);
  late.value[0] = g_memdup2 (old, counts[0] * sizeof (float));
  run_steps (&late, pool, 5, 12, N_SLOTS);
  assert_same (&plain, &late);
  g_free (old);
  run_clear (&plain);
  run_clear (&late);
  choice_clear (&choice);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_message ("seed %d", SEED);
  g_test_add_func ("/optim/deferred/every-rule", every_rule);
  g_test_add_func ("/optim/deferred/every-variant", every_variant);
  g_test_add_func ("/optim/deferred/threads", threads);
  g_test_add_func ("/optim/deferred/looked-at", looked_at);
  g_test_add_func ("/optim/deferred/resumed", resumed);
  g_test_add_func ("/optim/deferred/reset", reset);
  g_test_add_func ("/optim/deferred/paused", paused);
  g_test_add_func ("/optim/deferred/moved", moved);
  return g_test_run ();
}
