/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <math.h>

#define CONTAINS(text, part)                                                                       \
  do                                                                                               \
    if (strstr (text, part) == NULL)                                                               \
      g_error ("“%s” does not contain “%s”", text, part);                                          \
  while (0)

static void
results (void)
{
  Made made;

  made_init (&made, 5, 0, 10);
  g_autofree char *finished = thaw_result_sentence (&made.rows);
  CONTAINS (finished, "Finished after 5 epochs: best 54.00 % on validation, in epoch 5");
  made.run.test_accuracy = 0.53;
  g_autofree char *tested = thaw_result_sentence (&made.rows);
  CONTAINS (tested, "53.00 % on the test set");
  made.run.epochs = 9;
  made.run.state = THAW_RUN_INTERRUPTED;
  g_autofree char *interrupted = thaw_result_sentence (&made.rows);
  CONTAINS (interrupted, "Interrupted with 5 of 9 epochs done");
  made_clear (&made);
}

static void
every_state_says_something (void)
{
  Made made, empty;

  made_init (&made, 2, 0, 5);
  made_init (&empty, 0, 0, 5);
  for (int state = THAW_RUN_STARTING; state <= (int) THAW_RUN_QUEUED; state++) {
    made.run.state = empty.run.state = (ThawRunState) state;
    g_autofree char *some = thaw_result_sentence (&made.rows);
    g_autofree char *none = thaw_result_sentence (&empty.rows);
    g_assert_true (g_str_has_suffix (some, ".") && g_str_has_suffix (none, "."));
  }
  made_clear (&made);
  made_clear (&empty);
}

static void
set_losses (Made *made, guint from, double start, double factor)
{
  double loss = start;

  for (guint i = from; i < made->iterations->len; i++, loss *= factor)
    g_array_index (made->iterations, ThawIterationRow, i).loss = loss;
}

static void
nothing_diverged (void)
{
  Made made;

  made_init (&made, 2, 0, 5);
  g_assert_null (thaw_divergence_cause (&made.rows));
  made_clear (&made);
}

static void
after_the_thaw (void)
{
  Made made;

  made_init (&made, 4, 2, 100);
  for (guint i = 200; i < made.iterations->len; i++)
    g_array_index (made.iterations, ThawIterationRow, i).lr = 0.01; /* up from 0.001 */
  g_array_index (made.iterations, ThawIterationRow, 230).loss = INFINITY;
  g_autofree char *cause = thaw_divergence_cause (&made.rows);
  CONTAINS (cause, "30 iterations after the thaw");
  CONTAINS (cause, "rose from 0.001 to 0.01");
  made_clear (&made);
}

static void
grown_or_at_once (void)
{
  Made made;

  made_init (&made, 4, 0, 100);
  set_losses (&made, 300, 0.8, 1.05);
  g_array_index (made.iterations, ThawIterationRow, 399).loss = NAN;
  g_autofree char *grown = thaw_divergence_cause (&made.rows);
  CONTAINS (grown, "The loss grew from 0.80 to 9");
  set_losses (&made, 300, 0.8, 3); /* no row of twenty digits */
  g_array_index (made.iterations, ThawIterationRow, 399).loss = NAN;
  g_autofree char *huge = thaw_divergence_cause (&made.rows);
  CONTAINS (huge, "e+");
  set_losses (&made, 0, 1, 1);
  g_array_index (made.iterations, ThawIterationRow, 399).loss = NAN;
  g_autofree char *sudden = thaw_divergence_cause (&made.rows);
  CONTAINS (sudden, "within one step, from 1.00");
  g_array_index (made.iterations, ThawIterationRow, 0).loss = NAN;
  g_autofree char *first = thaw_divergence_cause (&made.rows);
  CONTAINS (first, "very first loss");
  made_clear (&made);
}

static void
diverged_without_rows (void)
{
  Made made;

  made_init (&made, 0, 0, 1);
  made.run.state = THAW_RUN_DIVERGED;
  g_autofree char *cause = thaw_divergence_cause (&made.rows);
  CONTAINS (cause, "from the start");
  made_clear (&made);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/sentence/results", results);
  g_test_add_func ("/analysis/sentence/every-state", every_state_says_something);
  g_test_add_func ("/analysis/sentence/nothing-diverged", nothing_diverged);
  g_test_add_func ("/analysis/sentence/after-the-thaw", after_the_thaw);
  g_test_add_func ("/analysis/sentence/grown-or-at-once", grown_or_at_once);
  g_test_add_func ("/analysis/sentence/diverged-without-rows", diverged_without_rows);
  return g_test_run ();
}
