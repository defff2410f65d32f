/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Downloads that go well, and those that go on after a lost connection. */
#include "liar.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HALF 150000

/* What a good server does. */
static void
answer_whole (GOutputStream *out)
{
  say (out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", PAYLOAD_BYTES);
  say_bytes (out, payload (), PAYLOAD_BYTES);
}

static void
answer_rest (GOutputStream *out, gint64 start)
{
  say (out,
       "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\n"
       "Content-Length: %d\r\n\r\n",
       (int) start, PAYLOAD_BYTES - 1, PAYLOAD_BYTES, PAYLOAD_BYTES - (int) start);
  say_bytes (out, payload () + start, (gsize) (PAYLOAD_BYTES - start));
}

static void
answer (Liar *liar, const char *path, gint64 start, GOutputStream *out)
{
  if (g_str_equal (path, "/good") || g_str_equal (path, "/ranges")) {
    if (start >= 0)
      answer_rest (out, start);
    else
      answer_whole (out);
  } else if (g_str_equal (path, "/no-ranges")) {
    answer_whole (out);
  } else if (g_str_equal (path, "/no-such-range")) {
    if (start >= 0)
      say (out, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n");
    else
      answer_whole (out);
  } else if (g_str_equal (path, "/chunked")) {
    say (out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n", PAYLOAD_BYTES);
    say_bytes (out, payload (), PAYLOAD_BYTES);
    say (out, "\r\n0\r\n\r\n");
  } else if (g_str_equal (path, "/until-closed")) {
    say (out, "HTTP/1.0 200 OK\r\n\r\n");
    say_bytes (out, payload (), PAYLOAD_BYTES);
  } else if (g_str_equal (path, "/hang-up")) {
    if (start >= 0) {
      answer_rest (out, start);
    } else {
      say (out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", PAYLOAD_BYTES);
      say_bytes (out, payload (), HALF);
    }
  } else if (g_str_equal (path, "/hang-up-until-closed")) {
    say (out, "HTTP/1.0 200 OK\r\n\r\n");
    say_bytes (out, payload (), HALF);
  } else if (g_str_equal (path, "/stall")) {
    say (out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", PAYLOAD_BYTES);
    say_bytes (out, payload (), HALF);
    g_output_stream_flush (out, NULL, NULL);
    g_usleep (3 * G_USEC_PER_SEC);
  } else if (g_str_has_prefix (path, "/hop")) {
    int left = path[4] - '0';
    if (left == 0)
      answer_whole (out);
    else
      say (out, "HTTP/1.1 302 Found\r\nLocation: /hop%d\r\nContent-Length: 0\r\n\r\n", left - 1);
  }
}

typedef struct {
  Download download;
  Liar *liar;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  download_init (&fixture->download);
  fixture->liar = liar_new ("localhost.pem", answer);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  liar_free (fixture->liar);
  download_clear (&fixture->download);
}

static void
check_good (Fixture *fixture, const char *path, int requests)
{
  GError *error = NULL;
  gboolean ok = fetch_from (&fixture->download, fixture->liar, path, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
  check_arrived (&fixture->download);
  g_assert_cmpint (liar_requests (fixture->liar), ==, requests);
}

static void
test_good (Fixture *fixture, gconstpointer path)
{
  check_good (fixture, path, 1);
  g_assert_cmpint (liar_last_range (fixture->liar), ==, -1);
}

static void
test_unknown_size (Fixture *fixture, gconstpointer path)
{
  fixture->download.spec.bytes = 0;
  check_good (fixture, path, 1);
}

static void
test_capitals (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *capitals = g_ascii_strup (fixture->download.sha256, -1);

  fixture->download.spec.sha256 = capitals;
  check_good (fixture, "good", 1);
}

static void
test_there_already (Fixture *fixture, gconstpointer unused)
{
  check_good (fixture, "good", 1);
  check_good (fixture, "good", 1);
}

static void
test_wrong_is_replaced (Fixture *fixture, gconstpointer unused)
{
  g_assert_true (g_file_set_contents (fixture->download.path, "old", 3, NULL));
  check_good (fixture, "good", 1);
}

static void
test_wrong_of_same_size_is_replaced (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *old = g_strnfill (PAYLOAD_BYTES, 'x');

  g_assert_true (g_file_set_contents (fixture->download.path, old, PAYLOAD_BYTES, NULL));
  check_good (fixture, "good", 1);
}

static void
test_private (Fixture *fixture, gconstpointer unused)
{
  GStatBuf info;

  check_good (fixture, "good", 1);
  g_assert_cmpint (g_stat (fixture->download.path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

/* Half of it, a lost connection, then the rest and no more. */
static void
test_resume (Fixture *fixture, gconstpointer unused)
{
  GError *error = NULL;

  g_assert_false (fetch_from (&fixture->download, fixture->liar, "hang-up", &error));
  check_error (error, THAW_FETCH_ERROR_NETWORK, "150000 bytes are kept");
  check_part (&fixture->download, HALF);
  check_good (fixture, "hang-up", 2);
  g_assert_cmpint (liar_last_range (fixture->liar), ==, HALF);
}

static void
test_resume_until_closed (Fixture *fixture, gconstpointer unused)
{
  GError *error = NULL;

  g_assert_false (fetch_from (&fixture->download, fixture->liar, "hang-up-until-closed", &error));
  check_error (error, THAW_FETCH_ERROR_NETWORK, "the connection ended too early");
  check_part (&fixture->download, HALF);
  check_good (fixture, "ranges", 2);
  g_assert_cmpint (liar_last_range (fixture->liar), ==, HALF);
}

static void
test_resume_without_size (Fixture *fixture, gconstpointer unused)
{
  leave_part (&fixture->download, payload (), HALF);
  fixture->download.spec.bytes = 0;
  check_good (fixture, "ranges", 1);
  g_assert_cmpint (liar_last_range (fixture->liar), ==, HALF);
}

static void
test_ranges_not_known (Fixture *fixture, gconstpointer unused)
{
  leave_part (&fixture->download, payload (), HALF);
  check_good (fixture, "no-ranges", 1);
}

static void
test_range_refused (Fixture *fixture, gconstpointer unused)
{
  leave_part (&fixture->download, payload (), HALF);
  check_good (fixture, "no-such-range", 2);
  g_assert_cmpint (liar_last_range (fixture->liar), ==, -1);
}

static void
test_damaged_part (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *wrong = g_strnfill (HALF, 'x');

  leave_part (&fixture->download, wrong, HALF);
  check_good (fixture, "ranges", 2);
  g_assert_cmpint (liar_last_range (fixture->liar), ==, -1);
}

static void
test_whole_part (Fixture *fixture, gconstpointer unused)
{
  leave_part (&fixture->download, payload (), PAYLOAD_BYTES);
  check_good (fixture, "good", 0);
}

static void
test_damaged_whole_part (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *wrong = g_strnfill (PAYLOAD_BYTES, 'x');

  leave_part (&fixture->download, wrong, PAYLOAD_BYTES);
  check_good (fixture, "good", 1);
}

static void
test_long_part (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *wrong = g_strnfill (PAYLOAD_BYTES + 1, 'x');

  leave_part (&fixture->download, wrong, PAYLOAD_BYTES + 1);
  check_good (fixture, "good", 1);
}

static void
test_five_redirects (Fixture *fixture, gconstpointer unused)
{
  check_good (fixture, "hop5", 6);
}

typedef struct {
  guint64 last, total;
  int calls;
  GCancellable *cancel;
} Watch;

static void
progress_cb (uint64_t done, uint64_t total, void *user)
{
  Watch *watch = user;

  g_assert_cmpuint (done, >=, watch->last);
  watch->last = done;
  watch->total = total;
  watch->calls++;
  if (watch->cancel != NULL && done > 0)
    g_cancellable_cancel (watch->cancel);
}

static void
test_progress (Fixture *fixture, gconstpointer path)
{
  Watch watch = {0};
  g_autofree char *url = liar_url (fixture->liar, "https", "localhost", "good");
  GError *error = NULL;

  fixture->download.spec.url = url;
  g_assert_true (thaw_fetch (&fixture->download.spec, progress_cb, &watch, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (watch.last, ==, PAYLOAD_BYTES);
  g_assert_cmpuint (watch.total, ==, PAYLOAD_BYTES);
  g_assert_cmpint (watch.calls, >, 3);
}

static void
test_cancel (Fixture *fixture, gconstpointer path)
{
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  Watch watch = {.cancel = cancel};
  g_autofree char *url = liar_url (fixture->liar, "https", "localhost", "ranges");
  g_autoptr (GError) error = NULL;

  fixture->download.spec.url = url;
  g_assert_false (thaw_fetch (&fixture->download.spec, progress_cb, &watch, cancel, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (watch.last, >, 0);
  check_part (&fixture->download, watch.last);
  check_good (fixture, "ranges", 2);
  g_assert_cmpint (liar_last_range (fixture->liar), ==, (gint64) watch.last);
}

static void
test_stall (Fixture *fixture, gconstpointer unused)
{
  GError *error = NULL;
  gint64 start = g_get_monotonic_time ();

  fixture->download.spec.timeout_s = 1;
  g_assert_false (fetch_from (&fixture->download, fixture->liar, "stall", &error));
  check_error (error, THAW_FETCH_ERROR_NETWORK, "bytes are kept");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2900 * 1000);
  check_part (&fixture->download, HALF);
}

static void
check_refused (Fixture *fixture, const char *sentence)
{
  GError *error = NULL;

  g_assert_false (fetch_from (&fixture->download, fixture->liar, "good", &error));
  check_error (error, THAW_FETCH_ERROR_IO, sentence);
  g_assert_cmpint (liar_requests (fixture->liar), ==, 0);
}

/* A name that leads elsewhere is not written to. */
static void
test_part_is_link (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *other = g_build_filename (fixture->download.folder, "other", NULL), *text = NULL;

  g_assert_true (g_file_set_contents (other, "mine", 4, NULL));
  g_assert_cmpint (symlink (other, fixture->download.part), ==, 0);
  check_refused (fixture, "weights.pth.part");
  g_unlink (fixture->download.part);
  g_assert_cmpint (link (other, fixture->download.part), ==, 0);
  check_refused (fixture, "is not a file of its own");
  g_assert_true (g_file_get_contents (other, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_unlink (other);
}

static void
test_part_is_fifo (Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpint (mkfifo (fixture->download.part, 0600), ==, 0);
  check_refused (fixture, "is not a file of its own");
}

static void
test_target_is_folder (Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpint (g_mkdir (fixture->download.path, 0700), ==, 0);
  check_refused (fixture, "is a folder");
  g_rmdir (fixture->download.path);
}

static void
test_no_folder (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->download.folder, "no", "w.pth", NULL);

  fixture->download.spec.path = path;
  check_refused (fixture, "No such file");
}

static void
test_in_use (Fixture *fixture, gconstpointer unused)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int fd = open (fixture->download.part, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fcntl (fd, F_OFD_SETLK, &lock), ==, 0);
  check_refused (fixture, "another download of the same file is under way");
  close (fd);
  check_good (fixture, "good", 1);
}

static void
test_no_space (Fixture *fixture, gconstpointer unused)
{
  fixture->download.spec.bytes = (guint64) 1 << 60;
  check_refused (fixture, "free space");
}

#define ADD(path, function, data)                                                                  \
  g_test_add ("/fetch/" path, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("good/length", test_good, "good");
  ADD ("good/chunked", test_good, "chunked");
  ADD ("good/until-closed", test_good, "until-closed");
  ADD ("good/unknown-size", test_unknown_size, "good");
  ADD ("good/unknown-size-chunked", test_unknown_size, "chunked");
  ADD ("good/unknown-size-until-closed", test_unknown_size, "until-closed");
  ADD ("good/capitals", test_capitals, NULL);
  ADD ("good/there-already", test_there_already, NULL);
  ADD ("good/wrong-is-replaced", test_wrong_is_replaced, NULL);
  ADD ("good/wrong-of-same-size-is-replaced", test_wrong_of_same_size_is_replaced, NULL);
  ADD ("good/private", test_private, NULL);
  ADD ("good/five-redirects", test_five_redirects, NULL);
  ADD ("good/progress", test_progress, NULL);
  ADD ("resume/hang-up", test_resume, NULL);
  ADD ("resume/until-closed", test_resume_until_closed, NULL);
  ADD ("resume/without-size", test_resume_without_size, NULL);
  ADD ("resume/ranges-not-known", test_ranges_not_known, NULL);
  ADD ("resume/range-refused", test_range_refused, NULL);
  ADD ("resume/damaged-part", test_damaged_part, NULL);
  ADD ("resume/whole-part", test_whole_part, NULL);
  ADD ("resume/damaged-whole-part", test_damaged_whole_part, NULL);
  ADD ("resume/long-part", test_long_part, NULL);
  ADD ("resume/cancel", test_cancel, NULL);
  ADD ("resume/stall", test_stall, NULL);
  ADD ("place/part-is-link", test_part_is_link, NULL);
  ADD ("place/part-is-fifo", test_part_is_fifo, NULL);
  ADD ("place/target-is-folder", test_target_is_folder, NULL);
  ADD ("place/no-folder", test_no_folder, NULL);
  ADD ("place/in-use", test_in_use, NULL);
  ADD ("place/no-space", test_no_space, NULL);
  return g_test_run ();
}
