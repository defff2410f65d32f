/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and their answers; events and their order. */
#include "home.h"

static gint64
ask (ThawStore *store, const char *id, const char *verb)
{
  g_autoptr (GError) error = NULL;
  gint64 number = 0;

  thaw_store_ask (store, id, verb, &number, &error);
  g_assert_no_error (error);
  return number;
}

static void
expect_next (ThawStore *store, const char *id, gint64 number, const char *verb)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ThawRequest) request = thaw_store_next_request (store, id, &error);

  g_assert_no_error (error);
  if (verb == NULL) {
    g_assert_null (request);
    return;
  }
  g_assert_cmpint (request->id, ==, number);
  g_assert_cmpstr (request->verb, ==, verb);
}

static void
expect_answer (ThawStore *store, gint64 number, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = thaw_store_request_answer (store, number, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, wanted);
}

static void
answer (ThawStore *store, gint64 number, const char *text)
{
  g_autoptr (GError) error = NULL;

  thaw_store_answer (store, number, text, &error);
  g_assert_no_error (error);
}

static void
test_order (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) window = open_store (home, THAW_STORE_WRITE);
  g_autoptr (ThawStore) worker = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (window, "mine"), *other = add_run (window, "other");
  gint64 pause, resume, odd, elsewhere;

  expect_next (worker, id, 0, NULL);
  pause = ask (window, id, "pause");
  elsewhere = ask (window, other, "stop");
  resume = ask (window, id, "continue");
  odd = ask (window, id, "rm -rf ~; '跳舞");
  g_assert_cmpint (pause, <, resume);
  g_assert_cmpint (resume, <, odd);
  expect_answer (window, pause, NULL);
  expect_next (worker, id, pause, "pause");
  expect_next (worker, id, pause, "pause"); /* until it is answered */
  answer (worker, pause, "paused");
  expect_answer (window, pause, "paused");
  expect_next (worker, id, resume, "continue");
  answer (worker, resume, "goes on");
  expect_next (worker, id, odd, "rm -rf ~; '跳舞");
  answer (worker, odd, "not understood");
  expect_next (worker, id, 0, NULL);
  expect_answer (window, odd, "not understood");
  expect_answer (window, elsewhere, NULL);
  expect_next (worker, other, elsewhere, "stop");
}

static void
test_mistakes (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autoptr (GError) error = NULL;

  g_assert_false (thaw_store_ask (store, "nobody", "pause", NULL, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
  g_clear_error (&error);
  g_assert_false (thaw_store_answer (store, 17, "yes", &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
  g_clear_error (&error);
  g_assert_null (thaw_store_request_answer (store, 17, &error));
  g_assert_error (error, THAW_DB_ERROR, THAW_DB_ERROR_NO_RUN);
}

/* What was asked of a worker that died does not hit the next one. */
static void
test_too_late (void)
{
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "mine"), *other = add_run (store, "other");
  gint64 answered = ask (store, id, "pause"), stale, elsewhere, fresh;
  g_autoptr (GError) error = NULL;

  answer (store, answered, "paused");
  stale = ask (store, id, "stop");
  elsewhere = ask (store, other, "stop");
  thaw_store_begin_attempt (store, id, 0, 0, NULL, &error);
  g_assert_no_error (error);
  expect_next (store, id, 0, NULL);
  expect_answer (store, answered, "paused");
  expect_answer (store, stale, THAW_ANSWER_TOO_LATE);
  expect_answer (store, elsewhere, NULL);
  fresh = ask (store, id, "pause");
  expect_next (store, id, fresh, "pause");
}

static void
test_events (void)
{
  static const char *const kinds[] = {"frozen", "thawed", "rate-dropped", "paused"};
  g_autoptr (Home) home = home_new ();
  g_autoptr (ThawStore) store = open_store (home, THAW_STORE_WRITE);
  g_autofree char *id = add_run (store, "mine");
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) events = NULL;
  gint64 before = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    thaw_store_add_event (store, id, 1, (int) i, (gint64) i * 100, kinds[i],
                          i == 1 ? "lr 0.001 → 0.0001" : NULL, &error);
    g_assert_no_error (error);
  }
  events = thaw_store_events (store, id, &error);
  g_assert_cmpint (events->len, ==, G_N_ELEMENTS (kinds));
  for (guint i = 0; i < events->len; i++) {
    ThawEventRow *event = &g_array_index (events, ThawEventRow, i);

    g_assert_cmpint (event->seq, >, before);
    before = event->seq;
    g_assert_cmpstr (event->kind, ==, kinds[i]);
    g_assert_cmpstr (event->detail, ==, i == 1 ? "lr 0.001 → 0.0001" : NULL);
    g_assert_cmpint (event->attempt, ==, 1);
    g_assert_cmpint (event->epoch, ==, i);
    g_assert_cmpint (event->step, ==, i * 100);
    g_assert_cmpint (event->at_ms, >, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  home_init (argv[0], HOMES_IN_MEMORY);
  g_test_add_func ("/db/requests/order", test_order);
  g_test_add_func ("/db/requests/mistakes", test_mistakes);
  g_test_add_func ("/db/requests/too-late", test_too_late);
  g_test_add_func ("/db/requests/events", test_events);
  return g_test_run ();
}
