/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server that lies: whatever it says, wrong bytes never become the file, and nothing but the
 * pinned size is ever written. */
#include "liar.h"
#include <string.h>

#define HALF 150000

typedef struct {
  const char *path;
  int code;
  const char *sentence;
  int requests; /* that the server hears */
} Lie;

static void
say_head (GOutputStream *out, int length)
{
  say (out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", length);
}

/* Lies in the body. */
static bool
answer_body (const char *path, GOutputStream *out)
{
  if (g_str_equal (path, "/flipped")) {
    g_autofree guint8 *bytes = g_memdup2 (payload (), PAYLOAD_BYTES);
    bytes[PAYLOAD_BYTES / 2] ^= 1;
    say_head (out, PAYLOAD_BYTES);
    say_bytes (out, bytes, PAYLOAD_BYTES);
  } else if (g_str_equal (path, "/short")) {
    say_head (out, HALF);
    say_bytes (out, payload (), HALF);
  } else if (g_str_equal (path, "/short-chunked")) {
    say (out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n", HALF);
    say_bytes (out, payload (), HALF);
    say (out, "\r\n0\r\n\r\n");
  } else if (g_str_equal (path, "/empty")) {
    say_head (out, 0);
  } else if (g_str_equal (path, "/long")) {
    say_head (out, PAYLOAD_BYTES + 1);
    say_bytes (out, payload (), PAYLOAD_BYTES);
    say (out, "x");
  } else if (g_str_equal (path, "/endless")) {
    say (out, "HTTP/1.0 200 OK\r\n\r\n");
    say_endless (out);
  } else if (g_str_equal (path, "/endless-chunks")) {
    say (out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n");
    say_endless (out);
  } else if (g_str_equal (path, "/wrong-length")) {
    say (out, "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n");
    say_bytes (out, payload (), PAYLOAD_BYTES);
  } else if (g_str_equal (path, "/two-lengths")) {
    say (out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: %d\r\n\r\n", PAYLOAD_BYTES);
    say (out, "hello");
  } else if (g_str_equal (path, "/squeezed")) {
    say (out, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n",
         PAYLOAD_BYTES);
    g_autofree char *zeros = g_malloc0 (PAYLOAD_BYTES);
    say_bytes (out, zeros, PAYLOAD_BYTES);
  } else
    return false;
  return true;
}

/* Lies in the head. */
static bool
answer_head (Liar *liar, const char *path, GOutputStream *out)
{
  if (g_str_equal (path, "/to-http")) {
    g_autofree char *url = liar_url (liar, "http", "localhost", "plain");
    say (out, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", url);
  } else if (g_str_equal (path, "/to-file")) {
    say (out, "HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
  } else if (g_str_equal (path, "/to-nowhere")) {
    say (out, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
  } else if (g_str_equal (path, "/to-nonsense")) {
    say (out, "HTTP/1.1 302 Found\r\nLocation: https://[::\r\nContent-Length: 0\r\n\r\n");
  } else if (g_str_equal (path, "/loop")) {
    say (out, "HTTP/1.1 307 Again\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
  } else if (g_str_equal (path, "/loop-with-endless-body")) {
    say (out, "HTTP/1.0 302 Found\r\nLocation: /loop-with-endless-body\r\n\r\n");
    say_endless (out);
  } else if (g_str_equal (path, "/missing")) {
    say (out, "HTTP/1.1 404 Here it is\r\nContent-Length: %d\r\n\r\n", PAYLOAD_BYTES);
    say_bytes (out, payload (), PAYLOAD_BYTES);
  } else if (g_str_equal (path, "/broken")) {
    say (out, "HTTP/1.0 500 Oops\r\n\r\n");
    say_endless (out);
  } else if (g_str_equal (path, "/password")) {
    say (out,
         "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
  } else if (g_str_equal (path, "/part-of-it")) {
    say (out,
         "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-%d/%d\r\nContent-Length: "
         "%d\r\n\r\n",
         PAYLOAD_BYTES - 1, PAYLOAD_BYTES, PAYLOAD_BYTES);
    say_bytes (out, payload (), PAYLOAD_BYTES);
  } else if (g_str_equal (path, "/garbage")) {
    say (out, "SSH-2.0-thaw\r\n");
  } else if (g_str_equal (path, "/endless-head")) {
    say (out, "HTTP/1.1 200 OK\r\nX: ");
    say_endless (out);
  } else
    return false;
  return true;
}

/* Lies about ranges; without a Range, and for the second request, the truth. */
static void
answer_range (const char *path, gint64 start, GOutputStream *out)
{
  const char *range = NULL;

  if (start >= 0 && g_str_equal (path, "/range-from-zero"))
    range = "Content-Range: bytes 0-299999/300000\r\n";
  else if (start >= 0 && g_str_equal (path, "/range-further"))
    range = "Content-Range: bytes 150001-299999/300000\r\n";
  else if (start >= 0 && g_str_equal (path, "/range-of-another-file"))
    range = "Content-Range: bytes 150000-299999/300001\r\n";
  else if (start >= 0 && g_str_equal (path, "/range-too-far"))
    range = "Content-Range: bytes 150000-300000/300000\r\n";
  else if (start >= 0 && g_str_equal (path, "/range-backwards"))
    range = "Content-Range: bytes 150000-3/300000\r\n";
  else if (start >= 0 && g_str_equal (path, "/range-untold"))
    range = "";
  if (range != NULL) {
    say (out, "HTTP/1.1 206 Partial Content\r\n%sContent-Length: %d\r\n\r\n", range,
         PAYLOAD_BYTES - HALF);
    say_bytes (out, payload () + HALF, PAYLOAD_BYTES - HALF);
  } else if (start >= 0 && g_str_equal (path, "/range-with-wrong-bytes")) {
    say (out,
         "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 150000-299999/300000\r\n"
         "Content-Length: %d\r\n\r\n",
         PAYLOAD_BYTES - HALF);
    say_bytes (out, payload (), PAYLOAD_BYTES - HALF);
  } else if (start >= 0 && g_str_equal (path, "/range-endless")) {
    say (out, "HTTP/1.0 206 Partial Content\r\nContent-Range: bytes 150000-299999/300000\r\n\r\n");
    say_endless (out);
  } else {
    say_head (out, PAYLOAD_BYTES);
    say_bytes (out, payload (), PAYLOAD_BYTES);
  }
}

static void
answer (Liar *liar, const char *path, gint64 start, GOutputStream *out)
{
  if (!answer_body (path, out) && !answer_head (liar, path, out))
    answer_range (path, start, out);
}

static const Lie lies[] = {
    {"flipped", THAW_FETCH_ERROR_WRONG, "SHA-256", 1},
    {"short", THAW_FETCH_ERROR_WRONG, "announces 150000 bytes, expected 300000", 1},
    {"short-chunked", THAW_FETCH_ERROR_WRONG, "sent 150000 bytes, expected 300000", 1},
    {"empty", THAW_FETCH_ERROR_WRONG, "announces 0 bytes", 1},
    {"long", THAW_FETCH_ERROR_WRONG, "announces 300001 bytes", 1},
    {"endless", THAW_FETCH_ERROR_WRONG, "more bytes than the file has", 1},
    {"endless-chunks", THAW_FETCH_ERROR_WRONG, "more bytes than the file has", 1},
    {"wrong-length", THAW_FETCH_ERROR_WRONG, "", 1},
    {"squeezed", THAW_FETCH_ERROR_WRONG, "SHA-256", 1},
    {"to-http", THAW_FETCH_ERROR_INSECURE, "is not HTTPS", 1},
    {"to-file", THAW_FETCH_ERROR_INSECURE, "is not HTTPS", 1},
    {"to-nowhere", THAW_FETCH_ERROR_NETWORK, "no address", 1},
    {"to-nonsense", THAW_FETCH_ERROR_NETWORK, "no address", 1},
    {"loop", THAW_FETCH_ERROR_NETWORK, "more than 5 times", 6},
    {"loop-with-endless-body", THAW_FETCH_ERROR_NETWORK, "more than 5 times", 6},
    {"missing", THAW_FETCH_ERROR_NETWORK, "answered 404 (Not Found)", 1},
    {"broken", THAW_FETCH_ERROR_NETWORK, "answered 500", 1},
    {"password", THAW_FETCH_ERROR_NETWORK, "answered 401", 1},
    {"part-of-it", THAW_FETCH_ERROR_WRONG, "another range", 1},
    {"garbage", THAW_FETCH_ERROR_NETWORK, "", 1},
    {"endless-head", THAW_FETCH_ERROR_NETWORK, "", 1},
};

/* A refusal; what stays is what was fetched rightly; the old file stays as it was. */
static void
test_lie (gconstpointer data)
{
  const Lie *lie = data;
  Download download;
  GError *error = NULL;

  download_init (&download);
  {
    g_autoptr (Liar) liar = liar_new ("localhost.pem", answer);
    g_assert_false (fetch_from (&download, liar, lie->path, &error));
    g_test_message ("%s", error != NULL ? error->message : "no error");
    check_error (error, lie->code, lie->sentence);
    g_assert_cmpint (liar_requests (liar), ==, lie->requests);
  }
  check_nothing (&download);
  download_clear (&download);
}

static void
test_old_file_stays (void)
{
  Download download;
  GError *error = NULL;
  g_autofree char *old = NULL;

  download_init (&download);
  g_assert_true (g_file_set_contents (download.path, "old", 3, NULL));
  {
    g_autoptr (Liar) liar = liar_new ("localhost.pem", answer);
    g_assert_false (fetch_from (&download, liar, "flipped", &error));
    check_error (error, THAW_FETCH_ERROR_WRONG, "SHA-256");
  }
  g_assert_true (g_file_get_contents (download.path, &old, NULL, NULL));
  g_assert_cmpstr (old, ==, "old");
  download_clear (&download);
}

/* A lie in the answer to a Range costs the part, not the download. */
static void
test_range (gconstpointer path)
{
  Download download;
  GError *error = NULL;

  download_init (&download);
  leave_part (&download, payload (), HALF);
  {
    g_autoptr (Liar) liar = liar_new ("localhost.pem", answer);
    gboolean ok = fetch_from (&download, liar, path, &error);
    g_assert_no_error (error);
    g_assert_true (ok);
    g_assert_cmpint (liar_requests (liar), ==, 2);
    g_assert_cmpint (liar_last_range (liar), ==, -1);
  }
  check_arrived (&download);
  download_clear (&download);
}

/* More bytes than were announced are never looked at. */
static void
test_two_lengths (void)
{
  Download download;
  g_autoptr (GError) error = NULL;

  download_init (&download);
  {
    g_autoptr (Liar) liar = liar_new ("localhost.pem", answer);
    g_assert_false (fetch_from (&download, liar, "two-lengths", &error));
    g_assert_nonnull (error);
  }
  g_assert_false (g_file_test (download.path, G_FILE_TEST_EXISTS));
  download_clear (&download);
}

/* certificate NULL: a server without TLS; authority NULL: those of the system. */
static void
check_untrusted (const char *certificate,
                 const char *authority,
                 const char *host,
                 const char *sentence)
{
  Download download;
  GError *error = NULL;

  download_init (&download);
  {
    g_autoptr (Liar) liar = liar_new (certificate, answer);
    g_autofree char *url = liar_url (liar, "https", host, "good");
    g_autofree char *trusted = authority != NULL ? certificate_path (authority) : NULL;
    download.spec.url = url;
    download.spec.ca_file = trusted;
    download.spec.timeout_s = 1; /* a server without TLS waits as we do */
    g_assert_false (thaw_fetch (&download.spec, NULL, NULL, NULL, &error));
    check_error (error, THAW_FETCH_ERROR_NETWORK, sentence);
    g_assert_cmpint (liar_requests (liar), ==, 0);
  }
  check_nothing (&download);
  download_clear (&download);
}

static void
test_certificates (void)
{
  check_untrusted ("localhost.pem", "stranger.pem", "localhost", "certificate is not trusted");
  check_untrusted ("localhost.pem", NULL, "localhost", "certificate is not trusted");
  check_untrusted ("elsewhere.pem", "authority.pem", "localhost", "certificate is not trusted");
  check_untrusted ("localhost.pem", "authority.pem", "127.0.0.1", "certificate is not trusted");
  check_untrusted ("expired.pem", "authority.pem", "localhost", "certificate is not trusted");
  check_untrusted (NULL, "authority.pem", "localhost", "");
}

static void
test_plain_address (void)
{
  Download download;
  GError *error = NULL;

  download_init (&download);
  {
    g_autoptr (Liar) liar = liar_new (NULL, answer);
    g_autofree char *url = liar_url (liar, "http", "localhost", "good");
    download.spec.url = url;
    g_assert_false (thaw_fetch (&download.spec, NULL, NULL, NULL, &error));
    check_error (error, THAW_FETCH_ERROR_INSECURE, "is not HTTPS");
    g_assert_cmpint (liar_requests (liar), ==, 0);
  }
  check_nothing (&download);
  download_clear (&download);
}

static void
test_nobody_there (void)
{
  Download download;
  GError *error = NULL;

  download_init (&download);
  Liar *liar = liar_new ("localhost.pem", answer);
  g_autofree char *url = liar_url (liar, "https", "localhost", "good");
  liar_free (liar);
  download.spec.url = url;
  g_assert_false (thaw_fetch (&download.spec, NULL, NULL, NULL, &error));
  check_error (error, THAW_FETCH_ERROR_NETWORK, "localhost");
  check_nothing (&download);
  download_clear (&download);
}

int
main (int argc, char **argv)
{
  static const char *const ranges[] = {
      "range-from-zero", "range-further", "range-of-another-file",  "range-too-far",
      "range-backwards", "range-untold",  "range-with-wrong-bytes", "range-endless"};

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autofree char *name = g_strconcat ("/fetch/lies/", lies[i].path, NULL);
    g_test_add_data_func (name, &lies[i], test_lie);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++) {
    g_autofree char *name = g_strconcat ("/fetch/lies/", ranges[i], NULL);
    g_test_add_data_func (name, ranges[i], test_range);
  }
  g_test_add_func ("/fetch/lies/two-lengths", test_two_lengths);
  g_test_add_func ("/fetch/lies/old-file-stays", test_old_file_stays);
  g_test_add_func ("/fetch/lies/certificates", test_certificates);
  g_test_add_func ("/fetch/lies/plain-address", test_plain_address);
  g_test_add_func ("/fetch/lies/nobody-there", test_nobody_there);
  return g_test_run ();
}
