/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server that lies, and what its tests share. */
#include "liar.h"
#include <glib/gstdio.h>
#include <string.h>

/* AddressSanitizer asks for this. GCC 12's follows the thread-local storage of libraries that are
 * loaded later (the TLS module of GIO is one) to addresses that are none, and dies in its search
 * for leaks; without the interceptor it searches as well, and finds its way. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "intercept_tls_get_addr=0";
}

struct _Liar {
  GSocketListener *listener;
  GCancellable *stop;
  GThread *thread;
  GTlsCertificate *certificate;
  LiarAnswer answer;
  int port;
  gint requests;
  gint64 last_range; /* read after the client's call has returned */
};

char *
certificate_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "fetch", "certificates", name, NULL);
}

void
say_bytes (GOutputStream *out, const void *bytes, gsize n)
{
  (void) g_output_stream_write_all (out, bytes, n, NULL, NULL, NULL);
}

void
say (GOutputStream *out, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  say_bytes (out, text, strlen (text));
}

void
say_endless (GOutputStream *out)
{
  static const char block[16384] = {1};
  /* A client that listens for ever fails the test by its time limit or its disk. */
  for (int i = 0; i < 65536; i++)
    if (!g_output_stream_write_all (out, block, sizeof block, NULL, NULL, NULL))
      return;
}

/* The request's first line and its Range; FALSE when the client hung up first. */
static gboolean
hear (GInputStream *in, char **path, gint64 *range)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (in);
  *path = NULL;
  *range = -1;
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  for (;;) {
    g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
    if (line == NULL)
      return FALSE;
    if (*line == 0)
      return *path != NULL;
    if (*path == NULL) {
      g_auto (GStrv) words = g_strsplit (line, " ", 3);
      *path = g_strdup (g_strv_length (words) > 1 ? words[1] : "");
    }
    if (g_ascii_strncasecmp (line, "Range: bytes=", 13) == 0)
      *range = g_ascii_strtoll (line + 13, NULL, 10);
  }
}

static void
serve (Liar *liar, GSocketConnection *socket)
{
  GIOStream *stream = G_IO_STREAM (socket);
  g_autoptr (GIOStream) tls = NULL;
  g_autofree char *path = NULL;
  gint64 range;

  g_socket_set_timeout (g_socket_connection_get_socket (socket), 10);
  if (liar->certificate != NULL) {
    tls = g_tls_server_connection_new (stream, liar->certificate, NULL);
    g_assert_nonnull (tls);
    if (!g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, NULL))
      return;
    stream = tls;
  }
  if (hear (g_io_stream_get_input_stream (stream), &path, &range)) {
    liar->last_range = range;
    g_atomic_int_inc (&liar->requests);
    liar->answer (liar, path, range, g_io_stream_get_output_stream (stream));
  }
  g_io_stream_close (stream, NULL, NULL);
}

static gpointer
listen_cb (gpointer user)
{
  Liar *liar = user;

  for (;;) {
    g_autoptr (GSocketConnection) socket =
        g_socket_listener_accept (liar->listener, NULL, liar->stop, NULL);
    if (socket == NULL)
      return NULL;
    serve (liar, socket);
  }
}

Liar *
liar_new (const char *certificate, LiarAnswer answer)
{
  Liar *liar = g_new0 (Liar, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0), actual = NULL;

  if (certificate != NULL) {
    g_autofree char *file = certificate_path (certificate);
    liar->certificate = g_tls_certificate_new_from_file (file, &error);
    g_assert_no_error (error);
  }
  liar->answer = answer;
  liar->stop = g_cancellable_new ();
  liar->listener = g_socket_listener_new ();
  g_socket_listener_add_address (liar->listener, any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                 NULL, &actual, &error);
  g_assert_no_error (error);
  liar->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (actual));
  liar->thread = g_thread_new ("liar", listen_cb, liar);
  return liar;
}

void
liar_free (Liar *liar)
{
  g_cancellable_cancel (liar->stop);
  g_thread_join (liar->thread);
  g_socket_listener_close (liar->listener);
  g_object_unref (liar->listener);
  g_object_unref (liar->stop);
  g_clear_object (&liar->certificate);
  g_free (liar);
}

char *
liar_url (const Liar *liar, const char *scheme, const char *host, const char *path)
{
  return g_strdup_printf ("%s://%s:%d/%s", scheme, host, liar->port, path);
}

int
liar_requests (const Liar *liar)
{
  return g_atomic_int_get (&liar->requests);
}

gint64
liar_last_range (const Liar *liar)
{
  return liar->last_range;
}

const guint8 *
payload (void)
{
  static guint8 bytes[PAYLOAD_BYTES];
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (44);
    for (gsize i = 0; i < sizeof bytes; i++)
      bytes[i] = (guint8) g_rand_int (rand);
    g_once_init_leave (&once, 1);
  }
  return bytes;
}

char *
payload_sha256 (void)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, payload (), PAYLOAD_BYTES);
}

void
download_init (Download *download)
{
  download->folder = g_dir_make_tmp ("thaw-fetch-XXXXXX", NULL);
  g_assert_nonnull (download->folder);
  download->path = g_build_filename (download->folder, "weights.pth", NULL);
  download->part = g_strconcat (download->path, ".part", NULL);
  download->sha256 = payload_sha256 ();
  download->authority = certificate_path ("authority.pem");
  download->spec = (ThawFetchSpec){.path = download->path,
                                   .bytes = PAYLOAD_BYTES,
                                   .sha256 = download->sha256,
                                   .ca_file = download->authority,
                                   .timeout_s = 10};
}

void
download_clear (Download *download)
{
  g_unlink (download->path);
  g_unlink (download->part);
  g_assert_cmpint (g_rmdir (download->folder), ==, 0);
  g_free (download->folder);
  g_free (download->path);
  g_free (download->part);
  g_free (download->sha256);
  g_free (download->authority);
}

gboolean
fetch_from (Download *download, const Liar *liar, const char *path, GError **error)
{
  g_autofree char *url = liar_url (liar, "https", "localhost", path);

  download->spec.url = url;
  gboolean ok = thaw_fetch (&download->spec, NULL, NULL, NULL, error);
  download->spec.url = NULL;
  return ok;
}

static bool
is_there (const char *path)
{
  GStatBuf info;
  return g_lstat (path, &info) == 0;
}

void
check_arrived (const Download *download)
{
  g_autofree char *bytes = NULL;
  gsize n = 0;

  g_assert_true (g_file_get_contents (download->path, &bytes, &n, NULL));
  g_assert_cmpmem (bytes, n, payload (), PAYLOAD_BYTES);
  g_assert_false (is_there (download->part));
}

void
check_nothing (const Download *download)
{
  g_assert_false (is_there (download->path));
  g_assert_false (is_there (download->part));
}

void
check_part (const Download *download, gsize bytes)
{
  g_autofree char *found = NULL;
  gsize n = 0;

  g_assert_false (is_there (download->path));
  g_assert_true (g_file_get_contents (download->part, &found, &n, NULL));
  g_assert_cmpmem (found, n, payload (), bytes);
}

void
leave_part (const Download *download, const void *bytes, gsize n)
{
  g_assert_true (g_file_set_contents (download->part, bytes, (gssize) n, NULL));
}

void
check_error (GError *error, int code, const char *sentence)
{
  g_assert_error (error, THAW_FETCH_ERROR, code);
  if (strstr (error->message, sentence) == NULL)
    g_error ("expected '%s', got '%s'", sentence, error->message);
  g_error_free (error);
}
