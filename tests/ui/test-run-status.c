/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a run stands, in words, and what can be done about it: no display. */
#include "run-status.h"

#include <math.h>
#include <string.h>

typedef struct {
  ThawRun run;
  GArray *epochs, *events, *iterations, *attempts;
  GPtrArray *artifacts;
  ThawRunRows rows;
  ThawRunContext context;
  ThawRunStatus status;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->run.id = (char *) "00000000000000000000000000000001";
  f->run.name = (char *) "Test";
  f->run.recipe = (char *) "{\"format\":\"thaw-recipe/1\"}";
  f->run.model = (char *) "resnet18";
  f->run.data_path = (char *) "/data/cifar";
  f->run.epochs = 40;
  f->run.epochs_done = 6;
  f->run.steps_done = 650;
  f->run.steps_planned = 4000;
  f->run.best_accuracy = 0.5;
  f->run.best_epoch = 5;
  f->epochs = g_array_new (FALSE, TRUE, sizeof (ThawEpochRow));
  f->events = g_array_new (FALSE, TRUE, sizeof (ThawEventRow));
  f->iterations = g_array_new (FALSE, TRUE, sizeof (ThawIterationRow));
  f->attempts = g_array_new (FALSE, TRUE, sizeof (ThawAttemptRow));
  f->artifacts = g_ptr_array_new ();
  f->rows = (ThawRunRows){&f->run, f->iterations, f->epochs, f->events, f->attempts, f->artifacts};
  f->context.now_ms = 1700000000000;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  thaw_run_status_clear (&f->status);
  g_array_unref (f->epochs);
  g_array_unref (f->events);
  g_array_unref (f->iterations);
  g_array_unref (f->attempts);
  g_ptr_array_unref (f->artifacts);
}

static void
look (Fixture *f, ThawRunState state)
{
  f->run.state = state;
  thaw_run_status_set (&f->status, &f->rows, &f->context);
  g_assert_nonnull (f->status.text);
}

static void
test_running (Fixture *f, gconstpointer data)
{
  look (f, THAW_RUN_RUNNING);
  g_assert_true (g_str_has_prefix (f->status.text, "Epoch 7 of 40"));
  g_assert_cmpfloat_with_epsilon (f->status.done, 0.1625, 1e-9);
  g_assert_cmpuint (f->status.can, ==, THAW_CAN_PAUSE | THAW_CAN_STOP | THAW_CAN_SAVE);
  f->context.asked = "pause";
  look (f, THAW_RUN_RUNNING);
  g_assert_cmpstr (f->status.more, ==, "Pausing…");
  g_assert_cmpuint (f->status.can, ==, THAW_CAN_STOP);
  f->context.asked = "stop";
  look (f, THAW_RUN_RUNNING);
  g_assert_cmpuint (f->status.can, ==, 0);
}

static void
test_queue (Fixture *f, gconstpointer data)
{
  f->run.epochs_done = 0;
  f->context.queue_place = 1;
  look (f, THAW_RUN_QUEUED);
  g_assert_cmpstr (f->status.text, ==, "First in the queue. Nothing trains now.");
  g_assert_true (f->status.can & THAW_CAN_START);
  f->context.queue_works = true;
  look (f, THAW_RUN_QUEUED); /* somebody reads its data already */
  g_assert_true (g_str_has_prefix (f->status.text, "Starting"));
  g_assert_true (isnan (f->status.done));
  f->context.other_trains = true;
  look (f, THAW_RUN_QUEUED);
  g_assert_true (g_str_has_prefix (f->status.text, "Next in the queue"));
  f->context.queue_place = 3;
  look (f, THAW_RUN_QUEUED);
  g_assert_cmpstr (f->status.text, ==, "Number 3 in the queue.");
}

static void
test_interrupted (Fixture *f, gconstpointer data)
{
  ThawArtifact last = {.file = (char *) "a", .kind = (char *) "last", .step = 600};

  look (f, THAW_RUN_INTERRUPTED);
  g_assert_nonnull (strstr (f->status.more, "650 iterations"));
  g_ptr_array_add (f->artifacts, &last);
  look (f, THAW_RUN_INTERRUPTED);
  g_assert_nonnull (strstr (f->status.more, "50 iterations"));
  g_assert_true (f->status.warns);
  last.step = 649;
  look (f, THAW_RUN_INTERRUPTED);
  g_assert_nonnull (strstr (f->status.more, "1 iteration is"));
  last.step = 650;
  look (f, THAW_RUN_INTERRUPTED);
  g_assert_cmpstr (f->status.more, ==, "Nothing is lost.");
  g_assert_true (f->status.can & THAW_CAN_RESUME);
  f->context.data_missing = true;
  look (f, THAW_RUN_INTERRUPTED);
  g_assert_nonnull (strstr (f->status.more, "/data/cifar"));
  g_assert_false (f->status.can & THAW_CAN_RESUME);
  g_assert_true (f->status.can & THAW_CAN_LOCATE);
}

static void
test_ended (Fixture *f, gconstpointer data)
{
  f->run.message = (char *) "optimizer.lr: is 0, expected more than 0";
  look (f, THAW_RUN_FAILED);
  g_assert_cmpstr (f->status.text, ==, f->run.message);
  g_assert_true (f->status.can & THAW_CAN_FIX);
  g_assert_cmpfloat (f->status.done, <, 0);
  look (f, THAW_RUN_FINISHED);
  g_assert_cmpuint (f->status.can, ==, THAW_CAN_TRAIN_MORE | THAW_CAN_DUPLICATE | THAW_CAN_TRY);
  f->context.others = true;
  look (f, THAW_RUN_FINISHED);
  g_assert_true (f->status.can & THAW_CAN_COMPARE);
  look (f, THAW_RUN_STOPPED);
  g_assert_cmpuint (f->status.can, ==,
                    THAW_CAN_RESUME | THAW_CAN_DUPLICATE | THAW_CAN_COMPARE | THAW_CAN_TRY);
  f->run.epochs_done = 0;
  look (f, THAW_RUN_STOPPED); /* nothing learned, nothing to show */
  g_assert_cmpuint (f->status.can, ==, THAW_CAN_RESUME | THAW_CAN_DUPLICATE);
  f->run.epochs_done = 6;
  f->context.data_missing = true;
  look (f, THAW_RUN_FINISHED); /* stays readable, and there is nothing to locate for */
  g_assert_false (f->status.can & THAW_CAN_LOCATE);
  f->run.trashed_ms = 1;
  look (f, THAW_RUN_FINISHED);
  g_assert_cmpuint (f->status.can, ==, THAW_CAN_RESTORE);
}

/* A worker that holds its lock and commits nothing. */
static void
test_silent (Fixture *f, gconstpointer data)
{
  look (f, THAW_RUN_RUNNING);
  g_assert_null (f->status.more);
  f->context.silent_ms = f->context.now_ms - 60000;
  look (f, THAW_RUN_RUNNING);
  g_assert_true (g_str_has_prefix (f->status.more, "No sign of life since"));
  g_assert_true (f->status.warns);
  g_assert_true (f->status.can & THAW_CAN_STOP);
  g_assert_true (f->status.can & THAW_CAN_LOG);
  f->context.no_room = true;
  look (f, THAW_RUN_RUNNING);
  g_assert_true (g_str_has_prefix (f->status.more, "The disk has been full since"));
}

/* By whom: somebody asked, or the worker says why. */
static void
test_paused (Fixture *f, gconstpointer data)
{
  ThawEventRow event = {.kind = (char *) "paused", .at_ms = f->context.now_ms};

  look (f, THAW_RUN_PAUSED);
  g_assert_true (g_str_has_prefix (f->status.text, "Paused in epoch 7 of 40"));
  g_array_append_val (f->events, event);
  look (f, THAW_RUN_PAUSED);
  g_assert_true (g_str_has_prefix (f->status.text, "Paused on request at"));
  g_assert_null (f->status.more);
  g_array_index (f->events, ThawEventRow, 0).detail = (char *) "no room";
  look (f, THAW_RUN_PAUSED);
  g_assert_true (g_str_has_prefix (f->status.text, "Paused by itself at"));
  g_assert_cmpstr (f->status.more, ==, "no room");
  g_assert_true (f->status.can & THAW_CAN_CONTINUE);
}

static void
test_time_left (void)
{
  static const struct {
    double seconds;
    const char *text;
  } cases[] = {{10, "less than a minute left"},
               {60, "about 1 minute left"},
               {12 * 60 + 10, "about 12 minutes left"},
               {99.4 * 60, "about 99 minutes left"},
               {125 * 60, "about 2 h 5 min left"}};

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = thaw_time_left_text (cases[i].seconds);
    g_assert_cmpstr (text, ==, cases[i].text);
  }
  g_assert_null (thaw_time_left_text (NAN));
  g_assert_null (thaw_time_left_text (INFINITY));
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/ui/run-status/running", test_running);
  add ("/ui/run-status/queue", test_queue);
  add ("/ui/run-status/interrupted", test_interrupted);
  add ("/ui/run-status/ended", test_ended);
  add ("/ui/run-status/silent", test_silent);
  add ("/ui/run-status/paused", test_paused);
  g_test_add_func ("/ui/run-status/time-left", test_time_left);
  return g_test_run ();
}
